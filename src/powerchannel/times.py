"""Reading stamps, and Shanghai time (时间): microseconds since 1970 UTC, in bulk.

A stamp is read by its *shape*: every digit becomes ``0``, the rest stays. A column of ten million
has a handful of shapes; each is matched once, and the fields of all its rows are read by column
arithmetic.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from powerchannel._stamps import BLANK, NUMBER, Layout, groups, layout_of, read_layout, stamp_grid

__all__ = [
    "NAT",
    "ParsedTimes",
    "TimeFlag",
    "local_month",
    "parse_times",
    "to_local",
    "to_utc",
]

NAT = int(np.iinfo(np.int64).min)
"""No time, among microseconds."""

_BLOCK_ROWS = 1 << 15
_HOUR_US = 3_600_000_000
_DAY_US = 24 * _HOUR_US
_STANDARD_US = 8 * _HOUR_US
_SUMMER_US = 9 * _HOUR_US
_NO_MONTH = int(np.iinfo(np.int32).min)

# The tz database on Asia/Shanghai: summer time began and ended at these seconds UTC, 1986-1991.
_SUMMERS_US: NDArray[np.int64] = 1_000_000 * np.array(
    [
        *(515_527_200, 527_014_800),
        *(545_162_400, 558_464_400),
        *(577_216_800, 589_914_000),
        *(608_666_400, 621_968_400),
        *(640_116_000, 653_418_000),
        *(671_565_600, 684_867_600),
    ],
    dtype=np.int64,
)
_SUMMERS_US.flags.writeable = False

# Division into days and a table are four times as fast as the calendar, which serves the rest.
_FIRST_DAY, _LAST_DAY = (
    int(np.datetime64(day).view(np.int64)) for day in ("1986-01-01", "2101-01-01")
)
_MONTHS: NDArray[np.int32] = (
    np.arange(_FIRST_DAY, _LAST_DAY)
    .astype("datetime64[D]")
    .astype("datetime64[M]")
    .astype(np.int32)
)
_MONTHS.flags.writeable = False


class TimeFlag(IntEnum):
    """What was found in the cell of a time (时间单元格状况).

    Only cells flagged `OK` hold a time. `IMPOSSIBLE` is 30 February or hour 25, `NUMBER` a bare
    number such as an Excel serial or an epoch.
    """

    OK = 0
    NULL = 1
    UNREADABLE = 2
    IMPOSSIBLE = 3
    NUMBER = 4


@frozen(kw_only=True, eq=False)
class ParsedTimes:
    """A column of stamps that was read (已读时间列).

    Parameters
    ----------
    utc_us : ndarray of int64, shape (rows,)
        Microseconds since 1970 UTC, `NAT` where the flag is not `OK` [µs].
    has_offset : ndarray of bool, shape (rows,)
        Whether the stamp said how far it is from UTC; without, it was read as Shanghai time.
    flags : ndarray of uint8, shape (rows,)
        Values of `TimeFlag`.
    """

    utc_us: NDArray[np.int64]
    has_offset: NDArray[np.bool_]
    flags: NDArray[np.uint8]


def to_local(utc_us: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return what clocks in Shanghai show: UTC +8, in the summers of 1986-1991 +9 (转北京时间).

    Parameters
    ----------
    utc_us : ndarray of int64
        Microseconds since 1970 UTC; `NAT` is kept [µs].

    Examples
    --------
    >>> to_local(np.array([0])) // 3_600_000_000
    array([8])
    """
    return _shifted(utc_us, 1, _SUMMERS_US)


