from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from powerchannel.errors import TableError
from powerchannel.theft.exports import HalfHourly, read_cer, read_lcl
from powerchannel.theft.tables import check

ROW_REASONS = (
    *("no_customer", "no_value", "not_a_number", "no_such_slot"),
    *("not_a_day", "off_grid", "repeated", "conflicting"),
)


def counts(found: HalfHourly) -> dict[str, int]:
    return dict(zip(found.left_out["reason"], found.left_out["count"], strict=True))


def cer(rows: list[tuple[object, object, object]]) -> HalfHourly:
    columns = list(zip(*rows, strict=True)) if rows else [[], [], []]
    names = ("meter", "code", "kwh")
    return read_cer({name: list(column) for name, column in zip(names, columns, strict=True)})


def day(number: int, slots: range, kwh: float = 0.5) -> list[tuple[object, object, object]]:
    return [(1392, number * 100 + slot, kwh) for slot in slots]


def test_day_one_is_the_first_of_2009_and_slot_one_begins_at_midnight():
    found = cer([("0017", "00101", "0.25")])
    assert str(found.days[0]) == "2009-01-01"
    assert (found.customers.tolist(), found.slot.tolist()) == (["0017"], [0])


def test_a_day_with_a_missing_slot_is_missing_never_a_smaller_sum():
    found = cer(day(195, range(1, 49)) + day(196, range(1, 48)) + day(197, range(1, 49), 1.0))
    rows = found.daily.assign(on=found.daily["on"].astype(str)).to_numpy().tolist()
    assert rows == [["1392", "2009-07-14", 24.0], ["1392", "2009-07-16", 48.0]]
    assert counts(found) == {"incomplete_day": 1}
    assert np.isnan(found.profiles()[0, 1]).tolist() == [False] * 47 + [True]


def test_a_blank_or_null_value_is_no_zero():
    found = cer([*day(195, range(1, 48)), (1392, 19548, " ")])
    assert len(found.daily) == 0
    assert counts(found) == {"no_value": 1, "incomplete_day": 1}


@pytest.mark.parametrize("slots", [range(1, 51)])
def test_on_the_day_that_clocks_go_back_there_are_fifty(slots):
    """Day 298 is 2009-10-25."""
    found = cer(day(298, slots) + day(299, range(1, 49)))
    assert found.daily["energy_kwh"].tolist() == [25.0, 24.0]
    profile = found.profiles()
    assert profile.shape == (1, 2, 50)
    assert np.isnan(profile[0, 1, 48:]).all()
    assert len(cer(day(298, range(1, 49))).daily) == 0


def test_on_the_day_that_clocks_go_forward_there_are_forty_six():
    """Day 452 is 2010-03-28."""
    short = day(452, range(1, 3)) + day(452, range(5, 49))
    assert cer(short).daily["energy_kwh"].tolist() == [23.0]
    assert len(cer(short[:-1]).daily) == 0


@pytest.mark.parametrize(
    "code", [19549, 19550, 29851, 19500, 0, 48, -19501, "abc", "", 1e300, 19501.5, 123456]
)
def test_codes_that_cannot_be_are_counted(code):
    found = cer([(1, code, 1.0), *day(195, range(1, 3))])
    assert counts(found)["no_such_slot"] == 1
    assert len(found.energy) == 2


def test_the_same_again_counts_once_and_another_value_counts_nothing():
    found = cer([*day(195, range(1, 49)), (1392, 19505, 0.5), (1392, 19506, 0.7)])
    assert counts(found) == {"repeated": 1, "conflicting": 2, "incomplete_day": 1}
    assert np.isnan(found.profiles()[0, 0, 5])
    assert found.profiles()[0, 0, 4] == 0.5


CODES = st.sampled_from([19501, 19502, 19548, 19549, 19601, 29850, "", "x"])
VALUES = st.sampled_from([0.5, 0.25, "", "Null", "x", "1.5\r"])


@given(st.lists(st.tuples(st.sampled_from([1, 2, None]), CODES, VALUES), max_size=25))
def test_every_row_is_a_reading_or_is_counted_once(rows):
    found = cer(rows)
    told = counts(found)
    assert len(found.energy) + sum(told.get(reason, 0) for reason in ROW_REASONS) == len(rows)


@given(st.permutations(day(195, range(1, 49)) + day(196, range(1, 40))))
def test_the_order_of_rows_does_not_matter(rows):
    found = cer(rows)
    assert found.daily["energy_kwh"].tolist() == [24.0]
    assert np.isnan(found.profiles()).sum() == 9


def test_a_first_reading_taken_for_a_header_is_refused():
    frame = pd.DataFrame({"1392": [1392], "19501": [19502], "0.14": [0.2]})
    with pytest.raises(TableError, match="header=None"):
        read_cer(frame)
    with pytest.raises(TableError, match="three columns"):
        read_cer(pd.DataFrame({"1392 19501 0.14": ["1392 19502 0.2"]}))
    assert len(read_cer(pd.DataFrame([[1392, 19501, 0.2]])).energy) == 1


def lcl(stamps: list[object], values: list[object], **more: list[object]) -> HalfHourly:
    return read_lcl(
        {"LCLid": ["MAC000002"] * len(stamps), "tstp": stamps, "energy(kWh/hh)\r": values} | more
    )


STAMPS = [f"2012-10-12 {at // 2:02d}:{at % 2 * 30:02d}:00.0000000" for at in range(48)]


def test_london_days_are_summed_from_midnight():
    found = lcl(STAMPS, ["0.5\r"] * 48)
    assert found.daily.to_numpy().tolist()[0][2] == 24.0
    assert str(found.days[0]) == "2012-10-12"
    assert found.profiles().shape == (1, 1, 48)
    assert counts(found) == {}


def test_null_off_grid_and_unreadable_stamps_are_told():
    found = lcl(
        [*STAMPS[:47], "2012-10-12 15:13:41.0000000", "12/10/2012 08:00", None],
        [*["0.5"] * 46, "Null", "Null", "1", "1"],
        stdorToU=["Std"] * 50,
    )
    told = counts(found)
    expected = {"unused_column": 1, "not_a_day": 2, "off_grid": 1, "no_value": 1}
    assert told == expected | {"incomplete_day": 1}
    examples = found.left_out.set_index("reason")["example"]
    assert examples["off_grid"].startswith("2012-10-12 15:13:41")
    assert len(found.daily) == 0


@pytest.mark.parametrize("zone", [None, "UTC"])
def test_stamps_keep_the_clock_of_the_file(zone):
    stamps = pd.date_range("2013-03-31", periods=96, freq="30min", tz=zone)
    frame = pd.DataFrame({"LCLid": "M", "tstp": stamps, "energy(kWh/hh)": 0.25})
    assert read_lcl(frame).daily["energy_kwh"].tolist() == [12.0, 12.0]
    texts = frame.assign(tstp=frame["tstp"].astype(str))
    assert read_lcl(texts).daily["energy_kwh"].tolist() == [12.0, 12.0]


def test_an_empty_file_has_no_days():
    found = lcl([], [])
    assert len(found.daily) == 0
    assert found.profiles().shape == (0, 0, 48)


def test_sums_pass_the_check():
    tables = check(daily=lcl(STAMPS, ["0.5"] * 48).daily)
    assert tables.daily["energy_kwh"].tolist() == [24.0]
    assert len(tables.rejected) == 0
