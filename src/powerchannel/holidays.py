"""Day types: working days, weekends, holidays, and weekends worked in exchange.

Time-of-use prices and service hours ask what kind of day a day is. The announced holidays of
mainland China come from ``chinesecalendar``; anything with a method `DayTypes.kind` can stand in
its place.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from enum import IntEnum
from typing import Protocol

import chinese_calendar
import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from powerchannel.errors import NotInForceError, TableError

__all__ = ["ChineseDayTypes", "DayKind", "DayTypes"]

_UNKNOWN = np.uint8(255)
_MOST_YEARS_SHOWN = 5


class DayKind(IntEnum):
    """What kind of day a day is (日类型)."""

    WORKDAY = 0
    """Monday to Friday, and no holiday (工作日)."""
    WEEKEND = 1
    """Saturday or Sunday, and neither of the next two (周末)."""
    HOLIDAY = 2
    """A day of an announced holiday, the days swapped into it included (节假日)."""
    MAKE_UP_WORKDAY = 3
    """A weekend day worked in exchange for a holiday (调休上班日)."""


class DayTypes(Protocol):
    """Anything that knows the kind of a day (日类型接口)."""

    def kind(self, days: NDArray[np.datetime64]) -> NDArray[np.uint8]:
        """Return the `DayKind` of each day (日类型).

        Parameters
        ----------
        days : ndarray of datetime64[D], any shape
            Local days.

        Returns
        -------
        ndarray of uint8, same shape
        """
        ...


@frozen(eq=False)
class ChineseDayTypes:
    """The announced holidays of mainland China, from ``chinesecalendar`` (中国法定节假日安排).

    Examples
    --------
    >>> days = np.array(["2024-10-01", "2024-10-12", "2024-10-19"], dtype="datetime64[D]")
    >>> [DayKind(kind).name for kind in ChineseDayTypes().kind(days)]
    ['HOLIDAY', 'MAKE_UP_WORKDAY', 'WEEKEND']
    """

    _calendar: _Calendar = field(init=False, repr=False, factory=lambda: _announced())

    @property
    def years(self) -> tuple[int, ...]:
        """The years whose holidays are announced (已公布的年份)."""
        return self._calendar.years

    def kind(self, days: NDArray[np.datetime64]) -> NDArray[np.uint8]:
        """Return the `DayKind` of each day (日类型).

        Parameters
        ----------
        days : ndarray of datetime64[D], any shape
            Local days.

        Returns
        -------
        ndarray of uint8, same shape

        Raises
        ------
        NotInForceError
            When a day lies in a year whose holidays are not known; names the years that are.
        TableError
            When a day is missing (NaT).
        """
        if (is_missing := np.isnat(days)).any():
            raise _missing(is_missing)
        local = days.astype("datetime64[D]")
        kinds = self._calendar.at(local)
        if (is_unknown := kinds == _UNKNOWN).any():
            raise _unknown(local[is_unknown], self.years)
        return kinds


@frozen(eq=False)
class _Calendar:
    """One byte a day, from the first day of the first year to the last of the last."""

    first: np.datetime64
    kinds: NDArray[np.uint8]
    years: tuple[int, ...]

    def at(self, days: NDArray[np.datetime64]) -> NDArray[np.uint8]:
        position = (days - self.first).astype(np.int64)
        is_inside = (position >= 0) & (position < len(self.kinds))
        return np.where(is_inside, self.kinds[np.where(is_inside, position, 0)], _UNKNOWN)


def _announced() -> _Calendar:
    return _calendar(chinese_calendar.holidays, chinese_calendar.workdays)


def _calendar(holidays: Iterable[date], make_up_workdays: Iterable[date]) -> _Calendar:
    off, worked = _days(holidays), _days(make_up_workdays)
    years = np.unique(_year(off))
    first = years[0].astype("datetime64[D]")
    days = np.arange(first, (years[-1] + 1).astype("datetime64[D]"))
    kinds = np.where(np.is_busday(days), DayKind.WORKDAY, DayKind.WEEKEND).astype(np.uint8)
    kinds[(off - first).astype(np.int64)] = DayKind.HOLIDAY
    kinds[(worked - first).astype(np.int64)] = DayKind.MAKE_UP_WORKDAY
    # A gap in the announced years is no run of ordinary weeks.
    kinds[~np.isin(_year(days), years)] = _UNKNOWN
    return _Calendar(first, kinds, tuple(int(year.astype(np.int64)) + 1970 for year in years))


def _days(dates: Iterable[date]) -> NDArray[np.datetime64]:
    return np.array(list(dates), dtype="datetime64[D]")


def _year(days: NDArray[np.datetime64]) -> NDArray[np.datetime64]:
    return days.astype("datetime64[Y]")


def _missing(is_missing: NDArray[np.bool_]) -> TableError:
    count, at = int(is_missing.sum()), int(np.flatnonzero(is_missing)[0])
    return TableError.of(
        "missing_day",
        "days",
        f"{count} 个日期为空（第一个：第 {at} 个）；请先剔除或补全",
        f"{count} days are missing (first: number {at}); take them out or fill them in",
        count=count,
    )


def _unknown(days: NDArray[np.datetime64], known: tuple[int, ...]) -> NotInForceError:
    wanted = [str(year) for year in np.unique(_year(days))]
    if len(wanted) > _MOST_YEARS_SHOWN:
        wanted = [*wanted[:_MOST_YEARS_SHOWN], "…"]
    return NotInForceError.of(
        "unknown_year",
        "days",
        f"{days.size} 天所在年份的节假日安排未知：{'、'.join(wanted)}（第一天：{days[0]}）。"
        f"已知年份：{_listed(known, '、')}。请升级 chinesecalendar，或自备日类型",
        f"the holidays of {', '.join(wanted)} are not known ({days.size} days, first: {days[0]}); "
        f"known years: {_listed(known, ', ')}; upgrade chinesecalendar or pass your own day types",
        count=int(days.size),
    )


def _listed(years: tuple[int, ...], comma: str) -> str:
    """Write runs of years as ``2004-2026``."""
    starts = [year for year in years if year - 1 not in years]
    ends = [year for year in years if year + 1 not in years]
    runs = zip(starts, ends, strict=True)
    return comma.join(f"{a}-{b}" if a < b else f"{a}" for a, b in runs)
