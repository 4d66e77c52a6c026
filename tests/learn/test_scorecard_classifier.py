from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score
from sklearn.utils.estimator_checks import parametrize_with_checks

from powerchannel.learn import ScorecardClassifier
from powerchannel.rulebook import structure
from powerchannel.rulebook.writing import plain
from powerchannel.theft.scorecard import Card

Floats = NDArray[np.float64]
Data = tuple[Floats, NDArray[np.bool_]]
NAMES = ("drop", "line", "noise")


@parametrize_with_checks([ScorecardClassifier(random_state=0)])
def test_it_keeps_the_contract(estimator: ScorecardClassifier, check) -> None:  # type: ignore[no-untyped-def]
    check(estimator)


@pytest.fixture(scope="module")
def data() -> Data:
    rng = np.random.default_rng(5)
    X = np.column_stack([rng.normal(size=900), rng.integers(0, 2, 900), rng.normal(size=900)])
    odds = 1.8 * X[:, 0] - 1.2 * X[:, 1] - 2
    X[rng.random(900) < 0.1, 2] = np.nan
    return X, rng.uniform(size=900) < 1 / (1 + np.exp(-odds))


@pytest.fixture(scope="module")
def model(data: Data) -> ScorecardClassifier:
    X, y = data
    ways = ("rising", "falling", "any")
    return ScorecardClassifier(directions=ways, random_state=0).fit(X[:600], y[:600])


def test_the_card_scores_as_the_model(model: ScorecardClassifier, data: Data) -> None:
    X = data[0]
    card = model.to_card(NAMES)
    scored = card.score(X)
    assert scored.points.tolist() == model.points(X).tolist()
    assert scored.reasons.tolist() == model.reasons(X).tolist()
    assert np.abs(card.probability_of(scored.points) - model.predict_proba(X)[:, 1]).max() < 1e-9
    assert structure(Card, plain(card)) == card


def test_points_go_the_way_they_were_told(model: ScorecardClassifier) -> None:
    card = model.to_card(NAMES)
    rising, falling, _ = (evidence.points for evidence in card.evidence)
    assert all(a <= b for a, b in pairwise(rising))
    assert all(a >= b for a, b in pairwise(falling))
    assert len(falling) == 2


def test_it_learns_what_matters(model: ScorecardClassifier, data: Data) -> None:
    X, y = data[0][600:], data[1][600:]
    assert roc_auc_score(y, model.points(X)) > 0.8
    noise = np.ptp(model.reasons(X), axis=0)
    assert noise[2] < noise[0] / 3
    assert abs(model.predict_proba(X)[:, 1].mean() - y.mean()) < 0.06


def test_without_directions_the_findings_give_them(data: Data) -> None:
    X, y = data
    card = ScorecardClassifier(random_state=0).fit(X, y).to_card(NAMES)
    assert [evidence.direction for evidence in card.evidence][:2] == ["rising", "falling"]


def test_what_is_missing_has_points_of_its_own(data: Data) -> None:
    X, y = data[0].copy(), data[1]
    X[y & (np.arange(len(y)) % 2 == 0), 2] = np.nan
    model = ScorecardClassifier(random_state=0).fit(X, y)
    blank = model.reasons(np.array([[0.0, 0.0, np.nan], [0.0, 0.0, 0.0]]))[:, 2]
    assert blank[0] > 0
    assert blank[0] > blank[1]


def test_a_direction_too_few_is_told(data: Data) -> None:
    with pytest.raises(ValueError, match="1 directions for 3 features"):
        ScorecardClassifier(directions=("rising",)).fit(*data)
