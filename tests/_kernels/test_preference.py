"""The arithmetic on plain arrays: golden numbers, and laws of scores and choices."""

from __future__ import annotations

import numpy as np
import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from powerchannel._kernels.preference import Factors, Scores, choose, score

FACTORS = Factors(
    points=np.array([1.0]),
    cap=31,
    streak=np.array([1.0, 1.0, 1.1, 1.2, 1.2, 1.2, 1.2]),
    is_any_run=False,
    grace=0,
    more_than=4,
    frequency=1.4,
    is_largest=False,
    complaint=np.array([1.0, 0.5]),
)


def scored(
    uses: list[int],
    factors: Factors = FACTORS,
    *,
    latent: int = 0,
    complaints: int = 0,
    is_disliked: bool = False,
) -> Scores:
    """Score one customer with one channel, uses old to new."""
    return score(
        np.array(uses, np.uint8).reshape(-1, 1, 1),
        np.array([[latent]]),
        np.array([[complaints]]),
        np.array([[is_disliked]]),
        factors,
    )


@pytest.mark.parametrize(
    ("uses", "given_", "expected"),
    [
        ([0, 0, 0, 0, 1, 1], {}, 2.2),
        ([0, 0, 0, 1, 1, 1], {}, 3.6),
        ([1, 1, 1, 1, 1, 0], {}, 7.0),
        ([0, 0, 0, 0, 0, 4], {}, 4.0),
        ([0, 0, 0, 0, 0, 5], {}, 7.0),
        ([1, 1, 1, 1, 1, 1], {}, 10.08),
        ([0, 0, 0, 1, 1, 1], {"complaints": 1}, 1.8),
        ([0, 0, 0, 1, 1, 1], {"complaints": 9}, 1.8),
        ([1, 1, 1, 1, 1, 1], {"is_disliked": True}, 0.0),
        ([0, 0, 0, 0, 1, 1], {"latent": 3}, 5.5),
        ([0, 0, 0, 0, 0, 0], {"latent": 3}, 3.0),
        ([0, 0, 0, 0, 0, 255], {}, 31 * 1.4),
    ],
)
def test_golden_scores(uses: list[int], given_: dict[str, int], expected: float) -> None:
    assert scored(uses, **given_).score[0, 0] == np.float32(expected)


@pytest.mark.parametrize(
    ("stock", "expected"), [(3.896104670190192, 3.0000007), (3.89610497982471, 3.0000007)]
)
def test_the_order_of_the_arithmetic_is_the_stated_one(stock: float, expected: float) -> None:
    # of these stocks any other order of x 1.1 x 1.4 x 0.5 gives another float32
    factors = evolve(FACTORS, points=np.array([stock / 2]), more_than=1)
    found = scored([0, 0, 0, 0, 1, 1], factors, complaints=1)
    assert found.stock[0, 0] == stock
    assert (found.uses[0, 0], found.streak[0, 0], found.frequency[0, 0]) == (2, 1.1, 1.4)
    assert found.score[0, 0] == np.float32(expected)
    assert found.score[0, 0] != np.float32(stock * (1.1 * 1.4) * 0.5)
    assert found.score.dtype == np.float32


@pytest.mark.parametrize(
    ("uses", "grace", "streak"),
    [
        ([1, 1, 1, 0], 0, 1.0),
        ([1, 1, 1, 0], 1, 1.2),
        ([1, 1, 1, 0, 0], 1, 1.0),
        ([1, 1, 1, 0, 1], 1, 1.0),
        ([1, 1, 1, 0, 1], 2, 1.2),
        ([1, 1, 1, 0, 0], 99, 1.2),
        ([0, 0, 0], 99, 1.0),
    ],
)
def test_grace(uses: list[int], grace: int, streak: float) -> None:
    assert scored(uses, evolve(FACTORS, grace=grace)).streak[0, 0] == streak


def test_any_run_of_the_window() -> None:
    factors = evolve(FACTORS, is_any_run=True)
    assert scored([1, 1, 1, 0, 1, 0], factors).streak[0, 0] == 1.2
    assert scored([1, 0, 1, 0, 1, 0], factors).streak[0, 0] == 1.0


