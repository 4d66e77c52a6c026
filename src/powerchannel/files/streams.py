"""Files read and written batch by batch, for tables that need not be held whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from powerchannel.files.arrow_file import damaged, require_pyarrow
from powerchannel.files.source import EXTENSIONS, extension_of

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["can_stream", "headers_of", "parts_of"]

_BATCH = 1 << 17  # rows; the buffers of a batch stay in the cache between decoding and counting


def can_stream(path: Path) -> bool:
    """Tell whether a file can be read batch by batch: Parquet and Arrow IPC can (可否流式)."""
    return EXTENSIONS[extension_of(path, where=path.name)] != "text"


def headers_of(path: Path) -> tuple[str, ...]:
    """Return the column names of a Parquet or Arrow file without reading its rows (表头).

    Raises
    ------
    TableError
        When pyarrow is not installed or the file is damaged.
    """
    require_pyarrow(path, where=path.name)
    with damaged(path, where=path.name):
        if _is_parquet(path):
            import pyarrow.parquet as pq

            return tuple(pq.read_schema(path).names)
        with _open_ipc(path) as reader:
            return tuple(reader.schema.names)


def parts_of(
    path: Path, columns: Sequence[str], *, coded: Sequence[str] = ()
) -> Iterator[Callable[[], Iterator[pa.RecordBatch]]]:
    """Return the parts of a file, each to be called by the thread that reads it (分段读取).

    Parameters
    ----------
    path : Path
        A Parquet file, whose parts are its row groups, or an Arrow IPC file, which is one part.
    columns : sequence of str
        The columns to read.
    coded : sequence of str
        Text columns with few distinct values, read as such.
    """
    if not _is_parquet(path):
        yield lambda: _ipc_batches(path, columns)
        return
    import pyarrow.parquet as pq

    with damaged(path, where=path.name):
        groups = pq.read_metadata(path).num_row_groups
    for group in range(groups):
        yield lambda group=group: _group_batches(path, columns, coded, group)  # type: ignore[misc]


def _is_parquet(path: Path) -> bool:
    return extension_of(path, where=path.name) == ".parquet"


def _group_batches(
    path: Path, columns: Sequence[str], coded: Sequence[str], group: int
) -> Iterator[pa.RecordBatch]:
    import pyarrow.parquet as pq

    with damaged(path, where=path.name):
        file = pq.ParquetFile(path, read_dictionary=list(coded), pre_buffer=False)
        yield from file.iter_batches(
            _BATCH, row_groups=[group], columns=list(columns), use_threads=False
        )


def _ipc_batches(path: Path, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
    with damaged(path, where=path.name), _open_ipc(path) as reader:
        batches = (
            (reader.get_batch(i) for i in range(reader.num_record_batches))
            if hasattr(reader, "num_record_batches")
            else iter(reader)
        )
        for batch in batches:
            yield batch.select(list(columns))


def _open_ipc(path: Path) -> pa.RecordBatchReader:
    import pyarrow as pa

    source = pa.memory_map(str(path))
    is_file = source.read(6) == b"ARROW1"
    source.seek(0)
    return pa.ipc.open_file(source) if is_file else pa.ipc.open_stream(source)
