from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from powerchannel.billing.intervals.calendar import PeriodTable, compile_calendar
from powerchannel.billing.records import PERIODS
from powerchannel.billing.tariff.time_of_use import DAY_TYPES, Calendar, Span
from powerchannel.errors import NotInForceError, RulebookError, TableError
from powerchannel.holidays import ChineseDayTypes
from powerchannel.rulebook import Provenance

CHINA = ChineseDayTypes()
ASSUMED = Provenance(status="assumed", clause="test")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ALL_DAY = Span(period="flat", from_time="00:00", to_time="24:00")

HUBEI = (  # 鄂发改价管〔2024〕77号
    Span(period="sharp", from_time="18:00", to_time="20:00"),
    Span(period="peak", from_time="16:00", to_time="18:00"),
    Span(period="peak", from_time="20:00", to_time="24:00"),
    Span(period="flat", from_time="06:00", to_time="12:00"),
    Span(period="flat", from_time="14:00", to_time="16:00"),
    Span(period="valley", from_time="00:00", to_time="06:00"),
    Span(period="valley", from_time="12:00", to_time="14:00"),
    Span(period="sharp", from_time="20:00", to_time="22:00", months=(7, 8)),
    Span(period="peak", from_time="16:00", to_time="20:00", months=(7, 8)),
    Span(period="peak", from_time="22:00", to_time="24:00", months=(7, 8)),
)


def calendar(*spans: Span) -> Calendar:
    return Calendar(spans=spans, provenance=ASSUMED)


def clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def by_hand(spans: tuple[Span, ...], minute: int) -> str:
    """The period of one minute: look through the spans; one that names days goes first."""
    when = EPOCH + timedelta(minutes=minute)
    kind = DAY_TYPES[CHINA.kind(np.array([when.date()], dtype="datetime64[D]"))[0]]
    now = clock(when.hour * 60 + when.minute)

    def holds(span: Span) -> bool:
        first, last = span.from_time, span.to_time
        in_hours = first <= now < last if first < last else (now >= first or now < last)
        return (
            in_hours
            and (not span.months or when.month in span.months)
            and (not span.day_types or kind in span.day_types)
        )

    best = max(filter(holds, spans), key=lambda span: span.is_named)
    return best.period


@cache
def minute_of(text: str) -> int:
    return int(np.datetime64(text, "m").astype(np.int64))


MINUTES = st.integers(minute_of("2015-01-01"), minute_of("2024-12-31T23:59"))


