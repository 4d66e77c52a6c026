"""Use counts of a month, against plain counting."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from powerchannel.channel.planes import LIMIT, Plane

SHAPE = (5, 3)
cells = st.lists(st.integers(0, SHAPE[0] * SHAPE[1] - 1), max_size=30) | st.lists(
    st.just(4), min_size=250, max_size=260
)


def plane(positions: list[int]) -> Plane:
    return Plane.of(SHAPE, np.array(positions, np.int64))


def counted(found: Plane) -> dict[int, int]:
    return dict(zip(found.cells.tolist(), found.counts.tolist(), strict=True))


@given(cells)
def test_counts_are_those_of_plain_counting_up_to_the_limit(positions: list[int]) -> None:
    found = plane(positions)
    expected = {cell: min(n, LIMIT) for cell, n in sorted(Counter(positions).items())}
    assert counted(found) == expected
    assert list(counted(found)) == list(expected)
    assert found.saturated == sum(n == LIMIT for n in expected.values())
    assert (found.cells.dtype, found.counts.dtype) == (np.int64, np.uint8)


def test_few_and_many_uses_are_counted_alike() -> None:
    many = np.arange(64).repeat(2)
    few = many[[3, 3, 9]]
    assert counted(Plane.of((8, 8), many)) == dict.fromkeys(range(64), 2)
    assert counted(Plane.of((80, 8), few)) == dict(Counter(few.tolist()))


@given(cells, cells, cells)
def test_merging_adds_and_is_associative_and_commutative(
    a: list[int], b: list[int], c: list[int]
) -> None:
    first, second, third = map(plane, (a, b, c))
    assert first.merge(second).equals(plane(a + b))
    assert first.merge(second).equals(second.merge(first))
    assert first.merge(second.merge(third)).equals(first.merge(second).merge(third))
    assert first.merge(plane([])).equals(first)
    assert first.merge(second).counts.dtype == np.uint8


@given(cells, st.integers(0, 5), st.integers(0, 5))
def test_dense_shows_a_block_of_customers(positions: list[int], start: int, stop: int) -> None:
    start, stop = sorted((start, stop))
    matrix = np.zeros(SHAPE, np.uint8)
    for position in positions:
        customer, channel = divmod(position, SHAPE[1])
        matrix[customer, channel] = min(int(matrix[customer, channel]) + 1, LIMIT)
    found = plane(positions).dense(start, stop)
    assert found.dtype == np.uint8
    np.testing.assert_array_equal(found, matrix[start:stop])


@given(cells, st.sets(st.integers(0, 4)))
def test_picked_customers_keep_their_counts(positions: list[int], rows: set[int]) -> None:
    wanted = np.array(sorted(rows), np.int64)
    whole = plane(positions)
    found = whole.picked(wanted)
    assert found.shape == (len(rows), 3)
    np.testing.assert_array_equal(found.dense(0, len(rows)), whole.dense(0, 5)[wanted])


@given(cells, st.sets(st.integers(0, 9), min_size=5, max_size=5))
def test_moved_customers_keep_their_counts(positions: list[int], rows: set[int]) -> None:
    places = np.array(sorted(rows), np.int64)
    moved = plane(positions).moved(places, 10)
    assert moved.shape == (10, 3)
    np.testing.assert_array_equal(moved.dense(0, 10)[places], plane(positions).dense(0, 5))
    assert int(moved.counts.sum()) == int(plane(positions).counts.sum())
    assert (np.diff(moved.cells) > 0).all()


@pytest.mark.parametrize("other", [[1], [0, 0], [0, 1]])
def test_planes_differ_in_cells_or_counts(other: list[int]) -> None:
    assert plane([0]).equals(plane([0]))
    assert not plane([0]).equals(plane(other))
    assert not plane([0]).equals(Plane.of((1, 3), np.array([0])))
