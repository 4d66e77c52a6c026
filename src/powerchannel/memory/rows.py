"""Rows of one table as sorted columns, each key once (表列)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from powerchannel.errors import MergeError

__all__ = ["Rows"]


@frozen(eq=False)
class Rows:
    """Rows with a unique key, sorted by it (有序行).

    Parameters
    ----------
    name : str
        The table.
    key : tuple of str
        The columns of the key; the first is the group where the table has one.
    columns : mapping of column name to ndarray, shape (rows,)
        Whole numbers: ids as keys over the names of the state, decimals as those of the last
        decimal of their column, days since 1970.
    """

    name: str
    key: tuple[str, ...]
    columns: Mapping[str, NDArray[np.integer]]

    @classmethod
    def of(
        cls, name: str, key: tuple[str, ...], columns: Mapping[str, NDArray[np.integer]]
    ) -> Rows:
        """Sort rows and keep each once (归并).

        Raises
        ------
        MergeError
            When rows of one key differ.

        Examples
        --------
        >>> twice = {"group": np.array([2, 1, 2]), "value": np.array([7, 8, 7])}
        >>> Rows.of("t", ("group",), twice).columns["value"].tolist()
        [8, 7]
        """
        order = np.lexsort([columns[n] for n in reversed(key)])
        rows = {n: v[order] for n, v in columns.items()}
        is_first, is_new = _starts(rows, key), _starts(rows, tuple(rows))
        if bool((is_new & ~is_first).any()):
            raise _conflict(name, int((is_new & ~is_first).sum()))
        return cls(name, key, {n: v[is_first] for n, v in rows.items()})

    @classmethod
    def empty(cls, name: str, key: tuple[str, ...], types: Mapping[str, type[np.integer]]) -> Rows:
        """Return no rows (空表).

        Parameters
        ----------
        name, key
            As above.
        types : mapping of column name to type
            How wide each column is kept.
        """
        return cls(name, key, {n: np.zeros(0, dtype) for n, dtype in types.items()})

    def __len__(self) -> int:
        return len(self.columns[self.key[0]])

    def __getitem__(self, name: str) -> NDArray[np.integer]:
        return self.columns[name]

    def merge(self, other: Rows) -> Rows:
        """Return the rows of both; a row that both have counts once (合并)."""
        both = {n: np.concatenate([v, other[n]]) for n, v in self.columns.items()}
        return Rows.of(self.name, self.key, both)

    def where(self, mask: NDArray[np.bool_]) -> Rows:
        """Return the rows where a mask holds (筛选)."""
        return Rows(self.name, self.key, {n: v[mask] for n, v in self.columns.items()})

    def within(self, *values: int) -> Rows:
        """Return the rows of which the key begins with some values (取段)."""
        first, last = 0, len(self)
        for name, value in zip(self.key, values, strict=False):
            column = self[name][first:last]
            last = first + int(np.searchsorted(column, value, side="right"))
            first += int(np.searchsorted(column, value))
        part = {n: v[first:last] for n, v in self.columns.items()}
        return Rows(self.name, self.key, part)

    def equals(self, other: Rows) -> bool:
        """Tell whether both hold the same rows (相等)."""
        return all(np.array_equal(v, other[n]) for n, v in self.columns.items())


def _starts(rows: Mapping[str, NDArray[np.integer]], names: tuple[str, ...]) -> NDArray[np.bool_]:
    """Tell where a row differs from the one before."""
    is_new = np.ones(len(rows[names[0]]), np.bool_)
    is_new[1:] = False
    for name in names:
        is_new[1:] |= rows[name][1:] != rows[name][:-1]
    return is_new


def _conflict(table: str, count: int) -> MergeError:
    return MergeError.of(
        "conflict",
        f"state.{table}",
        f"{count} 行的键相同而内容不同，不知道哪行是真的；请先用 without(月份) 去掉要更正的月份，"
        "再并入重新汇总的数据",
        f"{count} rows share a key but differ, and which is true is unknown; take the months that "
        "are corrected out with without(month), then merge what was aggregated anew",
        count=count,
    )
