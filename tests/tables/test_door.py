from __future__ import annotations

import datetime as dt
import importlib.util
import math
from collections.abc import Callable, Iterator
from types import ModuleType

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from powerchannel.errors import TableError
from powerchannel.tables import CheckedTable, door, rejected_table
from powerchannel.tables.door import open_frame, read_column
from powerchannel.times import to_local

Columns = dict[str, list[str | None]]

TIMES = ("started_at", "ended_at")
IDS = ["0100000000017", "100", "HB-7", " 42 ", "４２", "客户9", "1.2E+12", "-12", "=A1", "1.0"]
TEXTS = st.none() | st.sampled_from(["", " ", "nan", "停电", "bill", "x" * 70, "停电\n何时来电"])


def stamps() -> st.SearchStrategy[str]:
    moments = st.datetimes(dt.datetime(1975, 1, 1), dt.datetime(2035, 1, 1))
    return moments.map(lambda m: str(m.replace(microsecond=0)))


@st.composite
def tables(draw: st.DrawFn) -> Columns:
    """Rows as an export has them, dirty ones among them, few enough values for repeats."""
    rows = draw(st.integers(1, 12))

    def column(cells: st.SearchStrategy[str | None]) -> list[str | None]:
        few = draw(st.lists(cells, min_size=1, max_size=4))
        return draw(st.lists(st.sampled_from(few), min_size=rows, max_size=rows))

    return {
        "客户编号": column(st.none() | st.sampled_from([*IDS, "", "0" * 20])),
        "channel": column(
            st.none() | st.sampled_from(["app", "营业厅", "APP", "掌上电", "è¥\x90"])
        ),
        "started_at": column(st.none() | stamps()),
        "ended_at": column(st.none() | stamps()),
        "kind": column(st.none() | st.sampled_from(["交费", "repair", "催费", " "])),
        "note": column(TEXTS),
        "system": column(st.none() | st.sampled_from(["A", "营销"])),
        "key": column(st.none() | st.sampled_from(["1", "2", "3", ""])),
        "unused": column(TEXTS),
    }


def moments(cells: list[str | None]) -> list[dt.datetime | None]:
    return [None if c is None else dt.datetime.fromisoformat(c) for c in cells]


def instants(cells: list[str | None]) -> list[dt.datetime | None]:
    """The same clock times of Shanghai with the offset that New York happened to have."""
    zone = dt.timezone(dt.timedelta(hours=-5))
    shanghai = dt.timedelta(hours=8)

    def instant(clock: dt.datetime) -> dt.datetime:
        utc = clock - shanghai
        micros = np.array([np.datetime64(utc, "us").astype(np.int64)])
        shown = np.datetime64(int(to_local(micros)[0]), "us").astype(dt.datetime)
        utc -= shown - clock  # an hour of summer time, where there was one
        return utc.replace(tzinfo=dt.UTC).astimezone(zone)

    return [None if m is None else instant(m) for m in moments(cells)]


def typed(columns: Columns, read: Callable[[list[str | None]], object]) -> dict[str, object]:
    return {**columns, **{name: read(columns[name]) for name in TIMES}}


def polars() -> ModuleType:
    return pytest.importorskip("polars")


def arrow() -> ModuleType:
    return pytest.importorskip("pyarrow")


def polars_categorical(columns: Columns) -> object:
    return polars_texts(columns).cast(dict.fromkeys(("channel", "key"), polars().Categorical))


def polars_enum(columns: Columns) -> object:
    words = list(dict.fromkeys(c for c in columns["channel"] if c is not None))
    return polars_texts(columns).cast({"channel": polars().Enum(words)})


def polars_datetime(columns: Columns) -> object:
    kind = polars().Datetime("us")
    times = [polars().Series(n, moments(columns[n]), dtype=kind) for n in TIMES]
    return polars_texts(columns).with_columns(times)


def polars_zoned(columns: Columns) -> object:
    kind = polars().Datetime("ms", "UTC")
    times = [polars().Series(n, instants(columns[n]), dtype=kind) for n in TIMES]
    zoned = [time.dt.convert_time_zone("America/New_York") for time in times]
    return polars_texts(columns).with_columns(zoned)


def duckdb() -> ModuleType:
    return pytest.importorskip("duckdb")


def texts(columns: Columns, kind: object) -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(cells, dtype=kind) for name, cells in columns.items()})


def polars_texts(columns: Columns) -> object:
    return polars().DataFrame(columns, schema=dict.fromkeys(columns, polars().String))


def arrow_table(columns: Columns, kind: object) -> object:
    return arrow().table({name: arrow().array(cells, kind) for name, cells in columns.items()})


