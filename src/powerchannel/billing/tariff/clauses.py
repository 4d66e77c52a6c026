"""The parts of a tariff: components, tiers, capacity charge, power factor, rounding (电价条款)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Literal, TypeAlias, get_args

from attrs import field, frozen

from powerchannel.billing.tariff.periods import PRICE_PERIODS, known_periods
from powerchannel.errors import Problem
from powerchannel.rulebook import FrozenMapping, Provenance
from powerchannel.rulebook.checks import (
    above,
    at_least,
    between,
    each,
    is_named,
    once,
    problem,
    refuse,
    unknown_names,
)
from powerchannel.rulebook.shapes import join
from powerchannel.text import Text

__all__ = [
    "GROUPS",
    "CapacityCharge",
    "ChargeGroup",
    "Component",
    "FeedIn",
    "PowerFactor",
    "Rounding",
    "Tiers",
]

ChargeGroup: TypeAlias = Literal[
    "energy", "catalogue", "line_loss", "transmission", "system_operation", "fund", "capacity"
]
GROUPS: tuple[ChargeGroup, ...] = get_args(ChargeGroup)
"""上网电费、目录电费、上网环节线损、输配电费、系统运行费、政府性基金、容（需）量电费."""

_MONTHS = tuple(map(str, range(1, 13)))


def _no_prices() -> Mapping[str, Decimal]:
    return FrozenMapping({})


def _no_limits() -> Mapping[str, tuple[Decimal, ...]]:
    return FrozenMapping({})


@frozen(kw_only=True)
class Component:
    """One priced component; by default it is charged on all kWh in one line (电价组成).

    Parameters
    ----------
    code : str
        Its name in results.
    group : str
        The group whose subtotal it is in.
    title : Text, optional
        What bills print.
    price : Decimal, optional
        [yuan/kWh]; never rounded.
    prices : mapping of period to Decimal
        A price a period instead; under ``total`` that of energy without periods.
    by_period : bool
        One line a period, each rounded, in place of one line for all kWh. Components with
        `prices`, or that float, always are.
    floats : bool
        Moves with the factors of time of use.
    given : bool
        Its amount comes from outside, such as a market settlement (givens, adjustments).
    """

    code: str = field(validator=is_named)
    group: ChargeGroup
    title: Text | None = None
    price: Decimal | None = field(default=None)
    prices: Mapping[str, Decimal] = field(factory=_no_prices, validator=known_periods)
    by_period: bool = False
    floats: bool = field(default=False)
    given: bool = False
    provenance: Provenance

    @code.validator
    def _is_no_other_group(self, _: object, value: str) -> None:
        if value in GROUPS and value != self.group:
            raise ValueError(
                Text(
                    f"{value} 是另一组的名称；请改 code",
                    f"{value} is the name of another group; use another code",
                )
            )

    @price.validator
    def _one_kind_of_price(self, _: object, value: Decimal | None) -> None:
        if value is not None and self.prices:
            raise ValueError(
                Text("price 与 prices 只能写其一", "write price or prices, not both of them")
            )
        if value is None and not self.prices and not self.given:
            raise ValueError(
                Text(
                    "没有价格；请写 price 或 prices，金额由外部给出的写 given = true",
                    "there is no price; write price or prices, or given = true where the amount "
                    "comes from outside",
                )
            )

    @floats.validator
    def _floats_from_one_price(self, _: object, value: bool) -> None:  # noqa: FBT001
        if value and self.prices:
            raise ValueError(
                Text(
                    "prices 已按时段给价，不再浮动；请去掉 floats，或改写 price",
                    "prices by period do not float; remove floats, or write price",
                )
            )


@frozen(kw_only=True)
class Tiers:
    """Residential tiers (阶梯电价); the upper limit of a tier belongs to it.

    Parameters
    ----------
    cycle : {"month", "year"}
        What the limits count; a year accumulates from January.
    limits_kwh : tuple of Decimal
        Upper limits of all tiers but the last, ascending.
    model : {"adder", "table"}
        adder: the catalogue price on all kWh, then one line for each increment; table: prices of
        their own for each tier.
    increments : tuple of Decimal
        For ``adder``: what each tier adds to the first [yuan/kWh], the first 0, not falling.
    prices : tuple of mapping of period to Decimal
        For ``table``: the prices of each tier by period, or under ``total``; the same periods in
        every tier.
    persons_from : int, optional
        Households of so many persons have `more_kwh` more on every limit (a month of the cycle).
    more_kwh : Decimal
        As above [kWh a month].
    partial_month : {"whole", "days"}
        How a month of connection or closure counts towards the limits of a year.
    season_limits_kwh : mapping of month (``"1"`` to ``"12"``) to tuple of Decimal
        Other limits in some months; for the monthly cycle.
    free_kwh : Decimal
        Free energy of low-income households a month; it comes off first.
    """

    cycle: Literal["month", "year"]
    limits_kwh: tuple[Decimal, ...] = field(validator=each(above(0)))
    model: Literal["adder", "table"] = "adder"
    increments: tuple[Decimal, ...] = field(default=())
    prices: tuple[Mapping[str, Decimal], ...] = field(default=(), validator=each(known_periods))
    persons_from: int | None = field(default=None, validator=at_least(1))
    more_kwh: Decimal = field(default=Decimal(0), validator=at_least(0))
    partial_month: Literal["whole", "days"] = "whole"
    season_limits_kwh: Mapping[str, tuple[Decimal, ...]] = field(
        factory=_no_limits, validator=each(each(above(0)))
    )
    free_kwh: Decimal = field(default=Decimal(0), validator=at_least(0))
    provenance: Provenance

    @limits_kwh.validator
    def _limits_ascend(self, _: object, value: tuple[Decimal, ...]) -> None:
        refuse(_not_ascending("$", value))

    @increments.validator
    def _increments_fit(self, _: object, value: tuple[Decimal, ...]) -> None:
        if self.model == "table":
            refuse(_only_for("adder", value))
            return
        refuse(_other_count(value, len(self.limits_kwh) + 1))
        refuse(_odd_increments(value))

    @prices.validator
    def _prices_fit(self, _: object, value: tuple[Mapping[str, Decimal], ...]) -> None:
        if self.model == "adder":
            refuse(_only_for("table", value))
            return
        refuse(_other_count(value, len(self.limits_kwh) + 1))
        refuse(_other_periods(value))

    @more_kwh.validator
    def _more_for_someone(self, _: object, value: Decimal) -> None:
        if (value > 0) != (self.persons_from is not None):
            raise ValueError(
                Text("须与 persons_from 一同写出", "write it together with persons_from")
            )

    @season_limits_kwh.validator
    def _seasons_fit(self, _: object, value: Mapping[str, tuple[Decimal, ...]]) -> None:
        problems = list(unknown_names(Text("月份", "month"), value, _MONTHS))
        for month, limits in value.items():
            where = join("$", month)
            problems += _not_ascending(where, limits)
            problems += _other_count(limits, len(self.limits_kwh), where)
        refuse(problems)


def _not_ascending(where: str, limits: Sequence[Decimal]) -> Iterator[Problem]:
    for i, (before, limit) in enumerate(pairwise(limits), start=1):
        if limit <= before:
            yield problem(
                join(where, i),
                f"上限 {limit} 不大于前一档的 {before}；请由低到高写",
                f"the limit {limit} is not above {before} of the tier before; write them ascending",
                code="out_of_order",
            )


def _only_for(model: str, value: Sequence[object]) -> Iterator[Problem]:
    if value:
        yield problem(
            "$",
            f"仅用于 model = {model}；请去掉，或改 model",
            f"it belongs to model = {model}; remove it, or change the model",
        )


def _other_count(value: Sequence[object], wanted: int, where: str = "$") -> Iterator[Problem]:
    if len(value) != wanted:
        yield problem(
            where,
            f"有 {len(value)} 项，应为 {wanted} 项，以与 limits_kwh 相配",
            f"there are {len(value)}, but {wanted} go with limits_kwh",
            code="other_count",
        )


def _odd_increments(value: Sequence[Decimal]) -> Iterator[Problem]:
    if value and value[0] != 0:
        yield problem(
            "$[0]",
            f"第一档加价应为 0，实为 {value[0]}；请并入目录电价",
            f"the first tier adds 0, not {value[0]}; put it into the catalogue price",
        )
    for i, (before, increment) in enumerate(pairwise(value), start=1):
        if increment < before:
            yield problem(
                f"$[{i}]",
                f"加价 {increment} 低于前一档的 {before}；请由低到高写，或用 model = table",
                f"the increment {increment} is below {before} of the tier before; "
                "write them ascending, or use model = table",
                code="out_of_order",
            )


def _other_periods(value: Sequence[Mapping[str, Decimal]]) -> Iterator[Problem]:
    for i, prices in enumerate(value):
        wanted = ", ".join(p for p in PRICE_PERIODS if p in value[0])
        if not prices or set(prices) != set(value[0]):
            yield problem(
                f"$[{i}]",
                f"各档应写同样的时段：{wanted or 'total'}",
                f"every tier has prices for the same periods: {wanted or 'total'}",
            )


@frozen(kw_only=True)
class FeedIn:
    """What is paid for energy fed in; the price includes VAT (上网电费)."""

    price: Decimal
    vat_rate: Decimal = field(default=Decimal(0), validator=between(0, 1))
    provenance: Provenance


@frozen(kw_only=True)
class CapacityCharge:
    """The capacity or demand charge of a two-part tariff (基本电费).

    Parameters
    ----------
    mode : {"none", "capacity", "contract_demand", "actual_demand"}
        What it is charged on.
    price_yuan_per_kva_month, price_yuan_per_kw_month : Decimal, optional
        The price; a thirtieth of it is never rounded.
    day_count : {"thirty_360", "actual"}
        How the days of a part of a month are counted.
    actual_demand_floor_ratio : Decimal
        Share of the capacity that is charged at least, on actual demand; 0 since 2016.
    contract_floor_ratio : Decimal
        Share of the capacity below which a contract demand is lifted.
    over_limit_ratio : Decimal
        Up to this multiple of the contract nothing is charged on top.
    over_limit_reading : {"above_contract", "above_limit"}
        Beyond it: contract x p + 2p x (D - limit), or limit x p + 2p x (D - limit).
    over_limit_multiple : Decimal
        The 2 of these.
    high_use_kwh_per_kva : Decimal, optional
        From so many kWh a kVA and month on (truncated to whole kWh) a demand price is reduced.
    high_use_price_ratio : Decimal
        What is left of it.
    suspended_charge_ratio : Decimal
        Share charged for suspended capacity within `recent_connection_months` of connection.
    recent_connection_months : int
        As above.
    least_suspended_days : int
        A suspension of fewer calendar days changes nothing.
    """

    mode: Literal["none", "capacity", "contract_demand", "actual_demand"] = field(default="none")
    price_yuan_per_kva_month: Decimal | None = field(default=None, validator=at_least(0))
    price_yuan_per_kw_month: Decimal | None = field(default=None, validator=at_least(0))
    day_count: Literal["thirty_360", "actual"] = "thirty_360"
    actual_demand_floor_ratio: Decimal = field(default=Decimal(0), validator=between(0, 1))
    contract_floor_ratio: Decimal = field(default=Decimal("0.4"), validator=between(0, 1))
    over_limit_ratio: Decimal = field(default=Decimal("1.05"), validator=at_least(1))
    over_limit_reading: Literal["above_contract", "above_limit"] = "above_contract"
    over_limit_multiple: Decimal = field(default=Decimal(2), validator=at_least(0))
    high_use_kwh_per_kva: Decimal | None = field(default=None, validator=above(0))
    high_use_price_ratio: Decimal = field(default=Decimal("0.9"), validator=between(0, 1))
    suspended_charge_ratio: Decimal = field(default=Decimal(0), validator=between(0, 1))
    recent_connection_months: int = field(default=0, validator=at_least(0))
    least_suspended_days: int = field(default=15, validator=at_least(0))
    provenance: Provenance

    @mode.validator
    def _has_its_price(self, _: object, value: str) -> None:
        if value == "none":
            return
        unit = "kva" if value == "capacity" else "kw"
        key = f"price_yuan_per_{unit}_month"
        if getattr(self, key) is None:
            raise ValueError(Text(f"{value} 须写 {key}", f"{value} needs {key}; write it"))


@frozen(kw_only=True)
class PowerFactor:
    """What the power-factor adjustment is charged on, and how it is rounded (力调电费).

    Parameters
    ----------
    base_groups : tuple of str
        Groups of components whose charges form the base.
    rounding : {"base", "line"}
        base: the sum times the rate, rounded once; line: each line times the rate, rounded.
    """

    base_groups: tuple[ChargeGroup, ...] = field(
        default=(
            "energy",
            "catalogue",
            "line_loss",
            "transmission",
            "system_operation",
            "capacity",
        ),
        validator=once,
    )
    rounding: Literal["base", "line"] = "base"
    provenance: Provenance


@frozen(kw_only=True)
class Rounding:
    """How energy and money are rounded; half away from zero, once a line (取整).

    Parameters
    ----------
    metered_decimals, billed_decimals : int
        Decimals of a kWh after the multiplier, and when it is billed.
    demand_decimals : int
        Decimals of a kW.
    """

    metered_decimals: int = field(default=2, validator=between(0, 9))
    billed_decimals: int = field(default=0, validator=between(0, 9))
    demand_decimals: int = field(default=6, validator=between(0, 9))
    provenance: Provenance
