"""From readings to what each account is billed for: stages 1 to 6, in order (计费电量).

Metered energy, sub-meters and shares, transformer losses, line losses, and what they come to for
each row of each account. Estimates and given values take the place of what they stand for.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, localcontext

from attrs import evolve

from powerchannel.billing.records import (
    AccountEnergy,
    Group,
    GroupEnergy,
    Kwh,
    Reading,
    RegisterRow,
    Remainder,
)
from powerchannel.billing.reference import lines, losses
from powerchannel.billing.reference.accounts import account_energy, drawn_kwh, with_total
from powerchannel.billing.reference.deduct import Deduction
from powerchannel.billing.reference.demand import billed_demand, metered_demand
from powerchannel.billing.reference.job import Job, Slice
from powerchannel.billing.reference.metered import Leg, legs
from powerchannel.billing.reference.points import Point
from powerchannel.billing.reference.printing import other_rows, register_rows
from powerchannel.billing.reference.readings import ESTIMATED
from powerchannel.billing.reference.relations import Relations
from powerchannel.billing.reference.rounding import add, by_period, total_of
from powerchannel.billing.reference.spread import carry
from powerchannel.billing.rules import Rulebook

__all__ = ["group_energy"]

_DIGITS = 60
"""Digits of intermediate decimals: more than a reading times a multiplier has, so all are exact."""


def group_energy(group: Group, rulebook: Rulebook) -> GroupEnergy:
    """Work out the energy of one group, before any price (单组计费电量).

    Parameters
    ----------
    group : Group
        The accounts, meters, readings, relations, transformers and lines.
    rulebook : Rulebook
        The rules; of its tariffs how energy is rounded and days are counted.

    Returns
    -------
    GroupEnergy
        Its accounts in the order of their ids and days. With a fatal finding its energies are not
        to be billed.

    Examples
    --------
    >>> from datetime import date
    >>> from powerchannel.billing.records import Account, Meter, Reading
    >>> from powerchannel.rulebook import load_rulebook
    >>> row = Account(account_id="a", group_id="a", tariff="t", started_on=date(2025, 6, 1),
    ...     ended_on=date(2025, 7, 1))
    >>> read = [(date(2025, 6, 1), "2094.96"), (date(2025, 7, 1), "2501.55")]
    >>> group = Group(group_id="a", accounts=(row,),
    ...     meters=(Meter(meter_id="m", account_id="a", multiplier=Decimal(100)),),
    ...     readings=tuple(Reading(meter_id="m", register="active_total", read_on=day,
    ...         reading=Decimal(value)) for day, value in read))
    >>> group_energy(group, load_rulebook("sgcc-2024")).accounts[0].energy_kwh["total"]
    Decimal('40659')
    """
    with localcontext(prec=_DIGITS):
        return _energy(Job(group=group, rulebook=rulebook))


def _energy(job: Job) -> GroupEnergy:
    job.check_givens()
    measured, relations = legs(job), Relations.of(job)
    points = _stages(job, measured, relations)
    _check_owners(job, relations, points)
    rows = sorted(job.group.accounts, key=lambda row: (row.account_id, row.started_on))
    found = [account_energy(job, row, measured, points) for row in rows]
    printed: list[RegisterRow] = []
    for energy in found:
        mine = [leg for leg in measured if leg.meter.account_id == energy.account.account_id]
        printed += register_rows(job, energy, mine, points)
        printed += other_rows(energy.account, mine)
    return GroupEnergy(
        group_id=job.group.group_id,
        accounts=_with_demand(job, found, relations, points),
        registers=tuple(printed),
        meters=_by_meter(measured),
        meter_reactive_kvarh=_reactive_by_meter(measured),
        remainders=_remainders(relations, points),
        estimates=_estimates(measured),
        findings=job.notes.all(),
    )


def _stages(job: Job, measured: Sequence[Leg], relations: Relations) -> tuple[Point, ...]:
    """Take every slice through the stages."""
    behind = losses.banks(job)
    points = [point for leg in measured for point in leg.points(behind[leg.number])]
    return tuple(
        point
        for part in job.slices
        for point in _slice(job, part, [p for p in points if p.slice == part.number], relations)
    )


def _slice(
    job: Job, part: Slice, measured: Sequence[Point], relations: Relations
) -> Sequence[Point]:
    points = {point.key: point for point in measured}
    Deduction(job=job, part=part, points=points).run(relations.before)
    points = carry(job, part, points, losses.pools(job, points), "transformer")
    points = carry(job, part, points, lines.pools(job, part, points), "line")
    late = Deduction(job=job, part=part, points=points, is_after=True)
    late.run(relations.after)
    for relation in (*relations.before, *relations.after):
        if relation.kind == "through_supply":
            late.take_losses(relation)
    return [_as_given(job, part, point) for _, point in sorted(points.items())]


def _as_given(job: Job, part: Slice, point: Point) -> Point:
    """Bring a meter to the billed energy that is given for it."""
    given = job.portion(part, point.id, "billed_energy_kwh") if point.number >= 0 else {}
    if not given or point.id == point.account_id or _first(job, point) != point.number:
        return point
    if "total" in given:
        decimals = job.rounding(point.account_id).billed_decimals
        given = by_period(given["total"], point.energy, decimals, "proportional")
    rest = {period: -value for period, value in point.energy.items()}
    return evolve(point, after=add(point.after, given, rest))


def _first(job: Job, point: Point) -> int:
    return next(n for n, meter in enumerate(job.meters) if meter.meter_id == point.id)


def _check_owners(job: Job, relations: Relations, points: Sequence[Point]) -> None:
    """Tell of energy left on a meter that only measures a group."""
    for name in sorted({p.id for p in _unowned(relations, points)}):
        left = sum((total_of(p.energy) for p in points if p.id == name), Decimal(0))
        if left:
            job.notes.add("energy_without_account", name, left=left)


def _unowned(relations: Relations, points: Sequence[Point]) -> list[Point]:
    """Return the meters that only measure a group, and from which something is taken."""
    parents = {r.parent_id for r in (*relations.before, *relations.after)}
    return [p for p in points if not p.account_id and p.id in parents]


def _remainders(relations: Relations, points: Sequence[Point]) -> tuple[Remainder, ...]:
    """Return what is left on them, where they measure reactive energy."""
    return tuple(
        Remainder(
            meter_id=point.id,
            started_on=point.started_on,
            ended_on=point.ended_on,
            energy_kwh=total_of(point.energy),
            reactive_kvarh=point.lossy_reactive,
        )
        for point in _unowned(relations, points)
        if point.reactive is not None
    )


def _with_demand(
    job: Job, found: Sequence[AccountEnergy], relations: Relations, points: Sequence[Point]
) -> tuple[AccountEnergy, ...]:
    rows = {(e.account.account_id, e.account.started_on): e for e in found}
    recorded = {key: metered_demand(job, energy.account) for key, energy in rows.items()}
    metered = {key: value for key, value in recorded.items() if value is not None}
    taken = (*relations.before, *relations.after)
    demand = billed_demand(
        job,
        metered,
        {key: energy.energy_kwh["total"] for key, energy in rows.items()},
        {key: drawn_kwh(job, energy.account, points) for key, energy in rows.items() if taken},
        taken,
    )
    return tuple(
        evolve(energy, demand_kw=demand.get(key), metered_demand_kw=metered.get(key))
        if key in demand
        else energy
        for key, energy in rows.items()
    )


def _estimates(measured: Sequence[Leg]) -> tuple[Reading, ...]:
    """Return what registers would have shown, as readings that the next real ones settle."""
    found = {
        (leg.meter.meter_id, register, day): reading
        for leg in measured
        for (register, day), reading in leg.guessed.items()
    }
    return tuple(
        Reading(meter_id=m, register=r, read_on=day, reading=found[m, r, day], status=ESTIMATED)
        for m, r, day in sorted(found)
    )


def _by_meter(measured: Sequence[Leg]) -> dict[str, Kwh]:
    found: dict[str, dict[str, Decimal]] = {}
    for leg in measured:
        name = leg.meter.meter_id
        found[name] = add(found.get(name, {}), *leg.energy)
    return {name: with_total(energy) for name, energy in found.items()}


def _reactive_by_meter(measured: Sequence[Leg]) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for leg in measured:
        if leg.reactive is not None:
            name = leg.meter.meter_id
            found[name] = sum(leg.reactive, found.get(name, Decimal(0)))
    return found
