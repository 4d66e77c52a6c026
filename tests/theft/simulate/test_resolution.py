from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from powerchannel.theft.simulate.resolution import own_quantum


@given(decimals=st.integers(0, 5), counts=st.lists(st.integers(0, 10**6), min_size=1, max_size=12))
def test_the_last_decimal_is_found(decimals, counts):
    """With one reading that ends in a 1, no fewer decimals would do."""
    load = np.array([[*(round(n * 10.0**-decimals, decimals) for n in counts), 10.0**-decimals]])
    assert own_quantum(load)[0] == pytest.approx(10.0**-decimals)


def test_a_meter_behind_transformers_counts_in_their_ratio():
    load = np.round(0.4 * np.arange(30.0), 1)[None]
    assert own_quantum(load)[0] == pytest.approx(0.4)


def test_a_few_readings_do_not_show_a_ratio():
    assert own_quantum(np.array([[3.5, 7.0, 3.5, 0.0]]))[0] == pytest.approx(0.1)


def test_computed_numbers_have_no_digits_of_their_own():
    assert own_quantum(np.random.default_rng(0).uniform(0, 5, (3, 9))).tolist() == [0, 0, 0]


def test_gaps_and_zeros_say_nothing():
    assert own_quantum(np.array([[np.nan, 0.25, np.nan], [0.0, 0.0, 0.0]])).tolist() == [0.01, 1.0]


def test_numbers_of_single_precision_have_the_digits_they_were_written_with():
    load = np.array([[5.37, 0.01, 812.25]], dtype=np.float32)
    eps = float(np.finfo(np.float32).eps)
    assert own_quantum(load.astype(np.float64), precision=eps)[0] == pytest.approx(0.01)
