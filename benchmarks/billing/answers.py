"""What the sides must agree on: the fen of every line of every bill, or charges within rounding."""

from __future__ import annotations

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from benchmarks.cases import Answer, Near

__all__ = ["MonthlyBills", "answer_of"]

_ROUNDED, _FLOATS = 0.005, 1e-6
"""By how much a rounded line is off at most, and a float [yuan]."""


def answer_of(lines: NDArray[np.int64]) -> Answer:
    """Return lines by customer as an answer.

    Parameters
    ----------
    lines : ndarray of int64, shape (customers, lines)
        [fen]
    """
    return {"lines": np.ascontiguousarray(lines), "bills": lines.sum(axis=1)}


@frozen(kw_only=True)
class MonthlyBills:
    """Charges of a year by customer and month, shape (customers, 12) [yuan].

    Parameters
    ----------
    energy, demand, fixed : ndarray of float64
        The charges.
    energy_lines : ndarray of int64 or int
        Of how many lines, each rounded to the fen, the charge for energy is the sum; that for the
        demand is one line, the fixed charge is exact. 0 where nothing is rounded.
    """

    energy: NDArray[np.float64]
    demand: NDArray[np.float64]
    fixed: NDArray[np.float64]
    energy_lines: NDArray[np.int64] | int

    @property
    def answer(self) -> Answer:
        """The charges, and by how much each may be off at most."""
        lines = np.asarray(self.energy_lines)
        return {
            "energy": Near(self.energy, lines * _ROUNDED + _FLOATS),
            "demand": Near(self.demand, (lines > 0) * _ROUNDED + _FLOATS),
            "fixed": Near(self.fixed, _FLOATS),
        }
