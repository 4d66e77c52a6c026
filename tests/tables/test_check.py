from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from powerchannel.channel import SCHEMAS
from powerchannel.errors import Problem, TableError
from powerchannel.tables import CheckedTable, Code, Schema, check_tables
from powerchannel.tables.check import unused_columns

Check = Callable[..., CheckedTable]
Visits = Callable[..., dict[str, object]]
Vocabularies = dict[str, tuple[Code, ...]]

CELLS: dict[str, list[object]] = {
    "customer_id": ["0100", "0100", " ０２ ", "-1", "", None, "客户9"],
    "channel": ["app", "app", "营业厅", "电视", None],
    "started_at": ["2022-03-05", "2022-03-05", "2022年3月6日 8:00", "2022-02-30", "1980-01-01", ""],
    "ended_at": [None, None, "2022-03-05 10:00", "2022-03-01", "9999-12-31"],
    "kind": ["交费", "催费", None],
    "note": ["停电", None, " "],
    "system": ["A", "A", None],
    "key": ["1", "1", "2", None, ""],
}
rows = st.lists(
    st.tuples(*(st.sampled_from(cells) for cells in CELLS.values())), min_size=1, max_size=14
)


def columns(table: list[tuple[object, ...]]) -> dict[str, list[object]]:
    return dict(zip(CELLS, map(list, zip(*table, strict=True)), strict=True))


def contents(table: CheckedTable) -> list[tuple[object, ...]]:
    frame = table.frame().astype(object)
    return list(frame.where(frame.notna(), None).itertuples(index=False, name=None))


def faults(check: Check, source: object) -> tuple[Problem, ...]:
    with pytest.raises(TableError) as caught:
        check(source)
    return caught.value.problems


# Laws


@given(table=rows)
@settings(max_examples=8)
def test_every_row_is_kept_or_rejected_and_every_rejection_is_told(
    check: Check, table: list[tuple[object, ...]]
) -> None:
    checked = check(columns(table))
    rejected = checked.rejected
    assert checked.rows_in == len(table) == len(contents(checked)) + rejected.count
    assert rejected.rows.tolist() == np.flatnonzero(rejected.mask).tolist()
    told = {(p.code, p.where): p for p in checked.problems}
    assert len(told) == len(checked.problems)
    reasons = Counter(zip(rejected.codes, rejected.columns, strict=True))
    for (code, column), count in reasons.items():
        problem = told[code, f"visits.{column}"]
        assert problem.severity == "rejected"
        assert problem.count >= count


@given(table=rows)
@settings(max_examples=6)
def test_a_checked_table_passes_as_it_is(check: Check, table: list[tuple[object, ...]]) -> None:
    first = check(columns(table))
    if not first.rows:
        return
    again = check(first.frame())
    assert again.rejected.count == 0
    assert {p.code for p in again.problems} <= {"identical_rows"}
    pd.testing.assert_frame_equal(again.frame(), first.frame())


@given(table=rows, order=st.randoms(use_true_random=False))
@settings(max_examples=6)
def test_the_order_of_rows_changes_nothing_but_the_order(
    check: Check, table: list[tuple[object, ...]], order: object
) -> None:
    shuffled = table.copy()
    order.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = check(columns(table)), check(columns(shuffled))
    assert Counter(contents(one)) == Counter(contents(other))
    assert Counter(one.rejected.codes) == Counter(other.rejected.codes)
    assert [(p.code, p.where, p.count) for p in one.problems] == [
        (p.code, p.where, p.count) for p in other.problems
    ]


@given(table=rows)
@settings(max_examples=6)
def test_kept_rows_stay_in_their_order(check: Check, table: list[tuple[object, ...]]) -> None:
    table = [(*r[:5], str(i), *r[6:]) for i, r in enumerate(table)]
    checked = check(columns(table))
    note = [int(row[5]) for row in contents(checked)]  # type: ignore[call-overload]
    assert note == np.flatnonzero(~checked.rejected.mask).tolist()


