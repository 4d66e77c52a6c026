"""Sparse marks: joined by key, sorted, and the same whatever the order of joining."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from powerchannel.channel.marks import Marks
from powerchannel.times import NAT

KEY = ("customer", "month")
REDUCE = {"count": "sum", "last": "max", "first": "min"}
NAMES = (*KEY, *REDUCE)

stamp = st.sampled_from([int(NAT), -5, 0, 7, 2**60, 2**63 - 1])
rows = st.lists(
    st.tuples(st.integers(0, 3), st.sampled_from([-3, 626, 627]), st.integers(0, 3), stamp, stamp),
    max_size=8,
)
Rows = list[tuple[int, ...]]


def marks(given_rows: Rows) -> Marks:
    columns = np.array(given_rows, np.int64).reshape(-1, len(NAMES)).T
    return Marks.of(KEY, REDUCE, dict(zip(NAMES, columns, strict=True)))


def listed(found: Marks) -> Rows:
    return list(zip(*(found[name].tolist() for name in NAMES), strict=True))


@settings(max_examples=10)
@given(rows)
def test_rows_of_one_key_join(given_rows: Rows) -> None:
    joined: dict[tuple[int, int], tuple[int, int, int]] = {}
    for customer, month, count, last, first in given_rows:
        seen = joined.get((customer, month), (0, last, first))
        joined[customer, month] = (seen[0] + count, max(seen[1], last), min(seen[2], first))
    found = marks(given_rows)
    assert listed(found) == [(*key, *value) for key, value in sorted(joined.items())]
    assert len(found) == len(joined)
    assert all(found[name].dtype == np.int64 for name in NAMES)


@settings(max_examples=8)
@given(rows, rows, rows)
def test_merging_is_associative_and_commutative_with_an_empty_identity(
    a: Rows, b: Rows, c: Rows
) -> None:
    first, second, third = map(marks, (a, b, c))
    assert first.merge(second).equals(marks(a + b))
    assert first.merge(second).equals(second.merge(first))
    assert first.merge(second.merge(third)).equals(first.merge(second).merge(third))
    empty = Marks.empty(KEY, REDUCE)
    assert first.merge(empty).equals(first)
    assert empty.merge(empty).equals(empty)


@settings(max_examples=10)
@given(rows, st.sets(st.integers(0, 3)))
def test_picked_customers_keep_their_marks(given_rows: Rows, wanted: set[int]) -> None:
    order = sorted(wanted)
    found = marks(given_rows).picked(np.array(order, np.int64), 4)
    kept = [(order.index(c), *rest) for c, *rest in listed(marks(given_rows)) if c in wanted]
    assert listed(found) == kept


@settings(max_examples=10)
@given(rows, st.integers(0, 4), st.integers(0, 4))
def test_a_block_counts_its_customers_from_0(given_rows: Rows, start: int, stop: int) -> None:
    start, stop = sorted((start, stop))
    found = marks(given_rows).block(start, stop)
    expected = [(c - start, *r) for c, *r in listed(marks(given_rows)) if start <= c < stop]
    assert listed(found) == expected


@settings(max_examples=10)
@given(rows)
def test_moving_and_choosing(given_rows: Rows) -> None:
    whole = marks(given_rows)
    moved = whole.moved(np.array([0, 2, 5, 9]))
    assert [c for c, *_ in listed(moved)] == [(0, 2, 5, 9)[c] for c, *_ in listed(whole)]
    kept = whole.where(whole["count"] > 1)
    assert listed(kept) == [row for row in listed(whole) if row[2] > 1]


def test_marks_differ_in_any_value() -> None:
    one = marks([(0, 626, 1, 5, 5)])
    assert not one.equals(marks([(0, 626, 1, 6, 5)]))
    assert not one.equals(marks([]))
