"""Long tables of results and their side tables, as exact columns (结果表读入).

For tables that were checked or computed before: what cannot be read is refused, never left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from attrs import field, frozen
from numpy.typing import NDArray

from powerchannel.errors import Problem, TableError
from powerchannel.money import decimal_text
from powerchannel.tables import NO_NUMBER, Raw, Source
from powerchannel.tables.door import Frame, open_frame
from powerchannel.tables.numbers import NumberFlag, scaled
from powerchannel.text import Text

__all__ = ["DECIMALS", "Sheet", "plain_text", "read_values", "sheets_of"]

DECIMALS = 8
"""Values are whole numbers of 1e-8: prices keep all of theirs, energy goes up to 1e10 kWh."""

_VALUE_COLUMNS = ("id", "name", "period", "value")
_EXAMPLES = 3


@frozen(eq=False, kw_only=True)
class Sheet:
    """A table whose columns are read when they are asked for (数据表).

    Parameters
    ----------
    where : str
        Its name, for messages.
    source : data frame or mapping
        Any table that the library takes.
    """

    where: str
    source: Source
    _frame: Frame = field(init=False)
    _columns: dict[str, Raw] = field(factory=dict, init=False)
    _texts: dict[str, NDArray[np.object_]] = field(factory=dict, init=False)

    @_frame.default
    def _open(self) -> Frame:
        return open_frame(self.source, lambda _: True, where=self.where)

    @property
    def rows(self) -> int:
        """How many rows there are (行数)."""
        return self._frame.rows

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its columns (列名)."""
        return self._frame.headers

    def has(self, *names: str) -> bool:
        """Tell whether there are all these columns (是否有列)."""
        return set(names) <= set(self.names)

    def require(self, names: Sequence[str]) -> None:
        """Refuse the table if a column is missing (必需列).

        Raises
        ------
        TableError
            With every one that is missing.
        """
        missing = [name for name in names if not self.has(name)]
        message = Text(
            "缺少此列；现有：{known}", "this column is missing; there are: {known}"
        ).fill(known=", ".join(self.names))
        if missing:
            raise TableError(
                Problem(code="missing_column", where=f"{self.where}.{name}", message=message)
                for name in missing
            )

    def _column(self, name: str) -> Raw:
        if name not in self._columns:
            self._columns[name] = self._frame.column(name)
        return self._columns[name]

    def texts(self, name: str) -> NDArray[np.object_]:
        """Return a column of text, read-only; empty where there is none (文本列).

        Raises
        ------
        TableError
            When it holds numbers: leading zeros may be lost.
        """
        if name not in self._texts:
            self._texts[name] = self._read_texts(name)
        return self._texts[name]

    def _read_texts(self, name: str) -> NDArray[np.object_]:
        raw = self._column(name)
        if raw.kind not in ("text", "other") and not raw.nulls().all():
            raise TableError.of(
                "not_text",
                f"{self.where}.{name}",
                "此列应为文本，前导零可能已丢失；请按文本读入（dtype=str）",
                "this column must be text, leading zeros may be lost; read it as text (dtype=str)",
            )
        found = raw.objects()
        found[raw.nulls()] = ""
        found.flags.writeable = False
        return found

    def units(self, name: str, decimals: int, *, is_strict: bool = True) -> NDArray[np.int64]:
        """Return a column of numbers as whole ones of their last decimal (数值列).

        Parameters
        ----------
        name : str
            The column.
        decimals : int
            The most decimals.
        is_strict : bool
            Whether a number with more of them is refused; otherwise it counts as none.

        Returns
        -------
        ndarray of int64, shape (rows,)
            `NO_NUMBER` where there is none.
        """
        raw = self._column(name)
        found, flags = scaled(raw, decimals)
        bad = np.flatnonzero((flags != NumberFlag.OK) & (flags != NumberFlag.NULL))
        if is_strict and len(bad):
            raise _unreadable(raw, bad, f"{self.where}.{name}", decimals)
        return found

    def days(self, name: str) -> NDArray[np.datetime64]:
        """Return a column of dates; NaT where there is none (日期列)."""
        raw = self._column(name)
        cells = raw.clock_texts().objects() if raw.kind == "time" else self.texts(name)
        words = pd.Series(cells, dtype=object).fillna("").astype(str).str.slice(0, 10)
        days = pd.to_datetime(words, format="%Y-%m-%d", errors="coerce")
        is_bad = np.asarray(days.isna() & (words != ""), dtype=np.bool_)
        if is_bad.any():
            first = words[is_bad].iloc[0]
            raise TableError.of(
                "bad_date",
                f"{self.where}.{name}",
                f"{int(is_bad.sum())} 个值不是日期（如“{first}”）；请写作 2025-01-31",
                f"{int(is_bad.sum())} values are no dates (such as {first!r}); write 2025-01-31",
                count=int(is_bad.sum()),
            )
        return days.to_numpy().astype("datetime64[D]")


