"""Checks of energy, power factor and losses against other months and the capacity (电量审核)."""

from __future__ import annotations

from decimal import Decimal

import numpy as np

from powerchannel.billing.audit.inputs import (
    Bools,
    Facet,
    Inputs,
    Ints,
    Limits,
    is_known,
    scaled_by,
)
from powerchannel.billing.audit.struck import struck
from powerchannel.billing.compare.sheets import DECIMALS
from powerchannel.billing.records import PERIODS
from powerchannel.money import exact_integer, multiply_divide_half_up
from powerchannel.tables import NO_NUMBER
from powerchannel.text import Text

__all__ = [
    "drop",
    "load_hours",
    "loss_ratio",
    "negative_energy",
    "over_capacity",
    "over_demand",
    "power_factor_range",
    "surge",
    "unmetered_reactive",
    "year_on_year",
    "zero_use",
]

_ENERGY = "billed_energy_kwh"
_ONE = 10**DECIMALS
_CHANGE = Text(
    "电量 {found} 千瓦时，上期 {threshold} 千瓦时", "{found} kWh, {threshold} kWh the month before"
)


def _units(value: Decimal) -> int:
    return exact_integer(value, DECIMALS, where="threshold")


def zero_use(inputs: Inputs, limits: Limits) -> Facet:
    """Find nothing used where something was the month before (零电量)."""
    del limits
    now, before = inputs.amounts("bills", _ENERGY), inputs.amounts("previous", _ENERGY)
    return struck(
        inputs,
        (now == 0) & is_known(before) & (before > 0) & ~inputs.has_idle_supply,
        now,
        before,
        _CHANGE,
        unchecked=is_known(now) & ~is_known(before),
        missing=f"previous.{_ENERGY}",
    )


def surge(inputs: Inputs, limits: Limits) -> Facet:
    """Find far more than the month before, by kind of supply (电量突增).

    Whatever follows a month without use is far more than nothing.
    """
    now, before = inputs.amounts("bills", _ENERGY), inputs.amounts("previous", _ENERGY)
    both = is_known(now, before)
    rise = np.where(both, now, 0) - np.where(both, before, 0)
    is_hit = both & (rise > 0) & (rise >= _allowed_change(inputs, limits, before, both))
    return _changed(inputs, limits, is_hit, rise, (now, before))


def drop(inputs: Inputs, limits: Limits) -> Facet:
    """Find far less than the month before, by kind of supply (电量突减).

    Nothing at all is another rule.
    """
    now, before = inputs.amounts("bills", _ENERGY), inputs.amounts("previous", _ENERGY)
    both = is_known(now, before)
    fall = np.where(both, before, 0) - np.where(both, now, 0)
    is_hit = both & (now > 0) & (fall >= _allowed_change(inputs, limits, before, both))
    return _changed(inputs, limits, is_hit, fall, (now, before))


def _allowed_change(inputs: Inputs, limits: Limits, before: Ints, both: Bools) -> Ints:
    base = np.where(both, before, 0)
    is_home = inputs.categories == "residential"
    return np.select(
        [is_home, inputs.is_high_voltage],
        [
            scaled_by(base, limits["residential_ratio"]),
            scaled_by(base, limits["high_voltage_ratio"]),
        ],
        scaled_by(base, limits["low_voltage_ratio"]),
    )


def _changed(
    inputs: Inputs, limits: Limits, is_hit: Bools, change: Ints, months: tuple[Ints, Ints]
) -> Facet:
    now, before = months
    is_small = (inputs.categories == "residential") & (change < _units(limits["residential_kwh"]))
    return struck(
        inputs,
        is_hit & ~is_small,
        now,
        before,
        _CHANGE,
        unchecked=is_known(now) & ~is_known(before),
        missing=f"previous.{_ENERGY}",
    )


def year_on_year(inputs: Inputs, limits: Limits) -> Facet:
    """Find far from the same month of last year (同比异常)."""
    now, before = inputs.amounts("bills", _ENERGY), inputs.amounts("last_year", _ENERGY)
    both = is_known(now, before)
    change = np.abs(np.where(both, now, 0) - np.where(both, before, 0))
    allowed = scaled_by(np.where(both, before, 0), limits["ratio"])
    return struck(
        inputs,
        both & (change > allowed),
        now,
        before,
        Text(
            "电量 {found} 千瓦时，去年同月 {threshold} 千瓦时",
            "{found} kWh, {threshold} kWh in the same month of last year",
        ),
        unchecked=is_known(now) & ~is_known(before),
        missing=f"last_year.{_ENERGY}",
    )


def negative_energy(inputs: Inputs, limits: Limits) -> Facet:
    """Find billed energy below 0, in total or in a period (计费电量为负)."""
    del limits
    columns = np.stack([inputs.amounts("bills", _ENERGY, p) for p in ("total", *PERIODS)])
    least = np.where(columns == NO_NUMBER, 0, columns).min(axis=0)
    what = Text("计费电量 {found} 千瓦时为负", "billed energy of {found} kWh is negative")
    return struck(inputs, least < 0, least, "0", what)


