from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime, timedelta
from functools import cache
from random import Random

import numpy as np
import pandas as pd
import pytest
from attrs import frozen
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from powerchannel.billing.intervals import measure_intervals
from powerchannel.billing.intervals.calendar import PeriodTable, compile_calendar
from powerchannel.billing.intervals.grid import (
    COUNTS,
    DemandRule,
    IntervalEnergy,
    IntervalGrid,
)
from powerchannel.billing.records import PERIODS
from powerchannel.billing.tariff.time_of_use import Calendar, Span
from powerchannel.errors import TableError
from powerchannel.ids import Ids
from powerchannel.rulebook import Provenance
from powerchannel.tables import NO_NUMBER
from powerchannel.times import NAT

NEW_YEAR = datetime(2024, 1, 1)
MINUTE_US = 60_000_000
SHANGHAI_US = 8 * 60 * MINUTE_US


@cache
def calendar() -> PeriodTable:
    spans = (
        Span(period="valley", from_time="22:00", to_time="08:00"),
        Span(period="flat", from_time="08:00", to_time="18:00"),
        Span(period="peak", from_time="18:00", to_time="22:00"),
        Span(period="sharp", from_time="19:00", to_time="20:00", day_types=("workday",)),
    )
    assumed = Provenance(status="assumed", clause="test")
    return compile_calendar(Calendar(spans=spans, provenance=assumed))


def period_at(time: datetime) -> str:
    """2024-01-01 is a holiday, the two days after it are working days."""
    if time.day > 1 and time.hour == 19:
        return "sharp"
    if 18 <= time.hour < 22:
        return "peak"
    return "flat" if 8 <= time.hour < 18 else "valley"


@frozen
class Row:
    """One row of an export; `minute` counts from the new year."""

    meter: str
    minute: int | None
    energy: int
    reactive: int = NO_NUMBER
    second: int = 0

    @property
    def stamp(self) -> int:
        if self.minute is None:
            return NAT
        since = NEW_YEAR - datetime(1970, 1, 1) + timedelta(minutes=self.minute)
        return since // timedelta(microseconds=1) + self.second * 1_000_000 - SHANGHAI_US


def measured(
    rows: list[Row],
    grid: IntervalGrid,
    demand: DemandRule | None = None,
    *,
    reactive: bool = True,
    periods: PeriodTable | None = None,
) -> IntervalEnergy:
    return measure_intervals(
        Ids.from_text([row.meter for row in rows]),
        np.array([row.stamp for row in rows], np.int64),
        np.array([row.energy for row in rows], np.int64),
        np.array([row.reactive for row in rows], np.int64) if reactive else None,
        grid=grid,
        periods=periods,
        demand=demand,
    )


def days(count: int, minutes: int = 15) -> IntervalGrid:
    start = NEW_YEAR.date()
    return IntervalGrid(start=start, end=start + timedelta(days=count), minutes=minutes)


def by_hand(
    rows: list[Row], grid: IntervalGrid, demand: DemandRule
) -> dict[str, dict[str, object]]:
    """The same as a clerk would do it, one meter and one row after another."""
    return {
        meter: _meter_by_hand([row for row in rows if row.meter == meter], grid, demand)
        for meter in sorted({row.meter for row in rows})
    }


def _fault(row: Row, grid: IntervalGrid) -> str:
    if row.minute is None or row.energy == NO_NUMBER:
        return "blank"
    if not 0 <= row.minute < (grid.end - grid.start).days * 1440:
        return "outside"
    if row.minute % grid.minutes or row.second:
        return "off_grid"
    if row.energy < 0 or (row.reactive < 0 and row.reactive != NO_NUMBER):
        return "negative"
    return ""


