"""Half-hourly files: CER and LCL, to daily sums and to profiles (半小时曲线文件)."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import pandas as pd
from attrs import evolve, frozen
from numpy.typing import NDArray

from powerchannel.errors import TableError
from powerchannel.tables import Raw, Source
from powerchannel.tables.door import Frame
from powerchannel.theft.exports.cells import (
    Numbers,
    clocks,
    has_text,
    header_of,
    numbers,
    opened,
    texts,
    unused,
)
from powerchannel.theft.exports.left_out import Left, left_table
from powerchannel.times import NAT

__all__ = ["HalfHourly", "read_cer", "read_lcl", "slots_of"]

_SLOTS = 48
_MOST_SLOTS = 50
_CER_FIRST = np.datetime64("2009-01-01", "D")
_SLOT_US = 1_800_000_000
_CER_CODE_BASE = 100
_HIGHEST_CODE = 100_000


@frozen(eq=False, slots=False, kw_only=True)
class HalfHourly:
    """Half-hourly energies of many customers (半小时电量).

    Parameters
    ----------
    customers : ndarray of str, shape (customers,)
        In order of their ids.
    days : ndarray of datetime64[D], shape (days,)
        From the first to the last, one after another.
    slots : ndarray of int64, shape (days,)
        How many half hours each day has.
    customer, day, slot : ndarray of int64, shape (readings,)
        The position of each reading; slots count from 0.
    energy : ndarray of float64, shape (readings,)
        [kWh].
    left_out : DataFrame
        reason, count, example, zh, en.
    """

    customers: NDArray[np.object_]
    days: NDArray[np.datetime64]
    slots: NDArray[np.int64]
    customer: NDArray[np.int64]
    day: NDArray[np.int64]
    slot: NDArray[np.int64]
    energy: NDArray[np.float64]
    left_out: pd.DataFrame

    @cached_property
    def daily(self) -> pd.DataFrame:
        """The sum of each day that has all its half hours (日电量).

        customer_id, on, energy_kwh. A day that lacks any is missing, never a smaller sum.
        """
        _, total = self._by_day
        customer, day = np.nonzero(self.is_whole)
        return pd.DataFrame(
            {
                "customer_id": pd.Categorical.from_codes(customer, self.customers.tolist()),
                "on": self.days[day].astype("datetime64[s]"),
                "energy_kwh": total[customer, day],
            }
        )

    @cached_property
    def is_whole(self) -> NDArray[np.bool_]:
        """Where a customer has every half hour of a day, shape (customers, days) (整日)."""
        count, _ = self._by_day
        return count >= self.slots

    @cached_property
    def _by_day(self) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        shape = len(self.customers), len(self.days)
        at = self.customer * shape[1] + self.day
        size = shape[0] * shape[1]
        count = np.bincount(at, minlength=size).astype(np.int64)
        total = np.bincount(at, weights=self.energy, minlength=size).astype(np.float64)
        return count.reshape(shape), total.reshape(shape)

    def profiles(self) -> NDArray[np.float64]:
        """Return customers x days x slots [kWh]; NaN where nothing was read (曲线矩阵).

        There are 48 slots, or 50 where a day of the file has as many.
        """
        slots = _MOST_SLOTS if (self.slots == _MOST_SLOTS).any() else _SLOTS
        out = np.full((len(self.customers), len(self.days), slots), np.nan)
        out[self.customer, self.day, self.slot] = self.energy
        return out


def slots_of(days: NDArray[np.datetime64]) -> NDArray[np.int64]:
    """Return how many half hours days have where clocks change as in Ireland (每日时段数).

    46 on the last Sunday of March, 50 on that of October, else 48.

    Examples
    --------
    >>> slots_of(np.array(["2009-10-25", "2010-03-28", "2010-03-29"], "datetime64[D]")).tolist()
    [50, 46, 48]
    """
    plain = days.astype("datetime64[D]")
    month = plain.astype("datetime64[M]").astype(np.int64) % 12 + 1
    is_sunday = (plain.astype(np.int64) + 3) % 7 == 6
    is_last = (plain + 7).astype("datetime64[M]") != plain.astype("datetime64[M]")
    is_change = is_sunday & is_last
    return np.select(
        [is_change & (month == 3), is_change & (month == 10)], [46, _MOST_SLOTS], _SLOTS
    ).astype(np.int64)


def read_cer(source: Source) -> HalfHourly:
    """Read a file of the Irish trial, CER (爱尔兰半小时电量).

    The file has no header. A code of five digits is the day, 001 for 2009-01-01, and the half
    hour, 01 from midnight; codes 49 and 50 are of the day on which clocks go back. On the day on
    which they go forward any 46 half hours are the whole day.

    Parameters
    ----------
    source : data frame
        Its three columns, in the order of the file: meter, code, kWh.

    Raises
    ------
    TableError
        When there are not three columns, or the first reading was taken for a header.

    Examples
    --------
    >>> codes = [19500 + slot for slot in range(1, 49)]
    >>> found = read_cer({"meter": [1392] * 48, "code": codes, "kwh": [0.25] * 48})
    >>> found.daily[["customer_id", "energy_kwh"]].values.tolist(), str(found.days[0])
    ([['1392', 12.0]], '2009-07-14')
    """
    frame = opened(source, "cer")
    _refuse_other_shapes(frame)
    meter, code, energy = (frame.column(header) for header in frame.headers)
    codes = numbers(code)
    whole = np.where(codes.values == np.floor(codes.values), codes.values, -1.0)
    at = np.clip(whole, -1, _HIGHEST_CODE).astype(np.int64)
    offset, slot = at // _CER_CODE_BASE - 1, at % _CER_CODE_BASE - 1
    day = _CER_FIRST + np.maximum(offset, 0).astype("timedelta64[D]")
    is_slot = (
        (offset >= 0)
        & (at < _HIGHEST_CODE)
        & (slot >= 0)
        & (slot < np.maximum(slots_of(day), _SLOTS))
    )
    left = [
        Left(reason="no_such_slot", count=int((~is_slot).sum()), example=_shown(code, ~is_slot))
    ]
    return _half_hourly(
        texts(meter), day, slot, numbers(energy), is_slot, left, has_clock_changes=True
    )


def _shown(raw: Raw, rows: NDArray[np.bool_]) -> str:
    return "".join(raw.shown(np.flatnonzero(rows)[:1]))


def read_lcl(source: Source) -> HalfHourly:
    """Read a file of Low Carbon London, LCL (伦敦半小时电量).

    A stamp is taken as the beginning of its half hour, by the clock that the file keeps (one with
    a zone in UTC); each day has 48. ``Null`` is nothing read.

    Parameters
    ----------
    source : data frame
        LCLid, tstp (or DateTime), energy(kWh/hh) (or KWH/hh (per half hour)).

    Raises
    ------
    TableError
        When a column is missing.

    Examples
    --------
    >>> found = read_lcl({"LCLid": ["MAC1", "MAC1"], "energy(kWh/hh)": ["0.5", "Null"],
    ...     "tstp": ["2012-10-12 00:30:00.0000000", "2012-10-12 01:00:00.0000000"]})
    >>> len(found.daily), found.profiles()[0, 0, :3].tolist()
    (0, [nan, 0.5, nan])
    >>> found.left_out[["reason", "count"]].values.tolist()
    [['no_value', 1], ['incomplete_day', 1]]
    """
    where = "lcl"
    frame = opened(source, where)
    meter = header_of(frame, ("LCLid", "customer_id"), where)
    stamp = header_of(frame, ("tstp", "DateTime", "read_at"), where)
    energy = header_of(
        frame, ("energy(kWh/hh)", "KWH/hh (per half hour)", "KWH/hh", "energy_kwh"), where
    )
    at = clocks(frame.column(stamp), is_utc=True)
    is_day = at != NAT
    is_slot = is_day & (at % _SLOT_US == 0)
    count = np.where(is_slot, at, 0) // _SLOT_US
    off_grid, no_day = is_day & ~is_slot, ~is_day
    raw = frame.column(stamp)
    left = [
        unused(frame, [meter, stamp, energy]),
        Left(reason="not_a_day", count=int(no_day.sum()), example=_shown(raw, no_day)),
        Left(reason="off_grid", count=int(off_grid.sum()), example=_shown(raw, off_grid)),
    ]
    return _half_hourly(
        texts(frame.column(meter)),
        (count // _SLOTS).astype("datetime64[D]"),
        count % _SLOTS,
        numbers(frame.column(energy)),
        is_slot,
        left,
        has_clock_changes=False,
    )


def _refuse_other_shapes(frame: Frame) -> None:
    headers = frame.headers
    if len(headers) != 3:
        raise TableError.of(
            "not_three_columns",
            "cer",
            f"应有三列：表号、五位时段码、电量，现有 {len(headers)} 列；请以空格分列读取",
            f"three columns are needed, meter, code and kWh, not {len(headers)}; read the file "
            'with sep=" "',
            count=len(headers),
        )
    if headers[1].strip().isdigit() and len(headers[1].strip()) == 5:
        raise TableError.of(
            "no_header",
            "cer",
            f"第一行数据（{' '.join(headers)}）被当作表头；请以 header=None 读取",
            f"the first reading ({' '.join(headers)}) was taken for a header; read the file with "
            "header=None",
        )


def _half_hourly(
    ids: NDArray[np.object_],
    day: NDArray[np.datetime64],
    slot: NDArray[np.int64],
    energy: Numbers,
    is_slot: NDArray[np.bool_],
    left: list[Left],
    *,
    has_clock_changes: bool,
) -> HalfHourly:
    """Gather readings; each that is left out is counted once."""
    has_id = has_text(ids)
    is_placed = is_slot & has_id
    kept = np.flatnonzero(is_placed & ~np.isnan(energy.values))
    codes, customers = pd.factorize(ids[kept], sort=True)
    first = day[kept].min() if len(kept) else _CER_FIRST
    last = day[kept].max() if len(kept) else _CER_FIRST - 1
    days = np.arange(first, last + 1, dtype="datetime64[D]")
    place = (day[kept] - first).astype(np.int64)
    cell = (codes.astype(np.int64) * len(days) + place) * _MOST_SLOTS + slot[kept]
    rows, repeated, conflicting = _distinct(cell, energy.values[kept])
    found = HalfHourly(
        customers=np.asarray(customers, dtype=object),
        days=days,
        slots=slots_of(days) if has_clock_changes else np.full(len(days), _SLOTS),
        customer=codes[rows].astype(np.int64),
        day=place[rows],
        slot=slot[kept][rows],
        energy=energy.values[kept][rows],
        left_out=left_table([]),
    )
    count, _ = found._by_day
    report = [
        *left,
        Left(reason="no_customer", count=int((is_slot & ~has_id).sum())),
        Left(reason="no_value", count=int((is_placed & energy.is_blank).sum())),
        Left(reason="not_a_number", count=int((is_placed & energy.is_bad).sum())),
        Left(reason="repeated", count=repeated),
        Left(reason="conflicting", count=conflicting),
        Left(reason="incomplete_day", count=int(((count > 0) & ~found.is_whole).sum())),
    ]
    return evolve(found, left_out=left_table(report))


def _distinct(
    cell: NDArray[np.int64], energy: NDArray[np.float64]
) -> tuple[NDArray[np.int64], int, int]:
    """Return one row a cell; of a cell with several values none. And how many rows went away."""
    order = np.argsort(cell, kind="stable")
    starts = np.flatnonzero(np.diff(cell[order], prepend=-1))
    if len(starts) == len(cell):
        return order, 0, 0
    values, sizes = energy[order], np.diff(np.append(starts, len(cell)))
    is_one = np.minimum.reduceat(values, starts) == np.maximum.reduceat(values, starts)
    return order[starts[is_one]], int((sizes - 1)[is_one].sum()), int(sizes[~is_one].sum())
