"""Frozen registers as collection systems export them, laid out by day (日冻结示数)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import IntEnum

import numpy as np
import pandas as pd
from attrs import frozen
from numpy.typing import NDArray

from powerchannel.errors import TableError
from powerchannel.ids import Ids
from powerchannel.tables import NO_NUMBER

__all__ = ["Collected", "DailyReadings", "collect"]


class Collected(IntEnum):
    """How a frozen reading was collected (采集状态)."""

    OK = 0
    """In time (成功)."""
    LATE = 1
    """Afterwards (补采)."""
    FAILED = 2
    """Not at all, or only estimated or in doubt: its reading does not count (失败)."""


@frozen(kw_only=True, eq=False)
class DailyReadings:
    """The readings of each register by day, and what was collected (日冻结示数).

    Parameters
    ----------
    meters : Ids
        The meters, in canonical order.
    register_names : tuple of str
        The names of registers.
    first_day : datetime64[D]
        The day of the first column; readings are those of 0:00.
    meter, register : ndarray of int64, shape (series,)
        The row of `meters` and of `register_names`; a series is a register of a meter.
    readings : ndarray of int64, shape (series, days + 1)
        In whole last digits; `NO_NUMBER` where there is none that counts.
    counts : mapping of str to ndarray of int64, shape (series,)
        expected = present + missing + failed + conflicting, in days. ``late`` are days present
        that were only collected afterwards, ``failed`` days with rows but no reading,
        ``conflicting`` days whose readings differ, of which none counts; ``repeated`` are rows
        beyond the first of a day, ``outside`` rows of other days.
    """

    meters: Ids
    register_names: tuple[str, ...]
    first_day: np.datetime64
    meter: NDArray[np.int64]
    register: NDArray[np.int64]
    readings: NDArray[np.int64]
    counts: Mapping[str, NDArray[np.int64]]

    @property
    def table(self) -> pd.DataFrame:
        """One row a meter: its registers added up (采集完整性)."""
        size = len(self.meters)
        sums: dict[str, object] = {"meter_id": self.meters.to_text()}
        for name, values in self.counts.items():
            total = np.zeros(size, np.int64)
            np.add.at(total, self.meter, values)
            sums[name] = total
        return pd.DataFrame(sums)


def collect(
    meters: Ids,
    register: NDArray[np.integer],
    read_on: NDArray[np.datetime64],
    reading: NDArray[np.int64],
    status: NDArray[np.uint8],
    *,
    register_names: tuple[str, ...],
    start: date,
    end: date,
) -> DailyReadings:
    """Lay frozen readings out by day, and count what is there (日冻结数据整理).

    A meter that was exchanged has a new id, and is a series of its own.

    Parameters
    ----------
    meters : Ids
        The meter of each row.
    register : ndarray of int, shape (rows,)
        Positions in `register_names`; registers that count up.
    read_on : ndarray of datetime64[D], shape (rows,)
        The day at whose beginning the register stood there.
    reading : ndarray of int64, shape (rows,)
        In whole last digits; `NO_NUMBER`, and anything negative, counts as failed.
    status : ndarray of uint8, shape (rows,)
        Values of `Collected`.
    register_names : tuple of str
        Such as ``("active_total", "active_peak")``.
    start, end : date
        The days ``[start, end)``; their readings are those of `start` to `end`.

    Raises
    ------
    TableError
        When columns differ in length, a row has no meter or an unknown code, or there is no day.

    Examples
    --------
    >>> readings = collect(
    ...     Ids.from_text(["0017", "0017"]),
    ...     np.array([0, 0]),
    ...     np.array(["2025-01-01", "2025-01-03"], dtype="datetime64[D]"),
    ...     np.array([10_000, 10_700]),
    ...     np.array([Collected.OK, Collected.LATE], dtype=np.uint8),
    ...     register_names=("active_total",),
    ...     start=date(2025, 1, 1),
    ...     end=date(2025, 1, 3),
    ... )
    >>> {name: int(count[0]) for name, count in readings.counts.items() if count[0]}
    {'expected': 3, 'present': 2, 'late': 1, 'missing': 1}
    """
    distinct, meter = meters.unique()
    width = (end - start).days + 1
    _check_rows(meter, register, read_on, reading, status, len(register_names))
    if width < 2:
        raise _no_days(start, end)
    key, series = np.unique(meter * len(register_names) + register, return_inverse=True)
    first = np.datetime64(start, "D")
    day = (read_on.astype("datetime64[D]") - first).astype(np.int64)
    is_inside = (day >= 0) & (day < width)  # NaT is the least integer
    cell = (series * width + day)[is_inside]
    cells = _Cells.of(cell, reading[is_inside], status[is_inside], len(key) * width)
    grids = {name: grid.reshape(len(key), width) for name, grid in cells.kinds().items()}
    counts = {name: grid.sum(axis=1) for name, grid in grids.items()}
    counts["outside"] = np.bincount(series[~is_inside], minlength=len(key))
    meter_of, register_of = np.divmod(key, len(register_names))
    return DailyReadings(
        meters=distinct,
        register_names=register_names,
        first_day=first,
        meter=meter_of,
        register=register_of,
        readings=cells.value.reshape(len(key), width),
        counts=counts,
    )


@frozen(eq=False)
class _Cells:
    """What the rows of each series and day say."""

    rows: NDArray[np.int64]
    value: NDArray[np.int64]
    is_late: NDArray[np.bool_]
    is_split: NDArray[np.bool_]

    @classmethod
    def of(
        cls,
        cell: NDArray[np.int64],
        reading: NDArray[np.int64],
        status: NDArray[np.uint8],
        size: int,
    ) -> _Cells:
        good = np.flatnonzero((status != Collected.FAILED) & (reading >= 0))
        good = good[np.argsort(cell[good], kind="stable")]
        found, starts = np.unique(cell[good], return_index=True)
        value = np.full(size, NO_NUMBER)
        is_late, is_split = np.zeros((2, size), np.bool_)
        if len(found):
            low = np.minimum.reduceat(reading[good], starts)
            is_split[found] = low != np.maximum.reduceat(reading[good], starts)
            value[found] = np.where(is_split[found], NO_NUMBER, low)
            all_late = np.logical_and.reduceat(status[good] == Collected.LATE, starts)
            is_late[found] = all_late & ~is_split[found]
        return cls(np.bincount(cell, minlength=size), value, is_late, is_split)

    def kinds(self) -> dict[str, NDArray[np.generic]]:
        is_present = self.value != NO_NUMBER
        return {
            "expected": np.ones(len(self.rows), np.int64),
            "present": is_present,
            "late": self.is_late,
            "missing": self.rows == 0,
            "failed": (self.rows > 0) & ~is_present & ~self.is_split,
            "conflicting": self.is_split,
            "repeated": np.maximum(self.rows - 1, 0),
        }


def _check_rows(
    meter: NDArray[np.int64],
    register: NDArray[np.integer],
    read_on: NDArray[np.datetime64],
    reading: NDArray[np.int64],
    status: NDArray[np.uint8],
    registers: int,
) -> None:
    lengths = {len(column) for column in (meter, register, read_on, reading, status)}
    if len(lengths) > 1:
        raise TableError.of(
            "bad_shape",
            "readings",
            f"各列长度不一：{sorted(lengths)}；请按同一张表的行给出",
            f"the columns have {sorted(lengths)} rows; give those of one table",
        )
    if reading.dtype != np.int64:
        raise TypeError(
            f"示数须为 int64（末位的整数倍），而不是 {reading.dtype} / "
            f"readings are int64, in whole last digits, not {reading.dtype}"
        )
    bad = {
        "meter_id": meter < 0,
        "register": (register < 0) | (register >= registers),
        "status": status > Collected.FAILED,
    }
    for name, is_bad in bad.items():
        if is_bad.any():
            raise _bad_cells(name, is_bad)


def _bad_cells(name: str, is_bad: NDArray[np.bool_]) -> TableError:
    count, first = int(is_bad.sum()), int(np.flatnonzero(is_bad)[0])
    return TableError.of(
        "bad_cell",
        f"readings.{name}",
        f"{count} 行为空或代码未知（第一个：第 {first} 行）；请先剔除或更正",
        f"{count} rows are empty or have an unknown code (first: row {first}); "
        "take them out or correct them",
        count=count,
    )


def _no_days(start: date, end: date) -> TableError:
    return TableError.of(
        "no_days",
        "readings",
        f"[{start}, {end}) 中没有一天；终止日须晚于起始日",
        f"there is no day in [{start}, {end}); it must end after it starts",
    )
