"""Decoded event rows of DL/T 698.45: object identifiers to event codes (698.45 事件)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import pandas as pd
from attrs import frozen
from numpy.typing import NDArray

from powerchannel.tables import Source
from powerchannel.theft.exports.cells import header_of, opened, texts, unused
from powerchannel.theft.exports.left_out import Left, left_table

__all__ = ["EVENT_OF_OBJECT", "EventExport", "read_698_events"]

EVENT_OF_OBJECT: Mapping[str, str] = MappingProxyType(
    {
        "3000": "voltage_loss",
        "3001": "undervoltage",
        "3002": "overvoltage",
        "3003": "phase_loss",
        "3004": "current_loss",
        "3005": "overcurrent",
        "3006": "current_break",
        "3007": "power_reversal",
        "3008": "overload",
        "3009": "demand_over_limit",
        "300A": "demand_over_limit",
        "300C": "low_power_factor",
        "300D": "total_voltage_loss",
        "300F": "voltage_phase_sequence",
        "3010": "current_phase_sequence",
        "3011": "power_failure",
        "3012": "programmed",
        "3013": "cleared",
        "3014": "demand_cleared",
        "301B": "cover_opened",
        "301C": "terminal_cover_opened",
        "301D": "voltage_unbalance",
        "301E": "current_unbalance",
        "302A": "magnetic_interference",
        "302D": "severe_current_unbalance",
        "3105": "clock_error",
        "3106": "outage",
        "310B": "index_decreased",
        "310C": "energy_mismatch",
        "310D": "index_runaway",
        "310E": "index_stopped",
        "3116": "active_differential",
    }
)
"""The event code of each event object (事件对象对照)."""

_OBJECT = re.compile(r"(?:0[xX])?([0-9A-Fa-f]{4})(?:[0-9A-Fa-f]{4})?[hH]?")
_NAMES: Mapping[str, tuple[str, ...]] = {
    "customer_id": ("customer_id", "户号", "客户编号", "CONS_NO"),
    "meter_id": ("meter_id", "表号", "电能表编号", "资产编号"),
    "object_id": ("object_id", "OI", "OAD", "事件对象", "对象标识"),
    "phase": ("phase", "相别"),
    "started_at": ("started_at", "发生时间", "发生时刻", "start_time"),
    "ended_at": ("ended_at", "结束时间", "恢复时间", "end_time"),
    "deviation_s": ("deviation_s", "时钟偏差", "时钟偏差值", "时钟误差"),
}
_NEEDED = ("customer_id", "object_id", "started_at")


@frozen(eq=False, kw_only=True)
class EventExport:
    """Meter events of decoded rows (电能表事件).

    Parameters
    ----------
    events : DataFrame
        customer_id, meter_id, event, phase, started_at, ended_at, deviation_s as text: for
        `theft.check`, which reads times and reports what cannot be read.
    unknown : DataFrame
        The rows whose object has no event code, object_id in place of event.
    left_out : DataFrame
        reason, count, example, zh, en.
    """

    events: pd.DataFrame
    unknown: pd.DataFrame
    left_out: pd.DataFrame


def read_698_events(source: Source) -> EventExport:
    """Read decoded event rows of DL/T 698.45 (读取 698.45 事件).

    Objects may be written ``3000``, ``0x301b``, ``301BH``, or as a whole attribute descriptor
    ``30000200``, whose first half is the object. The wire protocol is not read.

    Parameters
    ----------
    source : data frame
        Customer, object (OI or OAD), start, and what there is of meter, phase, end, and deviation
        of the clock [s].

    Raises
    ------
    TableError
        When one of the three columns is missing.

    Examples
    --------
    >>> found = read_698_events({"户号": ["017", "017"], "OI": ["301B", "3F00"],
    ...     "发生时间": ["2025-03-01 08:00:00"] * 2})
    >>> found.events["event"].tolist(), found.unknown["object_id"].tolist()
    (['cover_opened'], ['3F00'])
    """
    where = "events698"
    frame = opened(source, where)
    headers = {
        name: header_of(frame, names, where, is_needed=name in _NEEDED)
        for name, names in _NAMES.items()
    }
    nothing = np.full(frame.rows, None, dtype=object)
    rows = pd.DataFrame(
        {
            name: pd.Series(texts(frame.column(header)) if header else nothing, dtype=object)
            for name, header in headers.items()
        }
    )
    events = _events(rows["object_id"])
    has_code = events != ""
    has_customer = rows["customer_id"].notna().to_numpy()
    named = rows.rename(columns={"object_id": "event"}).assign(event=events)
    unknown = rows[has_customer & ~has_code].reset_index(drop=True)
    return EventExport(
        events=named[has_customer & has_code].reset_index(drop=True),
        unknown=unknown,
        left_out=left_table(
            [
                unused(frame, list(headers.values())),
                Left(reason="no_customer", count=int((~has_customer).sum())),
                Left(
                    reason="unknown_event",
                    count=len(unknown),
                    example=", ".join(map(str, unknown["object_id"].unique()[:5])),
                ),
            ]
        ),
    )


def _events(cells: pd.Series) -> NDArray[np.object_]:
    """Return the event code of each cell; empty where there is none."""
    codes, words = pd.factorize(cells)
    events = [EVENT_OF_OBJECT.get(_object(str(word)), "") for word in words]
    return np.array([*events, ""], dtype=object)[codes]


def _object(word: str) -> str:
    match = _OBJECT.fullmatch(word)
    return match[1].upper() if match else ""
