"""A column as it came in: the neutral shape between any data frame and the checks."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Literal, TypeAlias, TypeVar, cast

import numpy as np
import pandas as pd
from attrs import evolve, frozen
from numpy.typing import NDArray

from powerchannel.tables.pooling import pool_fixed, pool_texts
from powerchannel.times import to_local

__all__ = [
    "NULL_WORDS",
    "WIDEST",
    "Raw",
    "RawKind",
    "as_words",
    "floats",
    "from_objects",
    "numbers",
    "object_array",
    "strings",
    "text_column",
    "time_column",
]

_S = TypeVar("_S", bound=np.generic)
RawKind: TypeAlias = Literal["text", "integer", "float", "boolean", "time", "other"]

NULL_WORDS = ("", "nan", "NaN", "null", "NULL", "None", "NaT", "<NA>", "\\N", "#N/A")
WIDEST = 64  # cells of ASCII text up to this width travel as fixed-width bytes
_EXACT_FLOAT = 2**53
_SAMPLE_ROWS = 1000


@frozen(eq=False, kw_only=True)
class Raw:
    """One column as it came in, as NumPy arrays (原始列).

    Parameters
    ----------
    kind : str
        text, integer, float, boolean, time, other.
    values : ndarray
        The cells: ``S`` or object for text, ``int64`` UTC microseconds for time. Where `codes` is
        given they are the distinct values only.
    is_null : ndarray of bool, shape of values
        Where there is no value.
    codes : ndarray of int32, shape (n,), optional
        The position in `values` of each row; -1 is null.
    has_zone : bool
        For time: whether the stamps carried an offset. Without one they are Shanghai local time
        in microseconds since 1970, not yet UTC.
    exact : ndarray, shape of values, optional
        For float: the decimals that the floats are near to, as objects or as whole numbers of
        ``10**-scale``.
    scale : int
        As above.
    """

    kind: RawKind
    values: NDArray[np.generic]
    is_null: NDArray[np.bool_]
    codes: NDArray[np.int32] | None = None
    has_zone: bool = False
    exact: NDArray[np.generic] | None = None
    scale: int = 0

    def __len__(self) -> int:
        return len(self.values) if self.codes is None else len(self.codes)

    def take(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> Raw:
        """Return the column at some rows; few rows let go of a large pool (取行)."""
        if self.codes is None:
            exact = None if self.exact is None else self.exact[rows]
            return evolve(self, values=self.values[rows], is_null=self.is_null[rows], exact=exact)
        codes = self.codes[rows]
        if len(codes) >= len(self.values):
            return evolve(self, codes=codes)
        is_null = (codes < 0) | self.is_null[codes]
        return evolve(self, values=self.values[codes], is_null=is_null, codes=None)

    def spread(self, per_value: NDArray[_S], *, null: object) -> NDArray[_S]:
        """Turn an answer for each distinct value into one for each row (展开到行)."""
        if self.codes is None:
            return per_value
        if len(per_value) == 0:
            return np.full(len(self.codes), null, dtype=per_value.dtype)
        out = per_value[self.codes]
        out[self.codes < 0] = cast("_S", null)
        return out

    def nulls(self) -> NDArray[np.bool_]:
        """Return where a row has no value (空值)."""
        return self.spread(self.is_null, null=True)

    def pooled(self) -> Raw:
        """Return the same column as distinct values and codes (去重编码)."""
        if self.codes is not None:
            return self
        if self.values.dtype.kind == "S":
            codes, pool = pool_fixed(self.values)
        else:
            codes, pool = pool_texts(as_words(np.where(self.is_null, "", self.values)))
        codes = np.where(self.is_null, np.int32(-1), codes).astype(np.int32)
        return evolve(self, values=pool, is_null=np.zeros(len(pool), np.bool_), codes=codes)

    def positions(self) -> NDArray[np.int32]:
        """Return the position in `values` of each row; -1 is null (取值位置)."""
        if self.codes is not None:
            return self.codes
        return np.where(self.is_null, -1, np.arange(len(self.values))).astype(np.int32)

    def objects(self) -> NDArray[np.object_]:
        """Return one str or None a row (文本值)."""
        if self.values.dtype.kind == "S":
            cells = self.values.astype("U").astype(object)
        else:
            cells = self.values.astype(object)
        cells = cells.copy()
        cells[self.is_null] = None
        return self.spread(cells, null=None)

    def words(self) -> NDArray[np.object_]:
        """Return the distinct values as str (去重文本)."""
        return evolve(self, codes=None).objects()

    def shown(self, rows: NDArray[np.intp]) -> list[str]:
        """Return a few cells as text for a message, times as in Shanghai (示例值)."""
        picked = self.take(rows)
        if picked.kind == "time":
            picked = picked.clock_texts()
        if picked.exact is not None and picked.exact.dtype.kind != "i":
            picked = evolve(picked, values=picked.exact)
        return ["" if v is None else str(v) for v in picked.objects()]

    def clock_texts(self) -> Raw:
        """Return a column of times as the text of each (时间文本)."""
        micros = self.values.astype(np.int64)
        local = to_local(micros) if self.has_zone else micros
        texts = np.datetime_as_string(local.view("datetime64[us]")).astype(object)
        words = object_array(t.replace("T", " ").removesuffix(".000000") for t in texts)
        return evolve(self, kind="text", values=words)


def object_array(cells: Iterable[object]) -> NDArray[np.object_]:
    """Return any iterable as a flat array of objects (对象数组)."""
    return np.fromiter(cells, dtype=object)


def numbers(kind: RawKind, values: NDArray[np.generic], is_null: NDArray[np.bool_]) -> Raw:
    """Build a column of whole numbers or flags (数值列)."""
    return Raw(kind=kind, values=values, is_null=is_null)


def floats(values: NDArray[np.generic]) -> Raw:
    """Build a column of decimals; whole ones are integers that had gaps (小数列)."""
    decimals = values.astype(np.float64)
    is_null = np.isnan(decimals)
    present = decimals[~is_null]
    is_whole = (np.abs(present) < _EXACT_FLOAT) & (present == np.floor(present))
    if len(present) and is_whole.all():
        return numbers("integer", np.where(is_null, 0, decimals).astype(np.int64), is_null)
    return Raw(kind="float", values=decimals, is_null=is_null)


def time_column(stamps: NDArray[np.datetime64], *, has_zone: bool) -> Raw:
    """Build a column of stamps from ``datetime64[us]`` (时间列)."""
    return Raw(
        kind="time", values=stamps.view(np.int64), is_null=np.isnat(stamps), has_zone=has_zone
    )


def from_objects(cells: NDArray[np.object_]) -> Raw:
    """Build a column from Python objects by what they are (对象列)."""
    is_null = np.asarray(pd.isna(cells), dtype=np.bool_)
    found = pd.api.types.infer_dtype(cells, skipna=True)
    if found in ("string", "empty"):
        return strings(cells, is_null)
    if found == "bytes":
        return strings(_decoded(cells, is_null), is_null)
    if found in ("datetime", "datetime64", "date"):
        return _from_stamps(cells, is_null)
    if found == "integer":
        return numbers("integer", _int64_or_objects(np.where(is_null, 0, cells)), is_null)
    if found in ("floating", "mixed-integer-float"):
        return floats(np.where(is_null, np.nan, cells).astype(np.float64))
    if found == "decimal":
        return _from_decimals(cells, is_null)
    if found == "boolean":
        return numbers("boolean", np.where(is_null, 0, cells).astype(np.bool_), is_null)
    return Raw(kind="other", values=cells, is_null=is_null)


def _decoded(cells: NDArray[np.object_], is_null: NDArray[np.bool_]) -> NDArray[np.object_]:
    """Read bytes as UTF-8, as systems that know no text write it; damage shows as U+FFFD."""
    decode = np.frompyfunc(lambda cell: cell.decode("utf-8", "replace"), 1, 1)
    return np.asarray(decode(np.where(is_null, b"", cells)), dtype=object)


def _int64_or_objects(cells: NDArray[np.object_]) -> NDArray[np.generic]:
    try:
        return cells.astype(np.int64)
    except OverflowError:
        return cells


def _from_decimals(cells: NDArray[np.object_], is_null: NDArray[np.bool_]) -> Raw:
    plain = np.where(is_null, 0, cells)
    if not all(map(math.isfinite, plain)):
        return Raw(kind="other", values=cells, is_null=is_null)
    whole = np.asarray(np.frompyfunc(int, 1, 1)(plain), dtype=object)
    if bool((whole == plain).all()):
        return numbers("integer", _int64_or_objects(whole), is_null)
    return evolve(floats(np.where(is_null, np.nan, cells).astype(np.float64)), exact=plain)


def _from_stamps(cells: NDArray[np.object_], is_null: NDArray[np.bool_]) -> Raw:
    """Take wall clocks and offsets apart: pandas before 3 has no room for the year 9999."""
    present = cells[~is_null]
    offsets = [None if isinstance(v, np.datetime64) else _offset(v) for v in present]
    known = [o for o in offsets if o is not None]
    if known and len(known) < len(offsets):
        return Raw(kind="other", values=cells, is_null=is_null)
    stamps = np.full(len(cells), np.datetime64("NaT", "us"))
    if known:
        present = object_array(v.replace(tzinfo=None) for v in present)
    stamps[~is_null] = present.astype("datetime64[us]")
    if known:
        stamps[~is_null] -= np.array(known, "timedelta64[us]")
    return time_column(stamps, has_zone=bool(known))


def _offset(stamp: date) -> timedelta | None:
    return stamp.utcoffset() if isinstance(stamp, datetime) else None


def as_words(cells: NDArray[np.generic]) -> NDArray[np.object_]:
    """Return the str of each cell (转文本)."""
    return np.asarray(np.frompyfunc(str, 1, 1)(cells.astype(object)), dtype=object)


def strings(cells: NDArray[np.generic], is_null: NDArray[np.bool_] | None = None) -> Raw:
    """Build a text column: short ASCII as bytes, other text as its distinct values (文本列)."""
    nulls = np.zeros(len(cells), np.bool_) if is_null is None else is_null
    plain = np.where(nulls, "", cells).astype(object, copy=False)
    fixed = _fixed(plain)
    if fixed is not None:
        return text_column(fixed, nulls)
    found, pool = pool_texts(plain)
    codes = np.where(nulls, np.int32(-1), found).astype(np.int32)
    return evolve(text_column(pool, np.zeros(len(pool), np.bool_)), codes=codes)


def _fixed(cells: NDArray[np.object_]) -> NDArray[np.bytes_] | None:
    """Return bytes that are read by columns of the matrix, not one str at a time."""
    if not "".join(cells[:_SAMPLE_ROWS]).isascii():
        return None
    lengths = np.fromiter(map(len, cells), np.int64, count=len(cells))
    longest = int(lengths.max(initial=1))
    if longest > WIDEST:
        return None
    try:
        fixed = cells.astype(f"S{longest}")
    except UnicodeEncodeError:
        return None
    has_nul = int(np.count_nonzero(fixed.view(np.uint8))) != int(lengths.sum())
    return None if has_nul else cast("NDArray[np.bytes_]", fixed)


def text_column(values: NDArray[np.generic], is_null: NDArray[np.bool_]) -> Raw:
    """Build a text column; blanks and words that stand for "no value" become null (文本列)."""
    if values.dtype.kind == "S":
        empty = _no_values(values)
    else:
        empty = np.fromiter((v.strip() in NULL_WORDS for v in values), np.bool_, len(values))
    return Raw(kind="text", values=values, is_null=is_null | empty)


def _no_values(cells: NDArray[np.generic]) -> NDArray[np.bool_]:
    """Compare only cells whose first byte may begin such a word: most begin with a digit."""
    empty = np.zeros(len(cells), np.bool_)
    if len(cells):
        first = cells.view(np.uint8).reshape(len(cells), -1)[:, 0]
        at = np.flatnonzero(_MAY_BE_NOTHING[first])
        stripped = np.char.strip(cells[at].astype(np.bytes_))
        empty[at] = np.isin(stripped, np.array([w.encode() for w in NULL_WORDS]))
    return empty


_MAY_BE_NOTHING = np.zeros(256, np.bool_)
_MAY_BE_NOTHING[np.frombuffer(b"\0\t\n\x0b\x0c\r nN<\\#", np.uint8)] = True
_MAY_BE_NOTHING.flags.writeable = False
