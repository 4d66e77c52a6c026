"""Checking the channel tables: rows kept and left out, and the same from any data frame."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import numpy as np
import pandas as pd
import pytest
from attrs import evolve

from powerchannel import channel
from powerchannel.channel.catalogue import Catalogue, Channel
from powerchannel.channel.tables import default_catalogue
from powerchannel.errors import TableError
from powerchannel.tables import Source
from powerchannel.text import Text
from strategies import ASSUMED, COLUMNS, TIMES, Export, crowd, hebei

NOW = date(2022, 6, 30)
ROW = {"customer_id": ["0017"], "channel": ["app"], "contacted_at": ["2022-06-01 09:30"]}


def check(**tables: Source) -> channel.Tables:
    return channel.check(**{"contacts": ROW, **tables}, now=NOW)


def contacts(rows: int = 1, **columns: list[object]) -> channel.Tables:
    given = {name: values * rows for name, values in ROW.items()}
    return check(contacts=given | columns)


def codes(tables: channel.Tables) -> dict[str, int]:
    return {p.code: p.count for p in tables.found}


def words(column: pd.Series) -> list[object]:
    return [None if pd.isna(word) else word for word in column]


def test_what_is_kept_has_the_types_of_the_contract() -> None:
    frame = contacts(business_type=["交费"], contact=["138 0000 0000"]).contacts
    assert frame.columns.tolist() == [*ROW, "business_type", "contact"]
    assert frame["customer_id"].tolist() == ["0017"]
    assert frame["channel"].cat.categories.tolist() == list(default_catalogue().codes)
    assert frame["contacted_at"].tolist() == [pd.Timestamp("2022-06-01 09:30", tz="Asia/Shanghai")]
    assert frame["business_type"].tolist() == ["payment"]
    assert frame["contact"].tolist() == ["13800000000"]


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("customer_id", "", "missing_value"),
        ("customer_id", "1.2E+12", "scientific_id"),
        ("customer_id", "-12", "negative_id"),
        ("customer_id", "=A1", "formula_id"),
        ("channel", "传真", "unknown_code"),
        ("channel", "", "missing_value"),
        ("channel", "è\x90¥ä¸\x9aå\x8e\x85", "mojibake_value"),
        ("contacted_at", "", "missing_value"),
        ("contacted_at", "soon", "unreadable_time"),
        ("contacted_at", "2022-02-30", "impossible_time"),
        ("contacted_at", "44652.5", "number_time"),
        ("contacted_at", "1989-12-31", "year_out_of_range"),
        ("contacted_at", "2024-01-01", "year_out_of_range"),
    ],
)
def test_a_bad_row_drops_out_and_the_rest_goes_on(column: str, value: str, code: str) -> None:
    tables = contacts(2, **{column: [*ROW[column], value]})
    assert len(tables.contacts) == 1
    (left,) = tables.rejected.to_dict("records")
    assert (left["table"], left["row"], left["code"], left["column"]) == (
        *("contacts", 1, code),
        column,
    )
    assert left["value"] == value
    assert codes(tables)[code] == 1
    assert tables.counts.values.tolist()[0] == ["contacts", 2, 1, 1]


def test_a_value_that_need_not_be_there_is_left_empty_and_told() -> None:
    tables = contacts(2, handling_mode=["柜台", "飞鸽"], outcome=["", "成功"])
    assert words(tables.contacts["handling_mode"]) == ["counter", None]
    assert words(tables.contacts["outcome"]) == [None, "resolved"]
    assert codes(tables) == {"unmapped_code": 1}


def test_repeats_by_source_key() -> None:
    stamps = ["2022-06-01", "2022-06-01", "2022-06-02", "2022-06-03", "2022-06-03"]
    tables = contacts(5, contacted_at=stamps, source_key=["a", "a", "b", "b", ""])
    assert codes(tables) == {"duplicate": 1, "conflict": 2}
    assert tables.rejected[["row", "code"]].values.tolist() == [
        [1, "duplicate"],
        [2, "conflict"],
        [3, "conflict"],
    ]
    other_system = contacts(2, source_system=["A", "B"], source_key=["a", "a"])
    assert codes(other_system) == {}


def test_identical_rows_without_a_key_all_count_and_are_told() -> None:
    tables = contacts(3)
    assert (len(tables.contacts), codes(tables)) == (3, {"identical_rows": 2})


def test_an_end_before_its_start_drops_out() -> None:
    span = {"disliked_at": ["2022-05-02"] * 2, "withdrawn_at": ["2022-05-01", "2022-05-02"]}
    tables = check(dislikes={"customer_id": ["1"] * 2, "channel": ["app"] * 2, **span})
    assert tables.rejected[["table", "row", "code"]].values.tolist() == [
        ["dislikes", 0, "end_before_start"]
    ]
    assert len(tables.dislikes) == 1


def test_the_business_type_is_read_from_the_request_text() -> None:
    texts = ["家里没电了", "我要投诉，没电", "你好", "没电"]
    tables = contacts(4, request_text=texts, business_type=["", "", "", "交费"])
    assert words(tables.contacts["business_type"]) == ["repair", "complaint", None, "payment"]
    assert {p.code: p.count for p in tables.notices} == {"classified": 2}


def test_no_rule_no_class() -> None:
    bare = evolve(default_catalogue(), classifications=())
    given = ROW | {"request_text": ["没电"]}
    assert channel.check(contacts=given, catalogue=bare, now=NOW).notices == ()


def test_a_catalogue_of_ones_own_names_the_channels() -> None:
    fax = Channel(code="fax", title=Text("传真", "fax"), ownership="owned", medium="phone")
    own = Catalogue(channels=(fax,), provenance=ASSUMED)
    tables = channel.check(contacts=ROW | {"channel": ["传真"]}, catalogue=own, now=NOW)
    assert tables.contacts["channel"].tolist() == ["fax"]


def test_integer_ids_are_a_fault_unless_asked_for() -> None:
    given = ROW | {"customer_id": np.array([17])}
    with pytest.raises(TableError) as caught:
        channel.check(contacts=given, now=NOW)
    assert [p.code for p in caught.value.problems] == ["number_ids"]
    found = channel.check(contacts=given, ids="integer", now=NOW).contacts
    assert found["customer_id"].tolist() == ["17"]


def test_faults_of_all_tables_are_told_at_once() -> None:
    with pytest.raises(TableError) as caught:
        check(
            contacts={"customer_id": ["1"]},
            facts={"customer_id": [1], "channel": ["app"], "fact": ["followed"]},
            complaints=7,
        )
    assert {(p.code, p.where) for p in caught.value.problems} == {
        ("missing_column", "contacts.channel"),
        ("missing_column", "contacts.contacted_at"),
        ("number_ids", "facts.customer_id"),
        ("not_a_table", "complaints"),
    }


def test_an_empty_table_of_contacts_is_a_fault_and_another_is_not() -> None:
    empty = {name: [] for name in COLUMNS["facts"]}
    assert len(check(facts=empty).facts) == 0
    with pytest.raises(TableError) as caught:
        contacts(0)
    assert [p.code for p in caught.value.problems] == ["empty_table"]


def test_problems_and_counts_are_tables() -> None:
    tables = contacts(3, customer_id=["0017", "", "０１７"])
    assert tables.problems.columns.tolist() == [
        *("severity", "code", "where", "count", "examples", "zh", "en")
    ]
    assert set(tables.problems["code"]) == {"missing_value", "normalised_id"}
    assert tables.counts["table"].tolist() == ["contacts", "facts", "dislikes", "complaints"]
    assert (tables.counts["rows_in"] == tables.counts["kept"] + tables.counts["rejected"]).all()
    assert "2/3" in repr(tables)
    assert "missing_value" in tables._repr_html_()


# the same from any data frame

EXPORT = crowd(hebei().catalogue, 5, 25) + Export(
    contacts=(
        ("", "app", datetime(2022, 6, 1), "交费", None, "微信"),
        ("０１７", "掌上电力", datetime(2022, 6, 2), "飞", "自助", "问一问"),
        ("=1", "传真", None, None, None, None),
    )
)
HEADERS = {"customer_id": "客户编号", "channel": "渠道", "contacted_at": "办理时间"}


def pandas_text() -> dict[str, pd.DataFrame]:
    return {name: frame.rename(columns=HEADERS) for name, frame in EXPORT.frames().items()}


def pandas_typed() -> dict[str, pd.DataFrame]:
    """Stamps as stamps, codes as categories, nulls as nulls."""
    frames = EXPORT.frames()
    for frame in frames.values():
        for name in frame.columns:
            if name in TIMES:
                frame[name] = pd.to_datetime(frame[name].replace("", None), format="mixed")
            elif name != "customer_id":
                frame[name] = frame[name].replace("", None).astype("category")
    return frames


def arrow(kind: Callable[[], dict[str, pd.DataFrame]]) -> dict[str, object]:
    pa = pytest.importorskip("pyarrow")
    return {n: pa.Table.from_pandas(f, preserve_index=False) for n, f in kind().items()}


def polars(kind: Callable[[], dict[str, pd.DataFrame]], *, lazy: bool) -> dict[str, object]:
    pl = pytest.importorskip("polars")
    frames = {n: pl.DataFrame(_lists(f)) for n, f in kind().items()}
    return {n: f.lazy() if lazy else f for n, f in frames.items()}


def _lists(frame: pd.DataFrame) -> dict[str, list[object]]:
    def cell(value: object) -> object:
        if pd.isna(value):
            return None
        return value.to_pydatetime() if isinstance(value, pd.Timestamp) else value

    return {name: [cell(v) for v in frame[name].tolist()] for name in frame.columns}


def duckdb(kind: Callable[[], dict[str, pd.DataFrame]]) -> dict[str, object]:
    connection = pytest.importorskip("duckdb").connect()
    return {n: connection.from_arrow(t) for n, t in arrow(kind).items()}


def arrays() -> dict[str, object]:
    return {n: {c: f[c].to_numpy() for c in f.columns} for n, f in pandas_text().items()}


def numpy_typed() -> dict[str, object]:
    """NumPy stamps and fixed-width text, as scientific code has them."""
    frames = EXPORT.frames()
    return {
        n: {
            c: f[c].replace("", None).to_numpy("datetime64[us]")
            if c in TIMES
            else f[c].to_numpy(str)
            for c in f.columns
        }
        for n, f in frames.items()
    }


@pytest.mark.parametrize(
    "source",
    [
        pandas_typed,
        lambda: polars(pandas_text, lazy=False),
        lambda: polars(pandas_text, lazy=True),
        lambda: polars(pandas_typed, lazy=False),
        lambda: arrow(pandas_text),
        lambda: arrow(pandas_typed),
        lambda: duckdb(pandas_text),
        lambda: duckdb(pandas_typed),
        arrays,
        numpy_typed,
        lambda: {n: f.to_dict("list") for n, f in pandas_text().items()},
    ],
    ids=[
        *("pandas typed", "polars", "polars lazy", "polars typed", "pyarrow", "pyarrow typed"),
        *("duckdb", "duckdb typed", "dict of arrays", "numpy typed", "dict of lists"),
    ],
)
def test_every_kind_of_data_frame_gives_the_same(source: Callable[[], dict[str, object]]) -> None:
    expected = channel.check(**pandas_text(), now=NOW)
    found = channel.check(**source(), now=NOW)
    for name in COLUMNS:
        pd.testing.assert_frame_equal(getattr(found, name), getattr(expected, name))
    told = ["table", "row", "code", "column"]
    pd.testing.assert_frame_equal(found.rejected[told], expected.rejected[told])
    assert codes(found) == codes(expected)
    state, other = channel.aggregate(found), channel.aggregate(expected)
    assert state.digest == other.digest
    results = [channel.evaluate(s, hebei(), as_of="2022-06").table for s in (state, other)]
    pd.testing.assert_frame_equal(*results)
