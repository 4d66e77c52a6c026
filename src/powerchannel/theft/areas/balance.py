"""What of an area's supply nobody's meter explains, and how well that is known (台区平衡)."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

__all__ = ["Balance", "Floats", "balance"]

Floats: TypeAlias = NDArray[np.float64]

_LEAST_READ_SHARE = 0.8
"""Customers that must be read on a day for it to count."""
_LEAST_DAYS = 7
_FILLED_SPREAD = 0.5
"""How far a day that was not read may be from what is usual, as a share of it."""
_FLOOR = 0.01
"""Of an area's mean customer: what is smaller is no use to speak of."""
_CLEAR, _CLEARER = 3.0, 4.0
"""Deviations beyond which something is unexplained: of all days, of some of them."""


@frozen(eq=False, kw_only=True)
class Balance:
    """An area day by day, in units of what a customer uses in a day on average (台区日平衡).

    Parameters
    ----------
    unexplained : ndarray of float64, shape (days,)
        Supply without technical loss, less all readings, on the days that count.
    noise : ndarray of float64, shape (days,)
        Its standard deviation.
    energy : ndarray of float64, shape (customers, days)
        Readings; what was not read stands as the customer's mean times the day's factor.
    factor : ndarray of float64, shape (days,)
        The median over customers of a day beside their own mean.
    used : ndarray of bool, shape (all days,)
        The days that count.
    unit_kwh : float
        The unit [kWh].
    """

    unexplained: Floats
    noise: Floats
    energy: Floats
    factor: Floats
    used: NDArray[np.bool_]
    unit_kwh: float

    @property
    def is_known(self) -> bool:
        """Whether enough days count (是否足够)."""
        return len(self.unexplained) >= _LEAST_DAYS and self.unit_kwh > 0

    @property
    def total_kwh(self) -> float:
        """What is unexplained on the days that count [kWh] (不明电量)."""
        return float(self.unexplained.sum() * self.unit_kwh)

    @property
    def is_unexplained(self) -> bool:
        """Whether more is unexplained than noise makes, over all days or since some day (显著)."""
        if not self.is_known:
            return False
        since = np.cumsum(self.unexplained[::-1])
        beside = since / np.sqrt(np.cumsum(self.noise[::-1] ** 2))
        clearest = max(float(beside.max()), float((self.unexplained / self.noise).max()))
        return bool(beside[-1] > _CLEAR or clearest > _CLEARER)

    @property
    def mean(self) -> Floats:
        """What each customer uses in a day (户日均)."""
        return np.asarray(self.energy.mean(axis=1))


def balance(
    supplied: Floats, energy: Floats, *, technical_loss_ratio: float, meter_noise: float
) -> Balance:
    """Balance the supply of an area against its customers (台区平衡).

    ``unexplained = supplied x (1 - technical loss ratio) - sum of readings``. A day without
    supply, or on which too few customers were read, does not count.
    """
    read = ~np.isnan(energy)
    enough = read.sum(axis=0) >= _LEAST_READ_SHARE * max(len(energy), 1)
    used = ~np.isnan(supplied) & (supplied > 0) & enough
    supplied, energy, read = supplied[used], energy[:, used], read[:, used]
    known = energy[read]
    unit = float(np.abs(known).mean()) if len(known) else 0.0
    if unit <= 0:
        return _nothing(used, len(energy))
    filled, factor, doubt = _filled(energy / unit, read)
    return Balance(
        unexplained=supplied / unit * (1 - technical_loss_ratio) - filled.sum(axis=0),
        noise=np.sqrt((np.maximum(meter_noise, 1e-6) * supplied / unit) ** 2 + doubt),
        energy=filled,
        factor=factor,
        used=used,
        unit_kwh=unit,
    )


def _nothing(used: NDArray[np.bool_], customers: int) -> Balance:
    none = np.zeros(0)
    return Balance(
        unexplained=none,
        noise=none,
        energy=np.zeros((customers, 0)),
        factor=none,
        used=np.zeros(len(used), np.bool_),
        unit_kwh=0.0,
    )


def _filled(energy: Floats, read: NDArray[np.bool_]) -> tuple[Floats, Floats, Floats]:
    """Return readings without gaps, the day factors, and the variance that filling adds."""
    there = np.where(read, energy, 0.0)
    mean = there.sum(axis=1) / np.maximum(read.sum(axis=1), 1)
    shares = np.where(read, (there + _FLOOR) / (np.maximum(mean, 0) + _FLOOR)[:, None], 1.0)
    factor = np.maximum(np.median(shares, axis=0), _FLOOR)
    factor = factor / factor.mean()
    usual = mean[:, None] * factor
    doubt = (np.where(read, 0.0, _FILLED_SPREAD * usual) ** 2).sum(axis=0)
    return np.where(read, energy, usual), factor, doubt
