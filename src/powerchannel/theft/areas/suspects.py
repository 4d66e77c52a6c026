"""Which customers together explain what is unexplained: one or two (嫌疑组合)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from powerchannel.theft.areas.balance import Floats

__all__ = ["Explained", "log_odds", "log_sum", "pairs_among"]

_MOST_CANDIDATES = 24
"""Customers among whom pairs are tried: those who explain most alone."""
_A_SUSPECT = 1.0
"""Log odds against one more suspect, beside the choice of who it is."""


def log_sum(values: Floats, axis: int) -> Floats:
    """Return the log of the sum of exponentials (对数求和)."""
    top = values.max(axis=axis, keepdims=True)
    top = np.where(np.isfinite(top), top, 0.0)
    with np.errstate(divide="ignore"):
        total = np.log(np.exp(values - top).sum(axis=axis, keepdims=True)) + top
    return np.asarray(total.squeeze(axis))


def pairs_among(alone: Floats) -> NDArray[np.int64]:
    """Return the pairs of the customers who explain most alone (候选两户).

    Examples
    --------
    >>> pairs_among(np.zeros(3)).tolist()
    [[0, 1], [0, 2], [1, 2]]
    """
    best = np.sort(np.argsort(-alone, kind="stable")[:_MOST_CANDIDATES])
    first, second = np.triu_indices(len(best), 1)
    return np.column_stack([best[first], best[second]])


@frozen(eq=False, kw_only=True)
class Explained:
    """How likely the unexplained is, by who it may be (解释似然).

    Parameters
    ----------
    nobody : float
        Log likelihood that no customer is behind it.
    one : ndarray of float64, shape (customers,)
        That this one is; minus infinity where it cannot be.
    two : ndarray of float64, shape (pairs,)
        That both are.
    pairs : ndarray of int64, shape (pairs, 2)
        Which.
    lost_one : ndarray of float64, shape (customers,)
        What each lost, if it is they alone.
    lost_two : ndarray of float64, shape (pairs, 2)
        What both lost.
    doubt_one, doubt_two : ndarray of float64
        The variances of those, if it is they.
    """

    nobody: float
    one: Floats
    two: Floats
    pairs: NDArray[np.int64]
    lost_one: Floats
    lost_two: Floats
    doubt_one: Floats
    doubt_two: Floats

    @property
    def weighed_one(self) -> Floats:
        """Log likelihood and prior of each alone (单户后验)."""
        return np.asarray(self.one - np.log(len(self.one)) - _A_SUSPECT)

    @property
    def weighed_two(self) -> Floats:
        """The same of each pair (两户后验)."""
        customers = len(self.one)
        choices = max(customers * (customers - 1) / 2, 1)
        return np.asarray(self.two - np.log(choices) - _A_SUSPECT)

    @property
    def weighed(self) -> Floats:
        """Nobody, each alone, each pair: log likelihood and prior (后验)."""
        return np.concatenate([[self.nobody], self.weighed_one, self.weighed_two])

    def sets(self) -> Iterator[tuple[NDArray[np.int64], Floats, Floats, Floats]]:
        """Yield customers of sets, how likely each set is, what they lost, its variance (组合)."""
        alone = np.arange(len(self.one))[:, None]
        yield alone, self.weighed_one, self.lost_one[:, None], self.doubt_one[:, None]
        yield self.pairs, self.weighed_two, self.lost_two, self.doubt_two


def log_odds(explained: Explained) -> Floats:
    """Return for each customer the log odds that they are one of the suspects (嫌疑对数几率)."""
    one, two, pairs = explained.weighed_one, explained.weighed_two, explained.pairs
    customers = np.arange(len(one))[:, None]
    is_in = (pairs[None, :, 0] == customers) | (pairs[None, :, 1] == customers)
    within = np.column_stack([one, np.where(is_in, two[None], -np.inf)])
    others = np.where(customers == customers.T, -np.inf, one[None])
    nobody = np.full((len(one), 1), explained.nobody)
    without = np.column_stack([nobody, others, np.where(is_in, -np.inf, two[None])])
    return np.maximum(log_sum(within, 1), -1e6) - log_sum(without, 1)
