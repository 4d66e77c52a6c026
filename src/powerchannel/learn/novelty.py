"""How unlike the others a customer is, where nobody was inspected (无监督异常检测)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, OutlierMixin
from sklearn.ensemble import IsolationForest
from sklearn.utils.validation import check_is_fitted, validate_data

from powerchannel.learn.whole_points import whole_points

if TYPE_CHECKING:
    from sklearn.utils import Tags

__all__ = ["NoveltyDetector"]

_Floats = NDArray[np.float64]
_TO_SIGMA = 1.4826
_FURTHEST = 8.0


class NoveltyDetector(OutlierMixin, BaseEstimator):  # type: ignore[misc]
    """Points for being unlike the others, feature by feature and all together (新奇检测器).

    To be unlike others is not to steal. With the findings of 25,863 customers of State Grid, whose
    daily use is known for 26 days, isolation forests ranked thieves with an AUC of 0.53 to 0.55, as
    features had it: barely above chance. Use it to look for broken data and rare behaviour where
    there are no findings at all, and `TheftClassifier` as soon as there are some.

    Each feature is put beside its median in units of its median deviation, so that outliers among
    those learnt from do not hide each other. Points are the mean share that each feature has of
    being far away, and what an isolation forest adds for combinations of features.

    Parameters
    ----------
    contamination : float
        The share that `predict` calls unlike the others.
    trees : int
        Of the isolation forest.
    together : float
        How much the forest counts beside the single features, from 0 to 1.
    scale : int
        Points of a customer who is as far away as can be.
    n_jobs : int, optional
        Cores.
    random_state : int, RandomState, optional
        The same seed gives the same forest.

    Attributes
    ----------
    offset_ : float
        From minus so many points on, `predict` calls a customer unlike the others.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> X = np.vstack([rng.normal(size=(200, 2)), [[9.0, 0.0]]])
    >>> model = NoveltyDetector(trees=20, contamination=0.01, random_state=0).fit(X)
    >>> reasons = model.reasons(X[-1:])[0]
    >>> int(np.argmax(model.points(X))), bool(reasons[0] > reasons[1])
    (200, True)
    """

    def __init__(
        self,
        *,
        contamination: float = 0.02,
        trees: int = 100,
        together: float = 0.5,
        scale: int = 1000,
        n_jobs: int | None = None,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        self.contamination = contamination
        self.trees = trees
        self.together = together
        self.scale = scale
        self.n_jobs = n_jobs
        self.random_state = random_state

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags

    def fit(self, X: ArrayLike, y: object = None) -> Self:
        """Learn what is usual (训练).

        Parameters
        ----------
        X : array-like, shape (customers, features)
            NaN where nothing can be said: it is as usual as can be.
        y : ignored
            Nobody was inspected.
        """
        del y
        known = validate_data(self, X, dtype=np.float64, ensure_all_finite="allow-nan")
        self._centre, self._spread = _usual(known)
        self._forest = IsolationForest(
            n_estimators=self.trees, n_jobs=self.n_jobs, random_state=self.random_state
        ).fit(self._sigmas(known))
        points = self._parts(known).sum(axis=1)
        self.offset_ = -float(np.quantile(points, 1 - self.contamination))
        return self

    def points(self, X: ArrayLike) -> NDArray[np.int64]:
        """Return whole points; more is more unlike the others (分值).

        Returns
        -------
        ndarray of int64, shape (customers,)
        """
        return np.asarray(self.reasons(X).sum(axis=1))

    def reasons(self, X: ArrayLike) -> NDArray[np.int64]:
        """Return the points of each feature, and of all together in the last column (分值理由).

        Returns
        -------
        ndarray of int64, shape (customers, features + 1)
            They sum to `points`.
        """
        return whole_points(self._checked_parts(X))

    def score_samples(self, X: ArrayLike) -> _Floats:
        """Return minus the points before rounding: less is more unlike the others (得分)."""
        return np.asarray(-self._checked_parts(X).sum(axis=1))

    def decision_function(self, X: ArrayLike) -> _Floats:
        """Return `score_samples` beside the limit: negative is unlike the others (判别函数)."""
        return np.asarray(self.score_samples(X) - self.offset_)

    def predict(self, X: ArrayLike) -> NDArray[np.int64]:
        """Return -1 for who is unlike the others, else 1 (判别)."""
        return np.where(self.decision_function(X) < 0, -1, 1)

    def _checked_parts(self, X: ArrayLike) -> _Floats:
        check_is_fitted(self)
        known = validate_data(self, X, reset=False, dtype=np.float64, ensure_all_finite="allow-nan")
        return self._parts(known)

    def _parts(self, known: _Floats) -> _Floats:
        sigmas = self._sigmas(known)
        alone = np.abs(sigmas) / _FURTHEST / sigmas.shape[1]
        all_together = -self._forest.score_samples(sigmas)
        shares = np.column_stack([(1 - self.together) * alone, self.together * all_together])
        return np.asarray(shares * self.scale)

    def _sigmas(self, known: _Floats) -> _Floats:
        """Return how far each value is from the usual, 0 where nothing is known."""
        apart = np.where(np.isnan(known), 0.0, known - self._centre) / self._spread
        return np.clip(apart, -_FURTHEST, _FURTHEST)


def _usual(known: _Floats) -> tuple[_Floats, _Floats]:
    """Return the median of each feature, and its median deviation as one sigma."""
    there = ~np.isnan(known).all(axis=0)
    centre, spread = np.zeros(known.shape[1]), np.ones(known.shape[1])
    mine = known[:, there]
    centre[there] = np.nanmedian(mine, axis=0)
    away = _TO_SIGMA * np.nanmedian(np.abs(mine - centre[there]), axis=0)
    plain = np.nanstd(mine, axis=0)
    spread[there] = np.where(away > 0, away, np.where(plain > 0, plain, 1.0))
    return centre, spread
