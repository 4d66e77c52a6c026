from __future__ import annotations

import datetime as dt
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from powerchannel.tables.raw import (
    NULL_WORDS,
    WIDEST,
    Raw,
    as_words,
    floats,
    from_objects,
    object_array,
    strings,
    text_column,
    time_column,
)

UTC = dt.UTC
NEW_YORK = dt.timezone(dt.timedelta(hours=-5))

plain_words = st.text(st.sampled_from("01aZ -营业厅\0"), max_size=6)
cells = st.lists(st.none() | plain_words | st.sampled_from(NULL_WORDS), max_size=20)


def column(*values: object) -> Raw:
    return from_objects(object_array(values))


def known(value: str | None) -> str | None:
    """What is left of a cell of text."""
    return None if value is None or value.strip() in NULL_WORDS else value


# Text


@given(cells)
def test_text_comes_back_as_it_was_and_nothing_as_none(values: list[str | None]) -> None:
    raw = column(*values)
    assert raw.kind == "text"
    assert raw.objects().tolist() == [known(v) for v in values]
    assert raw.nulls().tolist() == [known(v) is None for v in values]


@given(cells)
def test_pooling_changes_the_form_alone(values: list[str | None]) -> None:
    raw = column(*values)
    pooled = raw.pooled()
    assert pooled.codes is not None
    assert pooled.codes.dtype == np.int32
    assert len(pooled) == len(raw) == len(values)
    assert pooled.objects().tolist() == raw.objects().tolist()
    assert pooled.pooled() is pooled


@given(cells, st.data())
def test_rows_are_taken_alike_in_either_form(values: list[str | None], data: st.DataObject) -> None:
    raw = column(*values)
    places = st.lists(st.sampled_from(range(len(values)))) if values else st.just([])
    rows = np.array(data.draw(places), dtype=np.intp)
    expected = raw.objects()[rows].tolist()
    mask = np.isin(np.arange(len(values)), rows)
    for form in (raw, raw.pooled()):
        assert form.take(rows).objects().tolist() == expected
        assert form.take(mask).objects().tolist() == raw.objects()[mask].tolist()
        assert form.shown(rows) == ["" if v is None else v for v in expected]


def test_few_rows_let_go_of_a_large_pool() -> None:
    raw = column(*(f"营业厅{i}" for i in range(50)))
    assert raw.codes is not None
    assert len(raw.take(np.array([7])).values) == 1


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["0100", "12"], "S"),
        (["x" * WIDEST], "S"),
        (["x" * (WIDEST + 1), "1"], "O"),
        (["营业厅", "1"], "O"),
        (["1"] * 2000 + ["营业厅"], "O"),
        (["12\0"], "O"),
        ([], "S"),
    ],
)
def test_short_ascii_travels_as_bytes_and_other_text_as_str(values: list[str], kind: str) -> None:
    raw = column(*values)
    assert raw.values.dtype.kind == kind
    assert raw.objects().tolist() == values


def test_one_long_cell_does_not_widen_all_others() -> None:
    raw = column("x" * 1_000_000, *["1"] * 5000)
    assert raw.values.nbytes < 1_000_000


@pytest.mark.parametrize("word", [*NULL_WORDS, " ", "\t", " NULL ", "\u3000"])
@pytest.mark.parametrize("beside", ["0100", "营业厅"])
def test_blanks_and_null_words_are_no_values(word: str, beside: str) -> None:
    raw = column(word, beside, f"{word}x")
    assert raw.nulls().tolist() == [True, False, False]
    assert raw.shown(np.arange(2)) == ["", beside]


@pytest.mark.parametrize("word", ["N", "n/a", "nanjing", "NULLS", "none", "0", "-"])
def test_other_words_are_values(word: str) -> None:
    assert not column(word).nulls().any()


def test_numpy_text_is_read_like_any_other() -> None:
    raw = strings(np.array(["0100", "营业厅", ""]))
    assert raw.objects().tolist() == ["0100", "营业厅", None]


def test_bytes_are_utf_8_and_damage_shows() -> None:
    raw = column(b"0100", "营业厅".encode(), None, "厅".encode("gb18030"))
    assert raw.kind == "text"
    assert raw.objects()[:3].tolist() == ["0100", "营业厅", None]
    assert "\ufffd" in raw.objects()[3]


def test_a_text_column_keeps_the_nulls_it_is_given() -> None:
    values = np.array([b"a", b"nan", b"b"])
    raw = text_column(values, np.array([True, False, False]))
    assert raw.objects().tolist() == [None, None, "b"]


# Numbers


@pytest.mark.parametrize(
    ("values", "kind", "expected"),
    [
        ([1, None, 3], "integer", [1, None, 3]),
        ([np.int64(1), 2], "integer", [1, 2]),
        ([10**20, 1], "integer", [10**20, 1]),
        ([1.5, None], "float", [1.5, None]),
        ([1, 2.5], "float", [1.0, 2.5]),
        ([float("inf")], "float", [float("inf")]),
        ([2.0**53], "float", [2.0**53]),
        ([Decimal(30512), None], "integer", [30512, None]),
        ([Decimal(10) ** 20], "integer", [10**20]),
        ([Decimal("1.5")], "float", [1.5]),
        ([True, None, False], "boolean", [True, None, False]),
    ],
)
def test_numbers_are_told_by_what_they_are(
    values: list[object], kind: str, expected: list[object]
) -> None:
    raw = column(*values)
    assert raw.kind == kind
    assert raw.objects().tolist() == expected


