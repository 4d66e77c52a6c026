"""A tariff's calendar, compiled to a table: which period a minute belongs to (分时日历).

A calendar is a list of spans; compiled it is one code for each month, day type and step of the
day, so that the period of a million stamps is a look-up.
"""

from __future__ import annotations

from math import gcd

import numpy as np
from attrs import Attribute, field, frozen
from numpy.typing import NDArray

from powerchannel.billing.records import PERIODS
from powerchannel.billing.tariff.time_of_use import DAY_TYPES, Calendar
from powerchannel.errors import RulebookError, TableError
from powerchannel.holidays import ChineseDayTypes, DayTypes
from powerchannel.times import NAT

__all__ = ["PeriodTable", "compile_calendar"]

_MONTHS = 12
_DAY_MINUTES = 24 * 60
_WIDEST_STEP = 15
_FIRST_DAY, _LAST_DAY = (
    int(np.datetime64(day).astype(np.int64)) for day in ("1900-01-01", "2199-12-31")
)


def _covers(_: object, __: Attribute[NDArray[np.uint8]], codes: NDArray[np.uint8]) -> None:
    if codes.shape[:-1] != (_MONTHS, len(DAY_TYPES)) or _DAY_MINUTES % codes.shape[-1]:
        raise _bad_shape(codes.shape)
    if (is_hole := codes >= len(PERIODS)).any():
        raise _hole(is_hole)


