"""From files to a file: the answer of check, aggregate, evaluate and wide."""

from __future__ import annotations

import gzip
import itertools
from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from attrs import evolve
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from powerchannel import channel
from powerchannel._kernels.loops import VARIABLE, available, loops
from powerchannel.channel.counter import Tally
from powerchannel.channel.rules import Extra, Rulebook
from powerchannel.channel.scoring import Scorer
from powerchannel.errors import TableError
from powerchannel.files import read_table, streams
from powerchannel.flow import Summary, count_files, score_files, score_table, write_scores
from powerchannel.tables.door import Source
from strategies import AS_OF, ASSUMED, MONTH, crowd, exports, hebei, moment, rulebooks

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")
forms = pytest.importorskip("arrow_forms")

NOW = date(2022, 7, 1)
Sides = dict[str, Source]


def save(path: Path, table: pa.Table, rows: int = 5) -> Path:
    """Write a table in groups of so many rows; a name with "stream" makes an Arrow stream."""
    if path.suffix == ".parquet":
        pq.write_table(table, path, row_group_size=rows)
    elif path.suffix == ".csv":
        table.to_pandas().to_csv(path, index=False)
    else:
        new = pa.ipc.new_stream if path.stem.endswith("stream") else pa.ipc.new_file
        with new(path, table.schema) as writer:
            writer.write_table(table, max_chunksize=rows)
    return path


def table_of(contacts: Sequence[forms.Contact], *form: str, **options: object) -> pa.Table:
    return pa.Table.from_batches([forms.batch_of(contacts, *form, **options)])


def expected(
    contacts: Source, book: Rulebook, sides: Sides | None = None, ids: str = "text"
) -> tuple[pd.DataFrame, channel.Tables]:
    """What the four verbs say of the same contacts in memory."""
    tables = channel.check(
        contacts=contacts, catalogue=book.catalogue, ids=ids, now=NOW, **(sides or {})
    )
    return channel.evaluate(channel.aggregate(tables), book, as_of=AS_OF).wide, tables


def run(
    paths: Path | Sequence[Path],
    out: Path,
    book: Rulebook | None = None,
    sides: Sides | None = None,
    **changes: object,
) -> Summary:
    return score_files(
        paths,
        rulebook=book or hebei(),
        as_of=AS_OF,
        out=out,
        now=NOW,
        **(sides or {}),
        **changes,
    )


def assert_same(out: Path, wide: pd.DataFrame) -> None:
    table = read_table(out, where="scores")
    found = table if isinstance(table, pd.DataFrame) else table.to_pandas()
    assert list(found) == list(wide)
    assert found["customer_id"].tolist() == wide["customer_id"].tolist()
    for name in ("first_choice",):
        told = [None if pd.isna(v) or v == "" else v for v in found[name]]
        assert told == [None if pd.isna(v) else v for v in wide[name]]
    for name in list(wide)[2:]:
        np.testing.assert_array_equal(found[name].astype(np.float32), wide[name])