def _meter_by_hand(rows: list[Row], grid: IntervalGrid, demand: DemandRule) -> dict[str, object]:
    counts: Counter[str] = Counter(expected=grid.slots)
    said: dict[int, list[tuple[int, int]]] = defaultdict(list)
    latest = -1
    for row in rows:
        if fault := _fault(row, grid):
            counts[fault] += 1
            continue
        assert row.minute is not None
        counts["out_of_order"] += row.minute < latest
        latest = row.minute
        said[row.minute].append((row.energy, row.reactive))
    known = {minute: values[0] for minute, values in said.items() if len(set(values)) == 1}
    counts["present"] = len(known)
    counts["conflicting"] = len(said) - len(known)
    counts["missing"] = grid.slots - len(said)
    counts["repeated"] = sum(len(values) - 1 for values in said.values())
    counts["reactive"] = sum(reactive != NO_NUMBER for _, reactive in known.values())
    answer: dict[str, object] = {name: counts[name] for name in (*COUNTS, "reactive")}
    for period in PERIODS:
        answer[f"{period}_wh"] = sum(
            energy
            for minute, (energy, _) in known.items()
            if period_at(NEW_YEAR + timedelta(minutes=minute)) == period
        )
    answer["total_wh"] = sum(energy for energy, _ in known.values())
    answer["reactive_varh"] = sum(r for _, r in known.values() if r != NO_NUMBER)
    step = demand.minutes if demand.moves == "block" else 1
    best, began, void = None, pd.NaT, 0
    for start in range(0, (grid.end - grid.start).days * 1440 - demand.minutes + 1, step):
        window = range(start, start + demand.minutes, grid.minutes)
        if not all(minute in known for minute in window):
            void += 1
        elif best is None or sum(known[minute][0] for minute in window) > best:
            best = sum(known[minute][0] for minute in window)
            began = NEW_YEAR + timedelta(minutes=start)
    answer |= {"demand_began_at": began, "void_windows": void}
    answer["demand_w"] = pd.NA if best is None else best * 60 // demand.minutes
    return answer


BLOCKS = st.sampled_from([DemandRule(), DemandRule(minutes=30), DemandRule(minutes=60)])


@st.composite
def exports(draw: st.DrawFn) -> tuple[list[Row], IntervalGrid, DemandRule]:
    """Stretches of rows of a few meters, some damaged, some twice, in part out of order."""
    minutes, rule = draw(
        st.one_of(
            st.tuples(st.sampled_from([5, 15]), BLOCKS),
            st.tuples(
                st.just(1), st.builds(DemandRule, moves=st.sampled_from(["block", "sliding"]))
            ),
        )
    )
    grid = days(draw(st.integers(1, 2)), minutes)
    random = Random(draw(st.integers(0, 9999)))
    most = draw(st.sampled_from([1, 3, 10**6]))
    rows = []
    for meter in ("0017", "017", "HB-1")[: draw(st.integers(1, 3))]:
        for _ in range(draw(st.integers(1, 4))):
            start = random.randrange(-2, grid.slots)
            for slot in range(start, start + random.randrange(1, 150)):
                row = Row(meter, slot * minutes, random.randint(0, most), random.randint(0, 5))
                rows += damaged(random, row) if random.random() < 0.05 else [row]
    for _ in range(draw(st.integers(0, 20))):
        rows.insert(random.randrange(len(rows)), rows.pop(random.randrange(len(rows))))
    return rows, grid, rule


def damaged(random: Random, row: Row) -> list[Row]:
    meter, minute, energy, reactive = row.meter, row.minute, row.energy, row.reactive
    return random.choice(
        [
            [],
            [row, row],
            [row, Row(meter, minute, energy + 1, reactive), row],
            [row, Row(meter, minute, energy, reactive + 1)],
            [Row(meter, minute, energy, NO_NUMBER)],
            [Row(meter, minute, NO_NUMBER, reactive)],
            [Row(meter, None, energy, reactive)],
            [Row(meter, minute, -1, reactive)],
            [Row(meter, minute, energy, -3)],
            [Row(meter, minute, energy, reactive, second=1)],
            [Row(meter, 10**6, energy, reactive)],
        ]
    )


