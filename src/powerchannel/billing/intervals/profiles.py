"""Whole profiles in a matrix: to energy by period and the highest demand (整条曲线计量)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from powerchannel.billing.intervals.calendar import PeriodTable
from powerchannel.billing.intervals.grid import (
    COUNTS,
    Demand,
    DemandRule,
    IntervalEnergy,
    IntervalGrid,
    check_sums,
    check_values,
)
from powerchannel.billing.records import PERIODS
from powerchannel.errors import TableError
from powerchannel.ids import Ids

__all__ = ["measure_profiles"]

_BLOCK_CELLS = 1 << 19


def measure_profiles(
    energy_wh: NDArray[np.int64],
    reactive_varh: NDArray[np.int64] | None = None,
    *,
    meters: Ids,
    grid: IntervalGrid,
    periods: PeriodTable | None = None,
    demand: DemandRule | None = None,
) -> IntervalEnergy:
    """Measure whole profiles, a row each (整条曲线计量).

    The answer is that of `measure_intervals` on the same values.

    Parameters
    ----------
    energy_wh : ndarray of int64, shape (meters, slots)
        Energy after the multiplier; every slot has one, none is negative [Wh].
    reactive_varh : ndarray of int64, shape (meters, slots), optional
        Reactive energy, likewise [varh].
    meters : Ids
        The meter of each row.
    grid, periods, demand
        As in `measure_intervals`.

    Returns
    -------
    IntervalEnergy
        Meters as given.

    Raises
    ------
    TableError
        When a value is missing or negative, or the shape is not that of meters and slots.
    TypeError, OverflowError
        As `measure_intervals`.

    Examples
    --------
    >>> from datetime import date
    >>> day = IntervalGrid(start=date(2025, 1, 1), end=date(2025, 1, 2))
    >>> energy = np.full((1, 96), 250)
    >>> energy[0, 40] = 400
    >>> found = measure_profiles(
    ...     energy, meters=Ids.from_text(["0017"]), grid=day, demand=DemandRule()
    ... )
    >>> found.total_wh.tolist(), found.demand.highest_w.tolist(), str(found.demand.began_at[0])
    ([24150], [1600], '2025-01-01T10:00')
    """
    shape = len(meters), grid.slots
    for values in (energy_wh, reactive_varh):
        if values is not None:
            check_values(values, shape)
            _check_whole(values)
            check_sums(values, grid)
    expected, none = np.full(len(meters), grid.slots), np.zeros(len(meters), np.int64)
    counts = dict.fromkeys(COUNTS, none) | {"expected": expected, "present": expected}
    if reactive_varh is not None:
        counts["reactive"] = expected
    by_period = None if periods is None else _profile_periods(energy_wh, grid.codes(periods))
    return IntervalEnergy(
        meters=meters,
        total_wh=energy_wh.sum(axis=1),
        period_wh=by_period,
        reactive_varh=None if reactive_varh is None else reactive_varh.sum(axis=1),
        demand=None if demand is None else _profile_demand(energy_wh, grid, demand),
        counts=counts,
    )


def _profile_periods(energy: NDArray[np.int64], code: NDArray[np.uint8]) -> NDArray[np.int64]:
    runs = np.flatnonzero(np.append(True, code[1:] != code[:-1]))
    sums = np.add.reduceat(energy, runs, axis=1)
    by_period = [sums[:, code[runs] == at].sum(axis=1) for at in range(len(PERIODS))]
    return np.stack(by_period, axis=1)


def _profile_demand(energy: NDArray[np.int64], grid: IntervalGrid, rule: DemandRule) -> Demand:
    width, step = rule.width(grid), rule.step(grid)
    most, slot = np.zeros(len(energy), np.int64), np.zeros(len(energy), np.int64)
    size = max(1, _BLOCK_CELLS // grid.slots)
    for start in range(0, len(energy), size):
        block = slice(start, start + size)
        windows = _windows(energy[block], width, step)
        at = windows.argmax(axis=1)
        most[block] = np.take_along_axis(windows, at[:, None], axis=1)[:, 0]
        slot[block] = at * step
    return Demand(
        highest_w=most * (60 // rule.minutes),
        began_at=grid.times(slot),
        void_windows=np.zeros(len(energy), np.int64),
    )


def _windows(energy: NDArray[np.int64], width: int, step: int) -> NDArray[np.int64]:
    if width == 1:
        return energy
    if step == width:
        return np.add.reduceat(energy, np.arange(0, energy.shape[1], width), axis=1)
    running = np.zeros((len(energy), energy.shape[1] + 1), np.int64)
    np.cumsum(energy, axis=1, out=running[:, 1:])
    return running[:, width:] - running[:, :-width]


def _check_whole(values: NDArray[np.int64]) -> None:
    if values.size and values.min() < 0:
        row, slot = (int(axis[0]) for axis in np.nonzero(values < 0))
        count = int((values < 0).sum())
        raise TableError.of(
            "bad_profile",
            "profiles",
            f"{count} 个点为空或为负（第一个：第 {row} 条曲线第 {slot} 点）；"
            "不完整的曲线请用 measure_intervals",
            f"{count} values are missing or negative (first: profile {row}, slot {slot}); "
            "measure_intervals takes profiles that are not whole",
            count=count,
        )
