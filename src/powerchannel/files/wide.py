"""Writing wide scores as they come, without ever holding the whole table."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, BinaryIO, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from powerchannel._kernels.loops import loops
from powerchannel.files.source import extension_of
from powerchannel.files.write import check_target, replacing, write_table
from powerchannel.ids import Ids

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Block", "wide_batches", "wide_schema", "write_wide"]


class Block(Protocol):
    """Scores of some customers, one row a channel, and their first choices (得分块)."""

    @property
    def start(self) -> int:
        """The first customer (起)."""

    @property
    def stop(self) -> int:
        """The customer after the last (止)."""

    @property
    def scores(self) -> NDArray[np.float32]:
        """The scores, shape (channels, customers) (得分)."""

    @property
    def first(self) -> NDArray[np.int16]:
        """The channel of the first choice, -1 for none (首推渠道)."""


def write_wide(
    customers: Ids,
    channels: Sequence[str],
    blocks: Iterable[Block],
    path: str | os.PathLike[str],
) -> None:
    """Write customer_id, first_choice and one score a channel, whole or not at all (写出宽表).

    Parameters
    ----------
    customers : Ids
        All customers, in order.
    channels : sequence of str
        Names of the score columns.
    blocks : iterable of Block
        In order.
    path : path
        Parquet and Arrow IPC are written block by block.

    Raises
    ------
    TableError
        As `write_table`.
    """
    target = check_target(path)
    extension = extension_of(target, where=target.name)
    if extension in (".csv", ".csv.gz"):
        write_table(_frame(customers, channels, blocks), path)
        return
    with replacing(target) as sink:
        _write(sink, extension, channels, wide_batches(customers, channels, blocks))


def _frame(customers: Ids, channels: Sequence[str], blocks: Iterable[Block]) -> pd.DataFrame:
    parts = list(blocks)
    first = np.concatenate([b.first for b in parts]) if parts else np.zeros(0, np.int16)
    scores = [np.concatenate([b.scores[i] for b in parts] or [[]]) for i in range(len(channels))]
    names = pd.Categorical.from_codes(first, dtype=pd.CategoricalDtype(list(channels)))
    table = pd.DataFrame({"customer_id": customers.to_text(), "first_choice": names})
    return table.assign(**dict(zip(channels, scores, strict=True)))


def wide_schema(channels: Sequence[str]) -> pa.Schema:
    """Return the columns of a wide table (宽表结构)."""
    import pyarrow as pa

    scores = [(channel, pa.float32()) for channel in channels]
    choice = ("first_choice", pa.dictionary(pa.int8(), pa.string()))
    return pa.schema([("customer_id", pa.string()), choice, *scores])


def wide_batches(
    customers: Ids, channels: Sequence[str], blocks: Iterable[Block]
) -> Iterator[pa.RecordBatch]:
    """Turn blocks of scores into record batches, one after the other (宽表批次).

    Parameters
    ----------
    customers, channels, blocks
        As in `write_wide`.
    """
    import pyarrow as pa

    names = pa.array(list(channels))
    for block in blocks:
        is_null = block.first < 0
        codes = pa.array(np.where(is_null, 0, block.first).astype(np.int8), mask=is_null)
        columns = [
            _texts(customers.take(slice(block.start, block.stop))),
            pa.DictionaryArray.from_arrays(codes, names),
            *(pa.array(row) for row in block.scores),
        ]
        yield pa.RecordBatch.from_arrays(columns, schema=wide_schema(channels))


def _texts(ids: Ids) -> pa.Array:
    """Return ids as Arrow text."""
    import pyarrow as pa

    found = loops().texts_of(ids.keys)
    if found is None:
        return pa.array(ids.to_text(), pa.string())
    offsets, data = found
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(data)]
    return pa.Array.from_buffers(pa.string(), len(ids), buffers)


def _write(
    sink: BinaryIO, extension: str, channels: Sequence[str], batches: Iterable[pa.RecordBatch]
) -> None:
    import pyarrow as pa

    if extension == ".parquet":
        import pyarrow.parquet as pq

        writer = pq.ParquetWriter(
            sink,
            wide_schema(channels),
            use_dictionary=["first_choice", *channels],
            write_statistics=["customer_id"],
        )
    else:
        writer = pa.ipc.new_file(sink, wide_schema(channels))
    with writer:
        for batch in batches:
            writer.write_batch(batch)
