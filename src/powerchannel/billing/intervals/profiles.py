"""Whole profiles in a matrix: to energy by period and the highest demand (整条曲线计量)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from powerchannel.billing.intervals.calendar import PeriodTable
from powerchannel.billing.intervals.grid import (
    COUNTS,
    Demand,
    DemandRule,
    IntervalEnergy,
    IntervalGrid,
    are_plain,
    check_sums,
    check_values,
)
from powerchannel.billing.records import PERIODS
from powerchannel.errors import TableError
from powerchannel.ids import Ids

__all__ = ["measure_profiles"]

_BLOCK_CELLS = 1 << 17
_FEW = 8
"""Windows of fewer slots are added slot by slot."""


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
    tally = None if periods is None else _Tally.of(grid.codes(periods))
    peak = None if demand is None else _Peak(demand.width(grid), demand.step(grid))
    count = len(meters)
    total, highest, slot = (np.zeros(count, np.int64) for _ in range(3))
    by_period = np.zeros((count, len(PERIODS)), np.int64)
    for rows, block in _blocks(energy_wh, grid):
        if tally is None:
            total[rows] = block.sum(axis=1)
        else:
            by_period[rows] = tally.of_block(block)
        if peak is not None:
            highest[rows], slot[rows] = peak.of_block(block)
    return IntervalEnergy(
        meters=meters,
        total_wh=total if tally is None else by_period.sum(axis=1),
        period_wh=None if tally is None else by_period,
        reactive_varh=None if reactive_varh is None else _totals(reactive_varh, grid),
        demand=None if demand is None else _demand(highest, slot, demand, grid),
        counts=_counts(count, grid, has_reactive=reactive_varh is not None),
    )


def _blocks(
    values: NDArray[np.int64], grid: IntervalGrid
) -> Iterator[tuple[slice, NDArray[np.int64]]]:
    """Yield some rows at a time, checked: what is done with them finds them in the cache."""
    size = max(1, _BLOCK_CELLS // grid.slots)
    for start in range(0, len(values), size):
        rows = slice(start, start + size)
        block = values[rows]
        if not are_plain(block, grid):
            _check_whole(values)
            check_sums(block, grid)
        yield rows, block


@frozen(eq=False)
class _Tally:
    """How slots are added up by period: runs of slots of one period, then those of each period.

    Parameters
    ----------
    runs : ndarray of int64
        Where runs begin.
    order : ndarray of int64
        The runs, those of one period one after another.
    starts : ndarray of int64
        Where the runs of each period begin in this order.
    periods : ndarray of uint8
        Which periods these are.
    """

    runs: NDArray[np.int64]
    order: NDArray[np.int64]
    starts: NDArray[np.int64]
    periods: NDArray[np.uint8]

    @classmethod
    def of(cls, code: NDArray[np.uint8]) -> _Tally:
        """Lay the slots out by their periods."""
        runs = np.flatnonzero(np.append(True, code[1:] != code[:-1]))
        order = np.argsort(code[runs], kind="stable")
        periods, starts = np.unique(code[runs][order], return_index=True)
        return cls(runs, order, starts, periods)

    def of_block(self, block: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the energy of each row by period."""
        by_run = np.add.reduceat(block, self.runs, axis=1).take(self.order, axis=1)
        found = np.zeros((len(block), len(PERIODS)), np.int64)
        found[:, self.periods] = np.add.reduceat(by_run, self.starts, axis=1)
        return found


@frozen
class _Peak:
    """Windows of so many slots, so many slots apart."""

    width: int
    step: int

    def of_block(self, block: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the highest window of each row, and the slot in which the first such begins."""
        windows = self._windows(block)
        at = windows.argmax(axis=1)
        return windows[np.arange(len(windows)), at], at * self.step

    def _windows(self, energy: NDArray[np.int64]) -> NDArray[np.int64]:
        slots, width = energy.shape[1], self.width
        if width == 1:
            return energy
        if self.step == width and width < _FEW:
            return sum((energy[:, i::width] for i in range(1, width)), start=energy[:, ::width])
        if self.step == width:
            return np.add.reduceat(energy, np.arange(0, slots, width), axis=1)
        running = np.zeros((len(energy), slots + 1), np.int64)
        np.cumsum(energy, axis=1, out=running[:, 1:])
        return running[:, width:] - running[:, :-width]


def _totals(values: NDArray[np.int64], grid: IntervalGrid) -> NDArray[np.int64]:
    found = np.zeros(len(values), np.int64)
    for rows, block in _blocks(values, grid):
        found[rows] = block.sum(axis=1)
    return found


def _demand(
    most: NDArray[np.int64], slot: NDArray[np.int64], rule: DemandRule, grid: IntervalGrid
) -> Demand:
    return Demand(
        highest_w=most * (60 // rule.minutes),
        began_at=grid.times(slot),
        void_windows=np.zeros(len(most), np.int64),
    )


def _counts(count: int, grid: IntervalGrid, *, has_reactive: bool) -> dict[str, NDArray[np.int64]]:
    expected, none = np.full(count, grid.slots), np.zeros(count, np.int64)
    counts = dict.fromkeys(COUNTS, none) | {"expected": expected, "present": expected}
    return counts | {"reactive": expected} if has_reactive else counts


def _check_whole(values: NDArray[np.int64]) -> None:
    if (is_hole := values < 0).any():
        row, slot = (int(axis[0]) for axis in np.nonzero(is_hole))
        count = int(is_hole.sum())
        raise TableError.of(
            "bad_profile",
            "profiles",
            f"{count} 个点为空或为负（第一个：第 {row} 条曲线第 {slot} 点）；"
            "不完整的曲线请用 measure_intervals",
            f"{count} values are missing or negative (first: profile {row}, slot {slot}); "
            "measure_intervals takes profiles that are not whole",
            count=count,
        )
