"""Channel preference on plain arrays: use planes and modifiers in, scores and choices out."""

from __future__ import annotations

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from powerchannel.periods import longest_run, run_ending

__all__ = ["Choices", "Factors", "Scores", "choose", "score"]


@frozen(eq=False, kw_only=True)
class Factors:
    """The rules as small tables (系数表).

    Parameters
    ----------
    points : ndarray of float64, shape (channels,)
        Points per use.
    cap : int
        At most so many uses a channel and month count.
    streak : ndarray of float64, shape (months + 1,)
        Factor for a run of each length.
    is_any_run : bool
        Whether the longest run of the window counts, or the one that ends in the last month.
    grace : int
        How many months before the last one a run may end in.
    more_than : int
        Uses above which `frequency` applies.
    frequency : float
        Its factor.
    is_largest : bool
        Whether the larger of streak and frequency counts alone.
    complaint : ndarray of float64, shape (counts,)
        Factor for each number of complaints; the last one for all above.
    """

    points: NDArray[np.float64]
    cap: int
    streak: NDArray[np.float64]
    is_any_run: bool
    grace: int
    more_than: int
    frequency: float
    is_largest: bool
    complaint: NDArray[np.float64]


@frozen(eq=False, kw_only=True)
class Scores:
    """The parts and the score of each customer and channel, shape (customers, channels) (得分)."""

    uses: NDArray[np.int64]
    stock: NDArray[np.float64]
    streak: NDArray[np.float64]
    frequency: NDArray[np.float64]
    complaint: NDArray[np.float64]
    score: NDArray[np.float32]


@frozen(eq=False, kw_only=True)
class Choices:
    """What follows from the scores of a customer (选择).

    Parameters
    ----------
    first : ndarray of int16, shape (customers,)
        First choice; -1 for none.
    rank : ndarray of int16, shape (customers, channels)
        From 1; 0 where the score is 0.
    is_tied : ndarray of bool, shape (customers, channels)
        Whether the channel shares the best score with another.
    is_preferred : ndarray of bool, shape (customers, channels)
        Whether the score reaches the share of the best.
    """

    first: NDArray[np.int16]
    rank: NDArray[np.int16]
    is_tied: NDArray[np.bool_]
    is_preferred: NDArray[np.bool_]


def score(
    planes: NDArray[np.uint8],
    latent: NDArray[np.int64],
    complaints: NDArray[np.int64],
    is_disliked: NDArray[np.bool_],
    factors: Factors,
) -> Scores:
    """Score a block of customers (批量计分).

    Parameters
    ----------
    planes : ndarray of uint8, shape (months, customers, channels)
        Uses, oldest month first.
    latent : ndarray of int64, shape (customers, channels)
        Latent points.
    complaints : ndarray of int64, shape (customers, channels)
        Complaints in the window.
    is_disliked : ndarray of bool, shape (customers, channels)
        Live dislikes.
    factors : Factors
        The rules.
    """
    uses = np.minimum(planes, factors.cap).sum(axis=0, dtype=np.int64)
    streak = factors.streak[_runs(planes > 0, factors)]
    frequency = np.where(uses > factors.more_than, factors.frequency, 1.0)
    if factors.is_largest:
        is_streak = streak >= frequency
        streak, frequency = np.where(is_streak, streak, 1.0), np.where(is_streak, 1.0, frequency)
    complaint = factors.complaint[np.minimum(complaints, len(factors.complaint) - 1)]
    stock = uses * factors.points
    total = (stock + latent) * streak * frequency * complaint
    total[is_disliked] = 0.0
    return Scores(
        uses=uses,
        stock=stock,
        streak=streak,
        frequency=frequency,
        complaint=complaint,
        score=total.astype(np.float32),
    )


def _runs(used: NDArray[np.bool_], factors: Factors) -> NDArray[np.uint8]:
    if factors.is_any_run:
        return longest_run(used)
    # not only the latest run: one more use after a forgiven gap must not cost a longer run
    months = range(max(1, len(used) - factors.grace), len(used) + 1)
    runs = [run_ending(used[:last]) for last in months]
    return np.asarray(np.max(runs, axis=0), dtype=np.uint8)


def choose(score: NDArray[np.float32], tie_order: NDArray[np.intp], ratio: float) -> Choices:
    """Choose among the channels of each customer (选择渠道).

    Parameters
    ----------
    score : ndarray of float32, shape (customers, channels)
        The scores.
    tie_order : ndarray of int, shape (channels,)
        Channels in the order in which they win a tie.
    ratio : float
        The share of the best score from which a channel is preferred.
    """
    ordered = score[:, tie_order]
    places = np.argsort(-ordered, axis=1, kind="stable")
    rank = np.empty(score.shape, np.int16)
    np.put_along_axis(rank, tie_order[places], np.arange(1, score.shape[1] + 1)[None, :], axis=1)
    has_score = score > 0
    best = score.max(axis=1, keepdims=True)
    is_best = has_score & (score == best)
    first = np.where(best[:, 0] > 0, tie_order[places[:, 0]], -1)
    return Choices(
        first=first.astype(np.int16),
        rank=np.where(has_score, rank, 0).astype(np.int16),
        is_tied=is_best & (is_best.sum(axis=1, keepdims=True) > 1),
        is_preferred=has_score & (score.astype(np.float64) >= ratio * best.astype(np.float64)),
    )
