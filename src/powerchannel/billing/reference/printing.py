"""The rows of registers as a bill prints them (示数行)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal

from attrs import frozen

from powerchannel.billing.records import Account, AccountEnergy, Kwh, RegisterRow
from powerchannel.billing.reference.accounts import points_of
from powerchannel.billing.reference.job import Job
from powerchannel.billing.reference.metered import REVERSE, Leg
from powerchannel.billing.reference.points import Point
from powerchannel.billing.reference.registers import Part
from powerchannel.billing.reference.rounding import add

__all__ = ["other_rows", "register_rows"]

_ZERO, _ONE = Decimal(0), Decimal(1)


@frozen(kw_only=True)
class _Sum:
    """What a leg, or all that has no meter, adds to an account."""

    leg: Leg | None
    metered: Kwh
    transformer: Kwh
    line: Kwh
    added: Kwh

    @classmethod
    def of(cls, leg: Leg | None, points: Sequence[Point]) -> _Sum:
        return cls(
            leg=leg,
            metered=add(*(p.metered for p in points)),
            transformer=add(*(p.transformer for p in points)),
            line=add(*(p.line for p in points)),
            added=add(*(p.taken for p in points), *(p.after for p in points)),
        )

    @property
    def energy(self) -> Kwh:
        return add(self.metered, self.transformer, self.line, self.added)


def register_rows(
    job: Job, energy: AccountEnergy, measured: Sequence[Leg], points: Sequence[Point]
) -> list[RegisterRow]:
    """Return a row for each leg and period of an account, and for what has no meter (有功示数行).

    They sum to what is billed: the first row of each period has what rounding adds to the account,
    and a period without a row gets one.

    Parameters
    ----------
    job, energy
        The rules, and the row of the account with its energy.
    measured : sequence of Leg
        The legs of the account.
    points : sequence of Point
        All points, through all stages.
    """
    row, billed = energy.account, energy.energy_kwh
    billed = {p: v for p, v in billed.items() if p != "total"} or billed
    mine = points_of(job, row, points)
    legs = [leg for leg in measured if _parts(row, leg)]
    sums = [_Sum.of(leg, [p for p in mine if p.number == leg.number]) for leg in legs]
    sums.append(_Sum.of(None, [p for p in mine if p.number < 0]))
    rest = _rest(billed, sums)
    found = [shown for one in sums for shown in _rows(row, one, billed, rest)]
    return found + [_bare(row, period, added) for period, added in rest.items() if added]


def _rest(billed: Kwh, sums: Iterable[_Sum]) -> dict[str, Decimal]:
    """Return what is billed beyond the sums, by period."""
    rest = dict(billed)
    for one in sums:
        for period, value in one.energy.items():
            shown = _period(period, billed)
            if shown in rest:
                rest[shown] -= value
    return rest


def _rows(row: Account, one: _Sum, billed: Kwh, rest: dict[str, Decimal]) -> Iterator[RegisterRow]:
    leg = one.leg
    for period in one.energy:
        shown = _period(period, billed)
        yield RegisterRow(
            meter_id=leg.meter.meter_id if leg else "",
            account_id=row.account_id,
            register=f"active_{period}",
            period=shown,
            previous=_shown(row, leg, f"active_{period}", 0),
            current=_shown(row, leg, f"active_{period}", -1),
            multiplier=leg.meter.multiplier if leg else _ONE,
            metered_kwh=one.metered.get(period, _ZERO),
            transformer_loss_kwh=one.transformer.get(period, _ZERO),
            line_loss_kwh=one.line.get(period, _ZERO),
            added_kwh=one.added.get(period, _ZERO) + rest.pop(shown, _ZERO),
            is_estimated=leg.is_estimated if leg else False,
        )


def _parts(row: Account, leg: Leg) -> list[Part]:
    return [p for p in leg.parts if row.started_on <= p.started_on < row.ended_on]


def _shown(row: Account, leg: Leg | None, register: str, place: int) -> Decimal | None:
    """Return the reading at the beginning (0) or the end (-1) of a leg in a row."""
    parts = _parts(row, leg) if leg else []
    if leg is None or not parts:
        return None
    day: date = parts[0].started_on if place == 0 else parts[-1].ended_on
    return leg.shown.get((register, day))


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
        multiplier=_ONE,
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
