"""How honest probabilities are, and whom a model flags (校准与分组标记率)."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

__all__ = ["brier_skill", "expected_calibration_error", "flag_rates", "reliability"]

_Floats = NDArray[np.float64]


def reliability(
    outcomes: ArrayLike, probability: ArrayLike, *, weights: ArrayLike | None = None, bins: int = 10
) -> pd.DataFrame:
    """Set what was said beside what came of it, in groups of as many rows (可靠性表).

    Parameters
    ----------
    outcomes : array-like of bool, shape (rows,)
        What was found.
    probability : array-like of float, shape (rows,)
        What was said beforehand.
    weights : array-like of float, shape (rows,), optional
        How many each row stands for.
    bins : int
        Groups; rows of one probability are never parted, so there may be fewer.

    Returns
    -------
    DataFrame
        A row a group: ``rows``, ``weight``, ``said`` (mean probability), ``found`` (share).

    Raises
    ------
    ValueError
        When there is no row, lengths differ, or something is no probability.

    Examples
    --------
    >>> reliability([0, 0, 0, 1, 1, 0], [0.1] * 3 + [0.6] * 3, bins=2).found.round(2).tolist()
    [0.0, 0.67]
    """
    found, said, weight = _checked(outcomes, probability, weights)
    group = _groups(said, bins)
    total = np.bincount(group, weight)
    return pd.DataFrame(
        {
            "rows": np.bincount(group),
            "weight": total,
            "said": np.bincount(group, weight * said) / total,
            "found": np.bincount(group, weight * found) / total,
        }
    )


def expected_calibration_error(
    outcomes: ArrayLike, probability: ArrayLike, *, weights: ArrayLike | None = None, bins: int = 10
) -> float:
    r"""Return how far probabilities are from shares, on average (期望校准误差).

    :math:`\sum_g w_g |\text{said}_g - \text{found}_g| / \sum_g w_g` over the groups of
    `reliability`.

    Parameters
    ----------
    outcomes, probability, weights, bins
        As for `reliability`.

    Examples
    --------
    >>> round(expected_calibration_error([0, 0, 0, 1], [0.25] * 4), 3)
    0.0
    >>> round(expected_calibration_error([0, 1], [0.25, 0.5], bins=2), 3)
    0.375
    """
    table = reliability(outcomes, probability, weights=weights, bins=bins)
    apart = (table["said"] - table["found"]).abs()
    return float((apart * table["weight"]).sum() / table["weight"].sum())


def brier_skill(
    outcomes: ArrayLike, probability: ArrayLike, *, weights: ArrayLike | None = None
) -> float:
    """Return the share of the Brier score of saying the mean that is saved (布里尔技巧分).

    1 is perfect, 0 is no better than the share of positives said of everybody.

    Parameters
    ----------
    outcomes, probability, weights
        As for `reliability`.

    Raises
    ------
    ValueError
        When all outcomes are the same: there is nothing to be better than.

    Examples
    --------
    >>> brier_skill([0, 0, 1, 1], [0.0, 0.5, 0.5, 1.0])
    0.5
    """
    found, said, weight = _checked(outcomes, probability, weights)
    mean = np.average(found, weights=weight)
    plain = float(np.average((found - mean) ** 2, weights=weight))
    if plain == 0:
        raise ValueError("all outcomes are the same; give rows of both")
    return 1 - float(np.average((found - said) ** 2, weights=weight)) / plain


def flag_rates(
    groups: ArrayLike, is_flagged: ArrayLike, outcomes: ArrayLike | None = None
) -> pd.DataFrame:
    """Say how often each group of customers is flagged, beside all (分组标记率).

    Parameters
    ----------
    groups : array-like of str, shape (customers,)
        Such as the industry or the area.
    is_flagged : array-like of bool, shape (customers,)
        Whom the list names.
    outcomes : array-like of float, shape (customers,), optional
        1 where theft was found, 0 where not, NaN where nobody looked.

    Returns
    -------
    DataFrame
        A row a group: ``group``, ``customers``, ``flagged``, ``rate``, ``low`` and ``high`` (Wilson
        interval of 95 %), ``beside_all`` (the rate over that of all; NaN where nobody is flagged);
        with outcomes ``inspected`` (of the flagged) and ``hits`` (theft among them).

    Raises
    ------
    ValueError
        When lengths differ.

    Examples
    --------
    >>> table = flag_rates(["shop", "shop", "home", "home"], [1, 0, 0, 0])
    >>> table.set_index("group")["rate"].to_dict()
    {'home': 0.0, 'shop': 0.5}
    """
    labels, flags = np.asarray(groups), np.asarray(is_flagged).astype(np.bool_)
    if len(labels) != len(flags):
        raise ValueError(f"{len(labels)} groups for {len(flags)} flags; give one a customer")
    names, place = np.unique(labels, return_inverse=True)
    count = np.bincount(place, minlength=len(names)).astype(np.float64)
    flagged = np.bincount(place, flags, len(names)).astype(np.float64)
    low, high = _wilson(flagged, count)
    all_rate = flags.mean() if len(flags) else np.nan
    table = pd.DataFrame(
        {
            "group": names,
            "customers": count.astype(np.int64),
            "flagged": flagged.astype(np.int64),
            "rate": flagged / count,
            "low": low,
            "high": high,
            "beside_all": flagged / count / all_rate if all_rate > 0 else np.nan,
        }
    )
    return table if outcomes is None else table.assign(**_hits(place, flags, outcomes, len(names)))


def _hits(
    place: NDArray[np.int64], flags: NDArray[np.bool_], outcomes: ArrayLike, groups: int
) -> dict[str, NDArray[np.int64]]:
    found = np.asarray(outcomes, np.float64)
    if len(found) != len(flags):
        raise ValueError(f"{len(found)} outcomes for {len(flags)} flags; give one a customer")
    is_known = flags & ~np.isnan(found)
    return {
        "inspected": np.bincount(place, is_known, groups).astype(np.int64),
        "hits": np.bincount(place, is_known & (found > 0), groups).astype(np.int64),
    }


_Z = 1.959964


def _wilson(hits: _Floats, count: _Floats) -> tuple[_Floats, _Floats]:
    """Return Wilson's interval of shares."""
    middle = (hits + _Z**2 / 2) / (count + _Z**2)
    half = _Z / (count + _Z**2) * np.sqrt(hits * (count - hits) / count + _Z**2 / 4)
    return np.maximum(middle - half, 0), np.minimum(middle + half, 1)


def _checked(
    outcomes: ArrayLike, probability: ArrayLike, weights: ArrayLike | None
) -> tuple[_Floats, _Floats, _Floats]:
    found, said = np.asarray(outcomes, np.float64), np.asarray(probability, np.float64)
    weight = np.ones(len(found)) if weights is None else np.asarray(weights, np.float64)
    if not len(found) == len(said) == len(weight) or not len(found):
        raise ValueError(
            f"{len(found)} outcomes, {len(said)} probabilities, {len(weight)} weights; give one of "
            "each a row, and a row at least"
        )
    if not bool(((said >= 0) & (said <= 1)).all()):
        raise ValueError("probabilities must be between 0 and 1")
    return found, said, weight


def _groups(said: _Floats, bins: int) -> NDArray[np.int64]:
    """Return the number of each row's group: as many rows each, ties together."""
    _, place, counts = np.unique(said, return_inverse=True, return_counts=True)
    middle = np.cumsum(counts) - counts / 2
    number = np.minimum((middle * bins / len(said)).astype(np.int64), bins - 1)
    return np.asarray(np.unique(number, return_inverse=True)[1][place], np.int64)
