"""A stretch of whole meters, rule by rule, those that others give way to first (逐规则判断)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from attrs import evolve, frozen
from numpy.typing import NDArray

from powerchannel.theft.electrical.catalogue import QUANTITIES, Scope
from powerchannel.theft.electrical.conditions import Judge
from powerchannel.theft.electrical.episodes import WHOLE, Episodes
from powerchannel.theft.electrical.outages import Outages, rows_without_supply
from powerchannel.theft.electrical.precedence import OUTAGE, Active, order_of, silenced_by
from powerchannel.theft.electrical.quantities import Stretch
from powerchannel.theft.electrical.rules import ElectricalRules, Rule
from powerchannel.theft.electrical.runs import Ending, Spans, breaks_of, rows_of, spans_of
from powerchannel.times import NAT

__all__ = ["Plan", "scan"]

_SECOND_US = 1_000_000
_MINUTE_US = 60 * _SECOND_US


@frozen(kw_only=True, eq=False)
class Plan:
    """In which order rules are looked at, and what each gives way to (判断计划).

    Parameters
    ----------
    rules : ElectricalRules
        The rules.
    order : tuple of int
        Positions of those that are looked at.
    higher : mapping of int to tuple of int
        What each gives way to.
    gap_us : int
        The longest gap.
    """

    rules: ElectricalRules
    order: tuple[int, ...]
    higher: Mapping[int, tuple[int, ...]]
    gap_us: int

    @classmethod
    def of(cls, rules: ElectricalRules, scopes: tuple[Scope, ...], gap_us: int) -> Plan:
        """Plan the rules of some scopes (拟订判断计划)."""
        order = tuple(i for i in order_of(rules) if rules.rules[i].scope in scopes)
        return cls(rules=rules, order=order, higher=silenced_by(rules), gap_us=gap_us)

    def is_higher(self, rule: int) -> bool:
        """Tell whether any rule gives way to this one (是否优先)."""
        return any(rule in higher for higher in self.higher.values())


def scan(stretch: Stretch, plan: Plan, outages: Outages | None = None) -> Iterator[Episodes]:
    """Find the episodes of a stretch of whole meters (判断一段数据).

    Parameters
    ----------
    stretch : Stretch
        At least one row.
    plan : Plan
        The rules.
    outages : Outages, optional
        In the order of meters: where the rule ``outage`` speaks besides.
    """
    judge, active = Judge(stretch), Active(len(stretch.meter))
    for i in plan.order:
        rule = plan.rules.rules[i]
        if rule.id == OUTAGE and outages is not None:
            active.add(i, slice(None), _phases(rule), rows_without_supply(outages, stretch))
        starts = judge.starts(rule)
        for phase in np.flatnonzero(starts.any(axis=1)).tolist():
            silent = active.silence(plan.higher.get(i, ()), phase, _phases(rule))
            start = starts[phase] & ~silent
            if not start.any():
                continue
            counted = _counted(judge, rule, phase, start, silent, plan.gap_us)
            spans = _spans(rule, counted)
            if plan.is_higher(i):
                active.add(i, phase, _phases(rule), _rows(spans, counted))
            if len(spans):
                yield _episodes(judge, i, rule, phase, spans, counted)


def _phases(rule: Rule) -> int:
    return 3 if rule.scope == "phase" else 1


@frozen(eq=False, kw_only=True)
class _Counted:
    """The rows that count for a rule on a phase, and what they meet."""

    rows: NDArray[np.int64]
    meter: NDArray[np.int64]
    at: NDArray[np.int64]
    start: NDArray[np.bool_]
    restore: NDArray[np.bool_]
    silent: NDArray[np.bool_]
    breaks: NDArray[np.bool_]


def _counted(
    judge: Judge,
    rule: Rule,
    phase: int,
    start: NDArray[np.bool_],
    silent: NDArray[np.bool_],
    gap_us: int,
) -> _Counted:
    part = judge.part(start)
    is_silent = silent[part.rows]
    restore = judge.restores(rule, phase, part) | is_silent
    counts = judge.knows(rule, phase, part) | restore
    rows = part.rows[counts]
    meter, at = judge.stretch.meter[rows], judge.stretch.at[rows]
    return _Counted(
        rows=rows,
        meter=meter,
        at=at,
        start=start[rows],
        restore=restore[counts],
        silent=is_silent[counts],
        breaks=breaks_of(meter, at, gap_us),
    )


def _spans(rule: Rule, counted: _Counted) -> Spans:
    """Return where a rule speaks, its endings told apart."""
    delay_us = rule.delay_seconds * _SECOND_US
    spans = spans_of(counted.start, counted.restore, counted.breaks, counted.at, delay_us)
    after = np.minimum(spans.stop, len(counted.at) - 1)
    is_last = (spans.stop == len(counted.at)) | (counted.meter[after] != counted.meter[spans.first])
    is_silenced = (spans.ending == Ending.RESTORED) & counted.silent[after]
    ending = np.where(is_last, Ending.LASTS, spans.ending)
    named = evolve(spans, ending=np.where(is_silenced, Ending.SUPERSEDED, ending))
    if rule.longest_minutes is None:
        return named
    lasted_us = _until(named, counted) - counted.at[named.first]
    return named.take(lasted_us <= rule.longest_minutes * _MINUTE_US)


def _until(spans: Spans, counted: _Counted) -> NDArray[np.int64]:
    """Return when each span ended, or was last seen."""
    return counted.at[_seen_to(spans)]


def _seen_to(spans: Spans) -> NDArray[np.int64]:
    return np.where(_is_ended(spans), spans.stop, spans.stop - 1)


def _is_ended(spans: Spans) -> NDArray[np.bool_]:
    return np.asarray((spans.ending == Ending.RESTORED) | (spans.ending == Ending.SUPERSEDED))


def _rows(spans: Spans, counted: _Counted) -> NDArray[np.int64]:
    """Return the rows of the stretch within the spans, those that do not count among them."""
    last = counted.rows[_seen_to(spans)]
    return rows_of(counted.rows[spans.first], np.where(_is_ended(spans), last, last + 1))


def _episodes(
    judge: Judge, i: int, rule: Rule, phase: int, spans: Spans, counted: _Counted
) -> Episodes:
    count, meter = len(spans), counted.meter[spans.first]
    return Episodes(
        meter=meter,
        phase=np.full(count, phase if rule.scope == "phase" else WHOLE, np.uint8),
        rule=np.full(count, i, np.int64),
        started_at=counted.at[spans.first],
        ended_at=np.where(spans.ending == Ending.LASTS, NAT, _until(spans, counted)),
        ending=spans.ending.astype(np.uint8),
        samples=spans.stop - spans.first,
        worst=_worst(judge, rule, phase, spans, counted),
        threshold=judge.limit(rule, meter),
        unit=np.full(count, QUANTITIES[rule.start[0].quantity].unit, "<U3"),
    )


def _worst(
    judge: Judge, rule: Rule, phase: int, spans: Spans, counted: _Counted
) -> NDArray[np.float64]:
    rows = counted.rows[rows_of(spans.first, spans.stop)]
    lengths = spans.stop - spans.first
    farthest = np.minimum if rule.start[0].comparison in ("below", "at_most") else np.maximum
    values = judge.evidence(rule, phase, rows)
    return np.asarray(farthest.reduceat(values, np.cumsum(lengths) - lengths))
