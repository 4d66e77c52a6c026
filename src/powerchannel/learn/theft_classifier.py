"""Forests that rank suspicions, with points whose reasons sum exactly (窃电嫌疑分类器)."""

from __future__ import annotations

from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils.validation import check_is_fitted, validate_data

from powerchannel.learn.path_reasons import path_reasons
from powerchannel.learn.probability import learn_probabilities
from powerchannel.learn.two_classes import PointsClassifier, two_classes
from powerchannel.learn.whole_points import whole_points

__all__ = ["TheftClassifier"]

_LARGEST = float(np.finfo(np.float32).max)


class TheftClassifier(PointsClassifier):
    """Two forests, averaged: points with reasons, and a printed probability table (嫌疑分类器).

    Points are the mean share of thieves in the leaves that a customer falls into, in units of
    ``1 / scale``. Each split on the way to a leaf changes that share, and the change belongs to the
    feature that was asked: reasons are these changes in whole points, and sum to the points
    exactly. Probabilities are read from a table that only rises, learnt from trees that had not
    seen the row (out of bag). Rank by points: many of them share one probability.

    Parameters
    ----------
    trees : int
        Trees of each of the two forests.
    least_rows : int
        Rows of a leaf at least.
    feature_share : float
        Of the features, how many a split of the second forest may choose from; the first one, which
        looks for the best place of each, takes the square root of their number.
    row_share : float
        Of the rows, how many a tree sees.
    scale : int
        Points of a share of 1.
    n_jobs : int, optional
        Cores.
    random_state : int, RandomState, optional
        The same seed gives the same forests.

    Attributes
    ----------
    classes_ : ndarray, shape (2,)
        The second is theft.
    base_points_ : int
        What everybody has.
    probability_table_ : ProbabilityTable
        What points mean.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> X = rng.normal(size=(300, 3))
    >>> thieves = X[:, 0] + 0.3 * rng.normal(size=300) > 1
    >>> model = TheftClassifier(trees=20, random_state=0).fit(X, thieves)
    >>> points, reasons = model.points(X), model.reasons(X)
    >>> bool((reasons.sum(axis=1) + model.base_points_ == points).all())
    True
    """

    def __init__(
        self,
        *,
        trees: int = 150,
        least_rows: int = 5,
        feature_share: float = 0.3,
        row_share: float = 0.7,
        scale: int = 1000,
        n_jobs: int | None = None,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        self.trees = trees
        self.least_rows = least_rows
        self.feature_share = feature_share
        self.row_share = row_share
        self.scale = scale
        self.n_jobs = n_jobs
        self.random_state = random_state

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Learn from customers whose finding is known (训练).

        Parameters
        ----------
        X : array-like, shape (customers, features)
            NaN where nothing can be said: it counts as the median of the feature.
        y : array-like, shape (customers,)
            Two classes; the second in order is theft.
        """
        known, labels = validate_data(self, X, y, dtype=np.float64, ensure_all_finite="allow-nan")
        self.classes_, is_theft = two_classes(labels)
        self._medians = _medians(known)
        cells = self._filled(known)
        forests = self._untrained(max(1, round(self.row_share * len(cells))))
        self._forests = tuple(forest.fit(cells, is_theft) for forest in forests)
        shares = [_positive_shares(tree)[0] for tree in self._trees()]
        self._base = float(np.mean(shares))
        self.base_points_ = round(self._base * self.scale)
        self.probability_table_ = learn_probabilities(self._unseen_points(cells), is_theft)
        return self

    def points(self, X: ArrayLike) -> NDArray[np.int64]:
        """Return whole points; more is more suspicious (分值).

        Returns
        -------
        ndarray of int64, shape (customers,)
        """
        return self._points(self._cells(X))

    def reasons(self, X: ArrayLike) -> NDArray[np.int64]:
        """Return the points of each feature (分值理由).

        Returns
        -------
        ndarray of int64, shape (customers, features)
            With `base_points_` they sum to `points`.
        """
        cells = self._cells(X)
        parts = np.zeros(cells.shape)
        trees = self._trees()
        for tree in trees:
            parts += path_reasons(tree.tree_, cells)[1]
        changed = self._points(cells) - self.base_points_
        return whole_points(parts * (self.scale / len(trees)), changed)

    def _cells(self, X: ArrayLike) -> NDArray[np.float32]:
        check_is_fitted(self)
        return self._filled(
            validate_data(self, X, reset=False, dtype=np.float64, ensure_all_finite="allow-nan")
        )

    def _points(self, cells: NDArray[np.float32]) -> NDArray[np.int64]:
        """Return the mean share in the leaves; threads sum in any order, so digits are cut."""
        shares = [forest.predict_proba(cells)[:, 1] for forest in self._forests]
        changed = np.round((np.mean(shares, axis=0) - self._base) * self.scale, 6)
        return np.asarray(self.base_points_ + np.floor(changed + 0.5), np.int64)

    def _untrained(self, rows: int) -> tuple[RandomForestClassifier, ExtraTreesClassifier]:
        options = {
            "n_estimators": self.trees,
            "min_samples_leaf": self.least_rows,
            "max_samples": rows,
            "bootstrap": True,
            "n_jobs": self.n_jobs,
            "random_state": self.random_state,
        }
        return (
            RandomForestClassifier(max_features="sqrt", **options),
            ExtraTreesClassifier(max_features=self.feature_share, **options),
        )

    def _trees(self) -> list[DecisionTreeClassifier]:
        return [tree for forest in self._forests for tree in forest.estimators_]

    def _filled(self, X: NDArray[np.float64]) -> NDArray[np.float32]:
        return np.where(np.isnan(X), self._medians, X).clip(-_LARGEST, _LARGEST).astype(np.float32)

    def _unseen_points(self, cells: NDArray[np.float32]) -> NDArray[np.int64]:
        """Return the points of each row by the trees that did not see it; by all where none is."""
        total, count = np.zeros(len(cells)), np.zeros(len(cells))
        everywhere = np.zeros(len(cells))
        for forest in self._forests:
            for tree, seen in zip(forest.estimators_, forest.estimators_samples_, strict=True):
                share = _positive_shares(tree)[tree.apply(cells)]
                is_unseen = np.ones(len(cells), np.bool_)
                is_unseen[seen] = False
                total += np.where(is_unseen, share, 0.0)
                count += is_unseen
                everywhere += share
        known = np.where(count > 0, total, everywhere) / np.where(
            count > 0, count, len(self._trees())
        )
        return np.rint(known * self.scale).astype(np.int64)


def _medians(X: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the median of each feature; 0 where nothing is known."""
    there = ~np.isnan(X).all(axis=0)
    medians = np.zeros(X.shape[1])
    medians[there] = np.nanmedian(X[:, there], axis=0)
    return medians


def _positive_shares(tree: DecisionTreeClassifier) -> NDArray[np.float64]:
    """Return the share of positives in each node."""
    counts = tree.tree_.value[:, 0, :]
    return np.asarray(counts[:, -1] / counts.sum(axis=1))