def over_capacity(inputs: Inputs, limits: Limits) -> Facet:
    """Find more energy than the capacity gives in the days of the period (超容量电量)."""
    now, capacity, days = inputs.amounts("bills", _ENERGY), inputs.capacity, inputs.days
    both = is_known(now, capacity, days)
    hours = scaled_by(np.where(both, days, 0) * _ONE, limits["hours_per_day"])
    most = multiply_divide_half_up(np.where(both, capacity, 0), hours, _ONE)
    return struck(
        inputs,
        both & (now > most),
        now,
        most,
        Text(
            "电量 {found} 千瓦时，超过容量所能供的 {threshold} 千瓦时",
            "{found} kWh, more than the {threshold} kWh that the capacity gives",
        ),
        unchecked=is_known(now) & is_known(capacity) & ~is_known(days),
        missing="archive.accounts",
    )


def over_demand(inputs: Inputs, limits: Limits) -> Facet:
    """Find a demand above the capacity, which gives kVA times power factor (超容量需量)."""
    metered = inputs.amounts("bills", "metered_demand_kw")
    demand = np.where(is_known(metered), metered, inputs.amounts("bills", "billed_demand_kw"))
    capacity, factor = inputs.capacity, inputs.amounts("bills", "power_factor")
    most = scaled_by(np.where(is_known(capacity), capacity, 0), limits["demand_ratio"])
    most = multiply_divide_half_up(most, np.where(is_known(factor), factor, _ONE), _ONE)
    what = Text(
        "需量 {found} 千瓦，超过容量允许的 {threshold}",
        "{found} kW, the capacity allows {threshold}",
    )
    return struck(
        inputs,
        is_known(demand, capacity) & (demand > most),
        demand,
        most,
        what,
        unchecked=is_known(demand) & ~is_known(capacity) & ~inputs.has_idle_supply,
        missing="archive.transformers.capacity_kva",
    )


def load_hours(inputs: Inputs, limits: Limits) -> Facet:
    """Find hours of use of the capacity outside their band (利用小时异常)."""
    now, capacity = inputs.amounts("bills", _ENERGY), inputs.capacity
    both = is_known(now, capacity) & (capacity > 0)
    size, used = np.where(both, capacity, 1), np.where(both, now, 0)
    least, most = limits["least_hours"], limits["most_hours"]
    is_hit = (used > scaled_by(size, most)) | (used < scaled_by(size, least))
    return struck(
        inputs,
        both & is_hit,
        multiply_divide_half_up(used, _ONE, size),
        f"{least:f}..{most:f}",
        Text("利用小时 {found}，应在 {threshold} 之间", "{found} hours of use, usual {threshold}"),
    )


def loss_ratio(inputs: Inputs, limits: Limits) -> Facet:
    """Find a transformer loss that is large or negative for its energy (变损占比异常).

    A share of another's energy, which has no meter, has its share of the loss too.
    """
    loss = inputs.amounts("bills", "transformer_loss_kwh")
    energy = inputs.amounts("bills", "metered_energy_kwh")
    both = is_known(loss, energy) & inputs.has_meter
    lost, base = np.where(both, loss, 0), np.where(both, energy, 0)
    most = scaled_by(base, limits["most_ratio"])
    return struck(
        inputs,
        both & ((lost > most) | (lost < scaled_by(base, limits["least_ratio"]))),
        loss,
        most,
        Text(
            "变损 {found} 千瓦时，通常不超过 {threshold} 千瓦时",
            "a loss of {found} kWh, usually at most {threshold} kWh",
        ),
        unchecked=is_known(loss) & ~is_known(energy) & inputs.has_meter,
        missing="bills.metered_energy_kwh",
    )


def power_factor_range(inputs: Inputs, limits: Limits) -> Facet:
    """Find a power factor outside what can be, or usually is (功率因数异常)."""
    factor = inputs.amounts("bills", "power_factor")
    least, most = limits["least"], limits["most"]
    return struck(
        inputs,
        is_known(factor) & ((factor < _units(least)) | (factor > _units(most))),
        factor,
        f"{least:f}..{most:f}",
        Text(
            "功率因数 {found}，应在 {threshold} 之间",
            "a power factor of {found}, usual {threshold}",
        ),
    )


def unmetered_reactive(inputs: Inputs, limits: Limits) -> Facet:
    """Find active energy without any reactive (有功不为零而无功为零)."""
    del limits
    factor = inputs.amounts("bills", "power_factor")
    active, reactive = (
        inputs.amounts("bills", f"billed_{name}") for name in ("energy_kwh", "reactive_kvarh")
    )
    return struck(
        inputs,
        is_known(factor, active) & (active > 0) & (reactive == 0),
        active,
        "0",
        Text("有功 {found} 千瓦时而无功为 0", "{found} kWh active without any reactive energy"),
        unchecked=is_known(factor) & ~is_known(active, reactive),
        missing="bills.billed_reactive_kvarh",
    )
