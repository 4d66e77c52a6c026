"""Maximum demand, metered and shared out (最大需量)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

from powerchannel.billing.records import Account, Meter, Relation
from powerchannel.billing.reference.interval_energy import highest_demand
from powerchannel.billing.reference.job import Job
from powerchannel.billing.reference.readings import series, tell_conflicts
from powerchannel.billing.reference.rounding import half_up

__all__ = ["billed_demand", "metered_demand"]

_REGISTER = "max_demand"
_LOADS = {"residential": "lighting", "agriculture": "agriculture"}
"""The load of categories that have but one (用电分类对应的负荷)."""

_Rows = Mapping[tuple[str, date], Decimal]


def metered_demand(job: Job, row: Account) -> Decimal | None:
    """Return the demand that the meters of an account row recorded [kW] (计量最大需量).

    A meter's is its largest reading of the days x its multiplier, or the highest block of its
    intervals where no reading was taken; meters that hang side by side add up, those that follow
    one another do not.

    Parameters
    ----------
    job, row
        The rules and the row.

    Returns
    -------
    Decimal or None
        None where nothing records it.
    """
    decimals = job.rounding(row.account_id).demand_decimals
    given = job.amount(row.account_id, "metered_demand_kw")
    if given is not None:
        return given
    meters = [m for m in job.meters if m.account_id == row.account_id]
    found = [(m, _meter_demand(job, m, row)) for m in meters]
    known = [(m, demand) for m, demand in found if demand is not None]
    if not known:
        return None
    days = {row.started_on, *(m.installed_on for m, _ in known if m.installed_on)}
    sums = [sum((d for m, d in known if _hangs(m, day)), Fraction(0)) for day in days]
    return half_up(max(sums), decimals)


def _hangs(meter: Meter, day: date) -> bool:
    return (meter.installed_on or date.min) <= day < (meter.removed_on or date.max)


def _meter_demand(job: Job, meter: Meter, row: Account) -> Fraction | None:
    """Return the largest reading of the periods that touch the days of a row."""
    given = job.amount(meter.meter_id, "metered_demand_kw") if meter.meter_id else None
    if given is not None:
        return Fraction(given)
    first = max(row.started_on, meter.installed_on or row.started_on)
    last = min(row.ended_on, meter.removed_on or row.ended_on)
    ends = max((run[1] for run in job.runs(meter.account_id)), default=last)
    known = series(job, meter.meter_id, _REGISTER)
    later = [day for day in known if first < day <= ends]
    # A reading after the row belongs to it where none stands at its end.
    until = min((day for day in later if day >= last), default=last)
    used = [day for day in later if day <= until]
    tell_conflicts(job, meter.meter_id, _REGISTER, used)
    values = [known[day].reading for day in used]
    if not values:
        return highest_demand(job, meter, first, last)
    return Fraction(max(values)) * Fraction(meter.multiplier)


def billed_demand(
    job: Job,
    metered: _Rows,
    energy: Mapping[tuple[str, date], Decimal],
    drawn: Mapping[tuple[str, date], Decimal],
    relations: Sequence[Relation],
) -> dict[tuple[str, date], Decimal]:
    """Share demand out to what is taken off a meter (需量分摊).

    A sub-account with a capacity or demand charge takes the share that its energy has in its
    parent's; what is supplied through takes its energy over the hours that stand for a kW of its
    kind of load. A supplier that pays for demand is not billed where that kind is not known.

    Parameters
    ----------
    job : Job
        The rules; findings go to its notes.
    metered : mapping of (account_id, started_on) to Decimal
        Demand of each row [kW].
    energy, drawn : mapping of (account_id, started_on) to Decimal
        What each row is billed for, and what its meters measured or relations gave it [kWh].
    relations : sequence of Relation
        Parents first.
    """
    demand = dict(metered)
    for relation in relations:
        for row in job.group.accounts:
            child = (row.account_id, row.started_on)
            parent = _parent_row(job, relation, row)
            if row.account_id == _account(job, relation.child_id) and parent in demand:
                _share(job, relation, row, demand, energy[child], drawn[parent], parent)
    for row in job.group.accounts:
        given = job.amount(row.account_id, "billed_demand_kw")
        if given is not None:
            demand[row.account_id, row.started_on] = given
    return demand


def _share(
    job: Job,
    relation: Relation,
    row: Account,
    demand: dict[tuple[str, date], Decimal],
    energy: Decimal,
    drawn: Decimal,
    parent: tuple[str, date],
) -> None:
    decimals = job.rounding(row.account_id).demand_decimals
    whole, part = demand[parent], None
    if relation.kind == "through_supply":
        hours = _hours(job, relation, row, parent)
        part = None if hours is None else half_up(Fraction(energy) / Fraction(hours), decimals)
    elif relation.kind != "sub_meter" and _is_two_part(job, row):
        ratio = Fraction(energy) / Fraction(drawn) if drawn else Fraction(0)
        if relation.kind == "fixed_ratio":
            ratio = Fraction(relation.ratio or 0)
        part = half_up(Fraction(whole) * ratio, decimals)
        demand[row.account_id, row.started_on] = part
    if part is not None:
        demand[parent] = max(whole - part, Decimal(0))


def _hours(job: Job, relation: Relation, row: Account, parent: tuple[str, date]) -> Decimal | None:
    """Return the hours that stand for a kW; refuse what pays for demand where they are unknown."""
    tariff = job.tariff_of(row)
    load = relation.supplied_load or _LOADS.get((tariff and tariff.category) or "", "")
    hours = job.rulebook.allocation.demand_hours.get(load)
    if hours is None:
        supplier = next(r for r in job.group.accounts if (r.account_id, r.started_on) == parent)
        job.notes.add(
            "demand_hours_missing",
            relation.child_id,
            is_fatal=_is_two_part(job, supplier),
            load=load or "-",
        )
    return hours


def _is_two_part(job: Job, row: Account) -> bool:
    tariff = job.tariff_of(row)
    charge = tariff.capacity_charge if tariff else None
    return charge is not None and charge.mode != "none"


def _account(job: Job, name: str) -> str:
    owners = [m.account_id for m in job.meters if m.meter_id == name]
    return owners[0] if owners and name not in job.account_ids else name


def _parent_row(job: Job, relation: Relation, row: Account) -> tuple[str, date]:
    """Return the row of the parent that holds on the first day of both."""
    account = _account(job, relation.parent_id)
    rows = [
        r
        for r in job.group.accounts
        if r.account_id == account and r.started_on < row.ended_on and row.started_on < r.ended_on
    ]
    return min(((r.account_id, r.started_on) for r in rows), default=("", date.min))
