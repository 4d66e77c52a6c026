"""The capacity or demand charge of a two-part tariff (基本电费)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import groupby

from attrs import evolve, frozen

from powerchannel.billing.records import Finding, Group, GroupEnergy
from powerchannel.billing.reference.days import days_360, month_chunks
from powerchannel.billing.reference.equipment import (
    Level,
    added,
    charged_levels,
    installed_levels,
)
from powerchannel.billing.reference.rounding import half_up
from powerchannel.billing.reference.segments import Segment
from powerchannel.billing.reference.stage import (
    Charge,
    Rule,
    Stage,
    amount_fen,
    fatal,
    given_amounts,
    joined,
    priced,
    remark,
)
from powerchannel.billing.tariff import CapacityCharge
from powerchannel.text import Text

__all__ = ["CAPACITY", "billed_demand", "capacity_charges", "kwh_per_kva", "quantity_months"]

CAPACITY = "capacity"
"""Code and group of the lines of a capacity or demand charge."""

_QUANTITY_DECIMALS = 6
_MONTH_DAYS = 30


@frozen(kw_only=True)
class _Run:
    """Segments of an account one after another that are charged in one mode."""

    parts: tuple[Segment, ...]
    charge: CapacityCharge

    @property
    def started_on(self) -> date:
        return self.parts[0].started_on

    @property
    def ended_on(self) -> date:
        return self.parts[-1].ended_on

    @property
    def account_id(self) -> str:
        return self.parts[0].account_id

    def spans(self) -> list[_Run]:
        """Return the parts of it in which nothing that the charge depends on changes."""
        found = groupby(self.parts, key=_terms)
        return [_Run(parts=tuple(parts), charge=terms[0]) for terms, parts in found]


def capacity_charges(
    group: Group, energy: GroupEnergy, parts: Sequence[Segment], given: Collection[str]
) -> Stage:
    """Charge the capacity or the demand of an account, by days where it changes (容（需）量电费).

    Parameters
    ----------
    group : Group
        With transformers.
    energy : GroupEnergy
        Of the whole group, for the price of well-used capacity.
    parts : sequence of Segment
        All of one account, one after another.
    given : collection of str
        Codes and groups whose amount comes from outside.
    """
    if CAPACITY in given:
        return Stage()
    return joined(_charged(group, energy, run) for run in _runs(parts))


def _runs(parts: Sequence[Segment]) -> Iterator[_Run]:
    open_run: list[Segment] = []
    for segment in parts:
        if open_run and not _goes_on(open_run[-1], segment):
            yield from _run(open_run)
            open_run = []
        open_run.append(segment)
    yield from _run(open_run)


def _run(parts: list[Segment]) -> Iterator[_Run]:
    charge = parts[0].tariff.capacity_charge if parts else None
    if charge is not None and charge.mode != "none":
        yield _Run(parts=tuple(parts), charge=charge)


def _goes_on(before: Segment, after: Segment) -> bool:
    old, new = before.tariff.capacity_charge, after.tariff.capacity_charge
    is_one_mode = old is not None and new is not None and old.mode == new.mode
    return is_one_mode and before.ended_on == after.started_on


def _terms(segment: Segment) -> tuple[CapacityCharge, Decimal | None, Decimal | None, bool]:
    charge = segment.tariff.capacity_charge
    assert charge is not None
    account, has_factor = segment.account, segment.row.reactive_kvarh is not None
    return charge, account.contract_demand_kw, account.power_factor_standard, has_factor


def _charged(group: Group, energy: GroupEnergy, run: _Run) -> Stage:
    return (
        _by_capacity(group, run)
        if run.charge.mode == "capacity"
        else _by_demand(group, energy, run)
    )


def _by_capacity(group: Group, run: _Run) -> Stage:
    """``S x price x days / 30`` of every transformer, rounded once a price."""
    charges = []
    for span in run.spans():
        levels = charged_levels(
            group.transformers, run.account_id, span.charge, run.started_on, run.ended_on
        )
        months = sum(
            (quantity_months(level, run.charge, run, span) for level in levels), Fraction()
        )
        level = added(levels, span.started_on, span.ended_on)
        price = span.charge.price_yuan_per_kva_month or Decimal(0)
        charges.append(_line(span, months, price, level, "kVA"))
    has_any = any(t.account_id == run.account_id for t in group.transformers)
    findings = () if has_any else (_no_transformers(run),)
    return Stage(charges=tuple(charges), findings=findings)


def _by_demand(group: Group, energy: GroupEnergy, run: _Run) -> Stage:
    demand, findings = _demand(group, run)
    if any(found.is_fatal for found in findings):
        return Stage(findings=findings)
    spans = run.spans()
    pieces = [_kw_level(group, run, span, demand) for span in spans]
    whole = tuple(piece for level in pieces for piece in level)
    charges = tuple(
        _line(
            span,
            quantity_months(whole, run.charge, run, span),
            _kw_price(group, energy, span.charge),
            level,
            "kW",
        )
        for span, level in zip(spans, pieces, strict=True)
    )
    most = max((kw for _, _, kw in whole), default=Decimal(0))
    values = {(run.account_id, "billed_demand_kw", "total"): most}
    return Stage(charges=charges, findings=findings, values=values)


def _demand(group: Group, run: _Run) -> tuple[Decimal | None, tuple[Finding, ...]]:
    """Return the demand of a run, and what is missing."""
    found = [s.row.demand_kw for s in run.parts if s.row.demand_kw is not None]
    given = _given_demand(group, run)
    demand = max(found, default=None) if given is None else given
    if run.charge.mode == "actual_demand":
        return demand, () if demand is not None else (_no_demand(run, is_fatal=True),)
    if any(span.account.contract_demand_kw is None for span in run.parts):
        return demand, (_no_contract(run),)
    return demand, () if demand is not None else (_no_demand(run, is_fatal=False),)


def _given_demand(group: Group, run: _Run) -> Decimal | None:
    given = given_amounts(group, run.account_id).get("billed_demand_kw", ())
    return max((amount.value for amount in given), default=None)


def _kw_level(group: Group, run: _Run, span: _Run, demand: Decimal | None) -> Level:
    """Return the kW that are charged in a span; the floor follows the capacity left."""
    levels = charged_levels(
        group.transformers, run.account_id, span.charge, run.started_on, run.ended_on
    )
    is_given = _given_demand(group, run) is not None
    contract = span.parts[0].account.contract_demand_kw
    return tuple(
        (begins, ends, billed_demand(span.charge, kva, demand, contract, is_given=is_given))
        for begins, ends, kva in added(levels, span.started_on, span.ended_on)
    )


def billed_demand(
    charge: CapacityCharge,
    capacity_kva: Decimal,
    demand_kw: Decimal | None,
    contract_kw: Decimal | None,
    *,
    is_given: bool = False,
) -> Decimal:
    """Return the kW that are multiplied by the price (计费需量).

    On a contract C, lifted to the floor: C up to the limit L = `over_limit_ratio` x C; beyond it
    ``C + 2 (D - L)``, or ``L + 2 (D - L)`` by the other reading. On actual demand: D, at least the
    floor unless it is given.

    Parameters
    ----------
    charge : CapacityCharge
        The rules.
    capacity_kva : Decimal
        The capacity that the floors are a share of.
    demand_kw, contract_kw : Decimal, optional
        What was measured, and what was agreed.
    is_given : bool
        Whether the demand comes from outside.

    Examples
    --------
    >>> from powerchannel.rulebook import Provenance
    >>> charge = CapacityCharge(
    ...     mode="contract_demand",
    ...     price_yuan_per_kw_month=Decimal(38),
    ...     provenance=Provenance(status="assumed", clause="example"),
    ... )
    >>> str(billed_demand(charge, Decimal(0), Decimal(1200), Decimal(1000)))
    '1300.00'
    """
    if charge.mode == "actual_demand":
        floor = Decimal(0) if is_given else charge.actual_demand_floor_ratio * capacity_kva
        return max(demand_kw or Decimal(0), floor)
    contract = max(contract_kw or Decimal(0), charge.contract_floor_ratio * capacity_kva)
    limit = contract * charge.over_limit_ratio
    over = max((demand_kw or Decimal(0)) - limit, Decimal(0))
    if not over:
        return contract
    below = contract if charge.over_limit_reading == "above_contract" else limit
    return below + charge.over_limit_multiple * over


def _kw_price(group: Group, energy: GroupEnergy, charge: CapacityCharge) -> Decimal:
    price, threshold = charge.price_yuan_per_kw_month or Decimal(0), charge.high_use_kwh_per_kva
    if threshold is None or kwh_per_kva(group, energy) < threshold:
        return price
    return price * charge.high_use_price_ratio


def kwh_per_kva(group: Group, energy: GroupEnergy) -> int:
    """Return the energy a kVA of the contract and month, cut to whole kWh (月每千伏安用电量).

    Parameters
    ----------
    group : Group
        With the transformers.
    energy : GroupEnergy
        All metering points of the customer count.

    Returns
    -------
    int
        0 without transformers [kWh].
    """
    started_on = min(account.started_on for account in group.accounts)
    ended_on = max(account.ended_on for account in group.accounts)
    kva_days = sum(
        Fraction(kva) * days_360(begins, ends)
        for level in installed_levels(group.transformers, started_on, ended_on)
        for begins, ends, kva in level
    )
    used = sum((Fraction(row.energy_kwh.get("total", 0)) for row in energy.accounts), Fraction())
    return int(used * _MONTH_DAYS / kva_days) if kva_days else 0


def quantity_months(level: Level, charge: CapacityCharge, run: _Run, span: _Run) -> Fraction:
    """Return quantity x months of some days, exactly (容量乘月数).

    With ``thirty_360`` the parts of a month sum to 30 days. With ``actual``, calendar days count
    a thirtieth each, but a month through which nothing changes is one.

    Parameters
    ----------
    level : Level
        What is charged, through the whole run.
    charge : CapacityCharge
        With the day count.
    run, span : days
        The run, from whose first day months are counted, and the days asked for.
    """
    if charge.day_count == "thirty_360":
        pieces = _within(level, span.started_on, span.ended_on)
        return sum((Fraction(q) * days_360(a, b) / _MONTH_DAYS for a, b, q in pieces), Fraction())
    found = Fraction()
    for begins, ends, is_whole in month_chunks(run.started_on, run.ended_on):
        is_even = is_whole and len({q for *_, q in _within(level, begins, ends)}) == 1
        month = (ends - begins).days if is_even else _MONTH_DAYS
        days = _within(level, max(begins, span.started_on), min(ends, span.ended_on))
        found += sum((Fraction(q) * (b - a).days / month for a, b, q in days), Fraction())
    return found


def _within(level: Level, started_on: date, ended_on: date) -> Level:
    clipped = ((max(a, started_on), min(b, ended_on), q) for a, b, q in level)
    return tuple((a, b, q) for a, b, q in clipped if a < b)


def _line(span: _Run, months: Fraction, price: Decimal, level: Level, unit: str) -> Charge:
    """Return the line; quantities that do not end are shown rounded, without a price."""
    charge = span.charge
    quantity = half_up(months, _QUANTITY_DECIMALS).normalize()
    rule = Rule.of(f"{span.parts[0].tariff.name}.capacity_charge", charge.provenance)
    charged = priced(
        span.parts[0],
        code=CAPACITY,
        group=CAPACITY,
        period="total",
        quantity=Decimal(f"{quantity:f}"),
        price=price,
        unit=f"{unit}·month",
        rule=rule,
        note=_note(level, price, unit),
    )
    exact = amount_fen(months * Fraction(price))
    if exact == charged.line.amount_fen:
        return charged
    return evolve(charged, line=evolve(charged.line, amount_fen=exact, price=None))


def _note(level: Level, price: Decimal, unit: str) -> Text:
    spans = [(f"{q.normalize():f} {unit}", a, b) for a, b, q in level]
    zh = "；".join(f"{what}，{a} 至 {b}（不含）" for what, a, b in spans)
    en = "; ".join(f"{what} from {a} to before {b}" for what, a, b in spans)
    return Text(f"{zh}；每月 {price} 元", f"{en}; {price} yuan a month")


def _no_transformers(run: _Run) -> Finding:
    return remark(
        "capacity_missing",
        run.account_id,
        "按容量计收，但账户没有变压器，基本电费为 0；请核对受电设备",
        "charged on capacity, but the account has no transformer, so it is 0; check the equipment",
    )


def _no_demand(run: _Run, *, is_fatal: bool) -> Finding:
    zh = "没有最大需量；请补抄需量示数，或给定 billed_demand_kw"
    en = "there is no maximum demand; read it, or give billed_demand_kw"
    if is_fatal:
        return fatal("demand_missing", run.account_id, zh, en)
    return remark(
        "demand_missing", run.account_id, f"{zh}；现按合同值计", f"{en}; the contract is charged"
    )


def _no_contract(run: _Run) -> Finding:
    return fatal(
        "contract_demand_missing",
        run.account_id,
        "按合同需量计收，但没有合同需量；请补充 contract_demand_kw",
        "charged on a contract demand, but there is none; add contract_demand_kw",
    )
