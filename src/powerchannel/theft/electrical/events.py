"""Flags that meters set: those that cannot be are left out, the others are episodes (电表事件)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from powerchannel.theft.electrical.catalogue import QUANTITIES
from powerchannel.theft.electrical.episodes import WHOLE, Episodes, together
from powerchannel.theft.electrical.frames import need, numbers, positions, times
from powerchannel.theft.electrical.nominal import Points
from powerchannel.theft.electrical.reasons import Reason, first_reason
from powerchannel.theft.electrical.rules import Condition, ElectricalRules
from powerchannel.theft.electrical.runs import Ending
from powerchannel.times import NAT

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Events", "event_episodes", "events_of", "judge_events"]


@frozen(eq=False, kw_only=True)
class Events:
    """Meter events as columns (电表事件).

    Parameters
    ----------
    meter : ndarray of int64, shape (n,)
        The row of `Points`; -1: none.
    rule : ndarray of int64, shape (n,)
        The position in ``rules.rules``; -1: none.
    phase : ndarray of uint8, shape (n,)
        0, 1, 2; 3 for the whole meter.
    started_at, ended_at : ndarray of int64, shape (n,)
        Microseconds UTC, [start, end). An end of NAT has not come.
    value : ndarray of float64, shape (n,)
        What the meter recorded with it: the deviation of its clock [s]; NaN: nothing.
    """

    meter: NDArray[np.int64]
    rule: NDArray[np.int64]
    phase: NDArray[np.uint8]
    started_at: NDArray[np.int64]
    ended_at: NDArray[np.int64]
    value: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.meter)


def events_of(events: pd.DataFrame, points: pd.DataFrame, rules: ElectricalRules) -> Events:
    """Take meter events from the table ``events`` (由表取事件).

    Parameters
    ----------
    events : DataFrame
        ``meter_id`` or ``customer_id``, ``event`` (the id of a rule, its title, or its object of
        DL/T 698.45), ``started_at``, and what there is of ``phase``, ``ended_at``, ``deviation_s``.
    points : DataFrame
        The metering points; the rows are those of `Points`.
    rules : ElectricalRules
        What the events are called.
    """
    need(events, "events", ("event", "started_at"))
    count = len(events)
    phase = events["phase"] if "phase" in events.columns else None
    return Events(
        meter=positions(events, points, "events"),
        rule=_coded(events["event"], _names(rules), -1).astype(np.int64),
        phase=np.full(count, WHOLE, np.uint8)
        if phase is None
        else _coded(phase, _PHASES, WHOLE).astype(np.uint8),
        started_at=times(events, "started_at"),
        ended_at=times(events, "ended_at"),
        value=numbers(events, "deviation_s"),
    )


_PHASES: Mapping[str, int] = {"a": 0, "b": 1, "c": 2, "A": 0, "B": 1, "C": 2}


def _names(rules: ElectricalRules) -> dict[str, int]:
    return {
        name: i
        for i, rule in enumerate(rules.rules)
        for name in (rule.id, rule.title.zh, rule.title.en, rule.object_id)
        if name
    }


def _coded(words: pd.Series, codes: Mapping[str, int], other: int) -> NDArray[np.int64]:
    places, names = words.factorize()
    known = [codes.get(str(name), other) for name in names]
    return np.asarray(np.array([*known, other], dtype=np.int64)[places])


def judge_events(
    events: Events, points: Points, rules: ElectricalRules, *, as_of: int
) -> NDArray[np.uint8]:
    """Tell which events can be, and why the others cannot (事件取舍).

    Parameters
    ----------
    events : Events
        The events, in any order.
    points : Points
        When meters were installed and removed.
    rules : ElectricalRules
        An event with a value is held against the start of its rule.
    as_of : int
        Microseconds UTC; what starts later has not happened.

    Returns
    -------
    ndarray of uint8, shape (n,)
        A `Reason`; 0: kept. Of events with the same meter, rule, phase and start the first that
        could be is kept, the one with an end before one without.
    """
    start, end = events.started_at, events.ended_at
    own = points.take(np.maximum(events.meter, 0)) if len(points) else None
    installed = start if own is None else own.installed_at
    removed = np.full(len(events), NAT) if own is None else own.removed_at
    reasons = (
        (Reason.UNKNOWN_EVENT, events.rule < 0),
        (Reason.UNKNOWN_METER, events.meter < 0),
        (Reason.NO_START, start == NAT),
        (Reason.END_BEFORE_START, (end != NAT) & (end < start)),
        (Reason.BEFORE_INSTALLATION, (installed != NAT) & (start < installed)),
        (Reason.AFTER_REMOVAL, (removed != NAT) & (start >= removed)),
        (Reason.IN_THE_FUTURE, start > as_of),
        (Reason.WITHIN_TOLERANCE, _within_tolerance(events, rules)),
    )
    found = first_reason(reasons, len(events))
    return np.where((found == Reason.KEPT) & _repeated(events, found), Reason.DUPLICATE, found)


def _within_tolerance(events: Events, rules: ElectricalRules) -> NDArray[np.bool_]:
    within = np.zeros(len(events), dtype=np.bool_)
    for i, rule in enumerate(rules.rules):
        if rule.scope == "event" and rule.start:
            limit = float(rule.start[0].ratio)
            within |= (events.rule == i) & (np.abs(events.value) <= limit)
    return within


def _repeated(events: Events, found: NDArray[np.uint8]) -> NDArray[np.bool_]:
    is_open = events.ended_at == NAT
    order = np.lexsort((is_open, found, events.started_at, events.phase, events.rule, events.meter))
    keys = [column[order] for column in (events.meter, events.rule, events.phase)]
    keys.append(events.started_at[order])
    same = np.logical_and.reduce([np.append(False, key[1:] == key[:-1]) for key in keys])
    repeated = np.zeros(len(events), dtype=np.bool_)
    repeated[order] = same[: len(events)]
    return repeated


def event_episodes(
    events: Events, points: Points, rules: ElectricalRules, *, as_of: int
) -> tuple[Episodes, NDArray[np.uint8]]:
    """Make episodes of the events that can be (事件转区段).

    Parameters
    ----------
    events, points, rules, as_of
        As for `judge_events`.

    Returns
    -------
    (Episodes, ndarray of uint8)
        The episodes, and of each event the `Reason`.
    """
    reasons = judge_events(events, points, rules, as_of=as_of)
    kept = np.flatnonzero(reasons == Reason.KEPT)
    rule = events.rule[kept]
    conditions = [_evidence(rules, i) for i in range(len(rules.rules))]
    limits = np.array([np.nan if each is None else float(each.ratio) for each in conditions])
    units = np.array(
        ["" if each is None else QUANTITIES[each.quantity].unit for each in conditions], "<U3"
    )
    ended_at = events.ended_at[kept]
    found = Episodes(
        meter=events.meter[kept],
        phase=events.phase[kept],
        rule=rule,
        started_at=events.started_at[kept],
        ended_at=ended_at,
        ending=np.where(ended_at == NAT, Ending.LASTS, Ending.RESTORED).astype(np.uint8),
        samples=np.ones(len(kept), np.int64),
        worst=events.value[kept],
        threshold=limits[rule],
        unit=units[rule],
    )
    return together([found]), reasons


def _evidence(rules: ElectricalRules, i: int) -> Condition | None:
    """Return the limit that the value of an event is shown with: only rules of flags have one."""
    rule = rules.rules[i]
    return rule.evidence if rule.scope == "event" else None
