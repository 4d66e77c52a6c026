"""Days and months as capacity charges count them (天数与月数)."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction

__all__ = ["add_months", "days_360", "month_chunks", "months_between", "next_month"]


def days_360(started_on: date, ended_on: date) -> int:
    """Return the days ``[started_on, ended_on)`` in months of 30 days (每月按 30 天计的天数).

    The 31st counts as the 30th, so that the parts of a month sum to 30.

    Examples
    --------
    >>> days_360(date(2025, 1, 24), date(2025, 2, 12))
    18
    >>> days_360(date(2025, 2, 12), date(2025, 2, 24))
    12
    """
    return _position(ended_on) - _position(started_on)


def _position(day: date) -> int:
    return (day.year * 12 + day.month) * 30 + min(day.day, 30)


def months_between(started_on: date, ended_on: date) -> Fraction:
    """Return the months ``[started_on, ended_on)``; from month's end to month's end whole (月数).

    Examples
    --------
    >>> months_between(date(2025, 2, 28), date(2025, 3, 31)) == 1
    True
    """
    if _is_last(started_on) and _is_last(ended_on):
        started_on, ended_on = started_on.replace(day=1), ended_on.replace(day=1)
    return Fraction(days_360(started_on, ended_on), 30)


def _is_last(day: date) -> bool:
    return (day + timedelta(days=1)).day == 1


def next_month(day: date) -> date:
    """Return the first day of the next month (下月首日)."""
    return add_months(day.replace(day=1), 1)


def add_months(day: date, months: int) -> date:
    """Return the same day some months on, or the last of that month (月数推移).

    Examples
    --------
    >>> add_months(date(2025, 1, 31), 1).isoformat()
    '2025-02-28'
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def month_chunks(started_on: date, ended_on: date) -> Iterator[tuple[date, date, bool]]:
    """Cut days into months from the first day on; tell which are whole (按整月切分).

    Examples
    --------
    >>> [whole for *_, whole in month_chunks(date(2025, 1, 24), date(2025, 3, 1))]
    [True, False]
    """
    begins, count = started_on, 0
    while begins < ended_on:
        count += 1
        ends = add_months(started_on, count)
        yield begins, min(ends, ended_on), ends <= ended_on
        begins = max(ends, begins + timedelta(days=1))
