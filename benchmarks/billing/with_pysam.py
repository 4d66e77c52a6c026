"""PySAM's Utilityrate5, the engine of NREL's System Advisor Model: a tariff and a profile a run.

It bills a year in twelve months, once without and once with a generator (which feeds in nothing
here), and gives a charge for each interval; less cannot be asked of it. Rates are set beforehand,
profiles are lists already.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import PySAM.Utilityrate5 as Utilityrate5
from numpy.typing import NDArray

from benchmarks.billing.answers import MonthlyBills
from benchmarks.billing.profiles import Profiles
from benchmarks.billing.random_tariffs import RandomTariff
from benchmarks.cases import Answer, Read, Run

__all__ = ["bills_of", "load_of", "model_of", "profiles", "tariffs"]

_WITHOUT = ("ec_charge", "dc_fixed", "fixed")
"""Outputs ``year1_monthly_*_without_system``: energy, highest demand, fixed charge."""


def tariffs(made: Sequence[RandomTariff]) -> Run:
    """Bill each random tariff with its own profile."""
    pairs = [(model_of(one), load_of(one.energy_wh(), one.minutes)) for one in made]
    return lambda: _read([bills_of(model, load) for model, load in pairs])


def profiles(made: Profiles) -> Run:
    """Bill many profiles with one tariff."""
    model = model_of(made.tariff)
    loads = [load_of(wh, made.tariff.minutes) for wh in made.energy_wh]
    return lambda: _read([bills_of(model, load) for load in loads])


def bills_of(model: Utilityrate5.Utilityrate5, load: list[float]) -> list[tuple[float, ...]]:
    """Return the energy, demand and fixed charge of each month [yuan]."""
    model.Load.load = load
    model.execute(0)
    return [getattr(model.Outputs, f"year1_monthly_{name}_without_system") for name in _WITHOUT]


def load_of(energy_wh: NDArray[np.int64], minutes: int) -> list[float]:
    """Return a profile as PySAM takes it, in mean power [kW]."""
    found: list[float] = (energy_wh * (60 // minutes) / 1000).tolist()
    return found


def model_of(one: RandomTariff) -> Utilityrate5.Utilityrate5:
    """Return a year without a generator, minimum charges, or price rises."""
    model = Utilityrate5.new()
    model.assign(
        {
            "SystemOutput": {"degradation": [0.0], "gen": [0.0] * len(one.energy_wh())},
            "Load": {"load_escalation": [0.0]},
            "Lifetime": {
                "analysis_period": 1,
                "system_use_lifetime_output": 0,
                "inflation_rate": 0.0,
            },
            "ElectricityRates": {
                "en_electricity_rates": 1,
                "rate_escalation": [0.0],
                "ur_metering_option": 4,
                "ur_sell_eq_buy": 0,
                "ur_monthly_min_charge": 0.0,
                "ur_annual_min_charge": 0.0,
                **one.rates(),
            },
        }
    )
    return model


def _read(found: list[list[tuple[float, ...]]]) -> Read:
    def read() -> Answer:
        energy, demand, fixed = np.array(found).transpose(1, 0, 2)
        return MonthlyBills(energy=energy, demand=demand, fixed=fixed, energy_lines=0).answer

    return read
