"""Planted bias: what was inspected is known to be uneven, and the truth is known as well."""

from __future__ import annotations

import numpy as np
import pytest
from attrs import frozen
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.utils.estimator_checks import parametrize_with_checks

from powerchannel.learn import (
    InspectedTheftClassifier,
    TheftClassifier,
    UnlabelledTheftClassifier,
    expected_calibration_error,
)

Floats = NDArray[np.float64]
SMALL = TheftClassifier(trees=5)


@parametrize_with_checks(
    [
        InspectedTheftClassifier(SMALL, random_state=0),
        UnlabelledTheftClassifier(SMALL, folds=2, random_state=0),
    ]
)
def test_they_keep_the_contract(estimator: object, check) -> None:  # type: ignore[no-untyped-def]
    check(estimator)


@frozen(kw_only=True, eq=False)
class Planted:
    """Customers, the truth, and what a policy looked at: the second feature, and a hidden one."""

    X: Floats
    is_theft: NDArray[np.bool_]
    chance: Floats
    is_seen: NDArray[np.bool_]


def planted(seed: int, count: int = 12_000) -> Planted:
    """Thieves have a high first feature; visits went to a high second one, and to old grudges.

    A grudge is no feature, and only thieves have one against them: among visits, the second feature
    seems to speak against theft; among thefts that were found, it seems to speak for it.
    """
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(count, 3))
    is_theft = rng.uniform(size=count) < 1 / (1 + np.exp(3.2 - X[:, 0]))
    grudge = rng.uniform(size=count) < np.where(is_theft, 0.4, 0.0)
    chance = np.where(grudge | (X[:, 1] > 0.5), 0.9, 0.05)
    return Planted(X=X, is_theft=is_theft, chance=chance, is_seen=rng.uniform(size=count) < chance)


@pytest.fixture(scope="module")
def plots() -> list[Planted]:
    return [planted(seed) for seed in range(3)]


def ranked(model: object) -> float:
    fresh = planted(99)
    theft = model.predict_proba(fresh.X)[:, 1]  # type: ignore[attr-defined]
    return float(roc_auc_score(fresh.is_theft, theft))


def test_inspections_weighed_by_propensity_beat_those_taken_as_they_are(
    plots: list[Planted],
) -> None:
    naive, even = [], []
    for plot in plots:
        X, y, chance = plot.X[plot.is_seen], plot.is_theft[plot.is_seen], plot.chance[plot.is_seen]
        plain = LogisticRegression().fit(X, y)
        model = InspectedTheftClassifier(LogisticRegression(), rounds=10, random_state=0)
        model.fit(X, y, propensity=chance)
        naive.append(ranked(plain))
        even.append(ranked(model))
        truth = plot.is_theft.mean()
        assert abs(model.prevalence_ - truth) < 0.3 * abs(y.mean() - truth)
        fresh = planted(99)
        errors = [
            expected_calibration_error(fresh.is_theft, found.predict_proba(fresh.X)[:, 1])
            for found in (model, plain)
        ]
        assert errors[0] < 0.5 * errors[1]
    assert np.mean(even) > np.mean(naive) + 0.02


def test_thefts_weighed_by_propensity_beat_found_against_the_rest(plots: list[Planted]) -> None:
    naive, even = [], []
    for plot in plots:
        found = plot.is_theft & plot.is_seen
        plain = LogisticRegression().fit(plot.X, found)
        model = UnlabelledTheftClassifier(LogisticRegression(), rounds=10, random_state=0)
        model.fit(plot.X, found, propensity=plot.chance)
        naive.append(ranked(plain))
        even.append(ranked(model))
        truth = plot.is_theft.mean()
        assert abs(model.prevalence_ - truth) < 0.5 * abs(found.mean() - truth)
    assert np.mean(even) > np.mean(naive) + 0.01


def test_without_propensities_the_share_that_is_found_is_learnt() -> None:
    rng = np.random.default_rng(1)
    X = rng.normal(size=(4000, 2))
    is_theft = X[:, 0] > 1.2
    found = is_theft & (rng.uniform(size=4000) < 0.4)
    model = UnlabelledTheftClassifier(TheftClassifier(trees=20), random_state=0).fit(X, found)
    assert model.label_rate_ == pytest.approx(0.4, abs=0.08)
    assert model.prevalence_ == pytest.approx(is_theft.mean(), rel=0.2)
    said = model.predict_proba(X)[:, 1]
    assert abs(said.mean() - is_theft.mean()) < 0.5 * abs(found.mean() - is_theft.mean())
    assert (model.predict(X) == is_theft).mean() > (found == is_theft).mean()


def test_a_label_rate_that_is_known_is_taken() -> None:
    rng = np.random.default_rng(1)
    X = rng.normal(size=(300, 2))
    found = (X[:, 0] > 1) & (rng.uniform(size=300) < 0.5)
    model = UnlabelledTheftClassifier(SMALL, label_rate=0.5, random_state=0).fit(X, found)
    assert model.label_rate_ == 0.5
    assert model.prevalence_ == pytest.approx(2 * found.mean())


def test_of_one_propensity_one_model_is_enough_and_tips_take_no_part() -> None:
    rng = np.random.default_rng(1)
    X = rng.normal(size=(200, 2))
    y = X[:, 0] > 0.5
    chance = np.where(np.arange(200) < 150, 0.3, np.nan)
    model = InspectedTheftClassifier(SMALL, rounds=4, random_state=3)
    model.fit(X, y, propensity=chance)
    alone = InspectedTheftClassifier(SMALL, rounds=4, random_state=3).fit(X[:150], y[:150])
    assert len(model.models_) == len(alone.models_) == 1
    assert model.prevalence_ == pytest.approx(y[:150].mean())
    assert model.predict_proba(X).tolist() == alone.predict_proba(X).tolist()


def test_the_same_seed_gives_the_same_draws(plots: list[Planted]) -> None:
    plot = plots[0]
    found = plot.is_theft & plot.is_seen
    one, other = (
        UnlabelledTheftClassifier(LogisticRegression(), random_state=5)
        .fit(plot.X, found, propensity=plot.chance)
        .predict_proba(plot.X[:50])
        for _ in range(2)
    )
    assert one.tolist() == other.tolist()


def test_a_propensity_for_each_row() -> None:
    with pytest.raises(ValueError, match="one a row"):
        InspectedTheftClassifier(SMALL).fit([[0.0], [1.0]], [0, 1], propensity=[0.5])
