"""Meter events: which cannot be and why, and the others as episodes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from powerchannel.errors import TableError
from powerchannel.theft.electrical import WHOLE, Ending, points_of
from powerchannel.theft.electrical.events import Events, event_episodes, events_of, judge_events
from powerchannel.theft.electrical.reasons import REASONS, Reason
from powerchannel.times import NAT, parse_times
from readings_at_random import bundled_rules

POINTS = pd.DataFrame(
    {
        "meter_id": ["M1", "M2"],
        "wiring": ["single_phase", "single_phase"],
        "installed_on": pd.to_datetime(["2024-01-10", None]),
        "removed_on": pd.to_datetime(["2024-06-01", None]),
    }
)
AS_OF = "2024-12-31 00:00:00"


def us(text: str) -> int:
    cells = np.array([text], dtype=object)
    return int(parse_times(cells, np.zeros(1, np.bool_)).utc_us[0])


def event(
    name: str = "cover_opened",
    start: str | None = "2024-05-01 08:00:00",
    end: str | None = "2024-05-01 09:00:00",
    meter: str = "M1",
    phase: str | None = None,
    value: float | None = None,
) -> dict[str, object]:
    return {
        "meter_id": meter,
        "event": name,
        "phase": phase,
        "started_at": pd.Timestamp(start) if start else pd.NaT,
        "ended_at": pd.Timestamp(end) if end else pd.NaT,
        "deviation_s": value,
    }


def events(*rows: dict[str, object]) -> Events:
    return events_of(pd.DataFrame(list(rows)), POINTS, bundled_rules())


def reasons(*rows: dict[str, object]) -> list[Reason]:
    found = judge_events(events(*rows), points_of(POINTS), bundled_rules(), as_of=us(AS_OF))
    return [Reason(code) for code in found]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (event(), Reason.KEPT),
        (event("开盖"), Reason.KEPT),
        (event("301B"), Reason.KEPT),
        (event(end=None), Reason.KEPT),
        (event("cover_open"), Reason.UNKNOWN_EVENT),
        (event(meter="M9"), Reason.UNKNOWN_METER),
        (event(start=None), Reason.NO_START),
        (event(end="2024-05-01 07:59:59"), Reason.END_BEFORE_START),
        (event(end="2024-05-01 08:00:00"), Reason.KEPT),
        (event(start="2024-01-09 23:59:59"), Reason.BEFORE_INSTALLATION),
        (event(start="2024-01-10 00:00:00"), Reason.KEPT),
        (event(start="2024-01-09 23:59:59", meter="M2"), Reason.KEPT),
        (event(start="2024-05-31 23:59:59", end=None), Reason.KEPT),
        (event(start="2024-06-01 00:00:00", end=None), Reason.AFTER_REMOVAL),
        (event(start="2024-12-31 00:00:00", end=None, meter="M2"), Reason.KEPT),
        (event(start="2024-12-31 00:00:01", end=None, meter="M2"), Reason.IN_THE_FUTURE),
        (event("clock_error", value=300), Reason.WITHIN_TOLERANCE),
        (event("clock_error", value=-300), Reason.WITHIN_TOLERANCE),
        (event("clock_error", value=301), Reason.KEPT),
        (event("clock_error"), Reason.KEPT),
    ],
)
def test_whether_an_event_can_be(row: dict[str, object], reason: Reason) -> None:
    assert reasons(row) == [reason]


def test_the_same_event_counts_once_with_an_end_if_any_has_one() -> None:
    again = event(end=None)
    assert reasons(again, event(), event()) == [Reason.DUPLICATE, Reason.KEPT, Reason.DUPLICATE]


def test_another_meter_phase_event_or_time_is_another_event() -> None:
    rows = (
        event(),
        event(meter="M2"),
        event(phase="a"),
        event("terminal_cover_opened"),
        event(start="2024-05-01 08:00:01"),
    )
    assert reasons(*rows) == [Reason.KEPT] * 5


def test_an_event_that_cannot_be_does_not_stand_in_for_one_that_can() -> None:
    wrong = event(end="2024-05-01 07:00:00")
    assert reasons(wrong, event()) == [Reason.END_BEFORE_START, Reason.KEPT]


def test_events_become_episodes() -> None:
    rows = (
        event("clock_error", value=400, end=None),
        event("失压", phase="b"),
        event("no_such_event"),
    )
    found, why = event_episodes(events(*rows), points_of(POINTS), bundled_rules(), as_of=us(AS_OF))
    ids = [bundled_rules().rules[rule].id for rule in found.rule]
    assert sorted(zip(ids, found.phase.tolist(), strict=True)) == [
        ("clock_error", WHOLE),
        ("voltage_loss", 1),
    ]
    clock = found.take(np.array([name == "clock_error" for name in ids]))
    assert (clock.worst.tolist(), clock.threshold.tolist()) == ([400.0], [300.0])
    assert (clock.unit.tolist(), clock.ended_at.tolist()) == (["s"], [NAT])
    assert clock.ending.tolist() == [Ending.LASTS]
    assert clock.started_at.tolist() == [us("2024-05-01 08:00:00")]
    assert [Reason(code) for code in why][2] == Reason.UNKNOWN_EVENT


def test_no_events() -> None:
    frame = pd.DataFrame([event()]).iloc[:0]
    none = events_of(frame, POINTS, bundled_rules())
    found, why = event_episodes(none, points_of(POINTS), bundled_rules(), as_of=us(AS_OF))
    assert (len(found), len(why)) == (0, 0)


def test_events_without_a_name_are_refused() -> None:
    with pytest.raises(TableError, match="event"):
        events_of(pd.DataFrame([event()]).drop(columns="event"), POINTS, bundled_rules())


def test_every_reason_is_in_words() -> None:
    assert set(REASONS) == set(Reason)
