"""Energy in whole Wh and varh, so that sums of meters are exact.

A meter shows at most three decimals of a kWh, so one Wh is the smallest step there is. Reactive
energy is kept the same way: the functions turn kvarh into varh as they turn kWh into Wh.
"""

from __future__ import annotations

from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from powerchannel.money import decimal_text, exact_decimal, exact_integer

__all__ = ["WH_PER_KWH", "kwh_from_wh", "kwh_text", "wh_from_kwh"]

WH_PER_KWH = 1_000
_DECIMALS = 3


def wh_from_kwh(value: Decimal | str | int) -> int:
    """Return an energy in Wh, exactly (千瓦时换算为瓦时).

    Parameters
    ----------
    value : Decimal, str or int
        An energy with at most three decimals. [kWh or kvarh]

    Returns
    -------
    int
        [Wh or varh]

    Raises
    ------
    TableError, TypeError
        As `powerchannel.money.exact_integer`: for a float, and for more than three decimals.

    Examples
    --------
    >>> wh_from_kwh("17.25")
    17250
    """
    return exact_integer(value, _DECIMALS, where="energy_kwh")


def kwh_from_wh(wh: int) -> Decimal:
    """Return an energy in kWh with three decimals (瓦时换算为千瓦时).

    Parameters
    ----------
    wh : int
        [Wh or varh]

    Examples
    --------
    >>> kwh_from_wh(17250)
    Decimal('17.250')
    """
    return exact_decimal(wh, _DECIMALS)


def kwh_text(wh: NDArray[np.int64]) -> NDArray[np.str_]:
    """Return energies as exact decimal text (电量文本).

    Parameters
    ----------
    wh : ndarray of int64, any shape
        [Wh or varh]

    Returns
    -------
    ndarray of str, same shape
        Three decimals. [kWh or kvarh]

    Examples
    --------
    >>> kwh_text(np.array([17250, -5])).tolist()
    ['17.250', '-0.005']
    """
    return decimal_text(wh, _DECIMALS)
