"""Rounding on columns, held against fractions."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from powerchannel.billing.batch.columns.exact import decided, peak, quotient, times

amounts = st.integers(-(10**15), 10**15)


def half_up(value: Fraction) -> int:
    """Half away from zero."""
    size = int(abs(value) + Fraction(1, 2))
    return -size if value < 0 else size


@given(st.lists(amounts), st.fractions(-1000, 1000, max_denominator=10**6))
def test_products_are_rounded_once_away_from_zero(values: list[int], factor: Fraction) -> None:
    found = times(np.array(values, np.int64), factor)
    assert found.tolist() == [half_up(v * factor) for v in values]


@given(st.lists(st.tuples(amounts, st.integers(-(10**4), 10**4), st.integers(1, 10**12))))
def test_columns_times_columns_over_columns(rows: list[tuple[int, int, int]]) -> None:
    a, b, divisor = (np.array([row[k] for row in rows], np.int64) for k in range(3))
    assert quotient(a, b, divisor).tolist() == [half_up(Fraction(x * y, d)) for x, y, d in rows]


def test_products_beyond_a_word_do_not_wrap() -> None:
    most = np.array([9 * 10**18])
    assert quotient(most, 7 * 10**18, 8 * 10**18).tolist() == [7_875 * 10**15]
    with pytest.raises(OverflowError):
        quotient(most, 2, 1)


@given(st.lists(st.integers(-(2**62), 2**62), min_size=1))
def test_the_largest_magnitude(values: list[int]) -> None:
    assert peak(np.array(values, np.int64)) == max(map(abs, values))


@given(
    st.lists(st.fractions(0, 10**9, max_denominator=64)),
    st.floats(1e-9, 1e-3),
    st.integers(0, 2**32),
)
def test_an_estimate_near_a_half_is_worked_out(
    values: list[Fraction], error: float, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    off = rng.uniform(-error, error, len(values)) / 2
    estimate = np.maximum(np.array([float(v) for v in values]) + off, 0)
    found = decided(estimate, np.full(len(values), error), values.__getitem__)
    assert found.tolist() == [half_up(v) for v in values]
