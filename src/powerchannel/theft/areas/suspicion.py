"""Area evidence and daily use in one: whole points by the way that speaks loudest (台区嫌疑)."""

from __future__ import annotations

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from powerchannel.theft.areas.attribution import AREA_EVIDENCE, AreaEvidence
from powerchannel.theft.areas.balance import Floats
from powerchannel.theft.areas.rules import AreaRules
from powerchannel.theft.consumption import Features
from powerchannel.theft.scorecard import Card

__all__ = ["Suspicion", "suspicions"]

_SUREST = 0.99
"""No probability counts for more."""


@frozen(eq=False, kw_only=True)
class Suspicion:
    """Points of customers, and the reasons that sum to them (台区嫌疑).

    Parameters
    ----------
    points : ndarray of int64, shape (customers,)
        0 where nothing of the area is unexplained.
    pattern : ndarray of int64, shape (customers,)
        The position of the way in the rules; -1 where nothing is unexplained.
    base_points : ndarray of int64, shape (customers,)
        Of the card of that way.
    reasons : ndarray of int64, shape (customers, evidence)
        Points of each of `names`; with the base points they sum to `points`.
    names : tuple of str
        All evidence there is: that of areas, then that of daily use.
    probability : ndarray of float64, shape (customers,)
        By the table of the card; 0 where nothing is unexplained.
    lost_kwh, lost_low_kwh, lost_high_kwh : ndarray of float64, shape (customers,)
        The energy put down to each, by the balance and by the odds, and an interval around both
        [kWh]; NaN where too few days count.
    """

    points: NDArray[np.int64]
    pattern: NDArray[np.int64]
    base_points: NDArray[np.int64]
    reasons: NDArray[np.int64]
    names: tuple[str, ...]
    probability: Floats
    lost_kwh: Floats
    lost_low_kwh: Floats
    lost_high_kwh: Floats


def suspicions(evidence: AreaEvidence, own: Features, rules: AreaRules) -> Suspicion:
    """Weigh the evidence of an area together with each customer's own use (台区嫌疑评分).

    Each way of theft has a card; a customer has the points of the card that gives most. Where
    nothing is unexplained there is nothing to suspect anybody of.

    Half of the unexplained energy is put down to customers as the balance has it, half in
    proportion to the odds of the probability times the root of the use: the balance says how much
    where it is clear, what else is known says whose it is where it is not.

    Parameters
    ----------
    evidence : AreaEvidence
        From `attribute` or `attribute_all`.
    own : Features
        Of the same customers, from `powerchannel.theft.consumption.features`.
    rules : AreaRules
        The cards.

    Raises
    ------
    ValueError
        When the customers are not the same number, or a card asks for a feature that is not there.
    """
    if len(evidence.values) != len(own.values):
        raise ValueError(
            f"evidence of {len(evidence.values)} customers, features of {len(own.values)}; give "
            "both of the same customers, in the same order"
        )
    names = (*AREA_EVIDENCE, *own.names)
    _refuse_missing(rules, names)
    values = np.column_stack([evidence.values, own.values])
    found = [_scored(pattern.card, names, values) for pattern in rules.patterns]
    points = np.column_stack([each[0] for each in found])
    loudest = points.argmax(axis=1)
    customers, seen = np.arange(len(points)), evidence.is_unexplained
    bases = np.array([pattern.card.base_points for pattern in rules.patterns])
    likely = np.column_stack([each[2] for each in found])[customers, loudest]
    reasons = np.stack([each[1] for each in found])[loudest, customers]
    probability = np.where(seen, likely, 0.0)
    by_odds = _by_odds(evidence, probability, own)
    return Suspicion(
        points=np.where(seen, points[customers, loudest], 0),
        pattern=np.where(seen, loudest, -1),
        base_points=np.where(seen, bases[loudest], 0),
        reasons=np.where(seen[:, None], reasons, 0),
        names=names,
        probability=probability,
        lost_kwh=(evidence.lost_kwh + by_odds) / 2,
        lost_low_kwh=np.minimum(evidence.lost_low_kwh, by_odds),
        lost_high_kwh=np.maximum(evidence.lost_high_kwh, by_odds),
    )


def _refuse_missing(rules: AreaRules, names: tuple[str, ...]) -> None:
    asked = {name for pattern in rules.patterns for name in pattern.card.names}
    if missing := sorted(asked - set(names)):
        raise ValueError(
            f"the cards ask for {', '.join(missing)}, which the features do not have; give those "
            "that `powerchannel.theft.consumption.features` returns"
        )


def _by_odds(evidence: AreaEvidence, probability: Floats, own: Features) -> Floats:
    """Return what each lost if the odds and the use alone share out the unexplained [kWh]."""
    odds = probability / (1 - np.minimum(probability, _SUREST))
    weight = odds * np.sqrt(np.nan_to_num(np.expm1(own["mean"])))
    row = evidence.area + 1
    total = np.bincount(row, weight)[row]
    part = np.divide(weight, total, out=np.zeros(len(weight)), where=total > 0)
    unexplained = np.where(evidence.is_unexplained, np.maximum(evidence.unexplained_kwh, 0.0), 0.0)
    return np.asarray(part * unexplained)


def _scored(
    card: Card, names: tuple[str, ...], values: Floats
) -> tuple[NDArray[np.int64], NDArray[np.int64], Floats]:
    places = [names.index(name) for name in card.names]
    scored = card.score(values[:, places])
    reasons = np.zeros(values.shape, np.int64)
    reasons[:, places] = scored.reasons
    return scored.points, reasons, card.probability_of(scored.points)
