from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from powerchannel.errors import MergeError
from powerchannel.memory import Rows

rows = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=8)


def rows_of(pairs: list[tuple[int, int]]) -> Rows:
    """Rows of which the value follows from the key."""
    keys = np.array(pairs, np.int64).reshape(-1, 2)
    columns = {"group": keys[:, 0], "month": keys[:, 1], "value": keys.sum(axis=1)}
    return Rows.of("t", ("group", "month"), columns)


@given(rows)
def test_each_key_once_in_order(pairs: list[tuple[int, int]]) -> None:
    found = rows_of(pairs)
    assert list(zip(found["group"], found["month"], strict=True)) == sorted(set(pairs))
    assert len(found) == len(set(pairs))


@given(rows, rows)
def test_merging_is_the_union(one: list[tuple[int, int]], other: list[tuple[int, int]]) -> None:
    assert rows_of(one).merge(rows_of(other)).equals(rows_of(one + other))
    assert rows_of(one).equals(rows_of(other)) == (set(one) == set(other))


@given(rows, st.integers(0, 3))
def test_the_rows_within_a_group(pairs: list[tuple[int, int]], group: int) -> None:
    within = rows_of(pairs).within(group)
    assert within.equals(rows_of([p for p in pairs if p[0] == group]))
    assert within.equals(rows_of(pairs).where(rows_of(pairs)["group"] == group))
    both = rows_of(pairs).within(group, 2)
    assert both.equals(rows_of([p for p in pairs if p == (group, 2)]))


def test_rows_of_one_key_that_differ_are_refused() -> None:
    columns = {"group": np.array([1, 2, 1, 1]), "value": np.array([5, 6, 7, 5])}
    with pytest.raises(MergeError) as caught:
        Rows.of("t", ("group",), columns)
    assert caught.value.problems[0].where == "state.t"


def test_no_rows_have_the_width_of_their_columns() -> None:
    found = Rows.empty("t", ("group",), {"group": np.int64, "day": np.int32})
    assert (len(found), found["group"].dtype, found["day"].dtype) == (0, np.int64, np.int32)
    assert found.merge(found).equals(found)
