"""Uses of one month: a saturating byte for each customer and channel that has any."""

from __future__ import annotations

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

__all__ = ["LIMIT", "Plane"]

LIMIT = 255
"""A cell stays at this count: more uses in a month than this cannot be told apart."""

_SORT_SHARE = 16  # with fewer uses than one cell in 16, sorting beats counting every cell


@frozen(eq=False)
class Plane:
    """Use counts of one month over all customers (月度使用面).

    Parameters
    ----------
    shape : (int, int)
        Customers and channels.
    cells : ndarray of int64, ascending
        Positions ``customer * channels + channel`` with a use.
    counts : ndarray of uint8
        Uses there, from 1, at most 255.

    Notes
    -----
    Only cells with a use are kept: nine bytes each, so that a stray stamp in a far month costs
    nine bytes and not a whole plane, and a busy month of one use a customer costs about as much
    as a dense plane would. `dense` spreads a block of customers for the arithmetic.
    """

    shape: tuple[int, int]
    cells: NDArray[np.int64]
    counts: NDArray[np.uint8]

    @classmethod
    def of(cls, shape: tuple[int, int], cells: NDArray[np.int64]) -> Plane:
        """Count uses given one position a use (计数).

        Parameters
        ----------
        shape : (int, int)
            Customers and channels.
        cells : ndarray of int64
            A position for each use, in any order.
        """
        size = shape[0] * shape[1]
        if len(cells) * _SORT_SHARE < size:
            found, counts = np.unique(cells, return_counts=True)
        else:
            all_counts = np.bincount(cells, minlength=size)
            found = np.flatnonzero(all_counts)
            counts = all_counts[found]
        return cls(shape, found.astype(np.int64), _saturated(counts))

    def merge(self, other: Plane) -> Plane:
        """Add the counts of another plane of the same shape, saturating (合并).

        Examples
        --------
        >>> a = Plane.of((1, 8), np.array([3] * 200))
        >>> a.merge(a).counts.tolist()
        [255]
        """
        cells = np.concatenate([self.cells, other.cells])
        found, inverse = np.unique(cells, return_inverse=True)
        counts = np.bincount(
            inverse.reshape(-1), weights=np.concatenate([self.counts, other.counts])
        )
        return Plane(self.shape, found, _saturated(counts))

    def moved(self, rows: NDArray[np.int64], customers: int) -> Plane:
        """Return the plane with each customer at another row, in the same order (换行)."""
        channels = self.shape[1]
        customer, channel = np.divmod(self.cells, channels)
        return Plane((customers, channels), rows[customer] * channels + channel, self.counts)

    def picked(self, rows: NDArray[np.int64]) -> Plane:
        """Return the plane of some customers, ascending (取客户)."""
        channels = self.shape[1]
        place = np.full(self.shape[0], -1, np.int64)
        place[rows] = np.arange(len(rows))
        customer, channel = np.divmod(self.cells, channels)
        kept = place[customer] >= 0
        cells = place[customer[kept]] * channels + channel[kept]
        return Plane((len(rows), channels), cells, self.counts[kept])

    def dense(self, start: int, stop: int) -> NDArray[np.uint8]:
        """Return the counts of customers ``start`` to ``stop`` as a matrix (展开).

        Returns
        -------
        ndarray of uint8, shape (stop - start, channels)
        """
        channels = self.shape[1]
        first, last = np.searchsorted(self.cells, [start * channels, stop * channels])
        out = np.zeros((stop - start) * channels, np.uint8)
        out[self.cells[first:last] - start * channels] = self.counts[first:last]
        return out.reshape(stop - start, channels)

    @property
    def saturated(self) -> int:
        """How many cells reached the limit (饱和格数)."""
        return int((self.counts == LIMIT).sum())

    def equals(self, other: Plane) -> bool:
        """Tell whether both hold the same counts (相等)."""
        return bool(
            self.shape == other.shape
            and np.array_equal(self.cells, other.cells)
            and np.array_equal(self.counts, other.counts)
        )


def _saturated(counts: NDArray[np.generic]) -> NDArray[np.uint8]:
    return np.asarray(np.minimum(counts, LIMIT), dtype=np.uint8)
