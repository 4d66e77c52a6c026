"""From truth values to spans: delay, restore, gaps (起止判断).

All on flat arrays of one rule and one phase; nothing here knows what a voltage is.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

__all__ = ["Ending", "Spans", "breaks_of", "rows_of", "spans_of"]


class Ending(IntEnum):
    """Why an episode ended (结束方式)."""

    RESTORED = 0
    """A reading met the restore condition; the episode ends there."""
    SUPERSEDED = 1
    """Another rule began to speak; the episode ends there."""
    GAP = 2
    """Nothing was read for longer than the rules allow; it ends with the last reading before."""
    LASTS = 3
    """The readings of the meter end, and it has not ended."""


@frozen(eq=False)
class Spans:
    """Spans of rows, ascending and apart (区段).

    Parameters
    ----------
    first, stop : ndarray of int64, shape (k,)
        The rows ``first`` to ``stop - 1``.
    ending : ndarray of uint8, shape (k,)
        An `Ending`. RESTORED: the row ``stop`` ended it; GAP: there is a break before that row.
    """

    first: NDArray[np.int64]
    stop: NDArray[np.int64]
    ending: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.first)

    def take(self, which: NDArray[np.bool_]) -> Spans:
        """Return some of the spans (取区段)."""
        return Spans(self.first[which], self.stop[which], self.ending[which])


def breaks_of(
    meter: NDArray[np.int64], at: NDArray[np.int64], longest_gap_us: int
) -> NDArray[np.bool_]:
    """Tell which rows do not continue the row before: another meter, or after a gap (间断).

    Examples
    --------
    >>> breaks_of(np.array([0, 0, 0, 1]), np.array([0, 5, 16, 17]), 10).tolist()
    [True, False, True, True]
    """
    breaks = np.empty(len(meter), dtype=np.bool_)
    breaks[:1] = True
    np.greater(np.diff(at), longest_gap_us, out=breaks[1:])
    breaks[1:] |= meter[1:] != meter[:-1]
    return breaks


def spans_of(
    start: NDArray[np.bool_],
    restore: NDArray[np.bool_],
    breaks: NDArray[np.bool_],
    at: NDArray[np.int64],
    delay_us: int,
) -> Spans:
    """Find where a rule speaks (判断区段).

    A span begins with the first of consecutive rows that meet the start, when the last of them is
    at least the delay later; it goes on until a row meets the restore, or a break. A row that
    meets the restore starts nothing.

    Parameters
    ----------
    start, restore : ndarray of bool, shape (n,)
        What each row meets.
    breaks : ndarray of bool, shape (n,)
        Rows that do not continue the row before; the first row is one.
    at : ndarray of int64, shape (n,)
        Times, ascending between breaks.
    delay_us : int
        In the unit of `at`.

    Examples
    --------
    >>> start = np.array([0, 1, 1, 0, 0, 1], dtype=bool)
    >>> restore = np.array([1, 0, 0, 0, 1, 0], dtype=bool)
    >>> breaks = np.array([1, 0, 0, 0, 0, 0], dtype=bool)
    >>> spans = spans_of(start, restore, breaks, np.arange(6), 1)
    >>> (spans.first.tolist(), spans.stop.tolist())
    ([1], [4])
    """
    first, last = _long_runs(np.flatnonzero(start & ~restore), breaks, at, delay_us)
    if not len(first):
        return Spans(first, last, np.zeros(0, np.uint8))
    stops = np.append(np.flatnonzero(restore | breaks), len(start))
    stop = stops[np.searchsorted(stops, last, side="right")]
    new = np.append(True, stop[1:] != stop[:-1])
    first, stop = first[new], stop[new]
    cut = np.append(breaks, True)[stop]
    ending = np.where(cut, Ending.GAP, Ending.RESTORED).astype(np.uint8)
    return Spans(first, stop, ending)


def _long_runs(
    hits: NDArray[np.int64], breaks: NDArray[np.bool_], at: NDArray[np.int64], delay_us: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    if not len(hits):
        return hits, hits
    new = np.append(True, (np.diff(hits) > 1) | breaks[hits[1:]])
    heads = np.flatnonzero(new)
    first, last = hits[heads], hits[np.append(heads[1:], len(hits)) - 1]
    is_long = at[last] - at[first] >= delay_us
    return first[is_long], last[is_long]


def rows_of(first: NDArray[np.int64], stop: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the rows ``first`` to ``stop - 1`` of each span, one after the other (各区段的行).

    Examples
    --------
    >>> rows_of(np.array([2, 7]), np.array([4, 8])).tolist()
    [2, 3, 7]
    """
    lengths = stop - first
    shift = np.repeat(first - (np.cumsum(lengths) - lengths), lengths)
    return np.asarray(np.arange(len(shift)) + shift, dtype=np.int64)
