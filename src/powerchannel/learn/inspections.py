"""What uneven inspections say of customers whom nobody visited (检查偏差)."""

from __future__ import annotations

import numpy as np
from attrs import frozen
from numpy.typing import ArrayLike, NDArray

__all__ = ["Prevalence", "estimate_prevalence", "keep_evenly"]

_Floats = NDArray[np.float64]
_Z = 1.959964


@frozen(kw_only=True)
class Prevalence:
    """How many customers steal, from inspections that were chosen unevenly (窃电比例估计).

    Parameters
    ----------
    share : float
        Of all customers who could have been chosen.
    low, high : float
        An interval of 95 %.
    naive : float
        The share among those inspected, which is none of all customers'.
    inspected : int
        Inspections with a propensity.
    worth : float
        As many even inspections would say as much (Kish).
    left_out : int
        Inspections without one, such as after tips.
    """

    share: float
    low: float
    high: float
    naive: float
    inspected: int
    worth: float
    left_out: int


def estimate_prevalence(is_theft: ArrayLike, propensity: ArrayLike) -> Prevalence:
    r"""Estimate how many customers steal, each inspection weighed by its propensity (估计窃电比例).

    :math:`\sum y_i / e_i \,/\, \sum 1 / e_i` (Hájek), which is right whatever the policy looked at,
    as long as each customer had some chance. Tips have no propensity: they are counted, and left
    out.

    Parameters
    ----------
    is_theft : array-like of bool, shape (inspections,)
        What was found.
    propensity : array-like of float, shape (inspections,)
        The chance that the customer had to be chosen, as it was logged; NaN where nobody knows.

    Raises
    ------
    ValueError
        When lengths differ, a propensity is not in (0, 1], or none is known.

    Examples
    --------
    >>> found = np.r_[np.ones(40), np.zeros(60), np.ones(2), np.zeros(98)]
    >>> estimate = estimate_prevalence(found, np.r_[np.full(100, 0.5), np.full(100, 0.05)])
    >>> round(estimate.naive, 3), round(estimate.share, 3)
    (0.21, 0.055)
    """
    found, chance = np.asarray(is_theft).astype(np.float64), _propensities(propensity)
    if len(found) != len(chance):
        raise ValueError(f"{len(found)} findings for {len(chance)} propensities; give one each")
    known = ~np.isnan(chance)
    if not known.any():
        raise ValueError("no inspection has a propensity; have some drawn at random and log it")
    weight, y = 1 / chance[known], found[known]
    total = weight.sum()
    share = float((weight * y).sum() / total)
    half = _Z * float(np.sqrt((weight**2 * (y - share) ** 2).sum())) / float(total)
    return Prevalence(
        share=share,
        low=max(share - half, 0.0),
        high=min(share + half, 1.0),
        naive=float(y.mean()),
        inspected=int(known.sum()),
        worth=float(total**2 / (weight**2).sum()),
        left_out=int((~known).sum()),
    )


def keep_evenly(
    propensity: ArrayLike, rng: np.random.Generator, *, least: float = 0.05
) -> NDArray[np.bool_]:
    """Draw which inspections to keep so that all customers had one chance (均匀化抽样).

    An inspection of propensity e is kept with chance ``lowest / e``, so that choosing and keeping
    together had the same chance for everybody. So learners that take no weights learn from an even
    sample, without any row twice. Those without a propensity are never kept.

    Parameters
    ----------
    propensity : array-like of float, shape (inspections,)
        NaN where nobody knows.
    rng : Generator
        Draws.
    least : float
        Propensities below count as this: a few bits of bias against a sample of almost nobody.

    Examples
    --------
    >>> chance = np.r_[np.full(1000, 0.1), np.full(1000, 0.8), np.nan]
    >>> kept = keep_evenly(chance, np.random.default_rng(0))
    >>> int(kept[:1000].sum()), int(kept[1000:].sum())
    (1000, 151)
    """
    chance = np.maximum(_propensities(propensity), least)
    known = ~np.isnan(chance)
    lowest = chance[known].min(initial=1.0)
    return np.asarray(known & (rng.uniform(size=len(chance)) * chance < lowest * (1 + 1e-12)))


def _propensities(propensity: ArrayLike) -> _Floats:
    chance = np.asarray(propensity, np.float64)
    if bool(((chance <= 0) | (chance > 1)).any()):
        raise ValueError("propensities must be above 0 and at most 1; NaN where nobody knows")
    return chance