@given(table=rows)
@settings(max_examples=6)
def test_what_comes_in_is_not_changed(check: Check, table: list[tuple[object, ...]]) -> None:
    lists = columns(table)
    arrays = {name: np.array(cells, dtype=object) for name, cells in lists.items()}
    for source in (lists, arrays, pd.DataFrame(lists), pd.DataFrame(lists).astype("category")):
        before = copy.deepcopy(source)
        check(source).frame()
        if isinstance(source, pd.DataFrame):
            pd.testing.assert_frame_equal(source, before)
        else:
            assert {n: list(c) for n, c in source.items()} == {
                n: list(c) for n, c in before.items()
            }


def test_what_was_checked_does_not_change_when_its_source_does(check: Check) -> None:
    at = np.array(["2022-03-05", "2022-03-06"], "M8[us]")
    source = {
        "customer_id": np.array(["1", "2"], object),
        "channel": np.array(["app", "app"], object),
        "started_at": at,
        "note": np.array(["停电", "x"], object),
    }
    table = check(source)
    before = contents(table)
    for name in ("customer_id", "channel", "note"):
        source[name][:] = "gone"
    at[:] = np.datetime64("2000-01-01")
    assert contents(table) == before


# Several tables


def checked_both(
    schema: Schema, vocabularies: Vocabularies, first: object, second: object
) -> dict[str, CheckedTable]:
    optional = evolve(schema, name="others", is_empty_allowed=True)
    return check_tables(
        {"visits": first, "others": second},
        {"visits": schema, "others": optional},
        vocabularies=vocabularies,
        latest_year=2023,
    )


def test_the_faults_of_all_tables_come_at_once(
    schema: Schema, vocabularies: Vocabularies, visits: Visits
) -> None:
    with pytest.raises(TableError) as caught:
        checked_both(
            schema,
            vocabularies,
            visits(customer_id=[1, 2, 3], started_at=[True, False, True]),
            {"customer_id": ["1"]},
        )
    assert [(p.code, p.where) for p in caught.value.problems] == [
        ("number_ids", "visits.customer_id"),
        ("wrong_type", "visits.started_at"),
        ("missing_column", "others.channel"),
        ("missing_column", "others.started_at"),
    ]


def test_a_table_that_need_not_come_is_empty(
    schema: Schema, vocabularies: Vocabularies, visits: Visits
) -> None:
    tables = checked_both(schema, vocabularies, visits(), None)
    assert (tables["others"].rows_in, tables["others"].rows) == (0, 0)
    assert tables["visits"].rows == 3


def test_a_header_alone_will_do_where_a_table_need_not_come(
    schema: Schema, vocabularies: Vocabularies, visits: Visits
) -> None:
    header = {name: [] for name in visits()}
    assert checked_both(schema, vocabularies, visits(), header)["others"].rows == 0


def test_but_not_where_it_must(check: Check, visits: Visits) -> None:
    for empty in ({n: [] for n in visits()}, pd.DataFrame(columns=list(visits()))):
        (problem,) = faults(check, empty)
        assert (problem.code, problem.where) == ("empty_table", "visits")


def test_nor_may_such_a_table_be_left_out(check: Check) -> None:
    (problem,) = faults(check, None)
    assert (problem.code, problem.where) == ("not_a_table", "visits")


def test_a_table_of_which_every_row_is_rejected_is_empty_not_a_fault(
    check: Check, visits: Visits
) -> None:
    table = check(visits(channel=["电视"] * 3))
    assert (table.rows_in, table.rows, table.rejected.count) == (3, 0, 3)
    assert contents(table) == []


# Headers


def test_chinese_headers_are_read_like_english_ones(check: Check, visits: Visits) -> None:
    english = visits(note=["a", "b", "c"])
    chinese = dict(zip(["户号", "渠道", " 办理时间 ", "诉求内容"], english.values(), strict=True))
    assert contents(check(chinese)) == contents(check(english))


@pytest.mark.parametrize(
    ("header", "near"),
    [
        ("custmer_id", "custmer_id"),
        ("客户编码", "客户编码"),
        ("CustomerId", "CustomerId"),
        ("姓名", ""),
    ],
)
def test_a_misspelt_header_is_recognised_but_not_accepted(
    check: Check, visits: Visits, header: str, near: str
) -> None:
    source = visits()
    source[header] = source.pop("customer_id")
    (problem,) = faults(check, source)
    assert (problem.code, problem.where) == ("missing_column", "visits.customer_id")
    said = {lang: problem.render(lang) for lang in ("zh", "en")}
    assert (f"Did you mean {near}?" in said["en"]) == bool(near)
    assert f"--column customer_id={near or 'HEADER'}" in said["en"]
    assert f"--column customer_id={near or '表头'}" in said["zh"]
    assert header in said["zh"]


