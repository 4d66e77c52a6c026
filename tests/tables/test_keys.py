from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from powerchannel.ids import Ids
from powerchannel.tables import Code, Schema, keys
from powerchannel.tables.keys import repeated_rows
from powerchannel.tables.raw import from_objects, object_array
from powerchannel.tables.reading import Values

Vocabularies = dict[str, tuple[Code, ...]]
Row = tuple[str, int, int, str | None, str | None, str | None]
Found = dict[str, list[int]]

row = st.tuples(
    st.sampled_from(["0100", "100", "客户9"]),
    st.sampled_from([0, 1]),
    st.sampled_from([0, 60_000_000]),
    st.sampled_from([None, "停电", "x"]),
    st.sampled_from([None, "A", "营销"]),
    st.sampled_from([None, None, "1", "2"]),
)


def compact(rows: list[Row]) -> dict[str, Values]:
    customer, channel, at, note, system, key = zip(*rows, strict=True)
    return {
        "customer_id": Ids.from_text(customer),
        "channel": np.array(channel, np.int16),
        "started_at": np.array(at, np.int64),
        "note": from_objects(object_array(note)),
        "system": from_objects(object_array(system)),
        "key": from_objects(object_array(key)),
    }


def by_hand(rows: list[Row]) -> Found:
    """What should be found, one row after the other."""
    contents: dict[object, set[Row]] = {}
    for r in rows:
        contents.setdefault(r[4:], set()).add(r)
    found: Found = {"duplicate": [], "conflict": [], "identical_rows": []}
    seen: Counter[Row] = Counter()
    for i, r in enumerate(rows):
        if r[5] is None:
            found["identical_rows"] += [i] * (seen[r] > 0)
        elif len(contents[r[4:]]) > 1:
            found["conflict"].append(i)
        else:
            found["duplicate"] += [i] * (seen[r] > 0)
        seen[r] += 1
    return {code: at for code, at in found.items() if at}


def find(
    values: dict[str, Values], schema: Schema, vocabularies: Vocabularies, first: int = 0
) -> Found:
    rows = len(values["channel"])
    positions = np.arange(first, first + rows)
    found = repeated_rows(values, schema, vocabularies, positions)
    assert {b.code: b.drops for b in found} == {b.code: b.code != "identical_rows" for b in found}
    return {b.code: b.rows.tolist() for b in found}


@given(rows=st.lists(row, min_size=1, max_size=12))
@settings(max_examples=10)
def test_finds_what_one_finds_by_hand(
    schema: Schema, vocabularies: Vocabularies, rows: list[Row]
) -> None:
    assert find(compact(rows), schema, vocabularies) == by_hand(rows)


@given(rows=st.lists(row, min_size=1, max_size=8))
@settings(max_examples=8)
def test_rows_whose_hashes_collide_are_compared_in_full(
    schema: Schema, vocabularies: Vocabularies, rows: list[Row]
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keys, "mix", lambda hashes, _: hashes)
        assert find(compact(rows), schema, vocabularies) == by_hand(rows)


A: Row = ("0100", 0, 0, None, "A", "1")


def test_rows_are_named_by_their_place_in_the_input(
    schema: Schema, vocabularies: Vocabularies
) -> None:
    assert find(compact([A, A]), schema, vocabularies, first=100) == {"duplicate": [101]}


def test_a_conflict_takes_every_row_of_its_key(schema: Schema, vocabularies: Vocabularies) -> None:
    other = (*A[:3], "停电", *A[4:])
    assert find(compact([A, A, other]), schema, vocabularies) == {"conflict": [0, 1, 2]}


def test_the_same_key_of_another_system_is_another_key(
    schema: Schema, vocabularies: Vocabularies
) -> None:
    rows = [A, ("0200", *A[1:4], None, "1"), ("0200", *A[1:4], "B", "1")]
    assert find(compact(rows), schema, vocabularies) == {}


def test_the_key_alone_will_do(schema: Schema, vocabularies: Vocabularies) -> None:
    values = compact([A, A])
    del values["system"]
    assert find(values, schema, vocabularies) == {"duplicate": [1]}


@pytest.mark.parametrize("absent", [["key"], ["key", "system"], ["key", "system", "note"]])
def test_without_a_key_equal_rows_are_only_told(
    schema: Schema, vocabularies: Vocabularies, absent: list[str]
) -> None:
    values = compact([A, A, ("0200", *A[1:])])
    for name in absent:
        del values[name]
    assert find(values, schema, vocabularies) == {"identical_rows": [1]}


def test_no_rows_hold_no_repeats(schema: Schema, vocabularies: Vocabularies) -> None:
    assert repeated_rows({}, schema, vocabularies, np.zeros(0, np.intp)) == []


def test_the_form_of_a_column_does_not_matter(schema: Schema, vocabularies: Vocabularies) -> None:
    values = compact([A, A, (*A[:5], "2")])
    pooled = values | {n: values[n].pooled() for n in ("key", "system")}  # type: ignore[union-attr]
    assert find(pooled, schema, vocabularies) == {"duplicate": [1]}
