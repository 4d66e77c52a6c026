"""Energy where a reading is missing, by the ordered methods of the rulebook (测算电量)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from fractions import Fraction

from powerchannel.billing.records import Meter, Reading
from powerchannel.billing.reference.days import add_months
from powerchannel.billing.reference.job import Job
from powerchannel.billing.reference.readings import (
    difference,
    is_estimated,
    plausible_kwh,
    series,
)

__all__ = ["estimate", "estimated_in_a_row"]

_Known = Mapping[date, Reading]


def estimate(job: Job, meter: Meter, register: str, start: date, end: date) -> Fraction | None:
    """Return the energy of some days by the first method that can tell it (测算).

    Never more than capacity x hours; never more often in a row than the rulebook allows.

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
    Fraction or None
        kWh, kvarh, multiplier included; None where no method can tell.
    """
    rules, known = job.rulebook.estimation, series(job, meter.meter_id, register)
    if not rules.methods:
        return None
    row = estimated_in_a_row(known, start)
    if row >= rules.most_in_a_row:
        job.notes.add("estimated_in_a_row", meter.meter_id, register=register, count=row)
        return None
    for method in rules.methods:
        found = _METHODS[method](job, meter, register, known, start, end)
        if found is not None:
            job.notes.add(
                "estimated",
                meter.meter_id,
                register=register,
                start=start,
                end=end,
                method=method,
            )
            return _capped(job, meter, found, (end - start).days)
    return None


def _capped(job: Job, meter: Meter, energy: Fraction, days: int) -> Fraction:
    limit = plausible_kwh(job, meter, days)
    return energy if limit is None else min(energy, limit)


def estimated_in_a_row(known: _Known, start: date) -> int:
    """Return how many readings up to a day were estimated one after another (连续测算次数)."""
    count = 0
    for day in sorted((d for d in known if d <= start), reverse=True):
        if not is_estimated(known[day]):
            break
        count += 1
    return count


def _between(
    meter: Meter, register: str, known: _Known, first: date, last: date
) -> Fraction | None:
    if first not in known or last not in known:
        return None
    return difference(meter, register, known[first].reading, known[last].reading)


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
    return limit * Fraction(job.rulebook.estimation.capacity_hours_per_day) / 24


_Method = Callable[[Job, Meter, str, _Known, date, date], "Fraction | None"]
_METHODS: Mapping[str, _Method] = {
    "interpolate": _interpolated,
    "last_average": _last_average,
    "last_year": _last_year,
    "check_meter": _check_meter,
    "capacity_hours": _capacity_hours,
}
