"""Rows seen again: by source key they are duplicates or conflicts, without one they are told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from powerchannel.ids import Ids
from powerchannel.tables.checked import frame_of, take
from powerchannel.tables.columns import Bad, Values, has_value
from powerchannel.tables.pooling import hash_cells, mix
from powerchannel.tables.raw import Raw
from powerchannel.tables.schema import Schema, Vocabulary

__all__ = ["repeated_rows"]


def repeated_rows(
    values: Mapping[str, Values],
    schema: Schema,
    vocabularies: Mapping[str, Vocabulary],
    positions: NDArray[np.intp],
) -> list[Bad]:
    """Find duplicates, conflicts and identical rows (重复与冲突).

    Parameters
    ----------
    values : mapping of column name to Values
        The rows that passed so far.
    schema : Schema
        Its `key` names the source key.
    vocabularies : mapping of name to vocabulary
        To show the rows.
    positions : ndarray of int
        The position of each row in the input.

    Notes
    -----
    Candidates are found by a hash and compared exactly afterwards.
    """
    if not len(positions):
        return []
    has_key = _has_key(values, schema, len(positions))
    found: list[Bad] = []
    keyed = np.flatnonzero(has_key)
    if len(keyed):
        names = [n for n in schema.key if n in values]
        rows = keyed[_repeats(_hash([values[n] for n in names], keyed))]
        found += _keyed(_frame(values, schema, vocabularies, rows), names, positions[rows])
    free = np.flatnonzero(~has_key)
    if len(free):
        compact = [v for v in values.values() if not isinstance(v, Raw)]
        rows = free[_repeats(_hash(compact, free))]
        same = _frame(values, schema, vocabularies, rows).duplicated().to_numpy(np.bool_)
        if same.any():
            found.append(Bad(code="identical_rows", rows=positions[rows[same]], drops=False))
    return found


def _has_key(values: Mapping[str, Values], schema: Schema, rows: int) -> NDArray[np.bool_]:
    if not schema.key or not any(name in values for name in schema.key):
        return np.zeros(rows, np.bool_)
    if schema[schema.key[-1]].kind != "text":
        return np.ones(rows, np.bool_)
    key = values.get(schema.key[-1])
    return has_value(key) if key is not None else np.zeros(rows, np.bool_)


def _frame(
    values: Mapping[str, Values],
    schema: Schema,
    vocabularies: Mapping[str, Vocabulary],
    rows: NDArray[np.intp],
) -> pd.DataFrame:
    return frame_of({n: take(v, rows) for n, v in values.items()}, schema, vocabularies)


def _keyed(frame: pd.DataFrame, key: list[str], positions: NDArray[np.intp]) -> list[Bad]:
    if frame.empty:
        return []
    group = frame.groupby(key, sort=False, dropna=False, observed=True).ngroup().to_numpy()
    contents = frame.groupby(list(frame.columns), sort=False, dropna=False, observed=True).ngroup()
    pairs = pd.DataFrame({"group": group, "content": contents.to_numpy()})
    kinds = pairs.drop_duplicates().groupby("group").size().reindex(group).to_numpy()
    conflict = kinds > 1
    duplicate = pairs.duplicated().to_numpy(np.bool_) & ~conflict
    found = []
    for code, mask in (("duplicate", duplicate), ("conflict", conflict)):
        if mask.any():
            found.append(Bad(code=code, rows=positions[mask], drops=True))
    return found


def _repeats(hashes: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Tell which hashes occur more than once; none is the usual answer, and a sort finds it."""
    ordered = np.sort(hashes)
    again = ordered[1:][ordered[1:] == ordered[:-1]]
    if not len(again):
        return np.zeros(len(hashes), np.bool_)
    return pd.Series(hashes).isin(again).to_numpy(np.bool_)


def _hash(columns: Sequence[Values], rows: NDArray[np.intp]) -> NDArray[np.uint64]:
    hashes = np.zeros(len(rows), np.uint64)
    for column in columns:
        is_whole = len(rows) == len(column)
        hashes = mix(hashes, _word(column if is_whole else take(column, rows)))
    return hashes


def _word(column: Values) -> NDArray[np.uint64]:
    if isinstance(column, Ids):
        return column.keys.view(np.uint64)
    if isinstance(column, Raw):
        per_value = np.where(column.is_null, np.uint64(0), hash_cells(column.values))
        return column.spread(per_value, null=0)
    return column.astype(np.int64).view(np.uint64)
