"""Daily use of customers, drawn: for features alone."""

from __future__ import annotations

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

__all__ = ["Households"]


@frozen(kw_only=True)
class Households:
    """So many customers and days, one day in a hundred missing, one customer in ten often away.

    Parameters
    ----------
    customers, days : int
        How many.
    """

    customers: int
    days: int
    seed: int = 1

    @property
    def on(self) -> NDArray[np.datetime64]:
        """The days."""
        return np.datetime64("2025-01-01") + np.arange(self.days)

    def energy(self) -> NDArray[np.float64]:
        """Return what each used [0.01 kWh]; NaN where nothing was read."""
        rng = np.random.default_rng(self.seed)
        shape = (self.customers, self.days)
        use = rng.gamma(2.0, 4.0, shape).round(2)
        use[::10][rng.random(use[::10].shape) < 0.3] = 0.0
        use[rng.random(shape) < 0.01] = np.nan
        return use
