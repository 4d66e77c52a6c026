"""States in files: they come back as they were, or not at all."""

from __future__ import annotations

import builtins
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

import numpy as np
import pytest
from attrs import evolve
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from powerchannel import channel
from powerchannel.channel.planes import Plane
from powerchannel.channel.state import State
from powerchannel.errors import TableError
from powerchannel.store import VERSION, load_state, save_state
from strategies import AS_OF, MONTH, Export, catalogues, crowd, exports, hebei, moment

pa = pytest.importorskip("pyarrow")

CROWD = crowd(hebei().catalogue, 3, 40) + Export(  # with a busy month, so that one is dense
    contacts=tuple(
        (f"{customer:013}", code, moment(MONTH), None, None, None)
        for customer in range(40)
        for code in ("app", "hall")
    )
)


def same(found: State, expected: State) -> None:
    """Everything is there again, in the very form it had."""
    assert found == expected
    assert found.digest == expected.digest
    assert (found.channels, found.evidence_kinds) == (expected.channels, expected.evidence_kinds)
    assert found.customers.names.tolist() == expected.customers.names.tolist()
    for month, plane in expected.planes.items():
        again = found.planes[month]
        assert (again.shape, again.grid is None) == (plane.shape, plane.grid is None)
        assert [p.dtype for p in again.parts()] == [p.dtype for p in plane.parts()]
    for name in ("marks", "evidence", "facts"):
        mine, theirs = getattr(found, name), getattr(expected, name)
        assert (mine.key, dict(mine.reduce)) == (theirs.key, dict(theirs.reduce))
        assert list(mine.columns) == list(theirs.columns)


def refused(path: Path, code: str, *words: str) -> str:
    """Assert that loading is refused with a reason in both languages."""
    with pytest.raises(TableError) as caught:
        load_state(path)
    (problem,) = caught.value.problems
    assert (problem.where, problem.code) == ("state", code)
    for lang in ("zh", "en"):
        told = problem.render(lang)
        assert str(path) in told
        assert "{" not in told
        assert all(word in told for word in words)
    return problem.render("en")


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    """A file of a good state."""
    save_state(CROWD.state(hebei().catalogue), tmp_path / "good.arrow")
    return tmp_path / "good.arrow"


WHO = ("0017", "17", "9" * 18, "9" * 19, "HB-7", "甲", "\U00020bb7")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_state_comes_back_as_it_was(tmp_path: Path, data: st.DataObject) -> None:
    catalogue = data.draw(catalogues())
    state = data.draw(exports(catalogue, customers=WHO)).state(catalogue)
    save_state(state, tmp_path / "t.arrow")
    once = (tmp_path / "t.arrow").read_bytes()
    found = load_state(tmp_path / "t.arrow")
    same(found, state)
    save_state(found, tmp_path / "t.arrow")
    assert (tmp_path / "t.arrow").read_bytes() == once


@pytest.mark.parametrize("name", ["t.arrow", "t.feather", "t.ipc"])
def test_dense_and_sparse_months_come_back_as_they_were(tmp_path: Path, name: str) -> None:
    state = CROWD.state(hebei().catalogue)
    assert {plane.grid is None for plane in state.planes.values()} == {True, False}
    save_state(state, tmp_path / name)
    same(load_state(str(tmp_path / name)), state)


def test_a_state_of_nothing_comes_back(tmp_path: Path) -> None:
    state = Export().state(hebei().catalogue)
    save_state(state, tmp_path / "t.arrow")
    same(load_state(tmp_path / "t.arrow"), state)


def test_work_goes_on_with_what_was_loaded(saved: Path) -> None:
    """Its arrays are read-only, which nothing may mind."""
    state, loaded = CROWD.state(hebei().catalogue), load_state(saved)
    more = crowd(hebei().catalogue, 4, 60).state(hebei().catalogue)
    assert loaded.merge(more) == state.merge(more)
    assert more.merge(loaded) == more.merge(state)
    assert loaded.trim(before="2022-03") == state.trim(before="2022-03")
    some = CROWD.customers[3:9]
    assert loaded[some] == state[some]
    found, expected = (channel.evaluate(s, hebei(), as_of=AS_OF) for s in (loaded, state))
    assert found.wide.equals(expected.wide)
    assert found.table.equals(expected.table)
    assert found.origin == expected.origin
    assert str(found.explain(some[0])) == str(expected.explain(some[0]))


def test_equal_states_give_equal_files_however_they_were_made(tmp_path: Path) -> None:
    half = len(CROWD.contacts) // 2
    first = Export(contacts=CROWD.contacts[:half], facts=CROWD.facts)
    rest = evolve(CROWD, contacts=CROWD.contacts[half:], facts=())
    catalogue = hebei().catalogue
    save_state(CROWD.state(catalogue), tmp_path / "a.arrow")
    save_state(rest.state(catalogue).merge(first.state(catalogue)), tmp_path / "b.arrow")
    assert (tmp_path / "a.arrow").read_bytes() == (tmp_path / "b.arrow").read_bytes()


def test_other_tools_can_look_into_the_file(saved: Path) -> None:
    table = pa.ipc.open_file(saved).read_all()
    state = CROWD.state(hebei().catalogue)
    assert table.num_rows == 1
    assert table["customers.keys"][0].as_py() == state.customers.keys.tolist()
    assert table["marks.month"][0].as_py() == state.marks["month"].tolist()
    assert f"uses.{AS_OF}.grid" in table.column_names
    head = json.loads(table.schema.metadata[b"powerchannel.head"])
    assert head["channels"] == list(state.channels)


# writing


