"""The slots of interval data, how demand is averaged, and what is measured (时间网格)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from math import gcd
from typing import Literal

import numpy as np
import pandas as pd
from attrs import frozen
from numpy.typing import NDArray

from powerchannel.billing.intervals.calendar import PeriodTable
from powerchannel.billing.records import PERIODS
from powerchannel.errors import TableError
from powerchannel.ids import Ids
from powerchannel.times import NAT

__all__ = [
    "COUNTS",
    "Demand",
    "DemandRule",
    "IntervalEnergy",
    "IntervalGrid",
    "are_plain",
    "check_sums",
    "check_values",
]

COUNTS = (
    "expected",
    "present",
    "missing",
    "conflicting",
    "repeated",
    "out_of_order",
    "blank",
    "outside",
    "off_grid",
    "negative",
)
"""What is counted of each meter (完整性计数), as `IntervalEnergy` explains."""

_LENGTHS = (1, 5, 10, 15, 30, 60)
_INT64_MAX = int(np.iinfo(np.int64).max)
_FIRST_START = date(1992, 1, 1)  # before, summer time made some hours stand twice


@frozen(kw_only=True)
class IntervalGrid:
    """The slots of a billing period: ``[start, end)`` in steps of some minutes (时间网格).

    Parameters
    ----------
    start, end : date
        Local days; from 1992 on, without summer time.
    minutes : int
        1, 5, 10, 15, 30 or 60; slots begin at full hours [min].

    Raises
    ------
    TableError
        When the period is empty, begins before 1992, or the step is another.

    Examples
    --------
    >>> IntervalGrid(start=date(2025, 1, 1), end=date(2025, 2, 1)).slots
    2976
    """

    start: date
    end: date
    minutes: int = 15

    def __attrs_post_init__(self) -> None:
        if self.minutes not in _LENGTHS or not _FIRST_START <= self.start < self.end:
            raise _bad_grid(self)

    @property
    def slots(self) -> int:
        """How many slots there are (应有点数)."""
        return (self.end - self.start).days * 24 * 60 // self.minutes

    @property
    def first_minute(self) -> int:
        """The beginning, in minutes since 1970 by the local clock (起点) [min]."""
        return int(np.datetime64(self.start, "m").astype(np.int64))

    def times(self, slots: NDArray[np.int64]) -> NDArray[np.datetime64]:
        """Return the local beginnings of slots, NaT for a negative one (起始时刻)."""
        minutes = np.where(slots < 0, NAT, self.first_minute + slots * self.minutes)
        return minutes.astype("datetime64[m]")

    def codes(self, periods: PeriodTable) -> NDArray[np.uint8]:
        """Return the period of each slot (各点时段).

        Raises
        ------
        TableError
            When a period begins inside a slot.
        """
        steps = periods.codes_of_days(np.arange(np.datetime64(self.start), np.datetime64(self.end)))
        finest = gcd(periods.step_minutes, self.minutes)
        codes = steps.repeat(periods.step_minutes // finest, axis=1).reshape(self.slots, -1)
        if (is_mixed := (codes != codes[:, :1]).any(axis=1)).any():
            raise _mixed_periods(self, is_mixed)
        return codes[:, 0]


@frozen(kw_only=True)
class DemandRule:
    """Over which minutes a demand is averaged (需量周期).

    Parameters
    ----------
    minutes : {15, 30, 60}
        The length of a window [min].
    moves : {"block", "sliding"}
        block: windows follow one another from the full hour; sliding: they begin at each minute,
        for which data of single minutes are needed. All lie inside the billing period.
    """

    minutes: Literal[15, 30, 60] = 15
    moves: Literal["block", "sliding"] = "block"

    def width(self, grid: IntervalGrid) -> int:
        """Return how many slots a window has (窗口点数).

        Raises
        ------
        TableError
            When the data are too coarse for the rule.
        """
        if self.minutes % grid.minutes or (self.moves == "sliding" and grid.minutes > 1):
            raise _too_coarse(self, grid)
        return self.minutes // grid.minutes

    def step(self, grid: IntervalGrid) -> int:
        """Return by how many slots the windows are apart (滑动步长)."""
        return self.width(grid) if self.moves == "block" else 1


@frozen(kw_only=True, eq=False)
class Demand:
    """The highest demand of each meter; of equal ones the first (最大需量).

    Parameters
    ----------
    highest_w : ndarray of int64, shape (meters,)
        `NO_NUMBER` where no window was whole [W].
    began_at : ndarray of datetime64[m], shape (meters,)
        When its window began, local time.
    void_windows : ndarray of int64, shape (meters,)
        Windows with a gap, which do not count.
    """

    highest_w: NDArray[np.int64]
    began_at: NDArray[np.datetime64]
    void_windows: NDArray[np.int64]


@frozen(kw_only=True, eq=False)
class IntervalEnergy:
    """What the intervals of each meter come to (曲线电量结果).

    Parameters
    ----------
    meters : Ids
        The meters.
    total_wh : ndarray of int64, shape (meters,)
        Energy of the slots that are present [Wh].
    period_wh : ndarray of int64, shape (meters, 5), optional
        The same by period, in the order of `powerchannel.billing.records.PERIODS` [Wh].
    reactive_varh : ndarray of int64, shape (meters,), optional
        Of the slots that have it [varh].
    demand : Demand, optional
        The highest demand.
    counts : mapping of str to ndarray of int64, shape (meters,)
        expected = present + missing + conflicting, in slots; rows = present + conflicting +
        repeated + blank + outside + off_grid + negative. ``conflicting`` slots have rows that
        contradict one another, of which none counts; ``repeated`` are rows beyond the first of a
        slot; ``reactive`` are slots with reactive energy, ``out_of_order`` rows that came after a
        later one of their meter.
    """

    meters: Ids
    total_wh: NDArray[np.int64]
    period_wh: NDArray[np.int64] | None
    reactive_varh: NDArray[np.int64] | None
    demand: Demand | None
    counts: Mapping[str, NDArray[np.int64]]

    @property
    def is_complete(self) -> NDArray[np.bool_]:
        """Whether each slot of a meter has a value (是否完整)."""
        present: NDArray[np.bool_] = self.counts["present"] == self.counts["expected"]
        return present

    @property
    def table(self) -> pd.DataFrame:
        """One row a meter: energies, demand, and what was there (结果表)."""
        columns: dict[str, object] = {"meter_id": self.meters.to_text()}
        if self.period_wh is not None:
            columns |= {f"{p}_wh": self.period_wh[:, at] for at, p in enumerate(PERIODS)}
        columns["total_wh"] = self.total_wh
        if self.reactive_varh is not None:
            columns["reactive_varh"] = self.reactive_varh
        if self.demand is not None:
            highest, is_void = self.demand.highest_w, np.isnat(self.demand.began_at)
            columns["demand_w"] = pd.arrays.IntegerArray(highest, is_void)
            columns["demand_began_at"] = self.demand.began_at.astype("datetime64[s]")
            columns["void_windows"] = self.demand.void_windows
        return pd.DataFrame(columns | dict(self.counts))


def check_values(values: NDArray[np.int64], shape: tuple[int, ...]) -> None:
    """Refuse anything but int64 of the shape wanted (检查列).

    Raises
    ------
    TypeError, TableError
        For another type, and another shape.
    """
    if values.dtype != np.int64:
        raise TypeError(
            f"需要 int64 整数，而不是 {values.dtype}；请先换算为 Wh、varh、µs / "
            f"int64 integers are needed, not {values.dtype}; convert to Wh, varh, µs first"
        )
    if values.shape != shape:
        raise TableError.of(
            "bad_shape",
            "intervals",
            f"形状为 {values.shape}，应为 {shape}；各列（各曲线）须等长",
            f"the shape is {values.shape}, not {shape}; columns and profiles must be of one length",
        )


def are_plain(values: NDArray[np.int64], grid: IntervalGrid) -> bool:
    """Tell in one pass that nothing is negative and no sum can pass int64 (快速检查).

    Where it tells False, `check_sums` and a look at the signs say whether that is so.

    Examples
    --------
    >>> from datetime import date
    >>> day = IntervalGrid(start=date(2025, 1, 1), end=date(2025, 1, 2))
    >>> are_plain(np.array([250, 0]), day), are_plain(np.array([250, -1]), day)
    (True, False)
    """
    bits = int(np.bitwise_or.reduce(values, axis=None))  # the sign of any, as large as the largest
    return 0 <= bits <= _most(grid)


def _most(grid: IntervalGrid) -> int:
    return _INT64_MAX // grid.slots  # at least 24, and an hour has but four windows


def check_sums(values: NDArray[np.int64], grid: IntervalGrid) -> None:
    """Refuse values whose sum over a period, or demand, could pass int64 (检查上限).

    Raises
    ------
    OverflowError
        Names the largest.
    """
    if (most := int(values.max(initial=0))) > _most(grid):
        raise OverflowError(
            f"{most} 太大：{grid.slots} 个点之和可能超出 int64；单位应为 Wh、varh / "
            f"{most} is too large: {grid.slots} of them could pass int64; the unit is Wh or varh"
        )


def _mixed_periods(grid: IntervalGrid, is_mixed: NDArray[np.bool_]) -> TableError:
    count, first = int(is_mixed.sum()), grid.times(np.flatnonzero(is_mixed)[:1])[0]
    return TableError.of(
        "mixed_periods",
        "periods",
        f"{grid.minutes} 分钟的点中有 {count} 个跨越时段（第一个：{first}）；请用更细的数据",
        f"{count} slots of {grid.minutes} minutes lie in two periods (first: {first}); "
        "take finer data",
        count=count,
    )


def _bad_grid(grid: IntervalGrid) -> TableError:
    return TableError.of(
        "bad_grid",
        "grid",
        f"[{grid.start}, {grid.end})、{grid.minutes} 分钟不是可用的时间网格；"
        f"起始日须早于终止日且不早于 {_FIRST_START}（此前有夏令时），"
        f"间隔须为 {'、'.join(map(str, _LENGTHS))} 分钟",
        f"[{grid.start}, {grid.end}) in steps of {grid.minutes} minutes is no grid; "
        f"it must end after it starts, not before {_FIRST_START} (summer time), "
        f"and have steps of {', '.join(map(str, _LENGTHS))} minutes",
    )


def _too_coarse(rule: DemandRule, grid: IntervalGrid) -> TableError:
    zh, en = ("滑窗", "sliding window") if rule.moves == "sliding" else ("区间", "block")
    return TableError.of(
        "demand_too_coarse",
        "demand",
        f"{grid.minutes} 分钟的数据算不出 {rule.minutes} 分钟{zh}需量；"
        "滑窗需要 1 分钟数据，区间需要能整除其长度的间隔",
        f"data of {grid.minutes} minutes hold no demand of a {en} of {rule.minutes} minutes; "
        "sliding windows need data of single minutes, blocks a step that divides them",
    )
