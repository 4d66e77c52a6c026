from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from powerchannel.errors import TableError
from powerchannel.theft.exports.headers import day_headers

SPELLINGS = {
    "slashes": lambda d: f"{d.year}/{d.month}/{d.day}",
    "dashes": lambda d: f"{d:%Y-%m-%d}",
    "dots": lambda d: f"{d:%Y.%m.%d}",
    "digits": lambda d: f"{d:%Y%m%d}",
    "chinese": lambda d: f"{d.year}年{d.month}月{d.day}日",
    "stamp": lambda d: f"{d:%Y-%m-%d} 00:00:00",
    "month_first": lambda d: f"{d.month}/{d.day}/{d.year}",
    "day_first": lambda d: f"{d:%d.%m.%Y}",
    "padded": lambda d: f" {d:%Y-%m-%d}\r",
}
YEAR = [date(2014, 1, 1) + timedelta(days=day) for day in range(400)]


@pytest.mark.parametrize("spelling", SPELLINGS)
@given(order=st.permutations(YEAR[:40]))
def test_every_spelling_gives_the_same_days_in_any_order(spelling, order):
    headers = [SPELLINGS[spelling](day) for day in order]
    found = day_headers(["CONS_NO", *headers, "FLAG"], "sgcc")
    assert [found[header].item() for header in headers] == list(order)
    assert len(found) == len(order)


def test_what_is_no_day_is_left_alone():
    assert day_headers(["2014/2/30", "41640.5", "x20140101", "total", "2014/13/1"], "sgcc") == {}


@pytest.mark.parametrize("headers", [["1/2/2014"], ["1/2/2014", "3/4/2014"]])
def test_month_and_day_are_never_guessed(headers):
    with pytest.raises(TableError, match="cannot be told apart"):
        day_headers(headers, "sgcc")


def test_where_both_readings_are_the_same_there_is_nothing_to_tell():
    assert [str(day) for day in day_headers(["2/2/2014"], "x").values()] == ["2014-02-02"]


def test_days_that_are_impossible_in_both_orders_are_refused():
    with pytest.raises(TableError, match="31/31/2014"):
        day_headers(["31/31/2014"], "sgcc")


def test_one_day_in_two_columns_is_refused():
    with pytest.raises(TableError, match="such as 2014-01-01"):
        day_headers(["2014/1/1", "2014-01-01", "2014-01-02"], "sgcc")
