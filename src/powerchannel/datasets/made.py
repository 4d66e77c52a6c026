"""What every made-up data set can do: give its tables, and write them as a utility exports them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import ClassVar

import pandas as pd
from attrs import frozen

from powerchannel.datasets.exports import Export
from powerchannel.datasets.names import Headers
from powerchannel.datasets.options import ENCODINGS, FORMATS, LANGUAGES
from powerchannel.datasets.writers import Encoding, Format, write_export
from powerchannel.registry import Registry
from powerchannel.tables import Schema
from powerchannel.text import Text

__all__ = ["MadeUp"]


@frozen(kw_only=True, eq=False, repr=False)
class MadeUp:
    """Tables that are made up, each a field of its name (模拟数据).

    A data set adds its tables as fields, and names them:

    - ``written``: those that `write` writes when none are named;
    - ``hidden``: the others, such as ``"truth"``;
    - ``schemas``: the contracts that have the Chinese headers and words of some.
    """

    written: ClassVar[tuple[str, ...]]
    hidden: ClassVar[tuple[str, ...]]
    schemas: ClassVar[Mapping[str, Schema]]

    def table(self, name: str) -> pd.DataFrame:
        """Return a table by its name (按名称取表).

        Raises
        ------
        UnknownNameError
            When there is no such table.
        """
        names = (*self.written, *self.hidden)
        frames: Mapping[str, pd.DataFrame] = {each: getattr(self, each) for each in names}
        return Registry(Text("数据表", "table"), frames).get(name)

    def exported(self, table: str, *, headers: Headers = "zh") -> pd.DataFrame:
        """Return a table as its export file has it, dirty rows included (导出表).

        Parameters
        ----------
        table : str
            One of `written` or of `hidden`.
        headers : {"zh", "en"}
            Chinese headers and code values, or the canonical ones, which tables that no utility
            has always have.

        Returns
        -------
        DataFrame
            Text and categories, missing where the file is empty. Times of a table with dirty
            rows are text: no column of times can hold a 30 February.

        Raises
        ------
        UnknownNameError
            When there is no such table.

        Examples
        --------
        >>> from powerchannel.datasets import billing_month, province
        >>> list(province(100, 2, seed=1).exported("contacts"))[:3]
        ['客户编号', '渠道', '办理时间']
        >>> list(billing_month(20, seed=1).exported("readings"))
        ['表号', '示数类型', '抄表日期', '示数']
        """
        return self._export(table, LANGUAGES.get(headers)).frame()

    def write(
        self,
        folder: str | os.PathLike[str],
        *,
        format: Format,  # noqa: A002
        encoding: Encoding = "utf-8",
        headers: Headers = "zh",
        tables: Iterable[str] | None = None,
    ) -> tuple[Path, ...]:
        """Write export files, such as ``contacts.csv`` (写出导出文件).

        The same data set gives the same bytes; those of Parquet name the version of pyarrow.

        Parameters
        ----------
        folder : str or path
            Where to; made if need be. Files that exist are replaced.
        format : {"csv", "parquet", "arrow"}
            In Parquet and Arrow IPC times are timestamps, except in a table with dirty rows.
        encoding : {"utf-8", "gb18030"}
            Of CSV files; the other formats have their own.
        headers : {"zh", "en"}
            As in `exported`.
        tables : iterable of str, optional
            Names of tables; those of `written` by default.

        Returns
        -------
        tuple of Path
            The files, in the order of the tables.

        Raises
        ------
        ImportError
            For Parquet and Arrow, when pyarrow is not installed.
        UnknownNameError
            When there is no such table, format, encoding or language.

        Examples
        --------
        >>> import tempfile
        >>> from powerchannel.datasets import province
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     paths = province(100, 2, seed=1).write(folder, format="csv", tables=["facts"])
        ...     print(paths[0].name, paths[0].read_text("utf-8").split()[0])
        facts.csv 客户编号,渠道,事实,开始时间,结束时间
        """
        wanted = self.written if tables is None else tuple(tables)
        kind, text, words = FORMATS.get(format), ENCODINGS.get(encoding), LANGUAGES.get(headers)
        exports = {Path(folder) / f"{name}.{kind}": self._export(name, words) for name in wanted}
        Path(folder).mkdir(parents=True, exist_ok=True)
        for path, export in exports.items():
            write_export(export, path, kind, text)
        return tuple(exports)

    def _export(self, name: str, headers: Headers) -> Export:
        table = self.table(name)
        if headers == "zh" and name in self.schemas:
            table = _in_chinese(table, self.schemas[name])
        return Export.of(table, None, "en")

    def _counted(self, names: Iterable[str]) -> str:
        """Return how many rows some tables have, for people."""
        return ", ".join(f"{name}: {len(self.table(name)):,}" for name in names)


_FLAGS = {"yes": "是", "no": "否"}


def _in_chinese(table: pd.DataFrame, schema: Schema) -> pd.DataFrame:
    """Return a table with the labels of its schema."""
    columns = {c.name: c for c in schema.columns if c.name in table}
    words = {
        column.name: table[column.name].cat.rename_categories(
            {code.code: code.title.zh for code in column.codes} or _FLAGS
        )
        for column in columns.values()
        if column.kind in ("code", "flag")
    }
    return table.assign(**words).rename(columns={n: c.title.zh for n, c in columns.items()})
