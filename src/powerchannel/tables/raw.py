"""A column as it came in: the neutral shape between any data frame and the checks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, TypeAlias, TypeVar, cast

import numpy as np
import pandas as pd
from attrs import evolve, frozen
from numpy.typing import NDArray

from powerchannel.tables.pooling import pool_fixed

__all__ = [
    "NULL_WORDS",
    "WIDEST",
    "Raw",
    "RawKind",
    "from_objects",
    "numbers",
    "object_array",
    "strings",
    "text_column",
    "time_column",
]

_S = TypeVar("_S", bound=np.generic)
RawKind: TypeAlias = Literal["text", "integer", "float", "boolean", "time", "other"]

NULL_WORDS = ("nan", "NaN", "null", "NULL", "None", "NaT", "<NA>", "\\N", "#N/A")
WIDEST = 64  # cells of ASCII text up to this width travel as fixed-width bytes


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
    """

    kind: RawKind
    values: NDArray[np.generic]
    is_null: NDArray[np.bool_]
    codes: NDArray[np.int32] | None = None
    has_zone: bool = False

    def __len__(self) -> int:
        return len(self.values) if self.codes is None else len(self.codes)

    def take(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> Raw:
        """Return the column at some rows (取行)."""
        if self.codes is not None:
            return evolve(self, codes=self.codes[rows])
        return evolve(self, values=self.values[rows], is_null=self.is_null[rows])

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
            found, uniques = pd.factorize(self.values)
            codes, pool = found.astype(np.int32), np.asarray(uniques)
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
        """Return a few cells as text for a message (示例值)."""
        picked = self.take(rows)
        if picked.kind == "time":
            stamps = picked.spread(picked.values, null=np.iinfo(np.int64).min)
            return [str(s).replace("T", " ") for s in stamps.astype("datetime64[us]")]
        return ["" if v is None else str(v) for v in picked.objects()]


def object_array(cells: Iterable[object]) -> NDArray[np.object_]:
    """Return any iterable as a flat array of objects (对象数组)."""
    listed = list(cells)
    out = np.empty(len(listed), dtype=object)
    out[:] = listed
    return out


def numbers(kind: RawKind, values: NDArray[np.generic], is_null: NDArray[np.bool_]) -> Raw:
    """Build a column of numbers or flags (数值列)."""
    return Raw(kind=kind, values=values, is_null=is_null)


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
    if found in ("datetime", "datetime64", "date"):
        return _from_stamps(cells, is_null)
    if found == "integer":
        plain = np.where(is_null, 0, cells)
        return numbers("integer", _int64_or_objects(plain), is_null)
    if found in ("floating", "mixed-integer-float"):
        return numbers("float", np.where(is_null, 0.0, cells).astype(np.float64), is_null)
    if found == "boolean":
        return numbers(
            "boolean", (~is_null & np.where(is_null, 0, cells).astype(np.bool_)), is_null
        )
    return Raw(kind="other", values=cells, is_null=is_null)


def _int64_or_objects(cells: NDArray[np.object_]) -> NDArray[np.generic]:
    try:
        return cells.astype(np.int64)
    except OverflowError:
        return cells


def _from_stamps(cells: NDArray[np.object_], is_null: NDArray[np.bool_]) -> Raw:
    present = cells[~is_null]
    zoned = np.array([getattr(v, "tzinfo", None) is not None for v in present], np.bool_)
    if zoned.any() and not zoned.all():
        return Raw(kind="other", values=cells, is_null=is_null)
    has_zone = bool(zoned.any())
    stamps = pd.to_datetime(pd.Series(cells), utc=has_zone, errors="coerce")
    plain = stamps.dt.tz_localize(None) if has_zone else stamps
    return time_column(plain.to_numpy("datetime64[us]"), has_zone=has_zone)


def strings(cells: NDArray[np.generic], is_null: NDArray[np.bool_] | None = None) -> Raw:
    """Build a text column from str cells (字符串列)."""
    nulls = np.zeros(len(cells), np.bool_) if is_null is None else is_null
    plain = np.where(nulls, "", cells) if nulls.any() else cells
    return text_column(_fixed_or_objects(plain), nulls)


def _fixed_or_objects(cells: NDArray[np.generic]) -> NDArray[np.generic]:
    """Prefer fixed-width bytes: they are read by columns of the matrix, not one str at a time."""
    try:
        fixed = cells.astype("S")
    except UnicodeEncodeError:
        return cells.astype(object)
    return fixed if fixed.dtype.itemsize <= WIDEST else cells.astype(object)


def text_column(values: NDArray[np.generic], is_null: NDArray[np.bool_]) -> Raw:
    """Build a text column; words that stand for "no value" become null (文本列)."""
    if values.dtype.kind == "S":
        empty = _null_words(values)
    else:
        empty = pd.Series(values).isin(NULL_WORDS).to_numpy(np.bool_)
    return Raw(kind="text", values=values, is_null=is_null | empty)


def _null_words(cells: NDArray[np.generic]) -> NDArray[np.bool_]:
    """Compare only cells whose first byte may begin such a word: most begin with a digit."""
    empty = np.zeros(len(cells), np.bool_)
    if len(cells):
        first = cells.view(np.uint8).reshape(len(cells), -1)[:, 0]
        at = np.flatnonzero(np.isin(first, np.frombuffer(b"nN<\\#", np.uint8)))
        empty[at] = np.isin(cells[at], np.array([w.encode() for w in NULL_WORDS]))
    return empty
