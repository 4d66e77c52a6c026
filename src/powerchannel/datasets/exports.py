"""Tables as they stand in an export: the dirty rows where they belong, in the export's words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

import numpy as np
import pandas as pd
from attrs import frozen
from numpy.typing import NDArray

from powerchannel.datasets.dirt import file_order
from powerchannel.datasets.frames import as_bytes, is_date, texts
from powerchannel.datasets.names import Headers, header, written

__all__ = ["Export", "ExportColumn", "PooledColumn", "Rows", "ValueColumn"]


@frozen(eq=False)
class Rows:
    """Rows of an export, and where each comes from (导出行).

    Parameters
    ----------
    clean : ndarray of shape (n,)
        Row of the clean table; -1 for one that is added to it.
    dirty : ndarray of shape (n,)
        Row of the table of dirt; -1 for one that is written as it is.
    """

    clean: NDArray[np.intp]
    dirty: NDArray[np.intp]

    def __len__(self) -> int:
        return len(self.clean)

    def parts(self, most: int = 10_000) -> Iterator[Rows]:
        """Iterate over the rows, so many at a time that they fit a cache (分段).

        No rows are one part without rows.
        """
        for start in range(0, max(len(self), 1), most):
            part = slice(start, start + most)
            yield Rows(self.clean[part], self.dirty[part])


@frozen(kw_only=True, eq=False)
class PooledColumn:
    """A column whose cells are texts from a pool (词库列).

    Parameters
    ----------
    header : str
        The header.
    pool : ndarray of str
        What the cells say; the last text is empty, so that position -1 is an empty cell.
    codes : ndarray of int
        Position in the pool, for each row of the clean table.
    dirty : ndarray of int
        Position in the pool, for each row of the table of dirt.
    """

    header: str
    pool: NDArray[np.object_]
    codes: NDArray[np.integer]
    dirty: NDArray[np.intp]

    def positions(self, rows: Rows) -> NDArray[np.intp]:
        """Return where in the pool the cells of some rows are (词库位置)."""
        positions = self.codes[rows.clean].astype(np.intp)
        spoilt = np.flatnonzero(rows.dirty >= 0)
        positions[spoilt] = self.dirty[rows.dirty[spoilt]]
        return positions

    def series(self, rows: Rows) -> pd.Series:
        """Return the cells in memory, missing where the export is empty (内存列)."""
        # The empty text first, so that it becomes -1: a category of its own it must not be.
        place, names = pd.factorize(np.append("", self.pool).astype(np.object_))
        codes = place[1:][self.positions(rows)] - 1
        return pd.Series(pd.Categorical.from_codes(codes, categories=pd.Index(names[1:])))


@frozen(kw_only=True, eq=False)
class ValueColumn:
    """A column of times, whole numbers, or ASCII text that hardly repeats (数值列).

    Parameters
    ----------
    header : str
        The header.
    values : Series
        The column of the clean table.
    dirty : ndarray of bytes
        The cell, for each row of the table of dirt.
    """

    header: str
    values: pd.Series
    dirty: NDArray[np.bytes_]

    @property
    def is_typed(self) -> bool:
        """Whether the cells are times or numbers, none of them dirty (是否有类型)."""
        return self.values.dtype.kind in "Mif" and len(self.dirty) == 0

    @property
    def is_date(self) -> bool:
        """Whether times are dates, without a time of day (是否日期)."""
        return is_date(self.values)

    def cells(self, rows: Rows) -> NDArray[np.bytes_]:
        """Return the cells of some rows as ASCII (单元格)."""
        clean = as_bytes(self.values.iloc[rows.clean])
        spoilt = np.flatnonzero(rows.dirty >= 0)
        cells = clean.astype(np.promote_types(clean.dtype, self.dirty.dtype))
        cells[spoilt] = self.dirty[rows.dirty[spoilt]]
        return cells

    def series(self, rows: Rows) -> pd.Series:
        """Return the cells in memory (内存列)."""
        if self.is_typed:
            return self.values
        parts = [texts(self.cells(part)) for part in rows.parts()]
        return pd.concat(parts, ignore_index=True)


ExportColumn: TypeAlias = PooledColumn | ValueColumn


def _column(values: pd.Series, dirt: pd.DataFrame, headers: Headers) -> ExportColumn:
    name = str(values.name)
    raw = dirt[name].to_numpy(dtype=np.object_) if name in dirt else np.empty(0, np.object_)
    title = header(name, headers)
    if not isinstance(values.dtype, pd.CategoricalDtype):
        return ValueColumn(header=title, values=values, dirty=raw.astype("S"))
    clean = values.cat.categories.to_numpy(dtype=np.object_)
    dirty, said = pd.factorize(raw)
    pool = [*written(name, (*clean, *said), headers), ""]
    return PooledColumn(
        header=title,
        pool=np.array(pool, dtype=np.object_),
        codes=values.cat.codes.to_numpy(),
        dirty=len(clean) + dirty,
    )


@frozen(kw_only=True, eq=False)
class Export:
    """A table as it stands in its export (导出表).

    Parameters
    ----------
    columns : tuple of ExportColumn
        In the order of the file.
    rows : Rows
        All rows.
    """

    columns: tuple[ExportColumn, ...]
    rows: Rows

    @classmethod
    def of(cls, table: pd.DataFrame, dirt: pd.DataFrame | None, headers: Headers) -> Export:
        """Lay out a table with its dirty rows (排版).

        Parameters
        ----------
        table : DataFrame
            The clean table.
        dirt : DataFrame or None
            Its dirty rows, from `powerchannel.datasets.dirt.dirt_table`.
        headers : {"zh", "en"}
            The language of headers and code values.
        """
        if dirt is None or dirt.empty:
            rows = Rows(np.arange(len(table)), np.full(len(table), -1))
            cells = pd.DataFrame()
        else:
            rows = Rows(*file_order(dirt, len(table)))
            cells = dirt
        columns = tuple(_column(table[name], cells, headers) for name in table.columns)
        return cls(columns=columns, rows=rows)

    def frame(self) -> pd.DataFrame:
        """Return the export in memory (导出数据框)."""
        columns = {column.header: column.series(self.rows) for column in self.columns}
        return pd.DataFrame(columns, copy=False)
