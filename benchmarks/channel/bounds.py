"""What no side can undercut: decoding the same columns, writing as much, moving the same bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.cases import Read, Run
from benchmarks.channel.answers import no_answer, read_answer, scratch
from benchmarks.channel.data import Files
from benchmarks.channel.rules import CHANNELS

if TYPE_CHECKING:
    from benchmarks.channel.with_powerchannel import Planes

__all__ = ["copy", "decode", "decode_and_write"]

_IN, _OUT = 7 * 8, 8 * 4 + 1  # bytes a customer: six months and marks; scores and a choice
_PIECE = 1 << 18  # too little for the C library to pass the caches by


def decode(made: Files) -> Run:
    """Decode the columns of all files with pyarrow on one thread, batch by batch."""

    def run() -> Read:
        for path in (*made.contacts, made.complaints, made.dislikes):
            file = pq.ParquetFile(path, read_dictionary=["channel"], pre_buffer=False)
            for _ in file.iter_batches(1 << 17, use_threads=False):
                pass
        return no_answer

    return run


def decode_and_write(made: Files) -> Run:
    """Decode likewise, then write finished scores by our writer; they are read before."""
    from powerchannel.files.wide import _write  # which decoding alone needs not

    decoding, batches, out = decode(made), _batches(made), scratch(made.home)

    def run() -> Read:
        decoding()
        with out.open("wb") as sink:
            _write(sink, out.suffix, CHANNELS, batches)
        return lambda: read_answer(out)

    return run


def _batches(made: Files) -> list[pa.RecordBatch]:
    reader = pa.ipc.open_file(pa.py_buffer(made.scores.read_bytes()))
    return [reader.get_batch(i) for i in range(reader.num_record_batches)]


def copy(planes: Planes, *, is_by_pieces: bool) -> Run:
    """Copy half of the bytes that scoring reads and writes, so that as many are moved.

    A large copy at once is left to the C library, which writes past the caches; pieces that fit
    the cache are written through it.
    """
    size = planes.customers * (_IN + _OUT) // 2
    source, target = np.ones(size, np.uint8), np.zeros(size, np.uint8)
    step = _PIECE if is_by_pieces else max(size, 1)

    def run() -> Read:
        for low in range(0, size, step):
            np.copyto(target[low : low + step], source[low : low + step])
        return no_answer

    return run
