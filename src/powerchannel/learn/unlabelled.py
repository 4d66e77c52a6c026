"""Learning from inspections that were not drawn alike, and from thefts alone (带偏差的检查结果)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, clone
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from powerchannel.learn.inspections import estimate_prevalence, keep_evenly
from powerchannel.learn.theft_classifier import TheftClassifier
from powerchannel.learn.two_classes import TwoClassClassifier, two_classes

__all__ = ["InspectedTheftClassifier", "UnlabelledTheftClassifier"]

_Floats = NDArray[np.float64]
_Mask = NDArray[np.bool_]


class _Rounds(TwoClassClassifier):
    """Models of several even draws, averaged."""

    def __init__(
        self,
        estimator: BaseEstimator | None = None,
        *,
        rounds: int = 3,
        least_propensity: float = 0.05,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        self.estimator = estimator
        self.rounds = rounds
        self.least_propensity = least_propensity
        self.random_state = random_state

    def predict_proba(self, X: ArrayLike) -> _Floats:
        """Return the probability of each class, of customers whom nobody chose (概率).

        Returns
        -------
        ndarray of float64, shape (customers, 2)
            Normal, theft.
        """
        check_is_fitted(self)
        known = validate_data(self, X, reset=False, dtype=np.float64, ensure_all_finite="allow-nan")
        shares = [_theft_share(model, known) for model in self.models_]
        theft = np.minimum(np.mean(shares, axis=0) / self.label_rate_, 1.0)
        return np.column_stack([1 - theft, theft])

    def _known(self, X: ArrayLike, y: ArrayLike) -> tuple[_Floats, _Mask]:
        known, labels = validate_data(self, X, y, dtype=np.float64, ensure_all_finite="allow-nan")
        self.classes_, is_theft = two_classes(labels)
        return known, is_theft

    def _untrained(self, random: np.random.RandomState) -> BaseEstimator:
        model = clone(self.estimator) if self.estimator is not None else TheftClassifier(trees=60)
        if "random_state" in model.get_params():
            model.set_params(random_state=random.randint(np.iinfo(np.int32).max))
        return model

    def _draws(self, chance: _Floats, random: np.random.RandomState) -> Iterator[_Mask]:
        """Draw what to keep: once where nothing is uneven, else once a round."""
        rng = np.random.default_rng(random.randint(np.iinfo(np.int32).max))
        is_even = len(np.unique(chance[~np.isnan(chance)])) < 2
        for _ in range(1 if is_even else self.rounds):
            yield keep_evenly(chance, rng, least=self.least_propensity)


class InspectedTheftClassifier(_Rounds):
    """Learn from inspections that a model, people and chance had chosen (检查结果学习).

    What was inspected is not what there is: a model that learns from its own choices learns its own
    prejudice, most of all where the choice looked at something that is no feature. With the logged
    propensities, inspections are drawn so that all customers had one chance (`keep_evenly`), and
    the models of several draws are averaged. Tips have no propensity and take no part.

    Parameters
    ----------
    estimator : estimator, optional
        What learns; without, a `TheftClassifier` of 60 trees a forest.
    rounds : int
        Draws.
    least_propensity : float
        Propensities below count as this.
    random_state : int, RandomState, optional
        The same seed gives the same draws and models.

    Attributes
    ----------
    classes_ : ndarray, shape (2,)
        The second is theft.
    models_ : list of estimators
        One a draw.
    label_rate_ : float
        1: all that was inspected is known.
    prevalence_ : float
        The share of thieves among all customers, as far as these inspections tell.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> X = rng.normal(size=(400, 2))
    >>> chance = np.where(X[:, 1] > 0, 0.8, 0.2)
    >>> model = InspectedTheftClassifier(TheftClassifier(trees=10), random_state=0)
    >>> model.fit(X, X[:, 0] > 1, propensity=chance).predict([[2.5, 0.0]]).tolist()
    [True]
    """

    def fit(self, X: ArrayLike, y: ArrayLike, propensity: ArrayLike | None = None) -> Self:
        """Learn from customers who were inspected (训练).

        Parameters
        ----------
        X : array-like, shape (inspections, features)
            NaN where nothing can be said.
        y : array-like, shape (inspections,)
            Two classes; the second in order is theft.
        propensity : array-like of float, shape (inspections,), optional
            The chance of having been chosen, NaN after tips; without, all had the same.

        Raises
        ------
        ValueError
            When there are not two classes, or propensities are none.
        """
        known, is_theft = self._known(X, y)
        chance = _chances(propensity, len(known))
        random = check_random_state(self.random_state)
        self.label_rate_ = 1.0
        self.prevalence_ = estimate_prevalence(is_theft, chance).share
        self.models_ = []
        for kept in self._draws(chance, random):
            if len(np.unique(is_theft[kept])) < 2:
                kept = ~np.isnan(chance)
            self.models_.append(self._untrained(random).fit(known[kept], is_theft[kept]))
        return self


class UnlabelledTheftClassifier(_Rounds):
    """Learn from thefts that were found, and from everybody else (正例与未标注学习).

    Of most customers nothing is known: they are not honest, they are unlabelled. A model that tells
    found thefts from the rest says how likely a theft is *and found*; divided by the share of
    thefts that are found, it says how likely a theft is (Elkan and Noto, KDD 2008). Where the
    chance of being inspected differed, found thefts of propensity e are kept as found with chance
    ``lowest / e`` and count as unlabelled otherwise, so that all thefts were found with one chance,
    the lowest; the models of several draws are averaged.

    Parameters
    ----------
    estimator : estimator, optional
        What learns; without, a `TheftClassifier` of 60 trees a forest.
    rounds : int
        Draws, where propensities differ.
    least_propensity : float
        Propensities below count as this.
    label_rate : float, optional
        The share of thefts that are found, where there are no propensities; without, it is
        estimated as the mean that held-out found thefts are given, which is too low where no theft
        is beyond doubt, so that probabilities come out too high.
    folds : int
        Parts for that.
    random_state : int, RandomState, optional
        The same seed gives the same draws and models.

    Attributes
    ----------
    classes_ : ndarray, shape (2,)
        Not known, found.
    models_ : list of estimators
        One a draw.
    label_rate_ : float
        The share of thefts that are found.
    prevalence_ : float
        The share of thieves among all customers.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> X = rng.normal(size=(600, 2))
    >>> found = (X[:, 0] > 1) & (rng.uniform(size=600) < 0.5)
    >>> model = UnlabelledTheftClassifier(TheftClassifier(trees=20), random_state=0).fit(X, found)
    >>> bool(model.prevalence_ > found.mean())
    True
    """

    def __init__(
        self,
        estimator: BaseEstimator | None = None,
        *,
        rounds: int = 3,
        least_propensity: float = 0.05,
        label_rate: float | None = None,
        folds: int = 5,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        super().__init__(
            estimator,
            rounds=rounds,
            least_propensity=least_propensity,
            random_state=random_state,
        )
        self.label_rate = label_rate
        self.folds = folds

    def fit(self, X: ArrayLike, y: ArrayLike, propensity: ArrayLike | None = None) -> Self:
        """Learn from all customers (训练).

        Parameters
        ----------
        X : array-like, shape (customers, features)
            NaN where nothing can be said.
        y : array-like, shape (customers,)
            Two classes: not known, found.
        propensity : array-like of float, shape (customers,), optional
            The chance of being inspected; asked of found thefts alone. NaN, as after tips: counts
            as not known. Without, all had the same, which is `label_rate`.

        Raises
        ------
        ValueError
            When there are not two classes, or propensities are none.
        """
        known, is_found = self._known(X, y)
        random = check_random_state(self.random_state)
        given = _chances(propensity, len(known))
        chance = np.where(is_found, given, np.nan)
        if propensity is None:
            self.label_rate_ = self.label_rate or self._learnt_rate(known, is_found, random)
            thefts = is_found.sum() / self.label_rate_
        else:
            held = np.maximum(chance, self.least_propensity)
            self.label_rate_ = float(np.nanmin(held, initial=1.0))
            thefts = np.nansum(1 / chance)
        self.prevalence_ = min(1.0, float(thefts) / len(known))
        self.models_ = []
        for kept in self._draws(chance[is_found], random):
            labels = is_found.copy()
            labels[is_found] = kept | (not kept.any())
            self.models_.append(self._untrained(random).fit(known, labels))
        return self

    def _learnt_rate(self, known: _Floats, is_found: _Mask, random: np.random.RandomState) -> float:
        """Return what found thefts are given by models that did not see them, on average."""
        parts = min(self.folds, int(is_found.sum()), int((~is_found).sum()))
        if parts < 2:
            return 1.0
        folds = StratifiedKFold(parts, shuffle=True, random_state=random)
        share = cross_val_predict(
            self._untrained(random), known, is_found, cv=folds, method="predict_proba"
        )[:, 1]
        least = float(is_found.mean())
        return min(1.0, max(float(share[is_found].mean()), least))


def _theft_share(model: BaseEstimator, known: _Floats) -> _Floats:
    return np.asarray(model.predict_proba(known)[:, 1], np.float64)


def _chances(propensity: ArrayLike | None, rows: int) -> _Floats:
    if propensity is None:
        return np.ones(rows)
    chance = np.asarray(propensity, np.float64)
    if chance.shape != (rows,):
        raise ValueError(f"propensities of shape {chance.shape} for {rows} rows; give one a row")
    return chance
