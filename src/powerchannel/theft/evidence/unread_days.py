"""What may have been lost before anything was read, where it was so from the start (读数之前)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from powerchannel.theft.electrical.runs import rows_of
from powerchannel.theft.evidence.gathering import Evidence
from powerchannel.theft.evidence.inputs import Inputs
from powerchannel.times import NAT, to_local

__all__ = ["lost_before_reading"]

_DAY_US = 86_400_000_000
_AT_ONCE_US = _DAY_US
"""What is there within the first day of readings was there before: by night little shows."""
_NEVER = int(np.iinfo(np.int64).max)

_Floats = NDArray[np.float64]
_Ints = NDArray[np.int64]


def lost_before_reading(inputs: Inputs, evidence: Evidence) -> _Floats:
    """Return what was lost before the first reading if it was as it is since (读数之前少计电量).

    Of customers of whom an episode tells a loss from the first readings on: lost over recorded
    energy of the days of the episodes, times the recorded energy of the days before, since the
    window began or the meter was put up.

    Parameters
    ----------
    inputs : Inputs
        The window.
    evidence : Evidence
        What was found in it.

    Returns
    -------
    ndarray of float64, shape (customers,)
        [kWh]; 0 where the readings show a time without loss before, or nothing was recorded.
    """
    customers = len(inputs.customers)
    is_lost = np.nan_to_num(evidence.losses.kwh) > 0
    owner = evidence.owner[is_lost]
    since, until = np.full(customers, _NEVER), np.full(customers, -_NEVER)
    np.minimum.at(since, owner, evidence.episodes.started_at[is_lost])
    np.maximum.at(until, owner, evidence.ended[is_lost])
    who = np.unique(owner)
    who = who[since[who] <= _first_read(inputs, who) + _AT_ONCE_US]
    out = np.zeros(customers)
    if len(who):
        lost = np.bincount(owner, evidence.losses.kwh[is_lost], customers)[who]
        first, last = (_days(inputs, at[who]) for at in (since, until - 1))
        out[who] = lost * _before_over_during(inputs, who, first, last)
    return out


def _first_read(inputs: Inputs, who: _Ints) -> _Ints:
    """Return when each was first read [microseconds UTC]."""
    readings = inputs.frames["phase_readings"]
    keys, own = inputs.customers.keys[who], readings["customer_id"].to_numpy(np.int64)
    first, stop = (np.searchsorted(own, keys, side) for side in ("left", "right"))
    at = readings["read_at"].to_numpy("datetime64[us]").view(np.int64)[rows_of(first, stop)]
    found = np.full(len(who), _NEVER)
    np.minimum.at(found, np.repeat(np.arange(len(who)), stop - first), at)
    return np.where(found == _NEVER, -_NEVER, found)


def _days(inputs: Inputs, at: _Ints) -> _Ints:
    """Return the column of the day of each time."""
    return np.asarray(to_local(at) // _DAY_US - inputs.on[0].astype(np.int64))


def _before_over_during(inputs: Inputs, who: _Ints, first: _Ints, last: _Ints) -> _Floats:
    """Return recorded energy before some days over that of these days; 0 where there is none."""
    energy = np.nan_to_num(inputs.energy_kwh[who])
    day = np.arange(energy.shape[1])
    is_during = (day >= first[:, None]) & (day <= last[:, None])
    is_before = (day < first[:, None]) & (day >= _put_up(inputs, who, first)[:, None])
    before, during = (np.sum(energy * days, axis=1) for days in (is_before, is_during))
    nothing = np.zeros(len(who))
    return np.asarray(np.divide(np.maximum(before, 0), during, out=nothing, where=during > 0))


def _put_up(inputs: Inputs, who: _Ints, first: _Ints) -> _Ints:
    """Return the column of the day on which the meter of each was put up; 0 where not known."""
    points = inputs.frames["points"]
    row = inputs.rows_of(points["customer_id"].to_numpy(np.int64))
    installed = points["installed_on"].to_numpy("datetime64[us]").view(np.int64)
    day = installed // _DAY_US - inputs.on[0].astype(np.int64)
    place = np.full(len(inputs.customers), -1)
    place[who] = np.arange(len(who))
    found = np.zeros(len(who), np.int64)
    mine = place[row]
    is_told = (mine >= 0) & (installed != NAT)
    is_told[is_told] &= day[is_told] <= first[mine[is_told]]
    np.maximum.at(found, mine[is_told], day[is_told])
    return found
