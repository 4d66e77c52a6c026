"""Average prices, prices that follow from others, and what time of use changes (电价计算)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from attrs import frozen

from powerchannel.billing.calculators.numbers import (
    Number,
    by_period,
    by_period_prices,
    decimal_of,
    fraction_of,
    not_negative,
    positive,
    refused,
    whole,
)
from powerchannel.billing.reference.rounding import half_up

__all__ = [
    "AveragePrice",
    "DerivedPrices",
    "EnergyForPrice",
    "TimeOfUseEffect",
    "average_price",
    "derived_prices",
    "energy_for_average_price",
    "time_of_use_effect",
]


@frozen(kw_only=True)
class AveragePrice:
    """What a kWh costs on average (平均电价), in yuan/kWh."""

    average_price_yuan_per_kwh: Decimal


def average_price(*, amount_yuan: Number, energy_kwh: Number, decimals: Number = 5) -> AveragePrice:
    """Return what a kWh costs on average (平均电价).

    ``amount / energy``, rounded once. Source: bills print five decimals.

    Parameters
    ----------
    amount_yuan : Decimal, str or int
        [yuan]
    energy_kwh : Decimal, str or int
        [kWh]
    decimals : int
        Of the price.

    Raises
    ------
    TableError
        When there is no energy.

    Examples
    --------
    >>> average_price(amount_yuan="327024.56", energy_kwh=511800).average_price_yuan_per_kwh
    Decimal('0.63897')
    """
    price = fraction_of(amount_yuan, "amount_yuan") / positive(energy_kwh, "energy_kwh")
    return AveragePrice(average_price_yuan_per_kwh=half_up(price, whole(decimals, "decimals")))


@frozen(kw_only=True)
class EnergyForPrice:
    """The energy at which an average price is reached (达到目标均价的电量), in kWh."""

    energy_kwh: Decimal


def energy_for_average_price(
    *, fixed_charge_yuan: Number, price: Number, target_price: Number
) -> EnergyForPrice:
    """Return the energy at which a two-part tariff costs a target on average (目标均价电量).

    ``fixed / energy + price = target``, so ``energy = fixed / (target - price)``.

    Parameters
    ----------
    fixed_charge_yuan : Decimal, str or int
        The capacity or demand charge of the month. [yuan]
    price : Decimal, str or int
        What a kWh costs besides. [yuan/kWh]
    target_price : Decimal, str or int
        The average wanted. [yuan/kWh]

    Raises
    ------
    TableError
        When the target is not above the price: no energy reaches it.

    Examples
    --------
    >>> energy_for_average_price(
    ...     fixed_charge_yuan=20000, price="0.20", target_price="0.40"
    ... ).energy_kwh
    Decimal('100000')
    """
    room = fraction_of(target_price, "target_price") - fraction_of(price, "price")
    if room <= 0:
        raise refused(
            "out_of_reach",
            "target_price",
            f"目标均价 {target_price} 不高于电度电价 {price}，用电再多也达不到",
            f"the target {target_price} is not above the price {price}: no energy reaches it",
        )
    fixed = not_negative(fixed_charge_yuan, "fixed_charge_yuan")
    return EnergyForPrice(energy_kwh=decimal_of(fixed / room))


@frozen(kw_only=True)
class DerivedPrices:
    """Prices by period that follow from the flat one (分时电价), in yuan/kWh."""

    prices: Mapping[str, Decimal]


def derived_prices(
    *,
    price: Number,
    peak_factor: Number = 1,
    valley_factor: Number = 1,
    sharp_factor: Number = 1,
    sharp_on: Literal["peak", "flat"] = "peak",
    deep_valley_factor: Number = 1,
    deep_valley_on: Literal["valley", "flat"] = "valley",
    price_decimals: Number | None = None,
) -> DerivedPrices:
    """Return the prices of the periods from the flat price (分时电价推算).

    ``peak = flat x peak_factor``, ``valley = flat x valley_factor``; the critical peak stands on
    the peak or the flat price, the deep valley on the valley or the flat price. Nothing is rounded
    on the way. Source: 发改价格〔2021〕1093号 and the notices of the provinces.

    Parameters
    ----------
    price : Decimal, str or int
        Of the flat period. [yuan/kWh]
    peak_factor, valley_factor, sharp_factor, deep_valley_factor : Decimal, str or int
        1.6 for 60 % more.
    sharp_on : {"peak", "flat"}
        What the critical peak is a multiple of.
    deep_valley_on : {"valley", "flat"}
        What the deep valley is a multiple of.
    price_decimals : int, optional
        Decimals of the prices; not rounded without it.

    Examples
    --------
    >>> found = derived_prices(
    ...     price="0.1515", peak_factor="1.6", valley_factor="0.38", sharp_factor="1.2"
    ... )
    >>> found.prices["sharp"], found.prices["peak"], found.prices["valley"]
    (Decimal('0.29088'), Decimal('0.2424'), Decimal('0.05757'))
    """
    flat = fraction_of(price, "price")
    peak = flat * not_negative(peak_factor, "peak_factor")
    valley = flat * not_negative(valley_factor, "valley_factor")
    on_sharp = {"peak": peak, "flat": flat}[sharp_on]
    on_deep = {"valley": valley, "flat": flat}[deep_valley_on]
    exact = {
        "sharp": on_sharp * not_negative(sharp_factor, "sharp_factor"),
        "peak": peak,
        "flat": flat,
        "valley": valley,
        "deep_valley": on_deep * not_negative(deep_valley_factor, "deep_valley_factor"),
    }
    if price_decimals is None:
        return DerivedPrices(prices={name: decimal_of(value) for name, value in exact.items()})
    decimals = whole(price_decimals, "price_decimals")
    return DerivedPrices(prices={name: half_up(value, decimals) for name, value in exact.items()})


@frozen(kw_only=True)
class TimeOfUseEffect:
    """What time of use changes (分时电价影响).

    Parameters
    ----------
    flat_equivalent_kwh : Decimal
        The energy that costs as much at the flat price. [kWh]
    change_percent : Decimal
        Negative where time of use is cheaper. [percent]
    """

    flat_equivalent_kwh: Decimal
    change_percent: Decimal


def time_of_use_effect(
    *, energy_kwh: Mapping[str, Number], factors: Mapping[str, Number]
) -> TimeOfUseEffect:
    """Return what time of use changes against the flat price (分时电价影响).

    ``sum(kWh x factor) / sum(kWh) - 1``; a period without a factor has 1.

    Parameters
    ----------
    energy_kwh : mapping of period to Decimal, str or int
        Energy of every period. [kWh]
    factors : mapping of period to Decimal, str or int
        The price of a period over the flat price.

    Raises
    ------
    TableError
        When there is no energy, or no period.

    Examples
    --------
    >>> time_of_use_effect(
    ...     energy_kwh={"peak": 20000, "flat": 30000, "valley": 50000},
    ...     factors={"peak": "1.6", "valley": "0.4"},
    ... ).change_percent
    Decimal('-18')
    """
    energy = by_period(energy_kwh, "energy_kwh")
    known = by_period_prices(factors)
    total = sum(energy.values(), Fraction(0))
    if total <= 0:
        raise refused(
            "no_energy",
            "energy_kwh",
            "电量合计须大于 0",
            "the energy must sum to more than 0",
        )
    weighted = sum((kwh * known.get(n, Fraction(1)) for n, kwh in energy.items()), Fraction(0))
    return TimeOfUseEffect(
        flat_equivalent_kwh=decimal_of(weighted),
        change_percent=decimal_of(100 * (weighted / total - 1)),
    )
