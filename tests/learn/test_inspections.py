from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from powerchannel.learn import estimate_prevalence, keep_evenly


@given(st.lists(st.booleans(), min_size=1, max_size=50), st.floats(0.01, 1))
def test_of_one_propensity_the_share_is_the_plain_one(found: list[bool], chance: float) -> None:
    estimate = estimate_prevalence(found, np.full(len(found), chance))
    assert estimate.share == pytest.approx(estimate.naive)
    assert estimate.worth == pytest.approx(len(found))
    assert 0 <= estimate.low <= estimate.share <= estimate.high <= 1


def test_the_interval_holds_the_truth_as_often_as_it_says() -> None:
    rng = np.random.default_rng(4)
    held, naive = [], []
    for _ in range(200):
        is_theft = rng.uniform(size=4000) < 0.08
        chance = np.where(is_theft | (rng.uniform(size=4000) < 0.2), 0.5, 0.05)
        seen = rng.uniform(size=4000) < chance
        estimate = estimate_prevalence(is_theft[seen], chance[seen])
        held.append(estimate.low <= is_theft.mean() <= estimate.high)
        naive.append(estimate.naive)
    assert np.mean(held) > 0.9
    assert np.mean(naive) > 0.2


def test_tips_are_counted_and_left_out() -> None:
    estimate = estimate_prevalence([1, 0, 1, 1], [0.5, 0.5, np.nan, np.nan])
    assert (estimate.share, estimate.inspected, estimate.left_out) == (0.5, 2, 2)


@pytest.mark.parametrize(
    ("found", "chance", "said"),
    [
        ([1, 0], [0.5], "one each"),
        ([1], [0.0], "above 0"),
        ([1], [1.2], "at most 1"),
        ([1], [np.nan], "drawn at random"),
    ],
)
def test_what_cannot_be_weighed_is_refused(
    found: list[int], chance: list[float], said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        estimate_prevalence(found, chance)


def test_what_is_kept_is_even() -> None:
    rng = np.random.default_rng(0)
    chance = rng.uniform(0.1, 1, 40_000)
    seen = rng.uniform(size=40_000) < chance
    kept = keep_evenly(chance[seen], rng)
    low, high = (chance[seen][kept] < 0.3).mean(), (chance < 0.3).mean()
    assert low == pytest.approx(high, abs=0.02)
    assert (chance[seen] < 0.3).mean() < 0.6 * high


def test_propensities_below_the_least_count_as_it() -> None:
    chance = np.r_[np.full(500, 0.001), np.full(500, 0.5)]
    kept = keep_evenly(chance, np.random.default_rng(0), least=0.1)
    assert kept[:500].all()
    assert 60 < kept[500:].sum() < 140


@given(st.floats(0.01, 1), st.integers(0, 20))
def test_of_one_propensity_all_are_kept(chance: float, rows: int) -> None:
    assert keep_evenly(np.full(rows, chance), np.random.default_rng(0)).all()
