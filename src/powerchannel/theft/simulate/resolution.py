"""The digits of a load profile: what its meter counts in, found in the profile itself (分辨率)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["own_quantum"]

_MOST_DECIMALS = 6
_ENOUGH_VALUES = 16
_LARGEST = 2.0**53


def own_quantum(
    load: NDArray[np.float64], *, precision: float = float(np.finfo(np.float64).eps)
) -> NDArray[np.float64]:
    """Return what the readings of each customer are multiples of (各户量化单位).

    The last decimal found, or a multiple of it (a meter of 0.01 kWh behind a ratio of 40 counts
    in 0.4) where sixteen different readings or more agree on it; fewer may do so by chance.

    Parameters
    ----------
    load : ndarray of float, of shape (customers, slots)
        NaN: missing.
    precision : float
        The relative precision of the numbers.

    Returns
    -------
    ndarray of float, of shape (customers,)
        0 for a customer whose readings have more than six decimals.

    Examples
    --------
    >>> own_quantum(np.array([[1.25, 3.5], [2.0, 7.0], [np.pi, 1.0]])).tolist()
    [0.01, 1.0, 0.0]
    """
    known = np.where(np.isnan(load), 0.0, load)
    quantum = np.zeros(len(load))
    for decimals in range(_MOST_DECIMALS, -1, -1):
        gap = np.abs(np.round(known, decimals) - known)
        fits = (gap <= 4.0 * precision * np.abs(known)).all(axis=1)
        quantum[fits] = 10.0**-decimals
    return quantum * _common_multiple(known, quantum)


def _common_multiple(
    known: NDArray[np.float64], quantum: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return how many digits all readings move by at least, where enough of them say so."""
    counts = np.rint(np.divide(known.T, quantum, out=np.zeros_like(known.T), where=quantum > 0).T)
    is_small = np.abs(counts).max(axis=1, initial=0.0) < _LARGEST
    whole = (counts * is_small.reshape(-1, 1)).astype(np.int64)
    common = np.gcd.reduce(whole, axis=1) if whole.shape[1] else np.zeros(len(whole), np.int64)
    is_sure = _different(whole) >= _ENOUGH_VALUES
    return np.where(is_sure & (common > 0), common, 1).astype(np.float64)


def _different(whole: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return how many different values each row has."""
    in_order = np.sort(whole, axis=1)
    return np.asarray((np.diff(in_order, axis=1) > 0).sum(axis=1) + 1)
