"""When power flows back: by daylight only, as panels do, or at night as well (反向时段)."""

from __future__ import annotations

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from powerchannel.theft.causes.catalogue import Floats
from powerchannel.times import to_local

__all__ = ["Flows", "Spans", "reversal_at_night_hours"]

_HOUR_US = 3_600_000_000
_DAY_US = 24 * _HOUR_US
_NIGHT_FROM, _NIGHT_HOURS = 21, 8
"""From 21:00 to 05:00 in Shanghai there is no sun worth the name, not in Kashgar either."""
_NEVER = int(np.iinfo(np.int64).max)
_PHASES = 4

_Ints = NDArray[np.int64]


@frozen(eq=False, kw_only=True)
class Spans:
    """Times in which power flowed back (反向区段).

    Parameters
    ----------
    customer : ndarray of int64, shape (n,)
        Whose.
    phase : ndarray of uint8, shape (n,)
        0, 1, 2; 3 for the whole meter.
    started_at, ended_at : ndarray of int64, shape (n,)
        Microseconds UTC, [start, end).
    """

    customer: _Ints
    phase: NDArray[np.uint8]
    started_at: _Ints
    ended_at: _Ints


@frozen(eq=False, kw_only=True)
class Flows:
    """Which way power flowed, reading by reading (读数方向).

    Parameters
    ----------
    customer, at : ndarray of int64, shape (n,)
        Whose, and when [microseconds UTC]; customers of whom nothing flows back are not needed.
    phase : ndarray of uint8, shape (n,)
        0, 1, 2.
    power_kw : ndarray of float64, shape (n,)
        Positive where it is drawn.
    """

    customer: _Ints
    at: _Ints
    phase: NDArray[np.uint8]
    power_kw: Floats


def reversal_at_night_hours(spans: Spans, flows: Flows, customers: int) -> Floats:
    """Return for how long power flowed back when there is no sun (夜间反向时长).

    Nothing is known where no night lies between the first and the last reversal of a phase, or
    where that phase drew no power in most readings of those nights: works that stand still at
    night tell nothing of a circuit that is the wrong way round.

    Parameters
    ----------
    spans : Spans
        When it flowed back.
    flows : Flows
        The readings of those customers.
    customers : int
        How many there are.

    Returns
    -------
    ndarray of float64, shape (customers,)
        [h], added up over phases; 0 where every phase that flows back by daylight draws at night,
        NaN where that is not known, and where nothing flows back.
    """
    hours = _nights(spans.ended_at) - _nights(spans.started_at)
    total = np.bincount(spans.customer, np.maximum(hours, 0.0), customers)
    cells = customers * _PHASES
    cell = spans.customer * _PHASES + spans.phase
    draws = _draws_at_night(cell, spans, flows, cells)
    reversed_cells = np.bincount(cell, minlength=cells) > 0
    is_clear = (draws | ~reversed_cells).reshape(customers, _PHASES).all(axis=1)
    is_clear &= reversed_cells.reshape(customers, _PHASES).any(axis=1)
    return np.where(total > 0, total, np.where(is_clear, 0.0, np.nan))


def _nights(at: _Ints) -> Floats:
    """Return how many hours of night there were until a time."""
    since = to_local(at) - _NIGHT_FROM * _HOUR_US
    days = since // _DAY_US
    tonight = np.minimum((since - days * _DAY_US) / _HOUR_US, _NIGHT_HOURS)
    return np.asarray(days * _NIGHT_HOURS + tonight, np.float64)


def _draws_at_night(cell: _Ints, spans: Spans, flows: Flows, cells: int) -> NDArray[np.bool_]:
    """Return the phases that drew power in most readings of the nights between reversals."""
    first, last = np.full(cells, _NEVER), np.full(cells, -_NEVER)
    np.minimum.at(first, cell, spans.started_at)
    np.maximum.at(last, cell, spans.ended_at)
    own = flows.customer * _PHASES + flows.phase
    local = to_local(flows.at) - _NIGHT_FROM * _HOUR_US
    is_night = local % _DAY_US < _NIGHT_HOURS * _HOUR_US
    is_between = is_night & (flows.at > first[own]) & (flows.at < last[own])
    read = np.bincount(own[is_between], minlength=cells)
    drawn = np.bincount(own[is_between & (flows.power_kw > 0)], minlength=cells)
    return (read > 0) & (drawn * 2 > read)
