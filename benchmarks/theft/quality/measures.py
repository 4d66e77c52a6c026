"""How good a ranking is, and whether one is better than another on the same splits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import numpy as np
from attrs import frozen
from numpy.typing import NDArray
from scipy.stats import t as student
from sklearn.metrics import average_precision_score, roc_auc_score

from powerchannel.learn import brier_skill, expected_calibration_error

__all__ = [
    "Difference",
    "Scores",
    "calibration",
    "detection",
    "difference",
    "flagged",
    "flags",
    "ranking",
    "recovered",
]

Scores: TypeAlias = Mapping[str, float]
_Floats: TypeAlias = NDArray[np.float64]
_Mask: TypeAlias = NDArray[np.bool_]


def ranking(is_theft: _Mask, suspicion: _Floats) -> Scores:
    """Return AUC, average precision, and the share of thieves among the first hundred."""
    first = np.argsort(-suspicion, kind="stable")[:100]
    return {
        "AUC": float(roc_auc_score(is_theft, suspicion)),
        "AP": float(average_precision_score(is_theft, suspicion)),
        "P@100": float(is_theft[first].mean()),
    }


def calibration(is_theft: _Mask, probability: _Floats) -> Scores:
    """Return the expected calibration error and Brier's skill."""
    return {
        "ECE": expected_calibration_error(is_theft, probability),
        "Brier skill": brier_skill(is_theft, probability),
    }


def detection(is_theft: _Mask, suspicion: _Floats, rates: Sequence[float] = (0.11, 0.01)) -> Scores:
    """Return AUC, and the share detected where so many of the honest are flagged."""
    limits = np.quantile(suspicion[~is_theft], [1 - rate for rate in rates])
    shares = [float((suspicion[is_theft] > limit).mean()) for limit in limits]
    named = {f"DR at {rate:.0%}": share for rate, share in zip(rates, shares, strict=True)}
    return {"AUC": float(roc_auc_score(is_theft, suspicion)), **named}


def recovered(stolen: _Floats, worth: _Floats, share: float = 0.02) -> float:
    """Return what inspecting that share recovers, beside what an oracle's recovers."""
    budget = int(share * len(stolen))
    chosen = np.argsort(-worth, kind="stable")[:budget]
    return float(stolen[chosen].sum() / np.sort(stolen)[::-1][:budget].sum())


def flagged(suspicion: _Floats, share: float) -> _Mask:
    """Return who is among the first so many."""
    found = np.zeros(len(suspicion), np.bool_)
    found[np.argsort(-suspicion, kind="stable")[: int(share * len(suspicion))]] = True
    return found


def flags(is_theft: _Mask, is_flagged: _Mask) -> Scores:
    """Return how many of a group are flagged, and of its honest and its thieves."""
    return {
        "flagged": float(is_flagged.mean()),
        "flagged of the honest": float(is_flagged[~is_theft].mean()),
        "flagged of thieves": float(is_flagged[is_theft].mean()),
        "thieves": float(is_theft.mean()),
    }


@frozen(kw_only=True)
class Difference:
    """How much one is better than another, with an interval of 95 %."""

    mean: float
    low: float
    high: float


def difference(ours: Sequence[float], theirs: Sequence[float], *, tested: float) -> Difference:
    """Compare by the corrected resampled t interval (Nadeau and Bengio, 2003).

    Folds share what they learn from, so their differences vary too little: the variance is taken
    ``1 / k + tested`` times instead of ``1 / k``.

    Parameters
    ----------
    ours, theirs : sequence of float
        Of the same k splits.
    tested : float
        Rows tested on over rows learnt from: 1 / 4 of five folds.
    """
    gaps = np.asarray(ours) - np.asarray(theirs)
    count = len(gaps)
    half = 0.0
    if count > 1:
        error = np.sqrt((1 / count + tested) * gaps.var(ddof=1))
        half = float(student.ppf(0.975, count - 1) * error)
    mean = float(gaps.mean())
    return Difference(mean=mean, low=mean - half, high=mean + half)
