"""What a row shows that is not use: its place, its gaps, its decimals (泄漏迹象)."""

from __future__ import annotations

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

__all__ = ["Separation", "decimals_of", "gap_signs", "order_signs", "separation"]

_Floats = NDArray[np.float64]
_MOST_DECIMALS = 6


@frozen
class Separation:
    """How well a number tells the labels apart (区分度).

    Parameters
    ----------
    auc : float
        The chance that it ranks a positive before a negative, or the other way round: 0.5 to 1.
    sigmas : float
        How far from one half that is, in standard deviations of what chance does.
    """

    auc: float
    sigmas: float


def separation(sign: _Floats, y: NDArray[np.bool_]) -> Separation:
    """Return how well a number tells labels apart, ties counted half (区分度).

    Parameters
    ----------
    sign : ndarray of float64, shape (rows,)
        No NaN.
    y : ndarray of bool
        The labels.

    Examples
    --------
    >>> separation(np.array([1.0, 2.0, 3.0, 4.0]), np.array([False, False, True, True])).auc
    1.0
    """
    order = np.argsort(sign, kind="stable")
    ordered = sign[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    counts = np.diff(starts, append=len(ordered))
    ranks = np.empty(len(sign))
    ranks[order] = np.repeat(starts + (counts + 1) / 2, counts)
    positive, n = int(y.sum()), len(y)
    negative = n - positive
    if not positive or not negative:
        return Separation(0.5, 0.0)
    auc = (ranks[y].sum() - positive * (positive + 1) / 2) / (positive * negative)
    ties = float((counts.astype(np.float64) ** 3 - counts).sum()) / (n * max(n - 1, 1))
    variance = (n + 1 - ties) / (12.0 * positive * negative)
    sigmas = abs(auc - 0.5) / np.sqrt(variance) if variance > 0 else 0.0
    return Separation(float(max(auc, 1 - auc)), float(sigmas))


def order_signs(y: NDArray[np.bool_]) -> dict[str, Separation]:
    """Return what the place in the file tells: before or after, and beside whom (文件次序).

    Examples
    --------
    >>> labels = np.arange(200) < 40
    >>> order_signs(labels)["place"].auc
    1.0
    >>> order_signs(np.random.default_rng(0).permutation(labels))["neighbours"].sigmas < 3
    True
    """
    place = np.arange(len(y), dtype=np.float64)
    same = float((y[1:] == y[:-1]).mean()) if len(y) > 1 else 1.0
    share = float(y.mean())
    expected = share**2 + (1 - share) ** 2
    spread = np.sqrt(max(expected * (1 - expected), 1e-12) / max(len(y) - 1, 1))
    near = Separation(
        0.5 + max(0.0, same - expected) / 2, float(max(0.0, same - expected) / spread)
    )
    return {"place": separation(place, y), "neighbours": near}


def gap_signs(X: _Floats, y: NDArray[np.bool_]) -> dict[str, Separation]:
    """Return what missing values tell: how many, first, last, how long (缺失形态)."""
    gone = np.isnan(X)
    width = X.shape[1]
    any_gone = gone.any(axis=1)
    run = best = np.zeros(len(X))
    for column in range(width):
        run = (run + 1) * gone[:, column]
        best = np.maximum(best, run)
    signs = {
        "share": gone.mean(axis=1),
        "first": np.where(any_gone, gone.argmax(axis=1), width).astype(np.float64),
        "last": np.where(any_gone, width - 1 - gone[:, ::-1].argmax(axis=1), -1).astype(np.float64),
        "longest": best,
    }
    return {name: separation(sign, y) for name, sign in signs.items()}


def decimals_of(X: _Floats) -> _Floats:
    """Return with how many decimals the values of each row are written, six at most (小数位数).

    Examples
    --------
    >>> decimals_of(np.array([[1.5, 2.0], [1.25, np.nan], [3.0, 0.0]])).tolist()
    [1.0, 2.0, 0.0]
    """
    most = np.zeros(len(X))
    filled = np.where(np.isfinite(X), X, 0.0)
    for places in range(_MOST_DECIMALS):
        scaled = filled * 10.0**places
        is_more = np.abs(scaled - np.rint(scaled)) > 1e-6 * np.maximum(1.0, np.abs(scaled))
        most = np.where(is_more.any(axis=1), places + 1, most)
    return most
