"""Contacts counted as they stream by: the same state as of a table in memory."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from datetime import date, datetime

import numpy as np
import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from powerchannel import channel
from powerchannel._kernels.loops import VARIABLE, available
from powerchannel.channel.catalogue import Catalogue
from powerchannel.channel.counter import Counter, Tally, streaming_obstacle
from powerchannel.channel.schemas import SCHEMAS
from powerchannel.channel.state import State
from powerchannel.errors import Problem, TableError
from powerchannel.tables import check_tables
from powerchannel.tables.door import Source
from powerchannel.times import local_month
from strategies import MONTH, catalogues, exports, hebei, moment

pa = pytest.importorskip("pyarrow")
forms = pytest.importorskip("arrow_forms")

NOW = date(2022, 7, 1)
MONTHS = range(MONTH - 5, MONTH + 1)
Row = tuple[object, object, object]


def counter(threads: int = 1, **changes: object) -> Counter:
    settings: dict[str, object] = {"catalogue": hebei().catalogue, "months": MONTHS, "ids": "text"}
    settings |= changes
    catalogue = settings.pop("catalogue")
    return Counter(catalogue, now=NOW, threads=threads, **settings)


def sides_of(catalogue: Catalogue, sides: dict[str, Source] | None = None) -> dict[str, object]:
    return check_tables(
        sides or {},
        {n: s for n, s in SCHEMAS.items() if n != "contacts"},
        vocabularies=catalogue.vocabularies,
        latest_year=NOW.year + 1,
    )


def streamed(
    parts: Sequence[Sequence[pa.RecordBatch]],
    *,
    sides: dict[str, Source] | None = None,
    **changes: object,
) -> tuple[State, Counter]:
    """Count the batches of some parts."""
    counting = counter(**changes)
    counting.add((lambda part=part: iter(part)) for part in parts)
    return counting.state(sides_of(counting.catalogue, sides)), counting


def whole(
    batches: Sequence[pa.RecordBatch],
    *,
    sides: dict[str, Source] | None = None,
    catalogue: Catalogue | None = None,
    ids: str = "text",
) -> tuple[State, channel.Tables]:
    """Check and aggregate the same contacts as one table, and keep the months that are counted."""
    tables = channel.check(
        contacts=pa.Table.from_batches(batches),
        catalogue=catalogue or hebei().catalogue,
        ids=ids,
        now=NOW,
        **(sides or {}),
    )
    state = channel.aggregate(tables)
    kept = state.evidence.where(np.isin(state.evidence["month"], list(MONTHS)))
    planes = {m: p for m, p in state.planes.items() if m in MONTHS}
    return evolve(state, planes=planes, evidence=kept), tables


def assert_equal(found: State, expected: State) -> None:
    assert found == expected
    assert (found.digest, repr(found)) == (expected.digest, repr(expected))
    assert (found.channels, found.evidence_kinds) == (expected.channels, expected.evidence_kinds)


def pieces(rows: Sequence[object], sizes: Iterator[int]) -> list[list[object]]:
    """Cut rows into batches."""
    rest, found = list(rows), []
    while rest:
        size = next(sizes)
        found.append(rest[:size])
        rest = rest[size:]
    return found


WHO = ["0017", "17", "900000000000000001", "1" * 19, "HB-7", "甲", "2", "3", "4"]
contacts = st.tuples(
    st.sampled_from(WHO),
    st.sampled_from(hebei().catalogue.codes),
    st.datetimes(datetime(2021, 11, 1), datetime(2022, 7, 31)).map(
        lambda at: at.replace(microsecond=0, minute=at.minute % 2)
    ),
)


@settings(max_examples=30)
@given(
    st.lists(contacts, min_size=1, max_size=40),
    st.sampled_from(forms.TIMES),
    st.sampled_from([*forms.IDS]),
    st.sampled_from([*forms.CHANNELS]),
    st.data(),
)
def test_the_state_is_that_of_the_table_in_memory(
    rows: list[forms.Contact], times: str, ids: str, channels: str, data: st.DataObject
) -> None:
    """In any form, cut into any batches and parts, with any number of threads and any loop."""
    sizes = itertools.cycle(data.draw(st.lists(st.integers(1, 25), min_size=1)))
    batches = [
        forms.batch_of(piece, ids, channels, times, is_sliced=bool(i % 2))
        for i, piece in enumerate(pieces(rows, sizes))
    ]
    expected, _ = whole(batches)
    for name, threads in zip(available(), itertools.cycle([1, 2, 3])):
        cut = data.draw(st.integers(0, len(batches)))
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv(VARIABLE, name)
            found, counting = streamed([batches[:cut], [], batches[cut:]], threads=threads)
        assert_equal(found, expected)
        tally = counting.tally
        inside = sum((at.year - 1970) * 12 + at.month - 1 in MONTHS for _, _, at in rows)
        assert tally == Tally(rows_in=len(rows), counted=inside, elsewhere=len(rows) - inside)
        assert len(counting) == len(expected)


@settings(max_examples=15)
@given(st.lists(st.tuples(st.integers(0, 10**18 - 1) | st.integers(0, 3), contacts), min_size=1))
def test_integers_are_ids_when_asked_for(drawn: list[tuple[int, forms.Contact]]) -> None:
    rows = [(str(number), word, at) for number, (_, word, at) in drawn]
    batches = [forms.batch_of(rows[:5], "int64"), forms.batch_of(rows[5:], "uint64")]
    batches = [b for b in batches if b.num_rows]
    found, _ = streamed([batches], ids="integer")
    same = [pa.Table.from_batches([b]).cast(batches[0].schema).to_batches()[0] for b in batches]
    assert_equal(found, whole(same, ids="integer")[0])


@settings(max_examples=20)
@given(st.data())
def test_side_tables_and_any_catalogue(data: st.DataObject) -> None:
    """Customers that stand only in side tables are there too."""
    catalogue = data.draw(catalogues().filter(lambda c: streaming_obstacle(c, 6) is None))
    export = data.draw(exports(catalogue, customers=("0017", "17", "HB-7", "甲"), busy=False))
    rows = [(who, word, at) for who, word, at, *_ in export.contacts]
    rows = rows or [("0017", catalogue.codes[0], moment(MONTH))]
    frames = export.frames()
    sides: dict[str, Source] = {n: frames[n] for n in ("facts", "dislikes", "complaints")}
    batches = [forms.batch_of(piece) for piece in pieces(rows, itertools.repeat(4))]
    expected, _ = whole(batches, sides=sides, catalogue=catalogue)
    for threads in (1, 2, 3):
        parts = [[batch] for batch in batches]
        found, _ = streamed(parts, sides=sides, catalogue=catalogue, threads=threads)
        assert_equal(found, expected)


# batches that are not clean

GOOD = ("0017", "app", "2022-06-05 09:10")
DIRT: list[Row] = [
    (" 17 ", "app", "2022-06-05 21:10"),
    ("１７", "hall", "2022-05-05"),
    ("1.2E+12", "app", "2022-06-05"),
    ("-12", "app", "2022-06-05"),
    ("=A1", "app", "2022-06-05"),
    ("a\x07b", "app", "2022-06-05"),
    ("", "app", "2022-06-05"),
    (None, "app", "2022-06-05"),
    ("1" * 19, "app", "2022-06-05"),
    ("1", "fax", "2022-06-05"),
    ("1", None, "2022-06-05"),
    ("1", "è\x90¥ä¸\x9aå\x8e\x85", "2022-06-05"),
    ("1", "app", "2022-02-30"),
    ("1", "app", "45012.5"),
    ("1", "app", "yesterday"),
    ("1", "app", None),
    ("1", "app", "1989-06-05"),
    ("1", "app", "2025-01-01"),
    ("1", "app", "2021-01-01"),
]


def table(rows: Sequence[Row]) -> pa.RecordBatch:
    columns = [pa.array(list(column), pa.string()) for column in zip(*rows, strict=True)]
    return pa.RecordBatch.from_arrays(columns, names=["customer_id", "channel", "contacted_at"])


def told(problems: Sequence[Problem]) -> dict[tuple[str, str], tuple[object, ...]]:
    return {
        (p.where, p.code): (p.severity, p.count, p.examples, p.render("zh"), p.render("en"))
        for p in problems
        if p.code != "identical_rows"
    }


@settings(max_examples=25)
@given(
    st.lists(st.sampled_from([GOOD] * 5 + DIRT), min_size=1, max_size=40),
    st.integers(1, 25),
    st.integers(1, 3),
)
def test_what_drops_out_is_told_in_the_same_words(rows: list[Row], size: int, threads: int) -> None:
    """Counts, rows and examples are those of the whole, wherever the batches are cut."""
    batches = [table(piece) for piece in pieces(rows, itertools.repeat(size))]
    expected, tables = whole(batches)
    found, counting = streamed([[batch] for batch in batches], threads=threads)
    assert_equal(found, expected)
    assert told(counting.problems) == told(tables.found)
    kept, tally = tables.checked["contacts"], counting.tally
    months = local_month(kept.times("contacted_at"))
    assert tally.rows_in == len(rows) == tally.counted + tally.elsewhere + tally.rejected
    assert tally.rejected == kept.rejected.count
    assert tally.counted == int(np.isin(months, list(MONTHS)).sum())


STAMPS = [
    datetime(2022, 6, 5, 21, 10),
    None,
    datetime(1989, 12, 31, 23, 59),
    datetime(1991, 7, 1),
    datetime(2024, 1, 1),
    datetime(2022, 5, 5),
]


@pytest.mark.parametrize("times", [pa.timestamp("ms"), pa.timestamp("ns", "UTC"), pa.date32()])
@pytest.mark.parametrize("ids", [pa.string(), pa.large_string(), pa.int32(), pa.int64()])
def test_typed_columns_with_gaps_and_impossible_values(
    times: pa.DataType, ids: pa.DataType
) -> None:
    words = pa.array(["app", "hall", "app", None, "fax", "app"]).dictionary_encode()
    columns = {
        "customer_id": pa.array([17, 17, None, 5, 6, 7]).cast(ids),
        "contacted_at": pa.array(STAMPS, pa.timestamp("us")).cast(times, safe=False),
    }
    batch = pa.RecordBatch.from_pydict({**columns, "channel": words})
    mode = "integer" if pa.types.is_integer(ids) else "text"
    expected, tables = whole([batch, batch.slice(0, 2)], ids=mode)
    found, counting = streamed([[batch], [batch.slice(0, 1), batch.slice(1, 1)]], ids=mode)
    assert_equal(found, expected)
    assert told(counting.problems) == told(tables.found)
    assert counting.tally.rejected == tables.checked["contacts"].rejected.count == 5


def test_rows_are_numbered_over_all_batches_and_parts() -> None:
    bad = ("", "app", "2022-06-05")
    parts = [[table([GOOD, GOOD]), table([GOOD, bad])], [table([bad]), table([bad, bad])]]
    for threads in (1, 2):
        _, counting = streamed(parts, threads=threads)
        (found,) = counting.problems
        assert (found.code, found.count) == ("missing_value", 4)
        assert found.examples == ((3, ""), (4, ""), (5, ""))
        assert "4 of 7 rows" in found.render("en")


def test_identical_rows_are_not_looked_for() -> None:
    _, counting = streamed([[table([GOOD, GOOD, GOOD])]])
    assert counting.problems == ()


@pytest.mark.parametrize("threads", [1, 2])
def test_a_structural_fault_of_a_batch_is_raised(threads: int) -> None:
    numbers = forms.batch_of([("17", "app", moment(MONTH))], "int64")
    with pytest.raises(TableError) as caught:
        streamed([[table([GOOD])], [numbers]], threads=threads)
    assert [p.code for p in caught.value.problems] == ["number_ids"]


@pytest.mark.parametrize(
    ("first", "second"),
    [("us", "us +08:00"), ("text", "text zoned"), ("text", "s UTC"), ("date32", "text zoned")],
)
@pytest.mark.parametrize("threads", [1, 2])
def test_stamps_with_and_without_an_offset_are_a_fault(
    first: str, second: str, threads: int
) -> None:
    """As in a table in memory, though each batch by itself is well."""
    rows = [("17", "app", moment(MONTH)), ("HB-7", "app", moment(MONTH))]
    for forms_of in ((first, second), (second, first)):
        batches = [
            forms.batch_of(rows * 2, times=forms_of[0]),
            forms.batch_of(rows, times=forms_of[1]),
        ]
        with pytest.raises(TableError) as caught:
            streamed([batches], threads=threads)
        (fault,) = caught.value.problems
        assert (fault.code, fault.where) == ("mixed_zones", "contacts.contacted_at")
        zoned = 2 if forms_of == (first, second) else 4
        assert f"{zoned} of 6 stamps" in fault.render("en")
        assert [row for row, _ in fault.examples] == [0, 4]


def test_a_batch_of_which_nothing_is_kept_has_no_offset() -> None:
    nothing = table([("", "app", "2022-06-05T10:00:00+08:00")])
    found, counting = streamed([[nothing, table([GOOD])]])
    assert (len(found), counting.tally.rejected) == (1, 1)


def test_no_contacts_at_all_are_a_fault() -> None:
    empty = table([GOOD]).slice(0, 0)
    assert len(streamed([[empty, table([GOOD]), empty]])[0]) == 1
    for parts in ([], [[]], [[empty], [empty]]):
        with pytest.raises(TableError) as caught:
            streamed(parts)
        assert [(p.where, p.code) for p in caught.value.problems] == [("contacts", "empty_table")]


# limits


def test_counts_stop_at_the_limit() -> None:
    batch = forms.batch_of([("17", "app", moment(MONTH, hour=21))] * 300)
    found, _ = streamed([[batch]])
    assert found.saturated == 1
    assert found.planes[MONTH].dense(0, 1)[0, 2] == 255
    assert found.evidence["count"].tolist() == [255]


@pytest.mark.parametrize("order", [1, -1])
def test_months_may_come_in_any_order(order: int) -> None:
    rows = [("17", "app", moment(m)) for m in range(MONTH - 7, MONTH + 2)]
    found, counting = streamed([[forms.batch_of(rows)]], months=list(MONTHS)[::order])
    assert list(found.planes) == list(MONTHS)
    assert (counting.tally.counted, counting.tally.elsewhere) == (6, 3)


def test_months_need_not_follow_each_other() -> None:
    months = [MONTH, MONTH - 4]
    rows = [("17", "app", moment(m)) for m in MONTHS]
    for form in ("us", "text"):
        found, _ = streamed([[forms.batch_of(rows, times=form)]], months=months)
        assert list(found.planes) == sorted(months)


@pytest.mark.parametrize("threads", [0, -1, 65])
def test_the_number_of_threads_is_limited(threads: int) -> None:
    with pytest.raises(ValueError, match=r"线程数.*1 to 64 threads"):
        counter(threads)
    assert len(counter(64)) == 0


def _wider(catalogue: Catalogue, channels: int, kinds: int) -> Catalogue:
    base = catalogue.channels[0]
    more = (
        evolve(base, code=f"c{i}", aliases=(), title=evolve(base.title, zh=f"{i}号", en=f"no {i}"))
        for i in range(channels)
    )
    evening = catalogue.evidence[-1]
    extra = (evolve(evening, id=f"e{i}") for i in range(kinds))
    return evolve(
        catalogue,
        channels=(*catalogue.channels, *more),
        evidence=(*catalogue.evidence, *extra),
    )


@pytest.mark.parametrize(
    ("channels", "kinds", "months", "words"),
    [
        (0, 0, 8, None),
        (0, 1, 6, None),
        (1, 0, 6, "more than 8 channels"),
        (0, 2, 6, "more than 8 kinds of evidence"),
        (0, 0, 9, "more than 8 months"),
    ],
)
def test_what_cannot_be_streamed_is_told(
    channels: int, kinds: int, months: int, words: str | None
) -> None:
    catalogue = _wider(hebei().catalogue, channels, kinds)
    found = streaming_obstacle(catalogue, months)
    assert (found and found.en) == words
    if words:
        with pytest.raises(ValueError, match=words):
            counter(catalogue=catalogue, months=range(months))
    else:
        counter(catalogue=catalogue, months=range(months))


def test_the_state_goes_on_as_any_other() -> None:
    """Months that were streamed merge with months that were not."""
    rows = [(f"{i % 7}", "app", moment(m)) for i, m in enumerate([*MONTHS] * 3)]
    early, late = rows[: len(rows) // 2], rows[len(rows) // 2 :]
    found = streamed([[forms.batch_of(early)]])[0].merge(whole([forms.batch_of(late)])[0])
    assert_equal(found, whole([forms.batch_of(rows)])[0])
    assert found["3"] == whole([forms.batch_of([r for r in rows if r[0] == "3"])])[0]


def test_one_thread_reads_a_part_and_counts_each_batch_before_the_next() -> None:
    """So that memory goes by the batch."""
    counting, seen = counter(), []

    def part() -> Iterator[pa.RecordBatch]:
        for day in range(1, 4):
            seen.append(counting.tally.rows_in)
            yield forms.batch_of([("17", "app", moment(MONTH, day))])

    counting.add([part])
    assert seen == [0, 1, 2]


def test_an_error_of_a_reader_is_raised_whatever_the_threads() -> None:
    def part() -> Iterator[pa.RecordBatch]:
        yield forms.batch_of([("17", "app", moment(MONTH))])
        raise OSError("the disk is gone")

    for threads in (1, 2):
        with pytest.raises(OSError, match="the disk is gone"):
            counter(threads).add([part, part, part])
