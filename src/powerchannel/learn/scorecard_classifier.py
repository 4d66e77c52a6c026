"""A scorecard that a person can read, one way only where sense demands (可读评分卡)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Literal, Self, TypeAlias

import numpy as np
from attrs import frozen
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize
from sklearn.isotonic import isotonic_regression
from sklearn.model_selection import StratifiedKFold
from sklearn.utils.validation import check_is_fitted, validate_data

from powerchannel.learn.probability import learn_probabilities
from powerchannel.learn.two_classes import PointsClassifier, two_classes
from powerchannel.rulebook import Provenance
from powerchannel.text import Text
from powerchannel.theft.scorecard import Card, Evidence, Step

__all__ = ["Direction", "ScorecardClassifier"]

Direction: TypeAlias = Literal["rising", "falling", "any"]

_Floats: TypeAlias = NDArray[np.float64]
_PROBABILITY_DECIMALS = 4
_EDGE_DIGITS = 6


@frozen(eq=False)
class _Curve:
    """What the values of one feature are worth, in log odds: a step for each interval."""

    edges: _Floats
    worth: _Floats
    missing: float

    def of(self, values: _Floats) -> _Floats:
        found = self.worth[np.searchsorted(self.edges, values, side="right")]
        return np.where(np.isnan(values), self.missing, found)


class ScorecardClassifier(PointsClassifier):
    """Points by feature that a person can read, approve and change (评分卡分类器).

    Each feature is cut into steps; a step is worth the log odds of the findings in it, brought into
    the order that its direction says and drawn towards a straight line, because few findings say
    little. How much each feature counts is then weighed against the others, never below nothing.
    What was learnt is written into a card for a rulebook with `to_card`.

    Parameters
    ----------
    directions : sequence of {"rising", "falling", "any"}, optional
        Which way suspicion may go as each feature rises; without, as the findings have it.
    steps : int
        Steps of a feature at most.
    trend : float
        How much the straight line counts beside the steps.
    pull : float
        How strongly the features are held to count alike.
    scale : int
        Points that a factor of e of the odds is worth.
    folds : int
        Parts for learning the probability table from rows that were not learnt from.
    random_state : int, RandomState, optional
        How rows are put into those parts.

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
    >>> X = rng.normal(size=(400, 2))
    >>> model = ScorecardClassifier(directions=("rising", "any")).fit(X, X[:, 0] > 1)
    >>> card = model.to_card(("drop", "noise"))
    >>> bool((card.score(X).points == model.points(X)).all())
    True
    """

    def __init__(
        self,
        *,
        directions: Sequence[Direction] | None = None,
        steps: int = 8,
        trend: float = 1.5,
        pull: float = 10.0,
        scale: int = 20,
        folds: int = 5,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        self.directions = directions
        self.steps = steps
        self.trend = trend
        self.pull = pull
        self.scale = scale
        self.folds = folds
        self.random_state = random_state

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Learn from customers whose finding is known (训练).

        Parameters
        ----------
        X : array-like, shape (customers, features)
            NaN where nothing can be said: it has points of its own.
        y : array-like, shape (customers,)
            Two classes; the second in order is theft.

        Raises
        ------
        ValueError
            When there are not two classes, or not a direction for each feature.
        """
        known, labels = validate_data(self, X, y, dtype=np.float64, ensure_all_finite="allow-nan")
        self.classes_, is_theft = two_classes(labels)
        self._ways = _ways(self.directions, known, is_theft)
        self._curves, base = self._learnt(known, is_theft)
        self.base_points_ = round(base * self.scale)
        self.probability_table_ = learn_probabilities(
            self._unseen_points(known, is_theft), is_theft
        )
        return self

    def points(self, X: ArrayLike) -> NDArray[np.int64]:
        """Return whole points; more is more suspicious (分值).

        Returns
        -------
        ndarray of int64, shape (customers,)
        """
        reasons = self.reasons(X)
        return np.asarray(reasons.sum(axis=1) + self.base_points_)

    def reasons(self, X: ArrayLike) -> NDArray[np.int64]:
        """Return the points of each feature (分值理由).

        Returns
        -------
        ndarray of int64, shape (customers, features)
            With `base_points_` they sum to `points`.
        """
        check_is_fitted(self)
        known = validate_data(self, X, reset=False, dtype=np.float64, ensure_all_finite="allow-nan")
        return self._points_of(self._curves, known)

    def to_card(
        self,
        names: Sequence[str],
        titles: Sequence[Text] | None = None,
        *,
        provenance: Provenance | None = None,
    ) -> Card:
        """Write what was learnt as a card for a rulebook, to be approved by people (导出评分卡).

        Parameters
        ----------
        names : sequence of str
            Of the features.
        titles : sequence of Text, optional
            What people call them.
        provenance : Provenance, optional
            Where the findings come from; without, the card is marked as assumed.
        """
        check_is_fitted(self)
        source = provenance or Provenance(status="assumed", clause="learnt")
        said = titles or [Text(name, name) for name in names]
        curves = zip(names, said, self._curves, self._ways, strict=True)
        evidence = tuple(
            Evidence(
                name=name,
                title=title,
                edges=tuple(_written(edge) for edge in curve.edges.tolist()),
                points=tuple(self._whole(curve.worth).tolist()),
                missing_points=int(self._whole(np.array([curve.missing]))[0]),
                direction=way,
                provenance=source,
            )
            for name, title, curve, way in curves
        )
        table = self.probability_table_.table.itertuples(index=False)
        return Card(
            evidence=evidence,
            base_points=self.base_points_,
            probability=tuple(Step(points=int(p), probability=_share(q)) for p, q in table),
            provenance=source,
        )

    def _whole(self, worth: _Floats) -> NDArray[np.int64]:
        return np.asarray(np.floor(worth * self.scale + 0.5), np.int64)

    def _points_of(self, curves: Sequence[_Curve], known: _Floats) -> NDArray[np.int64]:
        columns = [self._whole(curve.of(known[:, j])) for j, curve in enumerate(curves)]
        return np.column_stack(columns)

    def _learnt(self, known: _Floats, is_theft: NDArray[np.bool_]) -> tuple[list[_Curve], float]:
        """Return the curve of each feature as it counts, and the log odds of everybody."""
        curves = [
            _curve(known[:, j], is_theft, way, self.steps, self.trend)
            for j, way in enumerate(self._ways)
        ]
        worth = np.column_stack([curve.of(known[:, j]) for j, curve in enumerate(curves)])
        base, weights = _weighed(worth, is_theft, self.pull)
        return [
            _Curve(curve.edges, curve.worth * weight, curve.missing * weight)
            for curve, weight in zip(curves, weights.tolist(), strict=True)
        ], base

    def _unseen_points(self, known: _Floats, is_theft: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Return the points of each row by a card that was not learnt from it."""
        parts = min(self.folds, int(is_theft.sum()), int((~is_theft).sum()))
        if parts < 2:
            points = self._points_of(self._curves, known).sum(axis=1)
            return np.asarray(points + self.base_points_)
        points = np.empty(len(known), np.int64)
        folds = StratifiedKFold(parts, shuffle=True, random_state=self.random_state)
        for learn, rest in folds.split(known, is_theft):
            curves, base = self._learnt(known[learn], is_theft[learn])
            whole = self._points_of(curves, known[rest]).sum(axis=1)
            points[rest] = whole + round(base * self.scale)
        return points


def _ways(
    directions: Sequence[Direction] | None, known: _Floats, is_theft: NDArray[np.bool_]
) -> tuple[Direction, ...]:
    if directions is None:
        return tuple(_way(known[:, j], is_theft) for j in range(known.shape[1]))
    if len(directions) != known.shape[1]:
        raise ValueError(
            f"{len(directions)} directions for {known.shape[1]} features; give one for each"
        )
    return tuple(directions)


def _way(values: _Floats, is_theft: NDArray[np.bool_]) -> Direction:
    """Return which way suspicion goes: that of the mean rank of thieves."""
    there = ~np.isnan(values)
    _, rank = np.unique(values[there], return_inverse=True)
    mine = rank[is_theft[there]]
    return "rising" if not len(mine) or mine.mean() >= rank.mean() else "falling"


def _edges(values: _Floats, steps: int) -> _Floats:
    """Return where steps meet: between the values there are, or at quantiles of many."""
    distinct = np.unique(values)
    if len(distinct) <= steps:
        middles = (distinct[1:] + distinct[:-1]) / 2
    else:
        middles = np.quantile(values, np.linspace(0, 1, steps + 1)[1:-1])
    return np.unique([float(_written(edge)) for edge in middles.tolist()])


def _curve(
    values: _Floats, is_theft: NDArray[np.bool_], way: Direction, steps: int, trend: float
) -> _Curve:
    """Return the log odds by step, in order, drawn to the prior and along a straight line."""
    there, prior = ~np.isnan(values), float(is_theft.mean())
    mine, labels = values[there], is_theft[there]
    edges = _edges(mine, steps)
    place = np.searchsorted(edges, mine, side="right")
    count = np.bincount(place, minlength=len(edges) + 1)
    share = np.where(count > 0, np.bincount(place, labels, len(edges) + 1), 0) / np.maximum(
        count, 1
    )
    share = np.where(count > 0, share, prior)
    if way != "any":
        weight = np.maximum(count, 1e-3)
        share = isotonic_regression(share, sample_weight=weight, increasing=way == "rising")
    odds = _log_odds((_HELD * share + prior) / (_HELD + 1)) - _log_odds(np.array([prior]))
    sign = {"rising": 1.0, "falling": -1.0, "any": 0.0}[way]
    middle = np.bincount(place, mine, len(edges) + 1) / np.maximum(count, 1)
    spread = float(mine.std()) if len(mine) else 0.0
    line = (middle - float(mine.mean())) / spread if spread > 0 else np.zeros(len(middle))
    line = np.maximum.accumulate(np.where(count > 0, line, -np.inf))
    line = np.where(np.isfinite(line), line, line[np.isfinite(line)].min(initial=0.0))
    gone = is_theft[~there]
    known_gone = (gone.sum() + prior * _HELD) / (len(gone) + _HELD)
    missing = float((_log_odds(np.array([known_gone])) - _log_odds(np.array([prior])))[0])
    return _Curve(edges, odds + trend * sign * line, missing if len(gone) else 0.0)


_HELD = 15.0
"""How many findings of its own a step weighs against one of everybody's."""


def _log_odds(share: _Floats) -> _Floats:
    return np.asarray(np.log(share) - np.log1p(-share))


def _weighed(worth: _Floats, is_theft: NDArray[np.bool_], pull: float) -> tuple[float, _Floats]:
    """Return the base and how much each feature counts: logistic, not negative, alike at first."""
    sign = np.where(is_theft, 1.0, -1.0)
    alike = 0.5 / np.sqrt(worth.shape[1])
    held = pull * float(is_theft.sum())

    def loss(unknown: _Floats) -> tuple[float, _Floats]:
        margin = sign * (worth @ unknown[1:] + unknown[0])
        slope = -sign / (1.0 + np.exp(np.clip(margin, -500, 500)))
        away = unknown[1:] - alike
        value = float(np.logaddexp(0, -margin).sum() + held * (away**2).sum())
        return value, np.r_[slope.sum(), worth.T @ slope + 2 * held * away]

    start = np.r_[0.0, np.full(worth.shape[1], alike)]
    bounds = [(None, None), *[(0.0, None)] * worth.shape[1]]
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds).x
    return float(found[0]), np.asarray(found[1:])


def _written(edge: float) -> Decimal:
    """Return an edge with as many digits as a card prints."""
    return Decimal(f"{edge:.{_EDGE_DIGITS}g}")


def _share(probability: float) -> Decimal:
    return Decimal(f"{probability:.{_PROBABILITY_DECIMALS}f}")
