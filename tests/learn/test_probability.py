from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from powerchannel.learn.probability import learn_probabilities

ROWS = st.lists(st.tuples(st.integers(-50, 50), st.booleans()), min_size=1, max_size=200)


@given(ROWS, st.integers(1, 80))
def test_a_table_only_rises_and_keeps_the_share(rows: list[tuple[int, bool]], least: int) -> None:
    points, outcomes = np.array([r[0] for r in rows]), np.array([r[1] for r in rows])
    table = learn_probabilities(points, outcomes, least_rows=least)
    assert (np.diff(table.probability) >= 0).all()
    assert (np.diff(table.points) > 0).all()
    assert ((table.probability > 0) & (table.probability < 1)).all()
    asked = np.arange(-60, 60)
    assert (np.diff(table(asked)) >= 0).all()


def test_it_is_calibrated_on_many() -> None:
    rng = np.random.default_rng(0)
    points = rng.integers(0, 100, 20_000)
    chance = points / 120
    table = learn_probabilities(points, rng.uniform(size=20_000) < chance)
    asked = np.arange(5, 95)
    assert np.abs(table(asked) - asked / 120).max() < 0.06


def test_weights_stand_for_rows() -> None:
    points, outcomes = np.array([0, 0, 9, 9]), np.array([True, False, True, False])
    weights = np.array([1.0, 3.0, 3.0, 1.0])
    repeated = np.repeat(np.arange(4), weights.astype(int))
    one = learn_probabilities(points, outcomes, weights, least_rows=1)
    other = learn_probabilities(points[repeated], outcomes[repeated], least_rows=1)
    assert one.probability.tolist() == other.probability.tolist()