def arrow_string(name: str) -> object:
    return getattr(arrow(), name, arrow().string)()


def chunked(columns: Columns) -> object:
    pa = arrow()
    table = arrow_table(columns, pa.string())
    return pa.concat_tables([table.slice(0, 1), table.slice(1)])


def padded_slice(columns: Columns) -> object:
    table = arrow_table(
        {name: ["x", *cells, "营"] for name, cells in columns.items()}, arrow().string()
    )
    return table.slice(1, table.num_rows - 2)


def numpy_bytes(cells: list[str | None]) -> np.ndarray:
    return np.array([b"" if c is None else c.encode() for c in cells])


def numpy_stamps(cells: list[str | None]) -> np.ndarray:
    return np.array([np.datetime64("NaT") if c is None else c for c in cells], "M8[s]")


def timestamps(cells: list[str | None]) -> np.ndarray:
    return np.array([pd.NaT if m is None else pd.Timestamp(m) for m in moments(cells)], object)


def pandas_zoned(columns: Columns) -> object:
    def zoned(cells: list[str | None]) -> pd.Series:
        utc = pd.to_datetime(pd.Series(instants(cells), dtype=object), utc=True)
        return utc.dt.tz_convert("America/New_York")

    return pd.DataFrame(typed(columns, zoned))


def arrow_binary(columns: Columns) -> object:
    encoded = {n: [v if v is None else v.encode() for v in c] for n, c in columns.items()}
    return arrow_table(encoded, arrow().binary())


def arrow_dictionary(columns: Columns) -> object:
    pa = arrow()
    return pa.table({n: pa.array(v, pa.string()).dictionary_encode() for n, v in columns.items()})


Kinds = dict[str, Callable[[Columns], object]]

DICTS: Kinds = {
    "tuples": lambda c: {name: tuple(cells) for name, cells in c.items()},
    "iterators": lambda c: {name: iter(cells) for name, cells in c.items()},
    "pandas series": lambda c: {n: pd.Series(v, dtype=object) for n, v in c.items()},
    "pandas indexes": lambda c: {n: pd.Index(v, dtype=object) for n, v in c.items()},
    "categoricals": lambda c: {n: pd.Categorical(v) for n, v in c.items()},
    "numpy objects": lambda c: {n: np.array(v, dtype=object) for n, v in c.items()},
    "numpy U": lambda c: {n: np.array([v or "" for v in cells]) for n, cells in c.items()},
    "numpy S": lambda c: {n: numpy_bytes(v) for n, v in c.items()},
    "numpy M8": lambda c: typed(c, numpy_stamps),
    "datetime objects": lambda c: typed(c, moments),
    "zoned datetime objects": lambda c: typed(c, instants),
    "timestamp objects": lambda c: typed(c, timestamps),
}
PANDAS: Kinds = {
    "as it comes": pd.DataFrame,
    "object": lambda c: texts(c, object),
    "string": lambda c: texts(c, "string[python]"),
    "category": lambda c: texts(c, "category"),
    "datetime64": lambda c: pd.DataFrame(typed(c, lambda v: numpy_stamps(v).astype("M8[ns]"))),
    "zoned": pandas_zoned,
    "with another index": lambda c: texts(c, object).set_index(pd.Index([7] * len(c["key"]))),
}
POLARS: Kinds = {
    "text": polars_texts,
    "lazy": lambda c: polars_texts(c).lazy(),
    "categorical": polars_categorical,
    "enum": polars_enum,
    "datetime": polars_datetime,
    "zoned": polars_zoned,
}
ARROW: Kinds = {
    "string": lambda c: arrow_table(c, arrow().string()),
    "large": lambda c: arrow_table(c, arrow().large_string()),
    "view": lambda c: arrow_table(c, arrow_string("string_view")),
    "binary": arrow_binary,
    "dictionary": arrow_dictionary,
    "chunked": chunked,
    "slice": padded_slice,
    "pandas": lambda c: texts(c, pd.ArrowDtype(arrow_string("string"))),
    "pandas string": lambda c: texts(c, "string[pyarrow]"),
}
DUCKDB: Kinds = {
    "text": lambda c: duckdb().from_df(texts(c, object)),
    "timestamps": lambda c: duckdb().from_df(pd.DataFrame(typed(c, moments))),
}


def said(table: CheckedTable) -> dict[str, object]:
    """Everything a checked table says, in plain values."""
    frame = table.frame().astype(object)
    return {
        "kept": frame.where(frame.notna(), None).to_dict("list"),
        "rejected": rejected_table({"visits": table}).to_dict("list"),
        "problems": table.problems,
        "rows": (table.rows_in, table.rows),
    }


