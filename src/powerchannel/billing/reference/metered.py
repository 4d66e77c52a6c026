"""Metered energy: several legs, total and parts, reverse and reactive registers (抄见电量)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from attrs import frozen

from powerchannel.billing.records import PERIODS, Kwh, Meter
from powerchannel.billing.reference.interval_energy import IntervalLeg
from powerchannel.billing.reference.job import Job
from powerchannel.billing.reference.points import Point
from powerchannel.billing.reference.registers import Part, Registers
from powerchannel.billing.reference.rounding import decimals_of, total_of

__all__ = ["REVERSE", "Leg", "legs"]

_ZERO = Decimal(0)

REVERSE = "reverse_active_"
"""How the registers of energy fed in begin (反向有功示数前缀)."""


@frozen(kw_only=True, eq=False)
class Leg:
    """What one meter measured while it hung for one account (计量段).

    Parameters
    ----------
    meter : Meter
        The meter.
    number : int
        Its place among the legs of the group.
    parts : tuple of Part
        Its days, cut at the slices.
    energy : tuple of mapping of period to Decimal
        Active energy of each part [kWh].
    reactive : tuple of Decimal, or None
        ``|forward| + |reverse|`` of each part [kvarh].
    others : mapping of register to tuple of Decimal
        Reverse and reactive registers of each part.
    shown : mapping of (register, day) to Decimal
        The readings used.
    guessed : dict of (register, day) to Decimal
        What estimated registers would have shown.
    is_estimated : bool
        Whether a part of it is an estimate, or settles one.
    """

    meter: Meter
    number: int
    parts: tuple[Part, ...]
    energy: tuple[Kwh, ...]
    reactive: tuple[Decimal, ...] | None
    others: dict[str, tuple[Decimal, ...]]
    shown: dict[tuple[str, date], Decimal]
    guessed: dict[tuple[str, date], Decimal]
    is_estimated: bool

    def reverse(self, part: int) -> Decimal:
        """Return the energy fed in: the total, or the sum of its periods [kWh] (反向有功)."""
        energy = {r: v[part] for r, v in self.others.items() if r.startswith(REVERSE)}
        return energy.get(f"{REVERSE}total", sum(energy.values(), _ZERO))

    def points(self, banks: tuple[str, ...]) -> Iterable[Point]:
        """Return a point for each part, behind the transformers named (计算点)."""
        for i, part in enumerate(self.parts):
            yield Point(
                id=self.meter.meter_id,
                account_id=self.meter.account_id,
                number=self.number,
                slice=part.slice,
                started_on=part.started_on,
                ended_on=part.ended_on,
                metered=self.energy[i],
                reactive=None if self.reactive is None else self.reactive[i],
                bank=banks,
                line_id=self.meter.line_id,
            )


def legs(job: Job) -> tuple[Leg, ...]:
    """Work out every leg of a group (各计量段抄见电量)."""
    found = (_leg(job, meter, number) for number, meter in enumerate(job.meters))
    return tuple(leg for leg in found if leg.parts)


def _leg(job: Job, meter: Meter, number: int) -> Leg:
    registers = Registers.of(job, meter)
    curve = IntervalLeg.of(registers) if job.intervals else None
    given = _given(job, meter, number, "metered_energy_kwh", registers.parts)
    energy = _energy(registers, curve) if given is None else tuple(given)
    given = _given(job, meter, number, "metered_reactive_kvarh", registers.parts)
    reactive = _kvarh(registers, curve) if given is None else tuple(total_of(p) for p in given)
    for register in sorted(registers.names):
        if register.startswith(REVERSE):
            registers.energy(register)
    others = {r: v for r, v in registers.found.items() if r.startswith((REVERSE, "reactive_"))}
    return Leg(
        meter=meter,
        number=number,
        parts=registers.parts,
        energy=energy,
        reactive=reactive,
        others=others,
        shown=registers.shown,
        guessed=registers.guessed,
        is_estimated=bool(registers.estimated),
    )


def _given(
    job: Job, meter: Meter, number: int, quantity: str, parts: Sequence[Part]
) -> list[dict[str, Decimal]] | None:
    """Return what is given for a meter, or for its account, whose first leg then has it all."""
    for name in ("meter_id", "account_id"):
        where = getattr(meter, name)
        if found := job.given(where, quantity):
            first = next(i for i, m in enumerate(job.meters) if getattr(m, name) == where)
            energy = found if first == number else dict.fromkeys(found, _ZERO)
            decimals = job.rounding(meter.account_id).metered_decimals
            return job.portions(energy, (part.days for part in parts), decimals)
    return None


def _energy(registers: Registers, curve: IntervalLeg | None) -> tuple[Kwh, ...]:
    """Return the energy of registers or intervals; of a gap an estimate, where there may be one."""
    if curve is None:
        return _active(registers)
    if not curve.has_gap():
        return curve.active()
    energy = _active(registers) if _may_estimate(registers) else _nothing(registers)
    curve.tell_gap("interval_gap", is_fatal=not all(energy))
    return energy


def _kvarh(registers: Registers, curve: IntervalLeg | None) -> tuple[Decimal, ...] | None:
    if curve is None or not curve.has_reactive():
        return _reactive(registers)
    if not curve.has_reactive_gap():
        return curve.reactive()
    reactive = _reactive(registers) if _may_estimate(registers) else None
    curve.tell_gap("interval_reactive_gap", is_fatal=reactive is None, is_reactive=True)
    return reactive


def _may_estimate(registers: Registers) -> bool:
    return bool(registers.job.rulebook.estimation.methods)


def _active(registers: Registers) -> tuple[Kwh, ...]:
    """Return the active energy of each part by period, or in total for a single rate."""
    names = registers.names
    if not names and registers.meter in registers.job.group.meters:
        names = {"active_total"}  # an estimate, or a finding: nothing was read
    periods = [p for p in PERIODS if f"active_{p}" in names]
    if not periods:
        total = registers.energy("active_total") if "active_total" in names else None
        return tuple({"total": value} for value in total) if total else _nothing(registers)
    is_derived = "active_total" in names and (
        "flat" not in periods or registers.meter.total_policy == "total"
    )
    return _with_flat(registers, periods) if is_derived else _from_parts(registers, periods)


def _nothing(registers: Registers) -> tuple[Kwh, ...]:
    return tuple({} for _ in registers.parts)


def _from_parts(registers: Registers, periods: Sequence[str]) -> tuple[Kwh, ...]:
    """Bill the parts; the total, where it was read, checks them."""
    read = {p: registers.energy(f"active_{p}") for p in periods}
    found = {p: values for p, values in read.items() if values is not None}
    if len(found) < len(read):
        return _nothing(registers)
    if total := registers.energy("active_total", is_needed=False):
        _check(registers, sum(total, _ZERO), found)
    return _by_part(registers, found)


def _with_flat(registers: Registers, periods: Sequence[str]) -> tuple[Kwh, ...]:
    """Flat is what the other parts leave of the total."""
    total = registers.energy("active_total")
    read = {p: registers.energy(f"active_{p}") for p in periods if p != "flat"}
    found = {p: values for p, values in read.items() if values is not None}
    if total is None or len(found) < len(read):
        return _nothing(registers)
    if "flat" in periods and (flat := registers.energy("active_flat", is_needed=False)):
        _check(registers, sum(total, _ZERO), {**found, "flat": flat})
    rest = [
        value - sum((values[i] for values in found.values()), _ZERO)
        for i, value in enumerate(total)
    ]
    flat_kwh, missing = _flat(registers, rest), -sum(rest, _ZERO)
    if missing > _tolerance(registers, len(periods)) and not registers.is_estimated("active_total"):
        meter_id = registers.meter.meter_id
        registers.job.notes.add("total_below_parts", meter_id, is_fatal=True, difference=missing)
    if missing < 0 or "flat" in periods or any(flat_kwh):
        found["flat"] = tuple(flat_kwh)
    return _by_part(registers, found)


def _flat(registers: Registers, rest: Sequence[Decimal]) -> Sequence[Decimal]:
    """Return what is left for flat, at least 0; of an estimate that is settled it may be less.

    A total that was estimated below its parts is put up to them.
    """
    least = [max(value, _ZERO) for value in rest]
    lacking = sum(least, _ZERO) - sum(rest, _ZERO)
    is_final = not registers.is_estimated("active_total")
    return least if is_final or registers.raised("active_total", lacking) else rest


def _by_part(registers: Registers, found: Mapping[str, tuple[Decimal, ...]]) -> tuple[Kwh, ...]:
    order = [p for p in PERIODS if p in found]
    return tuple({p: found[p][i] for p in order} for i in range(len(registers.parts)))


def _check(registers: Registers, total: Decimal, parts: Mapping[str, tuple[Decimal, ...]]) -> None:
    """Total and parts may differ by what registers cut off."""
    whole = sum((sum(values, _ZERO) for values in parts.values()), _ZERO)
    if total == whole:
        return
    limit = _tolerance(registers, len(parts))
    if abs(total - whole) > limit:
        registers.job.notes.add(
            "tou_sum_mismatch",
            registers.meter.meter_id,
            difference=total - whole,
            tolerance=limit,
        )


def _tolerance(registers: Registers, rates: int) -> Decimal:
    """Return the units of the last digit x rates x multiplier; digits as the readings have."""
    meter = registers.meter
    digits = meter.decimal_digits
    if digits is None:
        digits = max(map(decimals_of, registers.shown.values()), default=0)
    units = registers.job.rulebook.readings.rates_tolerance_units
    return units * rates * meter.multiplier * Decimal(1).scaleb(-digits)


def _reactive(registers: Registers) -> tuple[Decimal, ...] | None:
    """Return ``|forward| + |reverse|`` of each part; from a net register net + 2 x reverse.

    Both run forward alone: below 0 they only give an estimate back.
    """
    names = sorted(r for r in registers.names if r.startswith("reactive_"))
    if not names:
        return None
    zero = (_ZERO,) * len(registers.parts)
    read = {r: registers.energy(r) or zero for r in names}
    reverse = read.get("reactive_reverse", zero)
    if "reactive_forward" not in read and "reactive_net" in read:
        return tuple(abs(n + 2 * r) for n, r in zip(read["reactive_net"], reverse, strict=True))
    forward = read.get("reactive_forward", zero)
    return tuple(f + r for f, r in zip(forward, reverse, strict=True))
