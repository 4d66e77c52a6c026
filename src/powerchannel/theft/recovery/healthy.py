"""What a phase takes beside the others while nothing is wrong: learnt before (健全期)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from powerchannel.theft.electrical.measured import Measured
from powerchannel.theft.recovery.expected import CODES, WAYS, Damage, expected_power

__all__ = ["LEARNT", "healthy_ratios"]

LEARNT: tuple[Damage, ...] = ("voltage", "current")
"""Damages that are told by other phases; the rest a phase tells by itself."""

_LEAST_HOURS = 23.0
"""A load is not balanced alike at night and by day."""

_Floats = NDArray[np.float64]


def healthy_ratios(
    measured: Measured,
    wiring: NDArray[np.uint8],
    hours: _Floats,
    group: NDArray[np.int64],
    groups: int,
) -> _Floats:
    """Return by how much other phases told too little of each, when it could be seen (健全期比值).

    Each phase is told by each of the others as if it had lost its voltage or its current
    (`powerchannel.theft.recovery.expected_power`); what it measured over what was told is the
    ratio, energies over all the time. So a load that is never balanced is no error.

    Parameters
    ----------
    measured : Measured
        Readings with nothing wrong.
    wiring : ndarray of uint8, of shape (n,)
        Of the meter of each.
    hours : ndarray of float, of shape (n,)
        That each stands for [h].
    group : ndarray of int64, of shape (n,)
        Whose it is, from 0.
    groups : int
        How many there are.

    Returns
    -------
    ndarray of float, of shape (2, 2, groups, 3)
        Of `LEARNT`, by each way, of each phase; NaN where less than 23 h of readings tells it.

    Examples
    --------
    >>> from powerchannel.theft.electrical import measured_of, points_of
    >>> from powerchannel.theft.simulate import meter
    >>> uneven = meter("34", unbalance=0.2, minutes=1440)
    >>> measured, points = measured_of(uneven.phase_readings, uneven.points)
    >>> wiring, hours = points.wiring[measured.meter], np.full(len(measured), 1 / 60)
    >>> of_current = healthy_ratios(measured, wiring, hours, measured.meter, 1)[1]
    >>> of_current[:, 0, 0].round(2).tolist()
    [1.11, 1.25]
    """
    out = np.full((len(LEARNT), WAYS, groups, 3), np.nan)
    for i, damage in enumerate(LEARNT):
        for phase in range(3):
            supposed = np.zeros((len(measured), 3), np.uint8)
            supposed[:, phase] = CODES[damage]
            told = expected_power(measured, wiring, supposed)[:, :, phase]
            known = ~np.isnan(told) & ~np.isnan(measured.power[:, phase])
            for way in range(WAYS):
                rows = known[way]
                own, weight = group[rows], hours[rows]
                true, found, seen = (
                    np.bincount(own, values, groups)
                    for values in (
                        measured.power[rows, phase] * weight,
                        told[way, rows] * weight,
                        weight,
                    )
                )
                is_told = (seen >= _LEAST_HOURS) & (true > 0) & (found > 0)
                np.divide(true, found, out=out[i, way, :, phase], where=is_told)
    return out