def outcome(check: Callable[..., CheckedTable], source: object) -> object:
    try:
        return said(check(source))
    except TableError as error:
        return error.problems


few = settings(max_examples=6)
Check = Callable[..., CheckedTable]


def same_from_each(check: Check, kinds: Kinds, columns: Columns) -> None:
    expected = outcome(check, columns)
    for name, make in kinds.items():
        assert outcome(check, make(columns)) == expected, name


@few
@given(columns=tables())
def test_every_dict_of_arrays_says_the_same(check: Check, columns: Columns) -> None:
    same_from_each(check, DICTS, columns)


@few
@given(columns=tables())
def test_every_pandas_frame_says_the_same(check: Check, columns: Columns) -> None:
    same_from_each(check, PANDAS, columns)


@few
@given(columns=tables())
def test_every_polars_frame_says_the_same(check: Check, columns: Columns) -> None:
    arrow()
    same_from_each(check, POLARS, columns)


@few
@given(columns=tables())
def test_every_arrow_table_says_the_same(check: Check, columns: Columns) -> None:
    same_from_each(check, ARROW, columns)


@few
@given(columns=tables())
def test_every_duckdb_relation_says_the_same(check: Check, columns: Columns) -> None:
    arrow()
    same_from_each(check, DUCKDB, columns)


@pytest.mark.parametrize("kinds", [POLARS, DUCKDB], ids=["polars", "duckdb"])
@few
@given(columns=tables())
def test_and_so_they_do_without_pyarrow(check: Check, kinds: Kinds, columns: Columns) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(door, "_has_pyarrow", lambda: False)
        same_from_each(check, kinds, columns)


@pytest.mark.parametrize("has_pyarrow", [True, False])
@pytest.mark.parametrize(
    ("values", "kind", "expected"),
    [
        ([95598, None], "integer", [95598, None]),
        ([1.5, None], "float", [1.5, None]),
        ([2.0, None], "integer", [2, None]),
        ([True, None], "boolean", [True, None]),
        ([None, None], "text", [None, None]),
        ([dt.timedelta(1), None], "other", [dt.timedelta(1), None]),
        ([dt.date(2022, 3, 1), None], "time", None),
    ],
)
def test_polars_columns_with_gaps(
    monkeypatch: pytest.MonkeyPatch,
    has_pyarrow: bool,
    values: list[object],
    kind: str,
    expected: list[object] | None,
) -> None:
    series = polars().Series("x", values)
    if has_pyarrow:
        arrow()
    monkeypatch.setattr(door, "_has_pyarrow", lambda: has_pyarrow)
    raw = read_column(series)
    assert raw.kind == kind
    assert raw.nulls().tolist() == [v is None for v in values]
    if expected is not None:
        assert raw.objects().tolist() == expected


@pytest.mark.parametrize("has_pyarrow", [True, False])
def test_polars_instants_without_pyarrow(
    monkeypatch: pytest.MonkeyPatch, has_pyarrow: bool
) -> None:
    moment = dt.datetime(2022, 3, 1, tzinfo=dt.UTC)
    series = polars().Series("x", [moment, None]).dt.convert_time_zone("America/New_York")
    if has_pyarrow:
        arrow()
    monkeypatch.setattr(door, "_has_pyarrow", lambda: has_pyarrow)
    raw = read_column(series)
    assert raw.has_zone
    assert raw.shown(np.arange(2)) == ["2022-03-01 08:00:00", ""]


@pytest.mark.parametrize(
    ("series", "kind", "expected"),
    [
        (pd.Series([1, None], dtype="Int64"), "integer", [1, None]),
        (pd.Series([1.5, None], dtype="Float64"), "float", [1.5, None]),
        (pd.Series([1, None]), "integer", [1, None]),
        (pd.Series([True, None], dtype="boolean"), "boolean", [True, None]),
        (pd.Series([2**63], dtype="uint64"), "integer", [2**63]),
        (pd.Series([5, None], dtype="Int64").astype("category"), "integer", [5, None]),
        (pd.Series(["a", None], dtype="category"), "text", ["a", None]),
        (pd.Series([None, None], dtype="category"), "float", [None, None]),
        (pd.Series([pd.Timedelta(1)]), "other", None),
        (pd.Series([pd.Period("2022-03")]), "other", None),
        (pd.array(["a", None], dtype="string[python]"), "text", ["a", None]),
        (np.array([1, 2], np.uint8), "integer", [1, 2]),
        (np.array([1.0, math.nan], np.float32), "integer", [1, None]),
        (np.array([1.25]), "float", [1.25]),
        (np.array([True]), "boolean", [True]),
        (np.array([b"0100", b"\xff"]), "text", ["0100", "\ufffd"]),
        (range(2), "integer", [0, 1]),
    ],
)
def test_columns_are_told_by_what_they_are(
    series: object, kind: str, expected: list[object] | None
) -> None:
    raw = read_column(series)
    assert raw.kind == kind
    if expected is not None:
        assert raw.objects().tolist() == expected


