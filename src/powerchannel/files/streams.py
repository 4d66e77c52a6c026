"""Files read batch by batch, for tables that need not be held whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from powerchannel.files.arrow_file import damaged, require_pyarrow
from powerchannel.files.read import check_content
from powerchannel.files.source import EXTENSIONS, check_names, extension_of, is_packed

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["can_stream", "headers_of", "parts_of"]

_BATCH = 1 << 17  # rows; the buffers of a batch stay in the cache between decoding and counting
_BUFFER = 1 << 18  # bytes read at a time: a column of a row group need not be held packed


def can_stream(path: Path, *, where: str) -> bool:
    """Tell whether a file can be read batch by batch: Parquet and Arrow IPC can (可否流式).

    Raises
    ------
    TableError
        When there is no such file, it is empty, or not what its name says.
    """
    return check_content(path, where=where) != "text" and not is_packed(path)


def headers_of(path: Path, *, where: str) -> tuple[str, ...]:
    """Return the column names of a Parquet or Arrow file without reading its rows (表头).

    Raises
    ------
    TableError
        When pyarrow is not installed, the file is damaged, or names a column twice.
    """
    require_pyarrow(path, where=where)
    with damaged(path, where=where):
        names = tuple(_names(path))
    check_names(names, path, where=where)
    return names


def _names(path: Path) -> Sequence[str]:
    if _is_parquet(path):
        import pyarrow.parquet as pq

        return list(pq.read_schema(path).names)
    with _open_ipc(path) as reader:
        return list(reader.schema.names)


def parts_of(
    path: Path, columns: Sequence[str], *, where: str, coded: Sequence[str] = ()
) -> Iterator[Callable[[], Iterator[pa.RecordBatch]]]:
    """Return the parts of a file, each to be called by the thread that reads it (分段读取).

    Parameters
    ----------
    path : Path
        A Parquet file, whose parts are its row groups, or an Arrow IPC file or stream, whose parts
        are its record batches.
    columns : sequence of str
        The columns to read.
    where : str
        The table it is for; messages begin with it.
    coded : sequence of str
        Text columns with few distinct values, read as such.

    Raises
    ------
    TableError
        When the file is damaged, here or while a part is read.
    """
    with damaged(path, where=where):
        if _is_parquet(path):
            yield from _row_groups(path, columns, where, coded)
        else:
            yield from _record_batches(path, columns)


def _is_parquet(path: Path) -> bool:
    return EXTENSIONS[extension_of(path, where=path.name)] == "parquet"


def _row_groups(
    path: Path, columns: Sequence[str], where: str, coded: Sequence[str]
) -> Iterator[Callable[[], Iterator[pa.RecordBatch]]]:
    import pyarrow.parquet as pq

    metadata = pq.read_metadata(path)

    def read(group: int) -> Iterator[pa.RecordBatch]:
        with damaged(path, where=where):
            file = pq.ParquetFile(
                path,
                metadata=metadata,
                read_dictionary=list(coded),
                pre_buffer=False,
                buffer_size=_BUFFER,
            )
            yield from file.iter_batches(
                _BATCH, row_groups=[group], columns=list(columns), use_threads=False
            )

    for group in range(metadata.num_row_groups):
        yield partial(read, group)


def _record_batches(
    path: Path, columns: Sequence[str]
) -> Iterator[Callable[[], Iterator[pa.RecordBatch]]]:
    with _open_ipc(path) as reader:
        for batch in _batches(reader):
            yield partial(_sliced, batch.select(list(columns)))


def _batches(reader: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
    """Yield the batches of a file, whose reader counts them, or of a stream."""
    if hasattr(reader, "num_record_batches"):
        return map(reader.get_batch, range(reader.num_record_batches))
    return iter(reader)


def _sliced(batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    return (batch.slice(start, _BATCH) for start in range(0, batch.num_rows, _BATCH))


def _open_ipc(path: Path) -> pa.RecordBatchReader:
    import pyarrow as pa

    source = pa.memory_map(str(path))
    is_file = source.read(6) == b"ARROW1"
    source.seek(0)
    return pa.ipc.open_file(source) if is_file else pa.ipc.open_stream(source)