WHO = ["0017", "17", "900000000000000001", "1" * 19, "HB-7", "甲"]
contacts = st.tuples(
    st.sampled_from(WHO),
    st.sampled_from(hebei().catalogue.codes),
    st.datetimes(datetime(2021, 11, 1), datetime(2022, 7, 31)).map(
        lambda at: at.replace(microsecond=0, minute=0, second=0)
    ),
)
SUFFIXES = ("a.parquet", "b.arrow", "c-stream.ipc", "d.feather")


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(contacts, min_size=1, max_size=40), st.data())
def test_files_are_scored_as_a_table_in_memory(
    tmp_path: Path, rows: list[forms.Contact], data: st.DataObject
) -> None:
    """Any forms, files, groups, rules, side tables, loops and numbers of threads."""
    book = data.draw(rulebooks(catalogue=hebei().catalogue))
    frames = data.draw(exports(book.catalogue, customers=(*WHO[:2], "9"), busy=False)).frames()
    sides: Sides = {n: frames[n] for n in ("facts", "dislikes", "complaints")}
    zoned = data.draw(st.booleans())
    times = st.sampled_from([*forms.ZONED, "text zoned"] if zoned else [*forms.NAIVE, "text"])
    ends = sorted(data.draw(st.sets(st.integers(1, len(rows)), max_size=3)))
    parts = [rows[a:b] for a, b in itertools.pairwise([0, *ends, len(rows)])]
    paths = [
        save(
            tmp_path / suffix,
            table_of(part, data.draw(st.sampled_from([*forms.IDS])), "string", data.draw(times)),
            data.draw(st.integers(1, 12)),
        )
        for part, suffix in zip(parts, itertools.cycle(SUFFIXES))
    ]
    wide, _ = expected(table_of(rows), book, sides)
    written = set()
    for name, threads in zip(available(), itertools.cycle([1, 2, 3])):
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv(VARIABLE, name)
            summary = run(paths, tmp_path / "out.parquet", book, sides, threads=threads)
        assert_same(tmp_path / "out.parquet", wide)
        written.add((tmp_path / "out.parquet").read_bytes())
        assert "streamed" in summary.note.en
        assert summary.customers == len(wide)
        assert summary.tally.rows_in == len(rows)
    assert len(written) == 1