@st.composite
def spans_without_overlap(draw: st.DrawFn) -> tuple[Span, ...]:
    """The whole day by a few boundaries, and one span of some months or days before it."""
    step = draw(st.sampled_from([1, 5, 15, 30]))

    def boundaries(least: int) -> list[int]:
        return sorted(
            draw(
                st.sets(
                    st.integers(0, 1440 // step - 1).map(lambda n: n * step),
                    min_size=least,
                    max_size=6,
                )
            )
        )

    def around(ends: list[int], **holds: object) -> list[Span]:
        pairs = zip(ends, [*ends[1:], ends[0]], strict=True)
        return [
            Span(
                period=draw(st.sampled_from(PERIODS)), from_time=clock(a), to_time=clock(b), **holds
            )
            for a, b in pairs
        ]

    months = draw(st.sets(st.integers(1, 12), max_size=11))
    kinds = draw(st.sets(st.sampled_from(DAY_TYPES), min_size=1, max_size=3))
    named = around(boundaries(2), months=tuple(months), day_types=tuple(kinds))[:1]
    return tuple(draw(st.permutations([*around(boundaries(2)), *named])))


@given(spans_without_overlap(), st.lists(MINUTES, min_size=1, max_size=20))
def test_each_minute_is_in_its_span(spans: tuple[Span, ...], minutes: list[int]) -> None:
    table = compile_calendar(calendar(*spans), day_types=CHINA)
    found = table.periods_of(np.array(minutes))
    assert [PERIODS[code] for code in found] == [by_hand(spans, minute) for minute in minutes]
    stamps = np.array(minutes).astype("datetime64[m]")
    np.testing.assert_array_equal(table.periods_of(stamps), found)


@pytest.mark.parametrize(
    ("time", "period"),
    [
        ("2025-07-15T17:59", "peak"),
        ("2025-07-15T20:00", "sharp"),
        ("2025-07-15T21:59", "sharp"),
        ("2025-07-15T22:00", "peak"),
        ("2025-09-01T18:00", "sharp"),
        ("2025-09-01T20:00", "peak"),
        ("2025-09-01T23:59", "peak"),
        ("2025-09-02T00:00", "valley"),
        ("2025-09-02T12:00", "valley"),
        ("2025-09-02T14:00", "flat"),
    ],
)
def test_hubei(time: str, period: str) -> None:
    table = compile_calendar(calendar(*HUBEI), day_types=CHINA)
    (code,) = table.periods_of(np.array([time], dtype="datetime64[m]"))
    assert PERIODS[code] == period


def test_hours_after_midnight_are_hours_of_their_own_day() -> None:
    night = Span(period="deep_valley", from_time="22:00", to_time="06:00", day_types=("holiday",))
    table = compile_calendar(calendar(ALL_DAY, night), day_types=CHINA)
    # 2024-10-01 is the first day of the holiday, 2024-10-08 the first working day after it.
    times = ["2024-09-30T23:00", "2024-10-01T05:00", "2024-10-07T22:00", "2024-10-08T05:00"]
    codes = table.periods_of(np.array(times, dtype="datetime64[m]"))
    assert [PERIODS[code] for code in codes] == ["flat", "deep_valley", "deep_valley", "flat"]


@pytest.mark.parametrize(
    ("boundary", "step"), [("06:00", 15), ("06:30", 15), ("06:10", 5), ("06:07", 1)]
)
def test_the_step_is_as_fine_as_the_spans_ask(boundary: str, step: int) -> None:
    first = Span(period="valley", from_time="00:00", to_time=boundary)
    rest = Span(period="flat", from_time=boundary, to_time="24:00")
    table = compile_calendar(calendar(first, rest), day_types=CHINA)
    assert table.step_minutes == step
    assert table.codes.shape == (12, 4, 1440 // step)


class NoDays:
    def kind(self, days: NDArray[np.datetime64]) -> NDArray[np.uint8]:
        raise AssertionError(days)


def test_day_types_are_asked_for_only_where_they_matter() -> None:
    times = np.array(["2150-01-01T00:00"], dtype="datetime64[m]")
    assert compile_calendar(calendar(*HUBEI), day_types=NoDays()).periods_of(times).tolist() == [3]
    off = Span(period="valley", from_time="00:00", to_time="24:00", day_types=("weekend",))
    table = compile_calendar(calendar(ALL_DAY, off))
    assert table.asks_day_types
    with pytest.raises(NotInForceError, match="2150"):
        table.periods_of(times)


def test_an_unknown_year_between_known_ones_is_not_asked_for() -> None:
    asked = []

    class Recorder:
        def kind(self, days: NDArray[np.datetime64]) -> NDArray[np.uint8]:
            asked.extend(days.astype(str).tolist())
            return np.zeros(days.shape, np.uint8)

    off = Span(period="valley", from_time="00:00", to_time="24:00", day_types=("holiday",))
    table = compile_calendar(calendar(ALL_DAY, off), day_types=Recorder())
    times = np.array([["2030-01-01T05:00", "1990-05-05T01:00", "2030-01-01T09:00"]])
    assert table.periods_of(times.astype("datetime64[m]")).tolist() == [[2, 2, 2]]
    assert asked == ["1990-05-05", "2030-01-01"]


def test_nothing_is_asked_of_no_times() -> None:
    table = compile_calendar(calendar(ALL_DAY), day_types=CHINA)
    assert table.periods_of(np.empty((0, 3), np.int64)).shape == (0, 3)


@pytest.mark.parametrize("shape", [(12, 4, 7), (12, 3, 96), (96,)])
def test_a_table_of_another_shape_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(RulebookError, match="shape"):
        PeriodTable(codes=np.zeros(shape, np.uint8), day_types=CHINA)


def test_a_table_with_a_hole_is_refused() -> None:
    codes = np.zeros((12, 4, 24), np.uint8)
    codes[11, 3, 23] = 5
    with pytest.raises(RulebookError, match="month 12, make_up_workday 23:00"):
        PeriodTable(codes=codes, day_types=CHINA)


@pytest.mark.parametrize(
    "times",
    [
        np.array(["2024-01-01", "NaT"], dtype="datetime64[m]"),
        np.array([0, minute_of("2200-01-01")]),
        np.array([0, minute_of("1899-12-31T23:59")]),
        np.array([0, 1_700_000_000_000_000]),
    ],
)
def test_times_without_a_day_are_refused(times: NDArray[np.generic]) -> None:
    table = compile_calendar(calendar(ALL_DAY), day_types=CHINA)
    with pytest.raises(TableError, match=r"1 times have no period .*first: number 1"):
        table.periods_of(times)


def test_missing_times_are_told_from_others() -> None:
    table = compile_calendar(calendar(ALL_DAY), day_types=CHINA)
    times = np.array(["NaT", "2500-01-01", "NaT"], dtype="datetime64[m]")
    with pytest.raises(TableError, match=r"3 times have no period \(2 are missing, "):
        table.periods_of(times)
