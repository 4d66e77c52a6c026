"""Customers, times and copies that stand on both sides of a split (划分重叠)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["Split", "copies_across", "customers_across", "later_in_training"]

Split: TypeAlias = tuple[NDArray[np.integer], NDArray[np.integer]]
"""Rows to learn from, and rows to test on."""


def customers_across(groups: NDArray[np.generic], splits: Sequence[Split]) -> int:
    """Return how many tested rows are of customers who were learnt from (两侧同户).

    Examples
    --------
    >>> customers_across(np.array(["a", "a", "b"]), [(np.array([0]), np.array([1, 2]))])
    1
    """
    _, code = np.unique(groups, return_inverse=True)
    return sum(int(np.isin(code[test], code[train]).sum()) for train, test in splits)


def copies_across(first: NDArray[np.int64], splits: Sequence[Split]) -> int:
    """Return how many tested rows are copies of rows that were learnt from (两侧同行)."""
    return sum(int(np.isin(first[test], first[train]).sum()) for train, test in splits)


def later_in_training(times: NDArray[np.generic], splits: Sequence[Split]) -> int:
    """Return how many tested rows lie before something that was learnt from (未来信息).

    Examples
    --------
    >>> later_in_training(np.array([1, 2, 3]), [(np.array([2]), np.array([0, 1]))])
    2
    """
    return sum(
        int((times[test] < times[train].max()).sum()) for train, test in splits if len(train)
    )
