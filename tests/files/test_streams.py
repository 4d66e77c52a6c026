"""Files read part by part: the same rows as of the whole, and the same refusals."""

from __future__ import annotations

import builtins
import contextlib
import gzip
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from powerchannel.errors import TableError
from powerchannel.files import streams
from powerchannel.files.streams import can_stream, headers_of, parts_of

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")

ROWS = 100
TABLE = pa.table(
    {
        "who": [f"{i:04}" for i in range(ROWS)],
        "what": [("app", "hall", "wechat")[i % 3] for i in range(ROWS)],
        "when": list(range(ROWS)),
        "other": [None] * ROWS,
    }
)
KINDS = ("t.parquet", "t.arrow", "t.feather", "stream.ipc")


def save(path: Path, table: pa.Table = TABLE, rows: int = 30) -> Path:
    """Write a table in groups or batches of so many rows."""
    if path.suffix == ".parquet":
        pq.write_table(table, path, row_group_size=rows)
        return path
    new = pa.ipc.new_stream if path.stem == "stream" else pa.ipc.new_file
    with new(path, table.schema) as writer:
        writer.write_table(table, max_chunksize=rows)
    return path


def rows_of(batches: Iterable[pa.RecordBatch]) -> list[dict[str, object]]:
    return [row for batch in batches for row in batch.to_pylist()]


@contextlib.contextmanager
def refused(code: str, *words: str) -> Iterator[None]:
    """Expect a refusal that names the table, with some words."""
    with pytest.raises(TableError) as caught:
        yield
    (problem,) = caught.value.problems
    assert (problem.where, problem.code) == ("contacts", code)
    assert all(word in problem.render("zh") and word in problem.render("en") for word in words)


@pytest.mark.parametrize("name", KINDS)
def test_all_parts_together_are_the_table(tmp_path: Path, name: str) -> None:
    path = save(tmp_path / name)
    assert can_stream(path, where="contacts")
    assert headers_of(path, where="contacts") == tuple(TABLE.column_names)
    parts = list(parts_of(path, ["when", "who"], where="contacts"))
    sizes = [sum(batch.num_rows for batch in part()) for part in parts]
    assert sizes == [30, 30, 30, 10]
    found = rows_of(batch for part in parts for batch in part())
    assert found == TABLE.select(["when", "who"]).to_pylist()


@pytest.mark.parametrize("name", KINDS)
def test_parts_are_read_in_any_order_by_any_thread(tmp_path: Path, name: str) -> None:
    parts = list(parts_of(save(tmp_path / name, rows=7), ["when"], where="contacts"))
    with ThreadPoolExecutor(3) as pool:
        read = list(pool.map(lambda part: rows_of(part()), reversed(parts)))
    assert [row for part in reversed(read) for row in part] == TABLE.select(["when"]).to_pylist()


@pytest.mark.parametrize("name", KINDS)
def test_batches_have_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """However large a group is: what is decoded stays in the cache until it is counted."""
    monkeypatch.setattr(streams, "_BATCH", 8)
    (part,) = parts_of(save(tmp_path / name, rows=ROWS), ["when"], where="contacts")
    batches = list(part())
    assert [b.num_rows for b in batches] == [8] * 12 + [4]
    assert rows_of(batches) == TABLE.select(["when"]).to_pylist()


def test_text_with_few_values_is_read_as_codes(tmp_path: Path) -> None:
    path = save(tmp_path / "t.parquet")
    (first, *_) = parts_of(path, ["who", "what"], where="contacts", coded=["what"])
    (batch,) = first()
    kinds = [str(field.type) for field in batch.schema]
    assert kinds == ["string", "dictionary<values=string, indices=int32, ordered=0>"]
    assert batch.to_pylist() == TABLE.slice(0, 30).select(["who", "what"]).to_pylist()


@pytest.mark.parametrize("name", KINDS)
def test_a_table_without_rows_has_its_headers(tmp_path: Path, name: str) -> None:
    path = save(tmp_path / name, TABLE.slice(0, 0))
    assert headers_of(path, where="contacts") == tuple(TABLE.column_names)
    batches = [b for part in parts_of(path, ["who"], where="contacts") for b in part()]
    assert rows_of(batches) == []


def test_text_and_packed_files_are_not_streamed(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("who,what\n1,app\n")
    packed = tmp_path / "packed.parquet"
    packed.write_bytes(gzip.compress(save(tmp_path / "t.parquet").read_bytes()))
    assert not can_stream(tmp_path / "t.csv", where="contacts")
    assert not can_stream(packed, where="contacts")


def test_what_is_no_such_file_is_refused_as_when_read_whole(tmp_path: Path) -> None:
    good = save(tmp_path / "t.parquet").read_bytes()
    with refused("no_such_file", "t.parquet"):
        can_stream(tmp_path / "u.parquet", where="contacts")
    for name, content, code in [
        ("a.arrow", good, "wrong_content"),
        ("b.parquet", b"a,b\n1,2\n", "wrong_content"),
        ("c.parquet", b"", "empty_file"),
        ("d.txt", b"a", "unknown_extension"),
    ]:
        (tmp_path / name).write_bytes(content)
        with refused(code, name):
            can_stream(tmp_path / name, where="contacts")


@pytest.mark.parametrize("name", KINDS)
def test_a_column_that_stands_twice_is_refused(tmp_path: Path, name: str) -> None:
    table = pa.table([pa.array(["1"]), pa.array(["2"])], names=["who", "who"])
    with refused("duplicate_header", "who"):
        headers_of(save(tmp_path / name, table), where="contacts")


@pytest.mark.parametrize("name", KINDS[:3])
def test_a_file_without_its_end_is_refused(tmp_path: Path, name: str) -> None:
    path = save(tmp_path / name)
    path.write_bytes(path.read_bytes()[:-20])
    with refused("unreadable", name):
        headers_of(path, where="contacts")
    with refused("unreadable", name):
        list(parts_of(path, ["who"], where="contacts"))


def test_a_stream_that_breaks_off_is_refused(tmp_path: Path) -> None:
    path = save(tmp_path / "stream.arrow", rows=10)
    path.write_bytes(path.read_bytes()[:1_500])
    assert headers_of(path, where="contacts") == tuple(TABLE.column_names)
    with refused("unreadable", "stream"):
        list(parts_of(path, ["who"], where="contacts"))


def test_a_damaged_group_is_refused_when_it_is_read(tmp_path: Path) -> None:
    path = save(tmp_path / "t.parquet")
    content = bytearray(path.read_bytes())
    content[4:400] = bytes(396)
    path.write_bytes(content)
    first, *_ = parts_of(path, ["who"], where="contacts")
    with refused("unreadable", "t.parquet"):
        list(first())


@pytest.mark.parametrize("name", KINDS[:2])
def test_without_pyarrow_the_way_out_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    path, real = save(tmp_path / name), builtins.__import__

    def no_pyarrow(wanted: str, *rest: Sequence[object]) -> object:
        if wanted.split(".")[0] == "pyarrow":
            raise ImportError(wanted)
        return real(wanted, *rest)

    monkeypatch.setattr(builtins, "__import__", no_pyarrow)
    with refused("no_pyarrow", "powerchannel[arrow]"):
        headers_of(path, where="contacts")
