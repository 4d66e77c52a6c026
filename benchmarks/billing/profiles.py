"""Many load profiles of one tariff by time of use, with a demand charge."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from benchmarks.billing.random_tariffs import RandomTariff

__all__ = ["Profiles"]


@frozen(kw_only=True, slots=False)
class Profiles:
    """So many customers of the first random tariff that has all of it.

    Parameters
    ----------
    count : int
        Profiles of 35,040 values.
    seed : int
        Of tariff and profiles.
    """

    count: int
    seed: int = 1

    @cached_property
    def tariff(self) -> RandomTariff:
        """Quarter-hourly, at least four periods, no tiers, a demand charge, no fixed one."""
        numbers = (RandomTariff(number=n, seed=self.seed) for n in range(0, 10**4, 2))
        return next(t for t in numbers if _is_wanted(t))

    @cached_property
    def energy_wh(self) -> NDArray[np.int64]:
        """The profiles, shape (count, 35040) [Wh]."""
        rng = np.random.default_rng([self.seed, 8])
        first = self.tariff.energy_wh()
        scales = rng.uniform(0.2, 5, (self.count, 1))
        noise = rng.integers(0, 100, (self.count, len(first)))
        found: NDArray[np.int64] = (first * scales).astype(np.int64) + noise
        return found

    @cached_property
    def months(self) -> list[NDArray[np.int64]]:
        """The same month by month."""
        return self.tariff.by_month(self.energy_wh)


def _is_wanted(tariff: RandomTariff) -> bool:
    return (
        len(tariff.periods) > 3
        and len(tariff.increments) == 1
        and all(season.demand for season in tariff.seasons)
        and not tariff.fixed
    )
