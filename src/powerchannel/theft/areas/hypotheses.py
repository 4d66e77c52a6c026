"""Four ways in which customers may make up what is unexplained (少计方式).

- ``scaled``: the meter records a fixed share, so that the unexplained goes with the reading
- ``switched_off``: nothing is recorded on some days, and the unexplained is there on those
- ``dropped``: since some day less is recorded than before
- ``varying``: a share that changes from day to day; unexplained and reading together are steady
"""

from __future__ import annotations

from collections.abc import Callable
from math import lgamma
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from powerchannel.theft.areas.balance import Balance, Floats
from powerchannel.theft.areas.suspects import Explained, pairs_among

__all__ = ["dropped", "onset", "scaled", "switched_off", "varying"]

_HEAVY = 8.0
"""Degrees of freedom of noise and of use: days that are off are forgiven."""
_UNSTEADY = 4.0
_LEAST_SPREAD = 0.25
"""Of a customer's mean: nobody's use is steadier."""
_LEAST_FACTOR = 0.1
"""Less than this times the reading is no theft to speak of."""
_LEAST_BEFORE, _LEAST_AFTER = 4, 3
_TRIED = 64
"""Days of a long period that are tried as the onset at first."""
_NO_LOSS = 1e3
"""Against an onset after which less than nothing is unexplained."""
_REMEMBERED = 0.8
"""How much a day's deviation carries into the next."""
_ROUNDS = 4
_NEVER = -1e6
_AT_ONCE = 32

_UNKNOWN_SPLIT = 0.5
"""How far the parts of two who vary may be from their parts of the readings."""

_Ints: TypeAlias = NDArray[np.int64]
_Fit: TypeAlias = tuple[Floats, Floats, Floats]
"""Of sets: log likelihood, what each customer of a set lost, and the variance of that."""


def _student(
    values: Floats, mean: Floats | float, variance: Floats, freedom: float = _HEAVY
) -> Floats:
    constant = lgamma((freedom + 1) / 2) - lgamma(freedom / 2) - 0.5 * np.log(freedom * np.pi)
    away = (values - mean) ** 2 / (freedom * variance)
    return np.asarray(constant - 0.5 * np.log(variance) - (freedom + 1) / 2 * np.log1p(away))


def _nobody(area: Balance) -> float:
    """Return the log likelihood of noise alone, or of something steady that is no customer."""
    variance = area.noise**2
    weight = 1 / variance
    mean = float((area.unexplained * weight).sum() / weight.sum())
    spread = float(((area.unexplained - mean) ** 2).mean())
    noise = float(_student(area.unexplained, 0.0, variance).sum())
    other = float(_student(area.unexplained, mean, variance + spread).sum())
    return float(np.logaddexp(noise, other - np.log(len(variance)) - 2.0))


def _explained(
    area: Balance,
    likelihood: Callable[[_Ints], _Fit],
    nobody: float,
    *,
    only: NDArray[np.bool_] | None = None,
) -> Explained:
    """Evaluate all sets of one, and pairs of the likeliest; sets are arrays of customers."""
    customers = len(area.energy)
    allowed = np.ones(customers, np.bool_) if only is None else only
    one, lost_one, doubt_one = _some_at_a_time(likelihood, np.arange(customers)[:, None])
    one = np.where(allowed, one, _NEVER)
    pairs = pairs_among(one)
    two, lost_two, doubt_two = _some_at_a_time(likelihood, pairs)
    return Explained(
        nobody=nobody,
        one=one,
        two=np.where(allowed[pairs].all(axis=1), two, _NEVER),
        pairs=pairs,
        lost_one=lost_one[:, 0],
        lost_two=lost_two,
        doubt_one=doubt_one[:, 0],
        doubt_two=doubt_two,
    )


def _some_at_a_time(likelihood: Callable[[_Ints], _Fit], sets: _Ints) -> _Fit:
    """Evaluate sets so many at a time that their days stay in the cache."""
    starts = range(0, max(len(sets), 1), _AT_ONCE)
    parts = [likelihood(sets[start : start + _AT_ONCE]) for start in starts]
    found, lost, doubt = (np.concatenate(each) for each in zip(*parts, strict=True))
    return found, lost, doubt


