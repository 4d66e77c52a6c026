"""The compiled path, as `loops` calls it; the functions of `twin` say what each does."""

from typing import final

import numpy as np
from numpy.typing import NDArray

def finalise(
    planes: tuple[NDArray[np.uint8], ...],
    modifiers: NDArray[np.uint8],
    rules: bytes,
    scores: NDArray[np.float32],
    first: NDArray[np.uint8],
    stride: int,
    start: int,
    stop: int,
    level: int,
    /,
) -> None: ...
def scatter(
    codes: NDArray[np.int32],
    channels: NDArray[np.uint8],
    slots: NDArray[np.uint8],
    planes: tuple[NDArray[np.uint8], ...],
    customers: int,
    /,
) -> int: ...
def merge(into: NDArray[np.uint8], other: NDArray[np.uint8], /) -> None: ...
def slots_of(
    stamps: NDArray[np.integer],
    width: int,
    per_day: int,
    shift: int,
    table: NDArray[np.uint8],
    first_day: int,
    slots: NDArray[np.uint8],
    /,
) -> None: ...
def parse_digits(
    offsets: NDArray[np.integer],
    width: int,
    data: NDArray[np.uint8],
    keys: NDArray[np.int64],
    /,
) -> int: ...
def partition(
    keys: NDArray[np.int64],
    columns: NDArray[np.uint8],
    slots: NDArray[np.uint8],
    shards: int,
    keys_out: NDArray[np.int64],
    columns_out: NDArray[np.uint8],
    slots_out: NDArray[np.uint8],
    /,
) -> tuple[int, ...]: ...
def keys_of(numbers: NDArray[np.int64], keys: NDArray[np.int64], /) -> int: ...
def texts_of(
    keys: NDArray[np.int64], offsets: NDArray[np.int32], data: NDArray[np.uint8], /
) -> int: ...
def level() -> int: ...

@final
class IdTable:
    def __init__(self, expected: int = 0) -> None: ...
    def __len__(self) -> int: ...
    def encode(self, keys: NDArray[np.int64], codes: NDArray[np.int32], /) -> int: ...
    def keys(self) -> bytes: ...
