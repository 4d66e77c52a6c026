"""Clean batches straight from their buffers, and those that must be checked instead."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta

import numpy as np
import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from powerchannel._kernels.loops import Loops, available
from powerchannel.channel.arrow_events import ArrowReader, Events, days_of
from powerchannel.channel.catalogue import Catalogue
from powerchannel.channel.shards import Cells
from powerchannel.ids import Ids
from strategies import MONTH, evidence, hebei, moment, shows

pa = pytest.importorskip("pyarrow")
forms = pytest.importorskip("arrow_forms")

COUNTED = {MONTH - 2: 1, MONTH: 0}  # with a month between them that is not counted
COMPILED = [Loops(name) for name in available()[1:]]
CLEAN = [
    ("0017", "app", moment(MONTH, 5, hour=9)),
    ("17", "hall", moment(MONTH - 1, 28, hour=23)),
    ("900000000000000001", "wechat", moment(MONTH - 2, 1)),
    ("0017", "app", moment(MONTH, 5, hour=21, minute=30)),
]


def reader(
    loops: Loops, catalogue: Catalogue | None = None, *, is_integer: bool = False
) -> ArrowReader:
    return ArrowReader(
        loops=loops,
        catalogue=hebei().catalogue if catalogue is None else catalogue,
        days=days_of(COUNTED, 2023),
        is_integer=is_integer,
    )


def rows_of(cells: Cells) -> list[tuple[int, int, int]]:
    return list(zip(cells.keys.tolist(), cells.columns.tolist(), cells.slots.tolist(), strict=True))


def by_hand(
    contacts: Sequence[tuple[str, str, datetime]], catalogue: Catalogue
) -> tuple[list[tuple[int, int, int]], list[tuple[int, int, int]]]:
    """Uses, and evidence kind by kind."""
    keys = Ids.from_text([who for who, _, _ in contacts]).keys.tolist()
    slots = [COUNTED.get((at.year - 1970) * 12 + at.month - 1, 255) for _, _, at in contacts]
    columns = [catalogue.codes.index(word) for _, word, _ in contacts]
    shown = [
        (keys[row], kind, slots[row])
        for kind, rule in enumerate(catalogue.evidence)
        for row, (_, word, at) in enumerate(contacts)
        if shows(rule, (word, at, None, None, None))
    ]
    return list(zip(keys, columns, slots, strict=True)), shown


def read(loops: Loops, contacts: Sequence[object], *form: str, **options: bool) -> Events:
    is_integer = bool(form) and form[0] == "int64"
    found = reader(loops, is_integer=is_integer).read(forms.batch_of(contacts, *form, **options))
    assert found is not None
    return found


contact = st.tuples(
    st.from_regex(r"\A[0-9]{1,18}\Z"),
    st.sampled_from(hebei().catalogue.codes),
    st.datetimes(datetime(2022, 2, 27), datetime(2022, 7, 3)).map(
        lambda at: at.replace(microsecond=0)
    ),
)


@settings(max_examples=60)
@given(
    st.lists(contact, min_size=1, max_size=8),
    st.sampled_from(["string", "large_string"]),
    st.sampled_from(["string", "large_string", "dictionary int8", "dictionary large"]),
    st.sampled_from([*forms.NAIVE, *forms.ZONED, "date32"]),
    st.booleans(),
)
def test_a_clean_batch_is_read_as_by_hand(
    contacts: list[tuple[str, str, datetime]], ids: str, channels: str, times: str, is_sliced: bool
) -> None:
    if times == "date32":
        contacts = [
            (who, word, at.replace(hour=0, minute=0, second=0)) for who, word, at in contacts
        ]
    uses, shown = by_hand(contacts, hebei().catalogue)
    for loops in COMPILED:
        found = read(loops, contacts, ids, channels, times, is_sliced=is_sliced)
        assert rows_of(found.uses) == uses
        assert rows_of(found.evidence) == shown
        assert found.has_zone == (times in forms.ZONED)


@settings(max_examples=60)
@given(st.data())
def test_all_evidence_of_channel_and_time_is_found(data: st.DataObject) -> None:
    codes = list(hebei().catalogue.codes)
    kinds = [data.draw(evidence(codes, i)) for i in range(data.draw(st.integers(0, 4)))]
    catalogue = evolve(
        hebei().catalogue,
        evidence=tuple(evolve(k, business_types=(), handling_modes=()) for k in kinds),
    )
    contacts = data.draw(st.lists(contact, min_size=1, max_size=8))
    times = data.draw(st.sampled_from([*forms.NAIVE, *forms.ZONED]))
    for loops in COMPILED[:1]:
        found = reader(loops, catalogue).read(forms.batch_of(contacts, times=times))
        assert found is not None
        assert rows_of(found.evidence) == by_hand(contacts, catalogue)[1]


@pytest.mark.parametrize("times", ["ns", "us"])
def test_midnight_to_the_microsecond_is_a_date_without_a_time(times: str) -> None:
    """Finer stamps are cut, as they are where a table is checked."""
    stamps = [1, 999, 1_000, 72_000_000_000_000, 71_999_999_999_999, 28_799_999_999_999]
    day = int(np.datetime64("2022-06-05", "ns").astype(np.int64))
    at = pa.array([day + s for s in stamps], pa.int64()).cast(pa.timestamp("ns"))
    batch = pa.RecordBatch.from_pydict(
        {
            "customer_id": [str(i) for i in range(len(stamps))],
            "channel": ["app"] * len(stamps),
            "contacted_at": at.cast(pa.timestamp(times), safe=False),
        }
    )
    for loops in COMPILED:
        found = reader(loops).read(batch)
        assert found is not None
        assert [key - 10 for key, _, _ in rows_of(found.evidence)] == [2, 3, 5]


def test_integers_are_ids_when_asked_for() -> None:
    contacts = [(str(i), "app", moment(MONTH)) for i in (0, 7, 10**18 - 1)]
    uses, _ = by_hand(contacts, hebei().catalogue)
    for name in available():
        assert rows_of(read(Loops(name), contacts, "int64", is_sliced=True).uses) == uses


@pytest.mark.parametrize("word", ["网上国网", " APP ", "掌上电力", "app"])
def test_any_word_for_a_channel_is_understood(word: str) -> None:
    batch = forms.batch_of([("1", word, moment(MONTH))], headers=("客户编号", "渠道", "办理时间"))
    for loops in COMPILED:
        found = reader(loops).read(batch)
        assert found is not None
        assert rows_of(found.uses) == [(11, 2, 0)]


def test_a_buffer_that_is_not_aligned_is_moved() -> None:
    def off_by_one(column: pa.Array) -> pa.Array:
        buffers = [
            None if b is None else pa.py_buffer(b"x" + b.to_pybytes())[1:] for b in column.buffers()
        ]
        return pa.Array.from_buffers(column.type, len(column), buffers)

    batch = forms.batch_of(CLEAN)
    shifted = [off_by_one(batch.column(0)), batch.column(1), off_by_one(batch.column(2))]
    assert shifted[2].buffers()[1].address % 8
    for loops in COMPILED:
        found = reader(loops).read(pa.RecordBatch.from_arrays(shifted, names=batch.schema.names))
        assert found is not None
        assert rows_of(found.uses) == by_hand(CLEAN, hebei().catalogue)[0]


Change = Callable[["pa.Table"], "pa.Table"]


def _with(name: str, values: Sequence[object], kind: object = None) -> Change:
    def change(table: pa.Table) -> pa.Table:
        column = pa.array([*values, *table[name].to_pylist()[len(values) :]], kind)
        return table.set_column(table.column_names.index(name), name, column)

    return change


def _times(form: str) -> Change:
    return lambda _: pa.Table.from_batches([forms.batch_of(CLEAN, times=form)])


MUST_BE_CHECKED: dict[str, Change] = {
    "a name": _with("customer_id", ["HB-7"]),
    "19 digits": _with("customer_id", ["1" * 19]),
    "padding": _with("customer_id", [" 17"]),
    "full-width digits": _with("customer_id", ["１７"]),
    "no id": _with("customer_id", [""]),
    "no ids at all": _with("customer_id", [""] * 4),
    "a null id": _with("customer_id", [None]),
    "integers": _with("customer_id", [1, 2, 3, 4], pa.int64()),
    "a dictionary of ids": lambda _: pa.Table.from_batches([forms.batch_of(CLEAN, "dictionary")]),
    "an unknown channel": _with("channel", ["app", "fax"]),
    "a null channel": _with("channel", [None]),
    "no word": _with("channel", [""]),
    "numbers for channels": _with("channel", [1, 2, 3, 4], pa.int64()),
    "a null stamp": _with("contacted_at", [None], pa.timestamp("us")),
    "an old stamp": _with("contacted_at", [datetime(1989, 12, 31, 23)], pa.timestamp("us")),
    "a future stamp": _with("contacted_at", [datetime(2024, 1, 1)], pa.timestamp("us")),
    "text stamps": _times("text"),
    "zoned text": _times("text zoned"),
    "date64": _times("date64"),
    "a source key": lambda t: t.append_column("source_key", pa.array(list("abcd"))),
    "a column twice": lambda t: t.append_column("客户编号", t["customer_id"]),
    "a column missing": lambda t: t.drop_columns(["channel"]),
    "summer time": _with("contacted_at", [datetime(1991, 7, 1)], pa.timestamp("us", "UTC")),
}


@pytest.mark.parametrize("name", MUST_BE_CHECKED)
def test_any_other_batch_is_to_be_checked(name: str) -> None:
    batch = forms.batch_of(CLEAN)
    (changed,) = MUST_BE_CHECKED[name](pa.Table.from_batches([batch])).to_batches()
    for loops in COMPILED:
        assert reader(loops).read(batch) is not None
        assert reader(loops).read(changed) is None


@pytest.mark.parametrize("number", [-1, 10**18, 2**63 - 1])
def test_integers_that_are_no_short_ids_are_to_be_checked(number: int) -> None:
    contacts = [("7", "app", moment(MONTH)), (str(number), "app", moment(MONTH))]
    for name in available():
        batch = forms.batch_of(contacts, "int64")
        assert reader(Loops(name), is_integer=True).read(batch) is None


def test_numpy_leaves_text_ids_to_the_check() -> None:
    assert reader(Loops("numpy")).read(forms.batch_of(CLEAN)) is None
    assert reader(Loops("numpy"), is_integer=True).read(forms.batch_of(CLEAN[1:2], "int64"))


@pytest.mark.parametrize("latest", [1990, 1999, 2023, 2100])
def test_every_day_has_the_slot_of_its_month(latest: int) -> None:
    months = {0: 3, 12 * 20: 5, 12 * 21 + 1: 0, 12 * 53 + 11: 2, 12 * 60: 7}
    days = days_of(months, latest)
    first = date(1990, 1, 1)
    every = [first + timedelta(days=i) for i in range(len(days))]
    assert every[-1] == date(latest, 12, 31)
    expected = [months.get((day.year - 1970) * 12 + day.month - 1, 254) for day in every]
    assert days.tolist() == expected
