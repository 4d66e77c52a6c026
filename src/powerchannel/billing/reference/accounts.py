"""What the points of an account come to for each of its rows (账户计费电量)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from powerchannel.billing.records import PERIODS, Account, AccountEnergy
from powerchannel.billing.reference.job import Job
from powerchannel.billing.reference.metered import Leg
from powerchannel.billing.reference.points import Point
from powerchannel.billing.reference.rounding import add, by_period, half_more, half_up, total_of

__all__ = ["account_energy", "drawn_kwh", "points_of", "with_total"]

_ZERO = Decimal(0)


def account_energy(
    job: Job, row: Account, measured: Sequence[Leg], points: Sequence[Point]
) -> AccountEnergy:
    """Add the points of a row up, and round what is billed (账户计费段电量).

    Parameters
    ----------
    job, row
        The rules and the row.
    measured : sequence of Leg
        All legs of the group.
    points : sequence of Point
        All points, through all stages.
    """
    mine = points_of(job, row, points)
    metered = add(*(p.metered for p in mine))
    transformer = add(*(p.transformer for p in mine))
    line = add(*(p.line for p in mine))
    exact = add(metered, transformer, line, *(p.taken for p in mine), *(p.after for p in mine))
    billed = _billed(job, row, exact)
    parts = [_placed(energy, billed) for energy in (metered, transformer, line)]
    added = add(billed, *({p: -v for p, v in part.items()} for part in parts))
    reactive = _reactive(job, row, mine)
    return AccountEnergy(
        account=row,
        energy_kwh=with_total(billed),
        metered_kwh=with_total(parts[0]),
        transformer_loss_kwh=with_total(parts[1]),
        line_loss_kwh=with_total(parts[2]),
        added_kwh=with_total(added),
        reactive_kvarh=reactive,
        metered_reactive_kvarh=_sum([p.reactive for p in mine]),
        transformer_loss_kvarh=_sum([p.transformer_reactive for p in mine if _has_loss(p)]),
        unmetered_loss_kvarh=_with_losses(job, row, mine) if reactive is None else _ZERO,
        feed_in_kwh=_feed_in(job, row, measured),
    )


def points_of(job: Job, row: Account, points: Sequence[Point]) -> list[Point]:
    """Return the points of an account in the days of a row (计费段内计量点)."""
    inside = {s.number for s in job.slices if s.rows.get(row.account_id) == row}
    return [p for p in points if p.account_id == row.account_id and p.slice in inside]


def drawn_kwh(job: Job, row: Account, points: Sequence[Point]) -> Decimal:
    """Return what the meters of a row measured, and relations gave it [kWh] (受电电量)."""
    mine = points_of(job, row, points)
    return sum(
        (total_of(p.metered if p.number >= 0 else add(p.taken, p.after)) for p in mine), _ZERO
    )


def with_total(energy: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """Return energy with its total beside the parts (补上合计).

    Examples
    --------
    >>> with_total({"peak": Decimal(1), "valley": Decimal(2)})["total"]
    Decimal('3')
    """
    return {**{p: v for p, v in energy.items() if p != "total"}, "total": total_of(energy)}


def _billed(job: Job, row: Account, exact: Mapping[str, Decimal]) -> dict[str, Decimal]:
    decimals = job.rounding(row.account_id).billed_decimals
    given = _given(job, row, "billed_energy_kwh")
    if "total" in given:
        return by_period(given["total"], exact, decimals, "proportional")
    return (
        given or {p: half_more(value, decimals) for p, value in exact.items()} or {"total": _ZERO}
    )


def _given(job: Job, row: Account, quantity: str) -> dict[str, Decimal]:
    """Return what is given for an account; several rows share it by days."""
    given = job.given(row.account_id, quantity)
    if not given:
        return {}
    rows = [r for r in job.group.accounts if r.account_id == row.account_id]
    rows.sort(key=lambda r: r.started_on)
    days = [(r.ended_on - r.started_on).days for r in rows]
    decimals = job.rounding(row.account_id).billed_decimals
    return job.portions(given, days, decimals)[rows.index(row)]


def _placed(energy: Mapping[str, Decimal], billed: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """Put energy into the periods that are billed: a single rate is flat among parts."""
    if not set(billed) & set(PERIODS):
        return {"total": total_of(energy)} if energy else {}
    return add(energy, dict.fromkeys(billed, _ZERO)) if energy else {}


def _sum(values: Sequence[Decimal | None]) -> Decimal | None:
    known = [value for value in values if value is not None]
    return sum(known, _ZERO) if known else None


def _has_loss(point: Point) -> bool:
    return bool(point.bank or point.transformer or point.transformer_reactive)


def _reactive(job: Job, row: Account, mine: Sequence[Point]) -> Decimal | None:
    given = _given(job, row, "billed_reactive_kvarh")
    if given:
        return total_of(given)
    if all(p.reactive is None for p in mine):
        return None
    return _with_losses(job, row, mine)


def _with_losses(job: Job, row: Account, mine: Sequence[Point]) -> Decimal:
    """Return the reactive energy of points with their losses, as it is billed."""
    kvarh = sum((p.lossy_reactive for p in mine), _ZERO)
    return half_more(kvarh, job.rounding(row.account_id).billed_decimals)


def _feed_in(job: Job, row: Account, measured: Sequence[Leg]) -> Decimal:
    given = _given(job, row, "feed_in_energy_kwh")
    if given:
        return total_of(given)
    energy = sum(
        (
            leg.reverse(i)
            for leg in measured
            if leg.meter.account_id == row.account_id
            for i, part in enumerate(leg.parts)
            if row.started_on <= part.started_on < row.ended_on
        ),
        _ZERO,
    )
    return half_up(energy, job.rounding(row.account_id).billed_decimals)
