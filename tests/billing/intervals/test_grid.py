from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from powerchannel.billing.intervals.calendar import compile_calendar
from powerchannel.billing.intervals.grid import (
    DemandRule,
    IntervalGrid,
    are_plain,
    check_sums,
    check_values,
)
from powerchannel.billing.tariff.time_of_use import Calendar, Span
from powerchannel.errors import TableError
from powerchannel.holidays import ChineseDayTypes
from powerchannel.rulebook import Provenance

ASSUMED = Provenance(status="assumed", clause="test")
DAY = IntervalGrid(start=date(2025, 3, 1), end=date(2025, 3, 2))


@given(
    st.dates(date(1992, 1, 1), date(2030, 1, 1)),
    st.integers(1, 400),
    st.sampled_from([1, 5, 10, 15, 30, 60]),
)
def test_slots_follow_one_another_to_the_end(start: date, days: int, minutes: int) -> None:
    end = date.fromordinal(start.toordinal() + days)
    grid = IntervalGrid(start=start, end=end, minutes=minutes)
    times = grid.times(np.array([0, grid.slots, -1]))
    assert times[:2].astype("datetime64[D]").tolist() == [start, end]
    assert np.isnat(times[2])


def test_the_first_year_without_summer_time_is_1992() -> None:
    assert IntervalGrid(start=date(1992, 1, 1), end=date(1992, 1, 2)).slots == 96


@pytest.mark.parametrize(
    ("start", "end", "minutes"),
    [
        (date(2025, 3, 1), date(2025, 3, 1), 15),
        (date(2025, 3, 2), date(2025, 3, 1), 15),
        (date(1991, 12, 31), date(1992, 3, 1), 15),
        (date(2025, 3, 1), date(2025, 3, 2), 7),
        (date(2025, 3, 1), date(2025, 3, 2), 0),
        (date(2025, 3, 1), date(2025, 3, 2), 120),
    ],
)
def test_what_is_no_grid(start: date, end: date, minutes: int) -> None:
    with pytest.raises(TableError, match="is no grid"):
        IntervalGrid(start=start, end=end, minutes=minutes)


@pytest.mark.parametrize(
    ("minutes", "rule", "width", "step"),
    [
        (15, DemandRule(), 1, 1),
        (5, DemandRule(minutes=30), 6, 6),
        (1, DemandRule(), 15, 15),
        (1, DemandRule(moves="sliding"), 15, 1),
        (60, DemandRule(minutes=60), 1, 1),
    ],
)
def test_windows_in_slots(minutes: int, rule: DemandRule, width: int, step: int) -> None:
    grid = IntervalGrid(start=DAY.start, end=DAY.end, minutes=minutes)
    assert (rule.width(grid), rule.step(grid)) == (width, step)


@pytest.mark.parametrize(
    ("minutes", "rule", "words"),
    [
        (30, DemandRule(), "data of 30 minutes hold no demand of a block of 15 minutes"),
        (10, DemandRule(), "block of 15"),
        (5, DemandRule(moves="sliding"), "sliding window of 15 minutes"),
    ],
)
def test_data_that_are_too_coarse(minutes: int, rule: DemandRule, words: str) -> None:
    grid = IntervalGrid(start=DAY.start, end=DAY.end, minutes=minutes)
    with pytest.raises(TableError, match=words):
        rule.width(grid)


def test_a_slot_lies_in_one_period() -> None:
    spans = (
        Span(period="valley", from_time="00:00", to_time="06:30"),
        Span(period="flat", from_time="06:30", to_time="24:00"),
    )
    table = compile_calendar(Calendar(spans=spans, provenance=ASSUMED), day_types=ChineseDayTypes())
    half_hours = IntervalGrid(start=DAY.start, end=DAY.end, minutes=30).codes(table)
    assert half_hours.tolist() == [3] * 13 + [2] * 35
    assert IntervalGrid(start=DAY.start, end=DAY.end, minutes=1).codes(table)[389:391].tolist() == [
        3,
        2,
    ]
    with pytest.raises(TableError, match=r"1 slots of 60 minutes .*2025-03-01T06:00"):
        IntervalGrid(start=DAY.start, end=DAY.end, minutes=60).codes(table)


@pytest.mark.parametrize(
    ("boundary", "minutes", "first"), [("06:15", 10, "06:10"), ("06:03", 5, "06:00")]
)
def test_a_period_may_begin_anywhere_inside_a_slot(boundary: str, minutes: int, first: str) -> None:
    spans = (
        Span(period="valley", from_time="00:00", to_time=boundary),
        Span(period="flat", from_time=boundary, to_time="24:00"),
    )
    table = compile_calendar(Calendar(spans=spans, provenance=ASSUMED))
    with pytest.raises(TableError, match=rf"1 slots of {minutes} minutes .*2025-03-01T{first}"):
        IntervalGrid(start=DAY.start, end=DAY.end, minutes=minutes).codes(table)


def test_values_whose_sum_could_pass_are_refused() -> None:
    largest = (2**63 - 1) // 96
    check_sums(np.array([largest, -5]), DAY)
    check_sums(np.empty(0, np.int64), DAY)
    with pytest.raises(OverflowError, match=f"{largest + 1} is too large: 96 of them"):
        check_sums(np.array([largest + 1]), DAY)


@given(st.lists(st.integers(-3, 2**58) | st.integers(2**56, 2**63 - 1), max_size=5))
def test_what_looks_plain_is_never_refused(values: list[int]) -> None:
    array = np.array(values, np.int64)
    if are_plain(array, DAY):
        assert (array >= 0).all()
        check_sums(array, DAY)


def test_a_large_value_that_fits_may_not_look_plain_and_is_taken_all_the_same() -> None:
    largest = (2**63 - 1) // 96
    assert are_plain(np.array([largest]), DAY)
    assert not are_plain(np.array([largest, 2**56 - 1]), DAY)
    check_sums(np.array([largest, 2**56 - 1]), DAY)


def test_values_are_int64_of_one_shape() -> None:
    check_values(np.zeros((2, 3), np.int64), (2, 3))
    with pytest.raises(TypeError, match="not int32"):
        check_values(np.zeros(2, np.int32), (2,))
    with pytest.raises(TableError, match=r"the shape is \(2,\), not \(2, 3\)"):
        check_values(np.zeros(2, np.int64), (2, 3))
