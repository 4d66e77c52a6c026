"""What registers count of what is used, day by day, with the cases in it (表码)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from attrs import evolve, frozen
from numpy.typing import NDArray

from powerchannel.datasets.streams import stream
from powerchannel.datasets.theft.circuits import Circuit
from powerchannel.datasets.theft.days import HOURS
from powerchannel.datasets.theft.planted import Cases
from powerchannel.datasets.theft.supply import Supply
from powerchannel.datasets.theft.use import SECOND_DECIMAL
from powerchannel.theft.simulate import attack

__all__ = ["Outage", "Registers", "counted", "short_outages", "with_case_use", "with_panels"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_A_DAY_MINUTES = 1440
_BIG_PANELS_HOURS = 2.5
_FALLEN_USE = 0.55
_OUTAGE_SHARE = 0.2
_OUTAGE_HOURS = 5
_FIRST_OUTAGE_HOUR = 9


@frozen(kw_only=True)
class Outage:
    """A few hours without supply in an area, before the last month (短时停电).

    Parameters
    ----------
    area, day, hour, hours : int
        The area; the day, by position; the hour it began; for how long [h].
    """

    area: int
    day: int
    hour: int
    hours: int


def short_outages(supply: Supply, month: int, seed: int) -> list[Outage]:
    """Draw an outage of a few hours for some of the areas (抽取短时停电).

    Parameters
    ----------
    supply : Supply
        The customers.
    month : int
        The position of the first day of the last month.
    seed : int
        The seed of the month.
    """
    draws = stream(seed, "theft_outages", 0).random((len(supply.area_loss), 4))
    return [
        Outage(
            area=int(area),
            day=int(draws[area, 1] * month),
            hour=_FIRST_OUTAGE_HOUR + int(draws[area, 2] * _OUTAGE_HOURS),
            hours=1 + int(draws[area, 3] * _OUTAGE_HOURS),
        )
        for area in np.flatnonzero(draws[:, 0] < _OUTAGE_SHARE)
    ]


@frozen(kw_only=True, eq=False)
class Registers:
    """What flows and what is counted, day by day (表码增量).

    Parameters
    ----------
    true_kwh : ndarray of float, of shape (customers, days)
        What came from the grid, less what flowed back [kWh].
    net, forward : ndarray of int64, of shape (customers, days)
        What was counted of it, and of what flowed in: in whole units of the meter's last
        decimal, before its ratio.
    """

    true_kwh: Floats
    net: Ints
    forward: Ints


def with_panels(supply: Supply, cases: Cases) -> Supply:
    """Return the supply with the panels of those who export by their case (加装光伏)."""
    solar = supply.solar_kw.copy()
    rows = cases.rows("panels")
    solar[rows] = supply.mean_kwh[rows] / _BIG_PANELS_HOURS
    return evolve(supply, solar_kw=solar)


def with_case_use(used: Ints, supply: Supply, cases: Cases, outages: Iterable[Outage]) -> Ints:
    """Return what is used where something changes it: nobody there, no supply (情形用量).

    Parameters
    ----------
    used : ndarray of int64, of shape (customers, days)
        From `powerchannel.datasets.theft.use.daily_use`.
    supply : Supply
        The customers.
    cases : Cases
        Who has which case.
    outages : iterable of Outage
        The short ones.
    """
    factor = np.ones(used.shape)
    for outage in outages:
        factor[supply.area == outage.area, outage.day] = 1 - outage.hours / HOURS
    for way in ("empty", "dark"):
        for row in cases.rows(way):
            factor[row, cases.first[row] : cases.stop[row]] = 0.0
    for row in np.flatnonzero(cases.has("unbalanced_and_fallen")):
        factor[row, cases.first[row] :] = _FALLEN_USE
    return np.rint(used * factor).astype(np.int64)


def counted(
    supply: Supply,
    used: Ints,
    cases: Cases,
    circuits: Mapping[int, Circuit],
    net_kw: Mapping[int, Floats],
    seed: int,
) -> Registers:
    """Return what flows and what is counted (计数).

    Parameters
    ----------
    supply : Supply
        The customers.
    used : ndarray of int64, of shape (customers, days)
        What is used.
    cases : Cases
        Who has which case.
    circuits : mapping of row to Circuit
        Those that were simulated.
    net_kw : mapping of row to ndarray of float, of shape (hours,)
        The power of those with panels, among others [kW].
    seed : int
        The seed of the month.
    """
    digit = supply.ratio / SECOND_DECIMAL
    true, net, forward = used * digit[:, None], used.copy(), used.copy()
    for row in np.flatnonzero(supply.solar_kw > 0):
        hours = net_kw[int(row)].reshape(-1, HOURS)
        forward[row] = np.rint(np.maximum(hours, 0).sum(axis=1) / digit[row])
        net[row] = forward[row] - np.rint(np.maximum(-hours, 0).sum(axis=1) / digit[row])
        true[row] = net[row] * digit[row]
    # Panels feed nothing into a grid that is dead.
    for row in cases.rows("dark"):
        dark = slice(cases.first[row], cases.stop[row])
        true[row, dark] = net[row, dark] = forward[row, dark] = 0
    for each, circuit in circuits.items():
        net[each] = np.rint(circuit.recorded_kwh / digit[each])
        is_right = np.isclose(circuit.recorded_kwh, circuit.true_kwh)
        true[each] = np.where(is_right, net[each] * digit[each], circuit.true_kwh)
        forward[each] = np.rint(circuit.forward_kwh / digit[each])
    for row in cases.rows("attack"):
        net[row] = _attacked(used[row], cases, int(row), seed)
        forward[row] = net[row]
    for row in (*cases.rows("bypass"), *cases.rows("stopped")):
        net[row, cases.first[row] :] = forward[row, cases.first[row] :] = 0
    return Registers(true_kwh=true, net=net, forward=forward)


def _attacked(used: Ints, cases: Cases, row: int, seed: int) -> Ints:
    first = cases.first[row]
    (kind,) = set(cases.case(row).faults.values())
    shown = attack(
        used[first:].astype(np.float64),
        *kind,
        random_state=stream(seed, "theft_attacks", row),
        decimals=0,
        slot_minutes=_A_DAY_MINUTES,
    )
    return np.append(used[:first], shown.astype(np.int64))
