from __future__ import annotations

from datetime import date, timedelta

import chinese_calendar
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from powerchannel.errors import NotInForceError, TableError
from powerchannel.holidays import ChineseDayTypes, DayKind, DayTypes, _calendar

CHINA = ChineseDayTypes()
FIRST, LAST = date(CHINA.years[0], 1, 1), date(CHINA.years[-1], 12, 31)


def _days(*days: str | date) -> NDArray[np.datetime64]:
    return np.array(days, dtype="datetime64[D]")


@pytest.mark.parametrize(
    ("day", "kind"),
    [
        ("2024-02-08", DayKind.WORKDAY),
        ("2024-02-12", DayKind.HOLIDAY),
        ("2024-02-18", DayKind.MAKE_UP_WORKDAY),
        ("2024-02-25", DayKind.WEEKEND),
        ("2023-10-01", DayKind.HOLIDAY),
        ("2023-10-08", DayKind.MAKE_UP_WORKDAY),
    ],
)
def test_days_announced(day: str, kind: DayKind) -> None:
    assert CHINA.kind(_days(day)).tolist() == [kind]


@given(st.dates(FIRST, LAST))
def test_each_day_is_what_the_calendar_says(day: date) -> None:
    (kind,) = CHINA.kind(_days(day))
    is_off = kind in (DayKind.WEEKEND, DayKind.HOLIDAY)
    assert is_off == chinese_calendar.is_holiday(day)
    assert (kind == DayKind.HOLIDAY) == (day in chinese_calendar.holidays)
    assert (kind == DayKind.MAKE_UP_WORKDAY) == (day in chinese_calendar.workdays)


def test_the_first_and_last_day_are_known() -> None:
    first, last = CHINA.kind(_days(FIRST, LAST))
    assert first == DayKind.HOLIDAY
    assert (last == DayKind.WORKDAY) == chinese_calendar.is_workday(LAST)


def test_the_shape_is_kept() -> None:
    days = _days("2024-10-01", "2024-10-12", "2024-10-19", "2024-10-21").reshape(2, 2)
    kinds = CHINA.kind(days)
    assert kinds.tolist() == [
        [DayKind.HOLIDAY, DayKind.MAKE_UP_WORKDAY],
        [DayKind.WEEKEND, DayKind.WORKDAY],
    ]
    assert kinds.dtype == np.uint8
    assert CHINA.kind(_days()).shape == (0,)


def test_a_time_counts_for_its_day() -> None:
    late = np.array(["2024-10-01T23:59:59", "1969-12-31T23:59"], dtype="datetime64[us]")
    assert CHINA.kind(late[:1]).tolist() == [DayKind.HOLIDAY]
    with pytest.raises(NotInForceError, match="1969"):
        CHINA.kind(late)


@pytest.mark.parametrize("beyond", [FIRST - timedelta(1), LAST + timedelta(1)])
def test_a_year_not_announced_is_refused_and_the_known_ones_named(beyond: date) -> None:
    with pytest.raises(NotInForceError) as caught:
        CHINA.kind(_days(FIRST, beyond, beyond))
    (problem,) = caught.value.problems
    assert problem.count == 2
    known = f"{FIRST.year}-{LAST.year}"
    assert f"the holidays of {beyond.year} are not known (2 days, first: {beyond})" in str(
        caught.value
    )
    assert f"known years: {known}" in problem.message.en
    assert f"已知年份：{known}" in problem.message.zh


def test_a_long_list_of_unknown_years_is_cut() -> None:
    days = np.arange("1980", "1990", dtype="datetime64[Y]").astype("datetime64[D]")
    with pytest.raises(NotInForceError, match="1980, 1981, 1982, 1983, 1984, … are not known"):
        CHINA.kind(days)


def test_a_missing_day_is_refused() -> None:
    with pytest.raises(TableError, match=r"1 days are missing \(first: number 1\)"):
        CHINA.kind(_days("2024-10-01", "NaT"))


def test_a_year_left_out_is_not_taken_for_ordinary_weeks() -> None:
    calendar = _calendar([date(2020, 1, 1), date(2022, 1, 1)], [])
    assert calendar.years == (2020, 2022)
    kinds = calendar.at(_days("2020-12-31", "2021-01-01", "2021-12-31", "2022-12-31"))
    assert kinds.tolist() == [DayKind.WORKDAY, 255, 255, DayKind.WEEKEND]


def test_runs_of_years_are_written_short() -> None:
    calendar = _calendar([date(year, 1, 1) for year in (2018, 2020, 2021, 2022)], [])
    gapped = ChineseDayTypes()
    object.__setattr__(gapped, "_calendar", calendar)
    with pytest.raises(NotInForceError, match=r"known years: 2018, 2020-2022;"):
        gapped.kind(_days("2019-05-05"))


def test_another_calendar_may_stand_in() -> None:
    class EveryDayOff:
        def kind(self, days: NDArray[np.datetime64]) -> NDArray[np.uint8]:
            return np.full(days.shape, DayKind.HOLIDAY, dtype=np.uint8)

    def count_off(days: NDArray[np.datetime64], day_types: DayTypes) -> int:
        return int((day_types.kind(days) == DayKind.HOLIDAY).sum())

    days = _days("2024-10-01", "2024-10-21")
    assert count_off(days, EveryDayOff()) == 2
    assert count_off(days, CHINA) == 1
