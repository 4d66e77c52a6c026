"""Intervals on the clock: their length, what lacks, blocks of demand, the period of each."""

from __future__ import annotations

from decimal import Decimal

import pytest

from curves_by_hand import FIRST, NEXT, NIGHT_AND_DAY, curve, interval
from powerchannel.billing.reference.curves import Curve, clock, periods_at
from powerchannel.billing.tariff.time_of_use import Calendar, Span
from powerchannel.rulebook import Provenance

ONE = Decimal(1)


@pytest.mark.parametrize("minutes", [1, 5, 15])
def test_the_length_is_that_at_which_most_follow_one_another(minutes: int) -> None:
    rows = curve([ONE] * (24 * 60 // minutes), minutes=minutes)
    whole, thinned = Curve.of(rows), Curve.of([row for i, row in enumerate(rows) if i % 6])
    slots = whole.slots(FIRST, NEXT)
    assert whole.minutes == thinned.minutes == minutes
    assert whole.missing(slots) == []
    assert len(thinned.missing(slots)) == len(rows) / 6


@pytest.mark.parametrize("minutes", [10, 30, 60])
def test_longer_intervals_are_quarters_with_gaps(minutes: int) -> None:
    found = Curve.of(curve([ONE] * (24 * 60 // minutes), minutes=minutes))
    slots = found.slots(FIRST, NEXT)
    assert (found.minutes, len(slots)) == (15, 96)
    assert found.missing(slots)


def test_what_does_not_count_is_missing() -> None:
    rows = (
        interval("00:00", "1", "2"),
        interval("00:00", "1", "2"),  # the same again
        interval("00:15", "1"),
        interval("00:15", "2"),  # something else
        interval("00:30", "-1", "2"),
        interval("00:45", "1", "-2"),
        interval("01:00:01", "1"),
        interval("01:20", "1"),
    )
    found = Curve.of(rows)
    slots = found.slots(FIRST, NEXT)
    assert [clock(at)[-5:] for at in found.active] == ["00:00", "00:45"]
    assert [clock(at)[-5:] for at in found.reactive] == ["00:00"]
    assert clock(found.missing(slots)[0]) == "2025-06-01 00:15"
    assert len(found.missing(slots)) == 94
    assert len(found.missing(slots, is_reactive=True)) == 95


def test_a_block_of_demand_is_whole_or_void() -> None:
    rows = curve([Decimal(i) for i in range(24 * 12)], minutes=5)
    demands, void = Curve.of(rows).demands(FIRST, NEXT)
    assert (len(demands), void) == (96, 0)
    assert demands[0] == (0 + 1 + 2) * 4
    demands, void = Curve.of(rows[:-1]).demands(FIRST, NEXT)
    assert (len(demands), void, max(demands)) == (95, 1, (282 + 283 + 284) * 4)


def a_calendar(*spans: dict[str, str]) -> Calendar:
    assumed = Provenance(status="assumed", clause="test")
    return Calendar(spans=tuple(Span(**span) for span in spans), provenance=assumed)  # type: ignore[arg-type]


def test_the_period_of_each_interval() -> None:
    slots = Curve.of(()).slots(FIRST, NEXT)
    found = periods_at(slots, a_calendar(*NIGHT_AND_DAY))
    assert found is not None
    assert [found.count(p) for p in ("valley", "peak", "flat")] == [32, 12, 52]
    assert [found[i] for i in (23, 24, 35, 36, 87, 88)] == [
        "valley",
        "peak",
        "peak",
        "flat",
        "flat",
        "valley",
    ]


def test_an_interval_in_two_periods_has_none() -> None:
    odd = a_calendar(
        {"period": "valley", "from_time": "22:00", "to_time": "06:10"},
        {"period": "flat", "from_time": "06:10", "to_time": "22:00"},
    )
    assert periods_at(Curve.of(()).slots(FIRST, NEXT), odd) is None
    fine = Curve.of(curve([ONE] * 288, minutes=5)).slots(FIRST, NEXT)
    found = periods_at(fine, odd)
    assert found is not None
    assert found.count("valley") == 2 * 12 + 6 * 12 + 2
