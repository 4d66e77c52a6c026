"""Uses of one month: a saturating byte for each customer and channel."""

from __future__ import annotations

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from powerchannel._kernels.rules import CHANNELS

__all__ = ["LIMIT", "Plane", "width_of"]

LIMIT = 255
"""A cell stays at this count: more uses in a month than this cannot be told apart."""

_CELL_BYTES = 9  # a position of 8 bytes and a count
_SORT_SHARE = 16  # with fewer uses than one cell in 16, sorting beats counting every cell


def width_of(channels: int) -> int:
    """Return the bytes of a customer and month: whole 64-bit words (面宽)."""
    return -(-channels // CHANNELS) * CHANNELS


@frozen(eq=False)
class Plane:
    """Use counts of one month over all customers (月度使用面).

    Parameters
    ----------
    shape : (int, int)
        Customers and bytes a customer: channels, filled up to whole words.
    grid : ndarray of uint8, shape (customers, bytes), or None
        All cells of a busy month.
    cells : ndarray of int64, ascending
        Of any other month: positions with a use.
    counts : ndarray of uint8
        Uses there, from 1, at most 255.

    Notes
    -----
    A stray stamp in a far month costs nine bytes and not a whole plane. Which form is taken
    follows from the counts alone: the one that needs less room.
    """

    shape: tuple[int, int]
    grid: NDArray[np.uint8] | None
    cells: NDArray[np.int64]
    counts: NDArray[np.uint8]

    @classmethod
    def of(cls, shape: tuple[int, int], cells: NDArray[np.int64]) -> Plane:
        """Count uses given one position a use (计数).

        Parameters
        ----------
        shape : (int, int)
            Customers and bytes a customer.
        cells : ndarray of int64
            A position ``customer * bytes + channel`` for each use, in any order.

        Examples
        --------
        >>> Plane.of((2, 8), np.array([9, 3, 9])).dense(0, 2)[:, :4].tolist()
        [[0, 0, 0, 1], [0, 2, 0, 0]]
        """
        size = shape[0] * shape[1]
        if len(cells) * _SORT_SHARE < size:
            found, counts = np.unique(cells, return_counts=True)
            return cls._sparse(shape, found.astype(np.int64), _saturated(counts))
        return cls.of_grid(_saturated(np.bincount(cells, minlength=size)).reshape(shape))

    @classmethod
    def of_grid(cls, grid: NDArray[np.uint8]) -> Plane:
        """Take counts of all cells (由整面构造).

        Parameters
        ----------
        grid : ndarray of uint8, shape (customers, bytes)
            Must not be changed afterwards.
        """
        shape = (grid.shape[0], grid.shape[1])
        if np.count_nonzero(grid) * _CELL_BYTES >= grid.size:
            return cls(shape, grid, np.zeros(0, np.int64), np.zeros(0, np.uint8))
        cells = np.flatnonzero(grid)
        return cls(shape, None, cells, grid.reshape(-1)[cells])

    @classmethod
    def _sparse(
        cls, shape: tuple[int, int], cells: NDArray[np.int64], counts: NDArray[np.uint8]
    ) -> Plane:
        if len(cells) * _CELL_BYTES < shape[0] * shape[1]:
            return cls(shape, None, cells, counts)
        grid = np.zeros(shape, np.uint8)
        grid.reshape(-1)[cells] = counts
        return cls(shape, grid, np.zeros(0, np.int64), np.zeros(0, np.uint8))

    def merge(self, other: Plane) -> Plane:
        """Add the counts of another plane of the same shape, saturating (合并).

        Examples
        --------
        >>> a = Plane.of((1, 8), np.array([3] * 200))
        >>> int(a.merge(a).dense(0, 1).max())
        255
        """
        if self.grid is None and other.grid is None:
            cells = np.concatenate([self.cells, other.cells])
            found, inverse = np.unique(cells, return_inverse=True)
            both = np.concatenate([self.counts, other.counts])
            return Plane._sparse(
                self.shape, found, _saturated(np.bincount(inverse.reshape(-1), weights=both))
            )
        total = self.dense(0, self.shape[0]).copy()
        more = other.dense(0, self.shape[0])
        total += np.minimum(more, LIMIT - total)
        return Plane.of_grid(total)

    def moved(self, rows: NDArray[np.int64], customers: int) -> Plane:
        """Return the plane with each customer at another row, in the same order (换行)."""
        shape = (customers, self.shape[1])
        if self.grid is not None:
            grid = np.zeros(shape, np.uint8)
            grid[rows] = self.grid
            return Plane.of_grid(grid)
        customer, channel = np.divmod(self.cells, self.shape[1])
        return Plane._sparse(shape, rows[customer] * self.shape[1] + channel, self.counts)

    def picked(self, rows: NDArray[np.int64]) -> Plane:
        """Return the plane of some customers, ascending (取客户)."""
        shape = (len(rows), self.shape[1])
        if self.grid is not None:
            return Plane.of_grid(self.grid[rows])
        place = np.full(self.shape[0], -1, np.int64)
        place[rows] = np.arange(len(rows))
        customer, channel = np.divmod(self.cells, self.shape[1])
        kept = place[customer] >= 0
        cells = place[customer[kept]] * self.shape[1] + channel[kept]
        return Plane._sparse(shape, cells, self.counts[kept])

    def dense(self, start: int, stop: int) -> NDArray[np.uint8]:
        """Return the counts of customers ``start`` to ``stop`` as a matrix (展开).

        Returns
        -------
        ndarray of uint8, shape (stop - start, bytes)
            To be read only.
        """
        if self.grid is not None:
            return self.grid[start:stop]
        width = self.shape[1]
        first, last = np.searchsorted(self.cells, [start * width, stop * width])
        out = np.zeros((stop - start) * width, np.uint8)
        out[self.cells[first:last] - start * width] = self.counts[first:last]
        return out.reshape(stop - start, width)

    @property
    def uses(self) -> int:
        """How many uses are counted in all (使用总数)."""
        return int((self.counts if self.grid is None else self.grid).sum(dtype=np.int64))

    @property
    def saturated(self) -> int:
        """How many cells reached the limit (饱和格数)."""
        return int(np.count_nonzero((self.counts if self.grid is None else self.grid) == LIMIT))

    def equals(self, other: Plane) -> bool:
        """Tell whether both hold the same counts (相等)."""
        if (self.grid is None) != (other.grid is None) or self.shape != other.shape:
            return False
        if self.grid is not None:
            return np.array_equal(self.grid, other.dense(0, self.shape[0]))
        return np.array_equal(self.cells, other.cells) and np.array_equal(self.counts, other.counts)

    def parts(self) -> tuple[NDArray[np.generic], ...]:
        """Return the arrays that hold the counts (数据)."""
        return (self.cells, self.counts) if self.grid is None else (self.grid,)


def _saturated(counts: NDArray[np.generic]) -> NDArray[np.uint8]:
    return np.asarray(np.minimum(counts, LIMIT), dtype=np.uint8)
