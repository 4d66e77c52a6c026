"""The shapes of stamps: which text is a date, a time, an offset, and where its fields stand.

Cells become a matrix of one byte a character. Full-width characters count as their plain ones,
年 月 日 时 分 秒 get bytes of their own, and what no stamp contains is `_FOREIGN`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import TypeAlias

import numpy as np
import pandas as pd
from attrs import frozen
from numpy.typing import NDArray

__all__ = ["BLANK", "NUMBER", "Layout", "groups", "layout_of", "read_layout", "stamp_grid"]

_LONGEST = 64
_FOREIGN = 0xFF
_MARKS = {"年": 0x80, "月": 0x81, "日": 0x82, "时": 0x83, "時": 0x83, "分": 0x84, "秒": 0x85}
_BLANKS = "\t\n\x0b\x0c\r \x85\xa0\u2002\u2003\u2009\u202f\u3000"

_Rows: TypeAlias = slice | NDArray[np.int64]


def _character_bytes() -> NDArray[np.uint8]:
    codes = np.full(1 << 16, _FOREIGN, dtype=np.uint8)
    codes[:0x80] = np.arange(0x80)
    codes[0xFF01:0xFF5F] = np.arange(0x21, 0x7F)
    codes[[ord(blank) for blank in _BLANKS]] = ord(" ")
    codes[[ord(mark) for mark in _MARKS]] = list(_MARKS.values())
    codes.flags.writeable = False
    return codes


def _byte_shapes() -> NDArray[np.uint8]:
    shapes = np.arange(0x100).astype(np.uint8)
    shapes[ord("0") : ord("9") + 1] = ord("0")
    shapes[9:14] = ord(" ")
    shapes.flags.writeable = False
    return shapes


def _month_starts() -> NDArray[np.int32]:
    months = np.arange(-1970 * 12, (10000 - 1970) * 12 + 1).astype("datetime64[M]")
    starts = months.astype("datetime64[D]").astype(np.int32)
    starts.flags.writeable = False
    return starts


_CHARACTERS = _character_bytes()
_SHAPES = _byte_shapes()
_MONTH_STARTS = _month_starts()
"""Days since 1970 of the first of each month, from January of the year 0."""

_OFFSET = rb"(?: *(?:(?P<zulu>Z)|(?P<sign>[+-])(?P<offset_hour>00)(?::?(?P<offset_minute>00))?))?"
_CLOCKS = (
    rb"(?P<hour>00?):(?P<minute>00)(?::(?P<second>00)(?:\.(?P<fraction>0{1,9}))?)?",
    rb"(?P<hour>00?)\x83(?P<minute>00?)\x84(?:(?P<second>00?)\x85)?",
)
_COMPACT_CLOCK = rb"(?P<hour>00)(?P<minute>00)(?P<second>00)"
_DATES = (
    (rb"(?P<year>0000)(?P<dash>[-/.])(?P<month>00?)(?P=dash)(?P<day>00?)", rb"(?: +|T)"),
    (rb"(?P<year>0000)(?P<month>00)(?P<day>00)", rb"(?: +|T)"),
    (rb"(?P<year>0000)\x80(?P<month>00?)\x81(?P<day>00?)\x82", rb"(?: *|T)"),
)
_STAMPS = tuple(
    re.compile(rb" *" + day + rb"(?:" + gap + clock + _OFFSET + rb")? *")
    for day, gap, clock in (
        *((day, gap, clock) for day, gap in _DATES for clock in _CLOCKS),
        (rb"(?P<year>0000)(?P<month>00)(?P<day>00)", rb"", _COMPACT_CLOCK),
    )
)
_NUMBER = re.compile(rb" *[+-]?(?:0+(?:\.0*)?|\.0+)(?:[eE][+-]?0+)? *")
_BLANK = re.compile(rb" *")


@frozen(kw_only=True)
class Layout:
    """Where the fields of a shape stand (字段位置).

    Parameters
    ----------
    spans : mapping of str to (int, int)
        First and last (exclusive) column of each field that is there.
    has_offset : bool
        Whether the stamp says how far it is from UTC.
    sign : int
        1 or -1: the sign of that offset; 0 without.
    """

    spans: Mapping[str, tuple[int, int]]
    has_offset: bool = False
    sign: int = 0


BLANK = Layout(spans={})
"""Nothing there."""
NUMBER = Layout(spans={"number": (0, 0)})
"""A bare number: an Excel serial, an epoch."""


def layout_of(shape: bytes) -> Layout | None:
    """Return where the fields of a shape stand, `BLANK`, `NUMBER`, or None (识别形状)."""
    for stamp in _STAMPS:
        if match := stamp.fullmatch(shape):
            return _layout(match)
    if _BLANK.fullmatch(shape):
        return BLANK
    return NUMBER if _NUMBER.fullmatch(shape) else None


def _layout(match: re.Match[bytes]) -> Layout:
    found = {name for name, text in match.groupdict().items() if text is not None}
    return Layout(
        spans={name: match.span(name) for name in found},
        has_offset=bool(found & {"zulu", "sign"}),
        sign={b"+": 1, b"-": -1}.get(match["sign"], 0),
    )


def stamp_grid(values: NDArray[np.generic], is_null: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Turn cells into a matrix of one byte a character, zero after the end (字符矩阵)."""
    if values.dtype.kind != "S":
        return _text_grid(np.where(is_null, "", values.astype(object)))
    cells = np.where(is_null, b"", values) if is_null.any() else np.ascontiguousarray(values)
    if cells.dtype.itemsize > _LONGEST:
        cells = np.char.strip(cells)
        cells = np.where(np.char.str_len(cells) > _LONGEST, b"?", cells).astype(f"S{_LONGEST}")
    grid = cells.view(np.uint8).reshape(len(cells), cells.dtype.itemsize)
    return np.where(grid < 0x80, grid, np.uint8(_FOREIGN)) if (grid >= 0x80).any() else grid


