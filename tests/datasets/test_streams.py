from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from powerchannel.datasets.streams import (
    BLOCK,
    block_count,
    choose,
    cumulative,
    fixed_digits,
    poisson_cumulative,
    stream,
    whole,
)


def test_a_stream_is_named_by_all_of_its_parts() -> None:
    firsts = {
        stream(1, "contacts", 0, 626).random(),
        stream(2, "contacts", 0, 626).random(),
        stream(1, "readings", 0, 626).random(),
        stream(1, "contacts", 1, 626).random(),
        stream(1, "contacts", 0, 627).random(),
    }
    assert len(firsts) == 5
    assert stream(1, "contacts", 0, 626).random() in firsts


def test_a_stream_draws_the_same_numbers_with_every_version() -> None:
    draws = stream(1, "customers", 0).random(3, dtype=np.float32)
    assert draws.tobytes().hex() == "2f44423fc0bb083f42a8163f"


@pytest.mark.parametrize(
    ("customers", "blocks"), [(1, 1), (BLOCK - 1, 1), (BLOCK, 1), (BLOCK + 1, 2)]
)
def test_blocks_hold_all_customers(customers: int, blocks: int) -> None:
    assert block_count(customers) == blocks


weights = st.lists(st.integers(0, 50), min_size=1, max_size=12).filter(any)


@given(weights)
def test_the_cumulative_weights_end_at_exactly_one(found: list[int]) -> None:
    distribution = cumulative(np.array(found, dtype=np.float64))
    assert distribution[-1] == 1.0
    assert (np.diff(distribution) >= 0).all()


@given(weights, st.integers(0, 2**24 - 1))
def test_both_forms_choose_alike_and_never_what_has_no_weight(found: list[int], raw: int) -> None:
    draws = np.array([raw / 2**24], dtype=np.float32)
    distribution = cumulative(np.array(found, dtype=np.float64))
    one = choose(distribution, draws)
    assert one.tolist() == choose(distribution[None, :], draws).tolist()
    assert found[one[0]] > 0


def test_choices_have_their_shares() -> None:
    draws = (np.arange(1000) / 1000).astype(np.float32)
    counts = np.bincount(choose(cumulative(np.array([1.0, 3.0])), draws))
    assert counts.tolist() == [250, 750]


def test_poisson_counts_have_their_mean() -> None:
    means = np.array([0.0, 0.3, 2.0])
    distribution = poisson_cumulative(means, 24)
    expected = (1 - distribution).sum(axis=1)
    np.testing.assert_allclose(expected, means, atol=1e-9)


def test_poisson_counts_are_cut_at_the_most() -> None:
    assert poisson_cumulative(np.array([5.0]), 3).shape == (1, 4)


@given(st.integers(1, 10**9), st.integers(0, 2**24 - 1))
def test_whole_numbers_stay_below_the_count(count: int, raw: int) -> None:
    draws = np.array([raw / 2**24], dtype=np.float32)
    assert whole(draws, count).tolist() == [raw * count // 2**24]


@given(st.lists(st.integers(0, 10**13 - 1), max_size=5))
def test_digits_read_back_as_the_numbers(numbers: list[int]) -> None:
    digits = fixed_digits(np.array(numbers, dtype=np.int64), 13)
    assert [int(d) for d in digits.tolist()] == numbers
    assert all(len(d) == 13 for d in digits.tolist())
