from __future__ import annotations

from datetime import datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from powerchannel.datasets import frames
from powerchannel.datasets.frames import as_bytes, as_text, categorical, is_date, stamps_text, texts


def test_text_keeps_leading_zeros_over_several_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frames, "_ROWS_AT_ONCE", 2)
    assert texts(np.array([b"007", b"7", b"", b"0", b"10"])).tolist() == ["007", "7", "", "0", "10"]


def test_categories_from_bytes_and_from_text_are_the_same() -> None:
    codes = np.array([1, -1, 0], dtype=np.int8)
    from_bytes = categorical(codes, np.array([b"01", b"02"]))
    pd.testing.assert_extension_array_equal(from_bytes, categorical(codes, ("01", "02")))
    assert from_bytes.isna().tolist() == [False, True, False]


times = st.datetimes(datetime(1900, 1, 1), datetime(2099, 12, 31)).map(
    lambda t: t.replace(microsecond=0)
)


@given(st.lists(st.one_of(st.none(), times), max_size=4))
def test_stamps_are_written_as_python_writes_them(found: list[datetime | None]) -> None:
    stamps = np.array(found, dtype="M8[us]")
    assert stamps_text(stamps).tolist() == [str(t).encode() if t else b"" for t in found]
    dates = stamps_text(stamps, has_clock=False).tolist()
    assert dates == [str(t.date()).encode() if t else b"" for t in found]


def test_a_date_is_told_by_the_name_of_its_column() -> None:
    day = pd.Series(np.array(["2014-12-31"], dtype="M8[s]"), name="opened_on")
    assert is_date(day)
    assert as_bytes(day).tolist() == [b"2014-12-31"]
    assert as_bytes(day.rename("opened_at")).tolist() == [b"2014-12-31 00:00:00"]
    names = ("on", "装表日期", "person", "办理时间")
    assert [is_date(day.rename(name)) for name in names] == [True, True, False, False]


def test_floats_have_the_digits_they_need_and_none_is_empty() -> None:
    column = pd.Series([0.1, 100.0, -2.55, float("nan")])
    assert as_bytes(column).tolist() == [b"0.1", b"100.0", b"-2.55", b""]


def test_text_of_each_kind_of_column() -> None:
    assert as_text(pd.Series(["0100", "x"])).tolist() == ["0100", "x"]
    assert as_text(pd.Series([0, 12345])).tolist() == ["0", "12345"]
    assert as_text(pd.Series(pd.Categorical(["交费", None, "查询"]))).tolist() == [
        "交费",
        "",
        "查询",
    ]
    assert as_text(pd.Series(np.array(["NaT"], dtype="M8[us]"))).tolist() == [""]
