"""Energy where a reading is missing, by the ordered methods of the rulebook (测算电量)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import takewhile
from math import gcd

from powerchannel.billing.records import Meter, Reading
from powerchannel.billing.reference.days import add_months
from powerchannel.billing.reference.job import Job
from powerchannel.billing.reference.readings import (
    difference,
    is_estimated,
    plausible_kwh,
    series,
)
from powerchannel.billing.reference.rounding import half_up

__all__ = ["READING_DECIMALS", "estimate", "estimated_in_a_row", "since_last"]

READING_DECIMALS = 6
"""Decimals of a reading, as the table of readings keeps them (示数小数位)."""

_EXACT = 12
_COARSEST = 10
_Known = Mapping[date, Reading]


def estimate(job: Job, meter: Meter, register: str, start: date, end: date) -> Decimal | None:
    """Return the energy of some days by the first method that can tell it (测算).

    Never more than capacity x hours; never more often in a row than the rulebook allows. It is a
    whole of what is billed and of what a register can show, so that the next reading settles it
    without a remainder.

    Parameters
    ----------
    job : Job
        The rules; findings go to its notes.
    meter, register
        The register, which lacks a reading on `start` or `end`.
    start, end : date
        The days ``[start, end)``.

    Returns
    -------
    Decimal or None
        kWh, kvarh, multiplier included; None where no method can tell.
    """
    rules, known = job.rulebook.estimation, series(job, meter.meter_id, register)
    if not rules.methods:
        return None
    row = estimated_in_a_row(known, start)
    if row >= rules.most_in_a_row:
        job.notes.add("estimated_in_a_row", meter.meter_id, register=register, count=row)
        return None
    found = _by_method(job, meter, register, start, end)
    if found is None:
        return None
    method, energy = found
    job.notes.add(
        "estimated", meter.meter_id, register=register, start=start, end=end, method=method
    )
    return energy


def _by_method(
    job: Job, meter: Meter, register: str, start: date, end: date
) -> tuple[str, Decimal] | None:
    known = series(job, meter.meter_id, register)
    for method in job.rulebook.estimation.methods:
        found = _METHODS[method](job, meter, register, known, start, end)
        if found is not None:
            return method, _capped(job, meter, found, (end - start).days)
    return None


def since_last(job: Job, meter: Meter, register: str, day: date) -> tuple[Decimal, Decimal] | None:
    """Return the last reading before a day, and an estimate from then on (推算起点示数).

    For a register that was read on neither end of a period: it tells what it would have shown.

    Parameters
    ----------
    job, meter, register
        The register.
    day : date
        A day without a reading.

    Returns
    -------
    tuple of Decimal, or None
        The reading, and kWh or kvarh since; None where no method can tell.
    """
    known = series(job, meter.meter_id, register)
    last = max((d for d in known if d < day), default=None)
    if last is None:
        return None
    found = _by_method(job, meter, register, last, day)
    return None if found is None else (known[last].reading, found[1])


def _capped(job: Job, meter: Meter, energy: Fraction, days: int) -> Decimal:
    """Round to the next step, and not above what the capacity allows."""
    step = _step(meter, job.rounding(meter.account_id).billed_decimals)
    count, limit = int(half_up(energy / step, 0)), plausible_kwh(job, meter, days)
    if limit is not None:
        count = min(count, int(Fraction(limit) / step))
    return half_up(count * step, _EXACT)


def _step(meter: Meter, decimals: int) -> Fraction:
    """Return the least energy that is a whole of both; of readings alone where it is too coarse."""
    shown = Fraction(meter.multiplier) / 10**READING_DECIMALS
    common = Fraction(shown.numerator, gcd(shown.denominator, 10**decimals))
    return common if common <= _COARSEST * Fraction(meter.multiplier) else shown


def estimated_in_a_row(known: _Known, start: date) -> int:
    """Return how many readings up to a day were estimated one after another (连续测算次数)."""
    if start in known and not is_estimated(known[start]):
        return 0
    days = sorted((day for day in known if day <= start), reverse=True)
    return sum(1 for _ in takewhile(lambda day: is_estimated(known[day]), days))


def _between(
    meter: Meter, register: str, known: _Known, first: date, last: date
) -> Fraction | None:
    if first not in known or last not in known:
        return None
    energy = difference(meter, register, known[first].reading, known[last].reading)
    return None if energy is None else Fraction(energy)


def _interpolated(
    job: Job, meter: Meter, register: str, known: _Known, start: date, end: date
) -> Fraction | None:
    """Between the readings on either side of what is missing, day by day."""
    del job
    base = max((d for d in known if d <= start), default=None)
    if base is None:
        return None
    parts = [_since(meter, register, known, base, day) for day in (start, end)]
    first, last = parts
    return None if first is None or last is None else last - first


def _since(meter: Meter, register: str, known: _Known, base: date, day: date) -> Fraction | None:
    before = max(d for d in known if base <= d <= day)
    sofar = _between(meter, register, known, base, before)
    after = min((d for d in known if d >= day), default=None)
    if sofar is None or after is None:
        return None
    if after == before:
        return sofar
    step = _between(meter, register, known, before, after)
    part = Fraction((day - before).days, (after - before).days)
    return None if step is None else sofar + step * part


def _last_average(
    job: Job, meter: Meter, register: str, known: _Known, start: date, end: date
) -> Fraction | None:
    """As many kWh a day as in the period before, which is about as long."""
    del job
    days = (end - start).days
    last = max((d for d in known if d <= start), default=None)
    earlier = [d for d in known if last is not None and d < last]
    if last is None or not earlier:
        return None
    first = min(earlier, key=lambda d: (abs((last - d).days - days), d))
    energy = _between(meter, register, known, first, last)
    return None if energy is None else energy * days / (last - first).days


def _last_year(
    job: Job, meter: Meter, register: str, known: _Known, start: date, end: date
) -> Fraction | None:
    """As much as on the same days of last year, times the growth."""
    days = add_months(start, -12), add_months(end, -12)
    energy = _between(meter, register, known, *days)
    growth = Fraction(job.rulebook.estimation.growth_ratio)
    return None if energy is None else energy * growth


def _check_meter(
    job: Job, meter: Meter, register: str, known: _Known, start: date, end: date
) -> Fraction | None:
    """Return what the meter of the circuit counted, less the others on the circuit."""
    del known
    others = [m for m in job.meters if m.circuit_id == meter.circuit_id and m != meter]
    checks = [m for m in others if not m.account_id]
    if not meter.circuit_id or len(checks) != 1:
        return None
    energies = [
        _between(m, register, series(job, m.meter_id, register), start, end)
        for m in (*checks, *(m for m in others if m.account_id))
    ]
    if any(energy is None for energy in energies):
        return None
    whole, *rest = [energy or Fraction(0) for energy in energies]
    return max(whole - sum(rest, Fraction(0)), Fraction(0))


def _capacity_hours(
    job: Job, meter: Meter, register: str, known: _Known, start: date, end: date
) -> Fraction | None:
    """Capacity x hours of use a day; it cannot tell periods or reactive energy."""
    del known
    registers = job.readings.get(meter.meter_id, {})
    has_periods = any(r.startswith("active_") and r != "active_total" for r in registers)
    limit = plausible_kwh(job, meter, (end - start).days)
    if register != "active_total" or has_periods or limit is None:
        return None
    return Fraction(limit) * Fraction(job.rulebook.estimation.capacity_hours_per_day) / 24


_Method = Callable[[Job, Meter, str, _Known, date, date], "Fraction | None"]
_METHODS: Mapping[str, _Method] = {
    "interpolate": _interpolated,
    "last_average": _last_average,
    "last_year": _last_year,
    "check_meter": _check_meter,
    "capacity_hours": _capacity_hours,
}
