from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from powerchannel.errors import TableError
from powerchannel.theft.exports import DailyExport, read_chk_state, read_sgcc_wide
from powerchannel.theft.tables import check

CELLS = ["", " ", "\r", "Null", "nan", "0", "1.5", "12.25\r", " 3 ", "x", "1,000", "inf"]
BLANK, BAD = CELLS[:5], CELLS[-3:]


def counts(found: DailyExport) -> dict[str, int]:
    return dict(zip(found.left_out["reason"], found.left_out["count"], strict=True))


def wide(rows: list[list[str]], flags: list[object] | None = None) -> dict[str, object]:
    columns = {f"2014/1/{day + 1}": [row[day] for row in rows] for day in range(len(rows[0]))}
    ids = [f"{row:03d}" for row in range(len(rows))]
    return {"CONS_NO": ids, "FLAG": flags or [0] * len(rows)} | columns


@given(st.lists(st.lists(st.sampled_from(CELLS), min_size=3, max_size=3), min_size=1, max_size=5))
def test_every_cell_is_a_row_or_is_counted(rows):
    found = read_sgcc_wide(wide(rows))
    told, cells = counts(found), [cell for row in rows for cell in row]
    assert told.get("no_value", 0) == sum(cell in BLANK for cell in cells)
    assert told.get("not_a_number", 0) == sum(cell in BAD for cell in cells)
    assert len(found.daily) == len(cells) - told.get("no_value", 0) - told.get("not_a_number", 0)
    expected = [float(cell) for cell in cells if cell not in BLANK + BAD]
    assert found.daily["energy_kwh"].tolist() == expected


def test_columns_in_any_order_and_numbers_of_any_kind_give_the_same_table():
    days = pd.date_range("2014-01-01", periods=20)
    plain = pd.DataFrame({f"{day:%Y%m%d}": [float(day.day), np.nan] for day in days})
    plain.insert(0, "FLAG", [1, 0])
    plain.insert(0, "CONS_NO", ["0017", "A9"])
    mixed = plain.iloc[:, np.random.default_rng(1).permutation(plain.shape[1])]
    mixed = mixed.rename(columns=lambda h: f"1/{int(h[6:])}/2014" if h[:4] == "2014" else h)
    first, second = read_sgcc_wide(plain), read_sgcc_wide(mixed.astype(object))
    pd.testing.assert_frame_equal(first.daily, second.daily)
    pd.testing.assert_frame_equal(first.inspections, second.inspections)
    assert first.daily["customer_id"].unique().tolist() == ["0017"]
    assert first.inspections["finding"].tolist() == ["theft", "normal"]


def test_any_data_frame_will_do():
    polars = pytest.importorskip("polars")
    source = wide([["1.5", ""], ["0", "2"]], [1, 0])
    found = read_sgcc_wide(polars.DataFrame(source))
    pd.testing.assert_frame_equal(found.daily, read_sgcc_wide(source).daily)


def test_labels_are_of_the_day_after_the_file_unless_it_is_said():
    plain = wide([["1", "2"]], ["1.0"])
    assert str(read_sgcc_wide(plain).inspections["inspected_on"][0].date()) == "2014-01-03"
    stated = read_sgcc_wide(plain, inspected_on=date(2016, 11, 1)).inspections
    assert str(stated["inspected_on"][0].date()) == "2016-11-01"


def test_labels_that_say_nothing_are_counted():
    source = wide([["1"], ["1"], ["1"], ["1"], ["1"]], ["1", "", "2", "thief", "0"])
    source["CONS_NO"] = ["A", "B", "C", "D", "A"]
    told = counts(read_sgcc_wide(source))
    assert len(read_sgcc_wide(source).inspections) == 0
    assert (told["no_label"], told["bad_label"], told["conflicting_label"]) == (3, 2, 1)


def test_rows_without_a_customer_and_columns_without_use_are_counted():
    source = wide([["1", "2"], ["3", "4"]]) | {"total": ["3", "7"]}
    source["CONS_NO"] = ["", "B"]
    found = read_sgcc_wide(source)
    assert found.daily["customer_id"].tolist() == ["B", "B"]
    assert counts(found) == {"unused_column": 1, "no_customer": 1}
    assert found.left_out["example"][0] == "total"


def test_what_comes_out_passes_the_check():
    found = read_sgcc_wide(wide([["1.5", ""], ["0", "2"]], [1, 0]))
    tables = check(daily=found.daily, inspections=found.inspections)
    assert len(tables.rejected) == 0
    assert len(tables.daily) == 3
    assert tables.inspections["finding"].tolist() == ["theft", "normal"]


def test_a_file_without_days_or_customers_is_refused():
    with pytest.raises(TableError, match="no column is a day"):
        read_sgcc_wide({"CONS_NO": ["1"], "FLAG": [0], "total": [1]})
    with pytest.raises(TableError, match="cons_no"):
        read_sgcc_wide({"FLAG": [0], "2014/1/1": [1]})
    twice = pd.DataFrame([["A", 0, 1, 2]], columns=["CONS_NO", "FLAG", "2014/1/1", "2014/1/1 "])
    with pytest.raises(TableError, match="stand twice"):
        read_sgcc_wide(twice)


def long(**columns: list[object]) -> dict[str, list[object]]:
    rows = len(next(iter(columns.values())))
    return {
        "\ufeffCONS_NO": ["0100"] * rows,
        "DATA_DATE": [f"2015/1/{row + 1}" for row in range(rows)],
        "KWH_READING": [""] * rows,
        "KWH_READING1": ["9"] * rows,
        "KWH": ["1"] * rows,
        "CHK_STATE\r": ["1\r"] * rows,
    } | columns


def test_the_long_file_has_days_readings_and_labels():
    found = read_chk_state(long(KWH=["2.5", "", "", "bad"], KWH_READING=["10", "11", "", ""]))
    rows = found.daily.assign(on=found.daily["on"].astype(str)).to_numpy().tolist()
    assert rows[0] == ["0100", "2015-01-01", 2.5, 10.0]
    assert rows[1][:2] == ["0100", "2015-01-02"]
    assert rows[1][3] == 11.0
    assert len(rows) == 2
    assert counts(found) == {"unused_column": 1, "no_value": 1, "not_a_number": 1}
    assert found.inspections["finding"].tolist() == ["theft"]
    assert str(found.inspections["inspected_on"][0].date()) == "2015-01-05"


def test_rows_without_a_customer_or_a_day_are_counted_once():
    source = long(DATA_DATE=["2015-01-01", "2015-02-30", ""], KWH=["1", "x", ""])
    source["\ufeffCONS_NO"] = ["A", "A", None]
    found = read_chk_state(source)
    assert len(found.daily) == 1
    assert counts(found) == {"unused_column": 1, "no_customer": 1, "not_a_day": 1}


def test_both_labels_of_one_customer_are_no_label():
    found = read_chk_state(long(**{"KWH": ["1", "2"], "CHK_STATE\r": [0, 1]}))
    assert len(found.inspections) == 0
    assert counts(found)["conflicting_label"] == 1


def test_without_labels_there_are_days_alone():
    source = long(KWH=["1"])
    del source["CHK_STATE\r"], source["KWH_READING"]
    found = read_chk_state(source)
    assert found.daily.columns.tolist() == ["customer_id", "on", "energy_kwh"]
    assert len(found.inspections) == 0
