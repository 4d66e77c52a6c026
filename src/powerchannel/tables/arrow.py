"""Arrow columns as plain NumPy arrays; text of one byte a character without making a str."""

from __future__ import annotations

from typing import cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from attrs import evolve
from numpy.typing import NDArray

from powerchannel.tables.raw import WIDEST, Raw, from_objects, object_array, text_column

__all__ = ["from_arrow"]


def from_arrow(native: object) -> Raw:
    """Convert a pyarrow array or chunked array (Arrow 列转换)."""
    column = cast("pa.ChunkedArray | pa.Array", native)
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if isinstance(array, pa.ChunkedArray):
        array = pa.concat_arrays(array.chunks)
    kind = array.type
    if pa.types.is_dictionary(kind):
        pool = from_arrow(array.dictionary)
        if pool.codes is None:
            return evolve(pool, codes=_plain(pc.fill_null(array.indices, -1)).astype(np.int32))
        return from_arrow(array.dictionary_decode())
    if _is_text(kind):
        return _text(array.cast(pa.large_string()))
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        return _time(array)
    if pa.types.is_null(kind):
        return from_objects(np.full(len(array), None, dtype=object))
    is_null = _plain(pc.is_null(array, nan_is_null=True)).astype(np.bool_)
    if pa.types.is_integer(kind):
        return Raw(kind="integer", values=_plain(pc.fill_null(array, 0)), is_null=is_null)
    if pa.types.is_floating(kind):
        values = _plain(pc.fill_null(array, 0)).astype(np.float64)
        return Raw(kind="float", values=values, is_null=is_null)
    if pa.types.is_boolean(kind):
        return Raw(
            kind="boolean", values=_plain(array.fill_null(fill_value=False)), is_null=is_null
        )
    return from_objects(object_array(array.to_pylist()))


def _plain(array: pa.Array) -> NDArray[np.generic]:
    return cast("NDArray[np.generic]", array.to_numpy(zero_copy_only=False))


def _is_text(kind: pa.DataType) -> bool:
    is_view = getattr(pa.types, "is_string_view", lambda _: False)(kind)
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or is_view)


def _time(array: pa.Array) -> Raw:
    zone = getattr(array.type, "tz", None)
    target = pa.timestamp("us", tz=zone) if pa.types.is_timestamp(array.type) else None
    cast_to = target if target is not None else pa.timestamp("us")
    stamps = array.cast(cast_to, safe=False)
    is_null = _plain(pc.is_null(stamps)).astype(np.bool_)
    micros = _plain(pc.fill_null(stamps.cast(pa.int64()), 0)).astype(np.int64)
    return Raw(kind="time", values=micros, is_null=is_null, has_zone=zone is not None)


def _text(array: pa.Array) -> Raw:
    is_null = _plain(pc.is_null(array)).astype(np.bool_)
    fixed = _fixed(array)
    if fixed is not None:
        return text_column(fixed, is_null)
    cells = array.to_numpy(zero_copy_only=False).astype(object)
    cells[is_null] = ""
    return text_column(cells, is_null)


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
