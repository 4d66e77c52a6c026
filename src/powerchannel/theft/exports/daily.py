"""Daily files of State Grid: one column a day, or one row a day with its label (日电量文件)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TypeAlias

import numpy as np
import pandas as pd
from attrs import frozen
from numpy.typing import NDArray

from powerchannel.errors import TableError
from powerchannel.tables import Source
from powerchannel.tables.door import Frame
from powerchannel.theft.exports.cells import (
    Numbers,
    clocks,
    has_text,
    header_of,
    numbers,
    opened,
    texts,
    unused,
)
from powerchannel.theft.exports.headers import day_headers
from powerchannel.theft.exports.left_out import Left, left_table
from powerchannel.times import NAT

__all__ = ["DailyExport", "read_chk_state", "read_sgcc_wide"]

_CUSTOMER = ("CONS_NO", "customer_id", "户号", "客户编号", "用户编号")
_FLAG = ("FLAG", "CHK_STATE", "label")
_LONG: Mapping[str, tuple[str, ...]] = {
    "customer_id": _CUSTOMER,
    "on": ("DATA_DATE", "on", "数据日期"),
    "energy_kwh": ("KWH", "energy_kwh", "日用电量"),
    "reading_kwh": ("KWH_READING", "reading_kwh", "日冻结示数"),
    "label": ("CHK_STATE", "FLAG", "label"),
}
_OPTIONAL = ("reading_kwh", "label")
_VALUES = ("energy_kwh", "reading_kwh")
_DAY_US = 86_400_000_000
Days: TypeAlias = NDArray[np.datetime64]


@frozen(eq=False, kw_only=True)
class DailyExport:
    """Daily energies and labels of a foreign file (日电量与标记).

    Parameters
    ----------
    daily : DataFrame
        customer_id, on, energy_kwh, and reading_kwh where the file has it: for `theft.check`.
    inspections : DataFrame
        customer_id, inspected_on, finding: ``theft`` for 1 and ``normal`` for 0. Such a file calls
        0 who was never found, which is not the same as inspected.
    left_out : DataFrame
        reason, count, example, zh, en.
    """

    daily: pd.DataFrame
    inspections: pd.DataFrame
    left_out: pd.DataFrame


def read_sgcc_wide(source: Source, *, inspected_on: date | None = None) -> DailyExport:
    """Read the wide file of SGCC: a row a customer, a column a day (宽表日电量).

    Columns may stand in any order, and days be spelt in any way that can be told. Cells without a
    value are missing days, never zero.

    Parameters
    ----------
    source : data frame
        CONS_NO, FLAG, and the days.
    inspected_on : date, optional
        The day of the labels; by default the one after the last day of the file.

    Raises
    ------
    TableError
        When there is no CONS_NO or no day, two columns are the same, or month and day cannot be
        told apart.

    Examples
    --------
    >>> found = read_sgcc_wide({"2014/1/2": ["", "4"], "CONS_NO": ["A1", "B2"], "FLAG": [1, 0],
    ...     "2014/1/1": ["1.5", "3"]})
    >>> found.daily["energy_kwh"].tolist(), found.inspections["finding"].tolist()
    ([1.5, 3.0, 4.0], ['theft', 'normal'])
    >>> found.left_out[["reason", "count"]].values.tolist()
    [['no_value', 1]]
    """
    where = "sgcc"
    frame = opened(source, where)
    customer, flag = header_of(frame, _CUSTOMER, where), header_of(frame, _FLAG, where)
    found = day_headers([h for h in frame.headers if h not in (customer, flag)], where)
    headers = sorted(found, key=lambda header: found[header])
    if not headers:
        raise TableError.of(
            "no_days",
            where,
            f"没有一列是日期（列名：{'、'.join(frame.headers[:8])}）；请核对表头",
            f"no column is a day (headers: {', '.join(frame.headers[:8])}); check the header",
        )
    ids = texts(frame.column(customer))
    has_id = has_text(ids)
    days = np.array([found[header] for header in headers], dtype="datetime64[D]")
    labels, left = _labels(ids, numbers(frame.column(flag)), _day_of_labels(days, inspected_on))
    daily, lost = _unpivoted(frame, headers, days, ids)
    return DailyExport(
        daily=daily,
        inspections=labels,
        left_out=left_table(
            [
                unused(frame, [customer, flag, *headers]),
                Left(reason="no_customer", count=int((~has_id).sum())),
                *lost,
                *left,
            ]
        ),
    )


def _unpivoted(
    frame: Frame, headers: list[str], days: Days, ids: NDArray[np.object_]
) -> tuple[pd.DataFrame, list[Left]]:
    """Return a row for each cell with a value, and what the other cells of customers were."""
    rows = np.flatnonzero(has_text(ids))
    cells = [numbers(frame.column(header)) for header in headers]
    energy = np.stack([column.values[rows] for column in cells], axis=1)
    bad = np.array([int(column.is_bad[rows].sum()) for column in cells])
    blank = sum(int(column.is_blank[rows].sum()) for column in cells)
    row, column = np.nonzero(~np.isnan(energy))
    daily = pd.DataFrame(
        {
            "customer_id": pd.Categorical(ids[rows]).take(row),
            "on": days[column].astype("datetime64[s]"),
            "energy_kwh": energy[row, column],
        }
    )
    example = headers[int(np.argmax(bad))] if bad.any() else ""
    return daily, [
        Left(reason="no_value", count=blank),
        Left(reason="not_a_number", count=int(bad.sum()), example=example),
    ]


def read_chk_state(source: Source, *, inspected_on: date | None = None) -> DailyExport:
    """Read the long file of State Grid: a row a customer and day, labelled (长表日电量).

    Parameters
    ----------
    source : data frame
        CONS_NO, DATA_DATE, KWH, and what there is of KWH_READING (the index at the end of the
        day), KWH_READING1 (that of the day before; not used) and CHK_STATE (1: theft).
    inspected_on : date, optional
        The day of the labels; by default the one after the last day of the file.

    Returns
    -------
    DailyExport
        A row with an index alone is kept, its energy empty.

    Raises
    ------
    TableError
        When a column is missing.

    Examples
    --------
    >>> found = read_chk_state({"CONS_NO": ["1", "1"], "DATA_DATE": ["2015/1/1", "2015/1/2"],
    ...     "KWH": ["2.5", ""], "CHK_STATE": [1, 1]})
    >>> found.daily["energy_kwh"].tolist(), len(found.inspections)
    ([2.5], 1)
    """
    where = "chk_state"
    frame = opened(source, where)
    headers = {
        name: header_of(frame, words, where, is_needed=name not in _OPTIONAL)
        for name, words in _LONG.items()
    }
    ids, at = texts(frame.column(headers["customer_id"])), clocks(frame.column(headers["on"]))
    values = {name: numbers(frame.column(headers[name])) for name in _VALUES if headers[name]}
    has_id, has_day = has_text(ids), at != NAT
    has_value = np.any([~np.isnan(column.values) for column in values.values()], axis=0)
    is_bad = np.stack([column.is_bad for column in values.values()])
    is_kept = has_id & has_day & has_value
    days = (np.where(has_day, at, 0) // _DAY_US).astype("datetime64[D]")
    labels, left = _empty_labels(), list[Left]()
    if headers["label"] and has_day.any():
        flags = numbers(frame.column(headers["label"]))
        labels, left = _labels(ids, flags, _day_of_labels(days[has_day], inspected_on))
    return DailyExport(
        daily=pd.DataFrame(
            {"customer_id": ids[is_kept], "on": days[is_kept].astype("datetime64[s]")}
            | {name: column.values[is_kept] for name, column in values.items()}
        ),
        inspections=labels,
        left_out=left_table(
            [
                unused(frame, list(headers.values())),
                Left(reason="no_customer", count=int((~has_id).sum())),
                Left(reason="not_a_day", count=int((has_id & ~has_day).sum())),
                Left(
                    reason="no_value",
                    count=int((has_id & has_day & ~has_value & ~is_bad.any(axis=0)).sum()),
                ),
                Left(reason="not_a_number", count=int((is_bad & has_id & has_day).sum())),
                *left,
            ]
        ),
    )


def _day_of_labels(days: Days, stated: date | None) -> np.datetime64:
    return np.datetime64(days.max() + 1 if stated is None else stated, "D")


def _empty_labels() -> pd.DataFrame:
    return pd.DataFrame({"customer_id": [], "inspected_on": [], "finding": []}).astype(
        {"customer_id": "object", "inspected_on": "datetime64[s]", "finding": "object"}
    )


def _labels(
    ids: NDArray[np.object_], flags: Numbers, on: np.datetime64
) -> tuple[pd.DataFrame, list[Left]]:
    """Return one label a customer, and why others have none."""
    is_label = np.isin(flags.values, (0.0, 1.0))
    rows = pd.DataFrame({"customer_id": ids, "flag": np.where(is_label, flags.values, np.nan)})
    by = rows.groupby("customer_id", sort=False)["flag"]
    low, high = by.min(), by.max()
    is_none, is_both = low.isna(), low < high
    known = low[~is_none & ~is_both]
    labels = pd.DataFrame(
        {
            "customer_id": known.index.to_numpy(dtype=object),
            "inspected_on": np.full(len(known), on).astype("datetime64[s]"),
            "finding": np.where(known.to_numpy() == 1.0, "theft", "normal").astype(object),
        }
    )
    return labels, [
        Left(reason="bad_label", count=int((~is_label & ~flags.is_blank).sum())),
        _customers("no_label", low.index[is_none]),
        _customers("conflicting_label", low.index[is_both]),
    ]


def _customers(reason: str, ids: pd.Index) -> Left:
    return Left(reason=reason, count=len(ids), example=str(ids[0]) if len(ids) else "")
