from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from powerchannel.errors import Problem
from powerchannel.ids import Ids
from powerchannel.tables import Code, Raw, Schema
from powerchannel.tables.raw import from_objects, object_array
from powerchannel.tables.reading import Reading, Setting, code_table, garbled, read, rereadings
from powerchannel.times import NAT

Vocabularies = dict[str, tuple[Code, ...]]


class Reader:
    """Reads one column of visits."""

    def __init__(self, schema: Schema, vocabularies: Vocabularies) -> None:
        self.schema, self.vocabularies = schema, vocabularies

    def raw(self, name: str, raw: Raw, ids: str = "text") -> Reading:
        column = self.schema[name]
        setting = Setting(
            where=f"visits.{name}",
            header=column.title.zh,
            ids=ids,  # type: ignore[arg-type]
            latest_year=2023,
            words=column.words(self.vocabularies),
        )
        return read(raw, column, setting)

    def __call__(self, name: str, *values: object, ids: str = "text") -> Reading:
        return self.raw(name, from_objects(object_array(values)), ids)


@pytest.fixture(scope="session")
def reader(schema: Schema, vocabularies: Vocabularies) -> Reader:
    return Reader(schema, vocabularies)


def bad(reading: Reading) -> dict[str, tuple[list[int], bool]]:
    """The rows of each problem, and whether they drop out."""
    assert not reading.faults
    return {b.code: (b.rows.tolist(), b.drops) for b in reading.bad}


def fault(reading: Reading) -> Problem:
    (problem,) = reading.faults
    assert problem.severity == "fault"
    assert not reading.bad
    return problem


def texts(reading: Reading) -> list[str | None]:
    assert isinstance(reading.values, Ids)
    return list(reading.values.to_text())


def clocks(reading: Reading) -> list[str | None]:
    assert isinstance(reading.values, np.ndarray)
    stamps = reading.values.astype(np.int64)
    return [None if s == NAT else str(np.datetime64(int(s), "us")) for s in stamps]


# Ids


def test_ids_keep_their_zeros(reader: Reader) -> None:
    reading = reader("customer_id", "0100", "100", "HB-7", "客户9")
    assert texts(reading) == ["0100", "100", "HB-7", "客户9"]
    assert bad(reading) == {}


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        (None, "missing_value"),
        ("  ", "missing_value"),
        ("NULL", "missing_value"),
        ("1.2E+12", "scientific_id"),
        ("-12", "negative_id"),
        ("=A1", "formula_id"),
        ("@sum", "formula_id"),
        ("100.0", "integer_id"),
        (100, "integer_id"),
        ("a\x01b", "damaged_id"),
        ("x" * 65, "damaged_id"),
        ("客户\ufffd", "damaged_id"),
    ],
)
def test_each_spoilt_id_drops_out_for_what_it_is(reader: Reader, cell: object, code: str) -> None:
    reading = reader("customer_id", "0100", cell, "0117", cell)
    assert bad(reading) == {code: ([1, 3], True)}
    assert texts(reading) == ["0100", None, "0117", None]


@pytest.mark.parametrize("cell", [" 0117", "0117\t", "０１１７", "\u30000117"])
def test_padding_and_full_width_digits_are_put_right_and_told(reader: Reader, cell: str) -> None:
    reading = reader("customer_id", "0100", cell)
    assert texts(reading) == ["0100", "0117"]
    assert bad(reading) == {"normalised_id": ([1], False)}


@pytest.mark.parametrize(
    ("cells", "shown"),
    [([30512, 7], "30512"), ([30512.0, None], "30512"), ([1.5, 2], "1.5")],
)
def test_a_column_of_numbers_is_no_column_of_ids(
    reader: Reader, cells: list[object], shown: str
) -> None:
    problem = fault(reader("customer_id", *cells))
    assert (problem.code, problem.where) == ("number_ids", "visits.customer_id")
    assert problem.count == sum(c is not None for c in cells)
    assert problem.examples[0] == (0, shown)
    assert 'dtype={"客户编号": str}' in problem.render("zh")
    assert "--ids integer" in problem.render("en")


def test_unless_the_caller_says_that_it_is(reader: Reader) -> None:
    reading = reader("customer_id", 30512, None, -1, 0, ids="integer")
    assert texts(reading) == ["30512", None, None, "0"]
    assert bad(reading) == {"missing_value": ([1], True), "negative_id": ([2], True)}


def test_an_id_with_a_fraction_is_none_even_then(reader: Reader) -> None:
    reading = reader("customer_id", 1.5, 2, None, ids="integer")
    assert texts(reading) == [None, "2", None]
    assert bad(reading) == {"missing_value": ([2], True), "integer_id": ([0], True)}


def test_integers_too_long_for_int64_are_ids_too(reader: Reader) -> None:
    assert texts(reader("customer_id", 10**20, 5, ids="integer")) == [str(10**20), "5"]


