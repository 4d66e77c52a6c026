"""Readings and days that cannot be: found with a reason, and left out (无效数据过滤).

What is merely unlikely stays: that is evidence (`powerchannel.theft.electrical.residual`).
"""

from __future__ import annotations

import numpy as np
from attrs import evolve
from numpy.typing import NDArray

from powerchannel.theft.electrical.days import Days
from powerchannel.theft.electrical.measured import Measured
from powerchannel.theft.electrical.nominal import Points
from powerchannel.theft.electrical.reasons import Reason, first_reason
from powerchannel.theft.electrical.rules import Filters

__all__ = ["judge_days", "judge_readings", "possible_days"]

_HOURS = 24.0


def judge_readings(measured: Measured, points: Points, filters: Filters) -> NDArray[np.uint8]:
    """Tell which readings are possible, and why the others are not (读数取舍).

    Parameters
    ----------
    measured : Measured
        The readings; what was not measured is no fault.
    points : Points
        Ratios and contract capacities; without a capacity nothing is too much.
    filters : Filters
        K.

    Returns
    -------
    ndarray of uint8, shape (n,)
        A `Reason`; 0: kept.
    """
    infinite = np.zeros(len(measured), dtype=np.bool_)
    for columns in (measured.voltage, measured.current, measured.power):
        infinite |= np.isinf(columns).any(axis=1)
    power_kw = np.abs(np.nansum(np.where(np.isinf(measured.power), 0, measured.power), axis=1))
    most_kw = points.contract_capacity_kva * float(filters.capacity_multiple) / points.ratio
    reasons = (
        (Reason.NOT_FINITE, infinite),
        (Reason.NEGATIVE_VOLTAGE, np.asarray((measured.voltage < 0).any(axis=1))),
        (Reason.BEYOND_CAPACITY, _rounded(power_kw) > _rounded(most_kw)[measured.meter]),
    )
    return first_reason(reasons, len(measured))


def judge_days(days: Days, points: Points, filters: Filters) -> NDArray[np.uint8]:
    """Tell which daily energies are possible, and why the others are not (日电量取舍).

    Parameters
    ----------
    days : Days
        The days.
    points : Points
        Contract capacities; without one no energy is too much.
    filters : Filters
        The multiple of 24 h x contract capacity.

    Returns
    -------
    ndarray of uint8, shape (n,)
        A `Reason`; 0: kept.
    """
    most_kwh = points.contract_capacity_kva * _HOURS * float(filters.daily_energy_multiple)
    reasons = (
        (Reason.NOT_FINITE, np.isinf(days.energy_kwh) | np.isinf(days.index_kwh)),
        (Reason.NEGATIVE_ENERGY, days.energy_kwh < 0),
        (Reason.BEYOND_DAILY_LIMIT, days.energy_kwh > _rounded(most_kwh)[days.meter]),
    )
    return first_reason(reasons, len(days))


def possible_days(days: Days, points: Points, filters: Filters) -> tuple[Days, NDArray[np.uint8]]:
    """Return the days without the energies that cannot be (剔除无效日电量).

    The index of such a day stays: that it fell, or jumped, is for rules to say.

    Parameters
    ----------
    days, points, filters
        As for `judge_days`.

    Returns
    -------
    (Days, ndarray of uint8)
        Energies that cannot be are not known; and of each day the `Reason`.
    """
    reasons = judge_days(days, points, filters)
    if not reasons.any():
        return days, reasons
    energy = np.where(reasons == Reason.KEPT, days.energy_kwh, np.nan)
    index = np.where(np.isinf(days.index_kwh), np.nan, days.index_kwh)
    return evolve(days, energy_kwh=energy, index_kwh=index), reasons


def _rounded(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.round(values, 9))
