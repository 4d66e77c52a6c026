"""Before and after a day that is not known: the splits at which use changed most (突变特征)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from powerchannel.theft.consumption.days import Days, Floats, ratio

__all__ = ["shift_features", "split_days"]

_LEAST_DAYS = 7
"""Days that a split leaves on either side, where there are so many."""
_MOST_SPLITS = 32
_FLOOR_KWH = 0.01


def split_days(days: int) -> tuple[int, ...]:
    """Return the days at which a period is split, evenly spaced (切分日).

    Examples
    --------
    >>> split_days(26)[:3], split_days(26)[-1], split_days(5)
    ((7, 8, 9), 19, (2, 3))
    """
    side = min(_LEAST_DAYS, max(2, days // 3))
    if days < 2 * side:
        return tuple(range(2, days - 1))
    step = max(1, -(-(days - 2 * side + 1) // _MOST_SPLITS))
    return tuple(range(side, days - side + 1, step))


@frozen(eq=False)
class _Sides:
    """Sums before and after each split: arrays of shape (splits, customers)."""

    mean: tuple[Floats, Floats]
    spread: tuple[Floats, Floats]
    zeros: tuple[Floats, Floats]
    gain: Floats


def _sides(days: Days) -> _Sides:
    at = np.array(split_days(days.energy.shape[1]))
    log = np.where(days.is_read, np.log1p(3 * np.maximum(days.filled, 0)), 0.0)
    sums = {
        "n": days.is_read.astype(np.float64),
        "x": days.filled,
        "xx": days.filled**2,
        "zero": (days.is_read & (days.filled <= 0)).astype(np.float64),
        "l": log,
        "ll": log**2,
    }
    upto = {name: _upto(values, at) for name, values in sums.items()}
    before = {name: values[:-1] for name, values in upto.items()}
    after = {name: values[-1] - values[:-1] for name, values in upto.items()}
    whole = {name: values[-1] for name, values in upto.items()}
    first, last = _moments(before), _moments(after)
    gain = 0.5 * (_cost(whole) - _cost(before) - _cost(after))
    return _Sides(
        mean=(first[0], last[0]), spread=(first[1], last[1]), zeros=(first[2], last[2]), gain=gain
    )


def _upto(values: Floats, at: NDArray[np.int64]) -> Floats:
    """Return the sums up to each split, and of all last: (splits + 1, customers)."""
    parts = np.add.reduceat(values, np.append(0, at), axis=1)
    return np.cumsum(parts.T, axis=0)


def _moments(sums: Mapping[str, Floats]) -> tuple[Floats, Floats, Floats]:
    """Return mean, coefficient of variation and share of days without use."""
    mean = ratio(sums["x"], sums["n"])
    variance = np.maximum(ratio(sums["xx"], sums["n"]) - mean**2, 0)
    spread = np.sqrt(variance) / (np.maximum(mean, 0) + _FLOOR_KWH)
    return mean, spread, ratio(sums["zero"], sums["n"])


def _cost(sums: Mapping[str, Floats]) -> Floats:
    """Return how badly one level with one spread describes the logs."""
    n = np.maximum(sums["n"], 1)
    variance = np.maximum(sums["ll"] / n - (sums["l"] / n) ** 2, 0)
    return n * np.log(variance + 1e-3)


def shift_features(days: Days) -> dict[str, Floats]:
    """Return how much use changed at the splits where it changed most (突变特征).

    Parameters
    ----------
    days : Days
        Of many customers.

    Returns
    -------
    dict of str to ndarray, shape (customers,)
        Ratios as natural logarithms; NaN where a period is too short to be split.
    """
    if not split_days(days.energy.shape[1]):
        return dict.fromkeys(_NAMES, np.full(len(days.energy), np.nan))
    sides = _sides(days)
    ratios = np.log((sides.mean[1].clip(0) + _FLOOR_KWH) / (sides.mean[0].clip(0) + _FLOOR_KWH))
    spreads = sides.spread[1] - sides.spread[0]
    zeros = sides.zeros[1] - sides.zeros[0]
    best = np.argmax(np.where(np.isnan(ratios), -np.inf, sides.gain), axis=0)
    row = np.arange(ratios.shape[1])
    return {
        "split_gain": sides.gain[best, row],
        "split_ratio": ratios[best, row],
        "split_spread": spreads[best, row],
        "split_zeros": zeros[best, row],
        "least_ratio": _extreme(ratios, -1),
        "greatest_ratio": _extreme(ratios, 1),
        "least_spread": _extreme(spreads, -1),
        "greatest_spread": _extreme(spreads, 1),
        "greatest_zeros": _extreme(zeros, 1),
    }


_NAMES = (
    "split_gain",
    "split_ratio",
    "split_spread",
    "split_zeros",
    "least_ratio",
    "greatest_ratio",
    "least_spread",
    "greatest_spread",
    "greatest_zeros",
)


def _extreme(values: Floats, sign: int) -> Floats:
    """Return the greatest (or least) over splits; NaN where there is none."""
    known = ~np.isnan(values)
    found = np.where(known, sign * values, -np.inf).max(axis=0)
    return np.where(known.any(axis=0), sign * found, np.nan)
