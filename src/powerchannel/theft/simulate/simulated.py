"""What a simulation gives: the tables that a utility has, and the truth behind them (仿真结果)."""

from __future__ import annotations

from typing import Literal, TypeAlias

import numpy as np
import pandas as pd
from attrs import evolve, field, frozen
from numpy.typing import NDArray

from powerchannel.theft.simulate.fault import Sign

__all__ = ["Quantity", "Simulated"]

Quantity: TypeAlias = Literal["voltage_v", "current_a", "active_power_kw", "reactive_power_kvar"]

_MINUTES_PER_HOUR = 60.0
_NOTHING = 1e-12
"""Shares of the true power below this are sums that cancel out but for rounding."""


@frozen(kw_only=True, eq=False)
class Simulated:
    """A simulated meter: readings, and what is true by construction (仿真电能表).

    Parameters
    ----------
    wiring, fault : str
        What was simulated.
    phase_readings, points, events, outages : DataFrame
        The tables that a utility would have; readings as the meter sees them.
    true_kw : ndarray of float, of shape (n,)
        What the customer draws; negative where power flows to the grid [kW].
    recorded_kw : ndarray of float, of shape (n,)
        What the register counts, multiplied by the ratios, before noise and rounding; negative
        where it counts backwards [kW].
    is_faulty : ndarray of bool, of shape (n,)
        In which steps the fault is there; of ``none`` those in which it would be.
    step_minutes : float
        The time between two readings [min].
    signs : tuple of Sign
        The rules that must fire with their default thresholds.
    cause : str
        What is behind it.
    """

    wiring: str
    fault: str
    phase_readings: pd.DataFrame = field(repr=False)
    points: pd.DataFrame = field(repr=False)
    events: pd.DataFrame = field(repr=False)
    outages: pd.DataFrame = field(repr=False)
    true_kw: NDArray[np.float64] = field(repr=False)
    recorded_kw: NDArray[np.float64] = field(repr=False)
    is_faulty: NDArray[np.bool_] = field(repr=False)
    step_minutes: float
    signs: tuple[Sign, ...]
    cause: str

    @property
    def rules(self) -> tuple[str, ...]:
        """The codes of the rules that must fire (应触发的规则)."""
        return tuple(dict.fromkeys(sign.rule for sign in self.signs))

    @property
    def true_kwh(self) -> float:
        """What the customer drew while the fault was there [kWh] (真实电量)."""
        return float(self.true_kw[self.is_faulty].sum() * self._hours)

    @property
    def recorded_kwh(self) -> float:
        """What was recorded of it [kWh] (计量电量)."""
        return float(self.recorded_kw[self.is_faulty].sum() * self._hours)

    @property
    def lost_kwh(self) -> float:
        """What was not recorded [kWh] (少计电量)."""
        return self.true_kwh - self.recorded_kwh

    @property
    def correction_factor(self) -> float:
        """True over recorded energy while the fault was there, K (更正系数).

        NaN where nothing was drawn, and where nothing or a negative amount was recorded.
        """
        true, recorded = self.true_kwh, self.recorded_kwh
        is_defined = true > 0.0 and recorded > _NOTHING * true
        return true / recorded if is_defined else float("nan")

    def with_reading(
        self, phase: str, quantity: Quantity, value: float, *, steps: slice | None = None
    ) -> Simulated:
        """Return the same with one quantity of a phase at a value (改写读数).

        To put a reading at a threshold, or a digit beside it: see `around`. The truth stays.

        Parameters
        ----------
        phase : str
            As in the readings: a, b, c or n.
        quantity : str
            The column.
        value : float
            What it shows, in the unit of the column.
        steps : slice, optional
            Of the readings of this phase; all by default.

        Examples
        --------
        >>> from powerchannel.theft.simulate import meter
        >>> low = meter("34", minutes=3).with_reading("b", "voltage_v", 171.5, steps=slice(1, 3))
        >>> readings = low.phase_readings
        >>> readings[readings["phase"] == "b"]["voltage_v"].tolist()
        [220.0, 171.5, 171.5]
        """
        rows = np.flatnonzero(self.phase_readings["phase"].to_numpy() == phase)
        column = self.phase_readings[quantity].to_numpy(dtype=np.float64, copy=True)
        column[rows[steps or slice(None)]] = value
        return evolve(self, phase_readings=self.phase_readings.assign(**{quantity: column}))

    @property
    def _hours(self) -> float:
        return self.step_minutes / _MINUTES_PER_HOUR
