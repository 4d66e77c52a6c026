"""Checking the billing tables: rows kept and left out, across columns, rows and tables."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billing_exports import COLUMNS, NOW, Export, Row, groups, one_group
from powerchannel.billing.state import aggregate
from powerchannel.billing.tables import Tables, check
from powerchannel.billing.tables.messages import BILLING_MESSAGES
from powerchannel.errors import TableError

JANUARY = ("2025-01-01", "2025-02-01")
GOOD = one_group("a", accounts=2) + one_group("b").replacing(loss_tables=())


def with_row(table: str, **cells: str) -> Export:
    row = tuple(cells.get(c, "") for c in COLUMNS[table])
    return GOOD.replacing(**{table: (*GOOD.rows.get(table, ()), row)})


def codes(tables: Tables) -> dict[str, int]:
    found: dict[str, int] = {}
    for problem in tables.found:
        found[problem.code] = found.get(problem.code, 0) + problem.count
    return found


def left(tables: Tables) -> set[tuple[str, str]]:
    return set(zip(tables.rejected["table"], tables.rejected["code"], strict=True))


def groups_kept(tables: Tables) -> set[str]:
    return set(tables.accounts["group_id"])


def test_what_fits_is_kept_whole() -> None:
    tables = GOOD.check()
    assert len(tables.found) == 0
    assert (tables.counts["rows_in"] == tables.counts["kept"]).all()
    assert tables.accounts["group_id"].tolist() == ["a", "a", "b"]
    assert tables.meters["multiplier"].tolist() == ["40.000000"] * 3
    assert tables.readings["register"].tolist()[0] == "active_total"
    assert tables.readings["reading"].tolist()[:2] == ["100.250000", "200.250000"]
    assert tables.readings["read_on"].tolist()[0] == pd.Timestamp("2025-01-01")
    assert tables.relations["bears_line_loss"].tolist() == [True]
    assert tables.givens["period"].tolist() == ["total", "total"]
    assert "accounts: 3/3" in repr(tables)
    assert "relations" in tables._repr_html_()


@pytest.mark.parametrize("name", COLUMNS)
def test_every_table_is_there_by_its_name(name: str) -> None:
    assert len(getattr(GOOD.check(), name)) == len(GOOD.rows.get(name, ()))
    assert len(getattr(Export({"accounts": GOOD.rows["accounts"]}).check(), name)) == (
        3 if name == "accounts" else 0
    )


def test_an_account_without_a_group_is_one() -> None:
    rows = {
        "account_id": ["x", "y"],
        "group_id": ["", "g"],
        **dict(zip(("started_on", "ended_on"), ([d] * 2 for d in JANUARY), strict=True)),
    }
    assert check(accounts=rows, now=NOW).accounts["group_id"].tolist() == ["x", "g"]
    del rows["group_id"]
    assert check(accounts=rows, now=NOW).accounts["group_id"].tolist() == ["x", "y"]


# one row with one fault


FAULTS = """
readings: meter_id=zz, read_on=2025-01-01, reading=1 -> unknown_meter
intervals: meter_id=zz, started_at=2025-01-01, energy_kwh=1 -> unknown_meter
meters: meter_id=zz, account_id=zz -> unknown_account
meters: meter_id=zz -> unplaced_meter
transformers: transformer_id=zz, account_id=zz, capacity_kva=5 -> unknown_account
adjustments: account_id=zz, code=x, amount_yuan=5 -> unknown_account
incidents: incident_id=zz, account_id=zz, kind=theft -> unknown_account
debts: account_id=zz, amount_yuan=5, due_on=2025-01-01 -> unknown_account
givens: id=zz, quantity=x, value=5 -> unknown_id
relations: child_id=zz, parent_id=ma, kind=分表 -> relation_to_nothing a
relations: child_id=mb, parent_id=zz, kind=分表 -> relation_to_nothing b
relations: child_id=mb, parent_id=ma, kind=分表 -> relation_across_groups ab
relations: child_id=ma, parent_id=ma1, kind=分表 -> relation_cycle a
relations: child_id=mb, parent_id=mb, kind=分表 -> relation_cycle b
accounts: account_id=b, group_id=b, started_on=2025-01-31, ended_on=2025-02-02 -> overlapping_rows b
accounts: account_id=b, group_id=b, started_on=2025-02-02, ended_on=2025-02-02 -> empty_period b
meters: meter_id=mb, account_id=a -> overlapping_rows ab
transformers: transformer_id=tb, account_id=a, capacity_kva=5 -> overlapping_rows ab
accounts: account_id=b, group_id=b, started_on=2025-02-01, ended_on=soon -> unreadable_time b
meters: meter_id=mb2, account_id=b, multiplier=40倍 -> unit_in_cell b
meters: meter_id=mb2, account_id=b, multiplier=0 -> number_out_of_bounds b
transformers: transformer_id=t2, account_id=b, capacity_kva=1,000 -> separated_number b
loss_tables: loss_table=S9, capacity_kva=500, above_kwh=9, loss_kwh=x -> not_a_number ab
lines: line_id=lb, loss_ratio=3% -> unit_in_cell b
adjustments: account_id=b, code=x, amount_yuan=0.005 -> too_many_decimals b
givens: id=tb, quantity=x, value=1E3 -> scientific_number b
incidents: incident_id=i2, account_id=b, kind=? -> unknown_code b
debts: account_id=b, amount_yuan=-1, due_on=2025-01-01 -> number_out_of_bounds b
intervals: meter_id=mb, started_at=2025-01-01, energy_kwh=x -> not_a_number
readings: meter_id=mb, read_on=2025-01-13, reading=x -> not_a_number
readings: meter_id=mb, read_on=2025-02-01, reading=x -> not_a_number b
readings: meter_id=mb, read_on=2025-01-01 08:00, reading=1 -> not_midnight b
readings: meter_id=mb, read_on=soon, reading=1 -> unreadable_time b
"""
"""Table, cells of the row, what is told of it, and the groups that drop out."""


def faults() -> list[tuple[str, dict[str, str], str, str]]:
    found = []
    for line in FAULTS.strip().splitlines():
        table, rest = line.split(": ", 1)
        cells, told = rest.split(" -> ")
        code, _, spoilt = told.partition(" ")
        found.append((table, dict(c.split("=", 1) for c in cells.split(", ")), code, spoilt))
    return found


@pytest.mark.parametrize(("table", "cells", "code", "spoilt"), faults())
def test_a_bad_row_is_told_and_its_group_drops_out(
    table: str, cells: dict[str, str], code: str, spoilt: str
) -> None:
    cells = {"register": "正向有功总", "status": "正常", **cells}
    export = with_row(table, **cells)
    tables = export.check()
    assert (table, code) in left(tables)
    is_pair = code == "overlapping_rows" or cells.get("parent_id") == "ma1"
    assert codes(tables)[code] == 1 + is_pair
    assert groups_kept(tables) == {"a", "b"} - set(spoilt)
    assert ("group_left_out" in codes(tables)) == bool(spoilt)
    assert (tables.counts["rows_in"] == tables.counts["kept"] + tables.counts["rejected"]).all()
    for problem in tables.found:
        said = [problem.render(lang) for lang in ("zh", "en")]
        assert all("{" not in s for s in said)
        assert problem.examples
    kept = {n: getattr(tables, n) for n in COLUMNS}
    if len(kept["accounts"]):
        again = check(**kept, now=NOW)
        assert again.found == ()
        assert aggregate(again) == aggregate(tables)


def test_what_a_group_loses_names_every_row_of_it() -> None:
    tables = with_row("meters", meter_id="mb2", account_id="b", multiplier="x").check()
    lost = tables.rejected[tables.rejected["code"] == "group_left_out"]
    assert set(lost["table"]) == set(COLUMNS) - {"relations", "loss_tables", "lines"}
    assert lost[lost["table"] == "readings"]["value"].tolist() == ["mb", "mb"]
    assert lost[lost["table"] == "accounts"]["row"].tolist() == [2]


def test_the_same_reading_twice_counts_once() -> None:
    row = {
        "meter_id": "mb",
        "register": "active_total",
        "read_on": "20250201",
        "reading": "200.250",
    }
    tables = with_row("readings", **row).check()
    assert codes(tables) == {"duplicate": 1}
    assert groups_kept(tables) == {"a", "b"}


@pytest.mark.parametrize(("day", "kept"), [("2025-02-01", {"a"}), ("2025-01-15", {"a", "b"})])
def test_two_values_of_one_reading_are_a_conflict(day: str, kept: set[str]) -> None:
    rows = tuple(("mb", "有功总", day, value, "") for value in ("7", "8"))
    tables = GOOD.replacing(
        readings=(*(r for r in GOOD.rows["readings"] if r[:3] != ("mb", "正向有功总", day)), *rows)
    ).check()
    assert codes(tables)["conflict"] == 2
    assert groups_kept(tables) == kept


def test_a_reading_that_failed_beside_one_that_counts_is_no_conflict() -> None:
    row = {"meter_id": "mb", "register": "有功总", "read_on": "2025-02-01", "reading": "0"}
    tables = with_row("readings", **row, status="采集失败").check()
    assert tables.found == ()
    assert tables.readings["status"].tolist()[-1] == "failed"


def test_amounts_twice_are_told_apart_by_their_source_key() -> None:
    rows = {
        "account_id": ["b"] * 3,
        "code": ["refund"] * 3,
        "amount_yuan": ["5.00", Decimal("5"), 5],
        "source_key": ["1", "2", "2"],
    }
    frames = GOOD.frames() | {"adjustments": pd.DataFrame(rows)}
    tables = check(**frames, now=NOW)
    assert (codes(tables), len(tables.adjustments)) == ({"duplicate": 1}, 2)


# months


def test_what_belongs_to_no_period_is_told() -> None:
    export = one_group("b", (1, 2))
    frames = export.frames()
    for end, kept in (("", False), ("2025-02-01", True), ("2025-04-01", False)):
        given = {"id": ["mb"], "quantity": ["x"], "value": ["1"], "period_ended_on": [end]}
        tables = check(**frames, givens=given, now=NOW)
        assert len(tables.givens) == kept
        assert codes(tables).get("period_unknown", 0) == (not kept)
        assert groups_kept(tables) == ({"b"} if kept else set())


def test_a_given_said_twice_for_one_period_is_a_conflict() -> None:
    given = {
        "id": ["mb"] * 2,
        "quantity": ["x"] * 2,
        "value": ["1", "2"],
        "period_ended_on": ["", "2025-02-01"],
    }
    tables = check(**(GOOD.frames() | {"givens": given}), now=NOW)
    assert codes(tables)["conflict_in_period"] == 2


def test_ends_of_equipment_may_lie_far_ahead_and_others_not() -> None:
    frames = one_group("b").frames()
    frames["transformers"]["ended_on"] = "2030-01-01"
    assert len(check(**frames, now=NOW).transformers) == 1
    frames["accounts"]["ended_on"] = "2030-01-01"
    assert codes(check(**frames, now=NOW))["year_out_of_range"] == 1


def test_a_period_that_ends_before_its_row_is_refused() -> None:
    frames = one_group("b").frames()
    frames["accounts"]["period_ended_on"] = "2025-01-15"
    assert codes(check(**frames, now=NOW))["end_before_start"] == 1


# meters of a group alone


def test_a_meter_without_an_account_belongs_where_its_relations_are() -> None:
    export = GOOD + Export(
        {
            "meters": (("m0", "", "1", "", ""), ("m00", "", "1", "", "")),
            "relations": (("mb", "m0", "分表", "", ""), ("m0", "m00", "分表", "", "")),
            "readings": (("m00", "有功总", "2025-01-01", "1", ""),),
        }
    )
    tables = export.check()
    assert tables.found == ()
    assert aggregate(tables).group("b", "2025-01").meters[1].meter_id == "m00"
    spoilt = (export + Export({"readings": (("m00", "有功总", "2025-02-01", "x", ""),)})).check()
    assert groups_kept(spoilt) == {"a"}


def test_a_meter_or_transformer_may_name_the_group() -> None:
    export = GOOD + Export({"meters": (("m0", "a", "1", "", ""),)})
    rows = tuple((a, "g", *r[2:]) for a, r in zip("xy", GOOD.rows["accounts"], strict=False))
    export = Export({"accounts": rows, "meters": (("m0", "g", "1", "", ""),)})
    tables = export.check()
    assert tables.found == ()
    assert len(aggregate(tables).group("g", "2025-01").meters) == 1


# structural faults


def test_faults_of_all_tables_are_told_at_once() -> None:
    with pytest.raises(TableError) as caught:
        check(
            accounts={"account_id": ["1"], "started_on": ["2025-01-01"]},
            meters={"meter_id": [1], "account_id": ["1"]},
            readings=7,
            debts={"account_id": ["1"], "amount_yuan": [True], "due_on": ["2025-01-01"]},
        )
    assert {(p.code, p.where) for p in caught.value.problems} == {
        ("missing_column", "accounts.ended_on"),
        ("number_ids", "meters.meter_id"),
        ("not_a_table", "readings"),
        ("wrong_type", "debts.amount_yuan"),
    }


def test_accounts_must_come_and_others_may_be_headers_alone() -> None:
    frames = GOOD.frames()
    with pytest.raises(TableError) as caught:
        check(**(frames | {"accounts": frames["accounts"][:0]}))
    assert [p.code for p in caught.value.problems] == ["empty_table"]
    assert len(check(**(frames | {"debts": frames["debts"][:0]}), now=NOW).debts) == 0


def test_integer_ids_where_the_caller_says_so() -> None:
    rows = {"account_id": [17], "started_on": ["2025-01-01"], "ended_on": ["2025-02-01"]}
    with pytest.raises(TableError):
        check(accounts=rows)
    assert check(accounts=rows, ids="integer", now=NOW).accounts["group_id"].tolist() == ["17"]


def test_every_message_names_what_where_how_many_and_a_way_out() -> None:
    for text in BILLING_MESSAGES.values():
        for lang in ("zh", "en"):
            assert all(gap in text.pick(lang) for gap in ("{count:,}", "{total:,}", "{examples}"))
        assert "；" in text.zh
        assert "请" in text.zh


# laws


@settings(max_examples=6)
@given(groups("0017", "17", "丙"), st.data())
def test_no_row_is_lost_and_what_was_kept_passes_as_it_is(
    export: Export, data: st.DataObject
) -> None:
    dirt: dict[str, list[Row]] = {
        "readings": [
            ("m17", "有功总", "2025-01-01", "x", ""),
            ("zz", "有功总", "2025-01-01", "1", ""),
        ],
        "meters": [("m丙", "丙", "1", "", ""), ("x", "y", "1", "", "")],
        "debts": [("17", "1.001", "2025-01-01", "")],
        "relations": [("m17", "m0017", "分表", "", "")],
    }
    for name, rows in dirt.items():
        for row in rows:
            if data.draw(st.booleans()):
                export += Export({name: (row,)})
    frames = {
        n: f.iloc[data.draw(st.permutations(range(len(f))))].reset_index(drop=True)
        for n, f in export.frames().items()
    }
    before = {n: f.copy(deep=True) for n, f in frames.items()}
    tables = check(**frames, now=NOW)
    for name, frame in frames.items():
        pd.testing.assert_frame_equal(frame, before[name])
        gone = (tables.rejected["table"] == name).sum()
        assert len(frame) == len(getattr(tables, name)) + gone
    told = {(p.code, p.where.partition(".")[0]) for p in tables.found}
    assert left(tables) == {(table, code) for code, table in told}
    kept = {n: getattr(tables, n) for n in COLUMNS}
    if len(kept["accounts"]):
        again = check(**kept, now=NOW)
        assert again.found == ()
        assert aggregate(again) == aggregate(tables)
        for name in COLUMNS:
            pd.testing.assert_frame_equal(getattr(again, name), kept[name])


def typed(frames: dict[str, pd.DataFrame]) -> dict[str, dict[str, list[object]]]:
    """Dates as dates, numbers as Decimals, nulls as nulls."""
    out: dict[str, dict[str, list[object]]] = {}
    for name, frame in frames.items():
        out[name] = {}
        for column in frame.columns:
            cells: list[object] = [c or None for c in frame[column]]
            if column.endswith("_on"):
                cells = [c and date.fromisoformat(str(c)) for c in cells]
            elif column == "started_at":
                cells = [c and datetime.fromisoformat(str(c)) for c in cells]
            elif column in ("multiplier", "reading", "capacity_kva", "value", "amount_yuan"):
                cells = [c and Decimal(str(c)) for c in cells]
            out[name][column] = cells
    return out


def test_every_kind_of_data_frame_gives_the_same() -> None:
    expected = aggregate(GOOD.check()).digest
    plain = typed(GOOD.frames())
    sources: list[dict[str, object]] = [
        dict(plain),
        {n: pd.DataFrame(t) for n, t in plain.items()},
        {n: f.astype("category") for n, f in GOOD.frames().items()},
        {n: {c: f[c].to_numpy() for c in f} for n, f in GOOD.frames().items()},
    ]
    pa, pl = pytest.importorskip("pyarrow"), pytest.importorskip("polars")
    sources.append({n: pa.table({c: pa.array(v) for c, v in t.items()}) for n, t in plain.items()})
    sources.append({n: pl.DataFrame(t).lazy() for n, t in plain.items()})
    for source in sources:
        tables = check(**source, now=NOW)
        assert tables.found == ()
        assert aggregate(tables).digest == expected


def test_floats_that_are_short_decimals_do_too() -> None:
    frames = GOOD.frames()
    frames["readings"]["reading"] = frames["readings"]["reading"].astype(np.float64)
    assert aggregate(check(**frames, now=NOW)) == aggregate(GOOD.check())
