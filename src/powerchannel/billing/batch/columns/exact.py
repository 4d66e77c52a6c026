"""Exact arithmetic on columns: products and quotients beyond int64, rounded once."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from powerchannel.money import multiply_divide_half_up

__all__ = ["Ints", "decided", "peak", "quotient", "shown_decimals", "times", "total"]

Ints: TypeAlias = NDArray[np.int64]
"""Whole numbers, one a bill."""

_LIMIT = 2**63


def peak(values: Ints | int) -> int:
    """Return the largest magnitude (最大绝对值).

    Examples
    --------
    >>> peak(np.array([3, -7])), peak(-2)
    (7, 2)
    """
    if isinstance(values, int):
        return abs(values)
    return max(int(values.max(initial=0)), -int(values.min(initial=0)))


def quotient(a: Ints, b: Ints | int, divisor: Ints | int) -> Ints:
    """Return ``a * b / divisor``, rounded once, half away from zero (乘除取整).

    In one word where the product fits int64, in two where it does not; nothing wraps.

    Parameters
    ----------
    a : ndarray of int64
        In any unit.
    b : int or ndarray of int64
        What it is multiplied by.
    divisor : int or ndarray of int64
        Positive.

    Raises
    ------
    OverflowError
        When a result does not fit int64.

    Examples
    --------
    >>> quotient(np.array([10, -10, 7]), 1, 4).tolist()
    [3, -3, 2]
    """
    if peak(a) * peak(b) + peak(divisor) >= _LIMIT:
        return multiply_divide_half_up(a, b, divisor)
    size = np.multiply(a, b)
    is_negative = size < 0 if int(size.min(initial=0)) < 0 else None
    if is_negative is not None:
        np.abs(size, out=size)
    size += divisor // 2
    size //= divisor
    if is_negative is not None:
        np.negative(size, out=size, where=is_negative)
    return size


def times(values: Ints, factor: Fraction) -> Ints:
    """Return values times a fraction, each rounded once, half away from zero (乘分数取整).

    Parameters
    ----------
    values : ndarray of int64
        In any unit.
    factor : Fraction
        Numerator and denominator must fit int64.

    Examples
    --------
    >>> times(np.array([10, -10, 7]), Fraction(1, 4)).tolist()
    [3, -3, 2]
    """
    return quotient(values, factor.numerator, factor.denominator)


def decided(
    estimate: NDArray[np.float64], error: NDArray[np.float64], exact: Callable[[int], Fraction]
) -> Ints:
    """Round estimates half up; only where one lies too near to a half is it worked out (精确舍入).

    Parameters
    ----------
    estimate : ndarray of float64
        Not negative, below 2**52.
    error : ndarray of float64
        How far each may be off.
    exact : callable
        The exact value of a row.

    Examples
    --------
    >>> values = [Fraction(1, 3), Fraction(5, 2)]
    >>> decided(np.array([0.333, 2.4999]), np.full(2, 1e-3), values.__getitem__).tolist()
    [0, 3]
    """
    found = np.floor(estimate + 0.5)
    is_near = np.abs(estimate - np.floor(estimate) - 0.5) <= error
    out = found.astype(np.int64)
    for row in np.flatnonzero(is_near).tolist():
        out[row] = int(exact(row) + Fraction(1, 2))
    return out


def total(parts: list[Ints], count: int) -> Ints:
    """Return the sum of columns (列合计)."""
    out = np.zeros(count, np.int64)
    for part in parts:
        out += part
    return out


def shown_decimals(values: NDArray[np.integer], decimals: int) -> Ints:
    """Return the decimals of whole multiples of ``10**-decimals`` without trailing zeros (小数位).

    Examples
    --------
    >>> shown_decimals(np.array([500_000, 12_300, 7, 0]), 4).tolist()
    [0, 2, 4, 0]
    """
    shown = np.zeros(len(values), np.int64)
    for place in range(decimals):
        is_more = values % 10 ** (decimals - place) != 0
        if not is_more.any():
            break
        shown += is_more
    return shown
