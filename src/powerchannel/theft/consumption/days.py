"""Daily energies in a matrix, and the sums that statistics are made of (日电量矩阵)."""

from __future__ import annotations

from functools import cached_property
from typing import TypeAlias

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

__all__ = ["Days", "Floats", "ratio"]

Floats: TypeAlias = NDArray[np.float64]


@frozen(eq=False, slots=False)
class Days:
    """Daily energies of many customers; a missing day is no day without use (日电量矩阵).

    Parameters
    ----------
    energy : ndarray of float64, shape (customers, days)
        [kWh]; NaN where nothing was read.
    on : ndarray of datetime64[D], shape (days,)
        One day after another.

    Raises
    ------
    ValueError
        When the days are not one a column, one after another.
    """

    energy: Floats
    on: NDArray[np.datetime64]

    def __attrs_post_init__(self) -> None:
        days = self.on.astype("datetime64[D]").astype(np.int64)
        if self.energy.ndim != 2 or self.energy.shape[1] != len(days):
            raise ValueError(
                f"energy of shape {self.energy.shape} for {len(days)} days; give one row a "
                "customer and one column a day"
            )
        if len(days) > 1 and not bool((np.diff(days) == 1).all()):
            raise ValueError("days must follow one another; leave NaN where nothing was read")

    @cached_property
    def is_read(self) -> NDArray[np.bool_]:
        """Where there is a value (有值)."""
        return ~np.isnan(self.energy)

    @cached_property
    def filled(self) -> Floats:
        """The energies, 0 where there is none: for sums alone (求和用)."""
        return np.where(self.is_read, self.energy, 0.0)

    @cached_property
    def count(self) -> Floats:
        """How many days were read (有值天数)."""
        return np.asarray(self.is_read.sum(axis=1), np.float64)

    @cached_property
    def mean(self) -> Floats:
        """Mean of the days read; NaN without any [kWh] (日均)."""
        return ratio(self.filled.sum(axis=1), self.count)

    @cached_property
    def logs(self) -> Floats:
        """``log(1 + energy)``, what is negative as 0; NaN where nothing was read (对数)."""
        return np.log1p(np.maximum(self.energy, 0.0))

    @cached_property
    def ordered(self) -> Floats:
        """Each row sorted, what is missing last (排序)."""
        return np.sort(self.energy, axis=1)

    def quantile(self, share: float) -> Floats:
        """Return a quantile of each row, between its two nearest values (分位数).

        Examples
        --------
        >>> energy = np.array([[4.0, np.nan, 0.0, 2.0], [np.nan] * 4])
        >>> days = Days(energy, np.arange("2025-01-01", "2025-01-05", dtype="datetime64[D]"))
        >>> days.quantile(0.75).tolist()
        [3.0, nan]
        """
        place = share * np.maximum(self.count - 1, 0)
        low = np.floor(place).astype(np.int64)
        high = np.minimum(low + 1, np.maximum(self.count.astype(np.int64) - 1, 0))
        rows = np.arange(len(self.energy))
        first, last = self.ordered[rows, low], self.ordered[rows, high]
        return np.where(low == high, first, first + (place - low) * (last - first))

    @cached_property
    def weekday(self) -> NDArray[np.int64]:
        """The day of the week of each column, Monday 0 (星期)."""
        return (self.on.astype("datetime64[D]").astype(np.int64) + 3) % 7


def ratio(numerator: Floats, denominator: Floats) -> Floats:
    """Divide; NaN where there is nothing to divide by (比值).

    Examples
    --------
    >>> ratio(np.array([1.0, 0.0]), np.array([2.0, 0.0])).tolist()
    [0.5, nan]
    """
    out = np.full(np.broadcast_shapes(numerator.shape, denominator.shape), np.nan)
    np.divide(numerator, denominator, out=out, where=denominator != 0)
    return out
