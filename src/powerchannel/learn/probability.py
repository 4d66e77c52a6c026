"""Points to probabilities: a table that only rises, learnt from outcomes (概率表)."""

from __future__ import annotations

import numpy as np
import pandas as pd
from attrs import frozen
from numpy.typing import NDArray
from sklearn.isotonic import isotonic_regression

__all__ = ["ProbabilityTable", "learn_probabilities"]

_DECIMALS = 4
_LEAST = 10.0**-_DECIMALS


@frozen(eq=False)
class ProbabilityTable:
    """What points mean; between two rows, in proportion (概率表).

    Parameters
    ----------
    points : ndarray of int64, shape (rows,)
        Rising.
    probability : ndarray of float64, shape (rows,)
        Not falling, of four decimals.
    """

    points: NDArray[np.int64]
    probability: NDArray[np.float64]

    def __call__(self, points: NDArray[np.integer]) -> NDArray[np.float64]:
        """Return the probability of points; at the ends that of the first or last row (查表)."""
        return np.asarray(np.interp(points, self.points, self.probability))

    @property
    def table(self) -> pd.DataFrame:
        """The table as it is printed: points, probability (概率表)."""
        return pd.DataFrame({"points": self.points, "probability": self.probability})


def learn_probabilities(
    points: NDArray[np.integer],
    outcomes: NDArray[np.bool_],
    weights: NDArray[np.float64] | None = None,
    *,
    least_rows: int = 50,
) -> ProbabilityTable:
    """Learn from outcomes what points mean (学习概率表).

    Rows are put into groups of neighbouring points; the share of positives of each group, brought
    into order by isotonic regression, stands at the group's mean points. Half a positive and half
    a negative are added to each, so that nothing is certain.

    Parameters
    ----------
    points : ndarray of int64, shape (rows,)
        Of rows that the points were not learnt from.
    outcomes : ndarray of bool, shape (rows,)
        What came of them.
    weights : ndarray of float64, shape (rows,), optional
        How many each stands for.
    least_rows : int
        Rows of a group at least, where there are so many.

    Examples
    --------
    >>> points = np.repeat([10, 20, 30], 100)
    >>> outcomes = np.r_[np.arange(100) < 2, np.arange(100) < 10, np.arange(100) < 60]
    >>> learn_probabilities(points, outcomes).probability.round(2).tolist()
    [0.02, 0.1, 0.6]
    """
    weight = np.ones(len(points)) if weights is None else weights
    group = _groups(points, least_rows)
    total = np.bincount(group, weight)
    means = np.rint(np.bincount(group, weight * points) / total).astype(np.int64)
    shares = (np.bincount(group, weight * outcomes) + 0.5) / (total + 1.0)
    rising = isotonic_regression(shares, sample_weight=total).round(_DECIMALS)
    is_last = np.append(means[1:] != means[:-1], True)
    return ProbabilityTable(means[is_last], np.clip(rising, _LEAST, 1 - _LEAST)[is_last])


def _groups(points: NDArray[np.integer], least_rows: int) -> NDArray[np.int64]:
    """Return the number of each row's group; rows of the same points are never parted."""
    _, place, counts = np.unique(points, return_inverse=True, return_counts=True)
    before = np.cumsum(counts) - counts
    number = before // max(1, min(least_rows, len(points)))
    _, group = np.unique(number, return_inverse=True)
    return np.asarray(group[place])