@given(exports())
def test_every_meter_comes_out_as_by_hand(
    export: tuple[list[Row], IntervalGrid, DemandRule],
) -> None:
    rows, grid, rule = export
    found = measured(rows, grid, rule, periods=calendar())
    expected = by_hand(rows, grid, rule)
    table = found.table.set_index("meter_id")
    assert sorted(table.columns) == sorted(expected[rows[0].meter])
    for meter, answer in expected.items():
        line = table.loc[meter]
        for name, value in answer.items():
            same = pd.isna(line[name]) if pd.isna(value) else line[name] == value
            assert same, (meter, name, line[name], value)


@given(exports())
def test_energy_and_rows_are_conserved(
    export: tuple[list[Row], IntervalGrid, DemandRule],
) -> None:
    rows, grid, rule = export
    found = measured(rows, grid, rule, periods=calendar())
    assert found.period_wh is not None
    np.testing.assert_array_equal(found.period_wh.sum(axis=1), found.total_wh)
    counts = found.counts
    slots = counts["present"] + counts["missing"] + counts["conflicting"]
    np.testing.assert_array_equal(slots, counts["expected"])
    kept = sum(counts[name] for name in ("present", "conflicting", "repeated"))
    dropped = sum(counts[name] for name in ("blank", "outside", "off_grid", "negative"))
    assert (kept + dropped).sum() == len(rows)
    np.testing.assert_array_equal(found.is_complete, counts["missing"] + counts["conflicting"] == 0)