def test_a_crowd_under_the_bundled_rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Many groups and blocks; the files are cut differently, the bytes are the same."""
    export = crowd(hebei().catalogue, 11, 500)
    rows = [(who, word, at) for who, word, at, *_ in export.contacts]
    frames = export.frames()
    sides: Sides = {n: frames[n] for n in ("facts", "dislikes", "complaints")}
    wide, tables = expected(table_of(rows), hebei(), sides)
    monkeypatch.setattr("powerchannel.channel.scoring._BLOCK", 64)
    monkeypatch.setattr(streams, "_BATCH", 333)
    half, written = len(rows) // 2, set()
    for threads, group in ((1, 1_000), (2, 100), (3, 777)):
        paths = [
            save(tmp_path / "a.parquet", table_of(rows[:half], "large_string"), group),
            save(
                tmp_path / "b-stream.arrow",
                table_of(rows[half:], channels="dictionary int8"),
                group,
            ),
        ]
        summary = run(paths, tmp_path / "out.parquet", sides=sides, threads=threads)
        assert_same(tmp_path / "out.parquet", wide)
        written.add((tmp_path / "out.parquet").read_bytes())
        assert summary.customers == len(wide) > 490
        assert summary.problems == tuple(p for p in tables.found if p.code != "identical_rows")
        assert summary.origin.path == loops().name
    assert len(written) == 1
    assert (wide[list(hebei().catalogue.codes)].nunique() > 10).all()  # it is about something


@pytest.mark.parametrize("name", ["out.parquet", "out.arrow", "out.csv", "out.csv.gz"])
def test_scores_are_written_by_the_extension_and_again_the_same(tmp_path: Path, name: str) -> None:
    rows = [(f"{i:013}", "app", moment(MONTH, 1 + i % 28)) for i in range(40)]
    path, written = save(tmp_path / "a.parquet", table_of(rows)), set()
    for threads in (1, 1, 2):
        run(path, tmp_path / name, threads=threads)
        written.add((tmp_path / name).read_bytes())
    assert_same(tmp_path / name, expected(table_of(rows), hebei())[0])
    assert len(written) == 1


def test_integers_are_ids_when_asked_for(tmp_path: Path) -> None:
    rows = [(str(i % 5), "app", moment(MONTH, 1 + i)) for i in range(9)]
    path = save(tmp_path / "a.parquet", table_of(rows, "int64"))
    run(path, tmp_path / "out.parquet", ids="integer")
    assert_same(tmp_path / "out.parquet", expected(table_of(rows), hebei())[0])
    with pytest.raises(TableError, match="number"):
        run(path, tmp_path / "out.parquet")


def test_evening_contacts_are_evidence(tmp_path: Path) -> None:
    """They need the time of day and no other column; dates show none."""
    rows = [("1", "hall", moment(MONTH - i, hour=21)) for i in range(2)]
    for form, points in (("ms", 1.0), ("us +08:00", 1.0), ("date32", 0.0)):
        run(save(tmp_path / "a.parquet", table_of(rows, times=form)), tmp_path / "out.parquet")
        table = read_table(tmp_path / "out.parquet", where="scores").to_pydict()
        assert (table["app"], table["wechat"]) == ([points], [points])
        assert_same(tmp_path / "out.parquet", expected(table_of(rows, times=form), hebei())[0])


def test_contacts_of_other_months_are_told(tmp_path: Path) -> None:
    rows = [("1", "app", moment(m)) for m in range(MONTH - 8, MONTH + 2)]
    dirty = pa.concat_tables(
        [table_of(rows, times="text"), table_of([("", "app", moment(MONTH))], times="text")]
    )
    summary = run(save(tmp_path / "a.parquet", dirty), tmp_path / "out.parquet")
    assert summary.tally == Tally(rows_in=11, counted=6, elsewhere=4, rejected=1)
    assert [(p.code, p.count) for p in summary.problems] == [("missing_value", 1)]


# what is read whole

WORDS = ("业务种类", "办理方式", "诉求内容", "工单编号")
Change = Callable[[pa.Table], pa.Table]


def _and(header: str, values: Sequence[str]) -> Change:
    def change(table: pa.Table) -> pa.Table:
        return table.append_column(
            header, pa.array(list(itertools.islice(itertools.cycle(values), len(table))))
        )

    return change


HELD: dict[str, tuple[Change, str]] = {
    "source keys": (_and("source_key", ["k1", "k2", "k3"]), "source_key"),
    "request texts": (_and("诉求内容", ["网上国网怎么用", ""]), "request_text"),
    "business types": (_and("业务种类", ["交费", "查询"]), "business_type"),
    "handling modes": (_and("handling_mode", ["推送链接"]), "handling_mode"),
}
ROWS = [
    (f"{i % 4}", ("app", "wechat", "hotline")[i % 3], moment(MONTH - i % 6, hour=i % 24))
    for i in range(24)
]


@pytest.mark.parametrize("kind", HELD)
def test_columns_that_need_all_contacts_at_once_are_read_whole(tmp_path: Path, kind: str) -> None:
    change, word = HELD[kind]
    table = change(table_of(ROWS))
    wide, tables = expected(table, hebei())
    summary = run(save(tmp_path / "a.parquet", table), tmp_path / "out.parquet", threads=2)
    assert_same(tmp_path / "out.parquet", wide)
    assert word in summary.note.en
    assert word in summary.note.zh
    assert summary.problems == tables.found
    kept = tables.checked["contacts"]
    assert summary.tally == Tally(rows_in=24, counted=kept.rows, rejected=kept.rejected.count)


def test_source_keys_tell_repeats_across_files(tmp_path: Path) -> None:
    change, _ = HELD["source keys"]
    table = change(table_of(ROWS[:1] * 3))
    same = table.rename_columns(["客户编号", "渠道", "办理时间", "工单编号"])
    paths = [save(tmp_path / "a.parquet", table), save(tmp_path / "b.arrow", same)]
    summary = run(paths, tmp_path / "out.parquet")
    assert summary.tally == Tally(rows_in=6, counted=3, rejected=3)
    assert_same(tmp_path / "out.parquet", expected(table, hebei())[0])


@pytest.mark.parametrize("is_packed", [False, True])
def test_text_and_packed_files_are_read_whole(tmp_path: Path, is_packed: bool) -> None:
    table, path = table_of(ROWS, times="text"), tmp_path / "a.csv"
    save(path, table)
    if is_packed:
        path = tmp_path / "b.parquet"
        path.write_bytes(gzip.compress(save(tmp_path / "c.parquet", table).read_bytes()))
    summary = run(path, tmp_path / "out.parquet")
    assert_same(tmp_path / "out.parquet", expected(table, hebei())[0])
    assert "read whole" in summary.note.en


def test_one_file_that_is_read_whole_takes_the_others_along(tmp_path: Path) -> None:
    """Integers with gaps and large ones come through exactly."""
    keyed = HELD["source keys"][0](table_of([("9" * 17, "app", moment(MONTH))], "int64"))
    gap = table_of([("1", "app", moment(MONTH)), ("2", "hall", moment(MONTH))], "int64")
    gap = gap.set_column(0, "customer_id", pa.array([2**53 + 1, None]))
    paths = [save(tmp_path / "a.parquet", keyed), save(tmp_path / "b.arrow", gap)]
    summary = run(paths, tmp_path / "out.parquet", ids="integer")
    found = read_table(tmp_path / "out.parquet", where="scores")
    assert found["customer_id"].to_pylist() == [str(2**53 + 1), "9" * 17]
    assert summary.tally == Tally(rows_in=3, counted=2, rejected=1)


def _ninth(book: Rulebook) -> Rulebook:
    base = book.catalogue.channels[0]
    extra = evolve(
        base, code="kiosk", aliases=(), title=evolve(base.title, zh="自助机", en="kiosk")
    )
    return evolve(
        book, catalogue=evolve(book.catalogue, channels=(*book.catalogue.channels, extra))
    )


def _often(book: Rulebook) -> Rulebook:
    extra = Extra(
        id="x", evidence="evening_contacts", at_least=256, points={"app": 3}, provenance=ASSUMED
    )
    return evolve(book, latent=evolve(book.latent, extras=(extra,)))


def _year(book: Rulebook) -> Rulebook:
    stock = evolve(book.stock, cap_per_month=20)
    return evolve(book, window=evolve(book.window, months=12), stock=stock)


UNSTREAMED = {
    "nine channels": (_ninth, "more than 8 channels", True),
    "a year": (_year, "more than 8 months", True),
    "often": (_often, "more than 255 times", False),
}


@pytest.mark.parametrize("kind", UNSTREAMED)
def test_rules_that_cannot_be_streamed_take_the_general_way(tmp_path: Path, kind: str) -> None:
    change, words, is_general = UNSTREAMED[kind]
    book = change(hebei())
    many = [("8", "app", moment(MONTH, hour=21))] * 200 + [
        ("8", "hall", moment(MONTH, hour=21))
    ] * 60
    summary = run(
        save(tmp_path / "a.parquet", table_of(ROWS + many)), tmp_path / "out.parquet", book
    )
    assert_same(tmp_path / "out.parquet", expected(table_of(ROWS + many), book)[0])
    assert words in summary.note.en
    assert (summary.origin.path == "general") == is_general
    assert any(words in note for note in summary.origin.notes) == is_general


LOOPLESS = {
    "each complaint": lambda b: evolve(b, complaint=evolve(b.complaint, counting="each")),
    "any run": lambda b: evolve(b, streak=evolve(b.streak, scope="any")),
    "no cap": lambda b: evolve(b, stock=evolve(b.stock, cap_per_month=None)),
}


@pytest.mark.parametrize("kind", LOOPLESS)
def test_rules_beyond_the_loop_are_streamed_and_scored_the_general_way(
    tmp_path: Path, kind: str
) -> None:
    book = LOOPLESS[kind](hebei())
    complaints = pd.DataFrame(
        {
            "customer_id": ["1", "1", "9"],
            "channel": ["wechat"] * 3,
            "complained_at": ["2022-05-03"] * 3,
        }
    )
    path = save(tmp_path / "a.parquet", table_of(ROWS))
    summary = run(path, tmp_path / "out.parquet", book, {"complaints": complaints})
    assert_same(
        tmp_path / "out.parquet", expected(table_of(ROWS), book, {"complaints": complaints})[0]
    )
    assert "streamed" in summary.note.en
    assert summary.origin.path == "general"
    assert any("not by the scoring loop" in note for note in summary.origin.notes)


# faults


def test_empty_files_are_nothing_beside_others_and_a_fault_alone(tmp_path: Path) -> None:
    empty = save(tmp_path / "a.parquet", table_of(ROWS).slice(0, 0))
    also = save(tmp_path / "b-stream.arrow", table_of(ROWS).slice(0, 0))
    full = save(tmp_path / "c.arrow", table_of(ROWS))
    run([empty, full, also], tmp_path / "out.parquet", threads=2)
    assert_same(tmp_path / "out.parquet", expected(table_of(ROWS), hebei())[0])
    before = (tmp_path / "out.parquet").read_bytes()
    for paths in ([empty], [empty, also], []):
        with pytest.raises(TableError) as caught:
            run(paths, tmp_path / "out.parquet")
        assert [(p.where, p.code) for p in caught.value.problems] == [("contacts", "empty_table")]
    assert (tmp_path / "out.parquet").read_bytes() == before


def test_stamps_with_and_without_an_offset_are_a_fault_across_files(tmp_path: Path) -> None:
    keyed = HELD["source keys"][0]
    for change in (lambda t: t, keyed):
        paths = [
            save(tmp_path / "a.parquet", change(table_of(ROWS, times="us"))),
            save(tmp_path / "b.parquet", change(table_of(ROWS, times="us +08:00"))),
        ]
        with pytest.raises(TableError) as caught:
            run(paths, tmp_path / "out.parquet")
        assert [p.code for p in caught.value.problems] == ["mixed_zones"]


def test_a_missing_column_is_told_as_for_a_table_in_memory(tmp_path: Path) -> None:
    path = save(tmp_path / "a.parquet", table_of(ROWS).drop_columns(["channel"]))
    with pytest.raises(TableError) as caught:
        run(path, tmp_path / "out.parquet")
    assert [(p.where, p.code) for p in caught.value.problems] == [
        ("contacts.channel", "missing_column")
    ]


def test_faults_are_found_before_the_contacts_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = save(tmp_path / "a.parquet", table_of(ROWS))

    def never(*_: object, **__: object) -> None:
        raise AssertionError("counted")

    monkeypatch.setattr("powerchannel.channel.counter.Counter.add", never)
    with pytest.raises(TableError, match="no/out"):
        run(path, tmp_path / "no" / "out.parquet")
    with pytest.raises(TableError, match="fact"):
        run(
            path,
            tmp_path / "out.parquet",
            sides={"facts": {"customer_id": ["1"], "channel": ["app"]}},
        )
    with pytest.raises(TableError, match="no_such"):
        run([path, tmp_path / "no_such.parquet"], tmp_path / "out.parquet")


@pytest.mark.parametrize("name", ["out.parquet", "out.arrow", "out.csv"])
@pytest.mark.parametrize("threads", [1, 2])
def test_a_failure_leaves_what_was_there_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, threads: int
) -> None:
    looped = Scorer._looped

    def fails(self: Scorer, start: int, **rest: object) -> object:
        if start:
            raise RuntimeError("while scoring")
        return looped(self, start, **rest)

    path = save(tmp_path / "a.parquet", table_of(ROWS))
    (tmp_path / name).write_bytes(b"before")
    monkeypatch.setattr("powerchannel.channel.scoring._BLOCK", 2)
    monkeypatch.setattr(Scorer, "_looped", fails)
    with pytest.raises(RuntimeError, match="while scoring"):
        run(path, tmp_path / name, threads=threads)
    assert (tmp_path / name).read_bytes() == b"before"
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(["a.parquet", name])


# in memory, and from a state


@pytest.mark.parametrize("threads", [1, 2])
def test_a_table_holds_what_the_file_does(tmp_path: Path, threads: int) -> None:
    frames = crowd(hebei().catalogue, 7, 60).frames()
    sides: Sides = {n: frames[n] for n in ("facts", "dislikes", "complaints")}
    path = save(tmp_path / "a.parquet", table_of(ROWS))
    run(path, tmp_path / "out.parquet", sides=sides)
    table = score_table(path, rulebook=hebei(), as_of=AS_OF, now=NOW, threads=threads, **sides)
    assert table.equals(read_table(tmp_path / "out.parquet", where="scores").cast(table.schema))


@pytest.mark.parametrize("threads", [1, 2])
def test_a_state_that_was_kept_is_written_as_its_files_are(tmp_path: Path, threads: int) -> None:
    path = save(tmp_path / "a.parquet", table_of(ROWS))
    summary = run(path, tmp_path / "out.parquet")
    write_scores(summary.result, tmp_path / "again.parquet", threads=threads)
    first, second = (tmp_path / name for name in ("out.parquet", "again.parquet"))
    assert first.read_bytes() == second.read_bytes()
    assert summary.origin == channel.evaluate(summary.result.state, hebei(), as_of=AS_OF).origin


# states


def test_a_state_of_files_goes_on_as_any_other(tmp_path: Path) -> None:
    """A month's files join a state that was made before."""
    months = range(MONTH - 5, MONTH + 1)
    early = [r for r in ROWS if r[2] < moment(MONTH, 1)]
    late = [r for r in ROWS if r[2] >= moment(MONTH, 1)]
    state, options = None, {"rulebook": hebei(), "sides": {}, "now": NOW}
    for rows in (early, late):
        path = save(tmp_path / "a.parquet", table_of(rows))
        counted = count_files(str(path), months=months, **options)
        assert counted.is_streamed
        assert counted.tally.counted == len(rows)
        state = counted.state if state is None else state.merge(counted.state)
    assert (
        state
        == count_files(save(tmp_path / "a.parquet", table_of(ROWS)), months=months, **options).state
    )
    wide = channel.evaluate(state, hebei(), as_of=AS_OF).wide
    pd.testing.assert_frame_equal(wide, expected(table_of(ROWS), hebei())[0])