@pytest.mark.parametrize("cells", [[True, False], [dt.datetime(2022, 3, 1), None]])
def test_flags_and_times_are_no_ids(reader: Reader, cells: list[object]) -> None:
    problem = fault(reader("customer_id", *cells))
    assert problem.code == "wrong_type"
    assert problem.examples[0][0] == 0


@pytest.mark.parametrize("kind", ["integer", "float", "boolean", "time"])
@pytest.mark.parametrize("name", ["customer_id", "channel", "started_at"])
def test_a_column_of_nothing_is_missing_values_of_whatever_type(
    reader: Reader, name: str, kind: str
) -> None:
    dtype = {"float": np.float64, "boolean": np.bool_}.get(kind, np.int64)
    raw = Raw(kind=kind, values=np.zeros(2, dtype), is_null=np.ones(2, np.bool_))  # type: ignore[arg-type]
    assert bad(reader.raw(name, raw)) == {"missing_value": ([0, 1], True)}


# Times


def test_times_are_instants_and_local_where_they_say_nothing(reader: Reader) -> None:
    assert clocks(reader("started_at", "2022-03-01 08:00", "2022年3月2日")) == [
        "2022-03-01T00:00:00.000000",
        "2022-03-01T16:00:00.000000",
    ]
    assert clocks(reader("started_at", "2022-03-01T08:00:00Z")) == ["2022-03-01T08:00:00.000000"]
    assert clocks(reader("started_at", dt.datetime(2022, 3, 1, 8), None))[0] == (
        "2022-03-01T00:00:00.000000"
    )


def test_days_written_as_eight_digits_are_days_even_as_integers(reader: Reader) -> None:
    assert clocks(reader("started_at", 20220301, None)) == ["2022-02-28T16:00:00.000000", None]


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        (None, "missing_value"),
        ("", "missing_value"),
        ("2022-02-30", "impossible_time"),
        ("2022-03-01 25:00:00", "impossible_time"),
        ("44621.5", "number_time"),
        ("1646092800", "number_time"),
        ("昨天", "unreadable_time"),
        ("03/01/2022", "unreadable_time"),
        ("1989-12-31 23:59:59", "year_out_of_range"),
        ("2024-01-01", "year_out_of_range"),
    ],
)
def test_each_spoilt_time_drops_out_for_what_it_is(
    reader: Reader, cell: str | None, code: str
) -> None:
    reading = reader("started_at", "2022-03-01", cell, "2022年3月1日", cell)
    assert bad(reading) == {code: ([1, 3], True)}


def test_the_first_and_the_last_year_are_in_range_by_the_local_clock(reader: Reader) -> None:
    reading = reader("started_at", "1990-01-01", "2023-12-31 23:59:59", "1989-12-31T16:00:00Z"[:-1])
    assert bad(reading) == {"year_out_of_range": ([2], True)}
    assert bad(reader("started_at", "1989-12-31T16:00:00Z")) == {}
    late = bad(reader("started_at", "2023-12-31T16:00:00Z"))
    assert late == {"year_out_of_range": ([0], True)}


def test_a_time_that_may_be_missing_is_not_missed(reader: Reader) -> None:
    assert bad(reader("ended_at", None, "", "NaT", "2022-03-01")) == {}
    assert bad(reader("ended_at", "9999-12-31")) == {"year_out_of_range": ([0], True)}


@pytest.mark.parametrize(
    "cells",
    [
        ["2022-03-01 08:00:00", "2022-03-01T08:00:00+08:00", None],
        [dt.datetime(2022, 3, 1), dt.datetime(2022, 3, 1, tzinfo=dt.UTC), None],
    ],
)
def test_times_with_and_without_offset_do_not_mix(reader: Reader, cells: list[object]) -> None:
    problem = fault(reader("started_at", *cells))
    assert (problem.code, problem.where, problem.count) == ("mixed_zones", "visits.started_at", 1)
    assert [row for row, _ in problem.examples] == [0, 1]
    assert "1 of 2 stamps" in problem.render("en")


def test_flags_are_no_times(reader: Reader) -> None:
    assert fault(reader("started_at", True, None)).code == "wrong_type"


def test_serials_and_epochs_as_numbers_are_rejected_not_guessed(reader: Reader) -> None:
    assert bad(reader("started_at", 44621, 1646092800000)) == {"number_time": ([0, 1], True)}
    assert bad(reader("started_at", 44621.25, 1.0)) == {"number_time": ([0, 1], True)}


# Codes


def test_codes_are_known_by_any_of_their_words(reader: Reader) -> None:
    reading = reader("channel", "app", " 网上国网 ", "UTILITY APP", "营业厅", "95598", 95598)
    assert reading.values.tolist() == [2, 2, 2, 1, 0, 0]  # type: ignore[union-attr]
    assert bad(reading) == {}


