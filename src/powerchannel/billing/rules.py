"""What a utility decides about readings, losses, theft, late fees and audits (计费规则).

Prices are tariffs (`powerchannel.billing.tariff`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cached_property
from itertools import pairwise
from typing import ClassVar, Literal, cast

from attrs import field, frozen

from powerchannel.billing.penalties import Breach, BreachKind, LateFee, Theft
from powerchannel.billing.tables.words import SUPPLIED_LOADS
from powerchannel.billing.tariff import Tariff, editions
from powerchannel.billing.tariff.cases import stated_by, with_provenance
from powerchannel.errors import Problem
from powerchannel.registry import Registry
from powerchannel.rulebook import FrozenMapping, Provenance, Shelf, structure
from powerchannel.rulebook.checks import (
    above,
    all_of,
    at_least,
    between,
    each,
    is_named,
    once,
    problem,
    refuse,
    unknown_names,
)
from powerchannel.rulebook.writing import plain
from powerchannel.text import Text

__all__ = [
    "Allocation",
    "Audit",
    "AuditRule",
    "Breach",
    "BreachKind",
    "Estimation",
    "LateFee",
    "Losses",
    "PowerFactorTable",
    "Readings",
    "Rulebook",
    "Theft",
    "from_case",
    "tariff_at",
]


def _nothing() -> Mapping[str, Decimal]:
    return FrozenMapping({})


@frozen(kw_only=True)
class Readings:
    """How readings become energy (抄见电量).

    Parameters
    ----------
    rollover_from_ratio : Decimal
        A register runs over only where it stood at this share of its range, or where the energy
        is plausible.
    plausible_load_factor : Decimal
        Energy above capacity x hours x this is not plausible.
    rates_tolerance_units : Decimal
        Total and parts may differ by so many last digits a rate.
    """

    rollover_from_ratio: Decimal = field(default=Decimal("0.9"), validator=between(0, 1))
    plausible_load_factor: Decimal = field(default=Decimal("1.2"), validator=above(0))
    rates_tolerance_units: Decimal = field(default=Decimal(1), validator=at_least(0))
    provenance: Provenance


def _known_loads(_: object, __: object, value: Mapping[str, Decimal]) -> None:
    known = [load.code for load in SUPPLIED_LOADS]
    refuse(unknown_names(Text("转供负荷类别", "supplied load"), value, known))


@frozen(kw_only=True)
class Allocation:
    """In which order sub-meters, quantities and ratios are taken off (主分表、定量定比).

    Parameters
    ----------
    order : {"sub_meters_first", "quantities_first"}
        sub-meters, quantities, ratios; or quantities, ratios, sub-meters.
    quantity_days : {"thirty", "actual", "none"}
        How a monthly quantity is shared out over part of a month.
    quantity_split, ratio_split : {"proportional", "flat"}
        The periods they are taken from, where the relation does not say.
    sub_meter_split : {"proportional", "flat"}
        A single-rate sub-meter under a parent with periods.
    demand_hours : mapping of str to Decimal
        Of energy supplied through: kWh a month that stand for a kW of demand, by the
        ``supplied_load`` of the relation: lighting, one_shift, two_shifts, three_shifts,
        agriculture.
    """

    order: Literal["sub_meters_first", "quantities_first"] = "sub_meters_first"
    quantity_days: Literal["thirty", "actual", "none"] = "thirty"
    quantity_split: Literal["proportional", "flat"] = "flat"
    ratio_split: Literal["proportional", "flat"] = "proportional"
    sub_meter_split: Literal["proportional", "flat"] = "proportional"
    demand_hours: Mapping[str, Decimal] = field(
        factory=_nothing, validator=all_of(each(above(0)), _known_loads)
    )
    provenance: Provenance


@frozen(kw_only=True)
class Losses:
    """How transformer and line losses are computed and shared (变损、线损).

    Parameters
    ----------
    share_by : {"energy", "capacity"}
        How a transformer's loss is shared over the meters behind it.
    periods : {"proportional", "flat"}
        The periods it is added to; proportional leaves what does not divide on flat.
    load_loss_ratio : Decimal
        Of ``loss_method = "ratio"``: the share of the energy that the windings lose, beside the
        no-load loss by the hour. A given ``transformer_loss_ratio`` replaces it.
    """

    share_by: Literal["energy", "capacity"] = "energy"
    periods: Literal["proportional", "flat"] = "proportional"
    load_loss_ratio: Decimal = field(default=Decimal("0.02"), validator=between(0, 1))
    provenance: Provenance


@frozen(kw_only=True)
class Estimation:
    """What stands in for a missing reading, in this order (测算电量).

    Parameters
    ----------
    methods : tuple of str
        interpolate: between the readings on either side; last_average: the daily average of the
        last period; last_year: the same month of last year; check_meter: a meter beside it;
        capacity_hours: capacity x hours. None: nothing stands in.
    growth_ratio : Decimal
        What ``last_year`` is multiplied by.
    capacity_hours_per_day : Decimal
        Hours a day [h] of ``capacity_hours``.
    most_in_a_row : int
        So many periods in a row may be estimated.
    """

    methods: tuple[
        Literal["interpolate", "last_average", "last_year", "check_meter", "capacity_hours"], ...
    ] = field(default=(), validator=once)
    growth_ratio: Decimal = field(default=Decimal(1), validator=above(0))
    capacity_hours_per_day: Decimal = field(
        default=Decimal(8), validator=all_of(above(0), between(0, 24))
    )
    most_in_a_row: int = field(default=1, validator=at_least(0))
    provenance: Provenance


@frozen(kw_only=True)
class PowerFactorTable:
    """The rates for one standard: percent by power factor of two decimals (力率调整表).

    Parameters
    ----------
    standard : Decimal
        0.90, 0.85 or 0.80.
    percent : mapping of ``"1.00"`` down to such as ``"0.50"`` to Decimal
        The rate; a minus is a reduction. Every hundredth has a row, and a lower power factor no
        lower rate.
    below_step_percent : Decimal
        What each hundredth below the last row adds.
    """

    standard: Decimal = field(validator=all_of(above(0), between(0, 1)))
    percent: Mapping[str, Decimal] = field()
    below_step_percent: Decimal = field(default=Decimal(2), validator=at_least(0))
    provenance: Provenance

    @percent.validator
    def _every_hundredth(self, _: object, value: Mapping[str, Decimal]) -> None:
        refuse([*_odd_rows(value), *_falling_rates(value)])


def _odd_rows(percent: Mapping[str, Decimal]) -> Iterator[Problem]:
    wanted = [f"{Decimal(100 - i) / 100:.2f}" for i in range(len(percent))]
    for key in sorted(set(percent) - set(wanted), reverse=True):
        yield problem(
            f"$[{key!r}]",
            f"共 {len(percent)} 行，应自 1.00 起每 0.01 一行，至 {wanted[-1]}；请补上中间各行",
            f"there are {len(percent)} rows, which should be every 0.01 from 1.00 to {wanted[-1]}; "
            "add the rows between",
        )
    if not percent:
        yield problem("$", "没有一行；请照表写出", "there is no row; write the table")


def _falling_rates(percent: Mapping[str, Decimal]) -> Iterator[Problem]:
    rows = sorted(percent.items(), reverse=True)
    for (_, above_it), (key, rate) in pairwise(rows):
        if rate < above_it:
            yield problem(
                f"$[{key!r}]",
                f"{rate} 低于上一行的 {above_it}；功率因数越低，调整率不应越低，请核对正负号",
                f"{rate} is below {above_it} of the row before; a lower power factor has no lower "
                "rate, check the sign",
            )


@frozen(kw_only=True)
class AuditRule:
    """A rule of the audit and what it leads to (审核规则).

    Parameters
    ----------
    code : str
        Its name in reports.
    verdict : {"pass", "review", "block"}
        What becomes of a bill that it strikes.
    title : Text
        What it looks for.
    thresholds : mapping of str to Decimal
        Its numbers; units stand in their names.
    """

    code: str = field(validator=is_named)
    verdict: Literal["pass", "review", "block"]
    title: Text
    thresholds: Mapping[str, Decimal] = field(factory=_nothing, validator=each(at_least(0)))
    provenance: Provenance


@frozen(kw_only=True)
class Audit:
    """The rules a bill is held against before it goes out (电量电费审核)."""

    rules: tuple[AuditRule, ...] = field()
    provenance: Provenance

    @rules.validator
    def _each_code_once(self, _: object, value: tuple[AuditRule, ...]) -> None:
        codes = [rule.code for rule in value]
        refuse(_repeated(codes, "code"))


def _repeated(values: Sequence[object], key: str) -> Iterator[Problem]:
    for i, value in enumerate(values):
        if value in values[:i]:
            yield problem(
                f"$[{i}].{key}",
                f"{value} 已有；请删去一个",
                f"{value} stands above; remove one of them",
                code="repeated",
            )


@frozen(kw_only=True, slots=False)
class Rulebook:
    """The billing policy, and the tariffs that bills are made with (计费规则集).

    A bundled policy has no tariffs: ``attrs.evolve(policy, tariffs=...)`` adds them, so that the
    digest of the rulebook covers every number of a bill. Editions of one name follow one another.
    """

    kind: Literal["billing"]
    schema_version: int
    name: str
    title: Text
    source: str
    effective_from: date | None = None
    effective_to: date | None = None
    readings: Readings
    allocation: Allocation
    losses: Losses
    estimation: Estimation
    power_factor_tables: tuple[PowerFactorTable, ...] = field()
    theft: Theft
    breach: Breach
    late_fee: LateFee
    audit: Audit
    tariffs: tuple[Tariff, ...] = field(default=())

    SCHEMA_VERSION: ClassVar[int] = 1

    @power_factor_tables.validator
    def _each_standard_once(self, _: object, value: tuple[PowerFactorTable, ...]) -> None:
        refuse(_repeated([table.standard for table in value], "standard"))

    @tariffs.validator
    def _editions_follow(self, _: object, value: tuple[Tariff, ...]) -> None:
        for name in dict.fromkeys(tariff.name for tariff in value):
            editions(value, name)

    @cached_property
    def shelves(self) -> Registry[Shelf[Tariff]]:
        """The editions of each tariff, by its name (各电价的版本)."""
        names = dict.fromkeys(tariff.name for tariff in self.tariffs)
        found = {name: editions(self.tariffs, name) for name in names}
        return Registry(Text("电价", "tariff"), found)


def tariff_at(rulebook: Rulebook, name: str, day: date) -> Tariff:
    """Return the edition of a tariff that is in force on a day (某日电价).

    Parameters
    ----------
    rulebook : Rulebook
        With its tariffs.
    name : str
        The name that accounts use.
    day : date
        The day.

    Raises
    ------
    UnknownNameError
        When the rulebook has no tariff of this name; says which there are.
    NotInForceError
        When none of its editions is in force; says which there are.
    """
    return rulebook.shelves.get(name).at(day)


def from_case(
    changes: Mapping[str, object], base: Rulebook, *, source: str, where: str = "$"
) -> Rulebook:
    """Return a rulebook with the changes of a worked example (算例规则).

    Parameters
    ----------
    changes : mapping of str to object
        Keys that replace those of the base, tables key by key. What is changed and names no
        provenance is taken as stated by the example. A `penalty_multiple` or `yuan_per_kw` of
        ``breach`` itself holds for every kind that the changes give none.
    base : Rulebook
        What is changed.
    source : str
        The source of the example.
    where : str
        The path of the changes, put before the path of each problem.

    Raises
    ------
    RulebookError
        With every problem of the changed rules.
    """
    written = dict(changes)
    if isinstance(breach := written.get("breach"), Mapping):
        written["breach"] = _each_kind(breach)
    written = with_provenance(Rulebook, written, stated_by(source))
    document = _changed(cast("Mapping[str, object]", plain(base)), written)
    return structure(Rulebook, document, where=where)


def _each_kind(breach: Mapping[str, object]) -> dict[str, object]:
    common = {key: breach[key] for key in ("penalty_multiple", "yuan_per_kw") if key in breach}
    rest = {key: value for key, value in breach.items() if key not in common}
    if common:
        for kind in ("higher_priced_load", "excess_capacity", "sealed_equipment"):
            own = rest.get(kind, {})
            rest[kind] = {**common, **own} if isinstance(own, Mapping) else own
    return rest


def _changed(old: Mapping[str, object], new: Mapping[str, object]) -> dict[str, object]:
    changed = dict(old)
    for key, value in new.items():
        before = changed.get(key)
        if key != "provenance" and isinstance(value, Mapping) and isinstance(before, Mapping):
            value = _changed(before, value)
        changed[key] = value
    return changed
