"""Whether power that flows backwards is a reversed transformer's, the load's own, or neither."""

from __future__ import annotations

from enum import IntEnum
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from powerchannel.theft.electrical.measured import Measured
from powerchannel.theft.electrical.nominal import SINGLE_PHASE, THREE_WIRE

__all__ = ["LEAD", "Direction", "directions"]

_Floats: TypeAlias = NDArray[np.float64]

LEAD = (np.pi / 6.0, 0.0, -np.pi / 6.0)
"""By which U_ab and U_cb lead the voltage of the phase whose current they are paired with."""

_APART = np.pi / 6.0
"""What angles of phases may differ by: an exchanged circuit is 60 degrees from a reversed one."""
_FACTOR_APART = 0.2
"""What power factors may differ by, where angles are not known."""
_LOADS = (-4.0 * np.pi / 9.0, np.pi / 2.0)
"""Angles that a load may have: beyond, it gives energy back; 80 to 90 degrees of lead are left
out, where a rotation looks alike."""
_LIKELY = (-np.pi / 9.0, 2.0 * np.pi / 9.0)
"""Angles of loads, from 20 degrees of lead to 40 of lag; no wider, or a rotation would fit in."""


class Direction(IntEnum):
    """What the angle of a phase says (方向判断)."""

    UNTOLD = 0
    OWN = 1
    REVERSED = -1


def directions(
    measured: Measured, wiring: NDArray[np.uint8], damage: NDArray[np.uint8]
) -> NDArray[np.int8]:
    """Hold the angle of each damaged phase against the healthy ones (方向判断).

    A reversed transformer turns the angle by 180 degrees, circuits that are exchanged or rotated by
    120; one element of three wires flows backwards by itself where the load lags by more than 60.
    Where reactive power was not read, power factors are compared instead.

    Parameters
    ----------
    measured : Measured
        The readings.
    wiring : ndarray of uint8, of shape (n,)
        Of the meter of each reading.
    damage : ndarray of uint8, of shape (n, 3)
        Not 0 where a phase is damaged; it is compared with those that are not.

    Returns
    -------
    ndarray of int8, of shape (n, 3)
        `Direction` of each phase. Without a healthy phase it is told where all would be those of a
        likely load; a single phase that flows backwards is reversed.

    Examples
    --------
    >>> one = np.zeros(1, np.int64)
    >>> measured = Measured(
    ...     meter=one,
    ...     at=one,
    ...     voltage=np.full((1, 3), 220.0),
    ...     current=np.full((1, 3), 5.0),
    ...     power=np.array([[1.0, -1.0, -0.3]]),
    ... )
    >>> damage = np.array([[0, 1, 1]], dtype=np.uint8)
    >>> directions(measured, np.array([1], np.uint8), damage).tolist()
    [[1, -1, 0]]
    """
    lead = np.where((wiring == THREE_WIRE)[:, None], np.array(LEAD), 0.0)
    is_loaded = (measured.current > 0.0) & ~np.isnan(measured.power)
    is_well = is_loaded & (damage == 0)
    if measured.reactive is None:
        found = _by_factors(measured, lead, is_well)
        alone = np.zeros_like(found)
    else:
        angle = np.arctan2(measured.reactive, measured.power) - lead
        found = _by_angles(angle, is_well)
        found[(found == Direction.OWN) & ~_is_within(angle, _LOADS)] = Direction.UNTOLD
        lacks = np.asarray((np.isnan(measured.reactive) & is_loaded).any(axis=1))
        if lacks.any():
            found[lacks] = _by_factors(measured.take(lacks), lead[lacks], is_well[lacks])
        is_alike = _by_angles(angle, is_loaded) == Direction.OWN
        is_turned = is_alike & _is_within(angle + np.pi, _LIKELY)
        alone = np.where(is_turned, Direction.REVERSED, Direction.UNTOLD)
    has_well = is_well.any(axis=1)[:, None]
    single = (wiring == SINGLE_PHASE)[:, None]
    lonely = np.where(single, Direction.REVERSED, alone)
    return np.where(has_well & ~single, found, lonely).astype(np.int8)


def _by_angles(angle: _Floats, is_well: NDArray[np.bool_]) -> NDArray[np.int64]:
    apart = np.abs(_wrapped(angle[:, :, None] - angle[:, None, :]))
    verdict = np.select(
        [apart <= _APART, apart >= np.pi - _APART], [Direction.OWN, Direction.REVERSED], 0
    )
    return _agreed(verdict, is_well)


def _by_factors(measured: Measured, lead: _Floats, is_well: NDArray[np.bool_]) -> NDArray[np.int64]:
    size = measured.voltage * measured.current / 1000.0
    unknown = np.full_like(size, np.nan)
    factor = np.clip(np.divide(measured.power, size, out=unknown, where=size > 0.0), -1.0, 1.0)
    lag = np.arccos(factor)[:, None, :]
    to, of = lead[:, :, None], lead[:, None, :]
    load = np.stack([lag - of, -lag - of])
    # A load does not flow backwards: what would have it do so is no reading of the phase.
    told = np.where(_is_within(load, _LOADS), np.cos(load + to), np.nan)
    own, turned = (np.fmin(*np.abs(factor[:, :, None] - sign * told)) for sign in (1.0, -1.0))
    is_own = (own <= _FACTOR_APART) & (own <= turned)
    is_turned = (turned <= _FACTOR_APART) & (turned < own)
    verdict = np.select([is_own, is_turned], [Direction.OWN, Direction.REVERSED], 0)
    return _agreed(verdict, is_well)


def _agreed(verdict: NDArray[np.int64], is_well: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return what all healthy phases say of each phase; untold where they do not agree."""
    heard = is_well[:, None, :]
    lowest = np.where(heard, verdict, Direction.OWN).min(axis=2)
    highest = np.where(heard, verdict, Direction.REVERSED).max(axis=2)
    return np.where(lowest == highest, lowest, int(Direction.UNTOLD))


def _is_within(angle: _Floats, limits: tuple[float, float]) -> NDArray[np.bool_]:
    wrapped = _wrapped(angle)
    return (wrapped >= limits[0]) & (wrapped <= limits[1])


def _wrapped(angle: _Floats) -> _Floats:
    return np.asarray((angle + np.pi) % (2.0 * np.pi) - np.pi)