def _text_grid(cells: NDArray[np.object_]) -> NDArray[np.uint8]:
    texts = cells.tolist()
    try:
        together = "".join(texts)
    except TypeError:
        texts = [_as_text(cell) for cell in texts]
        together = "".join(texts)
    if max(map(len, texts)) > _LONGEST:
        texts = [text if len(text) <= _LONGEST else "?" for text in map(str.strip, texts)]
    if together.isascii():
        fixed = np.array(texts, dtype=np.bytes_)
        return fixed.view(np.uint8).reshape(len(texts), -1)
    wide = np.array(texts, dtype=np.str_)
    characters = wide.view(np.uint32).reshape(len(texts), -1)
    return _CHARACTERS[np.minimum(characters, 0xFFFF)]


def _as_text(cell: object) -> str:
    if isinstance(cell, str):
        return cell
    if pd.isna(cell) is True:  # type: ignore[call-overload]
        return ""
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def groups(grid: NDArray[np.uint8]) -> Iterator[tuple[bytes, _Rows]]:
    """Yield each distinct shape with its rows (按形状分组)."""
    rows, width = grid.shape
    shapes = np.zeros((rows, -(-width // 8) * 8), dtype=np.uint8)
    shapes[:, :width] = _SHAPES[grid]
    codes = np.zeros(rows, dtype=np.int64)
    for words in shapes.view(np.uint64).T:
        if not (words == words[0]).all():
            inner, distinct = pd.factorize(words)
            codes = pd.factorize(codes * len(distinct) + inner)[0]
    if not codes.any():
        yield shapes[0].tobytes().rstrip(b"\0"), slice(None)
        return
    order = np.argsort(codes.astype(np.uint32), kind="stable")
    for members in np.split(order, np.flatnonzero(np.diff(codes[order])) + 1):
        yield shapes[members[0]].tobytes().rstrip(b"\0"), members


def read_layout(
    grid: NDArray[np.uint8], layout: Layout
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Read rows of one layout: microseconds of the clock less its offset, and if they can be.

    Parameters
    ----------
    grid : ndarray of uint8, shape (rows, characters)
        The cells.
    layout : Layout
        Where their fields stand.

    Returns
    -------
    clock_us : ndarray of int64, shape (rows,)
        Microseconds since 1970, as the clock shows them, or UTC where an offset is given [µs].
    is_possible : ndarray of bool, shape (rows,)
        False for 30 February, hour 25 and their like, where `clock_us` means nothing.
    """
    year, month, day = (_number(grid, layout, name) for name in ("year", "month", "day"))
    hour, minute, second = (_number(grid, layout, name) for name in ("hour", "minute", "second"))
    offset_hour, offset_minute = (
        _number(grid, layout, name) for name in ("offset_hour", "offset_minute")
    )
    is_possible = (year > 0) & (month > 0) & (month <= 12) & (day > 0)
    is_possible &= (hour < 24) & (minute < 60) & (second < 60)
    is_possible &= (offset_hour < 24) & (offset_minute < 60)
    index = np.where(is_possible, year * 12 + month - 1, 0)
    days = _MONTH_STARTS[index] + (day - 1)
    is_possible &= days < _MONTH_STARTS[index + 1]
    seconds = (hour * 60 + minute) * 60 + second
    seconds = seconds - layout.sign * (offset_hour * 60 + offset_minute) * 60
    clock_us = (days.astype(np.int64) * 86_400 + seconds) * np.int64(1_000_000)
    clock_us += _microseconds(grid, layout)
    return clock_us, is_possible


def _number(grid: NDArray[np.uint8], layout: Layout, name: str) -> NDArray[np.int32]:
    """Return a field, or a single zero for all rows where it is absent."""
    if name not in layout.spans:
        return np.zeros(1, dtype=np.int32)
    out = np.zeros(len(grid), dtype=np.int32)
    for column in range(*layout.spans[name]):
        out *= 10
        out += grid[:, column] - np.uint8(ord("0"))
    return out


def _microseconds(grid: NDArray[np.uint8], layout: Layout) -> NDArray[np.int32]:
    if "fraction" not in layout.spans:
        return np.zeros(1, dtype=np.int32)
    start, stop = layout.spans["fraction"]
    length = min(6, stop - start)
    cut = Layout(spans={"fraction": (start, start + length)})
    return _number(grid, cut, "fraction") * np.int32(10 ** (6 - length))
