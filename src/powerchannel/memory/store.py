"""What the state of every domain can do: be merged, cut, compared and told apart (状态存储)."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import ClassVar, Self

import numpy as np
from attrs import evolve, frozen
from numpy.typing import NDArray

from powerchannel.memory.names import sorted_names, used_names
from powerchannel.memory.rows import Rows

__all__ = ["Memory"]


@frozen(eq=False, slots=False, repr=False, kw_only=True)
class Memory(ABC):
    """What a domain remembers: rows of tables, ids as keys over one table of names (状态存储).

    A domain adds its name, what it counts, which columns are ids, and what its rows mean::

        @frozen(eq=False, slots=False, repr=False, kw_only=True)
        class State(Memory):
            domain, counted, ids = "theft", "customers", id_columns(SCHEMAS)

    Parameters
    ----------
    names : ndarray of object, shape (names,)
        Every id that is not all digits, sorted, each once.
    tables : mapping of table name to Rows
        Ids are keys as in `powerchannel.ids.Ids`, over `names`.
    """

    domain: ClassVar[str]
    counted: ClassVar[str]
    ids: ClassVar[Mapping[str, frozenset[str]]]

    names: NDArray[np.object_]
    tables: Mapping[str, Rows]

    @abstractmethod
    def __len__(self) -> int: ...

    @property
    @abstractmethod
    def months(self) -> tuple[str, ...]:
        """The months of which anything is remembered, such as ``"2025-01"`` (月份)."""

    def merge(self, other: Self) -> Self:
        """Return the memory of both (合并状态).

        Associative and commutative; an empty state changes nothing; rows that both have count once.

        Raises
        ------
        MergeError
            When rows of one key differ. Take the month out with `without` and merge it as it was
            aggregated anew.
        """
        names = sorted_names([self.names, other.names])
        mine, theirs = self._over(names), other._over(names)
        tables = {n: rows.merge(theirs.tables[n]) for n, rows in mine.tables.items()}
        return evolve(mine, tables=tables)

    def _where(self, masks: Mapping[str, NDArray[np.bool_]]) -> Self:
        """Return the rows where masks hold; a table without a mask stays as it is.

        Names that no row has any more are forgotten.
        """
        kept = {n: rows.where(masks[n]) if n in masks else rows for n, rows in self.tables.items()}
        return evolve(self, tables=kept)._compact()

    def _over(self, names: NDArray[np.object_]) -> Self:
        """Return the same over another table of names that has all that are used."""
        place = np.searchsorted(names, self.names) if len(self.names) else np.zeros(0, np.int64)

        def moved(keys: NDArray[np.integer]) -> NDArray[np.int64]:
            texts = np.flatnonzero(keys < 0)
            out = keys.astype(np.int64)
            out[texts] = -1 - place[-out[texts] - 1]
            return out

        return evolve(self, names=names, tables=self._each_id(moved))

    def _compact(self) -> Self:
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

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        assert isinstance(other, Memory)
        return np.array_equal(self.names, other.names) and all(
            rows.equals(other.tables[n]) for n, rows in self.tables.items()
        )

    __hash__ = None  # type: ignore[assignment]

    @property
    def digest(self) -> str:
        """A fingerprint of everything remembered: equal states, equal digests (状态摘要)."""
        total = hashlib.sha256("\0".join(self.names).encode())
        for name, rows in self.tables.items():
            for column, values in rows.columns.items():
                total.update(f"{name}.{column}:{len(values)}".encode())
                total.update(np.ascontiguousarray(values).tobytes())
        return "sha256:" + total.hexdigest()

    def __repr__(self) -> str:
        span = f"{self.months[0]}..{self.months[-1]}" if self.months else "-"
        rows = sum(map(len, self.tables.values()))
        counted = f"{len(self):,} {self.counted}"
        return f"<{self.domain}.State {counted}, months {span}, {rows:,} rows>"
