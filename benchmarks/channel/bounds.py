"""What no side can undercut: decoding the same columns, moving the same bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow.parquet as pq

from benchmarks.cases import Read, Run
from benchmarks.channel.answers import no_answer
from benchmarks.channel.data import Files

if TYPE_CHECKING:
    from benchmarks.channel.with_powerchannel import Planes

__all__ = ["copy", "decode"]

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
