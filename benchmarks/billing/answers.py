"""What the sides must agree on: the fen of every line of every bill."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from benchmarks.cases import Answer

__all__ = ["answer_of"]


def answer_of(lines: NDArray[np.int64]) -> Answer:
    """Return lines by customer as an answer.

    Parameters
    ----------
    lines : ndarray of int64, shape (customers, lines)
        [fen]
    """
    return {"lines": np.ascontiguousarray(lines), "bills": lines.sum(axis=1)}
