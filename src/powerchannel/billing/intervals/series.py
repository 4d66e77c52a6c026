"""Interval data: to energy by period and the highest demand, exactly (负荷曲线电量与最大需量).

Rows of many meters come in any order; whole profiles are faster in a matrix
(`powerchannel.billing.intervals.profiles`). Nothing is filled in: a slot without a value is
counted, and voids every demand window that it lies in.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum

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
    check_sums,
    check_values,
)
from powerchannel.billing.records import PERIODS
from powerchannel.errors import TableError
from powerchannel.ids import Ids
from powerchannel.tables import NO_NUMBER
from powerchannel.times import NAT, to_local

__all__ = ["measure_intervals"]

_MINUTE_US = 60_000_000
_BITS = 16
_DIGIT = (1 << _BITS) - 1


class _Drop(IntEnum):
    KEPT = 0
    BLANK = 1
    OUTSIDE = 2
    OFF_GRID = 3
    NEGATIVE = 4


@frozen(eq=False)
class _Rows:
    """Rows in the order of meter and slot, a slot at most once after `agreed`."""

    meter: NDArray[np.int64]
    slot: NDArray[np.int64]
    energy: NDArray[np.int64]
    reactive: NDArray[np.int64] | None

    def take(self, rows: NDArray[np.intp]) -> _Rows:
        reactive = None if self.reactive is None else self.reactive[rows]
        return _Rows(self.meter[rows], self.slot[rows], self.energy[rows], reactive)

    def ordered(self, count: int, slots: int) -> tuple[_Rows, NDArray[np.int64]]:
        """Return the rows in order, and how many of each meter were out of it."""
        key = self.meter * slots + self.slot
        if (key[1:] > key[:-1]).all():
            return self, np.zeros(count, np.int64)
        by_meter = _order(self.meter)
        meter, slot = self.meter[by_meter], self.slot[by_meter]
        is_back = (meter[1:] == meter[:-1]) & (slot[1:] < slot[:-1])
        return self.take(_order(key)), np.bincount(meter[1:][is_back], minlength=count)

    def agreed(self, count: int) -> tuple[_Rows, dict[str, NDArray[np.int64]]]:
        """Return one row for each slot whose rows agree; the rows are in order."""
        is_new = np.ones(len(self.slot), np.bool_)
        is_new[1:] = (self.slot[1:] != self.slot[:-1]) | (self.meter[1:] != self.meter[:-1])
        first = np.flatnonzero(is_new)
        if len(first) == len(is_new):
            present, none = np.bincount(self.meter, minlength=count), np.zeros(count, np.int64)
            return self, {"present": present, "conflicting": none, "repeated": none}
        is_split = self._contradicts(first, np.cumsum(is_new) - 1)
        counts = {
            "present": np.bincount(self.meter[first[~is_split]], minlength=count),
            "conflicting": np.bincount(self.meter[first[is_split]], minlength=count),
            "repeated": np.bincount(self.meter[~is_new], minlength=count),
        }
        return self.take(first[~is_split]), counts

    def _contradicts(
        self, first: NDArray[np.intp], slot_of_row: NDArray[np.int64]
    ) -> NDArray[np.bool_]:
        """Tell which slots have a row that says something else than their first."""
        is_split = np.zeros(len(first), np.bool_)
        for values in (self.energy, self.reactive):
            if values is not None:
                is_split[slot_of_row[values != values[first][slot_of_row]]] = True
        return is_split


def _order(keys: NDArray[np.int64]) -> NDArray[np.intp]:
    """Return the stable order of keys that are not negative, from 16 bits to the next.

    NumPy counts 16 bits instead of comparing, which is several times as fast.
    """
    order = np.argsort((keys & _DIGIT).astype(np.uint16), kind="stable")
    rest = keys >> _BITS
    while rest.any():
        order = order[np.argsort((rest[order] & _DIGIT).astype(np.uint16), kind="stable")]
        rest >>= _BITS
    return order


def measure_intervals(
    meters: Ids,
    started_at: NDArray[np.int64],
    energy_wh: NDArray[np.int64],
    reactive_varh: NDArray[np.int64] | None = None,
    *,
    grid: IntervalGrid,
    periods: PeriodTable | None = None,
    demand: DemandRule | None = None,
) -> IntervalEnergy:
    """Measure intervals of many meters, in any order (曲线数据计量).

    Rows outside the grid, off its steps, without a value, or negative do not count, and are
    counted; the rest of a meter goes on. Sums keep the unit: what comes in 1e-6 kWh comes out so.

    Parameters
    ----------
    meters : Ids
        The meter of each row.
    started_at : ndarray of int64, shape (rows,)
        Beginnings in UTC since 1970; `powerchannel.times.NAT` for none [µs].
    energy_wh : ndarray of int64, shape (rows,)
        Energy after the multiplier; `NO_NUMBER` for none [Wh].
    reactive_varh : ndarray of int64, shape (rows,), optional
        Reactive energy; `NO_NUMBER` for none [varh].
    grid : IntervalGrid
        The billing period.
    periods : PeriodTable, optional
        The calendar, for energy by period.
    demand : DemandRule, optional
        How demand is averaged, for the highest one.

    Returns
    -------
    IntervalEnergy
        Meters in the canonical order of `Ids`.

    Raises
    ------
    TableError
        When a row has no meter, the columns differ in length, or the data are too coarse.
    TypeError
        For anything but int64.
    OverflowError
        When sums could pass int64.

    Examples
    --------
    >>> from datetime import date
    >>> day = IntervalGrid(start=date(2025, 1, 1), end=date(2025, 1, 2), minutes=60)
    >>> started_at = day.times(np.arange(2)).astype("datetime64[us]").astype(np.int64)
    >>> found = measure_intervals(
    ...     Ids.from_text(["0017", "0017"]),
    ...     started_at - 8 * 60 * 60_000_000,
    ...     np.array([1_500, 2_000]),
    ...     grid=day,
    ...     demand=DemandRule(minutes=60),
    ... )
    >>> found.total_wh.tolist(), found.demand.highest_w.tolist(), found.counts["missing"].tolist()
    ([3500], [2000], [22])
    """
    distinct, meter = meters.unique()
    for values in (started_at, energy_wh, reactive_varh):
        if values is not None:
            check_values(values, meter.shape)
    _check_meters(meter)
    slot, drop = _slots(started_at, energy_wh, reactive_varh, grid)
    count = len(distinct)
    dropped = np.bincount(meter * len(_Drop) + drop, minlength=count * len(_Drop))
    rows = _Rows(meter, slot, energy_wh, reactive_varh)
    if drop.any():
        rows = rows.take(np.flatnonzero(drop == _Drop.KEPT))
    for values in (rows.energy, rows.reactive):
        if values is not None:
            check_sums(values, grid)
    rows, out_of_order = rows.ordered(count, grid.slots)
    rows, found = rows.agreed(count)
    expected = np.full(count, grid.slots)
    by_reason = dropped.reshape(count, len(_Drop))
    found |= {
        "expected": expected,
        "missing": expected - found["present"] - found["conflicting"],
        "out_of_order": out_of_order,
        **{reason.name.lower(): by_reason[:, reason] for reason in _Drop if reason},
    }
    counts = {name: found[name] for name in COUNTS}
    return _sums(rows, distinct, grid, periods, demand, counts)


def _slots(
    started_at: NDArray[np.int64],
    energy: NDArray[np.int64],
    reactive: NDArray[np.int64] | None,
    grid: IntervalGrid,
) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    """Return the slot of each row, and why it does not count."""
    since = to_local(started_at) - grid.first_minute * _MINUTE_US
    slot = since // (grid.minutes * _MINUTE_US)
    is_off = slot * (grid.minutes * _MINUTE_US) != since
    is_negative = energy < 0
    if reactive is not None:
        is_negative |= (reactive < 0) & (reactive != NO_NUMBER)
    drop = np.where(is_negative, np.uint8(_Drop.NEGATIVE), np.uint8(_Drop.KEPT))
    drop[is_off] = _Drop.OFF_GRID
    drop[(slot < 0) | (slot >= grid.slots)] = _Drop.OUTSIDE
    drop[(started_at == NAT) | (energy == NO_NUMBER)] = _Drop.BLANK
    return slot, drop


def _sums(
    rows: _Rows,
    meters: Ids,
    grid: IntervalGrid,
    periods: PeriodTable | None,
    rule: DemandRule | None,
    counts: Mapping[str, NDArray[np.int64]],
) -> IntervalEnergy:
    count = len(meters)
    bounds = np.searchsorted(rows.meter, np.arange(count + 1))
    running = _running(rows.energy)
    reactive = None
    if rows.reactive is not None:
        has_reactive = rows.reactive != NO_NUMBER
        reactive = np.diff(_running(np.where(has_reactive, rows.reactive, 0))[bounds])
        counts = {**counts, "reactive": np.bincount(rows.meter[has_reactive], minlength=count)}
    return IntervalEnergy(
        meters=meters,
        total_wh=np.diff(running[bounds]),
        period_wh=None if periods is None else _by_period(rows, running, count, grid, periods),
        reactive_varh=reactive,
        demand=None if rule is None else _highest(rows, running, count, grid, rule),
        counts=counts,
    )


def _running(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the sums of the first 0, 1, ... values.

    Over many meters they may wrap; a difference of two that fits int64 is right all the same.
    """
    running = np.zeros(len(values) + 1, np.int64)
    np.cumsum(values, out=running[1:])
    return running