# What is opened, and what is not


def all_headers(_: str) -> bool:
    return True


class Untouchable:
    """A column that must not be looked at."""

    def __len__(self) -> int:
        raise AssertionError

    def __iter__(self) -> Iterator[object]:
        raise AssertionError


def test_only_wanted_columns_are_looked_at() -> None:
    source = {"a": [1, 2], "b": Untouchable()}
    frame = open_frame(source, lambda h: h == "a", where="t")
    assert (frame.headers, frame.rows) == (("a", "b"), 2)
    assert frame.column("a").objects().tolist() == [1, 2]


def test_only_wanted_columns_are_asked_of_a_query() -> None:
    pl = polars()
    broken = (
        pl.DataFrame({"a": ["x"]}).lazy().with_columns(b=pl.col("a").cast(pl.Int64, strict=True))
    )
    frame = open_frame(broken, lambda h: h == "a", where="t")
    assert frame.headers == ("a", "b")
    assert frame.column("a").objects().tolist() == ["x"]


@pytest.mark.parametrize("make", [*POLARS.values(), *DUCKDB.values()][:2])
def test_a_query_of_which_nothing_is_wanted_is_not_run(make: Callable[[Columns], object]) -> None:
    frame = open_frame(make({"a": ["x", "y", None]}), lambda _: False, where="t")
    assert (frame.headers, frame.rows) == (("a",), 0)


def test_headers_that_stand_twice_are_shown_twice() -> None:
    twice = pd.DataFrame([[1, 2, 3]], columns=["a", "a", "b"])
    assert open_frame(twice, all_headers, where="t").headers == ("a", "a", "b")
    assert open_frame(twice, all_headers, where="t").column("b").objects().tolist() == [3]


@pytest.mark.parametrize("kind", ["pyarrow", "duckdb"])
def test_so_they_are_in_other_tables(kind: str) -> None:
    if kind == "duckdb":
        twice = duckdb().sql("select 1 as a, 2 as a, 3 as b")
    else:
        twice = arrow().table([arrow().array([i]) for i in (1, 2, 3)], names=["a", "a", "b"])
    frame = open_frame(twice, lambda h: h == "b", where="t")
    assert frame.headers == ("a", "a", "b")
    assert frame.column("b").objects().tolist() == [3]


def test_headers_need_not_be_text() -> None:
    frame = open_frame(pd.DataFrame({5: [1]}), all_headers, where="t")
    assert frame.headers == ("5",)
    assert frame.column("5").objects().tolist() == [1]
    assert open_frame({5: [1]}, all_headers, where="t").headers == ("5",)


def test_a_mapping_without_columns_has_no_rows() -> None:
    assert open_frame({}, all_headers, where="t").rows == 0


@pytest.mark.parametrize("source", [[{"a": 1}], pd.Series([1]), "contacts.csv", None, 5])
def test_what_is_not_a_table_is_refused_with_what_is(source: object) -> None:
    with pytest.raises(TableError) as caught:
        open_frame(source, all_headers, where="contacts")
    (problem,) = caught.value.problems
    assert (problem.code, problem.where) == ("not_a_table", "contacts")
    for lang in ("zh", "en"):
        assert type(source).__name__ in problem.render(lang)
        assert "DuckDB" in problem.render(lang)


@pytest.mark.parametrize(
    "values", ["app", 5, None, b"app", {"x": 1}, np.zeros((2, 2)), np.array(5)]
)
def test_what_is_not_a_column_is_refused(values: object) -> None:
    with pytest.raises(TableError) as caught:
        open_frame({"channel": values, "id": ["1", "2"]}, all_headers, where="contacts")
    (problem,) = caught.value.problems
    assert (problem.code, problem.where) == ("not_a_column", "contacts.channel")
    assert "一维数组" in problem.render("zh")
    assert "flat array" in problem.render("en")


def test_columns_of_different_lengths_are_refused() -> None:
    with pytest.raises(TableError) as caught:
        open_frame({"a": [1], "b": [1, 2], "unwanted": []}, lambda h: h in "ab", where="t")
    (problem,) = caught.value.problems
    assert (problem.code, problem.where, problem.count) == ("unequal_lengths", "t", 2)
    assert "{'a': 1, 'b': 2}" in problem.render("en")


def test_whether_pyarrow_is_there_is_found_without_loading_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    assert not door._has_pyarrow()
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: name == "pyarrow" or None)
    assert door._has_pyarrow()
