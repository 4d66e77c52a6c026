"""Months, windows of months, streaks of use, and the intervals in which a rule holds (期间).

A month is a ``datetime64[M]`` at the door and inside a count of months since 1970-01, so that
windows and streaks are plain integer arithmetic.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from powerchannel.errors import TableError
from powerchannel.text import Text
from powerchannel.times import local_month, to_utc

__all__ = [
    "Interval",
    "format_month",
    "gaps_and_overlaps",
    "longest_run",
    "month_end_us",
    "month_start_us",
    "parse_month",
    "run_ending",
    "window",
]

_MONTH = re.compile(r"([0-9]{4})(?:[-/.]([0-9]{1,2})|([0-9]{2})|年([0-9]{1,2})月)")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_MONTH, _LAST_MONTH = (1 - 1970) * 12, (9999 - 1970) * 12 + 11
_LONGEST_WINDOW = 255


def parse_month(value: str | date | np.datetime64) -> int:
    """Read a month as a count of months since 1970-01 (读取月份).

    Parameters
    ----------
    value : str, date or datetime64
        ``"2022-03"``, ``"2022-3"``, ``"2022/03"``, ``"2022.03"``, ``"202203"``, ``"2022年3月"``;
        or any day of the month. A `datetime` with a time zone counts in Shanghai.

    Returns
    -------
    int
        Months since 1970-01.

    Raises
    ------
    TableError
        When it is not a month of the years 1 to 9999.

    Examples
    --------
    >>> parse_month("2022-03"), parse_month("1970年1月"), parse_month(date(2022, 3, 31))
    (626, 0, 626)
    """
    month = _count_months(value)
    if month is None or not _FIRST_MONTH <= month <= _LAST_MONTH:
        raise _bad_month(value)
    return month


def _count_months(value: object) -> int | None:
    if isinstance(value, str):
        return _month_of_text(value)
    if isinstance(value, np.datetime64):
        return None if np.isnat(value) else int(value.astype("datetime64[M]").astype(np.int64))
    if not isinstance(value, date) or value != value:  # NaT is a date that differs from itself
        return None
    if isinstance(value, datetime) and value.tzinfo is not None:
        instant_us = (value - _EPOCH) // timedelta(microseconds=1)
        return int(local_month(np.array([instant_us]))[0])
    return (value.year - 1970) * 12 + value.month - 1


def _month_of_text(value: str) -> int | None:
    match = _MONTH.fullmatch(unicodedata.normalize("NFKC", value).strip())
    if match is None or not 1 <= int(match[match.lastindex or 0]) <= 12:
        return None
    return (int(match[1]) - 1970) * 12 + int(match[match.lastindex or 0]) - 1


def _bad_month(value: object) -> TableError:
    return TableError.of(
        "bad_month",
        "month",
        f"{value!r} 不是月份；请写成“2022-03”。",
        f"{value!r} is not a month; write it as '2022-03'.",
    )


def format_month(month: int) -> str:
    """Write a month as ``"2022-03"`` (月份文本).

    Parameters
    ----------
    month : int
        Months since 1970-01.

    Examples
    --------
    >>> format_month(626)
    '2022-03'
    """
    return f"{month // 12 + 1970:04}-{month % 12 + 1:02}"


def window(as_of: int, months: int) -> NDArray[np.int32]:
    """Return the months that end with the as-of month, oldest first (统计窗口).

    Parameters
    ----------
    as_of : int
        The last month, counted from 1970-01.
    months : int
        How many, from 1 to 255 [months].

    Raises
    ------
    TableError
        When there are none of them, or more than 255.

    Examples
    --------
    >>> window(626, 3)
    array([624, 625, 626], dtype=int32)
    """
    _check_length(months)
    return np.arange(as_of - months + 1, as_of + 1, dtype=np.int32)


def _check_length(months: int) -> None:
    if not 1 <= months <= _LONGEST_WINDOW:
        raise TableError.of(
            "bad_window",
            "months",
            f"统计窗口应为 1 至 {_LONGEST_WINDOW} 个月，而不是 {months} 个月。",
            f"A window has 1 to {_LONGEST_WINDOW} months, not {months}.",
        )


def month_start_us(month: int) -> int:
    """Return the instant at which a month begins in Shanghai (月初时刻).

    Parameters
    ----------
    month : int
        Months since 1970-01.

    Returns
    -------
    int
        Microseconds since 1970 UTC [µs].

    Examples
    --------
    >>> month_start_us(0) // 3_600_000_000
    -8
    """
    start = np.array([month]).astype("datetime64[M]").astype("datetime64[us]")
    return int(to_utc(start.view(np.int64))[0])


def month_end_us(month: int) -> int:
    """Return the instant at which the next month begins in Shanghai (月末时刻).

    Parameters
    ----------
    month : int
        Months since 1970-01; its times are those from its start up to, not including, its end.

    Returns
    -------
    int
        Microseconds since 1970 UTC [µs].

    Examples
    --------
    >>> month_end_us(625) == month_start_us(626)
    True
    """
    return month_start_us(month + 1)


def run_ending(used: NDArray[np.bool_], *, grace: int = 0) -> NDArray[np.uint8]:
    """Return how many months in a row were used up to the last (连续使用月数).

    Parameters
    ----------
    used : ndarray of bool, shape (months, ...)
        Whether there was use, oldest month first; at most 255 months.
    grace : int
        So many unused months at the end are forgiven: they neither count nor break the run
        [months].

    Returns
    -------
    ndarray of uint8, shape (...)
        The length of the run [months].

    Raises
    ------
    TableError
        When there are no months, or more than 255.

    Examples
    --------
    >>> used = np.array([[1, 0], [1, 1], [0, 1]], dtype=bool)
    >>> run_ending(used), run_ending(used, grace=1)
    (array([0, 2], dtype=uint8), array([2, 2], dtype=uint8))
    """
    _check_length(len(used))
    is_alive = np.ones(used.shape[1:], dtype=np.bool_)
    run = np.zeros(used.shape[1:], dtype=np.uint8)
    for age, month in enumerate(used[::-1]):
        is_alive &= month | (run == 0) if age < grace else month
        run += is_alive & month
    return run


def longest_run(used: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Return the longest run of used months anywhere in the window (最长连续月数).

    Parameters
    ----------
    used : ndarray of bool, shape (months, ...)
        Whether there was use, oldest month first; at most 255 months.

    Returns
    -------
    ndarray of uint8, shape (...)
        The length of the longest run [months].

    Raises
    ------
    TableError
        When there are no months, or more than 255.

    Examples
    --------
    >>> longest_run(np.array([[1], [1], [0], [1]], dtype=bool))
    array([2], dtype=uint8)
    """
    _check_length(len(used))
    run = np.zeros(used.shape[1:], dtype=np.uint8)
    longest = run.copy()
    for month in used:
        run += np.uint8(1)
        run *= month
        np.maximum(longest, run, out=longest)
    return longest


