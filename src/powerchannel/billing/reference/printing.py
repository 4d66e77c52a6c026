"""The rows of registers as a bill prints them (示数行)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from attrs import evolve

from powerchannel.billing.records import Account, AccountEnergy, RegisterRow
from powerchannel.billing.reference.accounts import points_of
from powerchannel.billing.reference.job import Job
from powerchannel.billing.reference.metered import REVERSE, Leg
from powerchannel.billing.reference.points import Point
from powerchannel.billing.reference.registers import Part
from powerchannel.billing.reference.rounding import add

__all__ = ["balanced", "other_rows", "register_rows"]

_ZERO = Decimal(0)


def register_rows(
    job: Job, row: Account, measured: Sequence[Leg], points: Sequence[Point]
) -> list[RegisterRow]:
    """Return a row for each leg and period of an account, and for what has no meter (有功示数行).

    Parameters
    ----------
    job, row
        The rules and the row of the account.
    measured : sequence of Leg
        The legs of the account.
    points : sequence of Point
        All points, through all stages.
    """
    mine = points_of(job, row, points)
    found: list[RegisterRow] = []
    for leg in measured:
        here = [p for p in mine if p.number == leg.number]
        found += _leg_rows(row, leg, here)
    return found + _rows(row, None, [p for p in mine if p.number < 0])


def _leg_rows(row: Account, leg: Leg, points: Sequence[Point]) -> list[RegisterRow]:
    return _rows(row, leg, points) if _parts(row, leg) else []


def _rows(row: Account, leg: Leg | None, points: Sequence[Point]) -> list[RegisterRow]:
    metered = add(*(p.metered for p in points))
    transformer = add(*(p.transformer for p in points))
    line = add(*(p.line for p in points))
    added = add(*(p.taken for p in points), *(p.after for p in points))
    return [
        RegisterRow(
            meter_id=leg.meter.meter_id if leg else "",
            account_id=row.account_id,
            register=f"active_{period}",
            period=period,
            previous=_shown(row, leg, f"active_{period}", 0),
            current=_shown(row, leg, f"active_{period}", -1),
            multiplier=leg.meter.multiplier if leg else Decimal(1),
            metered_kwh=metered.get(period, _ZERO),
            transformer_loss_kwh=transformer.get(period, _ZERO),
            line_loss_kwh=line.get(period, _ZERO),
            added_kwh=added.get(period, _ZERO),
            is_estimated=leg.is_estimated if leg else False,
        )
        for period in add(metered, transformer, line, added)
    ]


def _parts(row: Account, leg: Leg) -> list[Part]:
    return [p for p in leg.parts if row.started_on <= p.started_on < row.ended_on]


def _shown(row: Account, leg: Leg | None, register: str, place: int) -> Decimal | None:
    """Return the reading at the beginning (0) or the end (-1) of a leg in a row."""
    parts = _parts(row, leg) if leg else []
    if leg is None or not parts:
        return None
    day: date = parts[0].started_on if place == 0 else parts[-1].ended_on
    return leg.shown.get((register, day))


def balanced(energy: AccountEnergy, rows: Sequence[RegisterRow]) -> Iterable[RegisterRow]:
    """Add to the first row of each period what rounding adds to the account (示数行与账户平衡).

    A period without a row gets one.
    """
    billed = {p: v for p, v in energy.energy_kwh.items() if p != "total"} or energy.energy_kwh
    found = [evolve(r, period=_period(r.period, billed)) for r in rows]
    for period, value in billed.items():
        mine = [i for i, r in enumerate(found) if r.period == period]
        rest = value - sum((found[i].billed_kwh for i in mine), _ZERO)
        if mine:
            first = found[mine[0]]
            found[mine[0]] = evolve(first, added_kwh=first.added_kwh + rest)
        elif rest:
            found.append(_bare(energy.account, period, rest))
    return found


def _period(period: str, billed: Iterable[str]) -> str:
    if period in billed:
        return period
    return "flat" if "flat" in billed else "total"


def _bare(row: Account, period: str, added: Decimal) -> RegisterRow:
    return RegisterRow(
        meter_id="",
        account_id=row.account_id,
        register=f"active_{period}",
        period=period,
        previous=None,
        current=None,
        multiplier=Decimal(1),
        metered_kwh=_ZERO,
        added_kwh=added,
    )


def other_rows(row: Account, measured: Sequence[Leg]) -> list[RegisterRow]:
    """Return the rows of reverse and reactive registers; they are not billed as active energy.

    Their quantities are in the unit of the register (反向、无功示数行).
    """
    return [
        RegisterRow(
            meter_id=leg.meter.meter_id,
            account_id=row.account_id,
            register=register,
            period=register.removeprefix(REVERSE) if register.startswith(REVERSE) else "total",
            previous=_shown(row, leg, register, 0),
            current=_shown(row, leg, register, -1),
            multiplier=leg.meter.multiplier,
            metered_kwh=sum((values[leg.parts.index(part)] for part in parts), _ZERO),
            is_estimated=leg.is_estimated,
        )
        for leg in measured
        if (parts := _parts(row, leg))
        for register, values in sorted(leg.others.items())
    ]