def _by_period(
    rows: _Rows,
    running: NDArray[np.int64],
    count: int,
    grid: IntervalGrid,
    periods: PeriodTable,
) -> NDArray[np.int64]:
    code = grid.codes(periods)[rows.slot]
    is_new = np.ones(len(code), np.bool_)
    is_new[1:] = (code[1:] != code[:-1]) | (rows.meter[1:] != rows.meter[:-1])
    runs = np.flatnonzero(is_new)
    energy = np.zeros(count * len(PERIODS), np.int64)
    np.add.at(
        energy,
        rows.meter[runs] * len(PERIODS) + code[runs],
        np.diff(running[np.append(runs, len(code))]),
    )
    return energy.reshape(count, len(PERIODS))


def _highest(
    rows: _Rows, running: NDArray[np.int64], count: int, grid: IntervalGrid, rule: DemandRule
) -> Demand:
    """Look at each window that is whole: its last slot is as far on as its last row."""
    width, step = rule.width(grid), rule.step(grid)
    ahead = width - 1
    windows = max(len(rows.slot) - ahead, 0)
    first, last = slice(windows), slice(ahead, ahead + windows)
    is_whole = (rows.slot[last] - rows.slot[first] == ahead) & (
        rows.meter[last] == rows.meter[first]
    )
    if step > 1:
        is_whole &= rows.slot[first] % step == 0
    at = np.flatnonzero(is_whole)
    owner, energy = rows.meter[at], running[at + width] - running[at]
    bounds = np.searchsorted(owner, np.arange(count + 1))
    whole = np.diff(bounds)
    with_any = np.flatnonzero(whole)
    highest = np.full(count, NO_NUMBER)
    slot = np.full(count, -1)
    if len(with_any):
        most = np.maximum.reduceat(energy, bounds[with_any])
        is_most = np.flatnonzero(energy == np.repeat(most, whole[with_any]))
        earliest = is_most[np.searchsorted(is_most, bounds[with_any])]
        highest[with_any] = most * (60 // rule.minutes)
        slot[with_any] = rows.slot[at[earliest]]
    expected = (grid.slots - width) // step + 1
    return Demand(highest_w=highest, began_at=grid.times(slot), void_windows=expected - whole)


def _check_meters(meter: NDArray[np.int64]) -> None:
    if (is_null := meter < 0).any():
        count, first = int(is_null.sum()), int(np.flatnonzero(is_null)[0])
        raise TableError.of(
            "missing_meter",
            "intervals.meter_id",
            f"{count} 行没有电能表编号（第一个：第 {first} 行）；请先剔除或补全",
            f"{count} rows have no meter (first: row {first}); take them out or fill them in",
            count=count,
        )
