from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from powerchannel.errors import Problem
from powerchannel.tables import CheckedTable, Code, Schema, problem_table, rejected_table
from powerchannel.tables.checked import Rejected, categorical, empty_table, frame_of, take
from powerchannel.tables.raw import from_objects, object_array
from powerchannel.tables.reading import Bad
from powerchannel.text import Text
from powerchannel.times import NAT

Check = Callable[..., CheckedTable]
Visits = Callable[..., dict[str, object]]


def rows_bad(code: str, *rows: int) -> Bad:
    return Bad(code=code, rows=np.array(rows, np.intp), drops=True)


RAWS = {
    "channel": from_objects(object_array(["a", "b", "c", "d"])),
    "note": from_objects(object_array([None, "停电", "报修", "x"])),
}


# Rejected


def test_a_row_left_out_keeps_its_first_reason_and_all_are_in_order() -> None:
    bad = [("note", rows_bad("late", 3, 1)), ("channel", rows_bad("odd", 0, 1))]
    rejected = Rejected.of(4, bad, RAWS)
    assert rejected.rows.tolist() == [0, 1, 3]
    assert rejected.codes.tolist() == ["odd", "late", "late"]
    assert rejected.columns.tolist() == ["channel", "note", "note"]
    assert rejected.values.tolist() == ["a", "停电", "x"]
    assert rejected.mask.tolist() == [True, True, False, True]
    assert rejected.count == 3


def test_more_can_be_left_out_later_and_the_first_list_stays() -> None:
    first = Rejected.of(4, [("note", rows_bad("late", 2))], RAWS)
    more = first.with_more([("key", rows_bad("conflict", 1, 2))], RAWS)
    assert first.rows.tolist() == [2]
    assert more.rows.tolist() == [1, 2]
    assert more.codes.tolist() == ["conflict", "late"]
    assert more.values.tolist() == ["", "报修"]


def test_nothing_left_out() -> None:
    assert Rejected.none(3).count == 0
    assert Rejected.of(3, [], {}).mask.tolist() == [False] * 3


# CheckedTable


def test_the_columns_in_their_compact_form(check: Check, visits: Visits) -> None:
    table = check(visits(channel=["app", "电视", "hall"], note=["停电", "b", None]))
    assert table.ids("customer_id").to_text().tolist() == ["0000000000000", "0000000000002"]
    assert table.codes("channel").tolist() == [2, 1]
    assert table.times("started_at").dtype == np.int64
    note = table.text("note")
    assert note is not None
    assert note.objects().tolist() == ["停电", None]
    assert (table.rows_in, table.rows, table.rejected.count) == (3, 2, 1)


def test_columns_that_did_not_come_are_all_null(check: Check, visits: Visits) -> None:
    table = check(visits())
    assert table.times("ended_at").tolist() == [NAT] * 3
    assert table.codes("kind").tolist() == [-1] * 3
    assert table.text("note") is None


def test_the_frame_has_the_types_of_the_contract(check: Check, visits: Visits) -> None:
    frame = check(visits(kind=["交费", None, "报修"], note=["停电", None, "b"])).frame()
    assert list(frame) == ["customer_id", "channel", "started_at", "kind", "note"]
    assert frame.customer_id.tolist() == ["0000000000000", "0000000000001", "0000000000002"]
    assert list(frame.channel.cat.categories) == ["hotline", "hall", "app"]
    assert frame.kind.astype(object).where(frame.kind.notna(), None).tolist() == [
        "payment",
        None,
        "repair",
    ]
    assert str(frame.started_at.dt.tz) == "Asia/Shanghai"
    assert frame.started_at.dt.strftime("%F %T").tolist() == ["2022-03-05 09:10:00"] * 3
    assert frame.note.isna().tolist() == [False, True, False]


def test_a_null_id_and_a_null_time_show_as_missing(check: Check, visits: Visits) -> None:
    frame = check(visits(ended_at=[None, "2022-03-06", None])).frame()
    assert frame.ended_at.isna().tolist() == [True, False, True]


def test_a_table_without_rows_has_every_column(
    schema: Schema, vocabularies: dict[str, tuple[Code, ...]]
) -> None:
    table = empty_table(schema, vocabularies)
    assert (table.rows_in, table.rows) == (0, 0)
    frame = table.frame()
    assert list(frame) == list(schema.names)
    assert len(frame) == 0
    assert isinstance(frame.channel.dtype, pd.CategoricalDtype)
    assert len(table.times("started_at")) == len(table.codes("kind")) == 0


def test_rows_are_taken_from_any_kind_of_column(check: Check, visits: Visits) -> None:
    table = check(visits(note=["a", "b", "营"]))
    rows = np.array([2, 0])
    some = {name: take(column, rows) for name, column in table.values.items()}
    frame = frame_of(some, table.schema, table.vocabularies)
    assert frame.note.tolist() == ["营", "a"]
    assert frame.customer_id.tolist() == ["0000000000002", "0000000000000"]


def test_a_categorical_column_has_all_its_categories() -> None:
    column = categorical(np.array([1, -1], np.int16), ["a", "b", "c"])
    assert column[0] == "b"
    assert column.isna().tolist() == [False, True]
    assert list(column.categories) == ["a", "b", "c"]


# Tables of what was found


def test_problems_as_a_table() -> None:
    problem = Problem(
        code="late",
        where="visits.ended_at",
        message=Text("2 行晚了 ({examples})", "2 rows are late ({examples})"),
        severity="rejected",
        count=2,
        examples=[(3, "x"), (7, "")],
    )
    table = problem_table([problem])
    assert table.to_dict("list") == {
        "severity": ["rejected"],
        "code": ["late"],
        "where": ["visits.ended_at"],
        "count": [2],
        "examples": ["3: x; 7: "],
        "zh": ["visits.ended_at: 2 行晚了 (第 3 行: x; 第 7 行: )"],
        "en": ["visits.ended_at: 2 rows are late (row 3: x; row 7: )"],
    }
    assert list(problem_table([])) == list(table)
    assert len(problem_table([])) == 0


def test_rows_left_out_of_several_tables_as_one(check: Check, visits: Visits) -> None:
    tables = {
        "first": check(visits(channel=["app", "电视", "hall"])),
        "clean": check(visits()),
        "last": check(visits(customer_id=["-1", "2", None])),
    }
    listed = rejected_table(tables)
    assert listed.index.tolist() == [0, 1, 2]
    assert listed.to_dict("list") == {
        "table": ["first", "last", "last"],
        "row": [1, 0, 2],
        "code": ["unknown_code", "negative_id", "missing_value"],
        "column": ["channel", "customer_id", "customer_id"],
        "value": ["电视", "-1", ""],
    }


@pytest.mark.parametrize("count", [1, 2])
def test_no_rows_left_out_is_an_empty_table(check: Check, visits: Visits, count: int) -> None:
    table = rejected_table({str(i): check(visits()) for i in range(count)})
    assert list(table) == ["table", "row", "code", "column", "value"]
    assert len(table) == 0