def _unreadable(raw: Raw, bad: NDArray[np.intp], where: str, decimals: int) -> TableError:
    shown = "; ".join(
        f"{row}: {cell}" for row, cell in zip(bad, raw.shown(bad[:_EXAMPLES]), strict=False)
    )
    return TableError.of(
        "unreadable_number",
        where,
        f"{len(bad)} 个值不是至多 {decimals} 位小数、{18 - decimals} 位整数的数"
        f"（行号: 值 {shown}）；请改正",
        f"{len(bad)} values are no numbers of at most {decimals} decimals and {18 - decimals} "
        f"digits before them (row: value {shown}); correct them",
        count=len(bad),
    )


def read_values(source: Source, where: str) -> pd.DataFrame:
    """Read a long table of results (读入结果长表).

    Parameters
    ----------
    source : data frame or mapping
        id, name, period, value, as ``Result.table`` has them.
    where : str
        What it is called in messages.

    Returns
    -------
    DataFrame
        id, name, period (text), units [1e-8] (int64), in the order of the source.

    Raises
    ------
    TableError
        When a column is missing, or a value is none.

    Examples
    --------
    >>> rows = {"id": ["a"], "name": ["amount_yuan"], "period": ["total"], "value": ["12.30"]}
    >>> read_values(rows, "ours")["units"].tolist()
    [1230000000]
    """
    sheet = Sheet(where=where, source=source)
    sheet.require(_VALUE_COLUMNS)
    units = sheet.units("value", DECIMALS)
    is_empty = units == NO_NUMBER
    if is_empty.any():
        raise TableError.of(
            "no_value",
            f"{where}.value",
            f"{int(is_empty.sum())} 行没有值（第一行：{int(np.argmax(is_empty))}）；请删去或补上",
            f"{int(is_empty.sum())} rows have no value (first: {int(np.argmax(is_empty))}); "
            "drop or complete them",
            count=int(is_empty.sum()),
        )
    texts = {name: sheet.texts(name) for name in _VALUE_COLUMNS[:-1]}
    return pd.DataFrame({**texts, "units": units})


def plain_text(units: NDArray[np.int64]) -> NDArray[np.object_]:
    """Return whole 1e-8 as decimal text without zeros at its end (数值文本).

    Examples
    --------
    >>> plain_text(np.array([1_250_000_000, -100_000_000])).tolist()
    ['12.5', '-1']
    """
    codes, distinct = pd.factorize(units)
    cells = pd.Series(decimal_text(np.asarray(distinct, np.int64), DECIMALS), dtype=object)
    return cells.str.rstrip("0").str.rstrip(".").to_numpy(dtype=object)[codes]


def sheets_of(tables: Mapping[str, Source] | None, where: str) -> dict[str, Sheet]:
    """Open several side tables (打开附表)."""
    return {n: Sheet(where=f"{where}.{n}", source=s) for n, s in (tables or {}).items()}