@frozen(kw_only=True, eq=False)
class PeriodTable:
    """Which period every minute belongs to (时段表).

    Parameters
    ----------
    codes : ndarray of uint8, shape (12, day types, steps of a day)
        Positions in `powerchannel.billing.records.PERIODS`.
    day_types : DayTypes
        What kind of day a day is.

    Raises
    ------
    RulebookError
        When a step of a day has no period.
    """

    codes: NDArray[np.uint8] = field(validator=_covers)
    day_types: DayTypes = field(repr=False)

    @property
    def step_minutes(self) -> int:
        """The length of a step (时段粒度) [min]."""
        steps: int = self.codes.shape[2]
        return _DAY_MINUTES // steps

    @property
    def asks_day_types(self) -> bool:
        """Whether anything depends on the kind of day (是否区分日类型)."""
        return bool((self.codes != self.codes[:, :1]).any())

    def periods_of(self, local: NDArray[np.int64] | NDArray[np.datetime64]) -> NDArray[np.uint8]:
        """Return the period of each local time (时段判定).

        Day types are asked for only where the calendar depends on them.

        Parameters
        ----------
        local : ndarray of int64 or datetime64, any shape
            Clock time in Shanghai; integers are minutes since 1970-01-01 00:00 [min].

        Returns
        -------
        ndarray of uint8, same shape
            Positions in `powerchannel.billing.records.PERIODS`.

        Raises
        ------
        NotInForceError
            When a day lies in a year whose holidays are not known.
        TableError
            When a time is missing (NaT), or outside 1900-2199.

        Examples
        --------
        >>> from powerchannel.billing.tariff.time_of_use import Span
        >>> from powerchannel.rulebook import Provenance
        >>> night = Span(period="valley", from_time="22:00", to_time="06:00")
        >>> day = Span(period="flat", from_time="06:00", to_time="22:00")
        >>> assumed = Provenance(status="assumed", clause="example")
        >>> table = compile_calendar(Calendar(spans=(night, day), provenance=assumed))
        >>> times = np.array(["2025-03-01T05:59", "2025-03-01T06:00"], dtype="datetime64[m]")
        >>> [PERIODS[code] for code in table.periods_of(times)]
        ['valley', 'flat']
        """
        minutes = _minutes(local)
        days = minutes // _DAY_MINUTES
        steps = (minutes - days * _DAY_MINUTES) // self.step_minutes
        return self.codes.reshape(-1).take(self._starts(days) + steps)

    def codes_of_days(self, days: NDArray[np.datetime64]) -> NDArray[np.uint8]:
        """Return the period of each step of some days (逐日时段).

        Parameters
        ----------
        days : ndarray of datetime64[D], shape (days,)
            In Shanghai.

        Returns
        -------
        ndarray of uint8, shape (days, steps of a day)
            Positions in `powerchannel.billing.records.PERIODS`.

        Raises
        ------
        NotInForceError
            When a day lies in a year whose holidays are not known.
        """
        return self.codes.reshape(-1, self.codes.shape[2])[self._planes(days)]

    def _starts(self, days: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return where the codes of each day begin: a calendar is asked once a distinct day."""
        if not days.size:
            return days
        first = int(days.min())
        is_used = np.zeros(int(days.max()) - first + 1, np.bool_)
        is_used[days - first] = True
        distinct = np.flatnonzero(is_used)
        starts = np.zeros(len(is_used), np.int64)
        starts[distinct] = self.codes.shape[2] * self._planes(
            (distinct + first).view("datetime64[D]")
        )
        return starts[days - first]

    def _planes(self, days: NDArray[np.datetime64]) -> NDArray[np.int64]:
        months: NDArray[np.int64] = days.astype("datetime64[M]").astype(np.int64) % _MONTHS
        kinds = self.day_types.kind(days) if self.asks_day_types else np.uint8(0)
        planes: NDArray[np.int64] = months * len(DAY_TYPES) + kinds
        return planes


def compile_calendar(calendar: Calendar, *, day_types: DayTypes | None = None) -> PeriodTable:
    """Compile the spans of a calendar to a table (日历编译).

    The step is 15 minutes, or the largest that every boundary is a multiple of.

    Parameters
    ----------
    calendar : Calendar
        The spans.
    day_types : DayTypes, optional
        What kind of day a day is; `ChineseDayTypes` where none is given.
    """
    days = [calendar.hours(month, kind) for month in range(1, _MONTHS + 1) for kind in DAY_TYPES]
    step = gcd(_WIDEST_STEP, *(start for hours in days for start, _, _ in hours))
    codes = [
        PERIODS.index(period)
        for hours in days
        for start, end, period in hours
        for _ in range(start, end, step)
    ]
    return PeriodTable(
        codes=np.array(codes, np.uint8).reshape(_MONTHS, len(DAY_TYPES), -1),
        day_types=day_types or ChineseDayTypes(),
    )


def _minutes(local: NDArray[np.int64] | NDArray[np.datetime64]) -> NDArray[np.int64]:
    stamps = local.astype("datetime64[m]") if local.dtype.kind == "M" else local
    minutes = stamps.astype(np.int64, copy=False)
    low, high = _FIRST_DAY * _DAY_MINUTES, (_LAST_DAY + 1) * _DAY_MINUTES
    if (is_bad := (minutes < low) | (minutes >= high)).any():
        raise _bad_times(is_bad, int((minutes == NAT).sum()))
    return minutes


def _bad_times(is_bad: NDArray[np.bool_], missing: int) -> TableError:
    count, first = int(is_bad.sum()), int(np.flatnonzero(is_bad)[0])
    return TableError.of(
        "bad_time",
        "local",
        f"{count} 个时刻无法判定时段（其中为空 {missing} 个，其余不在 1900—2199 年；第一个：第 "
        f"{first} 个）；请先剔除或更正，整数的单位为分钟",
        f"{count} times have no period ({missing} are missing, the others outside 1900-2199; "
        f"first: number {first}); take them out or correct them; integers are minutes",
        count=count,
    )


def _hole(is_hole: NDArray[np.bool_]) -> RulebookError:
    count = int(is_hole.sum())
    month, kind, step = (int(axis[0]) for axis in np.nonzero(is_hole))
    hour, minute = divmod(step * (_DAY_MINUTES // is_hole.shape[2]), 60)
    place = f"{DAY_TYPES[kind]} {hour:02}:{minute:02}"
    return RulebookError.of(
        "calendar_hole",
        "codes",
        f"有 {count} 个时间格没有时段（第一个：{month + 1} 月 {place}）；请补上覆盖它的时段",
        f"{count} steps have no period (first: month {month + 1}, {place}); "
        "add a span that covers them",
        count=count,
    )


def _bad_shape(shape: tuple[int, ...]) -> RulebookError:
    return RulebookError.of(
        "calendar_shape",
        "codes",
        f"时段表的形状须为（12、{len(DAY_TYPES)}、一天的格数），而不是 {shape}；"
        "请用 compile_calendar 编译",
        f"a period table has the shape (12, {len(DAY_TYPES)}, steps of a day), not {shape}; "
        "compile it with compile_calendar",
    )
