"""What a meter used by its intervals, where no register was read (区间电量计量).

An interval is energy: the multiplier of the meter is in it. Nothing is filled in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate

from attrs import frozen

from powerchannel.billing.records import PERIODS, Account, Group, Kwh, Meter
from powerchannel.billing.reference.curves import BLOCK_MINUTES, Curve, clock, periods_at
from powerchannel.billing.reference.job import Job
from powerchannel.billing.reference.readings import between, is_usable
from powerchannel.billing.reference.registers import Part, Registers
from powerchannel.billing.reference.segments import cut, pieces
from powerchannel.billing.rules import tariff_at
from powerchannel.billing.tariff.time_of_use import Calendar
from powerchannel.errors import NotInForceError, UnknownNameError

__all__ = ["IntervalLeg", "highest_demand", "is_by_intervals"]

_ZERO = Decimal(0)


def is_by_intervals(group: Group, meter: Meter, started_on: date, ended_on: date) -> bool:
    """Tell whether a meter is billed by its intervals (是否按区间电量计费).

    It is where it has intervals, and no active register was read after the first day: a reading of
    the first day ends the period before.

    Parameters
    ----------
    group : Group
        With readings and intervals.
    meter : Meter
        One of its meters.
    started_on, ended_on : date
        The days it measured.
    """
    has_any = any(interval.meter_id == meter.meter_id for interval in group.intervals)
    return has_any and not _is_read(group, meter, "active_", started_on, ended_on)


def _is_read(group: Group, meter: Meter, kind: str, started_on: date, ended_on: date) -> bool:
    return any(
        reading.meter_id == meter.meter_id
        and reading.register.startswith(kind)
        and started_on < reading.read_on <= ended_on
        and is_usable(reading)
        for reading in group.readings
    )


@frozen(kw_only=True, eq=False)
class IntervalLeg:
    """A leg that is billed by its intervals (按区间电量计费的计量段).

    Parameters
    ----------
    registers : Registers
        Of the leg.
    curve : Curve
        The intervals of its meter.
    """

    registers: Registers
    curve: Curve

    @classmethod
    def of(cls, registers: Registers) -> IntervalLeg | None:
        """Return the leg, None where registers are billed (区间计量段)."""
        job, meter, parts = registers.job, registers.meter, registers.parts
        if not parts or meter.meter_id not in job.intervals:
            return None
        if not is_by_intervals(job.group, meter, parts[0].started_on, parts[-1].ended_on):
            return None
        return cls(registers=registers, curve=Curve.of(job.intervals[meter.meter_id]))

    def has_gap(self) -> bool:
        """Tell whether an interval of its days lacks (是否缺区间)."""
        return bool(self._missing())

    def has_reactive(self) -> bool:
        """Tell whether reactive energy is among the intervals, and no register of it was read."""
        registers, parts = self.registers, self.registers.parts
        days = parts[0].started_on, parts[-1].ended_on
        is_read = _is_read(registers.job.group, registers.meter, "reactive_", *days)
        return bool(self.curve.reactive) and not is_read

    def has_reactive_gap(self) -> bool:
        """Tell whether reactive energy lacks in an interval (是否缺无功区间)."""
        return bool(self._missing(is_reactive=True))

    def _missing(self, *, is_reactive: bool = False) -> list[int]:
        slots = (self._slots(part) for part in self.registers.parts)
        return [at for part in slots for at in self.curve.missing(part, is_reactive=is_reactive)]

    def _slots(self, part: Part) -> range:
        return self.curve.slots(part.started_on, part.ended_on)

    def tell_gap(self, code: str, *, is_fatal: bool, is_reactive: bool = False) -> None:
        """Say how many intervals lack, and the way out (提示缺失区间)."""
        missing = self._missing(is_reactive=is_reactive)
        self._note(
            code,
            is_fatal=is_fatal,
            missing=len(missing),
            expected=sum(len(self._slots(part)) for part in self.registers.parts),
            minutes=self.curve.minutes,
            first=clock(missing[0]),
        )

    def _note(self, code: str, *, is_fatal: bool = False, **values: object) -> None:
        registers = self.registers
        registers.job.notes.add(code, registers.meter.meter_id, is_fatal=is_fatal, **values)

    def active(self) -> tuple[Kwh, ...]:
        """Return the energy of each part by the periods of the calendar [kWh] (各部分有功电量).

        In total where the tariff has no time of use; nothing, with a fatal finding, where a period
        cannot be told.
        """
        parts = self.registers.parts
        found = [self._by_period(part) for part in parts]
        known = [energy for energy in found if energy is not None]
        if len(known) < len(parts):
            return tuple({} for _ in parts)
        self._note(
            "interval_energy",
            count=sum(len(self._slots(part)) for part in parts),
            minutes=self.curve.minutes,
            multiplier=self.registers.meter.multiplier,
        )
        return tuple(self._rounded(known))

    def _rounded(self, found: Sequence[Mapping[str, Decimal]]) -> Iterator[Kwh]:
        """Yield the energy of each part, rounded as registers are; all have the same periods."""
        names = {period for energy in found for period in energy}
        if "total" in names and len(names) > 1:  # days without time of use are flat
            found = [_as_flat(energy) for energy in found]
            names = {"flat", *names} - {"total"}
        order = [p for p in (*PERIODS, "total") if p in names]
        rounded = {p: self._upto([energy.get(p, _ZERO) for energy in found]) for p in order}
        for i in range(len(found)):
            yield {p: rounded[p][i] for p in order}

    def _upto(self, values: Iterable[Decimal]) -> tuple[Decimal, ...]:
        return between([_ZERO, *accumulate(values)], self.registers.decimals)

    def _by_period(self, part: Part) -> dict[str, Decimal] | None:
        """Return the energy of a part by period, None where a period cannot be told."""
        found: dict[str, Decimal] = {}
        for begins, ends, calendars in _calendars(self.registers.job, self.registers.meter, part):
            slots = self.curve.slots(begins, ends)
            periods = self._periods(slots, calendars)
            if periods is None:
                return None
            for at, period in zip(slots, periods, strict=True):
                found[period] = found.get(period, _ZERO) + self.curve.active[at]
        return found

    def _periods(self, slots: range, calendars: Sequence[Calendar | None]) -> Sequence[str] | None:
        if not calendars:
            return ["total"] * len(slots)
        calendar = calendars[0] if len(calendars) == 1 else None
        if calendar is None:
            self._note("interval_calendar", is_fatal=True, first=clock(slots[0]))
            return None
        periods = periods_at(slots, calendar)
        if periods is None:
            self._note("interval_in_two_periods", is_fatal=True, minutes=self.curve.minutes)
        return periods

    def reactive(self) -> tuple[Decimal, ...]:
        """Return the reactive energy of each part [kvarh] (各部分无功电量)."""
        slots = [self._slots(part) for part in self.registers.parts]
        return self._upto(sum((self.curve.reactive[at] for at in part), _ZERO) for part in slots)


def _as_flat(energy: Mapping[str, Decimal]) -> Mapping[str, Decimal]:
    rest = {p: kwh for p, kwh in energy.items() if p != "total"}
    return rest | {"flat": energy.get("flat", _ZERO) + energy.get("total", _ZERO)}


def _calendars(
    job: Job, meter: Meter, part: Part
) -> Iterator[tuple[date, date, list[Calendar | None]]]:
    """Yield the days of each edition, and the different calendars of the accounts on them.

    None stands for a time of use without a calendar; what has no time of use has no entry.
    """
    rows = [
        row
        for row in job.slices[part.slice].rows.values()
        if meter.account_id in ("", row.account_id)
    ]
    changes = [begins for row in rows for begins in _changes(job, row)]
    for begins, ends in cut(part.started_on, part.ended_on, changes):
        found: list[Calendar | None] = []
        for row in rows:
            found += [one for one in _calendar(job, row, begins) if one not in found]
        yield begins, ends, found


def _changes(job: Job, row: Account) -> list[date]:
    if job.tariff_of(row) is None:
        return []
    return [b for _, b, _ in pieces(job.rulebook, row.tariff, row.started_on, row.ended_on)]


def _calendar(job: Job, row: Account, day: date) -> list[Calendar | None]:
    """Return the calendar of a row; a tariff that is not there is told where it is charged."""
    try:
        time_of_use = tariff_at(job.rulebook, row.tariff, day).time_of_use
    except (UnknownNameError, NotInForceError):
        return []
    return [time_of_use.calendar] if time_of_use else []


def highest_demand(job: Job, meter: Meter, started_on: date, ended_on: date) -> Fraction | None:
    """Return the highest demand of the intervals of some days [kW] (区间最大需量).

    Blocks of 15 minutes from the full hour; one with a gap is void.

    Parameters
    ----------
    job : Job
        With the intervals; says that they stand for a register.
    meter : Meter
        The meter.
    started_on, ended_on : date
        The days.

    Returns
    -------
    Fraction or None
        None where no block is whole.
    """
    if meter.meter_id not in job.intervals:
        return None
    demands, void = Curve.of(job.intervals[meter.meter_id]).demands(started_on, ended_on)
    if not demands:
        return None
    job.notes.add(
        "interval_demand", meter.meter_id, minutes=BLOCK_MINUTES, blocks=len(demands), void=void
    )
    return max(demands)