def scaled(area: Balance) -> Explained:
    """Try a fixed share (按比例少计): ``unexplained = k x reading``."""
    weight = 1 / area.noise
    target, days = area.unexplained * weight, len(weight)
    constant = float(_student(np.zeros(1), 0.0, np.ones(1))[0] * days + np.log(weight).sum())

    def fit(sets: _Ints) -> _Fit:
        columns = area.energy[sets] * weight
        factors, variances, rest = _least_squares(columns, target)
        size = sets.shape[1]
        likelihood = (
            constant - (days + _HEAVY) / 2 * np.log1p(rest / days) - size * np.log(days) / 2
        )
        is_theft = (factors >= _LEAST_FACTOR).all(axis=1)
        use = area.energy.sum(axis=1)[sets]
        doubt = variances * np.maximum(rest / days, 1)[:, None] * use**2
        return np.where(is_theft, likelihood, _NEVER), np.maximum(factors * use, 0.0), doubt

    none = constant - (days + _HEAVY) / 2 * np.log1p((target**2).sum() / days)
    return _explained(area, fit, float(np.logaddexp(none, _nobody(area))))


def _least_squares(columns: Floats, target: Floats) -> tuple[Floats, Floats, Floats]:
    """Return factors, their variances, and the squares that remain, for many sets of columns."""
    products = np.einsum("mkt,mlt->mkl", columns, columns)
    size = products.shape[1]
    trace = np.trace(products, axis1=1, axis2=2)
    steady = (1e-9 * trace + 1e-12)[:, None, None] * np.eye(size)
    wanted = columns @ target
    inverse = np.linalg.inv(products + steady)
    factors = np.einsum("mkl,ml->mk", inverse, wanted)
    rest = np.maximum((target**2).sum() - (factors * wanted).sum(axis=1), 0.0)
    return factors, np.maximum(np.diagonal(inverse, axis1=1, axis2=2), 0.0), rest


def switched_off(area: Balance) -> Explained:
    """Try days of no reading, on which the unexplained is what is usually used (间断失计)."""
    is_zero = area.energy <= 1e-9
    there = np.maximum((~is_zero).sum(axis=1), 1)
    usual, variance = _usual(area.energy / area.factor, ~is_zero, there)
    expected = np.where(is_zero, usual[:, None] * area.factor, 0.0)
    spread = np.where(is_zero, variance[:, None] * area.factor**2, 0.0)
    return _expected(area, expected, spread, there, np.asarray(is_zero.any(axis=1)))


def dropped(area: Balance, since: int) -> Explained | None:
    """Try readings that have fallen since a day by what is unexplained (计量下降).

    None where too few days stand before it.
    """
    if since < _LEAST_BEFORE:
        return None
    before = area.energy[:, :since] / area.factor[:since]
    count = np.full(len(before), since)
    usual, variance = _usual(before, np.ones(before.shape, np.bool_), count)
    is_after = np.arange(len(area.factor)) >= since
    expected = np.where(is_after, usual[:, None] * area.factor - area.energy, 0.0)
    spread = np.where(is_after, (variance * (1 + 1 / since))[:, None] * area.factor**2, 0.0)
    return _expected(area, expected, spread, count, np.ones(len(usual), np.bool_))


def _usual(values: Floats, there: NDArray[np.bool_], count: _Ints) -> tuple[Floats, Floats]:
    """Return mean and variance of each row; nobody is steadier than a share of their mean."""
    usual = np.where(there, values, 0.0).sum(axis=1) / count
    squares = np.where(there, (values - usual[:, None]) ** 2, 0.0).sum(axis=1)
    variance = squares / np.maximum(count - 1, 1)
    return usual, np.maximum(variance, (_LEAST_SPREAD * usual) ** 2)


