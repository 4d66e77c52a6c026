"""Attacks on the daily use of customers who steal nothing, as far as is known."""

from __future__ import annotations

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from powerchannel.theft.simulate import attack

__all__ = ["KINDS", "MODIFIED", "Mixture", "mixture"]

KINDS = ("h1", "h2", "h3", "h4", "h5", "h6")
MODIFIED = ("t1", "t2", "t3", "t4", "t5", "t6")
_FIRST, _LAST = 7, 19
_LEAST_USE = 0.8
_WINDOW_MINUTES = 240


@frozen(kw_only=True, eq=False)
class Mixture:
    """Customers of whom some report less than they use, from a day of their own on.

    Parameters
    ----------
    reported, used : ndarray of float64, shape (customers, days)
        [kWh].
    kinds : tuple of str
        The attacks; the last one is the reversal.
    kind : ndarray of int64, shape (customers,)
        0 honest, else 1 to 6 for these.
    started : ndarray of int64, shape (customers,)
        The first day that is attacked; the number of days where none is.
    """

    reported: NDArray[np.float64]
    used: NDArray[np.float64]
    kinds: tuple[str, ...]
    kind: NDArray[np.int64]
    started: NDArray[np.int64]

    @property
    def is_theft(self) -> NDArray[np.bool_]:
        """Who is attacked."""
        return self.kind > 0

    @property
    def stolen(self) -> NDArray[np.float64]:
        """What was used and not reported, day by day, surpluses left out [kWh]."""
        return np.asarray(np.maximum(self.used - self.reported, 0).sum(axis=1))


def mixture(
    energy: NDArray[np.float64],
    *,
    customers: int,
    share: float,
    seed: int,
    kinds: tuple[str, ...] = KINDS,
) -> Mixture:
    """Draw customers with use on four days of five, and attack a share of them.

    Each attack begins on a random day from the 7th to the 19th (0 is the first). What stands for
    h2's least window of four hours in a day is a third of the attacked days.
    """
    rng = np.random.default_rng(seed)
    known = np.nan_to_num(energy)
    busy = known[(known > 0).mean(axis=1) >= _LEAST_USE]
    used = busy[rng.choice(len(busy), min(customers, len(busy)), replace=False)]
    count, days = used.shape
    kind, started = np.zeros(count, np.int64), np.full(count, days)
    chosen = rng.choice(count, int(count * share), replace=False)
    kind[chosen] = rng.integers(1, len(kinds) + 1, len(chosen))
    started[chosen] = rng.integers(_FIRST, _LAST + 1, len(chosen))
    reported = used.copy()
    for number, name in enumerate(kinds, start=1):
        for first in range(_FIRST, _LAST + 1):
            rows = np.flatnonzero((kind == number) & (started == first))
            if len(rows):
                slot = _WINDOW_MINUTES / max(1, (days - first) // 3)
                reported[rows, first:] = attack(
                    used[rows, first:], name, random_state=rng, slot_minutes=slot
                )
    return Mixture(reported=reported, used=used, kinds=kinds, kind=kind, started=started)
