"""What customers of a kind do day by day, learnt once and frozen (同类用电)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from powerchannel.theft.consumption.days import Days, Floats

__all__ = ["PeerGroup", "Peers", "day_factors", "learn_peers"]

_DECIMALS = 4
_FLOOR_KWH = 0.05


@frozen(kw_only=True)
class PeerGroup:
    """The usual day factors of one kind of customer (同类日系数).

    Parameters
    ----------
    name : str
        Such as an industry; empty for everybody.
    customers : int
        How many it was learnt from.
    started_on : date
        The first day.
    factors : tuple of Decimal
        The median over customers of a day's use beside their own mean, a day each.
    """

    name: str
    customers: int
    started_on: date
    factors: tuple[Decimal, ...]


@frozen(kw_only=True)
class Peers:
    """The usual day factors of all kinds (同类用电).

    Whoever is of no kind that is known, or of one with few customers, is compared with everybody.
    It is part of a rulebook: learnt on all customers once, so that a customer's comparison does not
    depend on who else is evaluated.

    Parameters
    ----------
    groups : tuple of PeerGroup
        That of everybody first.
    """

    groups: tuple[PeerGroup, ...] = field(default=())

    def factors(self, names: Sequence[str], on: NDArray[np.datetime64]) -> Floats:
        """Return the factor of each customer's kind on each day (取日系数).

        Parameters
        ----------
        names : sequence of str
            The kind of each customer.
        on : ndarray of datetime64[D], shape (days,)
            The days.

        Returns
        -------
        ndarray of float64, shape (customers, days)
            NaN for days that were not learnt.
        """
        place = {group.name: row for row, group in enumerate(self.groups)}
        rows = np.array([place.get(name, 0) for name in names], np.int64)
        if not self.groups:
            return np.full((len(rows), len(on)), np.nan)
        return np.array([_laid_out(group, on) for group in self.groups])[rows]


def _laid_out(group: PeerGroup, on: NDArray[np.datetime64]) -> Floats:
    first = np.datetime64(group.started_on, "D").astype(np.int64)
    place = on.astype("datetime64[D]").astype(np.int64) - first
    known = np.array([float(factor) for factor in group.factors] + [np.nan])
    return known[np.where((place < 0) | (place >= len(group.factors)), -1, place)]


def day_factors(days: Days) -> Floats:
    """Return each day's use beside the customer's own mean (日系数).

    Returns
    -------
    ndarray of float64, shape (customers, days)
        NaN where nothing was read, or nothing was used at all.
    """
    return (days.energy + _FLOOR_KWH) / (np.where(days.mean > 0, days.mean, np.nan) + _FLOOR_KWH)[
        :, None
    ]


def learn_peers(days: Days, kinds: Sequence[str] = (), *, least_customers: int = 30) -> Peers:
    """Learn what customers of each kind usually do, day by day (学习同类用电).

    Parameters
    ----------
    days : Days
        Of all customers.
    kinds : sequence of str
        The kind of each, such as their industry; without, all are of one.
    least_customers : int
        A kind with fewer has no group of its own.

    Examples
    --------
    >>> on = np.arange("2025-01-01", "2025-01-04", dtype="datetime64[D]")
    >>> peers = learn_peers(Days(np.array([[1.0, 2.0, 3.0], [10.0, 20.0, 30.0]]), on))
    >>> [str(factor) for factor in peers.groups[0].factors]
    ['0.5067', '1.0000', '1.4933']
    """
    factors = day_factors(days)
    labels = np.array(list(kinds) or [""] * len(factors), dtype=object)
    members: Mapping[str, NDArray[np.bool_]] = {
        "": np.ones(len(factors), np.bool_),
        **{name: labels == name for name in sorted(set(labels.tolist()) - {""})},
    }
    started_on = days.on[0].astype("datetime64[D]").item() if len(days.on) else date(1970, 1, 1)
    groups = (
        PeerGroup(
            name=name,
            customers=int(mine.sum()),
            started_on=started_on,
            factors=tuple(map(_written, _medians(factors[mine]))),
        )
        for name, mine in members.items()
        if not name or mine.sum() >= least_customers
    )
    return Peers(groups=tuple(groups))


def _medians(factors: Floats) -> list[float]:
    """Return the median of each day over those who were read; 1 where nobody was."""
    ordered = np.sort(factors, axis=0)
    count = (~np.isnan(ordered)).sum(axis=0)
    column = np.arange(factors.shape[1])
    if not len(ordered):
        return [1.0] * len(column)
    low = ordered[np.maximum(count - 1, 0) // 2, column]
    high = ordered[np.minimum(count // 2, len(ordered) - 1), column]
    return [float(m) for m in np.where(count > 0, (low + high) / 2, 1.0)]


def _written(value: float) -> Decimal:
    return Decimal(f"{value:.{_DECIMALS}f}")
