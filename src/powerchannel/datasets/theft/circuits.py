"""Loads as meters see them, and the cases that the simulator plants in circuits (计量回路)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from powerchannel.datasets.streams import stream
from powerchannel.datasets.theft.days import HOURS, Calendar
from powerchannel.datasets.theft.planted import Cases
from powerchannel.datasets.theft.supply import KINDS, Supply
from powerchannel.theft.simulate import Simulated, meter
from powerchannel.theft.simulate.effects import Effect
from powerchannel.theft.simulate.phasors import Load, at_load
from powerchannel.theft.simulate.wirings import wiring_named

__all__ = ["NOISE", "Circuit", "load_of", "simulated_circuits"]

Floats = NDArray[np.float64]

NOISE = 0.003
"""The standard deviation of each reading's own relative error."""

_WATTS = 1000.0
_MINUTES = 60
_VOLTAGE = (0.96, 0.08)
_PHI_RAD = (0.15, 0.3)
_MOST_UNBALANCE = 0.2
_WORKING_HOUR = 8


def load_of(
    supply: Supply, rows: NDArray[np.int64], net_kw: Floats, rng: np.random.Generator
) -> Load:
    """Return the load of customers of one kind at the meter, hour by hour (表计侧负荷).

    Current is what gives the power; power that flows back turns it round.

    Parameters
    ----------
    supply : Supply
        The customers.
    rows : ndarray of int
        Those meant, all of one kind.
    net_kw : ndarray of float, of shape (rows, hours)
        Mean power from the grid [kW].
    rng : Generator
        For voltage, angle and unbalance.

    Returns
    -------
    Load
        Of ``rows x hours`` steps.
    """
    kind = int(supply.kind[rows[0]])
    wiring = wiring_named(KINDS[kind].wiring)
    chance = rng.random((*net_kw.shape, 3))
    own = supply.draws[rows]
    lag = (_PHI_RAD[0] + _PHI_RAD[1] * own[:, 13, None] + 0.1 * chance[:, :, 1]).reshape(-1)
    share = own[:, 14, None] * (0.7 + 0.3 * chance[:, :, 2])
    unit = Load(
        voltage_v=wiring.rated_voltage_v
        * (_VOLTAGE[0] + _VOLTAGE[1] * chance[:, :, 0]).reshape(-1),
        current_a=np.ones(lag.shape),
        phi_rad=lag,
        unbalance=(_MOST_UNBALANCE * share).reshape(-1),
    )
    watts = at_load(wiring, unit, Effect()).power.real.sum(axis=1)
    wanted = (net_kw * (_WATTS / supply.ratio[rows])[:, None]).reshape(-1)
    return Load(
        voltage_v=unit.voltage_v,
        current_a=np.abs(wanted) / watts,
        phi_rad=np.where(wanted < 0, lag + np.pi, lag),
        unbalance=unit.unbalance,
    )


@frozen(kw_only=True, eq=False)
class Circuit:
    """A customer whose circuits were simulated over the whole window (仿真用户).

    Parameters
    ----------
    simulated : Simulated
        Readings and events.
    true_kwh, recorded_kwh, forward_kwh : ndarray of float, of shape (days,)
        What was used, what was recorded, and what of it flowed in [kWh].
    """

    simulated: Simulated
    true_kwh: Floats
    recorded_kwh: Floats
    forward_kwh: Floats


def simulated_circuits(
    supply: Supply,
    cases: Cases,
    calendar: Calendar,
    net_kw: Mapping[int, Floats],
    seed: int,
) -> dict[int, Circuit]:
    """Simulate the customers whose case is one of circuits (回路情形仿真).

    Parameters
    ----------
    supply : Supply
        The customers.
    cases : Cases
        Who has which case.
    calendar : Calendar
        The days.
    net_kw : mapping of row to ndarray of float, of shape (hours,)
        The power of each over the window [kW].
    seed : int
        The seed of the month.
    """
    return {
        int(row): _simulated(supply, cases, calendar, int(row), net_kw[int(row)], seed)
        for row in cases.rows("circuit")
    }


def _simulated(
    supply: Supply, cases: Cases, calendar: Calendar, row: int, net_kw: Floats, seed: int
) -> Circuit:
    case, rng = cases.case(row), stream(seed, "theft_circuits", row)
    point = wiring_named(KINDS[supply.kind[row]].wiring)
    faults = case.faults[point.name]
    load = load_of(supply, np.array([row]), net_kw[None], rng)
    hour = 0 if case.begins == "before" else _WORKING_HOUR + int(rng.random() * _WORKING_HOUR)
    found = meter(
        point.name,
        faults[int(rng.random() * len(faults))],
        voltage_v=load.voltage_v,
        current_a=load.current_a,
        phi_rad=load.phi_rad,
        unbalance=load.unbalance,
        fraction=case.fraction,
        is_tampered=case.is_tampered,
        noise=NOISE,
        minutes=len(net_kw) * _MINUTES,
        step_minutes=_MINUTES,
        fault_from_minutes=(int(cases.first[row]) * HOURS + hour) * _MINUTES,
        fault_minutes=int(cases.stop[row] - cases.first[row]) * HOURS * _MINUTES,
        started_at=str(calendar.on[0]),
        random_state=rng,
    )
    times = float(supply.ratio[row]) / point.ratio
    return Circuit(
        simulated=found,
        true_kwh=_by_day(found.true_kw) * times,
        recorded_kwh=_by_day(found.recorded_kw) * times,
        forward_kwh=_by_day(np.maximum(found.recorded_kw, 0.0)) * times,
    )


def _by_day(kilowatts: Floats) -> Floats:
    return np.asarray(kilowatts.reshape(-1, HOURS).sum(axis=1))
