"""What runs of rows come to, and which values there are."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from powerchannel.billing.batch.columns.keys import distinct, reduced


@given(st.lists(st.integers(1, 7), max_size=20), st.integers(0, 2**32))
@pytest.mark.parametrize("ufunc", [np.add, np.minimum, np.maximum])
def test_runs_of_any_length_are_reduced(ufunc: np.ufunc, counts: list[int], seed: int) -> None:
    values = np.random.default_rng(seed).integers(-99, 99, (2, sum(counts)))
    starts = np.cumsum([0, *counts])[:-1]
    found = reduced(ufunc, values, starts)
    parts = np.split(values, starts[1:], axis=1) if counts else []
    expected = [ufunc.reduce(part, axis=1) for part in parts]
    assert found.T.tolist() == [part.tolist() for part in expected]
    assert reduced(ufunc, values[0], starts).tolist() == found[0].tolist()


@given(
    st.lists(st.booleans(), min_size=1, max_size=9),
    st.lists(st.integers(-(2**63), 2**63 - 1) | st.integers(-5, 5)),
)
def test_each_value_stands_once_in_order(flags: list[bool], numbers: list[int]) -> None:
    assert distinct(np.array(numbers, np.int64)) == sorted(set(numbers))
    values = np.where(flags, 127, -128).astype(np.int8)
    assert distinct(values) == sorted(set(values.tolist()))
    found = reduced(np.logical_or, np.array(flags), np.array([0]))
    assert found.tolist() == [any(flags)]