def test_a_header_already_in_use_is_not_proposed(check: Check) -> None:
    source = {"customer_id": ["1"], "channel": ["app"], "ended_at": ["2022-03-05"]}
    (problem,) = faults(check, source)
    assert problem.where == "visits.started_at"
    assert "Did you mean" not in problem.render("en")


@pytest.mark.parametrize(
    ("header", "near", "name"),
    [
        ("ended_et", "ended_at", "ended_at"),
        ("Ended-At ", "ended_at", "ended_at"),
        ("eneded_at", "ended_at", "ended_at"),
        ("业务种累", "业务种类", "kind"),
        ("诉求内客", "诉求内容", "note"),
        ("来源健", "来源键", "key"),
        ("systm", "system", "system"),
        ("notes", "note", "note"),
    ],
)
def test_a_slip_for_a_column_that_need_not_come_is_noticed(
    check: Check, visits: Visits, header: str, near: str, name: str
) -> None:
    checked = check(visits(**{header: ["交费"] * 3}))
    (problem,) = (p for p in checked.problems if p.code != "identical_rows")
    assert (problem.code, problem.where) == ("unused_column", f"visits.{name}")
    assert (problem.severity, problem.count) == ("notice", 1)
    for lang in ("zh", "en"):
        said = problem.render(lang)
        assert header in said
        assert near in said
        assert f'--column {name}="{header}"' in said
    assert checked.rows == 3


@pytest.mark.parametrize(
    "header",
    [
        *("备注", "姓名", "phone", "", "kindness", "end_date", "system_version"),
        *("started_by", "started_att", "客户编号2"),  # like columns that were found
    ],
)
def test_other_columns_that_nobody_asked_for_are_no_problem(
    check: Check, visits: Visits, header: str
) -> None:
    assert check(visits(**{header: ["1", "2", "3"]})).problems == ()


def test_a_slip_beside_the_column_itself_is_no_problem(check: Check, visits: Visits) -> None:
    known = {"note": ["a", "b", "c"]}
    assert check(visits(**known, notes=["x"] * 3)).problems == ()
    assert [p.code for p in check(visits(notes=["x"] * 3)).problems] == ["unused_column"]


@pytest.mark.parametrize(
    ("header", "name"),
    [
        *(("handling mod", "handling_mode"), ("HandlingMode", "handling_mode")),
        *(("source_keys", "source_key"), ("soruce_key", "source_key"), ("工单号", "source_key")),
        *(("手机号", "contact"), ("业务类别", "business_type"), ("contact_id", "")),
        *(("handling_time", ""), ("request_id", ""), ("source_id", ""), ("outcome_code", "")),
        *(("办理人员", ""), ("办理部门", ""), ("联系人", ""), ("业务编号", ""), ("来源单位", "")),
    ],
)
def test_likeness_alone_makes_no_slip(header: str, name: str) -> None:
    headers = ["customer_id", "channel", "contacted_at", header, header]
    found = unused_columns(SCHEMAS["contacts"], headers)
    assert [p.where for p in found] == ([f"contacts.{name}"] if name else [])


def test_two_headers_for_one_column(check: Check, visits: Visits) -> None:
    (problem,) = faults(check, visits(客户编号=["1", "2", "3"]))
    assert (problem.code, problem.where) == ("ambiguous_column", "visits.customer_id")
    assert problem.count == 2
    assert "customer_id, 客户编号" in problem.render("en")


def test_one_header_twice(check: Check, visits: Visits) -> None:
    frame = pd.DataFrame(visits()).assign(x="app", y="1").rename(columns={"x": "channel"})
    (problem,) = faults(check, frame.rename(columns={"y": "备注"}))
    assert (problem.code, problem.where, problem.count) == ("duplicate_header", "visits", 1)
    assert "channel" in problem.render("zh")


