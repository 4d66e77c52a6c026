"""Columns of exact numbers and of yes or no: values, and which rows hold what problem."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from powerchannel.money import exact_integer
from powerchannel.tables.columns import (
    NO_NUMBER,
    Bad,
    Reading,
    Setting,
    all_null,
    flagged,
    missing,
    wrong_type,
)
from powerchannel.tables.numbers import NumberFlag, scaled
from powerchannel.tables.raw import Raw
from powerchannel.tables.schema import Column
from powerchannel.text import Text

__all__ = ["FLAG_WORDS", "read_decimals", "read_flags"]

_PROBLEMS = {
    NumberFlag.NOT_A_NUMBER: "not_a_number",
    NumberFlag.SCIENTIFIC: "scientific_number",
    NumberFlag.SEPARATED: "separated_number",
    NumberFlag.UNIT: "unit_in_cell",
    NumberFlag.NOT_FINITE: "not_finite",
    NumberFlag.INEXACT: "too_many_decimals",
    NumberFlag.TOO_LARGE: "number_too_large",
}
_YES = ("是", "true", "yes", "y", "t", "1", "真")
_NO = ("否", "false", "no", "n", "f", "0", "假")
FLAG_WORDS = {**dict.fromkeys(_NO, 0), **dict.fromkeys(_YES, 1)}
"""What stands for no and yes (是否用词)."""


def read_decimals(raw: Raw, column: Column, setting: Setting) -> Reading:
    """Read exact numbers, scaled to whole ones of the column's last decimal (读取数值列).

    Parameters
    ----------
    raw : Raw
        Text, decimals, integers or floats.
    column : Column
        Its decimals and bounds.
    setting : Setting
        Where it is.
    """
    if raw.kind in ("time", "boolean") and not all_null(raw):
        return wrong_type(raw, setting, Text("数字", "numbers"))
    values, flags = scaled(raw, column.decimals, is_rounded=column.is_measured)
    bad = list(flagged(flags, _PROBLEMS, column))
    details = {"decimals": column.decimals, "digits": 18 - column.decimals}
    bad = [Bad(code=b.code, rows=b.rows, drops=b.drops, details=details) for b in bad]
    bad += missing(values == NO_NUMBER, bad, column)
    bad += _out_of_bounds(values, column)
    return Reading(values=values, bad=tuple(bad))


def _out_of_bounds(values: NDArray[np.int64], column: Column) -> list[Bad]:
    outside = np.zeros(len(values), np.bool_)
    if column.minimum is not None:
        outside |= values < exact_integer(column.minimum, column.decimals, where=column.name)
    if column.maximum is not None:
        outside |= values > exact_integer(column.maximum, column.decimals, where=column.name)
    rows = np.flatnonzero(outside & (values != NO_NUMBER))
    if not len(rows):
        return []
    drops = column.is_required or column.is_strict
    details = {"bounds": _bounds(column), "unit": column.unit and f" {column.unit}"}
    return [Bad(code="number_out_of_bounds", rows=rows, drops=drops, details=details)]


def _bounds(column: Column) -> Text:
    low, high = column.minimum, column.maximum
    if low is None:
        return Text(f"不大于 {high}", f"at most {high}")
    if high is None:
        return Text(f"不小于 {low}", f"at least {low}")
    return Text(f"在 {low} 至 {high} 之间", f"between {low} and {high}")


def read_flags(raw: Raw, column: Column, setting: Setting) -> Reading:
    """Read yes or no: 1, 0, and -1 for null (读取是否列).

    Parameters
    ----------
    raw : Raw
        Booleans, 1 and 0, or words of `FLAG_WORDS`.
    column : Column
        Says whether rows drop out.
    setting : Setting
        Where it is.
    """
    if raw.kind in ("time", "float") and not all_null(raw):
        return wrong_type(raw, setting, Text("是或否", "yes or no"))
    if raw.values.dtype.kind in "iub":
        pooled = raw
        found = np.where((raw.values == 0) | (raw.values == 1), raw.values, -1).astype(np.int8)
        is_null = raw.is_null
    else:
        pooled = raw.pooled()
        words = ["" if w is None else str(w).strip().casefold() for w in pooled.words()]
        found = np.array([FLAG_WORDS.get(word, -1) for word in words], np.int8)
        is_null = pooled.is_null | np.array([not word for word in words], np.bool_)
    empty = pooled.spread(is_null, null=True).astype(np.bool_)
    flags = np.where(empty, -1, pooled.spread(found, null=-1)).astype(np.int8)
    rows = np.flatnonzero((flags < 0) & ~empty)
    drops = column.is_required or column.is_strict
    bad = [Bad(code="not_a_flag", rows=rows, drops=drops)] if len(rows) else []
    bad += missing(empty, bad, column)
    return Reading(values=flags, bad=tuple(bad))
