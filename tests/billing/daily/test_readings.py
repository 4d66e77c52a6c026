from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, timedelta

import numpy as np
import pytest
from attrs import frozen
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from powerchannel.billing.daily.readings import Collected, DailyReadings, collect
from powerchannel.errors import TableError
from powerchannel.ids import Ids
from powerchannel.tables import NO_NUMBER

START = date(2025, 2, 26)
NAMES = ("active_total", "active_peak")


@frozen
class Row:
    meter: str
    register: int
    day: int | None
    reading: int
    status: Collected = Collected.OK


def collected(rows: list[Row], days: int) -> DailyReadings:
    on = [None if row.day is None else START + timedelta(days=row.day) for row in rows]
    return collect(
        Ids.from_text([row.meter for row in rows]),
        np.array([row.register for row in rows], np.int64),
        np.array(on, "datetime64[D]"),
        np.array([row.reading for row in rows], np.int64),
        np.array([row.status for row in rows], np.uint8),
        register_names=NAMES,
        start=START,
        end=START + timedelta(days=days),
    )


ROWS = st.lists(
    st.builds(
        Row,
        meter=st.sampled_from(["0017", "017", "HB-1"]),
        register=st.integers(0, 1),
        day=st.one_of(st.none(), st.integers(-1, 5)),
        reading=st.sampled_from([0, 100, 101, NO_NUMBER, -1]),
        status=st.sampled_from(Collected),
    ),
    max_size=40,
)


def by_hand(rows: list[Row], days: int) -> tuple[dict[str, int], list[int]]:
    """Count the rows of one register of one meter, day by day."""
    counts: Counter[str] = Counter(expected=days + 1)
    of_day: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        if row.day is None or not 0 <= row.day <= days:
            counts["outside"] += 1
        else:
            of_day[row.day].append(row)
    readings = []
    for day in range(days + 1):
        good = [row for row in of_day[day] if row.status != Collected.FAILED and row.reading >= 0]
        said = {row.reading for row in good}
        readings.append(said.pop() if len(said) == 1 else NO_NUMBER)
        kind = "present" if good else "failed" if of_day[day] else "missing"
        counts["conflicting" if said else kind] += 1
        is_late = not said and all(row.status == Collected.LATE for row in good)
        counts["late"] += bool(good) and is_late
        counts["repeated"] += max(len(of_day[day]) - 1, 0)
    return counts, readings


@given(ROWS, st.integers(1, 4))
def test_every_register_is_counted_as_by_hand(rows: list[Row], days: int) -> None:
    found = collected(rows, days)
    meters = found.meters.to_text()
    series = sorted({(row.meter, row.register) for row in rows})
    assert [(meters[m], r) for m, r in zip(found.meter, found.register, strict=True)] == series
    for at, (meter, register) in enumerate(series):
        mine = [row for row in rows if (row.meter, row.register) == (meter, register)]
        counts, readings = by_hand(mine, days)
        assert found.readings[at].tolist() == readings
        assert {name: values[at] for name, values in found.counts.items()} == {
            name: counts[name] for name in found.counts
        }


@given(ROWS, st.integers(1, 4), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(rows: list[Row], days: int, random) -> None:
    one, other = collected(rows, days), collected(random.sample(rows, len(rows)), days)
    np.testing.assert_array_equal(one.readings, other.readings)
    assert one.table.equals(other.table)


@given(ROWS, st.integers(1, 4))
def test_days_and_rows_add_up(rows: list[Row], days: int) -> None:
    table = collected(rows, days).table
    days_found = table["present"] + table["missing"] + table["failed"] + table["conflicting"]
    assert (days_found == table["expected"]).all()
    with_rows = table["expected"] - table["missing"]
    assert int((with_rows + table["repeated"] + table["outside"]).sum()) == len(rows)
    assert (table["late"] <= table["present"]).all()


def test_a_day_whose_late_readings_differ_is_not_present_late() -> None:
    rows = [Row("7", 0, 0, reading, Collected.LATE) for reading in (5, 6)]
    counts = collected(rows, 1).counts
    assert (counts["conflicting"].tolist(), counts["late"].tolist()) == ([1], [0])


def test_the_report_adds_the_registers_of_a_meter() -> None:
    rows = [
        Row("7", 0, 0, 5),
        Row("7", 0, 0, 5, Collected.LATE),
        Row("7", 1, 0, 5, Collected.LATE),
        Row("7", 1, 1, 5, Collected.FAILED),
        Row("8", 0, 0, 5),
        Row("8", 0, 0, 6),
    ]
    table = collected(rows, 1).table.set_index("meter_id")
    assert table.loc["7"].to_dict() == {
        "expected": 4,
        "present": 2,
        "late": 1,
        "missing": 1,
        "failed": 1,
        "conflicting": 0,
        "repeated": 1,
        "outside": 0,
    }
    assert table.loc["8", ["conflicting", "present", "repeated"]].tolist() == [1, 0, 1]


GOOD: dict[str, NDArray[np.generic]] = {
    "register": np.zeros(2, np.int64),
    "read_on": np.array([START, START], "datetime64[D]"),
    "reading": np.zeros(2, np.int64),
    "status": np.zeros(2, np.uint8),
}


@pytest.mark.parametrize(
    ("name", "values", "error", "words"),
    [
        ("register", np.array([0, 2]), TableError, r"register.*1 rows .*first: row 1"),
        ("register", np.array([-1, 0]), TableError, r"register.*1 rows .*first: row 0"),
        ("status", np.array([0, 7], np.uint8), TableError, "status.*unknown code"),
        ("reading", np.zeros(3, np.int64), TableError, r"\[2, 3\] rows"),
        ("reading", np.zeros(2), TypeError, "int64, in whole last digits, not float64"),
    ],
)
def test_columns_that_are_refused(
    name: str, values: NDArray[np.generic], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        collect(
            Ids.from_text(["1", "2"]),
            **(GOOD | {name: values}),
            register_names=NAMES,
            start=START,
            end=START + timedelta(days=1),
        )


def test_rows_need_a_meter_and_periods_a_day() -> None:
    with pytest.raises(TableError, match=r"meter_id.*1 rows"):
        collected([Row("", 0, 0, 1)], 1)
    with pytest.raises(TableError, match="there is no day in"):
        collected([Row("1", 0, 0, 1)], 0)
