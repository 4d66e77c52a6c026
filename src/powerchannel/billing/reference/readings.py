"""From register readings to the energy between them (示数与电量)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from powerchannel.billing.records import Meter, Reading
from powerchannel.billing.reference.job import Job
from powerchannel.billing.reference.rounding import half_more, half_up
from powerchannel.billing.tables.words import READ

__all__ = [
    "ESTIMATED",
    "between",
    "capacity_of",
    "difference",
    "is_estimated",
    "is_usable",
    "plausible_kwh",
    "series",
    "spread",
    "step_between",
    "tell_conflicts",
]

ESTIMATED = "estimated"
"""The status of a reading that was estimated: it counts, and the next real one settles it."""

_COUNTING = READ | {"", ESTIMATED}
_HOURS = 24
_ZERO = Decimal(0)


def between(
    counted: Sequence[Fraction | Decimal], decimals: int, *, is_net: bool = False
) -> tuple[Decimal, ...]:
    """Return the energy from each day to the next, by cumulative rounding (各段电量).

    However the days are cut, the energies sum to the same.

    Parameters
    ----------
    counted : sequence of Fraction or Decimal
        What a register had counted by some days, multiplier included, from 0 on; not rounded.
    decimals : int
        Of the energies.
    is_net : bool
        Whether the register runs both ways; one that does not runs back only to settle an
        estimate.

    Examples
    --------
    >>> between([Fraction(0), Fraction(1, 3), Fraction(1)], 1)
    (Decimal('0.3'), Decimal('0.7'))
    """
    rounded = half_up if is_net else half_more
    upto = [rounded(value, decimals) for value in counted[1:]]
    return tuple(last - first for first, last in pairwise([_ZERO, *upto]))


def is_usable(reading: Reading) -> bool:
    """Tell whether a reading counts: no status, read, or estimated (示数是否可用)."""
    return reading.status in _COUNTING


def is_estimated(reading: Reading) -> bool:
    """Tell whether a reading was estimated (示数是否测算)."""
    return reading.status == ESTIMATED


def series(job: Job, meter_id: str, register: str) -> dict[date, Reading]:
    """Return the usable readings of a register by day (可用示数序列).

    A real reading goes before an estimated one of the same day, and the lower of two that differ.
    """
    found: dict[date, Reading] = {}
    for reading in filter(is_usable, job.readings.get(meter_id, {}).get(register, ())):
        known = found.get(reading.read_on)
        found[reading.read_on] = reading if known is None else _better(known, reading)
    return found


def _better(one: Reading, other: Reading) -> Reading:
    """Return the reading of a day that counts: a real one; of two that differ, the lower."""
    return min(one, other, key=lambda r: (is_estimated(r), r.reading))


def tell_conflicts(job: Job, meter_id: str, register: str, days: Collection[date]) -> None:
    """Refuse days of which two readings differ, both real or both estimated (示数冲突)."""
    found: dict[tuple[date, bool], Decimal] = {}
    for reading in job.readings.get(meter_id, {}).get(register, ()):
        if reading.read_on in days and is_usable(reading):
            key = reading.read_on, is_estimated(reading)
            if found.setdefault(key, reading.reading) != reading.reading:
                day = reading.read_on
                job.notes.add(
                    "reading_conflict", meter_id, is_fatal=True, register=register, day=day
                )


def difference(meter: Meter, register: str, first: Decimal, last: Decimal) -> Decimal | None:
    """Return ``(last - first) x multiplier``; past its range where it ran over (度差).

    Parameters
    ----------
    meter : Meter
        Its multiplier and digits.
    register : str
        A net register also runs back, so it never runs over.
    first, last : Decimal
        The readings.

    Returns
    -------
    Decimal or None
        None where the register went back and its range is not known.

    Examples
    --------
    >>> meter = Meter(meter_id="m", account_id="a", multiplier=Decimal(100), integer_digits=4)
    >>> float(difference(meter, "active_total", Decimal("2094.96"), Decimal("2501.55")))
    40659.0
    >>> int(difference(meter, "active_total", Decimal(9990), Decimal(15)))
    2500
    """
    step = last - first
    if step < 0 and register != "reactive_net":
        if meter.integer_digits is None:
            return None
        step += 10**meter.integer_digits
    return step * meter.multiplier


def spread(upto: Mapping[date, Decimal], days: Sequence[date]) -> tuple[Fraction | Decimal, ...]:
    """Return what was counted up to each day; days between share by days (按天数分摊).

    Parameters
    ----------
    upto : mapping of date to Decimal
        What was counted up to some days, with the first and the last of `days`.
    days : sequence of date
        The days, in order.

    Examples
    --------
    >>> first, middle, last = date(2025, 1, 1), date(2025, 1, 2), date(2025, 1, 4)
    >>> [str(value) for value in spread({first: Decimal(0), last: Decimal(1)},
    ...     [first, middle, last])]
    ['0', '1/3', '1']
    """
    return tuple(_at(upto, day) for day in days)


def _at(upto: Mapping[date, Decimal], day: date) -> Fraction | Decimal:
    if day in upto:
        return upto[day]
    first = max(d for d in upto if d < day)
    last = min(d for d in upto if d > day)
    part = Fraction((day - first).days, (last - first).days)
    return Fraction(upto[first]) + Fraction(upto[last] - upto[first]) * part


def step_between(
    job: Job,
    meter: Meter,
    register: str,
    known: Mapping[date, Reading],
    first: date,
    last: date,
) -> tuple[Decimal, bool]:
    """Return the energy between two days, and whether the register ran over (两日间电量).

    A register that went back without a plausible rollover is a fatal finding; below an estimate it
    gives back what the estimate was too high (多退少补).

    Parameters
    ----------
    job : Job
        The rules; findings go to its notes.
    meter, register
        The register.
    known : mapping of date to Reading
        Its readings; with both days.
    first, last : date
        The days.
    """
    old, new = known[first].reading, known[last].reading
    if is_estimated(known[first]):
        return _settled(job, meter, register, old, new)
    step = difference(meter, register, old, new)
    if new >= old or register == "reactive_net":
        return step or _ZERO, False
    may = step is not None and _may_run_over(job, meter, known, first, last, step)
    job.notes.add(
        "rollover_applied" if may else "reading_backward",
        meter.meter_id,
        is_fatal=not may,
        register=register,
        first=old,
        last=new,
    )
    return (step if step is not None and may else _ZERO), may


def _settled(
    job: Job, meter: Meter, register: str, old: Decimal, new: Decimal
) -> tuple[Decimal, bool]:
    """Return the energy since an estimate, negative where it was too high.

    The register or the estimate may have run over without the other.
    """
    step, is_over = new - old, False
    if meter.integer_digits is not None and register != "reactive_net":
        size = Decimal(10) ** meter.integer_digits
        is_over = -step > size / 2
        if is_over:
            step += size
        elif step >= job.rulebook.readings.rollover_from_ratio * size:
            step -= size
    code = "rollover_applied" if is_over else "estimate_too_high" if step < 0 else ""
    if code and register != "reactive_net":
        job.notes.add(code, meter.meter_id, register=register, first=old, last=new)
    return step * meter.multiplier, is_over


def _may_run_over(
    job: Job,
    meter: Meter,
    known: Mapping[date, Reading],
    first: date,
    last: date,
    step: Decimal,
) -> bool:
    rules = job.rulebook.readings
    highest = max(r.reading for day, r in known.items() if first <= day < last)
    if highest >= rules.rollover_from_ratio * 10 ** (meter.integer_digits or 0):
        return True
    limit = plausible_kwh(job, meter, (last - first).days)
    return limit is not None and step <= limit * rules.plausible_load_factor


def plausible_kwh(job: Job, meter: Meter, days: int) -> Decimal | None:
    """Return capacity x hours, or None where no capacity is known (容量上限电量)."""
    capacity = capacity_of(job, meter.account_id, meter.transformer_id)
    return capacity * _HOURS * days if capacity else None


def capacity_of(job: Job, account_id: str, transformer_id: str = "") -> Decimal:
    """Return the capacity of a transformer, or of all an account has [kVA] (受电容量)."""
    sizes: dict[str, Decimal] = {}
    for t in job.group.transformers:
        is_own = t.transformer_id == transformer_id or (
            not transformer_id and t.account_id == account_id
        )
        if is_own:
            sizes[t.transformer_id] = max(t.capacity_kva, sizes.get(t.transformer_id, Decimal(0)))
    return sum(sizes.values(), Decimal(0))
