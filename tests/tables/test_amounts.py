"""Columns of numbers and of yes or no, as a table is checked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from powerchannel.errors import TableError
from powerchannel.tables import CheckedTable
from powerchannel.tables.amounts import FLAG_WORDS

Check = Callable[..., CheckedTable]
Visits = Callable[..., dict[str, object]]


def test_numbers_are_kept_exactly_and_shown_as_text(check: Check, visits: Visits) -> None:
    table = check(visits(energy_kwh=["0.1", None, Decimal("12.50")]))
    assert table.decimals("energy_kwh").tolist()[::2] == [10, 1250]
    assert table.has("energy_kwh").tolist() == [True, False, True]
    shown = table.frame()["energy_kwh"]
    assert [None if pd.isna(v) else v for v in shown] == ["0.10", None, "12.50"]


def test_a_number_that_would_be_rounded_drops_its_row(check: Check, visits: Visits) -> None:
    table = check(visits(energy_kwh=["0.125", "1", "-0.01"]))
    assert table.rejected.codes.tolist() == ["too_many_decimals", "number_out_of_bounds"]
    assert table.rejected.values.tolist() == ["0.125", "-0.01"]
    told = {p.code: p for p in table.problems}
    assert "0.125" in told["too_many_decimals"].render("zh")
    assert "2 decimals" in told["too_many_decimals"].render("en")
    assert "at least 0 kWh" in told["number_out_of_bounds"].render("en")
    assert table.left_out["energy_kwh"].tolist()[1] == -1  # type: ignore[union-attr]


@pytest.mark.parametrize("cells", [[True, False, True], [datetime(2022, 3, 1)] * 3])
def test_flags_and_times_are_no_numbers(check: Check, visits: Visits, cells: list[object]) -> None:
    with pytest.raises(TableError) as caught:
        check(visits(energy_kwh=cells))
    assert [p.code for p in caught.value.problems] == ["wrong_type"]


@pytest.mark.parametrize("word", [*FLAG_WORDS, "TRUE", " 是 ", "Y", "No"])
def test_words_of_yes_and_no(check: Check, visits: Visits, word: str) -> None:
    table = check(visits(is_new=[word, None, ""]))
    expected = FLAG_WORDS[word.strip().casefold()]
    assert table.flags("is_new").tolist() == [expected, -1, -1]
    assert table.has("is_new").tolist() == [True, False, False]


@pytest.mark.parametrize(
    "cells",
    [
        [True, False, None],
        [1, 0, None],
        [1.0, 0.0, None],
        ["1", "0", None],
        [True, "否", None],
        pd.Series([True, False, None], dtype="boolean"),
        pd.Series([1, 0, None], dtype="Int8"),
        pd.Series(["是", "否", None], dtype="category"),
    ],
    ids=str,
)
def test_flags_of_any_type(check: Check, visits: Visits, cells: object) -> None:
    assert check(visits(is_new=cells)).flags("is_new").tolist() == [1, 0, -1]


def test_flags_from_arrow(check: Check, visits: Visits) -> None:
    pa = pytest.importorskip("pyarrow")
    source = {n: pa.array(c) for n, c in visits(is_new=[True, False, None]).items()}
    assert check(pa.table(source)).flags("is_new").tolist() == [1, 0, -1]


@pytest.mark.parametrize("cell", ["也许", "2", 2, "10"])
def test_what_is_neither_drops_out(check: Check, visits: Visits, cell: object) -> None:
    table = check(visits(is_new=[cell, cell, None]))
    assert table.rejected.codes.tolist() == ["not_a_flag"] * 2


def test_numbers_with_a_fraction_are_no_flags(check: Check, visits: Visits) -> None:
    with pytest.raises(TableError):
        check(visits(is_new=[0.5, 1.0, None]))


@pytest.mark.parametrize(
    "cells",
    [
        ["2022-03-05", "2022年3月6日", None],
        ["20220305", "2022/3/6 00:00:00", ""],
        [date(2022, 3, 5), date(2022, 3, 6), None],
        [datetime(2022, 3, 5), datetime(2022, 3, 6), None],
        [date(2022, 3, 5), "2022-03-06", None],
        [20220305, 20220306, None],
        pd.to_datetime(pd.Series(["2022-03-05", "2022-03-06", None])),
        pd.to_datetime(pd.Series(["2022-03-05", "2022-03-06", None])).dt.tz_localize(
            "Asia/Shanghai"
        ),
        ["2022-03-04T16:00:00Z", "2022-03-05T16:00:00Z", None],
        np.array(["2022-03-05", "2022-03-06", "NaT"], "M8[D]"),
    ],
    ids=str,
)
def test_days_of_any_kind(check: Check, visits: Visits, cells: object) -> None:
    table = check(visits(read_on=cells))
    days = np.array(["2022-03-05", "2022-03-06"], "M8[D]").astype(int).tolist()
    assert table.dates("read_on").tolist()[:2] == days
    assert table.dates("read_on").dtype == np.int32
    assert table.has("read_on").tolist() == [True, True, False]
    shown = table.frame()["read_on"]
    assert shown.tolist()[:2] == [pd.Timestamp("2022-03-05"), pd.Timestamp("2022-03-06")]
    assert shown.isna().tolist() == [False, False, True]


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("2022-03-05 08:30", "not_midnight"),
        ("2022-02-30", "impossible_time"),
        ("昨天", "unreadable_time"),
        ("44621.5", "number_time"),
        ("1970-01-01", "year_out_of_range"),
        ("2024-01-01", "year_out_of_range"),
    ],
)
def test_what_is_no_day_drops_out(check: Check, visits: Visits, cell: str, code: str) -> None:
    table = check(visits(read_on=["2022-03-05", cell, None]))
    assert table.rejected.codes.tolist() == [code]
    assert table.rejected.values.tolist() == [cell]


def test_days_with_and_without_offset_are_not_mixed(check: Check, visits: Visits) -> None:
    with pytest.raises(TableError) as caught:
        check(visits(read_on=["2022-03-05", "2022-03-05T16:00:00Z", None]))
    assert [p.code for p in caught.value.problems] == ["mixed_zones"]
    with pytest.raises(TableError):
        check(visits(read_on=[True, False, None]))


def test_columns_that_did_not_come_are_empty(check: Check, visits: Visits) -> None:
    table = check(visits())
    for name in ("energy_kwh", "read_on", "is_new"):
        assert table.has(name).tolist() == [False] * 3
    assert table.decimals("energy_kwh").dtype == np.int64
    assert table.dates("read_on").dtype == np.int32
    assert table.flags("is_new").tolist() == [-1] * 3


cells = st.tuples(
    st.sampled_from(["0", "12.5", "0.125", "-1", "many", "1e3", None]),
    st.sampled_from(["2022-03-05", "2022-03-05 01:00", "soon", None]),
    st.sampled_from(["是", "N", "?", None]),
)


@settings(max_examples=30)
@given(st.lists(cells, min_size=1, max_size=10))
def test_what_was_kept_passes_as_it_is(
    check: Check, visits: Visits, rows: list[tuple[str | None, ...]]
) -> None:
    names = ("energy_kwh", "read_on", "is_new")
    source = visits(len(rows), **{n: [r[i] for r in rows] for i, n in enumerate(names)})
    first = check(source)
    assert first.rows + first.rejected.count == len(rows)
    if first.rows:
        again = check(first.frame())
        assert again.problems == ()
        pd.testing.assert_frame_equal(again.frame(), first.frame())
        for name in names:
            assert again.has(name).tolist() == first.has(name).tolist()
