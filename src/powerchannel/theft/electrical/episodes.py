"""Episodes: from when to when a rule speaks of a phase, and with what evidence (异常区段)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from powerchannel.theft.electrical.runs import Ending

__all__ = ["WHOLE", "Episodes", "in_a_row", "together"]

WHOLE = 3
"""`Episodes.phase` of a rule that looks at the whole meter."""


@frozen(eq=False, kw_only=True)
class Episodes:
    """Episodes by meter, start, rule and phase (异常区段).

    Parameters
    ----------
    meter : ndarray of int64, shape (k,)
        The row of `Points`.
    phase : ndarray of uint8, shape (k,)
        0, 1, 2 for a, b, c; 3 for the whole meter.
    rule : ndarray of int64, shape (k,)
        The position in ``rules.rules``.
    started_at : ndarray of int64, shape (k,)
        Microseconds UTC of the first reading of it.
    ended_at : ndarray of int64, shape (k,)
        The reading that ended it, exclusive; after a gap the last reading before; NAT while it
        lasts.
    ending : ndarray of uint8, shape (k,)
        An `Ending`.
    samples : ndarray of int64, shape (k,)
        Readings of it that tell something of the rule.
    worst : ndarray of float64, shape (k,)
        The value of the first condition that is farthest beyond its limit.
    threshold : ndarray of float64, shape (k,)
        That limit.
    unit : ndarray of str, shape (k,)
        The unit of both; empty for a ratio.
    """

    meter: NDArray[np.int64]
    phase: NDArray[np.uint8]
    rule: NDArray[np.int64]
    started_at: NDArray[np.int64]
    ended_at: NDArray[np.int64]
    ending: NDArray[np.uint8]
    samples: NDArray[np.int64]
    worst: NDArray[np.float64]
    threshold: NDArray[np.float64]
    unit: NDArray[np.str_]

    def __len__(self) -> int:
        return len(self.meter)

    @property
    def lasts(self) -> NDArray[np.bool_]:
        """Which of them have not ended (是否持续)."""
        return np.asarray(self.ending == Ending.LASTS)

    def take(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> Episodes:
        """Return some episodes, in this order (取区段)."""
        return Episodes(**{name: getattr(self, name)[rows] for name in _DTYPES})

    def merge(self, other: Episodes) -> Episodes:
        """Return both together, in their order (合并)."""
        return together([self, other])


_DTYPES: Mapping[str, np.dtype[Any]] = {
    "meter": np.dtype(np.int64),
    "phase": np.dtype(np.uint8),
    "rule": np.dtype(np.int64),
    "started_at": np.dtype(np.int64),
    "ended_at": np.dtype(np.int64),
    "ending": np.dtype(np.uint8),
    "samples": np.dtype(np.int64),
    "worst": np.dtype(np.float64),
    "threshold": np.dtype(np.float64),
    "unit": np.dtype("<U3"),
}


def together(parts: Iterable[Episodes]) -> Episodes:
    """Return all episodes, sorted by meter, start, rule and phase (汇总)."""
    both = in_a_row(parts)
    return both.take(np.lexsort((both.phase, both.rule, both.started_at, both.meter)))


def in_a_row(parts: Iterable[Episodes]) -> Episodes:
    """Return all episodes, those of each part after those of the one before (依次拼接)."""
    listed = [*parts]
    columns = {
        name: np.concatenate([np.array([], dtype), *(getattr(part, name) for part in listed)])
        for name, dtype in _DTYPES.items()
    }
    return Episodes(**columns)
