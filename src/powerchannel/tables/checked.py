"""A checked table: compact columns, the rows left out, and what was found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import cast

import numpy as np
import pandas as pd
from attrs import frozen
from numpy.typing import NDArray

from powerchannel.errors import Problem
from powerchannel.ids import Ids
from powerchannel.tables.raw import Raw
from powerchannel.tables.reading import Bad, Values
from powerchannel.tables.schema import Column, Schema, Vocabulary
from powerchannel.times import NAT

__all__ = [
    "CheckedTable",
    "Rejected",
    "categorical",
    "empty_table",
    "frame_of",
    "problem_table",
    "rejected_table",
    "take",
]

ZONE = "Asia/Shanghai"


@frozen(eq=False)
class Rejected:
    """The rows that were left out, each with its first reason (剔除的行).

    Parameters
    ----------
    mask : ndarray of bool, shape (rows in,)
        Whether a row was left out.
    rows : ndarray of int, shape (count,)
        Their positions, counted from 0, ascending.
    codes, columns, values : ndarray of str, shape (count,)
        Why, where, and what stood there.
    """

    mask: NDArray[np.bool_]
    rows: NDArray[np.intp]
    codes: NDArray[np.object_]
    columns: NDArray[np.object_]
    values: NDArray[np.object_]

    @property
    def count(self) -> int:
        """How many rows were left out (剔除行数)."""
        return len(self.rows)

    @classmethod
    def none(cls, rows: int) -> Rejected:
        """Return an empty list for a table of so many rows (无剔除)."""
        nothing = np.zeros(0, dtype=object)
        return cls(np.zeros(rows, np.bool_), np.zeros(0, np.intp), nothing, nothing, nothing)

    @classmethod
    def of(cls, rows: int, bad: Iterable[tuple[str, Bad]], raws: Mapping[str, Raw]) -> Rejected:
        """Collect the rows left out for any reason (汇总剔除行)."""
        return cls.none(rows).with_more(bad, raws)

    def with_more(self, bad: Iterable[tuple[str, Bad]], raws: Mapping[str, Raw]) -> Rejected:
        """Return the list with further rows; a row keeps its first reason (追加)."""
        mask = self.mask.copy()
        parts = [(self.rows, self.codes, self.columns, self.values)]
        for name, found in bad:
            fresh = found.rows[~mask[found.rows]]
            mask[fresh] = True
            shown = raws[name].shown(fresh) if name in raws else [""] * len(fresh)
            parts.append((fresh, _fill(found.code, fresh), _fill(name, fresh), _objects(shown)))
        rows = np.concatenate([p[0] for p in parts])
        order = np.argsort(rows, kind="stable")
        codes, columns, values = (np.concatenate([p[i] for p in parts])[order] for i in (1, 2, 3))
        return Rejected(mask, rows[order], codes, columns, values)


def _fill(word: str, like: NDArray[np.intp]) -> NDArray[np.object_]:
    return np.full(len(like), word, dtype=object)


def _objects(values: list[str]) -> NDArray[np.object_]:
    out = np.empty(len(values), dtype=object)
    out[:] = values
    return out


@frozen(eq=False, kw_only=True)
class CheckedTable:
    """One table after checking (检查后的表).

    Parameters
    ----------
    schema : Schema
        Its contract.
    vocabularies : mapping of name to vocabulary
        The code tables it was read with.
    values : mapping of column name to Values
        The kept rows, compact.
    rows_in : int
        How many rows came in.
    rejected : Rejected
        The rows left out; ``rows_in == rows + rejected.count``.
    problems : tuple of Problem
        Everything that was found.
    """

    schema: Schema
    vocabularies: Mapping[str, Vocabulary]
    values: Mapping[str, Values]
    rows_in: int
    rejected: Rejected
    problems: tuple[Problem, ...] = ()

    @property
    def rows(self) -> int:
        """How many rows were kept (保留行数)."""
        return self.rows_in - self.rejected.count

    def ids(self, name: str) -> Ids:
        """Return an id column (编号列)."""
        return cast("Ids", self.values[name])

    def times(self, name: str) -> NDArray[np.int64]:
        """Return a time column as UTC microseconds; all null where it did not come (时间列)."""
        found = self.values.get(name)
        return np.full(self.rows, NAT) if found is None else cast("NDArray[np.int64]", found)

    def codes(self, name: str) -> NDArray[np.int16]:
        """Return a code column as positions; all -1 where it did not come (代码列)."""
        found = self.values.get(name)
        missing = np.full(self.rows, -1, np.int16)
        return missing if found is None else cast("NDArray[np.int16]", found)

    def text(self, name: str) -> Raw | None:
        """Return a text column, or None where it did not come (文本列)."""
        return cast("Raw | None", self.values.get(name))

    def frame(self) -> pd.DataFrame:
        """Return the kept rows as a data frame (转为数据表)."""
        return frame_of(self.values, self.schema, self.vocabularies)


def take(values: Values, rows: NDArray[np.intp]) -> Values:
    """Return a column at some rows (取行)."""
    return values[rows] if isinstance(values, np.ndarray) else values.take(rows)


def frame_of(
    values: Mapping[str, Values], schema: Schema, vocabularies: Mapping[str, Vocabulary]
) -> pd.DataFrame:
    """Return compact columns as a data frame with the contract's types (转为数据表)."""
    series = {
        c.name: _series(values[c.name], c, vocabularies) for c in schema.columns if c.name in values
    }
    return pd.DataFrame(series)


