"""The intervals of one meter laid out on the clock, and the period of each (负荷曲线).

They are 15 minutes long, or 5 or 1 where most of a meter's follow one another so. Longer ones
leave gaps: hours cannot be told from quarters of which some are missing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from math import gcd

import numpy as np
from attrs import frozen

from powerchannel.billing.intervals.calendar import compile_calendar
from powerchannel.billing.records import PERIODS, Interval
from powerchannel.billing.tariff.time_of_use import Calendar

__all__ = ["BLOCK_MINUTES", "Curve", "clock", "periods_at"]

BLOCK_MINUTES = 15
"""The length of the blocks over which demand is averaged (需量周期) [min]."""

_LENGTHS = (1, 5, 15)
_HOUR, _DAY = 60, 24 * 60
_MIDNIGHT = datetime(1970, 1, 1)  # as the clock shows it
_MINUTE = timedelta(minutes=1)
_NOTHING = timedelta(0)


@frozen(kw_only=True, eq=False)
class Curve:
    """What a meter counted, by the minute in which each interval begins (负荷曲线).

    Of a beginning that stands twice with different values, or with energy below 0, none counts.

    Parameters
    ----------
    minutes : int
        How long an interval is: 15, 5 or 1 [min].
    active, reactive : mapping of int to Decimal
        By minutes since 1970 as the clock shows them [kWh, kvarh].
    """

    minutes: int
    active: Mapping[int, Decimal]
    reactive: Mapping[int, Decimal]

    @classmethod
    def of(cls, intervals: Iterable[Interval]) -> Curve:
        """Lay the intervals of one meter out (排列区间).

        Examples
        --------
        >>> quarter = Interval(meter_id="m", started_at=datetime(2025, 6, 1, 0, 15),
        ...     energy_kwh=Decimal("0.5"))
        >>> curve = Curve.of([quarter])
        >>> slots = curve.slots(date(2025, 6, 1), date(2025, 6, 2))
        >>> len(slots), curve.missing(slots)[0] == slots[0], len(curve.missing(slots))
        (96, True, 95)
        """
        found: dict[int, set[Interval]] = {}
        for interval in intervals:
            since = interval.started_at - _MIDNIGHT
            if since % _MINUTE == _NOTHING:
                found.setdefault(since // _MINUTE, set()).add(interval)
        minutes = _length(sorted(found))
        rows = {
            at: same.pop() for at, same in found.items() if len(same) == 1 and at % minutes == 0
        }
        active = {at: row.energy_kwh for at, row in rows.items() if row.energy_kwh >= 0}
        reactive = {at: rows[at].reactive_kvarh for at in active}
        counting = {at: kvarh for at, kvarh in reactive.items() if kvarh is not None and kvarh >= 0}
        return cls(minutes=minutes, active=active, reactive=counting)

    def slots(self, started_on: date, ended_on: date) -> range:
        """Return the beginnings of all intervals of some days (应有区间)."""
        return range(_minute(started_on), _minute(ended_on), self.minutes)

    def missing(self, slots: range, *, is_reactive: bool = False) -> list[int]:
        """Return the beginnings without a value that counts (缺失区间)."""
        values = self.reactive if is_reactive else self.active
        return [at for at in slots if at not in values]

    def demands(self, started_on: date, ended_on: date) -> tuple[list[Fraction], int]:
        """Return the demand of each block that is whole, and how many are not [kW] (各需量区间).

        Parameters
        ----------
        started_on, ended_on : date
            The days.
        """
        found, void = [], 0
        for first in range(_minute(started_on), _minute(ended_on), BLOCK_MINUTES):
            slots = range(first, first + BLOCK_MINUTES, self.minutes)
            if self.missing(slots):
                void += 1
            else:
                energy = sum((self.active[at] for at in slots), Decimal(0))
                found.append(Fraction(energy) * _HOUR / BLOCK_MINUTES)
        return found, void


def _length(minutes: Sequence[int]) -> int:
    """Return the distance at which most follow one another; 15 where it is another."""
    counts = Counter(last - first for first, last in pairwise(minutes))
    return max(_LENGTHS, key=lambda length: (counts[length], length))


def _minute(day: date) -> int:
    return (day - _MIDNIGHT.date()).days * _DAY


def clock(minute: int) -> str:
    """Return what a clock shows some minutes after 1970 began (时刻).

    Examples
    --------
    >>> clock(75)
    '1970-01-01 01:15'
    """
    return (_MIDNIGHT + minute * _MINUTE).isoformat(" ", "minutes")


def periods_at(slots: range, calendar: Calendar) -> list[str] | None:
    """Return the period of each interval, None where one lies in two of them (各区间时段).

    Parameters
    ----------
    slots : range
        Their beginnings, in minutes since 1970 as the clock shows them.
    calendar : Calendar
        The hours of each period.

    Raises
    ------
    NotInForceError
        When the calendar knows holidays, and those of the year are not known.
    """
    table = compile_calendar(calendar)
    inside = np.arange(0, slots.step, gcd(slots.step, table.step_minutes))
    codes = table.periods_of(np.array(slots, np.int64)[:, None] + inside)
    if (codes != codes[:, :1]).any():
        return None
    return [PERIODS[code] for code in codes[:, 0]]
