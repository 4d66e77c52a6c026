"""Attacks on homes whose half hours are known; homes in the test are unseen."""

from __future__ import annotations

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from benchmarks.theft.quality.daily import KINDS
from benchmarks.theft.quality.data import Homes
from powerchannel.theft.consumption import OwnDays, profile_features, trailing_means
from powerchannel.theft.simulate import attack

__all__ = ["FIRST_DAYS", "Plots", "plots"]

FIRST_DAYS = 28
_WINDOWS = (7, 28)


@frozen(kw_only=True, eq=False)
class Plots:
    """The days after each home's first four weeks, honest and under each attack.

    Parameters
    ----------
    alone, going_on : ndarray of float64, shape (7, days, features)
        Honest, then h1 to h6. Each day beside the home's own first weeks; and the same with the
        means of the last 7 and 28 days as reported, all of which are attacked.
    home : ndarray of int64, shape (days,)
    """

    alone: NDArray[np.float64]
    going_on: NDArray[np.float64]
    home: NDArray[np.int64]

    def drawn(self, seed: int) -> NDArray[np.int64]:
        """Draw what each day is tested as: half honest, the rest in equal parts."""
        rng = np.random.default_rng(seed)
        kind = rng.integers(1, len(KINDS) + 1, len(self.home))
        return np.where(rng.uniform(size=len(self.home)) < 0.5, kind, 0)


def plots(homes: Homes, *, seed: int) -> Plots:
    """Attack the homes: each goes on for four weeks with the same draw, then with another."""
    rng = np.random.default_rng(seed)
    number = np.arange(len(homes.home)) - np.searchsorted(homes.home, homes.home)
    is_first = number < FIRST_DAYS
    shape = (len(np.unique(homes.home)), FIRST_DAYS)
    own = OwnDays(homes.energy[is_first].reshape(*shape, -1), homes.on[is_first].reshape(shape))
    energy, on, home = (each[~is_first] for each in (homes.energy, homes.on, homes.home))
    span = home * (1 << 20) + number[~is_first] // FIRST_DAYS
    alone, going_on = [], []
    for kind in ("", *KINDS):
        reported = energy if not kind else _attacked(energy, span, kind, rng)
        found = profile_features(reported, on, own, home)
        means = [trailing_means(found, home, days).values for days in _WINDOWS]
        alone.append(found.values)
        going_on.append(np.hstack([found.values, *means]))
    return Plots(alone=np.stack(alone), going_on=np.stack(going_on), home=home)


def _attacked(
    energy: NDArray[np.float64], span: NDArray[np.int64], kind: str, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Attack each day; h1 draws its factor once a span of four weeks, as one long profile."""
    if kind != "h1":
        return attack(energy, kind, random_state=rng)
    reported = energy.copy()
    for each in np.unique(span):
        rows = span == each
        reported[rows] = attack(energy[rows].ravel(), kind, random_state=rng).reshape(-1, 48)
    return reported
