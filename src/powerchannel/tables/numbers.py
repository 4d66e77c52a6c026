"""Exact numbers: text, decimals, integers and floats to whole numbers of the last decimal.

Text is read by its shape, as stamps are (`powerchannel.times`): a column of ten million has some
tens of shapes; each is matched once, and its digits are added up by column. Nothing is rounded:
what has more decimals than its column is flagged. A number has at most 18 digits, decimals of the
column included.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from enum import IntEnum

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from powerchannel._stamps import groups, stamp_grid
from powerchannel.tables.columns import NO_NUMBER
from powerchannel.tables.raw import NULL_WORDS, Raw, object_array

__all__ = ["NumberFlag", "parse_decimals", "scaled"]

_BLOCK_ROWS = 1 << 15
_DIGITS = 18
_EXACT_FLOAT = 2.0**53
_LONGEST = 64
_TOO_LARGE_TEXT, _INEXACT_TEXT = "9" * 40, "0." + "1" * 40


class NumberFlag(IntEnum):
    """What was found in the cell of a number (数字单元格状况); only `OK` cells hold one."""

    OK = 0
    NULL = 1
    NOT_A_NUMBER = 2
    SCIENTIFIC = 3
    SEPARATED = 4
    UNIT = 5
    NOT_FINITE = 6
    INEXACT = 7
    TOO_LARGE = 8


_PLAIN = re.compile(rb" *(?P<sign>[+-])?(?:(?P<whole>0+)(?:\.(?P<part>0*))?|\.(?P<tail>0+)) *")
_OTHER: Mapping[NumberFlag, re.Pattern[bytes]] = {
    NumberFlag.NULL: re.compile(rb" *"),
    NumberFlag.SCIENTIFIC: re.compile(rb" *[+-]?(?:0+\.?0*|\.0+)[eE][+-]?0+ *"),
    NumberFlag.SEPARATED: re.compile(rb" *[+-]?0+(?:[,' _]0+)+(?:\.0*)? *"),
    NumberFlag.NOT_FINITE: re.compile(rb"(?i: *[+-]?(?:nan|inf|infinity) *)"),
    NumberFlag.UNIT: re.compile(rb"[^0+.,-]*[+-]?(?:0[0,]*(?:\.0+)?|\.0+)[^0+.,-]*"),
}


@frozen(kw_only=True)
class _Layout:
    """Where the digits of a shape stand; or the flag of what is no plain number."""

    flag: NumberFlag = NumberFlag.OK
    whole: tuple[int, int] = (0, 0)
    part: tuple[int, int] = (0, 0)
    is_negative: bool = False


def parse_decimals(
    values: NDArray[np.generic],
    is_null: NDArray[np.bool_],
    decimals: int,
    *,
    is_rounded: bool = False,
) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    """Read a column of numbers in text (读取数字文本).

    Read are ``12``, ``-12.50``, ``+.5`` and ``12.``, full-width digits and padding as well.

    Parameters
    ----------
    values : ndarray of bytes or object, shape (rows,)
        ASCII cells, or ``str``.
    is_null : ndarray of bool, shape (rows,)
        The rows without a value.
    decimals : int
        The most decimals; zeros behind them do no harm.
    is_rounded : bool
        Whether what has more is rounded half up, by the first digit too many, and not flagged.

    Returns
    -------
    scaled : ndarray of int64, shape (rows,)
        ``value * 10**decimals``; `NO_NUMBER` where the flag is not `OK`.
    flags : ndarray of uint8, shape (rows,)
        Values of `NumberFlag`.

    Examples
    --------
    >>> cells = np.array([b"12.5", b"-0.075", b"1,200", b"3E5", b"7 kWh"])
    >>> found, flags = parse_decimals(cells, np.zeros(5, bool), 2)
    >>> int(found[0]), [NumberFlag(flag).name for flag in flags]
    (1250, ['OK', 'INEXACT', 'SEPARATED', 'SCIENTIFIC', 'UNIT'])
    """
    out = np.full(len(values), NO_NUMBER, np.int64)
    flags = np.full(len(values), NumberFlag.NOT_A_NUMBER, np.uint8)
    layouts: dict[bytes, _Layout] = {}
    for start in range(0, len(values), _BLOCK_ROWS):
        part = slice(start, start + _BLOCK_ROWS)
        grid = stamp_grid(values[part], is_null[part])
        for shape, rows in groups(grid):
            layout = layouts[shape] if shape in layouts else _layout_of(shape)
            layouts[shape] = layout
            if layout.flag == NumberFlag.OK:
                found = _read_rows(grid[rows], layout, decimals, is_rounded=is_rounded)
                out[part][rows], flags[part][rows] = found
            else:
                flags[part][rows] = layout.flag
    return out, flags


def _layout_of(shape: bytes) -> _Layout:
    if match := _PLAIN.fullmatch(shape):
        tail = match.span("part") if match["tail"] is None else match.span("tail")
        return _Layout(
            whole=_within(match.span("whole")),
            part=_within(tail),
            is_negative=match["sign"] == b"-",
        )
    found = (flag for flag, pattern in _OTHER.items() if pattern.fullmatch(shape))
    return _Layout(flag=next(found, NumberFlag.NOT_A_NUMBER))


def _within(span: tuple[int, int]) -> tuple[int, int]:
    """Turn the span (-1, -1) of what is not there into an empty one."""
    return span if span[0] >= 0 else (0, 0)


def _read_rows(
    grid: NDArray[np.uint8], layout: _Layout, decimals: int, *, is_rounded: bool
) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    (start, stop), (first, last) = layout.whole, layout.part
    head = max(start, stop - (_DIGITS - decimals))
    cut = min(last, first + decimals)
    size = _sum_digits(grid, [*range(head, stop), *range(first, cut)])
    size *= 10 ** (decimals - (cut - first))
    flags = np.zeros(len(grid), np.uint8)
    if is_rounded and cut < last:
        size += grid[:, cut] >= ord("5")
    elif cut < last:
        flags[(grid[:, cut:last] != ord("0")).any(axis=1)] = NumberFlag.INEXACT
    flags[(grid[:, start:head] != ord("0")).any(axis=1)] = NumberFlag.TOO_LARGE
    signed = -size if layout.is_negative else size
    return np.where(flags == NumberFlag.OK, signed, NO_NUMBER), flags


def _sum_digits(grid: NDArray[np.uint8], columns: list[int]) -> NDArray[np.int64]:
    out = np.zeros(len(grid), np.int64)
    for column in columns:
        out *= 10
        out += grid[:, column] - np.uint8(ord("0"))
    return out


def scaled(
    raw: Raw, decimals: int, *, is_rounded: bool = False
) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    """Read a column of numbers, whatever they came as (读取数字列).

    A float is taken where it is the nearest one to a decimal of the column's decimals; with up to
    15 digits it always is.

    Parameters
    ----------
    raw : Raw
        Text, integers, floats, decimals, or a mixture.
    decimals : int
        The most decimals.
    is_rounded : bool
        Whether what has more is rounded to the nearest.

    Returns
    -------
    scaled : ndarray of int64, shape (rows,)
        ``value * 10**decimals``; `NO_NUMBER` where the flag is not `OK`.
    flags : ndarray of uint8, shape (rows,)
        Values of `NumberFlag`.

    Examples
    --------
    >>> raw = Raw(kind="float", values=np.array([0.1, 0.125]), is_null=np.zeros(2, bool))
    >>> scaled(raw, 2)[0][0], [NumberFlag(flag).name for flag in scaled(raw, 2)[1]]
    (np.int64(10), ['OK', 'INEXACT'])
    """
    values, flags = _of_cells(raw, decimals, is_rounded=is_rounded)
    flags[raw.is_null] = NumberFlag.NULL
    values[flags != NumberFlag.OK] = NO_NUMBER
    spread = raw.spread(values, null=NO_NUMBER)
    return spread, raw.spread(flags, null=NumberFlag.NULL)


def _of_cells(
    raw: Raw, decimals: int, *, is_rounded: bool
) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    cells = raw.values if raw.exact is None else raw.exact
    if raw.kind == "text":
        return parse_decimals(cells, raw.is_null, decimals, is_rounded=is_rounded)
    if cells.dtype.kind in "iu":
        return _rescaled(cells, raw.scale, decimals, is_rounded=is_rounded)
    if cells.dtype.kind == "f":
        return _of_floats(cells.astype(np.float64), decimals, is_rounded=is_rounded)
    plain = object_array(_plain_text(cell) for cell in np.where(raw.is_null, "", cells))
    return parse_decimals(plain, raw.is_null, decimals, is_rounded=is_rounded)


def _rescaled(
    values: NDArray[np.generic], scale: int, decimals: int, *, is_rounded: bool
) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    """Move whole numbers of ``10**-scale`` to whole numbers of ``10**-decimals``."""
    if values.dtype.kind == "u":
        values = np.minimum(values.astype(np.uint64), np.uint64(10**_DIGITS))
    plain = values.astype(np.int64)
    divisor, factor = 10 ** max(0, scale - decimals), 10 ** max(0, decimals - scale)
    quotient = (plain + divisor // 2 if is_rounded else plain) // divisor
    limit = 10**_DIGITS // factor
    is_large = (quotient >= limit) | (quotient <= -limit)
    is_inexact = (quotient * divisor != plain) & (not is_rounded)
    flags = np.where(is_inexact, NumberFlag.INEXACT, NumberFlag.OK)
    flags = np.where(is_large, NumberFlag.TOO_LARGE, flags).astype(np.uint8)
    return np.where(is_large, NO_NUMBER, quotient * factor), flags


def _of_floats(
    values: NDArray[np.float64], decimals: int, *, is_rounded: bool
) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    """Try fewer decimals where more of them would pass what a float holds exactly."""
    out = np.full(len(values), NO_NUMBER, np.int64)
    flags = np.full(len(values), NumberFlag.INEXACT, np.uint8)
    is_finite = np.isfinite(values)
    flags[~is_finite] = NumberFlag.NOT_FINITE
    is_large = is_finite & (np.abs(values) >= 10.0 ** (_DIGITS - decimals))
    flags[is_large] = NumberFlag.TOO_LARGE
    open_rows = np.flatnonzero(is_finite & ~is_large)
    if is_rounded:
        out[open_rows] = np.rint(values[open_rows] * 10.0**decimals).astype(np.int64)
        flags[open_rows] = NumberFlag.OK
        return out, flags
    for places in range(decimals, -1, -1):
        some = values[open_rows]
        nearest = np.rint(some * 10.0**places)
        fits = (np.abs(nearest) <= _EXACT_FLOAT) & (nearest / 10.0**places == some)
        found = open_rows[fits]
        out[found] = nearest[fits].astype(np.int64) * 10 ** (decimals - places)
        flags[found] = NumberFlag.OK
        open_rows = open_rows[~fits & (np.abs(nearest) > _EXACT_FLOAT)]
        if not len(open_rows):
            break
    return out, flags


def _plain_text(cell: object) -> str:
    """Write a number of any kind without exponent; other cells as they are."""
    if isinstance(cell, str):
        return "" if cell.strip() in NULL_WORDS else cell
    if isinstance(cell, bool | np.bool_):
        return str(cell)
    if isinstance(cell, int | np.integer):
        return _shortened(str(int(cell)))
    if isinstance(cell, float | np.floating):
        return _decimal_text(Decimal(repr(float(cell))))
    return _decimal_text(cell) if isinstance(cell, Decimal) else str(cell)


def _decimal_text(value: Decimal) -> str:
    if not value.is_finite():
        return str(value)
    if not value:
        return "0"
    if value.adjusted() >= _LONGEST:
        return _TOO_LARGE_TEXT
    exponent = int(value.as_tuple().exponent)
    return _INEXACT_TEXT if exponent < -2 * _LONGEST else _shortened(format(value, "f"))


def _shortened(text: str) -> str:
    """Stamps and numbers are read up to 64 characters; what is longer is flagged as it would be."""
    if len(text) <= _LONGEST:
        return text
    bare = text.rstrip("0").rstrip(".") if "." in text else text
    if len(bare) <= _LONGEST:
        return bare
    return _INEXACT_TEXT if "." in text else _TOO_LARGE_TEXT
