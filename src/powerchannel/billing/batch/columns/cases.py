"""What depends on few numbers is worked out once for each case, not for each bill (分情形计算)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from powerchannel.billing.batch.columns.exact import Ints

__all__ = ["by_case", "cases"]

_FEW = 1 << 20
"""Codes in a range as small as this are counted; others are sorted."""


def cases(*columns: NDArray[np.integer]) -> tuple[list[tuple[int, ...]], Ints]:
    """Return the distinct rows of some columns, and which each row is (不同情形).

    Examples
    --------
    >>> found, at = cases(np.array([7, 5, 7]), np.array([1, 1, 1]))
    >>> found, at.tolist()
    ([(5, 1), (7, 1)], [1, 0, 1])
    """
    code = np.zeros(len(columns[0]), np.int64)
    for column in columns:
        code = _coded(code, column.astype(np.int64, copy=False))
    if not len(code):
        return [], code
    row = np.empty(int(code.max()) + 1, np.int64)
    row[code] = np.arange(len(code))  # any row of a case stands for it
    return list(zip(*(column[row].tolist() for column in columns), strict=True)), code


def _coded(code: Ints, column: Ints) -> Ints:
    """Return the number of each pair of a code and a value, from 0, in order."""
    if not len(column):
        return code
    low, high = int(column.min()), int(column.max())
    if low == high:
        return code
    many = int(code.max(initial=0)) + 1
    if (high - low + 1) * many <= _FEW:
        return _numbered(code * (high - low + 1) + (column - low))
    place = np.unique(column, return_inverse=True)[1].reshape(-1)
    pairs = code * (int(place.max(initial=0)) + 1) + place
    return np.asarray(np.unique(pairs, return_inverse=True)[1].reshape(-1))


def _numbered(code: Ints) -> Ints:
    """Return the number of each code, from 0, in order; codes are small."""
    is_there = np.bincount(code) > 0
    return np.asarray((np.cumsum(is_there) - 1)[code])


def by_case(function: Callable[..., Sequence[int]], *columns: NDArray[np.integer]) -> list[Ints]:
    """Return what a function makes of each row: as many columns as it gives numbers (逐情形求值).

    Examples
    --------
    >>> [c.tolist() for c in by_case(lambda a, b: (a + b,), np.array([1, 2]), np.array([3, 3]))]
    [[4, 5]]
    """
    found, at = cases(*columns)
    table = np.array([function(*case) for case in found], np.int64).reshape(len(found), -1)
    return [column[at] for column in table.T]
