"""What each register of one leg of a meter counted (各示数类型电量)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import chain, pairwise

from attrs import field, frozen

from powerchannel.billing.records import Meter, Reading
from powerchannel.billing.reference.estimate import estimate, estimated_in_a_row
from powerchannel.billing.reference.job import Job
from powerchannel.billing.reference.readings import (
    Curve,
    is_estimated,
    series,
    spread,
    step_between,
)

__all__ = ["Part", "Registers"]


@frozen(kw_only=True)
class Part:
    """The days of a leg in one slice (计量段在片内的部分)."""

    slice: int
    started_on: date
    ended_on: date

    @property
    def days(self) -> int:
        """Calendar days (日历天数)."""
        return (self.ended_on - self.started_on).days


@frozen(kw_only=True, eq=False)
class Registers:
    """Reads the registers of one leg, and remembers what it read (示数读取).

    Parameters
    ----------
    job : Job
        Findings go to its notes.
    meter : Meter
        The leg.
    runs : tuple of tuple of date
        The days on which it begins, is cut by a slice, and ends; a run for each gap between.
    found : dict of register to tuple of Decimal
        The energy of each part, once asked for.
    shown : dict of (register, day) to Decimal
        The readings used.
    estimated : set of str
        Registers of which a part is an estimate.
    """

    job: Job
    meter: Meter
    runs: tuple[tuple[date, ...], ...]
    found: dict[str, tuple[Decimal, ...]] = field(factory=dict)
    shown: dict[tuple[str, date], Decimal] = field(factory=dict)
    estimated: set[str] = field(factory=set)

    @classmethod
    def of(cls, job: Job, meter: Meter) -> Registers:
        """Cut the days of a leg at the slices of its group (按片切分)."""
        return cls(job=job, meter=meter, runs=tuple(_runs(job, meter)))

    @property
    def parts(self) -> tuple[Part, ...]:
        """Its days in each slice (各片部分)."""
        return tuple(
            Part(slice=s.number, started_on=first, ended_on=last)
            for run in self.runs
            for first, last in pairwise(run)
            for s in self.job.slices
            if s.started_on <= first < s.ended_on
        )

    @property
    def decimals(self) -> int:
        """Decimals of metered energy (抄见电量小数位)."""
        return self.job.rounding(self.meter.account_id).metered_decimals

    @property
    def names(self) -> set[str]:
        """Registers it has readings of: of several legs of one id, each its own days (示数类型)."""
        found = self.job.readings.get(self.meter.meter_id, {})
        if sum(m.meter_id == self.meter.meter_id for m in self.job.meters) == 1:
            return set(found)
        return {name for name, rows in found.items() if any(self._is_own(r.read_on) for r in rows)}

    def _is_own(self, day: date) -> bool:
        return any(run[0] <= day <= run[-1] for run in self.runs)

    def energy(self, register: str, *, is_needed: bool = True) -> tuple[Decimal, ...] | None:
        """Return the energy of each part [kWh, kvarh]; None where it is not known (各部分电量).

        Parameters
        ----------
        register : str
            The register.
        is_needed : bool
            Whether a missing reading is estimated, or else a fatal finding.
        """
        curves = [self._curve(register, days, is_needed=is_needed) for days in self.runs]
        whole = [curve for curve in curves if curve is not None]
        if len(whole) < len(curves):
            return None
        self.found[register] = tuple(
            chain.from_iterable(curve.between(self.decimals) for curve in whole)
        )
        return self.found[register]

    def _curve(self, register: str, days: Sequence[date], *, is_needed: bool) -> Curve | None:
        known = series(self.job, self.meter.meter_id, register)
        missing = [day for day in (days[0], days[-1]) if day not in known]
        if missing and not is_needed:
            return None
        read = [day for day in days if day in known]
        upto = self._upto(register, known, sorted({days[0], *read, days[-1]}))
        if upto is None:
            for day in missing:
                self._note("reading_missing", is_fatal=True, register=register, day=day)
            return None
        for day in days:
            if day not in upto:
                self._note("shared_by_days", day=day)
        self._remember(register, known, read)
        if missing:
            self.estimated.add(register)
        return Curve(days=tuple(days), counted=spread(upto, days))

    def _upto(
        self, register: str, known: dict[date, Reading], days: Sequence[date]
    ) -> dict[date, Fraction] | None:
        """Count from reading to reading; before the first and after the last by estimate."""
        upto, ran_over = {days[0]: Fraction(0)}, 0
        for first, last in pairwise(days):
            step: Fraction | None
            if first in known and last in known:
                step, is_over = step_between(self.job, self.meter, register, known, first, last)
                ran_over += is_over
            else:
                step = estimate(self.job, self.meter, register, first, last)
            if step is None:
                return None
            upto[last] = upto[first] + step
        if ran_over > 1:
            self._note("rollover_twice", is_fatal=True, register=register)
        return upto

    def _remember(self, register: str, known: dict[date, Reading], read: Sequence[date]) -> None:
        self.shown.update({(register, day): known[day].reading for day in read})
        for day in read:
            if is_estimated(known[day]):
                self.estimated.add(register)
                self._note("reading_estimated", register=register, day=day)
        row = estimated_in_a_row(known, read[-1]) if read else 0
        if row > self.job.rulebook.estimation.most_in_a_row:
            self._note("estimated_in_a_row", register=register, count=row)

    def _note(self, code: str, *, is_fatal: bool = False, **values: object) -> None:
        self.job.notes.add(code, self.meter.meter_id, is_fatal=is_fatal, **values)


def _runs(job: Job, meter: Meter) -> Iterable[tuple[date, ...]]:
    for begins, ends in job.runs(meter.account_id):
        first = max(begins, meter.installed_on or begins)
        last = min(ends, meter.removed_on or ends)
        if first < last:
            inside = (s.started_on for s in job.slices if first < s.started_on < last)
            yield (first, *inside, last)
