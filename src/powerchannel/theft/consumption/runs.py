"""How long something lasted, day after day, for all customers at once (持续天数)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["longest_run", "trailing_run"]


def longest_run(mask: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the longest run of days that hold, a customer a row (最长连续天数).

    Examples
    --------
    >>> longest_run(np.array([[True, True, False, True], [False] * 4])).tolist()
    [2.0, 0.0]
    """
    best = np.zeros(len(mask), np.int32)
    run = np.zeros(len(mask), np.int32)
    for day in range(mask.shape[1]):
        run += 1
        run *= mask[:, day]
        np.maximum(best, run, out=best)
    return best.astype(np.float64)


def trailing_run(mask: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return how many of the last days hold, without a break (末尾连续天数).

    Examples
    --------
    >>> trailing_run(np.array([[False, True, True], [True, True, False]])).tolist()
    [2.0, 0.0]
    """
    backward = mask[:, ::-1]
    never = backward.all(axis=1)
    return np.asarray(np.where(never, mask.shape[1], np.argmin(backward, axis=1)), np.float64)
