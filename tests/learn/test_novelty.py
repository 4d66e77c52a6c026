from __future__ import annotations

import pickle

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.utils.estimator_checks import parametrize_with_checks

from powerchannel.learn import NoveltyDetector

Floats = NDArray[np.float64]


@parametrize_with_checks([NoveltyDetector(trees=20, random_state=0)])
def test_it_keeps_the_contract(estimator: NoveltyDetector, check) -> None:  # type: ignore[no-untyped-def]
    check(estimator)


@pytest.fixture(scope="module")
def usual() -> Floats:
    rng = np.random.default_rng(2)
    x = rng.normal(size=1000)
    return np.column_stack([x, x + 0.2 * rng.normal(size=1000), rng.gamma(2, size=1000)])


@pytest.fixture(scope="module")
def model(usual: Floats) -> NoveltyDetector:
    return NoveltyDetector(trees=60, random_state=0).fit(usual)


def test_reasons_sum_to_points_and_name_the_feature(model: NoveltyDetector) -> None:
    X = np.array([[0.0, 0.0, 30.0], [7.0, 0.0, 1.5]])
    points, reasons = model.points(X), model.reasons(X)
    assert reasons.dtype == np.int64
    assert reasons.sum(axis=1).tolist() == points.tolist()
    assert reasons[:, :3].argmax(axis=1).tolist() == [2, 0]
    assert np.abs(points + model.score_samples(X)).max() <= 0.5


def test_further_away_is_never_less(model: NoveltyDetector) -> None:
    alone = model.reasons(np.column_stack([np.linspace(0, 50, 30), np.zeros((30, 2))]))[:, 0]
    assert (np.diff(alone) >= 0).all()
    assert alone[-1] > alone[0]


def test_single_values_far_away_are_found(usual: Floats, model: NoveltyDetector) -> None:
    far = np.array([[0.0, 0.0, 40.0], [9.0, 9.0, 1.0]])
    assert (model.predict(far) == -1).all()
    assert (model.predict(usual) == -1).mean() == pytest.approx(0.02, abs=0.002)


def test_outliers_among_those_learnt_from_do_not_hide_each_other(usual: Floats) -> None:
    spoilt = np.vstack([usual, np.tile([60.0, 60.0, 0.0], (150, 1))])
    model = NoveltyDetector(trees=60, together=0.0, random_state=0).fit(spoilt)
    points = model.points(spoilt)
    assert points[1000:].min() > points[:1000].max()


def test_what_is_missing_is_as_usual_as_can_be(model: NoveltyDetector) -> None:
    blank = np.full((1, 3), np.nan)
    assert model.reasons(blank)[0, :3].tolist() == [0, 0, 0]


def test_one_customer_alone_has_the_same_points(usual: Floats, model: NoveltyDetector) -> None:
    alone = [int(model.points(usual[i : i + 1])[0]) for i in range(10)]
    assert alone == model.points(usual[:10]).tolist()
    again = pickle.loads(pickle.dumps(model))
    assert again.points(usual).tolist() == model.points(usual).tolist()


def test_a_feature_without_any_value_and_one_without_spread_are_no_trouble() -> None:
    X = np.column_stack([np.full(50, np.nan), np.full(50, 3.0), np.arange(50.0)])
    model = NoveltyDetector(trees=5, random_state=0).fit(X)
    assert model.reasons(X)[:, :2].max() == 0