def test_a_header_that_nobody_asked_for_may_stand_twice(check: Check, visits: Visits) -> None:
    frame = pd.DataFrame(visits()).assign(a="x", b="y").rename(columns={"a": "备注", "b": "备注"})
    assert check(frame).rows == 3


@pytest.mark.parametrize(
    ("right", "wrong"),
    [("utf-8", "latin-1"), ("gb18030", "latin-1"), ("gb18030", "cp1252"), ("utf-8", "gb18030")],
)
def test_headers_in_the_wrong_encoding_are_named_for_it(
    check: Check, visits: Visits, right: str, wrong: str
) -> None:
    headers = [h.encode(right).decode(wrong) for h in ("客户编号", "渠道", "办理时间")]
    (problem,) = faults(check, dict(zip(headers, visits().values(), strict=True)))
    assert (problem.code, problem.where, problem.count) == ("mojibake_header", "visits", 3)
    assert "客户编号" in problem.render("en")
    assert right.upper() in problem.render("en")


def test_even_where_only_an_optional_column_is_concerned(check: Check, visits: Visits) -> None:
    header = "诉求内容".encode().decode("latin-1")
    (problem,) = faults(check, visits(**{header: ["a", "b", "c"]}))
    assert (problem.code, problem.count) == ("mojibake_header", 1)


def test_headers_that_are_lost_altogether(check: Check, visits: Visits) -> None:
    source = dict(zip(["\ufffd\ufffd\ufffd", "channel", "锟斤拷"], visits().values(), strict=True))
    (problem,) = faults(check, source)
    assert (problem.code, problem.count) == ("mojibake_header", 2)
    assert "客户编号、开始时间" in problem.render("zh")


def test_other_garbage_does_no_harm_where_nothing_is_missing(check: Check, visits: Visits) -> None:
    assert check(visits(**{"\ufffd": ["a", "b", "c"]})).rows == 3


# Rows


def test_an_end_before_its_start(check: Check, visits: Visits) -> None:
    table = check(
        visits(ended_at=["2022-03-05 09:09:59", "2022-03-05 09:10:00", None]),
    )
    (problem,) = table.problems
    assert (problem.code, problem.where, problem.count) == (
        "end_before_start",
        "visits.ended_at",
        1,
    )
    assert problem.examples == ((0, "2022-03-05 09:09:59"),)
    assert "started_at" in problem.render("en")
    assert table.rejected.rows.tolist() == [0]


def test_a_row_with_several_problems_is_rejected_once_and_told_in_each(
    check: Check, visits: Visits
) -> None:
    table = check(visits(customer_id=["-1", "2", "3"], channel=["电视", "app", "app"]))
    assert table.rejected.codes.tolist() == ["negative_id"]
    assert [(p.code, p.count) for p in table.problems] == [("negative_id", 1), ("unknown_code", 1)]


def test_rejected_rows_do_not_count_as_seen(check: Check, visits: Visits) -> None:
    table = check(visits(channel=["电视", "app", "app"], key=["1", "1", "2"]))
    assert table.rejected.codes.tolist() == ["unknown_code"]
    again = visits(customer_id=["1", "1", "2"], key=["1", "1", "2"], channel=["app", "app", "电视"])
    assert check(again).rejected.codes.tolist() == ["duplicate", "unknown_code"]


def test_empty_source_keys_are_no_keys(check: Check, visits: Visits) -> None:
    for empty in ("", " ", None, "NULL"):
        assert check(visits(key=[empty] * 3)).problems == ()


def test_examples_are_the_first_three(check: Check, visits: Visits) -> None:
    table = check(visits(rows=6, customer_id=["1", "-2", "-3", "4", "-5", "-6"]))
    (problem,) = table.problems
    assert problem.examples == ((1, "-2"), (2, "-3"), (4, "-5"))
    assert problem.count == 4
    assert "4 of 6 ids" in problem.render("en")


def test_integer_ids_are_accepted_when_said_so(check: Check, visits: Visits) -> None:
    table = check(visits(customer_id=[7, 8, 9]), ids="integer")
    assert table.ids("customer_id").to_text().tolist() == ["7", "8", "9"]
