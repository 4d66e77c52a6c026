from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from powerchannel.errors import TableError
from powerchannel.periods import (
    Interval,
    format_month,
    gaps_and_overlaps,
    longest_run,
    month_end_us,
    month_start_us,
    parse_month,
    run_ending,
    window,
)
from powerchannel.text import Text

SHANGHAI = ZoneInfo("Asia/Shanghai")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MATRICES = hnp.arrays(bool, st.tuples(st.integers(1, 9), st.integers(0, 5)))


@given(st.dates())
def test_a_month_is_read_from_each_of_its_spellings(day: date) -> None:
    month = (day.year - 1970) * 12 + day.month - 1
    year = f"{day.year:04}"
    spellings = (
        f"{year}-{day.month:02}",
        f"{year}-{day.month}",
        f"{year}/{day.month:02}",
        f"{year}.{day.month}",
        f"{year}{day.month:02}",
        f" {year}年{day.month}月 ",
        day,
        datetime(day.year, day.month, day.day, 23, 59),
        np.datetime64(day),
    )
    assert {parse_month(spelling) for spelling in spellings} == {month}
    assert format_month(month) == f"{year}-{day.month:02}"
    assert parse_month(format_month(month)) == month


def test_full_width_and_pandas_months() -> None:
    assert parse_month("２０２２－０３") == 626
    assert parse_month(pd.Timestamp("2022-03-15")) == 626


def test_an_instant_belongs_to_its_month_in_shanghai() -> None:
    instant = datetime(2022, 2, 28, 16, tzinfo=UTC)
    assert format_month(parse_month(instant)) == "2022-03"
    assert format_month(parse_month(instant - timedelta(microseconds=1))) == "2022-02"
    assert format_month(parse_month(pd.Timestamp(instant))) == "2022-03"


@pytest.mark.parametrize(
    "value",
    [
        *("", "2022", "2022-13", "2022-00", "202213", "2022-03-05", "03-2022", "0000-01", "三月"),
        *(202203, None, 2022.03, np.datetime64("NaT"), pd.NaT, np.datetime64("10000-01")),
    ],
)
def test_what_is_not_a_month(value: object) -> None:
    with pytest.raises(TableError) as caught:
        parse_month(value)  # type: ignore[arg-type]
    assert caught.value.problems[0].code == "bad_month"
    assert repr(value) in caught.value.render("en")
    assert "2022-03" in caught.value.render("zh")


@given(st.integers(-600, 1200), st.integers(1, 255))
def test_a_window_ends_with_the_as_of_month(as_of: int, months: int) -> None:
    found = window(as_of, months)
    assert found.tolist() == list(range(as_of - months + 1, as_of + 1))
    assert found.dtype == np.int32


@pytest.mark.parametrize("months", [0, -1, 256])
def test_a_window_has_a_sensible_length(months: int) -> None:
    with pytest.raises(TableError, match="1 to 255"):
        window(626, months)
    with pytest.raises(TableError, match="1 to 255"):
        run_ending(np.zeros((max(months, 0), 2), bool))
    with pytest.raises(TableError, match="1 to 255"):
        longest_run(np.zeros((max(months, 0), 2), bool))


@given(st.integers((1986 - 1970) * 12, (2100 - 1970) * 12))
def test_months_meet_at_midnight_in_shanghai(month: int) -> None:
    start = datetime(month // 12 + 1970, month % 12 + 1, 1, tzinfo=SHANGHAI)
    assert month_start_us(month) == (start - EPOCH) // timedelta(microseconds=1)
    assert month_end_us(month) == month_start_us(month + 1)


def slow_longest(used: list[bool]) -> int:
    return max(len(run) for run in "".join("x" if u else " " for u in used).split(" "))


def slow_ending(used: list[bool], grace: int) -> int:
    for _ in range(grace):
        if used and not used[-1]:
            used = used[:-1]
    return len(used) - max((row + 1 for row, u in enumerate(used) if not u), default=0)


@given(MATRICES, st.integers(0, 4))
def test_runs_agree_with_a_slow_count(used: np.ndarray, grace: int) -> None:
    columns = used.T.tolist()
    assert run_ending(used).tolist() == [slow_ending(column, 0) for column in columns]
    ending = run_ending(used, grace=grace)
    assert ending.tolist() == [slow_ending(column, grace) for column in columns]
    assert longest_run(used).tolist() == [slow_longest(column) for column in columns]
    assert ending.dtype == longest_run(used).dtype == np.uint8


@given(MATRICES, st.integers(0, 4))
def test_laws_of_runs(used: np.ndarray, grace: int) -> None:
    assert (run_ending(used, grace=grace) <= run_ending(used, grace=grace + 1)).all()
    assert (run_ending(used, grace=grace) <= longest_run(used)).all()
    assert (longest_run(used) == longest_run(used[::-1])).all()
    assert (run_ending(used, grace=len(used))[used.any(axis=0)] > 0).all()


def test_runs_of_any_shape_and_of_the_longest_window() -> None:
    cube = np.ones((3, 2, 4), dtype=bool)
    assert run_ending(cube).tolist() == longest_run(cube).tolist() == [[3] * 4] * 2
    assert int(run_ending(np.array([True, True, False]), grace=1)) == 2
    assert int(longest_run(np.array([True, True, False]))) == 2
    full = np.ones((255, 1), dtype=bool)
    assert run_ending(full).tolist() == longest_run(full).tolist() == [255]


def test_counting_runs_leaves_the_input_alone() -> None:
    used = np.array([[True, False], [True, True]])
    before = used.copy()
    run_ending(used, grace=1)
    longest_run(used)
    assert (used == before).all()


FIRST = date(2020, 1, 1)
DAYS = st.none() | st.integers(0, 12).map(lambda day: FIRST + timedelta(days=day))
INTERVALS = st.tuples(DAYS, DAYS).filter(lambda p: None in p or p[0] < p[1])
INTERVAL_LISTS = st.lists(INTERVALS.map(lambda p: Interval(start=p[0], end=p[1])), max_size=4)
CALENDAR = [FIRST + timedelta(days=day) for day in range(-3, 16)]


def days_of(interval: Interval) -> set[date]:
    return {day for day in CALENDAR if interval.contains(day)}


@given(INTERVAL_LISTS)
def test_intervals_overlap_where_they_share_a_day(intervals: list[Interval]) -> None:
    for one in intervals:
        for other in intervals:
            assert one.overlaps(other) == bool(days_of(one) & days_of(other))


@given(INTERVAL_LISTS)
def test_gaps_and_overlaps_agree_with_days(intervals: list[Interval]) -> None:
    gaps, overlaps = gaps_and_overlaps(intervals)
    held = [sum(interval.contains(day) for interval in intervals) for day in CALENDAR]
    some = [row for row, count in enumerate(held) if count]
    inner = range(some[0], some[-1]) if some else range(0)
    empty = {CALENDAR[row] for row in inner if not held[row]}
    assert set().union(*map(days_of, gaps)) == empty
    several = {day for day, count in zip(CALENDAR, held, strict=True) if count > 1}
    assert set().union(*map(days_of, overlaps)) == several


def test_an_interval_ends_after_it_starts() -> None:
    with pytest.raises(ValueError, match="必须晚于") as caught:
        Interval(start=FIRST, end=FIRST)
    assert isinstance(caught.value.args[0], Text)
