from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from powerchannel.errors import TableError
from powerchannel.tables.door import read_column
from powerchannel.theft.exports.cells import clocks, header_of, numbers, opened, texts
from powerchannel.times import NAT


@pytest.mark.parametrize(
    "column",
    [
        pd.Series(["1.5", "", "x", " 2\r"]),
        pd.Series(["1.5", None, "x", "2"], dtype=object),
        pd.Series(["1.5", "Null", "x", "2"]).astype("category"),
        pd.Series(["1.5", "nan", "inf", "2"]),
    ],
)
def test_numbers_blanks_and_bad_cells_are_told_apart(column):
    found = numbers(read_column(column))
    assert found.values.tolist() == pytest.approx([1.5, np.nan, np.nan, 2], nan_ok=True)
    assert found.is_blank.tolist() == [False, True, False, False]
    assert found.is_bad.tolist() == [False, False, True, False]


def test_numbers_come_through_as_numbers():
    found = numbers(read_column(np.array([1.5, np.nan, np.inf])))
    assert found.is_blank.tolist() == [False, True, False]
    assert found.is_bad.tolist() == [False, False, True]
    assert numbers(read_column(np.array([3, 4]))).values.tolist() == [3, 4]


def test_text_is_stripped_and_nothing_is_none():
    cells = pd.Series(["\ufeffA1 ", " ", None, "017\r"], dtype=object)
    assert texts(read_column(cells)).tolist() == ["A1", None, None, "017"]
    assert texts(read_column(np.array([17, 4]))).tolist() == ["17", "4"]


def test_clocks_stand_as_they_are_written():
    hour = 3_600_000_000
    written = clocks(read_column(pd.Series(["1970-01-01 02:00", "1970-01-01T02:00Z", "", "x"])))
    assert written.tolist() == [2 * hour, 10 * hour, NAT, NAT]
    column = read_column(pd.Series(["1970-01-01 02:00", "1970-01-01T02:00Z"]))
    assert clocks(column, is_utc=True).tolist() == [2 * hour, 2 * hour]


def test_headers_are_found_by_any_of_their_names():
    frame = opened({"\ufeffCons_No ": [1], "x": [2]}, "here")
    assert header_of(frame, ("CONS_NO", "户号"), "here") == "\ufeffCons_No "
    assert header_of(frame, ("y",), "here", is_needed=False) == ""
    with pytest.raises(TableError, match=r"here\.y: no column y"):
        header_of(frame, ("y",), "here")
    with pytest.raises(TableError, match="stand twice"):
        opened({"x": [1], " X": [2]}, "here")
