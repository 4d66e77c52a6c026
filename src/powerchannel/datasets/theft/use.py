"""What customers really use, by day and by hour, and what panels bring (真实用电)."""

from __future__ import annotations

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from powerchannel.datasets.streams import stream
from powerchannel.datasets.theft.days import HOURS, Calendar
from powerchannel.datasets.theft.supply import KINDS, Supply

__all__ = ["SECOND_DECIMAL", "Hourly", "daily_use", "hourly_power"]

Floats = NDArray[np.float64]

SECOND_DECIMAL = 100
"""A meter shows two decimals of a kWh."""

_WARM_C, _HOT_C = 16.0, 26.0
_LEAST = 0.25
_AWAY_SHARE = 0.15
_AWAY_USE = 0.15
_HOUR_SPREAD = 0.35
_SUNNY_HOURS = np.array([max(0.0, 1 - ((hour + 0.5 - 12.5) / 5.5) ** 2) for hour in range(HOURS)])


def daily_use(supply: Supply, calendar: Calendar, seed: int) -> NDArray[np.int64]:
    """Return what each customer uses on each day, panels aside (日用电量).

    A usual day times the kind of day, the temperature and chance; some homes are away for some
    days, most of them around a holiday.

    Parameters
    ----------
    supply : Supply
        The customers.
    calendar : Calendar
        The days.
    seed : int
        The seed of the month.

    Returns
    -------
    ndarray of int64, of shape (customers, days)
        In whole units of the last decimal that the meter shows, before its ratio.
    """
    chance = stream(seed, "theft_use", 0).random((len(supply), len(calendar), 3)).sum(axis=2)
    factor = np.maximum(1 + supply.of_kind("spread")[:, None] * 2 * (chance - 1.5), _LEAST)
    factor *= _by_day(supply, calendar) * _by_temperature(supply, calendar)
    factor[_away(supply, calendar)] *= _AWAY_USE
    counted = supply.mean_kwh * SECOND_DECIMAL / supply.ratio
    return np.asarray(np.rint(counted[:, None] * factor), np.int64)


def _by_day(supply: Supply, calendar: Calendar) -> Floats:
    usual = np.array([kind.on_days for kind in KINDS])[supply.kind][:, calendar.kind]
    return np.asarray(1 + (usual - 1) * (0.4 + 0.9 * supply.draws[:, 7])[:, None])


def _by_temperature(supply: Supply, calendar: Calendar) -> Floats:
    cold = np.maximum(_WARM_C - calendar.temperature_c, 0)
    hot = np.maximum(calendar.temperature_c - _HOT_C, 0)
    heating, cooling = (
        supply.of_kind(name) * supply.draws[:, column] ** 2
        for name, column in (("heating", 8), ("cooling", 9))
    )
    return np.asarray(1 + np.multiply.outer(heating, cold) + np.multiply.outer(cooling, hot))


def _away(supply: Supply, calendar: Calendar) -> NDArray[np.bool_]:
    """Return on which days nobody is at home."""
    goes = supply.is_of("home") & (supply.draws[:, 10] < _AWAY_SHARE)
    holidays = np.flatnonzero(calendar.kind == 2)
    first = (supply.draws[:, 11] * len(calendar)).astype(np.int64)
    if len(holidays):
        near = holidays[0] - 2 + (supply.draws[:, 11] * 4).astype(np.int64)
        first = np.where(supply.draws[:, 10] < _AWAY_SHARE * 2 / 3, near, first)
    last = first + 4 + (supply.draws[:, 12] * 9).astype(np.int64)
    day = np.arange(len(calendar))
    return np.asarray(goes[:, None] & (day >= first[:, None]) & (day < last[:, None]))


@frozen(kw_only=True, eq=False)
class Hourly:
    """Mean power of some customers, hour by hour (小时功率).

    Parameters
    ----------
    use_kw, solar_kw : ndarray of float, of shape (customers, hours)
        What is used, and what panels bring [kW].
    """

    use_kw: Floats
    solar_kw: Floats

    @property
    def net_kw(self) -> Floats:
        """What comes from the grid; negative where power flows back (净功率)."""
        return np.asarray(self.use_kw - self.solar_kw)


def hourly_power(
    supply: Supply,
    rows: NDArray[np.int64],
    used: NDArray[np.int64],
    calendar: Calendar,
    *,
    since: int,
    seed: int,
) -> Hourly:
    """Return the power of some customers in each hour; a day adds up to what was used (小时功率).

    Parameters
    ----------
    supply : Supply
        The customers.
    rows : ndarray of int
        Which of them.
    used : ndarray of int, of shape (customers, days)
        From `daily_use`, of all of them.
    calendar : Calendar
        The days.
    since : int
        The first day, by position.
    seed : int
        The seed of the month.
    """
    days = len(calendar) - since
    chance = stream(seed, "theft_hours", 0, since).random((len(rows), days, HOURS))
    profile = np.array([kind.profile for kind in KINDS])[supply.kind[rows]]
    shape = profile[:, None] * (1 + _HOUR_SPREAD * (2 * chance - 1))
    kwh = used[rows, since:] * (supply.ratio[rows] / SECOND_DECIMAL)[:, None]
    power = shape * (kwh / shape.sum(axis=2))[:, :, None]
    sun = np.multiply.outer(calendar.sun[since:], _SUNNY_HOURS)
    solar = np.multiply.outer(supply.solar_kw[rows], sun)
    return Hourly(
        use_kw=power.reshape(len(rows), -1), solar_kw=solar.reshape(len(rows), days * HOURS)
    )
