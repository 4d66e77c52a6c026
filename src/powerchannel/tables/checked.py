"""A checked table: compact columns, the rows left out, and what was found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias, cast

import numpy as np
import pandas as pd
from attrs import evolve, field, frozen
from numpy.typing import NDArray

from powerchannel.errors import Problem
from powerchannel.ids import Ids
from powerchannel.money import decimal_text
from powerchannel.tables.columns import NO_DAY, NO_NUMBER, Bad, Values, has_value
from powerchannel.tables.raw import Raw
from powerchannel.tables.schema import Column, Schema, Vocabulary
from powerchannel.times import NAT

__all__ = [
    "CheckedTable",
    "Rejected",
    "categorical",
    "counted_table",
    "empty_table",
    "frame_of",
    "problem_table",
    "rejected_table",
    "row_counts",
    "take",
]

ZONE = "Asia/Shanghai"
_TYPES: Mapping[str, type[np.integer]] = {
    "time": np.int64,
    "decimal": np.int64,
    "date": np.int32,
    "code": np.int16,
    "flag": np.int8,
}


_Part: TypeAlias = tuple[
    NDArray[np.intp], NDArray[np.object_], NDArray[np.object_], NDArray[np.object_]
]


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
        return self._joined(mask, parts)

    def with_shown(self, found: Bad, column: str, shown: list[str]) -> Rejected:
        """Return the list with rows that were kept so far, and what they show (追加)."""
        rows = found.rows
        mask = self.mask.copy()
        mask[rows] = True
        more = (rows, _fill(found.code, rows), _fill(column, rows), _objects(shown))
        return self._joined(mask, [(self.rows, self.codes, self.columns, self.values), more])

    def _joined(self, mask: NDArray[np.bool_], parts: Sequence[_Part]) -> Rejected:
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
    left_out : mapping of column name to Values
        What could be read of the rejected rows, in the order of ``rejected.rows``; not text.
    problems : tuple of Problem
        Everything that was found.
    """

    schema: Schema
    vocabularies: Mapping[str, Vocabulary]
    values: Mapping[str, Values]
    rows_in: int
    rejected: Rejected
    left_out: Mapping[str, Values] = field(factory=dict)
    problems: tuple[Problem, ...] = ()

    @property
    def rows(self) -> int:
        """How many rows were kept (保留行数)."""
        return self.rows_in - self.rejected.count

    def ids(self, name: str) -> Ids:
        """Return an id column; all null where it did not come (编号列)."""
        found = self.values.get(name)
        if found is None:
            return Ids(np.zeros(self.rows, np.int64), np.zeros(0, dtype=object))
        return cast("Ids", found)

    def times(self, name: str) -> NDArray[np.int64]:
        """Return a time column as UTC microseconds; all null where it did not come (时间列)."""
        found = self.values.get(name)
        return np.full(self.rows, NAT) if found is None else cast("NDArray[np.int64]", found)

    def codes(self, name: str) -> NDArray[np.int16]:
        """Return a code column as positions (代码列).

        Where it did not come, all are -1, or what an empty cell stands for.
        """
        found = self.values.get(name)
        if found is not None:
            return cast("NDArray[np.int16]", found)
        column = self.schema[name]
        codes = [c.code for c in column.words(self.vocabularies)]
        usual = codes.index(column.default) if column.default else -1
        return np.full(self.rows, usual, np.int16)

    def decimals(self, name: str) -> NDArray[np.int64]:
        """Return exact numbers as whole ones of the last decimal of the column (数值列).

        `NO_NUMBER` where there is none; all of them where the column did not come.
        """
        found = self.values.get(name)
        return np.full(self.rows, NO_NUMBER) if found is None else cast("NDArray[np.int64]", found)

    def dates(self, name: str) -> NDArray[np.int32]:
        """Return days since 1970-01-01; `NO_DAY` where there is none (日期列)."""
        found = self.values.get(name)
        missing = np.full(self.rows, NO_DAY, np.int32)
        return missing if found is None else cast("NDArray[np.int32]", found)

    def flags(self, name: str) -> NDArray[np.int8]:
        """Return 1 for yes, 0 for no, -1 where there is neither (是否列)."""
        found = self.values.get(name)
        missing = np.full(self.rows, -1, np.int8)
        return missing if found is None else cast("NDArray[np.int8]", found)

    def has(self, name: str) -> NDArray[np.bool_]:
        """Return where a column has a value; nowhere if it did not come (是否有值)."""
        found = self.values.get(name)
        return np.zeros(self.rows, np.bool_) if found is None else has_value(found)

    def text(self, name: str) -> Raw | None:
        """Return a text column, or None where it did not come (文本列)."""
        return cast("Raw | None", self.values.get(name))

    def without(self, mask: NDArray[np.bool_], code: str, column: str) -> CheckedTable:
        """Return the table without some of its rows, which go to the rejected ones (再剔除).

        Parameters
        ----------
        mask : ndarray of bool, shape (rows,)
            The kept rows that drop out now.
        code : str
            Why.
        column : str
            The column that shows it.
        """
        if not mask.any():
            return self
        gone, kept = np.flatnonzero(mask), np.flatnonzero(~mask)
        positions = np.flatnonzero(~self.rejected.mask)[gone]
        texts = frame_of({column: take(self.values[column], gone)}, self.schema, self.vocabularies)[
            column
        ]
        shown = ["" if pd.isna(t) else str(t) for t in texts.tolist()]
        rejected = self.rejected.with_shown(
            Bad(code=code, rows=positions, drops=True), column, shown
        )
        return evolve(
            self,
            values={name: take(v, kept) for name, v in self.values.items()},
            rejected=rejected,
            left_out={},
        )

    def frame(self) -> pd.DataFrame:
        """Return the kept rows as a data frame (转为数据表).

        Decimals are exact text with all decimals of their column, never floats; dates are
        ``datetime64`` at midnight.
        """
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
    if column.is_measured:
        numbers = values.astype(np.float64) / 10**column.decimals
        return pd.Series(np.where(has_value(values), numbers, np.nan))
    if column.kind == "decimal":
        return pd.Series(_decimal_texts(values.astype(np.int64), column.decimals))
    if column.kind == "date":
        days = np.where(has_value(values), values.astype(np.int64), NO_NUMBER)
        return pd.Series(days.astype("datetime64[D]").astype("datetime64[us]"))
    if column.kind == "flag":
        return pd.Series(pd.arrays.BooleanArray(values == 1, values < 0))
    stamps = pd.DatetimeIndex(values.astype(np.int64).view("datetime64[us]"))
    return pd.Series(stamps.tz_localize("UTC").tz_convert(ZONE))


