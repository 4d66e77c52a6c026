"""Made-up interval data: whole months of minutes, and rows of quarter-hours with faults."""

from __future__ import annotations

from datetime import date
from functools import cached_property

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from powerchannel.billing.intervals import IntervalGrid
from powerchannel.times import to_utc

__all__ = ["HOURS", "Minutes", "Rows"]

HOURS = ((0, 7, "valley"), (7, 9, "flat"), (9, 12, "peak"), (12, 17, "flat"), (17, 22, "peak"))
"""From hour to hour the period; the rest of the day is valley."""


@frozen(kw_only=True, slots=False)
class Minutes:
    """Meters that keep every minute of a month of 31 days."""

    count: int
    seed: int = 1

    @property
    def grid(self) -> IntervalGrid:
        """The slots."""
        return IntervalGrid(start=date(2025, 7, 1), end=date(2025, 8, 1), minutes=1)

    @cached_property
    def energy_wh(self) -> NDArray[np.int64]:
        """The profiles, shape (count, 44640) [Wh]."""
        rng = np.random.default_rng(self.seed)
        return rng.integers(0, 2_000, (self.count, self.grid.slots))


@frozen(kw_only=True, slots=False)
class Rows:
    """Meters that report each quarter-hour of a year: one row in 500 twice, one in 500 missing.

    A twentieth of the meters reports everything.
    """

    count: int
    seed: int = 1

    @property
    def grid(self) -> IntervalGrid:
        """The slots."""
        return IntervalGrid(start=date(2025, 1, 1), end=date(2026, 1, 1))

    @cached_property
    def columns(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """Meter, beginning [µs, UTC] and energy [Wh] of each row, meter by meter."""
        rng, slots = np.random.default_rng(self.seed), self.grid.slots
        times = np.where(rng.random((self.count, slots)) < 1 / 500, 2, 1)
        times[rng.random((self.count, slots)) < 1 / 500] = 0
        times[::20] = 1
        row = np.repeat(np.arange(self.count * slots), times.ravel())
        energy = rng.integers(0, 30_000, self.count * slots)[row]
        local = self.grid.times(row % slots).astype("datetime64[us]").astype(np.int64)
        return row // slots, to_utc(local), energy

    @cached_property
    def order(self) -> NDArray[np.intp]:
        """An order by chance."""
        return np.random.default_rng([self.seed, 2]).permutation(len(self.columns[0]))
