"""From phasors to the readings of a meter: noise, digits, and faults of the data (表计读数)."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from powerchannel.theft.simulate.effects import Data
from powerchannel.theft.simulate.phasors import Phasors

__all__ = ["METER_DIGITS", "Readings", "Resolution", "around", "faulty_data", "read"]

_KILO = 1000.0
_DECIMALS = 10
_SPIKE_EVERY = 7
_SPIKE = 10.0


@frozen(kw_only=True)
class Resolution:
    """The last digit of each quantity of a meter (分辨率).

    Parameters
    ----------
    voltage_v, current_a, power_kw : float
        [V], [A], [kW and kvar]
    """

    voltage_v: float = 0.1
    current_a: float = 0.001
    power_kw: float = 0.0001


METER_DIGITS = Resolution()
"""0.1 V, 0.001 A, 0.0001 kW: XXX.X, XXX.XXX and XX.XXXX, as the registers of meters show them."""


@frozen(kw_only=True, eq=False)
class Readings:
    """What the meter shows: columns a, b, c (表计读数).

    Parameters
    ----------
    voltage, current, active, reactive : ndarray of float, of shape (n, 3)
        [V], [A], [kW], [kvar]
    neutral : ndarray of float, of shape (n,)
        [A]
    """

    voltage: NDArray[np.float64]
    current: NDArray[np.float64]
    active: NDArray[np.float64]
    reactive: NDArray[np.float64]
    neutral: NDArray[np.float64]


def read(
    phasors: Phasors, *, noise: float, resolution: Resolution | None, rng: np.random.Generator
) -> Readings:
    """Return what a meter shows of its phasors (读数).

    Parameters
    ----------
    phasors : Phasors
        What its elements are given.
    noise : float
        The standard deviation of each quantity's own relative error.
    resolution : Resolution, optional
        Its last digits; None: not rounded.
    rng : Generator
        For the noise.
    """

    def shown(exact: NDArray[np.float64], digit: float | None) -> NDArray[np.float64]:
        noisy = exact * (1.0 + noise * rng.standard_normal(exact.shape)) if noise else exact
        if digit is None:
            return noisy
        return np.round(np.rint(noisy / digit) * digit, _DECIMALS) + 0.0  # no minus zero

    power = phasors.power / _KILO
    volt, ampere, kilowatt = (
        (None, None, None)
        if resolution is None
        else (resolution.voltage_v, resolution.current_a, resolution.power_kw)
    )
    return Readings(
        voltage=shown(np.abs(phasors.voltage), volt),
        current=shown(np.abs(phasors.current), ampere),
        active=shown(power.real, kilowatt),
        reactive=shown(power.imag, kilowatt),
        neutral=shown(np.abs(phasors.neutral), ampere),
    )


def faulty_data(readings: Readings, is_faulty: NDArray[np.bool_], data: Data) -> Readings:
    """Return readings that stick or jump while a fault is there (故障数据).

    Parameters
    ----------
    readings : Readings
        As the meter shows them.
    is_faulty : ndarray of bool, of shape (n,)
        When.
    data : {"right", "stuck", "spikes", "gaps"}
        Stuck readings stay as they were in the first of these steps; every seventh has a spike:
        voltage and current 10 times, power 100 times what it is. Gaps are left to the caller.
    """
    steps = np.flatnonzero(is_faulty)
    if data == "stuck" and len(steps):
        return Readings(
            voltage=_stuck(readings.voltage, steps),
            current=_stuck(readings.current, steps),
            active=_stuck(readings.active, steps),
            reactive=_stuck(readings.reactive, steps),
            neutral=_stuck(readings.neutral, steps),
        )
    if data == "spikes":
        at = steps[::_SPIKE_EVERY]
        return Readings(
            voltage=_spiked(readings.voltage, at, _SPIKE),
            current=_spiked(readings.current, at, _SPIKE),
            active=_spiked(readings.active, at, _SPIKE**2),
            reactive=_spiked(readings.reactive, at, _SPIKE**2),
            neutral=_spiked(readings.neutral, at, _SPIKE),
        )
    return readings


def _stuck(column: NDArray[np.float64], steps: NDArray[np.intp]) -> NDArray[np.float64]:
    column = column.copy()
    column[steps] = column[steps[0]]
    return column


def _spiked(column: NDArray[np.float64], at: NDArray[np.intp], times: float) -> NDArray[np.float64]:
    column = column.copy()
    column[at] = np.round(column[at] * times, _DECIMALS)
    return column


def around(threshold: float, resolution: float) -> tuple[float, float, float]:
    """Return the last digit below a threshold, the threshold, and the first above (阈值两侧).

    Parameters
    ----------
    threshold, resolution : float
        Taken as the decimals that they are written with.

    Returns
    -------
    tuple of float
        Such as a meter shows them. Where the threshold falls between two digits, the middle one
        is no reading.

    Examples
    --------
    >>> around(171.6, 0.1)
    (171.5, 171.6, 171.7)
    >>> around(0.0075, 0.001)
    (0.007, 0.0075, 0.008)
    """
    exact, digit = Decimal(repr(threshold)), Decimal(repr(resolution))
    steps = exact / digit
    below = steps.to_integral_value(ROUND_CEILING) - 1
    above = steps.to_integral_value(ROUND_FLOOR) + 1
    return float(below * digit), threshold, float(above * digit)
