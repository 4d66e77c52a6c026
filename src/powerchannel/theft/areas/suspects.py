"""Which customers together explain what is unexplained: one or two (嫌疑组合)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from powerchannel.theft.areas.balance import Floats

__all__ = ["Explained", "log_odds", "pairs_among"]

_MOST_CANDIDATES = 24
"""Customers among whom pairs are tried: those who explain most alone."""
_A_SUSPECT = 1.0
"""Log odds against one more suspect, beside the choice of who it is."""


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
    weighed = explained.weighed
    likely = np.exp(weighed - weighed.max())
    customers = np.arange(len(explained.one))[:, None]
    nobody, one, two = likely[0], likely[1 : len(customers) + 1], likely[len(customers) + 1 :]
    pairs = explained.pairs
    is_in = (pairs[:, 0] == customers) | (pairs[:, 1] == customers)
    within = one + is_in.astype(np.float64) @ two
    # Added up, not taken from the total: of who is almost certain so little is left over.
    others = (customers != customers.T).astype(np.float64) @ one
    without = nobody + others + (~is_in).astype(np.float64) @ two
    with np.errstate(divide="ignore"):
        return np.asarray(np.maximum(np.log(within), -1e6) - np.log(without))
