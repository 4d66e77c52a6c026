"""Voltages and currents as phasors: the load's, and those that the meter is given (相量)."""

from __future__ import annotations

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from powerchannel.theft.simulate.effects import Effect
from powerchannel.theft.simulate.wirings import PHASES, THREE_WIRE, Wiring

__all__ = ["Load", "Phasors", "at_load", "at_meter"]

_THIRD = 2.0 * np.pi / 3.0
_ANGLES = np.array([0.0, -_THIRD, _THIRD])
_LESS = np.array([0.0, 0.5, 1.0])
"""How the phases share in the unbalance."""


@frozen(kw_only=True, eq=False)
class Load:
    """What the customer draws, at the meter's side of the instrument transformers (负荷).

    Parameters
    ----------
    voltage_v : ndarray of float, of shape (n,)
        As the meter's rated voltage: between phases for three-wire metering [V].
    current_a : ndarray of float, of shape (n,)
        Of phase a [A].
    phi_rad : ndarray of float, of shape (n,)
        By which the current lags the voltage of its phase [rad].
    unbalance : ndarray of float, of shape (n,)
        (max - min) / max of the currents: c has so much less than a, b half of that.
    """

    voltage_v: NDArray[np.float64]
    current_a: NDArray[np.float64]
    phi_rad: NDArray[np.float64]
    unbalance: NDArray[np.float64]


@frozen(kw_only=True, eq=False)
class Phasors:
    """Voltages and currents as complex effective values (电压电流相量).

    Parameters
    ----------
    voltage : ndarray of complex, of shape (n, 3)
        Of phases a, b, c to neutral at the load; of the elements at the meter [V].
    current : ndarray of complex, of shape (n, 3)
        [A]
    neutral : ndarray of complex, of shape (n,)
        In the neutral of a single-phase meter [A].
    """

    voltage: NDArray[np.complex128]
    current: NDArray[np.complex128]
    neutral: NDArray[np.complex128]

    @property
    def power(self) -> NDArray[np.complex128]:
        """Active and reactive power of each phase or element [W, var]."""
        return np.asarray(self.voltage * self.current.conj())


def at_load(wiring: Wiring, load: Load, effect: Effect) -> Phasors:
    """Return what truly flows (负荷侧相量).

    The currents of three-wire metering have no way back but each other: I_b = -(I_a + I_c).

    Parameters
    ----------
    wiring : Wiring
        The wiring.
    load : Load
        The load before the effect.
    effect : Effect
        What it does to supply and load.
    """
    used = np.array([phase in wiring.phases for phase in PHASES])
    if wiring.name == THREE_WIRE:
        used[:] = True
    size = load.voltage_v / (np.sqrt(3.0) if wiring.name == THREE_WIRE else 1.0)
    voltage = np.multiply.outer(size, used * np.array(effect.supply) * np.exp(1j * _ANGLES))
    current = _currents(wiring, load, effect, used)
    if wiring.name == THREE_WIRE:
        current[:, 1] = -current[:, 0] - current[:, 2]
    return Phasors(voltage=voltage, current=current, neutral=current[:, 0])


def _currents(
    wiring: Wiring, load: Load, effect: Effect, used: NDArray[np.bool_]
) -> NDArray[np.complex128]:
    size = load.current_a
    if effect.load_of_maximum is not None:
        size = np.full_like(size, effect.load_of_maximum * wiring.maximum_current_a)
    phi = load.phi_rad if effect.phi_rad is None else np.full_like(load.phi_rad, effect.phi_rad)
    lag = phi + np.pi if effect.is_export else phi
    share = (1.0 - np.multiply.outer(load.unbalance, _LESS)) * used
    angles = np.exp(1j * (_ANGLES - lag[:, None]))
    return np.asarray(size[:, None] * share * np.array(effect.load) * angles)


def at_meter(wiring: Wiring, load: Phasors, effect: Effect) -> Phasors:
    """Return what the elements of the meter are given (表计侧相量).

    Parameters
    ----------
    wiring : Wiring
        The wiring.
    load : Phasors
        What truly flows.
    effect : Effect
        What it does to the circuits; every gain filled in.
    """
    terminals = load.voltage[:, effect.voltage_order]
    gain = np.array(effect.voltage_gain, dtype=np.float64)
    if wiring.name == THREE_WIRE:
        a, b, c = terminals.T
        middle = gain[1] * b + (1.0 - gain[1]) * (a + c) / 2.0
        terminals = np.stack([a - middle, np.zeros_like(a), c - middle], axis=1)
    voltage = terminals * gain
    current = load.current[:, effect.current_order] * np.array(effect.current_gain, dtype=float)
    neutral_gain = np.float64(1.0 if effect.neutral_gain is None else effect.neutral_gain)
    return Phasors(voltage=voltage, current=current, neutral=load.neutral * neutral_gain)