@frozen(kw_only=True)
class Interval:
    """The days from `start` up to, but not including, `end` (有效期间).

    Parameters
    ----------
    start : date or None
        The first day; None if it has always been so.
    end : date or None
        The day after the last; None if no end is known.

    Raises
    ------
    ValueError
        When it does not end after it starts.

    Examples
    --------
    >>> year = Interval(start=date(2022, 1, 1), end=date(2023, 1, 1))
    >>> year.contains(date(2022, 12, 31)), year.contains(date(2023, 1, 1))
    (True, False)
    """

    start: date | None = None
    end: date | None = None

    def __attrs_post_init__(self) -> None:
        if self.start is not None and self.end is not None and self.start >= self.end:
            raise ValueError(
                Text(
                    f"期间的终止日 {self.end} 必须晚于起始日 {self.start}。",
                    f"The interval must end after it starts: {self.start} to {self.end}.",
                )
            )

    def contains(self, day: date) -> bool:
        """Tell whether a day lies within (是否包含某日).

        Parameters
        ----------
        day : date
            The day.

        Examples
        --------
        >>> Interval(end=date(2022, 1, 1)).contains(date(1999, 1, 1))
        True
        """
        return (self.start is None or self.start <= day) and (self.end is None or day < self.end)

    def overlaps(self, other: Interval) -> bool:
        """Tell whether the two share a day (是否重叠).

        Parameters
        ----------
        other : Interval
            Another interval.

        Examples
        --------
        >>> old, new = Interval(end=date(2022, 1, 1)), Interval(start=date(2022, 1, 1))
        >>> old.overlaps(new), old.overlaps(old)
        (False, True)
        """
        return _is_before(self.start, other.end) and _is_before(other.start, self.end)


def _is_before(start: date | None, end: date | None) -> bool:
    return start is None or end is None or start < end


def gaps_and_overlaps(
    intervals: Iterable[Interval],
) -> tuple[tuple[Interval, ...], tuple[Interval, ...]]:
    """Return the days between intervals that none holds, and those that several hold (间断与重叠).

    Parameters
    ----------
    intervals : iterable of Interval
        In any order.

    Returns
    -------
    gaps, overlaps : tuple of Interval
        Each in order of time. Time before the first and after the last interval is no gap; what
        one interval shares with all before it is one overlap.

    Examples
    --------
    >>> first = Interval(start=date(2021, 1, 1), end=date(2022, 1, 1))
    >>> gaps, overlaps = gaps_and_overlaps([Interval(start=date(2022, 3, 1)), first])
    >>> gaps[0].start.isoformat(), gaps[0].end.isoformat(), overlaps
    ('2022-01-01', '2022-03-01', ())
    """
    gaps, overlaps = [], []
    ordered = sorted(intervals, key=lambda interval: interval.start or date.min)
    reach = ordered[0].end if ordered else None
    for interval in ordered[1:]:
        start = interval.start
        if _is_before(start, reach):
            overlaps.append(Interval(start=start, end=_earlier(interval.end, reach)))
        elif start != reach:
            gaps.append(Interval(start=reach, end=start))
        reach = _later(interval.end, reach)
    return tuple(gaps), tuple(overlaps)


def _earlier(one: date | None, other: date | None) -> date | None:
    return min((end for end in (one, other) if end is not None), default=None)


def _later(one: date | None, other: date | None) -> date | None:
    return None if one is None or other is None else max(one, other)
