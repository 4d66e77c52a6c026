"""The models that are compared, ours and the peers', each on what suits it."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from attrs import frozen
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, clone
from sklearn.ensemble import (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    HistGradientBoostingClassifier,
    IsolationForest,
)
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import QuantileTransformer

from powerchannel.learn import TheftClassifier
from powerchannel.theft.consumption import Days, features, learn_peers

__all__ = [
    "BOOSTING",
    "ISOLATION",
    "LOGISTIC",
    "OURS",
    "Described",
    "amounts",
    "boosting",
    "day_forest",
    "described",
    "models",
    "probability",
    "suspicion",
]

OURS, BOOSTING = "powerchannel", "gradient boosting"
LOGISTIC, ISOLATION = "logistic regression", "isolation forest"

_Floats: TypeAlias = NDArray[np.float64]


@frozen(kw_only=True, eq=False)
class Described:
    """Customers by the library's features, and by these with the logs of each day."""

    features: _Floats
    with_days: _Floats


def described(energy: _Floats, on: NDArray[np.datetime64]) -> Described:
    """Describe customers; the peers' day factors do not look at any label."""
    found = features(energy, on, peers=learn_peers(Days(energy, on)))
    values = found.values[:, ~np.isnan(found.values).all(axis=0)]
    logs = np.log1p(np.maximum(np.nan_to_num(energy), 0))
    return Described(features=values, with_days=np.hstack([values, logs]))


def boosting(*, trees: int = 150, seed: int = 0) -> BaseEstimator:
    """Return plain gradient boosting, as in the measured baselines."""
    return HistGradientBoostingClassifier(
        max_iter=trees,
        learning_rate=0.05,
        max_leaf_nodes=15,
        min_samples_leaf=40,
        l2_regularization=5,
        random_state=seed,
    )


def models(*, trees: int, seed: int) -> dict[str, tuple[BaseEstimator, bool]]:
    """Return each model, and whether it gets each day beside the features."""
    scaled = QuantileTransformer(n_quantiles=100, output_distribution="normal", random_state=seed)
    return {
        OURS: (TheftClassifier(trees=trees, random_state=seed), True),
        BOOSTING: (boosting(trees=trees, seed=seed), False),
        LOGISTIC: (_Filled(make_pipeline(scaled, LogisticRegression(C=0.1, max_iter=500))), False),
        ISOLATION: (_Filled(IsolationForest(n_estimators=trees, random_state=seed)), False),
    }


class _Filled(BaseEstimator):  # type: ignore[misc]
    """A model that takes no NaN: what cannot be said is 0."""

    def __init__(self, model: BaseEstimator) -> None:
        self.model = model

    def fit(self, X: _Floats, y: NDArray[np.bool_]) -> _Filled:  # noqa: N803
        self.model_ = clone(self.model).fit(np.nan_to_num(X), y)
        return self

    def suspicion(self, X: _Floats) -> _Floats:  # noqa: N803
        """Return the probability, or how unlike the others."""
        if hasattr(self.model_, "predict_proba"):
            return np.asarray(self.model_.predict_proba(np.nan_to_num(X))[:, 1])
        return np.asarray(-self.model_.score_samples(np.nan_to_num(X)))


def suspicion(model: BaseEstimator, X: _Floats) -> _Floats:  # noqa: N803
    """Return what ranks customers: more is more suspicious."""
    if isinstance(model, _Filled):
        return model.suspicion(X)
    if isinstance(model, TheftClassifier):
        return model.points(X).astype(np.float64)
    return probability(model, X)


def probability(model: BaseEstimator, X: _Floats) -> _Floats:  # noqa: N803
    """Return how likely theft is; of what says nothing of the kind, how unlike the others."""
    if isinstance(model, _Filled):
        return model.suspicion(X)
    return np.asarray(model.predict_proba(X)[:, 1])


def amounts(*, trees: int, seed: int) -> BaseEstimator:
    """Return what learns how much is stolen, from those who steal."""
    return ExtraTreesRegressor(
        n_estimators=trees, min_samples_leaf=3, max_features=0.4, random_state=seed
    )


def day_forest(*, trees: int, seed: int) -> BaseEstimator:
    """Return what tells attacked days of half hours."""
    return ExtraTreesClassifier(
        n_estimators=trees, min_samples_leaf=5, max_features=0.3, random_state=seed
    )
