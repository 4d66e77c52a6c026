"""Tables of rows over one table of names: merged, cut, compared (状态表)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping

import numpy as np
from attrs import evolve, frozen
from numpy.typing import NDArray

from powerchannel.memory.names import sorted_names, used_names
from powerchannel.memory.rows import Rows

__all__ = ["Memory"]


@frozen(eq=False, kw_only=True)
class Memory:
    """Tables of rows whose ids are keys over one table of names (状态存储).

    Parameters
    ----------
    names : ndarray of object, shape (names,)
        Every id that is not all digits, sorted, each once.
    tables : mapping of table name to Rows
        Ids are keys as in `powerchannel.ids.Ids`.
    ids : mapping of table name to frozenset of str
        Which columns of each table are ids.
    """

    names: NDArray[np.object_]
    tables: Mapping[str, Rows]
    ids: Mapping[str, frozenset[str]]

    def merge(self, other: Memory) -> Memory:
        """Return the rows of both; a row that both have counts once (合并).

        Raises
        ------
        MergeError
            When rows of one key differ.
        """
        names = sorted_names([self.names, other.names])
        mine, theirs = self._over(names), other._over(names)
        tables = {n: rows.merge(theirs.tables[n]) for n, rows in mine.tables.items()}
        return evolve(mine, tables=tables)

    def where(self, masks: Mapping[str, NDArray[np.bool_]]) -> Memory:
        """Return the rows where masks hold; a table without a mask stays as it is (筛选).

        Names that no row has any more are forgotten.
        """
        kept = {n: rows.where(masks[n]) if n in masks else rows for n, rows in self.tables.items()}
        return evolve(self, tables=kept)._compact()

    def _over(self, names: NDArray[np.object_]) -> Memory:
        """Return the same over another table of names that has all that are used."""
        place = np.searchsorted(names, self.names) if len(self.names) else np.zeros(0, np.int64)

        def moved(keys: NDArray[np.integer]) -> NDArray[np.int64]:
            texts = np.flatnonzero(keys < 0)
            out = keys.astype(np.int64)
            out[texts] = -1 - place[-out[texts] - 1]
            return out

        return evolve(self, names=names, tables=self._each_id(moved))

    def _compact(self) -> Memory:
        parts: list[NDArray[np.object_]] = []

        def noted(keys: NDArray[np.integer]) -> NDArray[np.int64]:
            parts.append(used_names(keys, self.names))
            return keys.astype(np.int64)

        self._each_id(noted)
        return self._over(sorted_names(parts))

    def _each_id(
        self, change: Callable[[NDArray[np.integer]], NDArray[np.int64]]
    ) -> dict[str, Rows]:
        def changed(rows: Rows) -> Rows:
            ids = self.ids[rows.name]
            columns = {n: change(v) if n in ids else v for n, v in rows.columns.items()}
            return Rows(rows.name, rows.key, columns)

        return {name: changed(rows) for name, rows in self.tables.items()}

    def equals(self, other: Memory) -> bool:
        """Tell whether both hold the same rows (相等)."""
        return np.array_equal(self.names, other.names) and all(
            rows.equals(other.tables[n]) for n, rows in self.tables.items()
        )

    @property
    def digest(self) -> str:
        """A fingerprint of all rows: equal rows, equal digests (摘要)."""
        total = hashlib.sha256("\0".join(self.names).encode())
        for name, rows in self.tables.items():
            for column, values in rows.columns.items():
                total.update(f"{name}.{column}:{len(values)}".encode())
                total.update(np.ascontiguousarray(values).tobytes())
        return "sha256:" + total.hexdigest()
