"""Transformer losses by formula, table and ratio (变损电量)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import partial
from itertools import pairwise

from attrs import frozen

from powerchannel.billing.records import Meter, Transformer
from powerchannel.billing.reference.days import days_360
from powerchannel.billing.reference.job import Job
from powerchannel.billing.reference.points import Point
from powerchannel.billing.reference.rounding import half_up
from powerchannel.billing.reference.spread import Pool
from powerchannel.billing.reference.tables import table_row

__all__ = ["Span", "banks", "formula_loss", "pools", "spans"]

_HOURS = 24
_MONTH = 30
_NONE = (Decimal(0), Decimal(0))


@frozen(kw_only=True)
class Span:
    """Days in which the state of every transformer of a bank stays the same (状态区间).

    Parameters
    ----------
    started_on, ended_on : date
        The days ``[started_on, ended_on)``.
    energised : tuple of Transformer
        Running, or in hot standby: they have no-load loss.
    running : tuple of Transformer
        Those that carry load.
    """

    started_on: date
    ended_on: date
    energised: tuple[Transformer, ...]
    running: tuple[Transformer, ...]

    @property
    def hours(self) -> int:
        """Hours (小时数)."""
        return _HOURS * (self.ended_on - self.started_on).days


def banks(job: Job) -> dict[int, tuple[str, ...]]:
    """Return the transformers that each low-side leg is behind, by its number (所属变压器).

    A meter without a transformer is behind all of its account; sets that overlap are one bank.
    """
    found = {n: _behind(job, meter) for n, meter in enumerate(job.meters)}
    merged: list[set[str]] = []
    for ids in found.values():
        touching = [bank for bank in merged if bank & ids]
        merged = [bank for bank in merged if not bank & ids]
        merged += [ids.union(*touching)] if ids else []
    return {
        n: tuple(sorted(next((bank for bank in merged if bank & ids), set())))
        for n, ids in found.items()
    }


def _behind(job: Job, meter: Meter) -> set[str]:
    if meter.metering_side != "low":
        return set()
    lossy = {
        t.transformer_id
        for t in job.group.transformers
        if t.kind == "transformer"
        and t.loss_method != "none"
        and (t.account_id == meter.account_id or t.transformer_id == meter.transformer_id)
    }
    return lossy & {meter.transformer_id} if meter.transformer_id else lossy


def pools(job: Job, points: Mapping[tuple[str, int], Point]) -> list[Pool]:
    """Gather the points of a slice by the transformers they are behind (按变压器归集)."""
    members: dict[tuple[str, ...], list[Point]] = {}
    for point in sorted(points.values(), key=lambda p: p.key):
        if point.bank:
            members.setdefault(point.bank, []).append(point)
    return [
        Pool(
            ids=bank,
            members=tuple(found),
            compute=partial(_bank_loss, job, bank, tuple(found)),
        )
        for bank, found in sorted(members.items())
    ]


def _bank_loss(
    job: Job, bank: tuple[str, ...], members: Sequence[Point]
) -> tuple[Decimal, Decimal]:
    """Return the loss of transformers in parallel, on all that flows through them."""
    rows = [
        t
        for t in job.group.transformers
        if t.transformer_id in bank and t.kind == "transformer" and t.loss_method != "none"
    ]
    methods = sorted({t.loss_method for t in rows})
    where = bank[0]
    if len(methods) != 1:
        job.notes.add("loss_methods_differ", where, is_fatal=True)
        return _NONE
    metered = [p for p in members if p.number >= 0] or members
    first, last = min(p.started_on for p in metered), max(p.ended_on for p in metered)
    found = spans(rows, first, last)
    energy = Fraction(sum((p.net_kwh for p in members), Decimal(0)))
    if energy and not any(span.running for span in found):
        job.notes.add("not_running", where, is_fatal=True)
        return _NONE
    if methods[0] == "given":
        _lack(job, where, "transformer_loss_kwh")
        return _NONE
    if methods[0] == "ratio":
        return _by_ratio(job, bank, found, energy, members)
    # Less than nothing flows only where an estimate is given back: it heats no winding.
    flow = max(energy, Fraction(0))
    if methods[0] == "table":
        return _by_table(job, found, flow, members)
    return _by_formula(job, found, flow, members)


def spans(rows: Sequence[Transformer], first: date, last: date) -> tuple[Span, ...]:
    """Cut the days ``[first, last)`` where the state of a transformer changes (按状态切分).

    Rows without a day hold always; days without a row of a transformer are days without it.
    """
    changes = {d for t in rows for d in (t.started_on, t.ended_on) if d is not None}
    days = sorted({first, last, *(d for d in changes if first < d < last)})
    found = []
    for begins, ends in pairwise(days):
        held = sorted((t for t in rows if _holds(t, begins)), key=lambda t: t.transformer_id)
        found.append(
            Span(
                started_on=begins,
                ended_on=ends,
                energised=tuple(t for t in held if t.status in ("running", "hot_standby")),
                running=tuple(t for t in held if t.status == "running"),
            )
        )
    return tuple(found)


def _holds(row: Transformer, day: date) -> bool:
    return (row.started_on or date.min) <= day < (row.ended_on or date.max)


def _lack(job: Job, where: str, field: str) -> None:
    job.notes.add("loss_data_missing", where, is_fatal=True, field=field)


def _by_formula(
    job: Job, found: Sequence[Span], energy: Fraction, members: Sequence[Point]
) -> tuple[Decimal, Decimal]:
    if not _has(job, found, "no_load_loss_kw", "load_loss_kw"):
        return _NONE
    reactive = max(Fraction(sum((p.net_reactive for p in members), Decimal(0))), Fraction(0))
    if energy and all(p.reactive is None for p in members):
        job.notes.add("reactive_unknown", members[0].id)
    active = formula_loss(found, energy, reactive, is_reactive=False)
    lost = formula_loss(found, energy, reactive, is_reactive=True)
    decimals = job.rounding(members[0].account_id).metered_decimals
    return half_up(active, decimals), half_up(lost, decimals)


def _has(job: Job, found: Sequence[Span], *fields: str) -> bool:
    is_complete = True
    for transformer in {t for span in found for t in span.energised}:
        for name in fields:
            if getattr(transformer, name) is None:
                _lack(job, transformer.transformer_id, name)
                is_complete = False
    return is_complete


def formula_loss(
    found: Sequence[Span], energy: Fraction, reactive: Fraction, *, is_reactive: bool
) -> Fraction:
    """Return the loss of transformers in parallel by formula (公式法变损).

    ``P0 x T + K x PK x (A^2 + R^2) / (S^2 x T)`` kWh, and with ``Q0 = I0% x S / 100``,
    ``QK = UK% x S / 100`` in place of P0 and PK, kvarh; P0, PK, Q0, QK and S of transformers in
    parallel are added. A and R are spread over the hours in which any of them runs.

    Parameters
    ----------
    found : sequence of Span
        States, one after another.
    energy, reactive : Fraction
        A [kWh] and R [kvarh] through them.
    is_reactive : bool
        Whether the loss of reactive energy is asked for.

    Examples
    --------
    >>> s9 = Transformer(transformer_id="t", account_id="a", capacity_kva=Decimal(100),
    ...     no_load_loss_kw=Decimal("0.29"), load_loss_kw=Decimal("1.50"))
    >>> month = Span(started_on=date(2025, 6, 1), ended_on=date(2025, 7, 1), energised=(s9,),
    ...     running=(s9,))
    >>> float(formula_loss([month], Fraction(72_000), Fraction(0), is_reactive=False))
    1288.8
    """
    hours = sum(span.hours for span in found if span.running)
    loss = Fraction(0)
    for span in found:
        loss += sum((_no_load(t, is_reactive) for t in span.energised), Fraction(0)) * span.hours
        if span.running:
            capacity = sum((Fraction(t.capacity_kva) for t in span.running), Fraction(0))
            winding = sum((_load(t, is_reactive) for t in span.running), Fraction(0))
            squared = (energy**2 + reactive**2) * Fraction(span.hours, hours) ** 2
            loss += winding * squared / (capacity**2 * span.hours)
    return loss


def _no_load(row: Transformer, is_reactive: bool) -> Fraction:  # noqa: FBT001
    if not is_reactive:
        return Fraction(row.no_load_loss_kw or 0)
    return Fraction(row.no_load_current_percent or 0) * Fraction(row.capacity_kva) / 100


def _load(row: Transformer, is_reactive: bool) -> Fraction:  # noqa: FBT001
    factor = Fraction(1 if row.load_shape_factor is None else row.load_shape_factor)
    if not is_reactive:
        return factor * Fraction(row.load_loss_kw or 0)
    voltage = Fraction(row.short_circuit_voltage_percent or 0)
    return factor * voltage * Fraction(row.capacity_kva) / 100


def _by_table(
    job: Job, found: Sequence[Span], energy: Fraction, members: Sequence[Point]
) -> tuple[Decimal, Decimal]:
    """Scale the energy up to 30 days, look it up, and scale the loss back."""
    running = [(span, _days(job, span, members)) for span in found if span.running]
    days = sum(count for _, count in running)
    active = reactive = Fraction(0)
    for span, count in running:
        month = energy * _MONTH / days if days else energy
        capacity = sum((t.capacity_kva for t in span.running), Decimal(0))
        row = table_row(job, span.running[0], capacity, month)
        if row is not None:
            active += Fraction(row.loss_kwh) * count / _MONTH
            reactive += Fraction(row.loss_kvarh) * count / _MONTH
    decimals = job.rounding(members[0].account_id).billed_decimals
    return half_up(active, decimals), half_up(reactive, decimals)


def _days(job: Job, span: Span, members: Sequence[Point]) -> int:
    """Count the days as the capacity charge of the account counts them."""
    account = span.running[0].account_id or members[0].account_id
    rows = [r for r in job.group.accounts if r.account_id == account]
    tariff = job.tariff_of(min(rows, key=lambda r: r.started_on)) if rows else None
    charge = tariff.capacity_charge if tariff else None
    if charge is not None and charge.day_count == "actual":
        return (span.ended_on - span.started_on).days
    return days_360(span.started_on, span.ended_on)


def _by_ratio(
    job: Job,
    bank: tuple[str, ...],
    found: Sequence[Span],
    energy: Fraction,
    members: Sequence[Point],
) -> tuple[Decimal, Decimal]:
    """No-load loss by the hour, and a share of the energy for the windings."""
    ratio = next((r for t in bank if (r := job.amount(t, "transformer_loss_ratio"))), None)
    if ratio is None:
        if not _has(job, found, "no_load_loss_kw"):
            return _NONE
        ratio = job.rulebook.losses.load_loss_ratio
    iron = formula_loss(found, Fraction(0), Fraction(0), is_reactive=False)
    reactive = formula_loss(found, Fraction(0), Fraction(0), is_reactive=True)
    decimals = job.rounding(members[0].account_id).billed_decimals
    return half_up(iron + energy * Fraction(ratio), decimals), half_up(reactive, decimals)
