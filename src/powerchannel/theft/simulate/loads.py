"""Loads that nothing is wrong with, from a stated distribution (正常负荷)."""

from __future__ import annotations

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from powerchannel.theft.simulate.wirings import wiring_named

__all__ = ["CleanLoad", "clean_load"]

_VOLTAGE = (0.93, 1.07)
_LEAST_CURRENT = 0.05
_PHI_RAD = (-0.3, 0.9)
_MOST_UNBALANCE = 0.25


@frozen(kw_only=True, eq=False)
class CleanLoad:
    """A load, step by step: what `meter` takes (正常负荷).

    Parameters
    ----------
    voltage_v, current_a, phi_rad, unbalance : ndarray of float, of shape (n,)
        [V], [A], [rad], and a share.
    """

    voltage_v: NDArray[np.float64]
    current_a: NDArray[np.float64]
    phi_rad: NDArray[np.float64]
    unbalance: NDArray[np.float64]


def clean_load(
    wiring: str, steps: int, *, random_state: int | np.random.Generator | None
) -> CleanLoad:
    """Draw a load that no rule should find anything wrong with (抽取正常负荷).

    Each step for itself: voltage uniform within 7 % of rated, as the supply may have at 220 V;
    current log-uniform from 5 % of rated to the meter's maximum; angle uniform from -0.3 to 0.9
    rad (a power factor of 0.62); unbalance uniform from 0 to 0.25.

    Parameters
    ----------
    wiring : str
        How the meter is connected.
    steps : int
        How many.
    random_state : int or Generator, optional
        Where the numbers come from.

    Examples
    --------
    >>> from powerchannel.theft.simulate import meter
    >>> load = clean_load("34", 60, random_state=0)
    >>> found = meter("34", current_a=load.current_a, unbalance=load.unbalance)
    >>> bool(found.phase_readings["current_a"].max() < 6)
    True
    """
    point, rng = wiring_named(wiring), np.random.default_rng(random_state)
    least = np.log(_LEAST_CURRENT * point.rated_current_a)
    return CleanLoad(
        voltage_v=point.rated_voltage_v * rng.uniform(*_VOLTAGE, steps),
        current_a=np.exp(rng.uniform(least, np.log(point.maximum_current_a), steps)),
        phi_rad=rng.uniform(*_PHI_RAD, steps),
        unbalance=rng.uniform(0.0, _MOST_UNBALANCE, steps),
    )
