"""Sparse marks beside the uses: complaints, dislikes, evidence and standing facts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

__all__ = [
    "EVIDENCE_KEY",
    "EVIDENCE_REDUCE",
    "FACT_KEY",
    "FACT_REDUCE",
    "MARK_KEY",
    "MARK_REDUCE",
    "Marks",
    "Reduce",
]

Reduce: TypeAlias = Literal["sum", "max", "min"]

MARK_KEY = ("customer", "channel", "month")
EVIDENCE_KEY = ("customer", "kind", "month")
FACT_KEY = ("customer", "channel", "fact", "since")

MARK_REDUCE: Mapping[str, Reduce] = {"complaints": "sum", "disliked": "max", "withdrawn": "max"}
EVIDENCE_REDUCE: Mapping[str, Reduce] = {"count": "sum"}
FACT_REDUCE: Mapping[str, Reduce] = {"until": "min"}
_JOIN: Mapping[Reduce, np.ufunc] = {"sum": np.add, "max": np.maximum, "min": np.minimum}


@frozen(eq=False)
class Marks:
    """Rows of integers with a unique key, sorted by it; values join by sum, max or min (标记).

    Parameters
    ----------
    key : tuple of str
        The columns of the key; the first is the customer's row.
    reduce : mapping of column name to {"sum", "max", "min"}
        How the values of rows with the same key join.
    columns : mapping of column name to ndarray of int64
        Key and values.
    """

    key: tuple[str, ...]
    reduce: Mapping[str, Reduce]
    columns: Mapping[str, NDArray[np.int64]]

    @classmethod
    def of(
        cls,
        key: tuple[str, ...],
        reduce: Mapping[str, Reduce],
        columns: Mapping[str, NDArray[np.integer]],
    ) -> Marks:
        """Join rows with the same key and sort them (归并).

        Examples
        --------
        >>> two = {"customer": np.array([1, 1]), "month": np.array([5, 5]), "n": np.array([2, 3])}
        >>> Marks.of(("customer", "month"), {"n": "sum"}, two).columns["n"].tolist()
        [5]
        """
        order = np.lexsort([columns[n] for n in reversed(key)])
        rows = {n: np.asarray(columns[n], dtype=np.int64)[order] for n in (*key, *reduce)}
        is_first = np.ones(len(order), np.bool_)
        is_first[1:] = np.any([rows[n][1:] != rows[n][:-1] for n in key], axis=0)
        first = np.flatnonzero(is_first)
        joined = {n: rows[n][first] for n in key}
        joined |= {n: _JOIN[how].reduceat(rows[n], first) for n, how in reduce.items()}
        return cls(key, reduce, joined)

    @classmethod
    def empty(cls, key: tuple[str, ...], reduce: Mapping[str, Reduce]) -> Marks:
        """Return marks without rows (空)."""
        return cls(key, reduce, {n: np.zeros(0, np.int64) for n in (*key, *reduce)})

    def __len__(self) -> int:
        return len(self.columns["customer"])

    def __getitem__(self, name: str) -> NDArray[np.int64]:
        return self.columns[name]

    def merge(self, other: Marks) -> Marks:
        """Join with other marks of the same kind (合并)."""
        both = {n: np.concatenate([v, other.columns[n]]) for n, v in self.columns.items()}
        return Marks.of(self.key, self.reduce, both)

    def where(self, mask: NDArray[np.bool_]) -> Marks:
        """Return the rows where a mask holds (筛选)."""
        return Marks(self.key, self.reduce, {n: v[mask] for n, v in self.columns.items()})

    def moved(self, rows: NDArray[np.int64]) -> Marks:
        """Return the marks with customers at other rows, in the same order (换行)."""
        return Marks(
            self.key, self.reduce, {**self.columns, "customer": rows[self.columns["customer"]]}
        )

    def moved_to(self, rows: NDArray[np.int64]) -> Marks:
        """Return the marks with each customer as its place among ascending rows (重编)."""
        place = np.searchsorted(rows, self.columns["customer"])
        return Marks(self.key, self.reduce, {**self.columns, "customer": place})

    def picked(self, rows: NDArray[np.int64], customers: int) -> Marks:
        """Return the marks of some of the customers, ascending (取客户)."""
        place = np.full(customers, -1, np.int64)
        place[rows] = np.arange(len(rows))
        kept = self.where(place[self.columns["customer"]] >= 0)
        return kept.moved(place)

    def block(self, start: int, stop: int) -> Marks:
        """Return the marks of customers ``start`` to ``stop``, counted from `start` (取块)."""
        first, last = np.searchsorted(self.columns["customer"], [start, stop])
        part = {n: v[first:last] for n, v in self.columns.items()}
        return Marks(self.key, self.reduce, {**part, "customer": part["customer"] - start})

    def equals(self, other: Marks) -> bool:
        """Tell whether both hold the same rows (相等)."""
        return all(np.array_equal(v, other.columns[n]) for n, v in self.columns.items())
