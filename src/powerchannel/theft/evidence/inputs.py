"""The rows of a state that evidence is taken from, laid out for the rules (取证数据)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from attrs import frozen
from numpy.typing import NDArray

from powerchannel.ids import Ids
from powerchannel.memory import Rows
from powerchannel.periods import month_end_us
from powerchannel.tables import NO_DAY, NO_NUMBER
from powerchannel.theft.evidence.blocks import Block
from powerchannel.theft.state import State
from powerchannel.theft.tables import SCHEMAS
from powerchannel.times import NAT, to_local

__all__ = ["Inputs"]

_DAY_US = 86_400_000_000
_OK = 0
_TIMES: Mapping[str, str] = {
    "phase_readings": "read_at",
    "events": "started_at",
    "outages": "started_at",
}


@frozen(eq=False, slots=False, kw_only=True)
class Inputs:
    """Everything that is looked at for a month (取证数据).

    Parameters
    ----------
    customers : Ids
        The customers, in the order of keys.
    areas : ndarray of int64, shape (customers,)
        The key of the area of each.
    on : ndarray of datetime64[D], shape (days,)
        The days of the window, the last of the month last.
    energy_kwh : ndarray of float64, shape (customers, days)
        NaN where nothing was read; an estimate is no reading.
    until_us : int
        The end of the month in microseconds UTC.
    frames : mapping of table name to DataFrame
        The rows of the window; ids are keys.
    """

    customers: Ids
    areas: NDArray[np.int64]
    on: NDArray[np.datetime64]
    energy_kwh: NDArray[np.float64]
    until_us: int
    frames: Mapping[str, pd.DataFrame]

    @classmethod
    def of(cls, state: State | Block, month: int, days: int) -> Inputs:
        """Take the last days of a month out of a state (取数).

        Parameters
        ----------
        state : State or Block
            What is remembered, or of some areas.
        month : int
            Since 1970-01.
        days : int
            How many.
        """
        until_us = month_end_us(month)
        last = int(to_local(np.array([until_us]))[0] // _DAY_US)
        on = np.arange(last - days, last)
        keys = state.customers.keys
        daily = state.tables["daily"]
        return cls(
            customers=state.customers,
            areas=state.customer_areas,
            on=on.astype("datetime64[D]"),
            energy_kwh=_matrix(daily, keys, on),
            until_us=until_us,
            frames={name: _frame(_within(rows, on)) for name, rows in state.tables.items()},
        )

    def rows_of(self, keys: NDArray[np.integer]) -> NDArray[np.int64]:
        """Return the place of customers by key (客户位置)."""
        return np.searchsorted(self.customers.keys, keys)


def _matrix(daily: Rows, keys: NDArray[np.int64], on: NDArray[np.int64]) -> NDArray[np.float64]:
    column = daily["on"].astype(np.int64) - on[0]
    energy = daily["energy_kwh"]
    is_used = (column >= 0) & (column < len(on)) & (daily["status"] == _OK) & (energy != NO_NUMBER)
    out = np.full((len(keys), len(on)), np.nan)
    first, after = (np.searchsorted(daily["customer_id"], keys, side) for side in ("left", "right"))
    row = np.repeat(np.arange(len(keys)), after - first)[is_used]
    unit = 10.0 ** -SCHEMAS["daily"]["energy_kwh"].decimals
    out[row, column[is_used]] = energy[is_used] * unit
    return out


def _within(rows: Rows, on: NDArray[np.int64]) -> Rows:
    """Return the rows of the window; an outage or event counts where it began."""
    name = _TIMES.get(rows.name)
    if name is not None:
        day = to_local(rows[name].astype(np.int64)) // _DAY_US
    elif rows.name in ("daily", "areas", "weather"):
        day = rows["on"].astype(np.int64)
    else:
        return rows
    is_within = (day >= on[0]) & (day <= on[-1])
    return rows if is_within.all() else rows.where(is_within)


def _frame(rows: Rows) -> pd.DataFrame:
    """Return rows as a data frame: keys, floats, codes as words, days and UTC times."""
    schema = SCHEMAS[rows.name]
    columns: dict[str, object] = {}
    for column in schema.columns:
        values = rows[column.name]
        if column.kind == "decimal":
            columns[column.name] = _numbers(values, column.decimals)
        elif column.kind == "code":
            codes = [code.code for code in column.codes]
            columns[column.name] = pd.Categorical.from_codes(values, pd.Index(codes))
        elif column.kind == "date":
            days = np.where(values == NO_DAY, NAT, values.astype(np.int64))
            columns[column.name] = days.astype("datetime64[D]").astype("datetime64[us]")
        elif column.kind == "time":
            stamps = values.astype(np.int64).view("datetime64[us]")
            columns[column.name] = pd.DatetimeIndex(stamps).tz_localize("UTC")
        else:
            columns[column.name] = values
    return pd.DataFrame(columns, copy=False)


def _numbers(values: NDArray[np.integer], decimals: int) -> NDArray[np.float64]:
    is_there = values != NO_NUMBER
    out = np.full(len(values), np.nan)
    return np.divide(values, 10.0**decimals, out=out, where=is_there) if is_there.any() else out
