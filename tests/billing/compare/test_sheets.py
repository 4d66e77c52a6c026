from __future__ import annotations

from datetime import date
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from powerchannel.billing.compare.sheets import DECIMALS, Sheet, plain_text, read_values, sheets_of
from powerchannel.errors import TableError
from powerchannel.tables import NO_NUMBER

ROWS = {"id": ["0017", "17"], "name": ["n", "n"], "period": ["total", "peak"]}


def test_a_long_table_of_text():
    found = read_values({**ROWS, "value": ["12.30", "-0.00000001"]}, "ours")
    assert found["id"].tolist() == ["0017", "17"]
    assert found["units"].tolist() == [1_230_000_000, -1]


@pytest.mark.parametrize("values", [[Decimal("1.5"), Decimal(2)], [1.5, 2.0], ["1.5", 2]])
def test_numbers_of_every_kind_are_read_exactly(values):
    found = read_values({**ROWS, "value": values}, "ours")
    assert found["units"].tolist() == [150_000_000, 200_000_000]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (["1", ""], "1 rows have no value"),
        (["1", "1,000"], "row: value 1: 1,000"),
        (["1", "0.000000001"], "at most 8 decimals"),
        (["1", "12345678901"], "10 digits before them"),
    ],
)
def test_what_is_no_value_is_refused(values, message):
    with pytest.raises(TableError, match=message):
        read_values({**ROWS, "value": values}, "ours")


def test_missing_columns_are_told_at_once():
    with pytest.raises(TableError) as caught:
        read_values({"id": ["a"], "value": ["1"]}, "other")
    assert [p.where for p in caught.value.problems] == ["other.name", "other.period"]


def test_ids_that_are_numbers_are_refused():
    with pytest.raises(TableError, match="leading zeros may be lost"):
        read_values({**ROWS, "id": [17, 18], "value": ["1", "2"]}, "ours")


def test_an_empty_table():
    empty = pd.DataFrame({n: pd.Series(dtype="str") for n in (*ROWS, "value")})
    assert read_values(empty, "ours").shape == (0, 4)


def test_numbers_that_are_not_needed_exactly():
    sheet = Sheet(where="lines", source={"quantity": ["1.5", "0.3333333", None]})
    assert sheet.units("quantity", 6, is_strict=False).tolist() == [1_500_000, NO_NUMBER, NO_NUMBER]
    with pytest.raises(TableError, match=r"lines\.quantity"):
        sheet.units("quantity", 6)


@pytest.mark.parametrize(
    "column",
    [
        ["2025-01-31", None],
        [date(2025, 1, 31), None],
        pd.Series(["2025-01-31", None], dtype="datetime64[us]"),
        ["2025-01-31", ""],
    ],
)
def test_days(column):
    found = Sheet(where="accounts", source=pd.DataFrame({"on": column})).days("on")
    assert found[0] == np.datetime64("2025-01-31")
    assert np.isnat(found[1])


def test_what_is_no_day_is_refused():
    with pytest.raises(TableError, match="1 values are no dates"):
        Sheet(where="accounts", source={"on": ["2025-13-01"]}).days("on")


def test_columns_by_name():
    sheet = sheets_of({"meters": {"meter_id": ["m"], "multiplier": ["1"]}}, "archive")["meters"]
    assert sheet.where == "archive.meters"
    assert sheet.names == ("meter_id", "multiplier")
    assert sheet.rows == 1
    assert sheet.has("meter_id", "multiplier")
    assert not sheet.has("meter_id", "digits")
    assert sheets_of(None, "archive") == {}


@given(st.lists(st.integers(-(10**17), 10**17), min_size=1))
def test_what_is_printed_is_what_was_read(units):
    column = np.array(units, dtype=np.int64)
    texts = plain_text(column)
    again = read_values(
        {
            "id": ["a"] * len(units),
            "name": ["n"] * len(units),
            "period": ["p"] * len(units),
            "value": texts,
        },
        "x",
    )
    assert again["units"].tolist() == units
    assert [Decimal(t) for t in texts] == [Decimal(u).scaleb(-DECIMALS) for u in units]