def test_a_file_that_is_read_whole_keeps_all_its_months(tmp_path: Path) -> None:
    path = save(tmp_path / "a.csv", table_of(ROWS, times="text"))
    counted = count_files(path, rulebook=hebei(), months=[MONTH], sides={}, now=NOW)
    assert not counted.is_streamed
    assert len(counted.state.months) == 6


def test_points_that_are_no_sums_of_powers_of_two(tmp_path: Path) -> None:
    stock = evolve(hebei().stock, points={"app": Decimal("0.3")}, default_points=Decimal("0.7"))
    book = evolve(hebei(), stock=stock)
    run(save(tmp_path / "a.parquet", table_of(ROWS)), tmp_path / "out.parquet", book)
    assert_same(tmp_path / "out.parquet", expected(table_of(ROWS), book)[0])


def test_a_misspelt_header_is_told_though_the_file_streams(tmp_path: Path) -> None:
    """Without the keys it was meant for, repeats would pass unseen."""
    odd = table_of(ROWS).append_column("source_keys", pa.array(["k"] * len(ROWS)))
    paths = [save(tmp_path / name, odd) for name in ("a.parquet", "b.parquet")]
    summary = run(paths, tmp_path / "out.parquet")
    assert "streamed" in summary.note.en
    assert [p.where for p in summary.problems if p.code == "unused_column"] == [
        "contacts.source_key"
    ]


@pytest.mark.parametrize("times", ["date32", "text"])
def test_rows_of_the_other_tables_are_told(tmp_path: Path, times: str) -> None:
    complaints = {
        "customer_id": ["0017", "17", ""],
        "channel": ["app"] * 3,
        "complained_at": ["2022-03-02"] * 3,
    }
    name = "a.parquet" if times == "date32" else "a.csv"
    summary = run(
        save(tmp_path / name, table_of(ROWS, times=times)),
        tmp_path / "out.parquet",
        sides={"complaints": pd.DataFrame(complaints)},
    )
    assert {n: rows for n, *rows in summary.sides} == {
        "facts": [0, 0, 0],
        "dislikes": [0, 0, 0],
        "complaints": [3, 2, 1],
    }
