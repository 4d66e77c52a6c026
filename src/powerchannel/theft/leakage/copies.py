"""Rows that were made from other rows: repeated, or mixed (复制与合成的行)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["mixed_share", "repeated_rows"]

_Floats = NDArray[np.float64]
_ROWS_TRIED = 400
_LINE = 1e-6
"""How near to the line between two others, beside their distance, a mixed row lies."""


def repeated_rows(X: _Floats) -> NDArray[np.int64]:
    """Return for each row the first row that is the same (首个相同行).

    Rows of one value throughout, such as all zeros, are alike by themselves and count as different.

    Examples
    --------
    >>> repeated_rows(np.array([[1.0, 2.0], [0.0, 0.0], [1.0, 2.0], [0.0, 0.0]])).tolist()
    [0, 1, 0, 3]
    """
    own = np.arange(len(X))
    if not len(X):
        return own
    cells = np.where(np.isnan(X), np.inf, X) + 0.0
    is_plain = (cells == cells[:, :1]).all(axis=1)
    keys = np.ascontiguousarray(cells).view(np.dtype((np.void, cells.itemsize * cells.shape[1])))
    _, first, inverse = np.unique(keys.ravel(), return_index=True, return_inverse=True)
    return np.where(is_plain, own, first[inverse.ravel()])


def mixed_share(X: _Floats) -> float:
    """Return the share of rows that lie between two others, as oversampling has it (合成行占比).

    Rows of at least three columns are tried, some hundreds of them; of real measurements none lies
    on the straight line between two others.

    Examples
    --------
    >>> real = np.random.default_rng(0).exponential(5, (60, 9))
    >>> mixed = real[:30] + 0.37 * (real[30:] - real[:30])
    >>> mixed_share(real), mixed_share(np.vstack([real, mixed])) > 0.3
    (0.0, True)
    """
    filled = X[~np.isnan(X).any(axis=1)]
    filled = filled[(filled != filled[:, :1]).any(axis=1)]
    if filled.shape[1] < 3 or len(filled) < 3:
        return 0.0
    step = max(1, len(filled) // _ROWS_TRIED)
    sample = filled[::step][:_ROWS_TRIED]
    return float(np.mean([_lies_between(row, sample) for row in sample]))


def _lies_between(row: _Floats, others: _Floats) -> bool:
    """Two others lie in opposite directions from it."""
    away = others - row
    length = np.sqrt((away**2).sum(axis=1))
    away, length = away[length > 0], length[length > 0]
    if len(away) < 2:
        return False
    unit = away / length[:, None]
    return bool((unit @ unit.T).min() < -1 + _LINE)
