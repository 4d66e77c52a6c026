from __future__ import annotations

import pickle

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.utils.estimator_checks import parametrize_with_checks

from powerchannel.learn import TheftClassifier

Floats = NDArray[np.float64]


@parametrize_with_checks([TheftClassifier(trees=10, random_state=0)])
def test_it_keeps_the_contract(estimator: TheftClassifier, check) -> None:  # type: ignore[no-untyped-def]
    check(estimator)


@pytest.fixture(scope="module")
def data() -> tuple[Floats, NDArray[np.bool_]]:
    rng = np.random.default_rng(3)
    X = rng.normal(size=(1200, 5))
    odds = 2.2 * X[:, 0] - 1.5 * X[:, 1] * (X[:, 2] > 0) - 2
    return X, rng.uniform(size=1200) < 1 / (1 + np.exp(-odds))


@pytest.fixture(scope="module")
def model(data: tuple[Floats, NDArray[np.bool_]]) -> TheftClassifier:
    X, y = data
    return TheftClassifier(trees=30, random_state=1).fit(X[:800], y[:800])


def test_reasons_sum_to_points_and_points_are_the_mean_share(
    model: TheftClassifier, data: tuple[Floats, NDArray[np.bool_]]
) -> None:
    X = data[0][800:]
    points, reasons = model.points(X), model.reasons(X)
    assert reasons.dtype == points.dtype == np.int64
    assert (reasons.sum(axis=1) + model.base_points_ == points).all()
    shares = np.mean([forest.predict_proba(X)[:, 1] for forest in model._forests], axis=0)
    assert np.abs(points - shares * model.scale).max() <= 1.5


def test_the_probability_only_rises_with_points(
    model: TheftClassifier, data: tuple[Floats, NDArray[np.bool_]]
) -> None:
    X = data[0][800:]
    order = np.argsort(model.points(X), kind="stable")
    assert (np.diff(model.predict_proba(X)[order, 1]) >= 0).all()
    assert (np.diff(model.probability_table_.table["probability"]) >= 0).all()


def test_it_finds_what_matters_and_is_calibrated(
    model: TheftClassifier, data: tuple[Floats, NDArray[np.bool_]]
) -> None:
    X, y = data[0][800:], data[1][800:]
    theft = model.predict_proba(X)[:, 1]
    assert abs(theft.mean() - y.mean()) < 0.05
    told = np.abs(model.reasons(X)).mean(axis=0)
    assert set(np.argsort(-told)[:3].tolist()) == {0, 1, 2}


def test_one_customer_alone_has_the_same_points(
    model: TheftClassifier, data: tuple[Floats, NDArray[np.bool_]]
) -> None:
    X = data[0][800:820]
    alone = [int(model.points(X[i : i + 1])[0]) for i in range(len(X))]
    assert alone == model.points(X).tolist()


def test_what_is_missing_counts_as_the_median(model: TheftClassifier) -> None:
    blank = np.full((1, 5), np.nan)
    assert model.points(blank).tolist() == model.points(model._medians[None]).tolist()


def test_the_same_seed_gives_the_same_model(data: tuple[Floats, NDArray[np.bool_]]) -> None:
    X, y = data[0][:300], data[1][:300]
    one, other = (TheftClassifier(trees=5, random_state=7).fit(X, y) for _ in range(2))
    assert one.points(X).tolist() == other.points(X).tolist()
    again = pickle.loads(pickle.dumps(one))
    assert again.points(X).tolist() == one.points(X).tolist()
    assert clone(one).get_params() == one.get_params()


@pytest.mark.parametrize(
    ("labels", "said"),
    [([0] * 30, "one class"), ([0, 1, 2] * 10, "Only binary"), ([0.5, 1.2, 3.3] * 10, "label")],
)
def test_labels_of_other_than_two_classes_are_refused(labels: list[float], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        TheftClassifier(trees=2).fit(np.zeros((30, 2)), labels)
