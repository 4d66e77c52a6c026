"""What is known of each customer's anomaly, as columns by name (原因证据)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from powerchannel.registry import Registry
from powerchannel.text import Text
from powerchannel.theft.causes.catalogue import CAUSE_EVIDENCE, Floats
from powerchannel.theft.consumption.runs import longest_run

__all__ = ["CauseEvidence", "daily_evidence", "shared_changes"]

_LEAST_SIDE = 4
"""Days read that a change leaves on either side."""
_FALLEN = 0.7
"""A use below this share of what it was has fallen."""
_SAME_DAYS = 1
_EVIDENCE = Registry(Text("证据", "evidence"), dict.fromkeys(CAUSE_EVIDENCE))


@frozen(eq=False)
class CauseEvidence:
    """Columns of evidence of customers; what is not known is NaN or left out (原因证据).

    Parameters
    ----------
    columns : mapping of str to ndarray of float64, shape (customers,)
        By names of `CAUSE_EVIDENCE`; flags are 1 and 0.

    Raises
    ------
    UnknownNameError
        For a name that is none of them.
    ValueError
        When the columns are not of one length, or there is none.
    """

    columns: Mapping[str, Floats] = field()

    @columns.validator
    def _of_one_length(self, _: object, value: Mapping[str, Floats]) -> None:
        for name in value:
            _EVIDENCE.get(name)
        lengths = {name: len(column) for name, column in value.items()}
        if len(set(lengths.values())) != 1:
            raise ValueError(f"columns of lengths {lengths}; give one value for each customer")

    def __len__(self) -> int:
        return len(next(iter(self.columns.values())))

    def __getitem__(self, name: str) -> Floats:
        """Return a column; all NaN where it was not given."""
        given = self.columns.get(name)
        return np.full(len(self), np.nan) if given is None else np.asarray(given, np.float64)


def daily_evidence(energy: Floats) -> dict[str, Floats]:
    """Return what daily energies tell: gaps, zeros, equal and negative days, a change (日电量证据).

    Parameters
    ----------
    energy : ndarray of float64, shape (customers, days)
        [kWh]; NaN where nothing was read.

    Examples
    --------
    >>> use = np.array([[10.0] * 8 + [0.0] * 6, [9.0, 8.0, np.nan, 7.0, -1.0, 9.0, 8.0] * 2])
    >>> found = daily_evidence(use)
    >>> {name: column.round(2).tolist() for name, column in found.items()}["zero_days"]
    [6.0, 0.0]
    """
    read = ~np.isnan(energy)
    count = np.maximum(read.sum(axis=1), 1)
    known = np.where(read, energy, 0.0)
    same = (energy[:, 1:] == energy[:, :-1]) & (energy[:, 1:] > 0)
    repeated = longest_run(same)
    return {
        "zero_days": _whole(longest_run(read & (known == 0))),
        "negative_share": (known < 0).sum(axis=1) / count,
        "gap_share": _gaps(read),
        "repeated_days": _whole(np.where(repeated > 0, repeated + 1, 0)),
        "spike_ratio": _spikes(energy),
        "drop_ratio": _changes(energy)[1],
    }


def _gaps(read: NDArray[np.bool_]) -> Floats:
    """Return the share of days not read; what is before the first that was is no gap."""
    began = np.logical_or.accumulate(read, axis=1).sum(axis=1)
    return np.where(began > 0, 1 - read.sum(axis=1) / np.maximum(began, 1), 1.0)


def _whole(values: NDArray[np.generic]) -> Floats:
    return np.asarray(values, np.float64)


def _spikes(energy: Floats) -> Floats:
    """Return the largest day over the largest but one in ten; NaN without such a day."""
    ordered = np.sort(np.where(np.isnan(energy), -np.inf, energy), axis=1)
    usual = ordered[:, max(int(0.9 * (energy.shape[1] - 1)), 0)]
    top = ordered[:, -1]
    return np.asarray(np.divide(top, usual, out=np.full(len(top), np.nan), where=usual > 0))


def _changes(energy: Floats) -> tuple[NDArray[np.int64], Floats]:
    """Return the day since which the mean differs most, and the mean after over before."""
    read = ~np.isnan(energy)
    known = np.where(read, np.maximum(energy, 0.0), 0.0)
    sums, counts = np.cumsum(known, axis=1), np.cumsum(read, axis=1)
    before, after = sums[:, :-1], sums[:, -1:] - sums[:, :-1]
    first, last = counts[:, :-1], counts[:, -1:] - counts[:, :-1]
    means = before / np.maximum(first, 1), after / np.maximum(last, 1)
    weight = np.sqrt(first * last / np.maximum(first + last, 1))
    is_possible = (first >= _LEAST_SIDE) & (last >= _LEAST_SIDE)
    size = np.where(is_possible, np.abs(means[1] - means[0]) * weight, -1.0)
    rows = np.arange(len(energy))
    best = size.argmax(axis=1) if size.shape[1] else np.zeros(len(energy), np.int64)
    if not size.shape[1]:
        return best, np.full(len(energy), np.nan)
    low, high = means[0][rows, best], means[1][rows, best]
    there = is_possible[rows, best] & (low > 0)
    ratio = np.divide(high, low, out=np.full(len(energy), np.nan), where=there)
    return best + 1, ratio


def shared_changes(energy: Floats, area: NDArray[np.int64]) -> Floats:
    """Return the share of the others of an area whose use fell on the same days (同时下降).

    Parameters
    ----------
    energy : ndarray of float64, shape (customers, days)
        [kWh].
    area : ndarray of int64, shape (customers,)
        The area of each; negative for none.

    Returns
    -------
    ndarray of float64, shape (customers,)
        0 for whoever's own did not fall; NaN for whoever is alone.
    """
    day, ratio = _changes(energy)
    has_fallen = ratio < _FALLEN
    days = energy.shape[1] + 2 * _SAME_DAYS + 1
    _, row = np.unique(area, return_inverse=True)
    at = row.astype(np.int64) * days + day + _SAME_DAYS
    falls = np.bincount(at[has_fallen], minlength=(int(row.max(initial=0)) + 1) * days)
    near = [falls[at + step] for step in range(-_SAME_DAYS, _SAME_DAYS + 1)]
    others = np.bincount(row)[row] - 1
    shared = np.where(has_fallen, np.sum(near, axis=0) - 1.0, 0.0)
    known = (others > 0) & (area >= 0)
    return np.asarray(np.divide(shared, others, out=np.full(len(area), np.nan), where=known))
