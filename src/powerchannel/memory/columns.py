"""Checked tables to columns of whole numbers, ids as keys over one table of names (整数列)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from powerchannel.ids import Ids
from powerchannel.memory.names import keys_over, sorted_names, used_names
from powerchannel.tables import CheckedTable, Column, Schema

__all__ = ["id_columns", "integer_columns", "integer_types", "names_of"]

_WIDTHS: Mapping[str, type[np.integer]] = {"date": np.int32, "code": np.int8, "flag": np.int8}


def id_columns(schemas: Mapping[str, Schema], *others: str) -> dict[str, frozenset[str]]:
    """Return which columns of each table are ids (编号列).

    Parameters
    ----------
    schemas : mapping of table name to Schema
        The contracts.
    *others : str
        Columns of ids that a state puts beside those of every table.
    """
    return {
        name: frozenset({c.name for c in schema.columns if c.kind == "id"} | {*others})
        for name, schema in schemas.items()
    }


def integer_types(columns: Iterable[Column]) -> dict[str, type[np.integer]]:
    """Return how wide each column is kept (列宽)."""
    return {column.name: _WIDTHS.get(column.kind, np.int64) for column in columns}


def integer_columns(
    table: CheckedTable, columns: Iterable[Column], names: NDArray[np.object_]
) -> dict[str, NDArray[np.integer]]:
    """Return columns of a checked table as whole numbers (整数列).

    Parameters
    ----------
    table : CheckedTable
        The rows.
    columns : iterable of Column
        Which of its columns; of any kind but text.
    names : ndarray of object
        What ids are keys over.

    Returns
    -------
    dict of str to ndarray, shape (rows,)
        Keys, units of the last decimal, days and microseconds since 1970, places of codes, flags;
        each as wide as `integer_types` says.
    """
    types = integer_types(columns := tuple(columns))
    return {c.name: _values(table, c, names).astype(types[c.name], copy=False) for c in columns}


def _values(table: CheckedTable, column: Column, names: NDArray[np.object_]) -> NDArray[np.integer]:
    if column.kind == "id":
        return keys_over(table.ids(column.name), names)
    read: Mapping[str, Callable[[str], NDArray[np.integer]]] = {
        "decimal": table.decimals,
        "date": table.dates,
        "code": table.codes,
        "flag": table.flags,
        "time": table.times,
    }
    return read[column.kind](column.name)


def names_of(tables: Iterable[CheckedTable]) -> NDArray[np.object_]:
    """Return every id of some tables that is not all digits, sorted (全部名称)."""
    ids = [v for table in tables for v in table.values.values() if isinstance(v, Ids)]
    return sorted_names([used_names(v.keys, v.names) for v in ids])
