"""Real contributions as whole points that sum exactly (整数分值)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["whole_points"]


def whole_points(
    parts: NDArray[np.float64], total: NDArray[np.int64] | None = None
) -> NDArray[np.int64]:
    """Round the parts of each row so that they sum to the rounded row (整数分值).

    Each part is off by less than one; what rounding down leaves over goes to the parts that lost
    most, the first of equals first.

    Parameters
    ----------
    parts : ndarray of float64, shape (rows, parts)
        What each part brings, in points.
    total : ndarray of int64, shape (rows,), optional
        What the parts are to sum to, where the rows were summed and rounded elsewhere.

    Returns
    -------
    ndarray of int64, shape (rows, parts)
        Without a total, ``whole_points(parts).sum(axis=1) == floor(parts.sum(axis=1) + 0.5)``.

    Examples
    --------
    >>> whole_points(np.array([[0.4, 0.4, 0.4], [-1.5, 2.0, 0.25]])).tolist()
    [[1, 0, 0], [-1, 2, 0]]
    """
    low = np.floor(parts)
    wanted = np.floor(parts.sum(axis=1) + 0.5) if total is None else total
    left = (wanted - low.sum(axis=1)).astype(np.int64)
    order = np.argsort(-(parts - low), axis=1, kind="stable")
    place = np.empty_like(order)
    np.put_along_axis(place, order, np.arange(parts.shape[1])[None], axis=1)
    return np.asarray(low.astype(np.int64) + (place < left[:, None]))
