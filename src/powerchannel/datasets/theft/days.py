"""The days of the window, and what they are like: kind of day, temperature, sun (日历与天气)."""

from __future__ import annotations

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from powerchannel.datasets.streams import stream

__all__ = ["HOURS", "WINDOW_DAYS", "Calendar", "calendar_of"]

HOURS = 24
WINDOW_DAYS = 92
"""What the bundled rulebook looks at: its ``window.days``."""

_MONTHLY_C = (-3.0, 0.0, 6.5, 14.0, 20.0, 25.0, 27.0, 26.0, 20.5, 13.5, 5.0, -1.5)
"""A city of the North China Plain, the middle of each month [degrees Celsius]."""
_MONTHLY_SUN = (0.5, 0.58, 0.7, 0.82, 0.92, 0.95, 0.88, 0.84, 0.76, 0.64, 0.52, 0.46)
_KEPT = 0.7
_SWING_C = 5.0

_NEW_YEARS = (
    *("2015-02-19", "2016-02-08", "2017-01-28", "2018-02-16", "2019-02-05", "2020-01-25"),
    *("2021-02-12", "2022-02-01", "2023-01-22", "2024-02-10", "2025-01-29", "2026-02-17"),
    *("2027-02-06", "2028-01-26", "2029-02-13", "2030-02-03", "2031-01-23", "2032-02-11"),
    *("2033-01-31", "2034-02-19", "2035-02-08"),
)
"""The first days of lunar years."""
_FESTIVAL_DAYS = 6
_FIXED = ("01-01", "05-01", "10-01", "10-02", "10-03", "10-04", "10-05", "10-06")


@frozen(kw_only=True, eq=False)
class Calendar:
    """The window, day by day (取证期日历).

    Parameters
    ----------
    on : ndarray of datetime64[D], of shape (days,)
        The days, the last of the month last.
    month : int
        The position of the first day of the month.
    kind : ndarray of int, of shape (days,)
        0 a workday, 1 of a weekend, 2 a holiday.
    temperature_c : ndarray of float, of shape (days,)
        Means, with one decimal.
    sun : ndarray of float, of shape (days,)
        0 to 1: how much of what they can panels bring.
    """

    on: NDArray[np.datetime64]
    month: int
    kind: NDArray[np.int64]
    temperature_c: NDArray[np.float64]
    sun: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.on)


def calendar_of(month: np.datetime64, seed: int) -> Calendar:
    """Return the days up to the end of a month (生成日历).

    Parameters
    ----------
    month : datetime64[M]
        The month.
    seed : int
        The seed, for weather.
    """
    end = (month + 1).astype("datetime64[D]")
    on = np.arange(end - WINDOW_DAYS, end)
    draws = stream(seed, "theft_weather", 0, int(month.astype(np.int64))).random((len(on), 4))
    warmer = np.zeros(len(on))
    for day in range(1, len(on)):
        warmer[day] = _KEPT * warmer[day - 1] + _SWING_C * (draws[day, :3].sum() - 1.5)
    return Calendar(
        on=on,
        month=int(np.searchsorted(on, month.astype("datetime64[D]"))),
        kind=_kinds(on),
        temperature_c=np.round(_between(_MONTHLY_C, on) + warmer, 1),
        sun=_between(_MONTHLY_SUN, on) * (0.3 + 0.7 * draws[:, 3]),
    )


def _kinds(on: NDArray[np.datetime64]) -> NDArray[np.int64]:
    """Return the kind of each day; not by `powerchannel.holidays`, whose years grow by version."""
    festival = np.array(_NEW_YEARS, "datetime64[D]")[:, None] + np.arange(_FESTIVAL_DAYS)
    fixed = [str(day)[5:] in _FIXED for day in on]
    is_holiday = np.isin(on, festival) | np.array(fixed)
    # 1970-01-01 was a Thursday.
    is_weekend = (on.astype(np.int64) + 3) % 7 >= 5
    return np.where(is_holiday, 2, is_weekend.astype(np.int64))


def _between(monthly: tuple[float, ...], on: NDArray[np.datetime64]) -> NDArray[np.float64]:
    """Return values between those of the middles of months."""
    months = on.astype("datetime64[M]")
    day = (on - months.astype("datetime64[D]")).astype(np.int64)
    place = months.astype(np.int64) % 12 + (day - 15) / 31.0
    low = np.floor(place).astype(np.int64)
    values = np.array(monthly)
    share = place - low
    return np.asarray(values[low % 12] * (1 - share) + values[(low + 1) % 12] * share)
