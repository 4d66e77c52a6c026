"""From register readings to the energy between them (示数与电量)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from attrs import frozen

from powerchannel.billing.records import Meter, Reading
from powerchannel.billing.reference.job import Job
from powerchannel.billing.reference.rounding import half_up

__all__ = [
    "ESTIMATED",
    "Curve",
    "capacity_of",
    "difference",
    "is_estimated",
    "is_usable",
    "plausible_kwh",
    "series",
    "spread",
    "step_between",
]

ESTIMATED = "estimated"
"""The status of a reading that was estimated: it counts, and the next real one settles it."""

_COUNTING = frozenset({"", "ok", ESTIMATED})
_HOURS = 24


@frozen(kw_only=True)
class Curve:
    """What a register had counted since the first of some days, on each of them (累计电量).

    Parameters
    ----------
    days : tuple of date
        The days, in order.
    counted : tuple of Fraction
        kWh, kvarh since the first of them, multiplier included; not rounded.
    """

    days: tuple[date, ...]
    counted: tuple[Fraction, ...]

    def between(self, decimals: int) -> tuple[Decimal, ...]:
        """Return the energy from each day to the next, by cumulative rounding (各段电量).

        However the days are cut, the energies sum to the same.

        Examples
        --------
        >>> days = date(2025, 1, 1), date(2025, 1, 2), date(2025, 1, 3)
        >>> curve = Curve(days=days, counted=(Fraction(0), Fraction(1, 3), Fraction(1)))
        >>> curve.between(1)
        (Decimal('0.3'), Decimal('0.7'))
        """
        upto = [half_up(value, decimals) for value in self.counted]
        return tuple(last - first for first, last in pairwise(upto))


def is_usable(reading: Reading) -> bool:
    """Tell whether a reading counts: no status, ``ok`` or ``estimated`` (示数是否可用)."""
    return reading.status.strip().lower() in _COUNTING


def is_estimated(reading: Reading) -> bool:
    """Tell whether a reading was estimated (示数是否测算)."""
    return reading.status.strip().lower() == ESTIMATED


def series(job: Job, meter_id: str, register: str) -> dict[date, Reading]:
    """Return the usable readings of a register by day, in order (可用示数序列).

    A real reading goes before an estimated one of the same day.
    """
    found: dict[date, Reading] = {}
    rows = job.readings.get(meter_id, {}).get(register, [])
    order = sorted(filter(is_usable, rows), key=lambda r: (r.read_on, is_estimated(r), r.reading))
    for reading in order:
        known = found.setdefault(reading.read_on, reading)
        if known.reading != reading.reading and is_estimated(known) == is_estimated(reading):
            job.notes.add(
                "reading_conflict",
                meter_id,
                is_fatal=True,
                register=register,
                day=reading.read_on,
            )
    return found


def difference(meter: Meter, register: str, first: Decimal, last: Decimal) -> Fraction | None:
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
    Fraction or None
        None where the register went back and its range is not known.

    Examples
    --------
    >>> meter = Meter(meter_id="m", account_id="a", multiplier=Decimal(100), integer_digits=4)
    >>> float(difference(meter, "active_total", Decimal("2094.96"), Decimal("2501.55")))
    40659.0
    >>> int(difference(meter, "active_total", Decimal(9990), Decimal(15)))
    2500
    """
    step = Fraction(last) - Fraction(first)
    if step < 0 and register != "reactive_net":
        if meter.integer_digits is None:
            return None
        step += 10**meter.integer_digits
    return step * Fraction(meter.multiplier)


def spread(upto: Mapping[date, Fraction], days: Sequence[date]) -> tuple[Fraction, ...]:
    """Return what was counted up to each day; days between share by days (按天数分摊).

    Parameters
    ----------
    upto : mapping of date to Fraction
        What was counted up to some days, with the first and the last of `days`.
    days : sequence of date
        The days, in order.

    Examples
    --------
    >>> first, middle, last = date(2025, 1, 1), date(2025, 1, 2), date(2025, 1, 4)
    >>> [str(value) for value in spread({first: Fraction(0), last: Fraction(1)},
    ...     [first, middle, last])]
    ['0', '1/3', '1']
    """
    return tuple(_at(upto, day) for day in days)


def _at(upto: Mapping[date, Fraction], day: date) -> Fraction:
    if day in upto:
        return upto[day]
    first = max(d for d in upto if d < day)
    last = min(d for d in upto if d > day)
    part = Fraction((day - first).days, (last - first).days)
    return upto[first] + (upto[last] - upto[first]) * part


def step_between(
    job: Job,
    meter: Meter,
    register: str,
    known: Mapping[date, Reading],
    first: date,
    last: date,
) -> tuple[Fraction, bool]:
    """Return the energy between two days, and whether the register ran over (两日间电量).

    A register that went back without a plausible rollover is a fatal finding.

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
    step = difference(meter, register, old, new)
    if new >= old or register == "reactive_net":
        return step or Fraction(0), False
    may = step is not None and _may_run_over(job, meter, known, first, last, step)
    job.notes.add(
        "rollover_applied" if may else "reading_backward",
        meter.meter_id,
        is_fatal=not may,
        register=register,
        first=old,
        last=new,
    )
    return (step if step is not None and may else Fraction(0)), may


def _may_run_over(
    job: Job,
    meter: Meter,
    known: Mapping[date, Reading],
    first: date,
    last: date,
    step: Fraction,
) -> bool:
    rules = job.rulebook.readings
    highest = max(r.reading for day, r in known.items() if first <= day < last)
    if highest >= rules.rollover_from_ratio * 10 ** (meter.integer_digits or 0):
        return True
    limit = plausible_kwh(job, meter, (last - first).days)
    return limit is not None and step <= limit * Fraction(rules.plausible_load_factor)


def plausible_kwh(job: Job, meter: Meter, days: int) -> Fraction | None:
    """Return capacity x hours, or None where no capacity is known (容量上限电量)."""
    capacity = capacity_of(job, meter.account_id, meter.transformer_id)
    return Fraction(capacity) * _HOURS * days if capacity else None


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
