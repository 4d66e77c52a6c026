"""Which capacity is charged on which day: standby, interlock, suspension (受电容量)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import TypeAlias

from powerchannel.billing.records import Transformer
from powerchannel.billing.reference.days import add_months
from powerchannel.billing.reference.segments import cut
from powerchannel.billing.tariff import CapacityCharge

__all__ = ["Level", "added", "charged_levels", "installed_levels", "level_on"]

Level: TypeAlias = tuple[tuple[date, date, Decimal], ...]
"""What a quantity was over days without a gap: (first day, day after the last, kVA or kW)."""

_Kva: TypeAlias = Callable[[Transformer, date], Decimal]

_NONE = Decimal(0)


def charged_levels(
    transformers: Sequence[Transformer],
    account_id: str,
    charge: CapacityCharge,
    started_on: date,
    ended_on: date,
) -> list[Level]:
    """Return the capacity that is charged, unit by unit (计费容量).

    Running and hot standby count, sealed cold standby does not. Of an interlock group, which can
    run one at a time, the largest counts, whichever ran. A suspension counts from
    `least_suspended_days` calendar days on.

    Parameters
    ----------
    transformers : sequence of Transformer
        All of the group: one may have been another account's before.
    account_id : str
        Whose capacity.
    charge : CapacityCharge
        The rules.
    started_on, ended_on : date
        The days ``[started_on, ended_on)``.

    Returns
    -------
    list of Level
        One a transformer, motor or interlock group [kVA].
    """

    def kva(row: Transformer, day: date) -> Decimal:
        if row.status == "suspended" and _is_long(row, transformers, charge):
            is_recent = day < _recent_until(row, transformers, charge)
            return row.capacity_kva * (charge.suspended_charge_ratio if is_recent else 0)
        if row.status == "cold_standby" and not row.interlock_group:
            return Decimal(0)
        return row.capacity_kva

    recent = {_recent_until(t, transformers, charge) for t in transformers}
    mine = [t for t in transformers if t.account_id == account_id]
    return [_level(unit, kva, started_on, ended_on, recent) for unit in _units(mine)]


def installed_levels(
    transformers: Iterable[Transformer], started_on: date, ended_on: date
) -> list[Level]:
    """Return the capacity of the contract, whatever its state, motors left out (合同变压器容量).

    Parameters
    ----------
    transformers : iterable of Transformer
        All of the group.
    started_on, ended_on : date
        The days ``[started_on, ended_on)``.
    """
    mine = [t for t in transformers if t.kind == "transformer"]
    return [
        _level(unit, lambda row, _: row.capacity_kva, started_on, ended_on, set())
        for unit in _units(mine)
    ]


def added(levels: Sequence[Level], started_on: date, ended_on: date) -> Level:
    """Return the sum of levels over some days (容量合计)."""
    changes = {day for level in levels for begins, ends, _ in level for day in (begins, ends)}
    return tuple(
        (begins, ends, sum((level_on(level, begins) for level in levels), start=Decimal(0)))
        for begins, ends in cut(started_on, ended_on, changes)
    )


def level_on(level: Level, day: date) -> Decimal:
    """Return what a level was on a day; 0 outside it (某日容量)."""
    return next((kva for begins, ends, kva in level if begins <= day < ends), Decimal(0))


def _units(transformers: Iterable[Transformer]) -> list[list[Transformer]]:
    """Return the rows of each transformer, or of each interlock group, in the order of names."""
    units: dict[tuple[str, str], list[Transformer]] = {}
    for row in sorted(transformers, key=lambda t: (t.transformer_id, t.started_on or date.min)):
        key = (row.interlock_group, "") if row.interlock_group else ("", row.transformer_id)
        units.setdefault(key, []).append(row)
    return [units[key] for key in sorted(units)]


def _level(
    unit: Sequence[Transformer], kva: _Kva, started_on: date, ended_on: date, changes: set[date]
) -> Level:
    rows = {day for t in unit for day in (t.started_on, t.ended_on) if day is not None}
    return tuple(
        (begins, ends, max((kva(t, begins) for t in unit if _is_there(t, begins)), default=_NONE))
        for begins, ends in cut(started_on, ended_on, rows | changes)
    )


def _is_there(row: Transformer, day: date) -> bool:
    begins, ends = row.started_on or date.min, row.ended_on or date.max
    return begins <= day < ends


def _same(row: Transformer, transformers: Iterable[Transformer]) -> list[Transformer]:
    return [t for t in transformers if t.transformer_id == row.transformer_id]


def _is_long(row: Transformer, transformers: Iterable[Transformer], charge: CapacityCharge) -> bool:
    """Tell whether a suspension is long enough; rows one after another are one suspension."""
    begins, ends = row.started_on or date.min, row.ended_on or date.max
    others = [t for t in _same(row, transformers) if t.status == "suspended"]
    for _ in others:
        begins = min(
            (t.started_on or date.min for t in others if t.ended_on == begins), default=begins
        )
        ends = max((t.ended_on or date.max for t in others if t.started_on == ends), default=ends)
    return (ends - begins).days >= charge.least_suspended_days


def _recent_until(
    row: Transformer, transformers: Iterable[Transformer], charge: CapacityCharge
) -> date:
    """Return the day from which a transformer is no longer newly connected."""
    connected = min(t.started_on or date.min for t in _same(row, transformers))
    if connected == date.min:
        return date.min
    return add_months(connected, charge.recent_connection_months)