def test_numbers_may_be_codes(reader: Reader) -> None:
    assert reader("channel", 95598, 95598).values.tolist() == [0, 0]  # type: ignore[union-attr]
    gaps = reader("channel", 95598.0, None)
    assert gaps.values.tolist() == [0, -1]  # type: ignore[union-attr]
    assert bad(gaps) == {"missing_value": ([1], True)}


@pytest.mark.parametrize("cells", [[1.5], [True], [dt.date(2022, 3, 1)]])
def test_other_types_are_no_codes(reader: Reader, cells: list[object]) -> None:
    assert fault(reader("channel", *cells)).code == "wrong_type"


def test_an_unknown_word_drops_the_row_where_the_column_must_be_there(reader: Reader) -> None:
    reading = reader("channel", "app", "电视", "", None, "电视")
    assert bad(reading) == {"unknown_code": ([1, 4], True), "missing_value": ([2, 3], True)}
    (unknown, _) = reading.bad
    assert unknown.details["known"] == "hotline (95598热线), hall (营业厅), app (网上国网)"


def test_an_unknown_word_is_counted_and_left_out_where_it_need_not(reader: Reader) -> None:
    cells = ["催费", "payment", "催费", "a", "b", "c", "d", "e", None]
    reading = reader("kind", *cells)
    assert bad(reading) == {"unmapped_code": ([0, 2, 3, 4, 5, 6, 7], False)}
    assert reading.values.tolist() == [-1, 0, -1, -1, -1, -1, -1, -1, -1]  # type: ignore[union-attr]
    assert reading.bad[0].details["values"] == "催费 x 2, a x 1, b x 1, c x 1, d x 1"


@pytest.mark.parametrize("name", ["channel", "kind"])
def test_garbled_words_are_named_for_what_they_are(reader: Reader, name: str) -> None:
    word = {"channel": "营业厅", "kind": "交费"}[name]
    reading = reader(name, word, word.encode().decode("latin-1"), "\ufffd\ufffd", "锟斤拷")
    assert bad(reading) == {"mojibake_value": ([1, 2, 3], name == "channel")}


def test_unhashable_cells_are_unknown_words(reader: Reader) -> None:
    assert bad(reader("channel", ["app"], "app")) == {"unknown_code": ([0], True)}


def test_a_table_of_words_knows_each_in_any_case() -> None:
    from powerchannel.text import Text

    words = (Code(code="a", title=Text("甲", "First")), Code(code="b", title=Text("乙", "Second")))
    assert code_table(words) == {"a": 0, "甲": 0, "first": 0, "b": 1, "乙": 1, "second": 1}


# Text


def test_text_is_kept_and_numbers_become_text(reader: Reader) -> None:
    for cells, expected in [
        (["停电", " ", None], ["停电", None, None]),
        ([13800000000, None], ["13800000000", None]),
        (["a", 5], ["a", "5"]),
    ]:
        reading = reader("note", *cells)
        assert isinstance(reading.values, Raw)
        assert reading.values.kind == "text"
        shown = ["" if v is None else str(v) for v in expected]
        assert reading.values.shown(np.arange(len(cells))) == shown
        assert bad(reading) == {}


@pytest.mark.parametrize("cells", [[1.5], [True], [dt.date(2022, 3, 1)]])
def test_other_types_are_no_text(reader: Reader, cells: list[object]) -> None:
    assert fault(reader("note", *cells)).code == "wrong_type"


# Mojibake


@pytest.mark.parametrize("word", ["客户编号", "渠道", "网上国网", "办理时间"])
@pytest.mark.parametrize(
    ("right", "wrong"), [("utf-8", "latin-1"), ("gb18030", "latin-1"), ("utf-8", "gb18030")]
)
def test_a_misread_word_is_read_again(word: str, right: str, wrong: str) -> None:
    misread = word.encode(right).decode(wrong)
    assert (right, word) in rereadings(misread)
    assert garbled(misread, {word: 0})


def test_the_holes_of_the_windows_code_page_are_passed_through() -> None:
    misread = "".join(
        bytes([b]).decode("latin-1" if b in (0x81, 0x8D, 0x8F, 0x90, 0x9D) else "cp1252")
        for b in "营业厅".encode()
    )
    assert ("utf-8", "营业厅") in rereadings(misread)


@given(st.text(max_size=12))
def test_a_known_word_is_never_garbled(word: str) -> None:
    if "\ufffd" not in word and "锟斤拷" not in word:
        assert not garbled(word, {})


@pytest.mark.parametrize("word", ["营业厅", "hall", "", "café", "客户编号"])
def test_plain_words_are_not_garbled(word: str) -> None:
    assert not garbled(word, {"营业厅": 0, "客户编号": 1})
