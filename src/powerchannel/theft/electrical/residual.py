"""What voltage, current and reactive power say the active power should be (功率残差).

Evidence, not a filter: a meter whose power does not follow from its own voltage and current has
been tampered with, is wired wrongly, or is broken.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from powerchannel.theft.electrical.measured import Measured

__all__ = ["power_residual"]


def power_residual(measured: Measured) -> NDArray[np.float64]:
    """Return voltage x current x power factor less the metered power (功率残差).

    Parameters
    ----------
    measured : Measured
        With reactive power, from which the power factor follows.

    Returns
    -------
    ndarray of float64, shape (n, 3)
        ``sqrt((U I)^2 - Q^2) - |P|`` [kW] of each phase or element; NaN where something was not
        measured, negative where more is metered than voltage and current carry.

    Examples
    --------
    >>> measured = Measured(
    ...     meter=np.zeros(1, np.int64), at=np.zeros(1, np.int64),
    ...     voltage=np.array([[220.0, 220.0, 220.0]]), current=np.full((1, 3), 5.0),
    ...     power=np.array([[1.1, 0.6, -1.1]]), reactive=np.zeros((1, 3)),
    ... )
    >>> power_residual(measured).round(6).tolist()
    [[0.0, 0.5, 0.0]]
    """
    if measured.reactive is None:
        return np.full(measured.voltage.shape, np.nan)
    apparent = measured.voltage * np.abs(measured.current) / 1000
    carried = np.sqrt(np.maximum(apparent**2 - measured.reactive**2, 0.0))
    return np.asarray(carried - np.abs(measured.power))