def test_integers_that_became_decimals_through_a_gap_are_integers_again() -> None:
    raw = column(95598.0, float("nan"), -2.0)
    assert raw.kind == "integer"
    assert raw.objects().tolist() == [95598, None, -2]


@given(st.lists(st.none() | st.integers(-(2**53) + 1, 2**53 - 1), min_size=1))
def test_a_gap_changes_no_integer(values: list[int | None]) -> None:
    raw = floats(np.array([np.nan if v is None else v for v in values], np.float64))
    assert raw.objects().tolist() == values
    assert raw.kind == ("float" if all(v is None for v in values) else "integer")


# Times


def test_stamps_without_offset_are_clock_times() -> None:
    raw = column(
        dt.datetime(2022, 3, 1, 8, 30),
        dt.date(2022, 3, 2),
        pd.Timestamp("2022-03-03 01:02:03.000004"),
        None,
        pd.NaT,
    )
    assert (raw.kind, raw.has_zone) == ("time", False)
    assert raw.shown(np.arange(5)) == [
        "2022-03-01 08:30:00",
        "2022-03-02 00:00:00",
        "2022-03-03 01:02:03.000004",
        "",
        "",
    ]


def test_numpy_stamps_in_objects_are_clock_times() -> None:
    raw = column(np.datetime64("2022-03-04T05:06"), None, np.datetime64("2022-03-05"))
    assert (raw.kind, raw.has_zone) == ("time", False)
    assert raw.shown(np.arange(3)) == ["2022-03-04 05:06:00", "", "2022-03-05 00:00:00"]


def test_stamps_with_offsets_are_instants_shown_as_in_shanghai() -> None:
    raw = column(
        dt.datetime(2022, 3, 1, tzinfo=UTC),
        dt.datetime(2022, 2, 28, 19, tzinfo=NEW_YORK),
        pd.Timestamp("2022-03-01 08:00", tz="Asia/Shanghai"),
    )
    assert raw.has_zone
    assert len(set(raw.values.tolist())) == 1
    assert set(raw.shown(np.arange(3))) == {"2022-03-01 08:00:00"}


@pytest.mark.parametrize("zone", [None, UTC, NEW_YORK])
def test_the_year_9999_is_read_for_what_it_is(zone: dt.tzinfo | None) -> None:
    raw = column(
        dt.datetime(9999, 12, 31, 23, 59, tzinfo=zone), dt.datetime(2022, 1, 1, tzinfo=zone)
    )
    assert raw.kind == "time"
    assert not raw.nulls().any()
    assert raw.values[0] > raw.values[1]


@pytest.mark.parametrize(
    "values",
    [
        [dt.datetime(2022, 3, 1), dt.datetime(2022, 3, 1, tzinfo=UTC)],
        [np.datetime64("2022-03-01"), dt.datetime(2022, 3, 1, tzinfo=UTC)],
        [dt.date(2022, 3, 1), "2022-03-02"],
        [np.datetime64("2022-03-04"), dt.date(2022, 3, 1)],
        ["0100", 100],
        [["a"], ["b"]],
        [{"a": 1}, "x"],
    ],
)
def test_what_is_mixed_stays_as_it_is(values: list[object]) -> None:
    raw = column(*values)
    assert raw.kind == "other"
    assert raw.objects().tolist() == values
    assert raw.pooled().words().tolist() == [str(v) for v in values]


def test_nothing_at_all_is_text() -> None:
    raw = column(None, float("nan"), pd.NA)
    assert raw.kind == "text"
    assert raw.nulls().all()


def test_numpy_stamps_keep_not_a_time() -> None:
    raw = time_column(np.array(["2022-03-01", "NaT"], "M8[us]"), has_zone=False)
    assert raw.nulls().tolist() == [False, True]
    assert raw.clock_texts().objects().tolist() == ["2022-03-01 00:00:00", None]


# Forms


def test_an_answer_for_each_value_is_spread_over_the_rows() -> None:
    raw = column("营业厅", None, "网上国网", "营业厅")
    lengths = np.array([len(w or "") for w in raw.words()])
    assert raw.spread(lengths, null=-1).tolist() == [3, -1, 4, 3]
    first, none, other, again = raw.positions().tolist()
    assert first == again != other
    assert none == -1


def test_positions_of_a_plain_column_are_its_rows() -> None:
    assert column("a", None, "b").positions().tolist() == [0, -1, 2]


def test_a_column_of_nothing_but_nulls_spreads_null() -> None:
    raw = Raw(
        kind="text",
        values=np.zeros(0, object),
        is_null=np.zeros(0, np.bool_),
        codes=np.array([-1, -1], np.int32),
    )
    assert raw.objects().tolist() == [None, None]
    assert raw.nulls().all()
    assert raw.shown(np.array([0])) == [""]


def test_the_array_that_came_in_is_never_changed() -> None:
    cells = object_array(["a", None, "nan", "营业厅"])
    before = cells.copy()
    raw = from_objects(cells)
    raw.objects()[:] = "x"
    raw.pooled().objects()[:] = "x"
    assert cells.tolist() == before.tolist()
    assert raw.objects().tolist() == ["a", None, None, "营业厅"]


def test_nested_lists_are_cells_too() -> None:
    assert object_array([["a"], ["b"]]).shape == (2,)
    assert as_words(np.array([1, 2])).tolist() == ["1", "2"]