def to_utc(local_us: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the instants at which clocks in Shanghai show these times (转世界时).

    Of an hour shown twice (the end of summer time) the first is meant; an hour never shown (its
    beginning) is read an hour later, as `zoneinfo` does with ``fold=0``.

    Parameters
    ----------
    local_us : ndarray of int64
        Microseconds since 1970 as the clock shows them; `NAT` is kept [µs].

    Examples
    --------
    >>> to_utc(np.array([28_800_000_000]))
    array([0])
    """
    return _shifted(local_us, -1, _SUMMERS_US + _SUMMER_US)


def _shifted(
    times_us: NDArray[np.int64], sign: int, changes_us: NDArray[np.int64]
) -> NDArray[np.int64]:
    times_us = np.asarray(times_us, dtype=np.int64)
    shift = np.int64(sign * _STANDARD_US)
    is_early = times_us < changes_us[-1]
    if not is_early.any():
        return times_us + shift
    is_summer = np.searchsorted(changes_us, times_us, side="right") % 2 == 1
    shifts = np.where(is_summer, np.int64(sign * _SUMMER_US), shift)
    return times_us + np.where(times_us == NAT, 0, shifts)


def local_month(utc_us: NDArray[np.int64]) -> NDArray[np.int32]:
    """Return the calendar month in Shanghai, counted from 1970-01 (所属月份).

    Parameters
    ----------
    utc_us : ndarray of int64
        Microseconds since 1970 UTC [µs].

    Returns
    -------
    ndarray of int32
        Months since 1970-01; the least int32 for `NAT`.

    Examples
    --------
    >>> local_month(parse_times(np.array([b"2022-03-31T16:30:00Z"]), np.zeros(1, bool)).utc_us)
    array([627], dtype=int32)
    """
    local_us = to_local(utc_us)
    days = local_us // _DAY_US - _FIRST_DAY
    months = _MONTHS.take(days, mode="clip")
    far = np.flatnonzero((days < 0) | (days >= len(_MONTHS)))
    months[far] = _calendar_month(local_us[far])
    return months


def _calendar_month(local_us: NDArray[np.int64]) -> NDArray[np.int32]:
    months = local_us.view("datetime64[us]").astype("datetime64[M]").view(np.int64)
    return np.where(local_us == NAT, _NO_MONTH, months).astype(np.int32)


def parse_times(values: NDArray[np.generic], is_null: NDArray[np.bool_]) -> ParsedTimes:
    """Read a column of stamps (读取时间列).

    Read are ``2022-03-05``, ``2022/3/5``, ``2022.3.5``, ``20220305`` and ``2022年3月5日``, each
    alone or with a time ``8:30``, ``08:30:00``, ``08:30:00.123456`` or ``8时30分``, and
    ``20220305083000``; behind a time an offset ``Z``, ``+08:00``, ``+0800`` or ``+08``. Fractions
    of up to nine digits are cut to microseconds. Full-width characters and surrounding blanks are
    accepted. Day-first and month-first dates are not guessed at: they are `UNREADABLE`.

    Parameters
    ----------
    values : ndarray of bytes or object, shape (rows,)
        ASCII cells, or Python objects: ``str``, dates, and stray numbers.
    is_null : ndarray of bool, shape (rows,)
        The rows without a value.

    Examples
    --------
    >>> cells = np.array(["2022年3月5日8时30分", "2022-02-30", "45012.5"], dtype=object)
    >>> times = parse_times(cells, np.zeros(3, bool))
    >>> str(np.datetime64(int(times.utc_us[0]), "us"))
    '2022-03-05T00:30:00.000000'
    >>> [TimeFlag(flag).name for flag in times.flags]
    ['OK', 'IMPOSSIBLE', 'NUMBER']
    """
    utc_us = np.full(len(values), NAT, dtype=np.int64)
    has_offset = np.zeros(len(values), dtype=np.bool_)
    flags = np.full(len(values), TimeFlag.UNREADABLE, dtype=np.uint8)
    layouts: dict[bytes, Layout] = {}
    for start in range(0, len(values), _BLOCK_ROWS):
        part = slice(start, start + _BLOCK_ROWS)
        grid = stamp_grid(values[part], is_null[part])
        for shape, rows in groups(grid):
            layout = layouts.get(shape) or layout_of(shape)
            if layout is not None:
                layouts[shape] = layout
                utc_us[part][rows], flags[part][rows] = _read_rows(grid[rows], layout)
                has_offset[part][rows] = layout.has_offset
    return ParsedTimes(utc_us=utc_us, has_offset=has_offset & (flags == TimeFlag.OK), flags=flags)


def _read_rows(
    grid: NDArray[np.uint8], layout: Layout
) -> tuple[NDArray[np.int64] | int, NDArray[np.uint8] | int]:
    if layout in (BLANK, NUMBER):
        return NAT, TimeFlag.NULL if layout == BLANK else TimeFlag.NUMBER
    clock_us, is_possible = read_layout(grid, layout)
    utc_us = clock_us if layout.has_offset else to_utc(clock_us)
    flags = np.where(is_possible, TimeFlag.OK, TimeFlag.IMPOSSIBLE).astype(np.uint8)
    return np.where(is_possible, utc_us, NAT), flags
