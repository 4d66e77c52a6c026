"""Agreement prices: what was agreed takes the place of the energy component (协议测算电价).

Kinds of agreement are kinds of prices: fixed (one number), benchmark plus spread
(`benchmark_price`), shared (`shared_price`), by period or a curve of 24 hours (a row of prices).
`agreement_lines` and `curve_charge` make amounts of them; deviations from the volume agreed are
in `powerchannel.billing.agreement.deviation`. Transmission, line loss, system operation and funds
stay as they are, and factors of time of use are never applied on top.

Prices and ratios are int64 in 1e-8; all arguments are broadcast, so that a row is a customer.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from powerchannel.billing.agreement.exact import (
    MOST_PRICE_E8,
    ONE_E8,
    between,
    energy_wh_of,
    price_e8_of,
    whole,
)
from powerchannel.billing.records import Given
from powerchannel.billing.tariff import Tariff
from powerchannel.billing.tariff.clauses import Component
from powerchannel.errors import RulebookError, TableError
from powerchannel.money import (
    Integers,
    charge_fen,
    multiply_divide_half_up,
    yuan_from_fen,
)
from powerchannel.registry import Registry
from powerchannel.tables import NO_NUMBER
from powerchannel.text import Text

__all__ = [
    "agreed_component",
    "agreement_givens",
    "agreement_lines",
    "benchmark_price",
    "curve_charge",
    "effective_price",
    "shared_price",
]

_E8_WH_PER_FEN = 10**9
_INT64_MAX = int(np.iinfo(np.int64).max)


def benchmark_price(
    benchmark_e8: Integers,
    spread_e8: Integers,
    *,
    floor_e8: Integers | None = None,
    cap_e8: Integers | None = None,
) -> NDArray[np.int64]:
    """Return a benchmark plus a spread, within floor and cap (基准价加价差).

    Parameters
    ----------
    benchmark_e8, spread_e8, floor_e8, cap_e8 : int or ndarray of int64
        The spread may be negative [1e-8 yuan/kWh].

    Raises
    ------
    TableError
        When a floor is above its cap.

    Examples
    --------
    >>> benchmark_price(np.array([41_000_000, 38_000_000]), -500_000, floor_e8=38_000_000).tolist()
    [40500000, 38000000]
    """
    price = price_e8_of(benchmark_e8, "benchmark_e8") + price_e8_of(spread_e8, "spread_e8")
    return _within(price, floor_e8, cap_e8)


def shared_price(
    agreed_e8: Integers,
    market_e8: Integers,
    *,
    share_e8: Integers,
    rise_share_e8: Integers | None = None,
    floor_e8: Integers | None = None,
    cap_e8: Integers | None = None,
) -> NDArray[np.int64]:
    """Return a price that follows the market in part (分成联动价).

    ``agreed + share x (market - agreed)``, rounded half up to 1e-8, within floor and cap.

    Parameters
    ----------
    agreed_e8, market_e8 : int or ndarray of int64
        [1e-8 yuan/kWh]
    share_e8 : int or ndarray of int64
        The customer's share of a fall of the market, and of a rise where `rise_share_e8` is not
        given; 0 to 1 [1e-8].
    rise_share_e8 : int or ndarray of int64, optional
        The customer's share of a rise [1e-8].
    floor_e8, cap_e8 : int or ndarray of int64, optional
        [1e-8 yuan/kWh]

    Raises
    ------
    TableError
        When a share is not between 0 and 1, or a floor is above its cap.

    Examples
    --------
    >>> half = 50_000_000
    >>> shared_price(40_000_000, np.array([36_000_000, 44_000_000]), share_e8=half).tolist()
    [38000000, 42000000]
    """
    agreed = price_e8_of(agreed_e8, "agreed_e8")
    moved = price_e8_of(market_e8, "market_e8") - agreed
    fall = between(share_e8, 0, ONE_E8, "share_e8")
    rise = fall if rise_share_e8 is None else between(rise_share_e8, 0, ONE_E8, "rise_share_e8")
    part = multiply_divide_half_up(moved, np.where(moved > 0, rise, fall), ONE_E8)
    return _within(agreed + part, floor_e8, cap_e8)


def agreement_lines(energy_wh: Integers, price_e8: Integers) -> NDArray[np.int64]:
    """Return one line a price, each rounded once (协议电费行).

    Parameters
    ----------
    energy_wh : int or ndarray of int64, such as shape (customers, periods) or (customers, 24)
        Energy of each period or hour, of the whole month [Wh].
    price_e8 : int or ndarray of int64
        Prices: one, one a period, one a customer ``(customers, 1)``, or one each [1e-8 yuan/kWh].

    Returns
    -------
    ndarray of int64
        [fen]

    Raises
    ------
    TableError
        When an energy is negative, or anything is out of all proportion.

    Examples
    --------
    >>> prices = np.array([52_030_000, 31_000_000])
    >>> agreement_lines(np.array([[1_000_000, 2_500], [0, 500_000]]), prices).tolist()
    [[52030, 78], [0, 15500]]
    """
    return charge_fen(energy_wh_of(energy_wh, "energy_wh"), price_e8_of(price_e8, "price_e8"))


def curve_charge(energy_wh: NDArray[np.int64], price_e8: Integers) -> NDArray[np.int64]:
    """Return the exact sum over a curve, rounded once (曲线合计电费).

    For curves that a bill prints in one line, such as 744 hours at 744 prices.

    Parameters
    ----------
    energy_wh : ndarray of int64, shape (..., hours)
        [Wh]
    price_e8 : int or ndarray of int64
        Broadcast with the energies [1e-8 yuan/kWh].

    Returns
    -------
    ndarray of int64, shape (...)
        [fen]

    Raises
    ------
    TableError
        When an energy is negative, or anything is out of all proportion.

    Examples
    --------
    >>> curve_charge(np.array([[500, 500]]), 900_000).tolist()
    [1]
    """
    energy, price = energy_wh_of(energy_wh, "energy_wh"), price_e8_of(price_e8, "price_e8")
    rounded = charge_fen(energy, price)
    # The products may wrap; what rounding left over is small, and right all the same.
    rest = (energy * price - rounded * _E8_WH_PER_FEN).sum(axis=-1)
    carry = rest // _E8_WH_PER_FEN
    total, left = _sum(rounded) + carry, rest - carry * _E8_WH_PER_FEN
    is_tie_up = (2 * left == _E8_WH_PER_FEN) & (total >= 0)
    charge: NDArray[np.int64] = total + ((2 * left > _E8_WH_PER_FEN) | is_tie_up)
    return charge


def effective_price(amount_fen: Integers, energy_wh: Integers) -> NDArray[np.int64]:
    """Return what a kWh comes to, all components together (测算到户均价).

    Parameters
    ----------
    amount_fen : int or ndarray of int64
        Energy and the components that are added to it [fen].
    energy_wh : int or ndarray of int64
        [Wh]

    Returns
    -------
    ndarray of int64
        Half up; `powerchannel.tables.NO_NUMBER` where there is no energy [1e-8 yuan/kWh].

    Raises
    ------
    TableError
        When an energy is negative, or anything is out of all proportion.
    OverflowError
        When a price passes int64.

    Examples
    --------
    >>> effective_price(np.array([68_030, 5]), np.array([1_000_000, 0])).tolist()
    [68030000, -9223372036854775808]
    """
    energy = energy_wh_of(energy_wh, "energy_wh")
    amount = np.where(energy > 0, whole(amount_fen), 0)
    price = multiply_divide_half_up(amount, _E8_WH_PER_FEN, np.maximum(energy, 1))
    return np.where(energy > 0, price, NO_NUMBER)


def agreed_component(tariff: Tariff, code: str) -> Component:
    """Return the component whose amount an agreement gives (协议替代的电价组成).

    Parameters
    ----------
    tariff : Tariff
        The tariff of the account.
    code : str
        The code of the component.

    Raises
    ------
    UnknownNameError
        When the tariff has no such component.
    RulebookError
        When it is no energy component, or moves with the factors of time of use: those are never
        applied on top of agreed prices.
    """
    known = {component.code: component for component in tariff.components}
    component = Registry(Text("电价组成", "component"), known).get(code)
    if component.group != "energy":
        raise _not_agreed(
            code, f"属于 {component.group}，不是电能量", f"is in {component.group}, not energy"
        )
    if component.floats:
        raise _not_agreed(
            code,
            "随分时系数浮动，协议电价上不再乘系数",
            "moves with factors of time of use, which agreed prices do not",
        )
    return component


def agreement_givens(
    component: Component,
    account_ids: Sequence[str],
    amounts_fen: NDArray[np.int64],
    periods: Sequence[str] = ("total",),
) -> tuple[Given, ...]:
    """Return amounts as the bill takes them from outside (协议电费给定值).

    Parameters
    ----------
    component : Component
        From `agreed_component`.
    account_ids : sequence of str
        The accounts.
    amounts_fen : ndarray of int64, shape (accounts, periods)
        The lines; those of hours are summed first [fen].
    periods : sequence of str
        The period of each column.

    Raises
    ------
    TableError
        When there is not an amount for each account and period.
    """
    if amounts_fen.shape != (wanted := (len(account_ids), len(periods))):
        raise TableError.of(
            "bad_shape",
            "amounts_fen",
            f"形状为 {amounts_fen.shape}，应为（户数、时段数）{wanted}；小时行请先求和",
            f"the shape is {amounts_fen.shape}, not {wanted} for accounts and periods; "
            "sum lines of hours first",
        )
    return tuple(
        Given(id=account, quantity=component.code, period=period, value=yuan_from_fen(fen))
        for account, row in zip(account_ids, amounts_fen.tolist(), strict=True)
        for period, fen in zip(periods, row, strict=True)
    )


def _within(
    price: NDArray[np.int64], floor_e8: Integers | None, cap_e8: Integers | None
) -> NDArray[np.int64]:
    floor = price_e8_of(-MOST_PRICE_E8 if floor_e8 is None else floor_e8, "floor_e8")
    cap = price_e8_of(MOST_PRICE_E8 if cap_e8 is None else cap_e8, "cap_e8")
    if (is_bad := floor > cap).any():
        count = int(is_bad.sum())
        raise TableError.of(
            "floor_above_cap",
            "floor_e8",
            f"{count} 个下限高于上限；请核对协议",
            f"{count} floors are above their caps; check the agreements",
            count=count,
        )
    kept: NDArray[np.int64] = np.minimum(np.maximum(price, floor), cap)
    return kept


def _sum(fen: NDArray[np.int64]) -> NDArray[np.int64]:
    if fen.size and (most := int(np.abs(fen).max()) * fen.shape[-1]) > _INT64_MAX:
        raise OverflowError(
            f"合计可能达 {most} 分，超出 int64；请核对单位 / "
            f"a sum could reach {most} fen and pass int64; check the units"
        )
    sums: NDArray[np.int64] = fen.sum(axis=-1)
    return sums


def _not_agreed(code: str, zh: str, en: str) -> RulebookError:
    return RulebookError.of(
        "not_agreed",
        f"$.components.{code}",
        f"{code} {zh}；协议电价只替代不浮动的电能量组成，请更正电价表",
        f"{code} {en}; an agreement replaces an energy component that does not float, "
        "correct the tariff",
    )
