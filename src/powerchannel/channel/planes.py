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
        Customers and channels.
    some_cells : ndarray of int64, ascending
        Positions ``customer * channels + channel`` with a use, of a month with few.
    some_counts : ndarray of uint8
        Uses there, from 1, at most 255.
    grid : ndarray of uint8, shape (customers, bytes), optional
        All counts of a busy month instead, each customer filled up to whole 64-bit words.

    Notes
    -----
    A stray stamp in a far month costs nine bytes and not a whole plane. Which form is taken
    follows from the counts alone: the one that needs less room.
    """

    shape: tuple[int, int]
    some_cells: NDArray[np.int64]
    some_counts: NDArray[np.uint8]
    grid: NDArray[np.uint8] | None = None

    @classmethod
    def of(cls, shape: tuple[int, int], cells: NDArray[np.int64]) -> Plane:
        """Count uses given one position a use (计数).

        Parameters
        ----------
        shape : (int, int)
            Customers and channels.
        cells : ndarray of int64
            A position for each use, in any order.

        Examples
        --------
        >>> Plane.of((2, 3), np.array([4, 2, 4])).dense(0, 2).tolist()
        [[0, 0, 1], [0, 2, 0]]
        """
        size = shape[0] * shape[1]
        if len(cells) * _SORT_SHARE < size:
            found, counts = np.unique(cells, return_counts=True)
            return cls.of_cells(shape, found.astype(np.int64), _saturated(counts))
        counts = np.bincount(cells, minlength=size)
        found = np.flatnonzero(counts)
        return cls.of_cells(shape, found, _saturated(counts[found]))

    @classmethod
    def of_cells(
        cls, shape: tuple[int, int], cells: NDArray[np.int64], counts: NDArray[np.uint8]
    ) -> Plane:
        """Take counts above 0 at ascending positions (由格与次数构造)."""
        width = width_of(shape[1])
        if len(cells) * _CELL_BYTES < shape[0] * width:
            return cls(shape, cells, counts)
        grid = np.zeros((shape[0], width), np.uint8)
        grid[np.divmod(cells, shape[1])] = counts
        return cls(shape, _NO_CELLS, _NO_COUNTS, grid)

    @classmethod
    def of_grid(cls, grid: NDArray[np.uint8], channels: int) -> Plane:
        """Take all counts, filled up to whole words (由整面构造).

        Parameters
        ----------
        grid : ndarray of uint8, shape (customers, bytes)
            Must not be changed afterwards.
        channels : int
            How many of the bytes are channels.
        """
        shape = (len(grid), channels)
        if np.count_nonzero(grid) * _CELL_BYTES >= grid.size:
            return cls(shape, _NO_CELLS, _NO_COUNTS, grid)
        found = _found(grid)
        return cls(shape, _cells(found, grid.shape[1], channels), grid.reshape(-1)[found])

    @property
    def cells(self) -> NDArray[np.int64]:
        """Positions ``customer * channels + channel`` with a use, ascending (有使用的格)."""
        if self.grid is None:
            return self.some_cells
        return _cells(_found(self.grid), self.grid.shape[1], self.shape[1])

    @property
    def counts(self) -> NDArray[np.uint8]:
        """Uses at each of `cells`, at most 255 (使用次数)."""
        return self.some_counts if self.grid is None else self.grid.reshape(-1)[_found(self.grid)]

    @property
    def is_empty(self) -> bool:
        """Whether there is no use at all (是否为空)."""
        return not (self.some_cells if self.grid is None else self.grid).size

    def merge(self, other: Plane) -> Plane:
        """Add the counts of another plane of the same shape, saturating (合并).

        Examples
        --------
        >>> a = Plane.of((1, 8), np.array([3] * 200))
        >>> a.merge(a).counts.tolist()
        [255]
        """
        if self.grid is not None or other.grid is not None:
            total = self.words(0, self.shape[0]).copy()
            more = other.words(0, self.shape[0])
            total += np.minimum(more, LIMIT - total)
            return Plane.of_grid(total, self.shape[1])
        cells = np.concatenate([self.some_cells, other.some_cells])
        found, inverse = np.unique(cells, return_inverse=True)
        both = np.concatenate([self.some_counts, other.some_counts])
        counts = np.bincount(inverse.reshape(-1), weights=both)
        return Plane.of_cells(self.shape, found, _saturated(counts))

    def moved(self, rows: NDArray[np.int64], customers: int) -> Plane:
        """Return the plane with each customer at another row, in the same order (换行)."""
        if self.grid is not None:
            grid = np.zeros((customers, self.grid.shape[1]), np.uint8)
            grid[rows] = self.grid
            return Plane.of_grid(grid, self.shape[1])
        customer, channel = np.divmod(self.some_cells, self.shape[1])
        cells = rows[customer] * self.shape[1] + channel
        return Plane.of_cells((customers, self.shape[1]), cells, self.some_counts)

    def picked(self, rows: NDArray[np.int64]) -> Plane:
        """Return the plane of some customers, ascending (取客户)."""
        if self.grid is not None:
            return Plane.of_grid(self.grid[rows], self.shape[1])
        place = np.full(self.shape[0], -1, np.int64)
        place[rows] = np.arange(len(rows))
        customer, channel = np.divmod(self.some_cells, self.shape[1])
        kept = place[customer] >= 0
        cells = place[customer[kept]] * self.shape[1] + channel[kept]
        return Plane.of_cells((len(rows), self.shape[1]), cells, self.some_counts[kept])

    def dense(self, start: int, stop: int) -> NDArray[np.uint8]:
        """Return the counts of customers ``start`` to ``stop`` as a matrix (展开).

        Returns
        -------
        ndarray of uint8, shape (stop - start, channels)
            To be read only.
        """
        return self.words(start, stop)[:, : self.shape[1]]

    def words(self, start: int, stop: int) -> NDArray[np.uint8]:
        """Return the same filled up to whole words, as the scoring loop reads it (整字展开).

        Returns
        -------
        ndarray of uint8, shape (stop - start, bytes)
            To be read only.
        """
        if self.grid is not None:
            return self.grid[start:stop]
        channels = self.shape[1]
        first, last = np.searchsorted(self.some_cells, [start * channels, stop * channels])
        out = np.zeros((stop - start, width_of(channels)), np.uint8)
        customer, channel = np.divmod(self.some_cells[first:last], channels)
        out[customer - start, channel] = self.some_counts[first:last]
        return out

    @property
    def uses(self) -> int:
        """How many uses are counted in all (使用总数)."""
        return int((self.some_counts if self.grid is None else self.grid).sum(dtype=np.int64))

    @property
    def saturated(self) -> int:
        """How many cells reached the limit (饱和格数)."""
        held = self.some_counts if self.grid is None else self.grid
        return int(np.count_nonzero(held == LIMIT))

    def equals(self, other: Plane) -> bool:
        """Tell whether both hold the same counts (相等)."""
        if self.shape != other.shape or (self.grid is None) != (other.grid is None):
            return False
        pairs = zip(self.parts(), other.parts(), strict=True)
        return all(np.array_equal(mine, theirs) for mine, theirs in pairs)

    def parts(self) -> tuple[NDArray[np.generic], ...]:
        """Return the arrays that hold the counts (数据)."""
        return (self.some_cells, self.some_counts) if self.grid is None else (self.grid,)


_NO_CELLS = np.zeros(0, np.int64)
_NO_COUNTS = np.zeros(0, np.uint8)


def _saturated(counts: NDArray[np.generic]) -> NDArray[np.uint8]:
    return np.asarray(np.minimum(counts, LIMIT), dtype=np.uint8)


def _found(grid: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Return the bytes of a grid with a use, one after the other: far faster than row by row."""
    return np.flatnonzero(grid.reshape(-1) != 0)


def _cells(found: NDArray[np.int64], width: int, channels: int) -> NDArray[np.int64]:
    """Return bytes of a grid as positions ``customer * channels + channel``."""
    return found if width == channels else found - found // width * (width - channels)
