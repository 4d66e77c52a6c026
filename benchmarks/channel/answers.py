"""What the sides must agree on: scores and first choices by customer, to the bit.

pyarrow is loaded when an answer is read, after the measuring: no side pays for it in memory.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from benchmarks.cases import Answer
from benchmarks.channel.rules import CHANNELS

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["answer_of", "no_answer", "read_answer", "scratch"]

_NONE = 255


def no_answer() -> Answer:
    """Return the answer of a side that only bounds the others."""
    return {}


def scratch(home: Path) -> Path:
    """Return where this process writes its scores."""
    return home / f"scores-{os.getpid()}.parquet"


def read_answer(path: Path) -> Answer:
    """Read the scores that a side wrote, and remove them."""
    import pyarrow.parquet as pq

    answer = answer_of(pq.read_table(path))
    path.unlink()
    return answer


def answer_of(table: pa.Table) -> Answer:
    """Return a wide table, whatever its order and types of text, as arrays by sorted customer.

    Parameters
    ----------
    table : pyarrow.Table
        The customer first, first_choice, and a float32 score for each channel.
    """
    customers = _keys(table.column(0))
    order = np.argsort(customers)
    scores = [table.column(name).to_numpy() for name in CHANNELS]
    return {
        "customers": customers[order],
        "first choices": _positions(table.column("first_choice"))[order],
        "scores": np.stack(scores, axis=1)[order],
    }


def _keys(column: pa.ChunkedArray) -> NDArray[np.int64]:
    """Return ids as a leading 1 and their digits, so that 0100 and 100 differ."""
    import pyarrow.compute as pc

    text = column.cast("string")
    return np.asarray(pc.binary_join_element_wise("1", text, "").cast("int64").to_numpy())


def _positions(column: pa.ChunkedArray) -> NDArray[np.uint8]:
    import pyarrow as pa
    import pyarrow.compute as pc

    found = pc.index_in(column.cast("string"), value_set=pa.array(CHANNELS))
    return np.asarray(found.fill_null(_NONE).to_numpy()).astype(np.uint8)