def _expected(
    area: Balance, expected: Floats, spread: Floats, count: _Ints, only: NDArray[np.bool_]
) -> Explained:
    """Hold the unexplained against what is expected of each customer.

    What the unexplained is beside the expected is shared out by how much each may vary.
    """
    deviation = np.sqrt(spread)

    def fit(sets: _Ints) -> _Fit:
        theirs, spreads = expected[sets], spread[sets]
        variance = spreads.sum(axis=1) + area.noise**2
        beside = area.unexplained - theirs.sum(axis=1)
        likelihood = _student(beside, 0.0, variance).sum(axis=1)
        part = spreads / variance[:, None]
        lost = theirs + part * beside[:, None]
        part = 1 - part
        left = spreads * part
        level = (deviation[sets] * part).sum(axis=2) ** 2 / count[sets]
        return likelihood, np.maximum(lost.sum(axis=2), 0.0), left.sum(axis=2) + level

    return _explained(area, fit, _nobody(area), only=only)


def varying(area: Balance) -> Explained:
    """Try a share that varies: unexplained and readings together are steady (计量比例逐日变化).

    What they sum to is taken for the true use: a multiple of the day factor, and deviations that
    carry over from day to day.
    """
    total = float(area.unexplained.sum())

    def fit(sets: _Ints) -> _Fit:
        energy = area.energy[sets]
        likelihood = _steadiness(area, energy.sum(axis=1))
        use = np.maximum(energy.sum(axis=2), 0.0)
        share = use / np.maximum(use.sum(axis=1, keepdims=True), 1e-12)
        doubt = (_UNKNOWN_SPLIT * total) ** 2 * share * (1 - share)
        return likelihood - 0.5 * np.log(len(area.factor)), share * max(total, 0.0), doubt

    none = float(_steadiness(area, np.zeros((1, len(area.factor))))[0])
    return _explained(area, fit, none)


def _steadiness(area: Balance, added: Floats) -> Floats:
    """Return the log likelihood of unexplained and readings together as one customer's use."""
    days = _whitened(area.factor[None])[0]
    together = _whitened(area.unexplained + added)
    level = together @ days / (days @ days)
    away = together - level[:, None] * days
    squares = away**2
    noise = float((area.noise**2).mean()) * (1 + _REMEMBERED**2)
    variance = squares.mean(axis=1) + noise
    for _ in range(_ROUNDS):
        weight = (_UNSTEADY + 1) / (_UNSTEADY + squares / variance[:, None])
        variance = (weight * squares).mean(axis=1) + noise
    return np.asarray(_student(away, 0.0, variance[:, None], _UNSTEADY).sum(axis=1))


def _whitened(values: Floats) -> Floats:
    """Return what each day brings new; the first as steady as the rest."""
    first = np.sqrt(1 - _REMEMBERED**2) * values[:, :1]
    return np.hstack([first, values[:, 1:] - _REMEMBERED * values[:, :-1]])


def onset(area: Balance) -> int:
    """Return the day from which something is unexplained; 0: from the first (起始日).

    Of a long period some days are tried, then all around the best of them.
    """
    last = max(len(area.unexplained) - _LEAST_AFTER, 1)
    step = max(1, last // _TRIED)
    near = _likeliest(area, range(0, last, step))
    return _likeliest(area, range(max(near - step, 0), min(near + step, last - 1) + 1))


def _likeliest(area: Balance, days: range) -> int:
    """Return the day that best parts noise alone from something steady beside it."""
    variance = area.noise**2
    quiet = np.cumsum(_student(area.unexplained, 0.0, variance))
    first = np.array(days)
    after = np.arange(len(variance)) >= first[:, None]
    count = after.sum(axis=1)
    mean = np.where(after, area.unexplained, 0.0).sum(axis=1) / count
    away = area.unexplained - mean[:, None]
    spread = np.where(after, away**2, 0.0).sum(axis=1) / count
    known = np.where(after, _student(away, 0.0, variance + spread[:, None]), 0.0).sum(axis=1)
    before = np.append(0.0, quiet)[first]
    return int(first[np.argmax(before + known - np.where(mean > 0, 0.0, _NO_LOSS))])
