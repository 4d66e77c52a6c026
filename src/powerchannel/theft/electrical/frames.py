"""Columns of data frames as arrays: which point a row is of, numbers, times."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from attrs import frozen
from numpy.typing import NDArray

from powerchannel.errors import TableError
from powerchannel.times import NAT, to_utc

__all__ = ["need", "numbers", "order_by", "positions", "refuse", "refuse_repeated", "times"]

_CUSTOMER, _METER = "customer_id", "meter_id"
_MOST_SHOWN = 3


@frozen(eq=False)
class _Keys:
    """Names as numbers: 0 where there is none, -1 where points do not have it."""

    customer: NDArray[np.int64]
    meter: NDArray[np.int64]
    meters: int

    @property
    def both(self) -> NDArray[np.int64]:
        known = (self.customer >= 0) & (self.meter >= 0)
        return np.where(known, self.customer * (self.meters + 1) + self.meter, -1)


def positions(
    frame: pd.DataFrame, points: pd.DataFrame, table: str, *, takes_first: bool = False
) -> NDArray[np.int64]:
    """Return the row of ``points`` that each row belongs to; -1 where there is none (定位).

    Rows are joined by customer and meter. Without a meter, in either table, a row belongs to the
    only point of its customer.

    Parameters
    ----------
    frame, points : DataFrame
        Each with ``customer_id``, ``meter_id``, or both.
    table : str
        What `frame` is called.
    takes_first : bool
        A row without a meter belongs to the first point of a customer with several.
    """
    shared = _shared(frame, points, table)
    own, known = _keys(frame, points, shared), _keys(points, points, shared)
    exact = _matched(own.both, known.both)
    only = _only_points(known, takes_first=takes_first)[own.customer]
    has_no_meter = (own.meter == 0) | (np.append(known.meter, -1)[only] == 0)
    return np.where((exact < 0) & has_no_meter, only, exact).astype(np.int64)


def _matched(wanted: NDArray[np.int64], known: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the row with each key; -1 where there is none, or several."""
    codes, distinct = pd.factorize(wanted)
    order = np.argsort(known, kind="stable")
    keys = known[order]
    first, after = (np.searchsorted(keys, distinct, side) for side in ("left", "right"))
    is_one = (after - first == 1) & (distinct >= 0)
    return np.append(order, -1)[np.where(is_one, first, len(order))][codes]


def _shared(frame: pd.DataFrame, points: pd.DataFrame, table: str) -> list[str]:
    shared = [each for each in (_CUSTOMER, _METER) if each in frame.columns and each in points]
    if not shared:
        raise TableError.of(
            "missing_column",
            f"{table}.{_METER}",
            f"与 points 没有共同的 {_CUSTOMER} 或 {_METER}；请补上",
            f"it has neither {_CUSTOMER} nor {_METER} in common with points; add one",
        )
    return shared


def _keys(frame: pd.DataFrame, points: pd.DataFrame, shared: list[str]) -> _Keys:
    customer, _ = _numbered(frame, points, _CUSTOMER, is_used=_CUSTOMER in shared)
    meter, meters = _numbered(frame, points, _METER, is_used=_METER in shared)
    return _Keys(customer, meter, meters)


def _numbered(
    frame: pd.DataFrame, points: pd.DataFrame, name: str, *, is_used: bool
) -> tuple[NDArray[np.int64], int]:
    if not is_used:
        return np.zeros(len(frame), np.int64), 0
    codes, names = frame[name].factorize()
    known, wanted = pd.Index(points[name].dropna().unique()), pd.Index(names)
    if known.dtype != wanted.dtype:
        known, wanted = known.astype(object), wanted.astype(object)
    numbered = np.where((at := known.get_indexer(wanted)) < 0, -1, at + 1)
    return np.append(numbered, 0)[codes], len(known)


def _only_points(known: _Keys, *, takes_first: bool) -> NDArray[np.int64]:
    """Return by the number of a customer its only point; -1 for others, and at the end."""
    counts = np.bincount(known.customer, minlength=1)
    only = np.full(len(counts) + 1, -1)
    rows = np.arange(len(known.customer))[::-1]
    only[known.customer[rows]] = rows
    if not takes_first:
        only[:-1][counts > 1] = -1
    return only


def refuse_repeated(points: pd.DataFrame) -> None:
    """Refuse points of which two have the same customer and meter (计量点重复).

    Raises
    ------
    TableError
        Naming some of them.
    """
    both = _keys(points, points, _shared(points, points, "points")).both
    repeated = pd.Series(both).duplicated().to_numpy()
    refuse(repeated, "repeated_key", "points", "与前面的计量点同户同表", "repeat a point above")


def need(frame: pd.DataFrame, table: str, names: Sequence[str]) -> None:
    """Refuse a table that lacks a column (缺列).

    Raises
    ------
    TableError
        Naming those that are missing.
    """
    missing = [name for name in names if name not in frame.columns]
    if missing:
        raise TableError.of(
            "missing_column",
            f"{table}.{missing[0]}",
            f"缺少 {'、'.join(missing)}；请补上",
            f"{', '.join(missing)} missing; add it",
            count=len(missing),
        )


def refuse(wrong: NDArray[np.bool_], code: str, where: str, zh: str, en: str) -> None:
    """Refuse a table of which any row is wrong (拒绝).

    Raises
    ------
    TableError
        Saying how many, and which come first.
    """
    if wrong.any():
        rows, count = np.flatnonzero(wrong)[:_MOST_SHOWN].tolist(), int(wrong.sum())
        shown = ", ".join(map(str, rows))
        raise TableError.of(
            code,
            where,
            f"{count} 行{zh}（第 {shown} 行起）；请改正，或去掉",
            f"{count} rows {en} (rows {shown}, counted from 0); correct them, or leave them out",
            count=count,
        )


def order_by(meter: NDArray[np.int64], at: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the rows by meter and time; rows in order already are not sorted again (排序).

    Examples
    --------
    >>> order_by(np.array([1, 0, 0]), np.array([5, 7, 6])).tolist()
    [2, 1, 0]
    """
    moved, step = np.diff(meter), np.diff(at)
    if ((moved < 0) | ((moved == 0) & (step < 0))).any():
        return np.lexsort((at, meter))
    return np.arange(len(meter))


def numbers(frame: pd.DataFrame, name: str) -> NDArray[np.float64]:
    """Return a column as floats: NaN where there is no number, or no column (数值列)."""
    if name not in frame.columns:
        return np.full(len(frame), np.nan)
    return frame[name].to_numpy(dtype=np.float64, na_value=np.nan)


def times(frame: pd.DataFrame, name: str) -> NDArray[np.int64]:
    """Return a column of times or days as microseconds UTC; NAT where there is none (时间列).

    Without a zone they are Shanghai time.
    """
    if name not in frame.columns:
        return np.full(len(frame), NAT)
    values = pd.to_datetime(frame[name])
    has_zone = isinstance(values.dtype, pd.DatetimeTZDtype)
    bare = values.dt.tz_convert("UTC").dt.tz_localize(None) if has_zone else values
    stamps = np.asarray(bare.to_numpy(dtype="datetime64[us]").view(np.int64))
    return stamps if has_zone else to_utc(stamps)