def test_writing_replaces_the_file_as_a_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "t.arrow"
    path.write_bytes(b"before")

    def fails(*_: object) -> None:
        raise RuntimeError("the disk is gone")

    with monkeypatch.context() as patch:
        patch.setattr(pa.ipc.RecordBatchFileWriter, "write_batch", fails)
        with pytest.raises(RuntimeError, match="the disk is gone"):
            save_state(CROWD.state(hebei().catalogue), path)
    assert path.read_bytes() == b"before"
    assert [p.name for p in tmp_path.iterdir()] == ["t.arrow"]
    save_state(CROWD.state(hebei().catalogue), path)
    same(load_state(path), CROWD.state(hebei().catalogue))


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("t.parquet", "state_extension"),
        ("t.csv", "state_extension"),
        ("t.state", "unknown_extension"),
        ("no/t.arrow", "not_writable"),
    ],
)
def test_where_no_state_can_be_written_is_told(tmp_path: Path, name: str, code: str) -> None:
    with pytest.raises(TableError) as caught:
        save_state(Export().state(hebei().catalogue), tmp_path / name)
    assert [p.code for p in caught.value.problems] == [code]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "does", [load_state, lambda path: save_state(Export().state(hebei().catalogue), path)]
)
def test_without_pyarrow_the_way_out_is_named(
    saved: Path, monkeypatch: pytest.MonkeyPatch, does: Callable[[Path], object]
) -> None:
    real = builtins.__import__

    def no_pyarrow(wanted: str, *rest: Sequence[object]) -> object:
        if wanted.split(".")[0] == "pyarrow":
            raise ImportError(wanted)
        return real(wanted, *rest)

    monkeypatch.setattr(builtins, "__import__", no_pyarrow)
    with pytest.raises(TableError) as caught:
        does(saved)
    assert [p.code for p in caught.value.problems] == ["no_pyarrow"]
    assert 'pip install "powerchannel[arrow]"' in str(caught.value)


# reading what is no good state


def test_a_file_that_is_not_there_is_told_with_the_nearest_name(saved: Path) -> None:
    assert "good.arrow" in refused(saved.with_name("goed.arrow"), "no_such_file")


def test_a_file_that_breaks_off_is_refused(saved: Path) -> None:
    whole = saved.read_bytes()
    for size in [6, 7, 11, 12, 13, *Random(1).sample(range(14, len(whole)), 60), len(whole) - 1]:
        saved.write_bytes(whole[:size])
        told = refused(saved, "truncated_state")
        assert f"its end is missing ({size:,} bytes are there)" in told


def test_another_file_is_refused(saved: Path, tmp_path: Path) -> None:
    table = pa.table({"customer_id": ["0017"]})
    with pa.ipc.new_file(tmp_path / "scores.arrow", table.schema) as writer:
        writer.write_table(table)
    with pa.ipc.new_stream(tmp_path / "stream.arrow", table.schema) as writer:
        writer.write_table(table)
    for name, content in [
        ("csv.arrow", b"a,b\n1,2\n"),
        ("nothing.arrow", b""),
        ("gz.arrow", b"\x1f\x8b\x08"),
    ]:
        (tmp_path / name).write_bytes(content)
    for path in tmp_path.iterdir():
        if path != saved:
            assert "is no channel state" in refused(path, "not_a_state", "save_state")


@pytest.mark.parametrize("version", ["0", "2", "1.0", "版本"])
def test_another_version_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    path = tmp_path / "t.arrow"
    with monkeypatch.context() as patch:
        patch.setattr("powerchannel.store.VERSION", version)
        save_state(Export().state(hebei().catalogue), path)
    told = refused(path, "state_version")
    assert f"only version {VERSION} can be read here" in told


def test_any_changed_bit_is_refused(saved: Path) -> None:
    whole, random = saved.read_bytes(), Random(2)
    ends = [*range(20), *range(len(whole) - 20, len(whole))]
    seal = range(whole.index(b"powerchannel-state"), whole.index(b"powerchannel-state") + 92)
    codes = set()
    for at in [*ends, *seal, *random.sample(range(len(whole)), 300)]:
        changed = bytearray(whole)
        changed[at] ^= 1 << random.randrange(8)
        saved.write_bytes(changed)
        with pytest.raises(TableError) as caught:
            load_state(saved)
        codes.add(caught.value.problems[0].code)
    assert codes == {"damaged_state", "not_a_state", "truncated_state", "state_version"}


def test_changed_contents_are_refused_with_their_digest(saved: Path) -> None:
    whole, state = saved.read_bytes(), CROWD.state(hebei().catalogue)
    marks = state.marks["complaints"].tobytes()
    for old, new in [
        (marks, marks[::-1]),
        (b"marks.disliked", b"marks.diskiled"),
        (b"wechat", b"WeChat"),
    ]:
        saved.write_bytes(whole.replace(old, new))
        refused(saved, "damaged_state", "SHA-256")


def test_a_million_customers_come_back(tmp_path: Path) -> None:
    customers, rng = 1_000_000, np.random.default_rng(1)
    one = Export(contacts=(("1", "app", moment(MONTH), *[None] * 3),)).state(hebei().catalogue)
    grid = (rng.random((customers, 8)) < 0.3).astype(np.uint8)
    ids = evolve(one.customers, keys=10**13 + np.arange(customers))
    planes = {MONTH - i: Plane.of_grid(np.roll(grid, i, axis=0), 8) for i in range(5, -1, -1)}
    state = evolve(one, customers=ids, planes=planes)
    save_state(state, tmp_path / "t.arrow")
    assert load_state(tmp_path / "t.arrow") == state
