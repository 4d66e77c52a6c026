"""Arrow columns as plain NumPy arrays, chunk by chunk, without a str a row."""

from __future__ import annotations

import contextlib
import math
from decimal import Decimal
from typing import cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from attrs import evolve
from numpy.typing import NDArray

from powerchannel.tables.raw import (
    WIDEST,
    Raw,
    floats,
    from_objects,
    numbers,
    object_array,
    text_column,
)

__all__ = ["from_arrow"]

_SMALL_CHUNK = 16_384


def from_arrow(native: object) -> Raw:
    """Convert a pyarrow array or chunked array (Arrow 列转换)."""
    column = native if isinstance(native, pa.ChunkedArray) else pa.chunked_array([native])
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _dictionary(column)
    if _is_text(kind):
        return _text(column.cast(pa.large_string()))
    if _is_binary(kind):
        return _binary(column)
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        return _time(column)
    if pa.types.is_null(kind):
        return from_objects(np.full(len(column), None, dtype=object))
    if pa.types.is_integer(kind):
        return numbers("integer", _plain(pc.fill_null(column, 0)), _nulls(column))
    if pa.types.is_floating(kind):
        return floats(_plain(pc.fill_null(column.cast(pa.float64()), math.nan)))
    if pa.types.is_boolean(kind):
        return numbers("boolean", _plain(pc.fill_null(column, fill_value=False)), _nulls(column))
    return _other(column)


def _other(column: pa.ChunkedArray) -> Raw:
    """Whole decimals, which databases make of their numbers, are integers."""
    if pa.types.is_decimal(column.type):
        with contextlib.suppress(pa.ArrowInvalid):
            return from_arrow(column.cast(pa.int64()))
        if pa.types.is_decimal128(column.type):
            return _decimals(column) or from_objects(object_array(column.to_pylist()))
    return from_objects(object_array(column.to_pylist()))


def _decimals(column: pa.ChunkedArray) -> Raw | None:
    """Read decimals as whole numbers of their last one, where they fit int64."""
    is_null = _nulls(column)
    parts = [np.zeros(0, np.int64)]
    for chunk in column.fill_null(Decimal(0)).chunks:
        if chunk.type.bit_width == 128 and len(chunk):
            halves = np.frombuffer(chunk.buffers()[1], np.int64).reshape(-1, 2)
            low, high = halves[chunk.offset : chunk.offset + len(chunk)].T
            if not (high == low >> 63).all():
                return None
            parts.append(low)
    near = _plain(pc.fill_null(column.cast(pa.float64()), math.nan))
    exact = np.concatenate(parts)
    return Raw(
        kind="float", values=near, is_null=is_null, exact=exact, scale=int(column.type.scale)
    )


def _dictionary(column: pa.ChunkedArray) -> Raw:
    array = column.combine_chunks()
    words = array.dictionary
    if pa.types.is_dictionary(words.type):
        return from_arrow(array.dictionary_decode())
    pool = _pool(words.cast(pa.large_string())) if _is_text(words.type) else from_arrow(words)
    codes = pc.fill_null(array.indices.cast(pa.int32()), -1)
    return evolve(pool, codes=_plain(codes).astype(np.int32))


def _nulls(column: pa.ChunkedArray) -> NDArray[np.bool_]:
    return _plain(pc.is_null(column)).astype(np.bool_)


def _plain(column: pa.ChunkedArray | pa.Array) -> NDArray[np.generic]:
    keep = {} if isinstance(column, pa.ChunkedArray) else {"zero_copy_only": False}
    return cast("NDArray[np.generic]", column.to_numpy(**keep))


def _is_text(kind: pa.DataType) -> bool:
    is_view = getattr(pa.types, "is_string_view", lambda _: False)(kind)
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or is_view)


def _is_binary(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_binary(kind)
        or pa.types.is_large_binary(kind)
        or pa.types.is_fixed_size_binary(kind)
    )


def _binary(column: pa.ChunkedArray) -> Raw:
    """Read bytes as text: some systems write Parquet text without saying that it is text."""
    try:
        return _text(column.cast(pa.large_binary()).cast(pa.large_string()))
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return from_objects(object_array(column.to_pylist()))


def _time(column: pa.ChunkedArray) -> Raw:
    zone = getattr(column.type, "tz", None)
    stamps = column.cast(pa.timestamp("us", tz=zone), safe=False)
    micros = _plain(pc.fill_null(stamps.cast(pa.int64()), 0)).astype(np.int64)
    return Raw(kind="time", values=micros, is_null=_nulls(stamps), has_zone=zone is not None)


def _text(column: pa.ChunkedArray) -> Raw:
    """Prefer fixed-width bytes; other text travels as its distinct values."""
    blocks = [np.zeros(0, "S1")]
    for chunk in _whole(column).chunks:
        block = _fixed(chunk)
        if block is None:
            return _dictionary(column.dictionary_encode())
        blocks.append(block)
    return text_column(np.concatenate(blocks), _nulls(column))


def _whole(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Put small chunks together: each costs as much as thousands of rows."""
    is_small = len(column) < column.num_chunks * _SMALL_CHUNK
    return pa.chunked_array([column.combine_chunks()]) if is_small else column


def _pool(words: pa.Array) -> Raw:
    fixed = _fixed(words)
    cells = object_array(words.fill_null("").to_pylist()) if fixed is None else fixed
    return text_column(cells, _plain(words.is_null()).astype(np.bool_))


def _fixed(array: pa.Array) -> NDArray[np.bytes_] | None:
    """Read the bytes of ASCII cells into one matrix; None where that cannot be done."""
    _, offsets_buffer, data_buffer = array.buffers()
    rows = len(array)
    if rows == 0 or data_buffer is None:
        return np.zeros(rows, "S1")
    offsets = np.frombuffer(offsets_buffer, np.int64)[array.offset : array.offset + rows + 1]
    data = np.frombuffer(data_buffer, np.uint8)[offsets[0] : offsets[-1]]
    lengths = np.diff(offsets)
    width = max(int(lengths.max()), 1)
    if width > WIDEST or (data.size and int(data.max()) > 127) or not data.all():
        return None
    if int(lengths.min()) == width:
        return data.reshape(rows, width).copy().view(f"S{width}").reshape(rows)
    return _ragged(data, offsets[:-1] - offsets[0], lengths, width)


def _ragged(
    data: NDArray[np.uint8], starts: NDArray[np.int64], lengths: NDArray[np.int64], width: int
) -> NDArray[np.bytes_]:
    matrix = np.zeros((len(starts), width), np.uint8)
    for position in range(width):
        has = np.flatnonzero(lengths > position)
        matrix[has, position] = data[starts[has] + position]
    return matrix.view(f"S{width}").reshape(len(starts))
