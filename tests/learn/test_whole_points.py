from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from powerchannel.learn.whole_points import whole_points

PARTS = arrays(
    np.float64, st.tuples(st.integers(1, 5), st.integers(1, 6)), elements=st.floats(-99, 99)
)


@given(PARTS)
def test_parts_sum_to_the_rounded_sum_and_none_is_off_by_one(parts: NDArray[np.float64]) -> None:
    found = whole_points(parts)
    assert found.sum(axis=1).tolist() == np.floor(parts.sum(axis=1) + 0.5).tolist()
    assert np.abs(found - parts).max() < 1 + 1e-9


@given(PARTS)
def test_they_sum_to_a_total_that_was_rounded_elsewhere(parts: NDArray[np.float64]) -> None:
    total = np.floor(parts.sum(axis=1) + 0.5).astype(np.int64)
    for wanted in (total, np.ceil(parts.sum(axis=1)).astype(np.int64)):
        assert (whole_points(parts, wanted).sum(axis=1) == wanted).all()