@pytest.mark.parametrize(
    ("uses", "streak", "frequency"),
    [([1] * 6, 1.0, 1.4), ([0, 0, 0, 0, 1, 1], 1.1, 1.0), ([0] * 6, 1.0, 1.0)],
)
def test_the_larger_bonus_alone(uses: list[int], streak: float, frequency: float) -> None:
    found = scored(uses, evolve(FACTORS, is_largest=True))
    assert (found.streak[0, 0], found.frequency[0, 0]) == (streak, frequency)


def test_of_equal_bonuses_the_streak_is_named() -> None:
    found = scored([1] * 6, evolve(FACTORS, is_largest=True, frequency=1.2))
    assert (found.streak[0, 0], found.frequency[0, 0]) == (1.2, 1.0)


# one cell of any content, and rules with any options
months = st.lists(st.integers(0, 255), min_size=1, max_size=6)
rules = st.builds(
    evolve,
    st.just(FACTORS),
    cap=st.sampled_from([1, 3, 31, 255]),
    grace=st.integers(0, 6),
    is_any_run=st.booleans(),
    is_largest=st.booleans(),
    points=st.sampled_from([0.0, 0.3, 1.0, 7.7]).map(lambda p: np.array([p])),
)


@given(months, rules, st.data())
def test_one_more_use_never_lowers_the_score(
    uses: list[int], factors: Factors, data: st.DataObject
) -> None:
    more = list(uses)
    more[data.draw(st.integers(0, len(uses) - 1))] += 1
    if max(more) > 255:
        return
    latent = data.draw(st.integers(0, 6))
    before, after = (scored(u, factors, latent=latent).score[0, 0] for u in (uses, more))
    assert after >= before


@given(months, rules, st.integers(0, 6), st.integers(0, 3))
def test_a_complaint_never_helps_and_a_dislike_ends_it(
    uses: list[int], factors: Factors, latent: int, complaints: int
) -> None:
    free = scored(uses, factors, latent=latent).score[0, 0]
    assert scored(uses, factors, latent=latent, complaints=complaints).score[0, 0] <= free
    assert scored(uses, factors, latent=latent, is_disliked=True).score[0, 0] == 0.0


# choosing

scores_of_one = st.lists(st.sampled_from([0.0, 0.5, 1.0, 1.1, 2.2, 7.0]), min_size=1, max_size=9)


def one(values: list[float]) -> NDArray[np.float32]:
    return np.array([values], np.float32)


@given(scores_of_one, st.sampled_from([0.0, 0.5, 1.0]), st.randoms(use_true_random=False))
def test_choices_agree_with_plain_sorting(values: list[float], ratio: float, random) -> None:
    order = list(range(len(values)))
    random.shuffle(order)
    found = choose(one(values), np.array(order), ratio)
    ranked = sorted(order, key=lambda c: (-np.float32(values[c]), order.index(c)))
    best = max(values)
    for channel, value in enumerate(values):
        assert found.rank[0, channel] == (ranked.index(channel) + 1 if value > 0 else 0)
        assert found.is_tied[0, channel] == (value == best > 0 and values.count(best) > 1)
        is_near = float(np.float32(value)) >= ratio * float(np.float32(best))
        assert found.is_preferred[0, channel] == (value > 0 and is_near)
    assert found.first[0] == (ranked[0] if best > 0 else -1)


def test_no_score_no_choice() -> None:
    found = choose(one([0.0, 0.0]), np.array([1, 0]), 0.0)
    assert found.first.tolist() == [-1]
    assert found.rank.tolist() == [[0, 0]]
    assert not found.is_tied.any()
    assert not found.is_preferred.any()


def test_each_customer_is_chosen_for_alone() -> None:
    matrix = np.array([[1, 2], [2, 1], [0, 0], [3, 3]], np.float32)
    found = choose(matrix, np.array([1, 0]), 0.5)
    assert found.first.tolist() == [1, 0, -1, 1]
    assert found.rank.tolist() == [[2, 1], [1, 2], [0, 0], [2, 1]]
    assert found.is_tied.tolist() == [[False, False], [False, False], [False, False], [True, True]]
