"""Whole numbers in 1e-8 yuan and Wh, held against what they can be (整数口径检查)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from powerchannel.errors import TableError
from powerchannel.money import Integers

__all__ = ["MOST_PRICE_E8", "ONE_E8", "between", "energy_wh_of", "price_e8_of", "whole"]

ONE_E8 = 10**8
"""One, in 1e-8: a yuan, or the whole of something."""
MOST_PRICE_E8 = 10**15
"""Prices beyond are a mistake of units; two of them can be added [1e-8 yuan/kWh]."""

_MOST_WH = 2**61


def whole(values: Integers) -> NDArray[np.int64]:
    """Return int64, and refuse anything but integers (整数).

    Parameters
    ----------
    values : int or ndarray of int64
        The numbers.

    Raises
    ------
    TypeError
        For floats and other types.

    Examples
    --------
    >>> whole(5).dtype.name
    'int64'
    """
    array = np.asarray(values)
    if array.dtype.kind != "i":
        raise TypeError(
            f"需要 int64 整数，而不是 {array.dtype}；请先换算为 Wh、1e-8 元 / "
            f"int64 integers are needed, not {array.dtype}; convert to Wh, 1e-8 yuan first"
        )
    return array.astype(np.int64, copy=False)


def price_e8_of(values: Integers, where: str) -> NDArray[np.int64]:
    """Return prices, and refuse what is no price (电价) [1e-8 yuan/kWh].

    Parameters
    ----------
    values : int or ndarray of int64
        May be negative.
    where : str
        Their name, for the message.

    Raises
    ------
    TableError
        When one passes `MOST_PRICE_E8`.

    Examples
    --------
    >>> price_e8_of(-52_030_000, "price_e8").item()
    -52030000
    """
    return between(values, -MOST_PRICE_E8, MOST_PRICE_E8, where)


def energy_wh_of(values: Integers, where: str) -> NDArray[np.int64]:
    """Return energies, and refuse what is none (电量) [Wh].

    Parameters
    ----------
    values : int or ndarray of int64
        Not negative.
    where : str
        Their name, for the message.

    Raises
    ------
    TableError
        When one is negative or larger than any energy.

    Examples
    --------
    >>> energy_wh_of(1_000, "energy_wh").item()
    1000
    """
    return between(values, 0, _MOST_WH, where)


def between(values: Integers, least: int, most: int, where: str) -> NDArray[np.int64]:
    """Return whole numbers, and refuse those out of range (范围检查).

    Parameters
    ----------
    values : int or ndarray of int64
        The numbers.
    least, most : int
        The range, ends included.
    where : str
        Their name, for the message.

    Raises
    ------
    TableError
        Says how many are out of range, and the first.

    Examples
    --------
    >>> between(3_000_000, 0, ONE_E8, "share_e8").item()
    3000000
    """
    numbers = whole(values)
    if (is_bad := (numbers < least) | (numbers > most)).any():
        count, first = int(is_bad.sum()), int(numbers[is_bad].flat[0])
        raise TableError.of(
            "out_of_range",
            where,
            f"{count} 个值不在 {least} 至 {most} 之间（第一个：{first}）；请核对数值与单位",
            f"{count} values are not from {least} to {most} (first: {first}); "
            "check values and units",
            count=count,
        )
    return numbers
