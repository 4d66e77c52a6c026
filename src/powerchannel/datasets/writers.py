"""Exports as files: CSV, Parquet and Arrow IPC, the same bytes for the same export.

CSV is put together from bytes in NumPy, some rows at a time: it does not depend on how a version
of pandas formats, and ten million rows take seconds rather than minutes.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from powerchannel.datasets.exports import Export, ExportColumn, PooledColumn, Rows, ValueColumn
from powerchannel.datasets.frames import texts

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Encoding", "Format", "write_export"]

Format: TypeAlias = Literal["csv", "parquet", "arrow"]
Encoding: TypeAlias = Literal["utf-8", "gb18030"]

_ROWS_A_BATCH = 1_000_000
_NEEDS_QUOTES = re.compile('[",\r\n]')
_COMMA, _NEWLINE = ord(","), ord("\n")


def write_export(export: Export, path: Path, format_: Format, encoding: Encoding) -> None:
    """Write an export to a file, which appears whole or not at all (写出文件).

    Parameters
    ----------
    export : Export
        The table.
    path : Path
        The file; one that exists is replaced.
    format_ : {"csv", "parquet", "arrow"}
        The format.
    encoding : {"utf-8", "gb18030"}
        Of a CSV file.

    Raises
    ------
    ImportError
        For Parquet and Arrow, when pyarrow is not installed.
    """
    if format_ != "csv":
        _require_pyarrow()
    with _whole(path) as part:
        if format_ == "csv":
            _write_csv(export, part, encoding)
        elif format_ == "parquet":
            _write_parquet(export, part)
        else:
            _write_arrow(export, part)


def _require_pyarrow() -> None:
    try:
        import pyarrow  # noqa: F401
    except ImportError as error:
        raise ImportError(
            '写 Parquet 与 Arrow 文件需要 pyarrow：pip install "powerchannel[arrow]" / '
            'Parquet and Arrow files need pyarrow: pip install "powerchannel[arrow]"'
        ) from error


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    part = path.with_name(path.name + ".part")
    try:
        yield part
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def _write_csv(export: Export, path: Path, encoding: Encoding) -> None:
    columns = [_csv_column(column, encoding) for column in export.columns]
    headers = ",".join(_quoted(column.header) for column in export.columns)
    with path.open("wb") as file:
        file.write(headers.encode(encoding) + b"\n")
        for rows in export.rows.parts():
            file.write(_csv_lines([cells(rows) for cells in columns]))


def _csv_column(column: ExportColumn, encoding: Encoding) -> Callable[[Rows], NDArray[np.bytes_]]:
    if isinstance(column, ValueColumn):
        return column.cells
    pool = np.array([_quoted(text).encode(encoding) for text in column.pool], dtype=np.bytes_)
    return lambda rows: pool[column.positions(rows)]


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if _NEEDS_QUOTES.search(text) else text


def _csv_lines(columns: list[NDArray[np.bytes_]]) -> bytes:
    """Join cells of fixed width, then leave out the NUL bytes that fill them up."""
    count = len(columns[0])
    widths = [column.dtype.itemsize for column in columns]
    lines = np.empty((count, sum(widths) + len(widths)), dtype=np.uint8)
    end = 0
    for column, width in zip(columns, widths, strict=True):
        start, end = end, end + width + 1
        cells = np.ascontiguousarray(column).view(np.uint8).reshape(count, width)
        lines[:, start : end - 1] = cells
        lines[:, end - 1] = _COMMA
    lines[:, -1] = _NEWLINE
    return bytes(lines[lines != 0].data)


def _write_parquet(export: Export, path: Path) -> None:
    import pyarrow.parquet as pq

    schema = _schema(export)
    with pq.ParquetWriter(path, schema) as writer:
        for table in _arrow_tables(export, schema):
            writer.write_table(table)


def _write_arrow(export: Export, path: Path) -> None:
    import pyarrow as pa

    schema = _schema(export)
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, schema) as writer:
        for table in _arrow_tables(export, schema):
            writer.write_table(table)


def _schema(export: Export) -> pa.Schema:
    import pyarrow as pa

    return pa.schema([(column.header, _arrow_type(column)) for column in export.columns])


def _arrow_type(column: ExportColumn) -> pa.DataType:
    import pyarrow as pa

    if isinstance(column, PooledColumn) or not column.is_typed:
        return pa.string()
    if column.values.dtype.kind == "i":
        return pa.int64()
    if column.values.dtype.kind == "f":
        return pa.float64()
    return pa.date32() if column.is_date else pa.timestamp("us")


def _arrow_tables(export: Export, schema: pa.Schema) -> Iterator[pa.Table]:
    import pyarrow as pa

    columns = [_arrow_column(column) for column in export.columns]
    for rows in export.rows.parts(_ROWS_A_BATCH):
        yield pa.Table.from_arrays([cells(rows) for cells in columns], schema=schema)


def _arrow_column(column: ExportColumn) -> Callable[[Rows], pa.Array]:
    import pyarrow as pa

    if isinstance(column, PooledColumn):
        pool = pa.array([text or None for text in column.pool], type=pa.string())
        return lambda rows: pool.take(pa.array(column.positions(rows) % len(pool)))
    if column.is_typed:
        kind = _arrow_type(column)
        values = column.values.to_numpy()
        return lambda rows: pa.array(values[rows.clean], from_pandas=True).cast(kind)
    return lambda rows: pa.array(texts(column.cells(rows)).to_numpy(dtype=np.object_))