@given(exports(), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_only_what_is_out_of_order(
    export: tuple[list[Row], IntervalGrid, DemandRule], random: Random
) -> None:
    rows, grid, rule = export
    shuffled = random.sample(rows, len(rows))
    one, other = (
        measured(r, grid, rule).table.drop(columns="out_of_order") for r in (rows, shuffled)
    )
    pd.testing.assert_frame_equal(one, other)


@given(exports())
def test_a_meter_does_not_depend_on_the_others(
    export: tuple[list[Row], IntervalGrid, DemandRule],
) -> None:
    rows, grid, rule = export
    whole = measured(rows, grid, rule, periods=calendar()).table
    for meter, line in whole.groupby("meter_id"):
        alone = measured(
            [row for row in rows if row.meter == meter], grid, rule, periods=calendar()
        ).table
        pd.testing.assert_frame_equal(alone, line.reset_index(drop=True))


def profile(values: list[int], meter: str = "1", minutes: int = 15, first: int = 0) -> list[Row]:
    return [Row(meter, (first + at) * minutes, value) for at, value in enumerate(values)]


def test_of_equal_demands_the_first_counts() -> None:
    rows = profile([1, 7, 7, 0, 7])
    found = measured(rows, days(1), DemandRule()).demand
    assert found is not None
    assert found.highest_w.tolist() == [28]
    assert found.began_at.astype(str).tolist() == ["2024-01-01T00:15"]
    assert found.void_windows.tolist() == [91]


def test_a_window_slides_over_the_full_hour_where_blocks_do_not() -> None:
    values = [0] * 20 + [60] * 15 + [0] * 1405
    highest = {}
    for moves in ("block", "sliding"):
        demand = measured(profile(values, minutes=1), days(1, 1), DemandRule(moves=moves)).demand
        assert demand is not None
        highest[moves] = demand.highest_w.item(), str(demand.began_at[0])[-5:]
    assert highest == {"block": (2400, "00:15"), "sliding": (3600, "00:20")}


def test_a_gap_voids_the_windows_it_lies_in_and_no_other() -> None:
    rows = profile([5] * 1440, minutes=1)
    rows[:2] = []  # two minutes at the beginning lie in two windows
    del rows[98]  # one in the middle lies in fifteen
    demand = measured(rows, days(1, 1), DemandRule(moves="sliding")).demand
    assert demand is not None
    assert demand.void_windows.tolist() == [17]
    assert str(demand.began_at[0]) == "2024-01-01T00:02"


def test_no_window_reaches_from_one_meter_into_the_next() -> None:
    rows = profile([9] * 7, "1", 1) + profile([9] * 8, "2", 1, first=7)
    demand = measured(rows, days(1, 1), DemandRule(moves="sliding")).demand
    assert demand is not None
    assert demand.highest_w.tolist() == [NO_NUMBER] * 2
    assert np.isnat(demand.began_at).all()


def test_the_same_slot_of_two_meters_is_no_repetition() -> None:
    found = measured([Row("1", 15, 3), Row("2", 15, 4)], days(1))
    assert found.total_wh.tolist() == [3, 4]
    assert found.counts["repeated"].tolist() == [0, 0]


def test_a_meter_without_a_row_that_counts_is_still_reported() -> None:
    rows = [Row("1", -15, 7), *profile([3], "2"), Row("3", 0, NO_NUMBER)]
    table = measured(rows, days(1), DemandRule(), periods=calendar()).table
    assert table["meter_id"].tolist() == ["1", "2", "3"]
    assert table["total_wh"].tolist() == [0, 3, 0]
    assert table["present"].tolist() == [0, 1, 0]
    assert table["demand_w"].isna().tolist() == [True, False, True]
    assert table["missing"].tolist() == [96, 95, 96]


def test_nothing_at_all() -> None:
    found = measured([], days(1), DemandRule(), periods=calendar())
    assert len(found.table) == 0


def test_what_is_not_asked_for_is_not_there() -> None:
    found = measured(profile([3, 4]), days(1), reactive=False)
    assert (found.period_wh, found.reactive_varh, found.demand) == (None, None, None)
    assert found.table.columns.tolist() == ["meter_id", "total_wh", *COUNTS]


def test_running_sums_may_wrap_over_meters() -> None:
    large = 9 * 10**16
    rows = [row for meter in "123" for row in profile([large] * 96, meter)]
    found = measured(rows, days(1), DemandRule(minutes=60), periods=calendar())
    assert found.total_wh.tolist() == [96 * large] * 3
    assert found.demand is not None
    assert found.demand.highest_w.tolist() == [4 * large] * 3
    with pytest.raises(OverflowError, match="96 of them could pass int64"):
        measured(profile([10**17]), days(1))


Columns = tuple[Ids, NDArray[np.generic], NDArray[np.generic]]


@pytest.mark.parametrize(
    ("columns", "error", "words"),
    [
        (
            (Ids.from_text(["1", ""]), np.zeros(2, np.int64), np.zeros(2, np.int64)),
            TableError,
            r"1 rows have no meter \(first: row 1\)",
        ),
        (
            (Ids.from_text(["1", "2"]), np.zeros(2, np.int64), np.zeros(3, np.int64)),
            TableError,
            r"the shape is \(3,\), not \(2,\)",
        ),
        (
            (Ids.from_text(["1"]), np.zeros(1, np.int64), np.zeros(1, np.float64)),
            TypeError,
            "not float64",
        ),
        (
            (Ids.from_text(["1"]), np.zeros(1, "datetime64[us]"), np.zeros(1, np.int64)),
            TypeError,
            "not datetime64",
        ),
    ],
)
def test_columns_that_are_refused(columns: Columns, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        measure_intervals(*columns, grid=days(1))


def test_many_meters_in_any_order() -> None:
    """A thousand meters with 288 slots each: more places than 16 bits count."""
    grid, meters = days(3), [f"{at:04}" for at in range(1000)]
    rng = np.random.default_rng(3)
    energy = rng.integers(0, 10**6, (len(meters), grid.slots))
    started = np.datetime64(NEW_YEAR, "us").astype(np.int64) - SHANGHAI_US
    started = np.tile(started + np.arange(grid.slots) * 15 * MINUTE_US, len(meters))
    order = rng.permutation(energy.size)
    found = measure_intervals(
        Ids.from_text(meters).take(np.repeat(np.arange(len(meters)), grid.slots)[order]),
        started[order],
        energy.ravel()[order],
        grid=grid,
        demand=DemandRule(),
    )
    assert found.demand is not None
    np.testing.assert_array_equal(found.total_wh, energy.sum(axis=1))
    np.testing.assert_array_equal(found.demand.highest_w, energy.max(axis=1) * 4)
    np.testing.assert_array_equal(found.counts["present"], 288)
    assert (found.counts["out_of_order"] > 0).all()