def _series(values: Values, column: Column, vocabularies: Mapping[str, Vocabulary]) -> pd.Series:
    if isinstance(values, Ids):
        return pd.Series(values.to_text())
    if isinstance(values, Raw):
        return pd.Series(values.objects(), dtype=object).infer_objects()
    if column.kind == "code":
        names = [c.code for c in column.words(vocabularies)]
        return pd.Series(categorical(values, names))
    stamps = pd.DatetimeIndex(values.astype(np.int64).view("datetime64[us]"))
    return pd.Series(stamps.tz_localize("UTC").tz_convert(ZONE))


def categorical(codes: NDArray[np.integer], names: Sequence[str]) -> pd.Categorical:
    """Return codes as a categorical column; -1 is null (分类列)."""
    dtype = pd.CategoricalDtype(list(names))
    return pd.Categorical.from_codes(codes, dtype=dtype)


def empty_table(schema: Schema, vocabularies: Mapping[str, Vocabulary]) -> CheckedTable:
    """Return a table without rows (空表)."""
    values: dict[str, Values] = {}
    for column in schema.columns:
        if column.kind == "id":
            values[column.name] = Ids.empty()
        elif column.kind == "text":
            nothing = np.zeros(0, dtype=object)
            values[column.name] = Raw(kind="text", values=nothing, is_null=np.zeros(0, np.bool_))
        else:
            is_code = column.kind == "code"
            values[column.name] = np.zeros(0, np.int16) if is_code else np.zeros(0, np.int64)
    return CheckedTable(
        schema=schema,
        vocabularies=vocabularies,
        values=values,
        rows_in=0,
        rejected=Rejected.none(0),
    )


def problem_table(problems: Iterable[Problem]) -> pd.DataFrame:
    """Return problems as a table: severity, code, where, count, examples, zh, en (问题表)."""
    columns = ["severity", "code", "where", "count", "examples", "zh", "en"]
    rows = [
        (
            p.severity,
            p.code,
            p.where,
            p.count,
            "; ".join(f"{row}: {value}" for row, value in p.examples),
            p.render("zh"),
            p.render("en"),
        )
        for p in problems
    ]
    return pd.DataFrame(rows, columns=columns)


def rejected_table(tables: Mapping[str, CheckedTable]) -> pd.DataFrame:
    """Return all rows left out: table, row, code, column, value (剔除行表)."""
    parts = [
        pd.DataFrame(
            {
                "table": np.full(t.rejected.count, name, dtype=object),
                "row": t.rejected.rows,
                "code": t.rejected.codes,
                "column": t.rejected.columns,
                "value": t.rejected.values,
            }
        )
        for name, t in tables.items()
    ]
    return pd.concat(parts, ignore_index=True)
