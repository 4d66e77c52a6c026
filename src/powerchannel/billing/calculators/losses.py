"""Losses of a grid and of a transformer, in percent, power and energy (损耗计算)."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from attrs import frozen

from powerchannel.billing.calculators.numbers import (
    Number,
    decimal_of,
    not_negative,
    positive,
    refused,
    whole,
)
from powerchannel.billing.reference.rounding import half_up

__all__ = ["GridLoss", "TransformerLoss", "grid_loss_rate", "transformer_power_loss"]


@frozen(kw_only=True)
class GridLoss:
    """What a grid lost (电网线损).

    Parameters
    ----------
    supplied_kwh, loss_kwh : Decimal
        What went into the grid, and what was not sold of it. [kWh]
    loss_rate_percent : Decimal
        The second over the first. [percent]
    """

    supplied_kwh: Decimal
    loss_kwh: Decimal
    loss_rate_percent: Decimal


def grid_loss_rate(
    *,
    generated_kwh: Number = 0,
    own_use_ratio: Number = 0,
    purchased_kwh: Number = 0,
    exported_kwh: Number = 0,
    sold_kwh: Number,
) -> GridLoss:
    """Return the loss rate of a grid (线损率).

    ``supplied = generated x (1 - own use) + purchased - exported``;
    ``rate = (supplied - sold) / supplied``. Source: textbooks of metering and billing (供电量 =
    发电量 + 购入 - 厂用 - 输出).

    Parameters
    ----------
    generated_kwh, purchased_kwh, exported_kwh, sold_kwh : Decimal, str or int
        [kWh, or any one unit of energy]
    own_use_ratio : Decimal, str or int
        Share of the generation that the plants use, 0 to 1.

    Returns
    -------
    GridLoss
        Negative where more was sold than supplied: readings of different days.

    Raises
    ------
    TableError
        When nothing was supplied, a quantity is negative, or the ratio above 1.

    Examples
    --------
    >>> grid_loss_rate(
    ...     generated_kwh=1000, own_use_ratio="0.05", purchased_kwh=100, exported_kwh=50,
    ...     sold_kwh=950,
    ... ).loss_rate_percent
    Decimal('5')
    """
    own_use = not_negative(own_use_ratio, "own_use_ratio")
    if own_use > 1:
        raise refused(
            "not_a_share",
            "own_use_ratio",
            f"须在 0 与 1 之间，实为 {own_use_ratio}；5% 写作 0.05",
            f"must be between 0 and 1, found {own_use_ratio}; 5 % is 0.05",
        )
    supplied = (
        not_negative(generated_kwh, "generated_kwh") * (1 - own_use)
        + not_negative(purchased_kwh, "purchased_kwh")
        - not_negative(exported_kwh, "exported_kwh")
    )
    if supplied <= 0:
        raise refused(
            "nothing_supplied",
            "supplied_kwh",
            f"供电量为 {decimal_of(supplied)}，不大于 0，线损率无意义；请核对发电、购入与输出电量",
            f"{decimal_of(supplied)} kWh were supplied, so that there is no rate; check generated, "
            "purchased and exported energy",
        )
    loss = supplied - not_negative(sold_kwh, "sold_kwh")
    return GridLoss(
        supplied_kwh=decimal_of(supplied),
        loss_kwh=decimal_of(loss),
        loss_rate_percent=decimal_of(100 * loss / supplied),
    )


@frozen(kw_only=True)
class TransformerLoss:
    """What a transformer loses at one load (变压器损耗).

    Parameters
    ----------
    active_loss_kw, reactive_loss_kvar : Decimal
        The loss of power; None for a reactive loss that nothing was given for.
    comprehensive_loss_kw : Decimal
        With the reactive loss turned into active (综合功率损耗). [kW]
    active_loss_kwh, reactive_loss_kvarh : Decimal
        Over the hours.
    annual_loss_kwh : Decimal
        The comprehensive loss over the hours. [kWh]
    """

    active_loss_kw: Decimal
    reactive_loss_kvar: Decimal | None
    comprehensive_loss_kw: Decimal
    active_loss_kwh: Decimal
    reactive_loss_kvarh: Decimal | None
    annual_loss_kwh: Decimal


def transformer_power_loss(
    *,
    capacity_kva: Number,
    no_load_loss_kw: Number,
    load_loss_kw: Number,
    no_load_current_percent: Number | None = None,
    short_circuit_voltage_percent: Number | None = None,
    load_ratio: Number,
    reactive_equivalent_kw_per_kvar: Number = 0,
    hours: Number,
    intermediate_decimals: Number | None = None,
) -> TransformerLoss:
    """Return the loss of a transformer at a load ratio, for advice and choice (变压器损耗).

    ``dP = P0 + b**2 PK``; ``dQ = (I0% + b**2 UK%) S / 100``; ``dPz = dP + Kq dQ``; times the hours.
    Source: GB/T 13462 and textbooks. This is no billed loss: that one depends on metered energy.

    Parameters
    ----------
    capacity_kva : Decimal, str or int
        S. [kVA]
    no_load_loss_kw, load_loss_kw : Decimal, str or int
        P0 and PK. [kW]
    no_load_current_percent, short_circuit_voltage_percent : Decimal, str or int, optional
        I0% and UK%; both or neither. [percent]
    load_ratio : Decimal, str or int
        b, load over capacity.
    reactive_equivalent_kw_per_kvar : Decimal, str or int
        Kq, 0.02 to 0.10 by the distance from generation; 0 leaves the reactive loss out. [kW/kvar]
    hours : Decimal, str or int
        8760 for a year, 720 for a month of 30 days. [h]
    intermediate_decimals : int, optional
        Decimals that each of dP, dQ and dPz is rounded to before it is used further.

    Returns
    -------
    TransformerLoss

    Raises
    ------
    TableError
        When a reactive loss is to be turned into active and I0% or UK% is missing.

    Examples
    --------
    >>> transformer_power_loss(
    ...     capacity_kva=100, no_load_loss_kw="0.29", load_loss_kw="1.50", load_ratio=1, hours=720
    ... ).annual_loss_kwh
    Decimal('1288.8')
    """
    squared = not_negative(load_ratio, "load_ratio") ** 2
    run = not_negative(hours, "hours")
    equivalent = not_negative(reactive_equivalent_kw_per_kvar, "reactive_equivalent_kw_per_kvar")

    def kept(value: Fraction) -> Fraction:
        if intermediate_decimals is None:
            return value
        return Fraction(half_up(value, whole(intermediate_decimals, "intermediate_decimals")))

    active = kept(
        not_negative(no_load_loss_kw, "no_load_loss_kw")
        + squared * not_negative(load_loss_kw, "load_loss_kw")
    )
    percent = _reactive_percent(no_load_current_percent, short_circuit_voltage_percent, squared)
    capacity = positive(capacity_kva, "capacity_kva")
    reactive = None if percent is None else kept(percent * capacity / 100)
    if reactive is None and equivalent:
        raise refused(
            "no_reactive_loss",
            "reactive_equivalent_kw_per_kvar",
            "折算无功损耗须给出空载电流与短路电压百分数；请补上，或不给无功经济当量",
            "I0% and UK% are needed to turn a reactive loss into active; add both, or leave the "
            "equivalent out",
        )
    comprehensive = kept(active + equivalent * (reactive or 0))
    return TransformerLoss(
        active_loss_kw=decimal_of(active),
        reactive_loss_kvar=None if reactive is None else decimal_of(reactive),
        comprehensive_loss_kw=decimal_of(comprehensive),
        active_loss_kwh=decimal_of(active * run),
        reactive_loss_kvarh=None if reactive is None else decimal_of(reactive * run),
        annual_loss_kwh=decimal_of(comprehensive * run),
    )


def _reactive_percent(
    no_load_current: Number | None, short_circuit_voltage: Number | None, squared: Fraction
) -> Fraction | None:
    if no_load_current is None and short_circuit_voltage is None:
        return None
    if no_load_current is None or short_circuit_voltage is None:
        given = (
            "no_load_current_percent"
            if short_circuit_voltage is None
            else ("short_circuit_voltage_percent")
        )
        raise refused(
            "half_of_two",
            given,
            "空载电流与短路电压百分数须同时给出",
            "I0% and UK% are needed together: give both or neither",
        )
    return not_negative(no_load_current, "no_load_current_percent") + squared * not_negative(
        short_circuit_voltage, "short_circuit_voltage_percent"
    )
