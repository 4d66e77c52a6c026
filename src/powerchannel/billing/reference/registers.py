"""What each register of one leg of a meter counted (各示数类型电量)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from itertools import chain, pairwise

from attrs import field, frozen

from powerchannel.billing.records import Meter, Reading
from powerchannel.billing.reference.estimate import (
    READING_DECIMALS,
    estimate,
    estimated_in_a_row,
    since_last,
)
from powerchannel.billing.reference.job import Job
from powerchannel.billing.reference.readings import (
    between,
    is_estimated,
    series,
    spread,
    step_between,
    tell_conflicts,
)
from powerchannel.billing.reference.rounding import half_up

__all__ = ["Part", "Registers"]

_ZERO = Decimal(0)


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


@frozen(kw_only=True, eq=False, slots=False)
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
        Registers of which a part is an estimate, or settles one.
    guessed : dict of (register, day) to Decimal
        What estimated registers would have shown: with it as a reading, the next one settles them.
    """

    job: Job
    meter: Meter
    runs: tuple[tuple[date, ...], ...]
    found: dict[str, tuple[Decimal, ...]] = field(factory=dict)
    shown: dict[tuple[str, date], Decimal] = field(factory=dict)
    estimated: set[str] = field(factory=set)
    guessed: dict[tuple[str, date], Decimal] = field(factory=dict)

    @classmethod
    def of(cls, job: Job, meter: Meter) -> Registers:
        """Cut the days of a leg at the slices of its group (按片切分)."""
        return cls(job=job, meter=meter, runs=tuple(_runs(job, meter)))

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """Its days in each slice (各片部分)."""
        return tuple(
            Part(slice=s.number, started_on=first, ended_on=last)
            for run in self.runs
            for first, last in pairwise(run)
            for s in self.job.slices
            if s.started_on <= first < s.ended_on
        )

    @cached_property
    def decimals(self) -> int:
        """Decimals of metered energy (抄见电量小数位)."""
        return self.job.rounding(self.meter.account_id).metered_decimals

    @cached_property
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
        found = [
            run
            for days in self.runs
            if (run := self._run(register, days, is_needed=is_needed)) is not None
        ]
        if len(found) < len(self.runs):
            return None
        self.found[register] = tuple(chain.from_iterable(found))
        return self.found[register]

    def _run(
        self, register: str, days: Sequence[date], *, is_needed: bool
    ) -> tuple[Decimal, ...] | None:
        known = series(self.job, self.meter.meter_id, register)
        read = [day for day in days if day in known]
        missing = {days[0], days[-1]} - known.keys()
        if missing and not is_needed:
            return None
        upto = self._upto(register, known, sorted({*read, *missing}))
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
        is_net = register == "reactive_net"
        return between(spread(upto, days), self.decimals, is_net=is_net)

    def _upto(
        self, register: str, known: dict[date, Reading], days: Sequence[date]
    ) -> dict[date, Decimal] | None:
        """Count from reading to reading; before the first and after the last by estimate."""
        upto, ran_over = {days[0]: _ZERO}, 0
        for first, last in pairwise(days):
            step: Decimal | None
            if first in known and last in known:
                step, is_over = step_between(self.job, self.meter, register, known, first, last)
                ran_over += is_over
            else:
                step = estimate(self.job, self.meter, register, first, last)
            if step is None:
                return None
            if first in known and last not in known:
                self._guess(register, last, known[first].reading, step)
            elif last in known and first not in known:
                self._guess(register, first, known[last].reading, -step)
            elif first not in known:
                self._guess_both(register, first, last, step)
            upto[last] = upto[first] + step
        if ran_over > 1:
            self._note("rollover_twice", is_fatal=True, register=register)
        return upto

    def _guess(self, register: str, day: date, reading: Decimal, energy: Decimal) -> None:
        """Remember what a register would have shown so much energy after or before a reading."""
        shown = Fraction(reading) + Fraction(energy) / Fraction(self.meter.multiplier)
        if self.meter.integer_digits is not None and register != "reactive_net":
            shown %= 10**self.meter.integer_digits
        self.guessed[register, day] = half_up(shown, READING_DECIMALS)

    def _guess_both(self, register: str, first: date, last: date, energy: Decimal) -> None:
        """Remember what it would have shown at both ends, where a method tells the first."""
        since = since_last(self.job, self.meter, register, first)
        if since is not None:
            reading, before = since
            self._guess(register, first, reading, before)
            self._guess(register, last, reading, before + energy)

    def is_estimated(self, register: str) -> bool:
        """Tell whether a part of a register is an estimate, or settles one (是否测算)."""
        return register in self.estimated

    def raised(self, register: str, energy: Decimal) -> bool:
        """Put an estimate at the end up by some energy; tell whether there is one (调高测算)."""
        key = register, self.runs[-1][-1]
        if key in self.guessed:
            self._guess(*key, self.guessed[key], energy)
        return key in self.guessed

    def _remember(self, register: str, known: dict[date, Reading], read: Sequence[date]) -> None:
        self.shown.update({(register, day): known[day].reading for day in read})
        if read and len(self.job.readings[self.meter.meter_id][register]) > len(known):
            tell_conflicts(self.job, self.meter.meter_id, register, read)
        guessed = [day for day in read if is_estimated(known[day])]
        if guessed:
            self._tell_guessed(register, known, guessed, read[-1])

    def _tell_guessed(
        self, register: str, known: dict[date, Reading], guessed: Sequence[date], last: date
    ) -> None:
        self.estimated.add(register)
        for day in guessed:
            self._note("reading_estimated", register=register, day=day)
        row = estimated_in_a_row(known, last)
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
