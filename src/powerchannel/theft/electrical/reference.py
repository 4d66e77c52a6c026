"""The readable specification: one meter, one rule, one phase, reading after reading (参考实现).

`powerchannel.theft.electrical.find_episodes` finds the same on columns, number for number.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from functools import reduce

from attrs import frozen

from powerchannel.theft.electrical.precedence import OUTAGE, order_of, silenced_by
from powerchannel.theft.electrical.rules import (
    Comparison,
    Condition,
    ElectricalRules,
    Rule,
    Wiring,
)
from powerchannel.theft.electrical.runs import Ending

__all__ = ["Found", "Point", "Reading", "Span", "find", "find_all", "limit", "quantity"]

Phases = tuple[float | None, float | None, float | None]
_NANO = Decimal("1e-9")
_SECOND_US = 1_000_000
_MINUTE_US = 60 * _SECOND_US
_HAS: Mapping[Wiring, tuple[int, ...]] = {
    "single_phase": (0,),
    "three_phase_four_wire": (0, 1, 2),
    "three_phase_three_wire": (0, 2),
}


@frozen(kw_only=True)
class Point:
    """What one meter is rated for (计量点)."""

    wiring: Wiring
    rated_voltage: float
    rated_current: float
    maximum_current: float


@frozen(kw_only=True)
class Reading:
    """What one meter showed at one time; None was not measured (一次读数)."""

    at: int
    voltage: Phases
    current: Phases
    power: Phases
    neutral_current: float | None = None


@frozen
class Span:
    """The readings ``first`` to ``stop - 1``, how it ended, and what was worst (区段)."""

    first: int
    stop: int
    ending: Ending
    started_at: int
    ended_at: int | None
    samples: int
    worst: float


@frozen
class Found:
    """A span of a rule on a phase; phase 3 is the whole meter (判断结果)."""

    rule: int
    phase: int
    span: Span


def limit(condition: Condition, point: Point) -> float:
    """Return the limit of a condition in the unit of its quantity (门限).

    Examples
    --------
    >>> point = Point(
    ...     wiring="three_phase_three_wire", rated_voltage=100.0, rated_current=1.5,
    ...     maximum_current=6.0,
    ... )
    >>> ratio = Decimal("0.78")
    >>> condition = Condition(
    ...     quantity="voltage", comparison="below", ratio=ratio, reference="rated_voltage"
    ... )
    >>> limit(condition, point)
    78.0
    """
    voltage, basic, most = (
        Decimal(repr(value))
        for value in (point.rated_voltage, point.rated_current, point.maximum_current)
    )
    elements = {
        "single_phase": Decimal(1),
        "three_phase_four_wire": Decimal(3),
        "three_phase_three_wire": Decimal(3).sqrt(),
    }
    reference = {
        "absolute": Decimal(1),
        "rated_voltage": voltage,
        "rated_current": basic,
        "maximum_current": most,
        "rated_power": voltage * basic / 1000,
        "maximum_power": voltage * most / 1000,
        "maximum_total_power": voltage * most / 1000 * elements[point.wiring],
    }
    return float((condition.ratio * reference[condition.reference]).quantize(_NANO))


def quantity(name: str, reading: Reading, phase: int, wiring: Wiring) -> float | None:
    """Return what a condition looks at; None where it was not measured (被测量)."""
    has = _HAS[wiring]
    voltage, current = _of(reading.voltage, has), _magnitudes(_of(reading.current, has))
    power = _of(reading.power, has)
    match name:
        case "voltage" | "current" | "power":
            own = {"voltage": voltage, "current": current, "power": power}[name]
            return own.get(phase)
        case "other_current":
            others = [value for p, value in current.items() if p != phase and value is not None]
            return max(others) if others else None
        case "highest_voltage" | "highest_current":
            return _highest(voltage if name == "highest_voltage" else current)
        case "voltage_unbalance" | "current_unbalance":
            return _unbalance(voltage if name == "voltage_unbalance" else current)
        case "total_power":
            return _total(power)
        case "power_factor":
            return _power_factor(voltage, current, _total(power), wiring)
    return _neutral(name, current[0], reading.neutral_current)


def _of(values: Phases, has: tuple[int, ...]) -> dict[int, float | None]:
    return {phase: values[phase] for phase in has}


def _magnitudes(values: Mapping[int, float | None]) -> dict[int, float | None]:
    return {p: None if value is None else abs(value) for p, value in values.items()}


def _complete(values: Mapping[int, float | None]) -> list[float] | None:
    known = [value for value in values.values() if value is not None]
    return known if len(known) == len(values) else None


def _rounded(value: float) -> float:
    return round(value * 1e9) / 1e9


def _added(values: Iterable[float]) -> float:
    # Newer Pythons correct the rounding of sum(), which columns do not.
    return reduce(operator.add, values)


def _highest(values: Mapping[int, float | None]) -> float | None:
    complete = _complete(values)
    return max(complete) if complete else None


def _unbalance(values: Mapping[int, float | None]) -> float | None:
    complete = _complete(values)
    if not complete or max(complete) <= 0:
        return None
    return _rounded((max(complete) - min(complete)) / max(complete))


def _total(power: Mapping[int, float | None]) -> float | None:
    complete = _complete(power)
    return _rounded(abs(_added(complete))) if complete else None


def _power_factor(
    voltage: Mapping[int, float | None],
    current: Mapping[int, float | None],
    power: float | None,
    wiring: Wiring,
) -> float | None:
    volts, amperes = _complete(voltage), _complete(current)
    if volts is None or amperes is None or power is None:
        return None
    apparent = _added(u * i for u, i in zip(volts, amperes, strict=True)) / 1000
    if wiring == "three_phase_three_wire":
        apparent *= 3.0**0.5 / 2
    return _rounded(power / apparent) if apparent > 0 else None


def _neutral(name: str, line: float | None, neutral: float | None) -> float | None:
    if line is None or neutral is None:
        return None
    difference = _rounded(abs(line - abs(neutral)))
    if name == "neutral_difference":
        return difference
    largest = max(line, abs(neutral))
    return _rounded(difference / largest) if largest > 0 else None


_COMPARE: Mapping[Comparison, Callable[[float, float], bool]] = {
    "below": operator.lt,
    "at_most": operator.le,
    "at_least": operator.ge,
    "above": operator.gt,
}


@frozen
class _Looked:
    """A rule on one phase of one meter: what each reading says of it."""

    rule: Rule
    phase: int
    wiring: Wiring
    limits: Mapping[Condition, float]

    @classmethod
    def at(cls, rule: Rule, phase: int, point: Point) -> _Looked:
        conditions = (*rule.start, *(rule.restore.conditions if rule.restore else ()))
        return cls(rule, phase, point.wiring, {each: limit(each, point) for each in conditions})

    def value(self, condition: Condition, reading: Reading) -> float | None:
        return quantity(condition.quantity, reading, self.phase, self.wiring)

    def meets(self, condition: Condition, reading: Reading) -> bool:
        value = self.value(condition, reading)
        compare = _COMPARE[condition.comparison]
        return value is not None and compare(value, self.limits[condition])

    def starts(self, reading: Reading) -> bool:
        return all(self.meets(condition, reading) for condition in self.rule.start)

    def ends(self, reading: Reading) -> bool:
        restore = self.rule.restore
        return restore is not None and any(self.meets(each, reading) for each in restore.conditions)

    def is_measured(self, reading: Reading) -> bool:
        return all(self.value(condition, reading) is not None for condition in self.rule.start)

    def worst(self, readings: Iterable[Reading]) -> float:
        evidence = self.rule.start[0]
        values = (self.value(evidence, reading) for reading in readings)
        known = [value for value in values if value is not None]
        return min(known) if evidence.comparison in ("below", "at_most") else max(known)


def find(
    readings: Sequence[Reading],
    point: Point,
    rule: Rule,
    phase: int,
    *,
    longest_gap_us: int,
    silent: Sequence[bool] = (),
) -> list[Span]:
    """Find the spans of one rule on one phase of one meter (单规则判断).

    Parameters
    ----------
    readings : sequence of Reading
        Ascending in time.
    point : Point
        What the meter is rated for.
    rule : Rule
        Of scope phase or meter.
    phase : int
        0, 1, 2; of no meaning to a rule of the whole meter.
    longest_gap_us : int
        A longer time without a reading that counts ends what went on.
    silent : sequence of bool, optional
        Readings at which another rule speaks; empty: none.
    """
    if point.wiring not in rule.wirings:
        return []
    looked = _Looked.at(rule, phase, point)
    spans: list[Span] = []
    pending: list[int] = []  # readings in a row that meet the start
    going: list[int] = []  # readings of the episode that goes on
    last_at = None
    for row, reading in enumerate(readings):
        is_silent = bool(silent) and silent[row]
        ends = is_silent or looked.ends(reading)
        if not (ends or looked.is_measured(reading)):
            continue
        if last_at is not None and reading.at - last_at > longest_gap_us:
            spans += _ended(going, looked, readings, Ending.GAP, going[-1:])
            pending, going = [], []
        last_at = reading.at
        if ends:
            ending = Ending.SUPERSEDED if is_silent else Ending.RESTORED
            spans += _ended(going, looked, readings, ending, [row])
            pending, going = [], []
        elif going:
            going.append(row)
        else:
            pending = [*pending, row] if looked.starts(reading) else []
            if pending and reading.at - readings[pending[0]].at >= rule.delay_seconds * _SECOND_US:
                pending, going = [], pending
    spans += _ended(going, looked, readings, Ending.LASTS, [])
    return [span for span in spans if not _is_too_long(span, rule, readings)]


def _ended(
    going: Sequence[int],
    looked: _Looked,
    readings: Sequence[Reading],
    ending: Ending,
    ended_with: Sequence[int],
) -> list[Span]:
    """Return the span of what went on, if anything did, and the reading it ended with, if any."""
    if not going:
        return []
    is_over = ending in (Ending.RESTORED, Ending.SUPERSEDED)
    span = Span(
        first=going[0],
        stop=ended_with[0] if is_over else going[-1] + 1,
        ending=ending,
        started_at=readings[going[0]].at,
        ended_at=readings[ended_with[0]].at if ended_with else None,
        samples=len(going),
        worst=looked.worst(readings[row] for row in going),
    )
    return [span]


def _is_too_long(span: Span, rule: Rule, readings: Sequence[Reading]) -> bool:
    last_at = readings[span.stop - 1].at if span.ended_at is None else span.ended_at
    longest = rule.longest_minutes
    return longest is not None and last_at - span.started_at > longest * _MINUTE_US


def find_all(
    readings: Sequence[Reading],
    point: Point,
    rules: ElectricalRules,
    *,
    outage: Sequence[bool] = (),
) -> list[Found]:
    """Find the spans of all rules on one meter, with the precedence between them (单表判断).

    Parameters
    ----------
    readings : sequence of Reading
        Ascending in time.
    point : Point
        What the meter is rated for.
    rules : ElectricalRules
        Those of scope phase and meter are looked at.
    outage : sequence of bool, optional
        Readings during a known outage; empty: none.
    """
    higher = silenced_by(rules)
    speaks: dict[int, list[tuple[int, Sequence[bool]]]] = {}
    found: list[Found] = []
    for i in order_of(rules):
        rule = rules.rules[i]
        if rule.scope not in ("phase", "meter"):
            continue
        if rule.id == OUTAGE and outage:
            speaks.setdefault(i, []).append((3, outage))
        for phase in range(3) if rule.scope == "phase" else (3,):
            silent = _silent(speaks, higher.get(i, ()), phase, len(readings))
            gap_us = rules.gap.minutes * _MINUTE_US
            spans = find(readings, point, rule, phase, longest_gap_us=gap_us, silent=silent)
            found += [Found(i, phase, span) for span in spans]
            within = [any(s.first <= row < s.stop for s in spans) for row in range(len(readings))]
            speaks.setdefault(i, []).append((phase, within))
    return found


def _silent(
    speaks: Mapping[int, Sequence[tuple[int, Sequence[bool]]]],
    rules: Sequence[int],
    phase: int,
    count: int,
) -> list[bool]:
    planes = [
        plane
        for rule in rules
        for its_phase, plane in speaks.get(rule, ())
        if 3 in (phase, its_phase) or phase == its_phase
    ]
    return [any(plane[row] for plane in planes) for row in range(count)]