def _decimal_texts(values: NDArray[np.int64], decimals: int) -> NDArray[np.object_]:
    is_null = values == NO_NUMBER
    plain = np.where(is_null, 0, values)
    texts = decimal_text(plain, decimals)
    cells = texts.astype(object)
    cells[is_null] = None
    return cells


def categorical(codes: NDArray[np.integer], names: Sequence[str]) -> pd.Categorical:
    """Return codes as a categorical column; -1 is null (分类列)."""
    dtype = pd.CategoricalDtype(list(names))
    return pd.Categorical.from_codes(codes, dtype=dtype)


def empty_table(
    schema: Schema,
    vocabularies: Mapping[str, Vocabulary],
    *,
    names: tuple[str, ...] | None = None,
) -> CheckedTable:
    """Return a table without rows, of all columns or of some (空表)."""
    values: dict[str, Values] = {}
    for column in (schema[name] for name in (schema.names if names is None else names)):
        if column.kind == "id":
            values[column.name] = Ids.empty()
        elif column.kind == "text":
            nothing = np.zeros(0, dtype=object)
            values[column.name] = Raw(kind="text", values=nothing, is_null=np.zeros(0, np.bool_))
        else:
            values[column.name] = np.zeros(0, _TYPES[column.kind])
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


def row_counts(tables: Mapping[str, CheckedTable]) -> tuple[tuple[str, int, int, int], ...]:
    """Return of each table its name, rows in, kept and rejected (各表行数)."""
    return tuple((n, t.rows_in, t.rows, t.rejected.count) for n, t in tables.items())


def counted_table(tables: Mapping[str, CheckedTable]) -> pd.DataFrame:
    """Return the rows of each table: table, rows_in, kept, rejected (行数核对表)."""
    return pd.DataFrame(row_counts(tables), columns=["table", "rows_in", "kept", "rejected"])
