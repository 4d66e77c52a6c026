"""Who has which case, and when: each customer at most one, spread over the areas (情形分布)."""

from __future__ import annotations

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from powerchannel.datasets.streams import stream
from powerchannel.datasets.theft.cases import CASES, Case, Way
from powerchannel.datasets.theft.days import Calendar
from powerchannel.datasets.theft.supply import Supply

__all__ = ["Cases", "draw_cases"]

_NAMES = tuple(CASES)
_LEAST_AREAS = 4
"""With fewer areas none is dark: little would be left."""
_MIDDLE_DAYS = (20, 38)
_MONTH_DAYS = (2, 9)
_DARK_FROM_END = 11


@frozen(kw_only=True, eq=False)
class Cases:
    """Who has which case, and when (情形分布).

    Parameters
    ----------
    code : ndarray of int, of shape (customers,)
        Position in `CASES`; -1 for an ordinary customer.
    first, stop : ndarray of int, of shape (customers,)
        The first day, and the one after the last, by position in the window.
    """

    code: NDArray[np.int64]
    first: NDArray[np.int64]
    stop: NDArray[np.int64]

    def has(self, name: str) -> NDArray[np.bool_]:
        """Return who has a case (是否有某情形)."""
        return np.asarray(self.code == _NAMES.index(name), dtype=np.bool_)

    def rows(self, way: Way) -> NDArray[np.intp]:
        """Return who has a case that is planted in some way (按植入方式取户)."""
        codes = [code for code, case in enumerate(CASES.values()) if case.way == way]
        return np.flatnonzero(np.isin(self.code, codes))

    def case(self, row: int) -> Case:
        """Return the case of a customer (取情形)."""
        return CASES[_NAMES[self.code[row]]]


def draw_cases(supply: Supply, calendar: Calendar, count: int, seed: int) -> Cases:
    """Choose who has a case, each of at most one, spread over the areas (抽取情形户).

    Parameters
    ----------
    supply : Supply
        The customers.
    calendar : Calendar
        The days.
    count : int
        How many customers have each kind of case; fewer where there are not so many for it.
    seed : int
        The seed of the month.
    """
    draws = stream(seed, "theft_cases", 0).random((len(supply), 3))
    is_dark = _dark(supply, count)
    code = np.where(is_dark, _NAMES.index("area_dark"), -1)
    taken = np.zeros((2, len(supply.area_loss) + 1), np.int64)
    for position, case in enumerate(CASES.values()):
        can = supply.is_of(*case.kinds) & (supply.solar_kw == 0) & (case.way != "dark")
        can &= supply.has_readings | (not case.needs_readings)
        can &= supply.mean_kwh >= case.least_kwh
        for _ in range(count):
            free = np.flatnonzero(can & (code == -1))
            if not len(free):
                break
            # Where area meters are to tell who, not many of an area may be missing energy.
            alike = taken[int(case.is_of_metering), supply.area[free]]
            row = free[np.lexsort((draws[free, 0], alike))[0]]
            code[row] = position
            taken[int(case.is_of_metering), supply.area[row]] += 1
    return Cases(code=code, **_when(code, calendar, draws))


def _dark(supply: Supply, count: int) -> NDArray[np.bool_]:
    """Return who is of the area without supply: the smallest."""
    if not count or len(supply.area_loss) < _LEAST_AREAS:
        return np.zeros(len(supply), np.bool_)
    sizes = np.bincount(supply.area[supply.area >= 0])
    return np.asarray(supply.area == np.argmin(sizes), dtype=np.bool_)


def _when(
    code: NDArray[np.int64], calendar: Calendar, draws: NDArray[np.float64]
) -> dict[str, NDArray[np.int64]]:
    """Return the first day of each case, and the one after its last."""
    begins = np.array([*(case.begins for case in CASES.values()), "before"])[code]
    longest = np.array([*(case.longest_days or len(calendar) for case in CASES.values()), 0])[code]
    starts = {
        "before": np.zeros(len(code), np.int64),
        "window": _MIDDLE_DAYS[0] + (draws[:, 1] * _MIDDLE_DAYS[1]).astype(np.int64),
        "month": calendar.month + _MONTH_DAYS[0] + (draws[:, 1] * _MONTH_DAYS[1]).astype(np.int64),
    }
    first = np.select([begins == name for name in starts], list(starts.values()))
    is_dark = code == _NAMES.index("area_dark")
    first[is_dark] = len(calendar) - _DARK_FROM_END
    return {"first": first, "stop": np.minimum(first + longest, len(calendar))}
