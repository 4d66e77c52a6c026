"""Parquet and Arrow IPC files, when pyarrow is installed."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import pandas as pd

from powerchannel.files.source import check_names, fault, open_source
from powerchannel.text import Text

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = [
    "damaged",
    "read_arrow",
    "read_parquet",
    "require_pyarrow",
    "write_arrow",
    "write_parquet",
]


def require_pyarrow(path: Path, *, where: str) -> None:
    """Raise with the way out when pyarrow is not installed (检查 pyarrow).

    Raises
    ------
    TableError
        When it cannot be imported.
    """
    try:
        import pyarrow  # noqa: F401
    except ImportError:
        raise fault("no_pyarrow", where, _NO_PYARROW, file=path) from None


@contextlib.contextmanager
def damaged(path: Path, *, where: str) -> Iterator[None]:
    """Say of a file that cannot be read what is wrong with it (文件损坏).

    Raises
    ------
    TableError
        When reading fails inside.
    """
    import pyarrow as pa

    try:
        yield
    except (pa.ArrowException, OSError) as error:
        raise fault("unreadable", where, _DAMAGED, file=path, reason=error) from error


def read_parquet(path: Path, *, where: str) -> pa.Table:
    """Read a Parquet file (读取 Parquet)."""
    require_pyarrow(path, where=where)
    import pyarrow.parquet as pq

    with damaged(path, where=where), open_source(path, where=where) as source:
        table = pq.ParquetFile(source).read()
    check_names(table.column_names, path, where=where)
    return table


def read_arrow(path: Path, *, where: str) -> pa.Table:
    """Read an Arrow IPC file, or a stream, told by the first bytes (读取 Arrow)."""
    require_pyarrow(path, where=where)
    import pyarrow as pa

    with damaged(path, where=where), open_source(path, where=where) as source:
        is_file = source.read(6) == b"ARROW1"
        source.seek(0)
        open_ipc = pa.ipc.open_file if is_file else pa.ipc.open_stream
        table = open_ipc(source).read_all()
    check_names(table.column_names, path, where=where)
    return table


def write_parquet(frame: pd.DataFrame, sink: BinaryIO) -> None:
    """Write a table as Parquet (写出 Parquet)."""
    import pyarrow.parquet as pq

    pq.write_table(_arrow_table(frame), sink)


def write_arrow(frame: pd.DataFrame, sink: BinaryIO) -> None:
    """Write a table as an Arrow IPC file (写出 Arrow)."""
    import pyarrow as pa

    table = _arrow_table(frame)
    with pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)


def _arrow_table(frame: pd.DataFrame) -> pa.Table:
    import pyarrow as pa

    return pa.Table.from_pandas(frame, preserve_index=False)


_NO_PYARROW = Text(
    '文件 {file} 需要 pyarrow 才能读写；请安装：pip install "powerchannel[arrow]"，或改用 CSV。',
    'file {file} needs pyarrow: pip install "powerchannel[arrow]", or use CSV.',
)
_DAMAGED = Text(
    "文件 {file} 已损坏或不完整（{reason}）；请重新导出。",
    "file {file} is damaged or incomplete ({reason}); export it again.",
)
