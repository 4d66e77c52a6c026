"""The power factor to the hundredth, ties included."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, localcontext

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from powerchannel.billing.batch.energy.power_factor import hundredths

energies = st.integers(0, 10**12)


def by_decimals(active: int, reactive: int) -> int:
    """With two hundred digits: a square root that is rational comes out exactly."""
    if not active:
        return 0
    with localcontext() as context:
        context.prec = 200
        squares = Decimal(active**2 + reactive**2)
        factor = 100 * Decimal(active) / squares.sqrt()
        return int(factor.quantize(Decimal(1), ROUND_HALF_UP))


@given(st.lists(st.tuples(energies, energies)))
def test_factors_are_those_of_many_digits(pairs: list[tuple[int, int]]) -> None:
    active, reactive = (np.array([p[k] for p in pairs], np.int64) for k in (0, 1))
    assert hundredths(active, reactive).tolist() == [by_decimals(*p) for p in pairs]


@pytest.mark.parametrize("size", [1, 10**3, 10**9])
@pytest.mark.parametrize(("legs", "hundredth"), [((399, 40, 401), 100), ((9, 40, 41), 22)])
def test_triples_of_whole_numbers(legs: tuple[int, int, int], hundredth: int, size: int) -> None:
    a, r, h = legs
    assert a * a + r * r == h * h
    assert hundredths(np.array([a * size]), np.array([r * size])).tolist() == [hundredth]


@given(st.integers(1, 99), st.integers(1, 10**6), st.integers(-2, 2))
def test_ties_go_up(low: int, size: int, nudge: int) -> None:
    """cos = (low + 1/2) / 100 within a unit of reactive energy."""
    active = (2 * low + 1) * size
    squares = (200 * size) ** 2 - active**2
    reactive = max(int(Decimal(squares).sqrt()) + nudge, 0) if squares > 0 else 0
    assert hundredths(np.array([active]), np.array([reactive])).tolist() == [
        by_decimals(active, reactive)
    ]
