"""Reading the cells of a column of ids: runs of digits in bulk, words in bulk, the rest singly.

A block of cells becomes keys (see `powerchannel.ids.Ids`; -1 stands for a name), flags, and the
names in the order of their rows.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from enum import IntEnum
from typing import TypeAlias, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

__all__ = [
    "BLOCK_ROWS",
    "POWERS",
    "SHORT_DIGITS",
    "IdFlag",
    "block_rows",
    "grid_of",
    "key_of",
    "read_block",
]

_Read: TypeAlias = tuple[NDArray[np.int64], NDArray[np.uint8], list[str]]

BLOCK_ROWS = 1 << 16
SHORT_DIGITS = 18
POWERS: NDArray[np.int64] = 10 ** np.arange(SHORT_DIGITS + 1, dtype=np.int64)
POWERS.flags.writeable = False

_BLOCK_BYTES = 1 << 20
_LONGEST = 64
_EXACT_FLOAT = 2**53
_TOO_LONG = 10**_LONGEST

_SCIENTIFIC = re.compile(r"-?[0-9]+(\.[0-9]*)?[eE]\+[0-9]+|-?[0-9]+\.[0-9]*[eE]-?[0-9]+")
_NEGATIVE = re.compile(r"-[0-9]+(\.[0-9]*)?")
_FLOAT = re.compile(r"([0-9]+)\.0+")
_DAMAGE = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u200b-\u200f\u202a-\u202e\u2060\ud800-\udfff\ufeff\ufffd]"
)
_FULL_WIDTH = str.maketrans("０１２３４５６７８９", "0123456789")

# The kind of a cell is the worst kind of its characters, hence the order.
_EMPTY, _NUMBER, _WORD, _ODD = range(4)
_KINDS: NDArray[np.uint8] = np.full(256, _ODD, dtype=np.uint8)
_KINDS[0] = _EMPTY
_KINDS[np.frombuffer(b"0123456789", np.uint8)] = _NUMBER
_KINDS[np.frombuffer(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_", np.uint8)] = _WORD
_KINDS.flags.writeable = False


class IdFlag(IntEnum):
    """What was found in the cell of an id (编号单元格状况).

    Cells flagged `OK` and `NORMALISED` hold an id; all others are null.
    """

    OK = 0
    NORMALISED = 1
    NULL = 2
    SCIENTIFIC = 3
    NEGATIVE = 4
    FORMULA = 5
    INTEGER = 6
    DAMAGED = 7


def block_rows(values: NDArray[np.generic]) -> int:
    """Return how many rows to read at once so that the work stays in cache (分块行数)."""
    return min(BLOCK_ROWS, 1 + _BLOCK_BYTES // max(1, values.dtype.itemsize))


def read_block(values: NDArray[np.generic], is_null: NDArray[np.bool_], *, integers: bool) -> _Read:
    """Read some cells: keys, flags, and the names in the order of their rows (读取一块)."""
    if values.dtype.kind in "iu":
        return _read_integers(cast("NDArray[np.int64]", values), is_null, integers=integers)
    if values.dtype.kind == "S":
        cells = cast("NDArray[np.bytes_]", values)
        cells = np.where(is_null, b"", cells) if is_null.any() else cells
        return _read_bytes(cells, integers=integers)
    return _read_objects(np.where(is_null, "", values.astype(object)), integers=integers)


def key_of(text: str) -> int:
    """Return the key of a clean text: 0 if it is empty, -1 if it is a name (文本的键)."""
    if not text:
        return 0
    is_short = len(text) <= SHORT_DIGITS and text.isascii() and text.isdigit()
    return int("1" + text) if is_short else -1


def grid_of(cells: NDArray[np.bytes_]) -> NDArray[np.uint8]:
    """View fixed-width bytes as a matrix of rows and characters (字节矩阵)."""
    cells = np.ascontiguousarray(cells)
    return cells.view(np.uint8).reshape(len(cells), cells.dtype.itemsize)


def _read_integers(
    values: NDArray[np.int64], is_null: NDArray[np.bool_], *, integers: bool
) -> _Read:
    flags = np.where(values < 0, IdFlag.NEGATIVE, IdFlag.OK if integers else IdFlag.INTEGER)
    flags = np.where(is_null, IdFlag.NULL, flags).astype(np.uint8)
    is_long = (flags == IdFlag.OK) & (values >= POWERS[SHORT_DIGITS])
    is_short = (flags == IdFlag.OK) & ~is_long
    short = np.where(is_short, values, 0).astype(np.int64)
    count = np.maximum(1, np.searchsorted(POWERS, short, side="right"))
    keys = np.where(is_short, short + POWERS[count], 0)
    keys[is_long] = -1
    return keys, flags, [str(value) for value in values[is_long].tolist()]


def _read_objects(cells: NDArray[np.object_], *, integers: bool) -> _Read:
    values = cells.tolist()
    if _are_plain(values):
        return _read_bytes(np.array(values, dtype=np.bytes_), integers=integers)
    is_plain = np.fromiter((_are_plain([v]) for v in values), dtype=np.bool_, count=len(cells))
    plain, other = np.flatnonzero(is_plain), np.flatnonzero(~is_plain)
    keys = np.zeros(len(cells), dtype=np.int64)
    flags = np.zeros(len(cells), dtype=np.uint8)
    names = _no_names(len(cells))
    keys[plain], flags[plain], found = _read_bytes(
        cells[plain].astype(np.bytes_), integers=integers
    )
    names[plain[keys[plain] < 0]] = found
    keys[other], flags[other], names[other] = _read_each(cells[other].tolist(), integers=integers)
    return keys, flags, names[keys < 0].tolist()


def _are_plain(values: list[str]) -> bool:
    """Tell whether all are ASCII texts that fixed-width bytes hold without loss or waste."""
    try:
        together = "".join(values)
    except TypeError:
        return False
    return together.isascii() and "\0" not in together and max(map(len, values)) <= _LONGEST


def _read_bytes(cells: NDArray[np.bytes_], *, integers: bool) -> _Read:
    keys, kinds = _scan(cells)
    if (kinds == _NUMBER).all():
        return keys, np.zeros(len(cells), dtype=np.uint8), []
    flags = np.where(kinds == _EMPTY, IdFlag.NULL, IdFlag.OK).astype(np.uint8)
    odd = np.flatnonzero(kinds == _ODD)
    raw, cells = cells, cells.copy()
    cells[odd] = np.char.strip(cells[odd])
    keys[odd], kinds[odd] = _scan(cells[odd])
    flags[odd] = np.where(kinds[odd] == _EMPTY, IdFlag.NULL, IdFlag.NORMALISED)
    words, odd = np.flatnonzero(kinds == _WORD), np.flatnonzero(kinds == _ODD)
    names = _no_names(len(cells))
    names[words] = cells[words].astype(np.str_).astype(object)
    keys[words] = -1
    texts = [cell.decode("ascii", "replace") for cell in raw[odd].tolist()]
    keys[odd], flags[odd], names[odd] = _read_each(texts, integers=integers)
    return keys, flags, names[keys < 0].tolist()


def _no_names(rows: int) -> NDArray[np.object_]:
    return np.full(rows, None, dtype=object)


def _scan(cells: NDArray[np.bytes_]) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    """Return the keys of the cells that are short runs of digits, and the kind of each cell."""
    columns = np.ascontiguousarray(grid_of(cells).T)
    digits = columns - np.uint8(ord("0"))
    if len(columns) <= SHORT_DIGITS and (digits <= 9).all():
        return _horner(digits), np.full(len(cells), _NUMBER, dtype=np.uint8)
    return _scan_mixed(columns, digits)


def _scan_mixed(
    columns: NDArray[np.uint8], digits: NDArray[np.uint8]
) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    kinds = _KINDS.take(columns).max(axis=0)
    is_used = columns != 0
    length = is_used.sum(axis=0, dtype=np.int32)
    kinds[(kinds == _NUMBER) & (length > SHORT_DIGITS)] = _WORD
    kinds[(length > _LONGEST) | (columns[0] == ord("-"))] = _ODD
    kinds[(is_used[1:] & ~is_used[:-1]).any(axis=0)] = _ODD
    wide = min(len(columns), SHORT_DIGITS)
    keys = _horner(np.where(is_used[:wide], digits[:wide], np.uint8(0)))
    keys //= POWERS[wide - np.minimum(length, wide)]
    return np.where(kinds == _NUMBER, keys, 0), kinds


def _horner(digits: NDArray[np.uint8]) -> NDArray[np.int64]:
    keys = np.ones(digits.shape[1], dtype=np.int64)
    for column in digits:
        keys *= 10
        keys += column
    return keys


def _read_each(
    cells: Sequence[object], *, integers: bool
) -> tuple[list[int], list[int], list[str | None]]:
    """Read what the vectorised paths leave over: few cells, or text that is not ASCII."""
    read = [_read_cell(cell, integers=integers) for cell in cells]
    keys = [key_of(text) for _, text in read]
    names = [text if key < 0 else None for key, (_, text) in zip(keys, read, strict=True)]
    return keys, [int(flag) for flag, _ in read], names


def _read_cell(cell: object, *, integers: bool) -> tuple[IdFlag, str]:
    if isinstance(cell, str):
        return _read_text(cell, integers=integers)
    if isinstance(cell, int | float | Decimal | np.integer | np.floating):
        return _read_number(cell, integers=integers)
    is_null = cell is None or cell is pd.NA or cell is pd.NaT
    return (IdFlag.NULL if is_null else IdFlag.DAMAGED), ""


def _read_text(raw: str, *, integers: bool) -> tuple[IdFlag, str]:
    text = raw.strip().translate(_FULL_WIDTH)
    flag = IdFlag.OK if text == raw else IdFlag.NORMALISED
    if text.isalnum() and len(text) <= _LONGEST:
        return flag, text
    if fault := _fault_of(text):
        return fault, ""
    if number := _FLOAT.fullmatch(text):
        return (IdFlag.NORMALISED, number[1]) if integers else (IdFlag.INTEGER, "")
    return flag, text


def _fault_of(text: str) -> IdFlag | None:
    tests = {
        IdFlag.NULL: not text,
        IdFlag.DAMAGED: len(text) > _LONGEST or _DAMAGE.search(text),
        IdFlag.SCIENTIFIC: _SCIENTIFIC.fullmatch(text),
        IdFlag.NEGATIVE: _NEGATIVE.fullmatch(text),
        IdFlag.FORMULA: text.startswith(("=", "+", "@")),
    }
    return next((flag for flag, is_so in tests.items() if is_so), None)


def _read_number(
    value: int | float | Decimal | np.integer | np.floating, *, integers: bool
) -> tuple[IdFlag, str]:
    try:
        whole = int(value)
    except ValueError:  # only not-a-number cannot be cut to an integer
        return IdFlag.NULL, ""
    except OverflowError:
        return IdFlag.INTEGER, ""
    if value < 0:
        return IdFlag.NEGATIVE, ""
    if whole >= _TOO_LONG:
        return IdFlag.DAMAGED, ""
    is_rounded = isinstance(value, float | np.floating) and whole >= _EXACT_FLOAT
    is_id = integers and whole == value and not is_rounded and not isinstance(value, bool)
    return (IdFlag.OK, str(whole)) if is_id else (IdFlag.INTEGER, "")
