"""What reading one column gives: compact values, the rows with problems, and structural faults."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import IntEnum
from typing import Literal, TypeAlias, TypeVar

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from powerchannel.errors import Problem
from powerchannel.ids import Ids
from powerchannel.tables.messages import problem
from powerchannel.tables.raw import Raw
from powerchannel.tables.schema import Column, Vocabulary
from powerchannel.text import Text
from powerchannel.times import NAT

__all__ = [
    "NO_DAY",
    "NO_NUMBER",
    "Bad",
    "IdsMode",
    "Reading",
    "Setting",
    "Values",
    "all_null",
    "examples",
    "fault",
    "flagged",
    "has_value",
    "missing",
    "wrong_type",
]

IdsMode: TypeAlias = Literal["text", "integer"]
Values: TypeAlias = (
    Ids | NDArray[np.int64] | NDArray[np.int32] | NDArray[np.int16] | NDArray[np.int8] | Raw
)
"""Ids for ids, int64 UTC microseconds for times, int64 of the last decimal for decimals, int32
days since 1970 for dates, int16 codes, int8 flags (-1 null in both), Raw for text."""

_Flag = TypeVar("_Flag", bound=IntEnum)

NO_NUMBER = NAT
"""No number, among scaled decimals."""
NO_DAY = int(np.iinfo(np.int32).min)
"""No day, among days since 1970."""
_NOTHING = {"int64": NO_NUMBER, "int32": NO_DAY, "int16": -1, "int8": -1}


@frozen(eq=False, kw_only=True)
class Bad:
    """Rows of one column that share a problem (问题行)."""

    code: str
    rows: NDArray[np.intp]
    drops: bool
    details: Mapping[str, object] = field(factory=dict)


@frozen(eq=False, kw_only=True)
class Reading:
    """A column that was read: its values, its bad rows, and structural faults (列读取结果)."""

    values: Values
    bad: tuple[Bad, ...] = ()
    faults: tuple[Problem, ...] = ()


@frozen(kw_only=True)
class Setting:
    """What the caller decided about reading (读取设定)."""

    where: str
    header: str
    ids: IdsMode
    latest_year: int
    words: Vocabulary


def has_value(values: Values) -> NDArray[np.bool_]:
    """Return where a compact column has a value (是否有值).

    Examples
    --------
    >>> has_value(np.array([0, -1], np.int8)).tolist()
    [True, False]
    """
    if isinstance(values, Ids):
        return np.asarray(values.keys != 0)
    if isinstance(values, Raw):
        return ~values.nulls()
    return np.asarray(values != _NOTHING[values.dtype.name], dtype=np.bool_)


def examples(raw: Raw, rows: NDArray[np.intp]) -> tuple[tuple[int, str], ...]:
    """Return the first three of some rows with what stands there (示例)."""
    first = rows[:3]
    return tuple(zip(first.tolist(), raw.shown(first), strict=True))


def fault(code: str, raw: Raw, setting: Setting, **details: str | Text) -> Reading:
    """Return a column that cannot be used at all (整列故障)."""
    rows = np.flatnonzero(~raw.nulls())
    found = problem(
        code,
        setting.where,
        count=len(rows),
        total=len(raw),
        examples=examples(raw, rows),
        details=details,
    )
    return Reading(values=np.zeros(0, np.int64), faults=(found,))


def wrong_type(raw: Raw, setting: Setting, expected: Text) -> Reading:
    """Return a column of another type than it should be (类型不符)."""
    kinds = {
        "text": Text("文本", "text"),
        "integer": Text("整数", "integers"),
        "float": Text("小数", "decimal numbers"),
        "boolean": Text("真假值", "true/false values"),
        "time": Text("时间", "times"),
        "other": Text("混杂的对象", "mixed objects"),
    }
    return fault("wrong_type", raw, setting, found=kinds[raw.kind], expected=expected)


def all_null(raw: Raw) -> bool:
    """Tell whether no row has a value (是否全空)."""
    return bool(raw.nulls().all())


def flagged(
    flags: NDArray[np.generic],
    codes: Mapping[_Flag, str],
    column: Column,
    *,
    keeps: tuple[str, ...] = (),
) -> tuple[Bad, ...]:
    """Return the rows of each flag as problems (按标记归类).

    Parameters
    ----------
    flags : ndarray of uint8, shape (rows,)
        What was found in each row.
    codes : mapping of flag to str
        The problem that it stands for.
    column : Column
        Says whether rows drop out.
    keeps : tuple of str
        Problems with which a row stays.
    """
    bad = []
    for flag, code in codes.items():
        rows = np.flatnonzero(flags == int(flag))
        is_missing = code == "missing_value"
        if len(rows) and (column.is_required or not is_missing):
            drops = code not in keeps and (column.is_required or column.is_strict)
            bad.append(Bad(code=code, rows=rows, drops=drops))
    return tuple(bad)


def missing(is_null: NDArray[np.bool_], bad: Iterable[Bad], column: Column) -> list[Bad]:
    """Report rows without a value where one must be, unless they are bad already (缺值)."""
    if not column.is_required:
        return []
    empty = is_null.copy()
    for known in bad:
        empty[known.rows] = False
    rows = np.flatnonzero(empty)
    return [Bad(code="missing_value", rows=rows, drops=True)] if len(rows) else []
