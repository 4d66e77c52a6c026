"""What other records say of daily use: days without supply, and what the index advanced (旁证)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from powerchannel.theft.causes.catalogue import Floats

__all__ = ["dark_hours", "dark_share", "index_differs_days"]

_HOUR_US = 3_600_000_000
_DAY_US = 24 * _HOUR_US
_HALF_A_DAY = 12.0
_LEAST_KWH, _LEAST_SHARE, _LAST_DIGITS = 0.5, 0.1, 0.02
"""What energy and index may differ by: energy, a share of it, two of the index's last digits."""

_Ints = NDArray[np.int64]


def dark_hours(
    row: _Ints, started_at: _Ints, ended_at: _Ints, *, first_us: int, shape: tuple[int, int]
) -> Floats:
    """Return how long each customer was without supply on each day (各日停电时长).

    Parameters
    ----------
    row : ndarray of int64, shape (n,)
        The customer of each span; spans over each other count once for each, up to 24 h a day.
    started_at, ended_at : ndarray of int64, shape (n,)
        Microseconds UTC.
    first_us : int
        The midnight with which the first day begins.
    shape : (int, int)
        Customers and days.

    Examples
    --------
    >>> day = 86_400_000_000
    >>> span = np.array([day // 2]), np.array([2 * day])
    >>> dark_hours(np.array([0]), *span, first_us=0, shape=(1, 3)).tolist()
    [[12.0, 24.0, 0.0]]
    """
    customers, days = shape
    edges = np.array([started_at, np.maximum(ended_at, started_at)]) - first_us
    starts, ends = np.clip(edges, 0, days * _DAY_US)
    # Of each day the hours after an edge, and all of the days after it: two sums along the days.
    found = np.zeros((customers, days + 2))
    for at, sign in ((starts, 1.0), (ends, -1.0)):
        day = at // _DAY_US
        left = 24.0 - (at - day * _DAY_US) / _HOUR_US
        np.add.at(found, (row, day), sign * left)
        np.add.at(found, (row, day + 1), sign * (24.0 - left))
    return np.asarray(np.minimum(np.cumsum(found, axis=1)[:, :days], 24.0))


def dark_share(energy: Floats, hours: Floats) -> Floats:
    """Return on how many of the days without use there was no supply for half the day (停电占比).

    Returns
    -------
    ndarray of float64, shape (customers,)
        0 to 1; NaN where there is no day without use.
    """
    is_unused = energy == 0
    count = is_unused.sum(axis=1)
    dark = (is_unused & (hours >= _HALF_A_DAY)).sum(axis=1)
    nothing = np.full(len(energy), np.nan)
    return np.asarray(np.divide(dark, count, out=nothing, where=count > 0))


def index_differs_days(energy: Floats, index: Floats) -> Floats:
    """Return on how many days the energy is not what the index advanced by (示度不符天数).

    The index is taken times the customer's own usual ratio, so that it may be of before or after
    the transformers.

    Examples
    --------
    >>> energy = np.array([[5.0, 5.0, 5.0, 0.0, 5.0]])
    >>> index_differs_days(energy, np.array([[10.0, 10.5, 11.0, 11.5, 12.0]])).tolist()
    [1.0]
    """
    found = np.zeros(len(energy))
    # Few exports have indexes, and sorting is what costs.
    has_index = ~np.isnan(index).all(axis=1)
    advance, day = np.diff(index[has_index], axis=1), energy[has_index, 1:]
    usual = _usual_ratio(advance, day)
    told = advance * usual
    limit = np.maximum(_LEAST_KWH, _LEAST_SHARE * np.abs(told)) + _LAST_DIGITS * usual
    found[has_index] = (np.abs(day - told) > limit).sum(axis=1)
    return found


def _usual_ratio(advance: Floats, day: Floats) -> Floats:
    """Return energy over advance of each customer's middle day; NaN without any, a column."""
    is_moving = (advance > 0) & (day > 0)
    nothing = np.full(day.shape, np.nan)
    ordered = np.sort(np.divide(day, advance, out=nothing, where=is_moving), axis=1)  # NaN last
    middle = np.maximum(is_moving.sum(axis=1) - 1, 0) // 2
    return np.take_along_axis(ordered, middle[:, None], axis=1)
