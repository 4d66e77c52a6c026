"""Wide scores written block by block."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from attrs import frozen
from numpy.typing import NDArray

from powerchannel.errors import TableError
from powerchannel.files import read_table
from powerchannel.files.wide import write_wide
from powerchannel.ids import Ids

CHANNELS = ("app", "hall", "wechat")
COLUMNAR = ("t.parquet", "t.arrow", "t.feather", "t.ipc")
TEXT = ("t.csv", "t.csv.gz")


@frozen(eq=False)
class Scores:
    start: int
    stop: int
    scores: NDArray[np.float32]
    first: NDArray[np.int16]


def scores(customers: int) -> Scores:
    """Scores of which each customer's and channel's is another; every fourth has no choice."""
    values = np.arange(customers * 3, dtype=np.float32).reshape(3, customers) / np.float32(7)
    first = (np.arange(customers) % 4 - 1).astype(np.int16)
    return Scores(0, customers, values, first)


def cut(whole: Scores, *ends: int) -> Iterator[Scores]:
    for start, stop in zip([0, *ends], [*ends, whole.stop], strict=True):
        yield Scores(start, stop, whole.scores[:, start:stop], whole.first[start:stop])


def read(path: Path) -> pd.DataFrame:
    table = read_table(path, where="scores")
    return table if isinstance(table, pd.DataFrame) else table.to_pandas()


def expected(ids: Sequence[str], whole: Scores) -> dict[str, list[object]]:
    words = [None if code < 0 else CHANNELS[code] for code in whole.first]
    columns = dict(zip(CHANNELS, whole.scores.tolist(), strict=True))
    return {"customer_id": list(ids), "first_choice": words, **columns}


IDS = {
    "of one width": [f"{i:013}" for i in range(11)],
    "of many widths": [
        "0",
        "00",
        "0100",
        "100",
        "7" * 18,
        "7" * 19,
        "A",
        "HB-7",
        "甲",
        "甲乙",
        "龘",
    ],
}


@pytest.mark.parametrize("name", COLUMNAR)
@pytest.mark.parametrize("kind", IDS)
@pytest.mark.parametrize("ends", [(), (4,), (1, 2, 10)])
def test_blocks_become_one_table(
    tmp_path: Path, name: str, kind: str, ends: tuple[int, ...]
) -> None:
    pa, ids, whole = pytest.importorskip("pyarrow"), IDS[kind], scores(11)
    write_wide(Ids.from_text(ids), CHANNELS, cut(whole, *ends), tmp_path / name)
    table = read_table(tmp_path / name, where="scores")
    assert table.to_pydict() == expected(ids, whole)
    text, choice, *numbers = table.schema.types
    assert pa.types.is_dictionary(choice)
    assert (text, numbers) == (pa.string(), [pa.float32()] * 3)


@pytest.mark.parametrize("name", TEXT)
@pytest.mark.parametrize("ends", [(), (1, 2, 10)])
def test_text_files_hold_the_same_table(tmp_path: Path, name: str, ends: tuple[int, ...]) -> None:
    ids, whole = IDS["of many widths"], scores(11)
    write_wide(Ids.from_text(ids), CHANNELS, cut(whole, *ends), tmp_path / name)
    found = read(tmp_path / name)
    told = expected(ids, whole)
    assert found["customer_id"].tolist() == ids
    assert found["first_choice"].tolist() == [word or "" for word in told["first_choice"]]
    for channel in CHANNELS:
        values = found[channel].astype(np.float32)
        np.testing.assert_array_equal(values, whole.scores[CHANNELS.index(channel)])


@pytest.mark.parametrize("name", [*COLUMNAR, *TEXT])
def test_no_customers_make_a_table_of_headers(tmp_path: Path, name: str) -> None:
    if name in COLUMNAR:
        pytest.importorskip("pyarrow")
    write_wide(Ids.empty(), CHANNELS, [], tmp_path / name)
    found = read(tmp_path / name)
    assert (len(found), list(found)) == (0, ["customer_id", "first_choice", *CHANNELS])


@pytest.mark.parametrize("name", [*COLUMNAR, *TEXT])
def test_the_same_blocks_give_the_same_bytes(tmp_path: Path, name: str) -> None:
    if name in COLUMNAR:
        pytest.importorskip("pyarrow")
    written = set()
    for _ in range(2):
        write_wide(
            Ids.from_text(IDS["of one width"]), CHANNELS, cut(scores(11), 5), tmp_path / name
        )
        written.add((tmp_path / name).read_bytes())
    assert len(written) == 1
    assert [p.name for p in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("name", [*COLUMNAR, *TEXT])
def test_a_failure_leaves_what_was_there_and_nothing_else(tmp_path: Path, name: str) -> None:
    if name in COLUMNAR:
        pytest.importorskip("pyarrow")

    def fails() -> Iterator[Scores]:
        yield from cut(scores(11), 5)
        raise RuntimeError("while scoring")

    (tmp_path / name).write_bytes(b"before")
    with pytest.raises(RuntimeError, match="while scoring"):
        write_wide(Ids.from_text(IDS["of one width"]), CHANNELS, fails(), tmp_path / name)
    assert (tmp_path / name).read_bytes() == b"before"
    assert [p.name for p in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("name", ["t.xlsx", "no/t.csv"])
def test_where_it_cannot_be_written_no_block_is_asked_for(tmp_path: Path, name: str) -> None:
    def never() -> Iterator[Scores]:
        raise AssertionError("asked for")
        yield

    with pytest.raises(TableError):
        write_wide(Ids.empty(), CHANNELS, never(), tmp_path / name)


def test_blocks_are_written_as_they_come(tmp_path: Path) -> None:
    """So that the whole table never stands in memory."""
    pytest.importorskip("pyarrow")
    sizes = []

    def counted() -> Iterator[Scores]:
        for start in range(0, 40_000, 10_000):
            (beside,) = tmp_path.iterdir()
            sizes.append(beside.stat().st_size)
            whole = scores(10_000)
            yield Scores(start, start + 10_000, whole.scores, whole.first)

    ids = Ids(10**13 + np.arange(40_000), np.zeros(0, object))
    write_wide(ids, CHANNELS, counted(), tmp_path / "t.arrow")
    assert sizes == sorted(set(sizes))
