"""What is remembered of every customer, and how two memories become one (窃电分析状态)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from powerchannel.ids import Ids
from powerchannel.memory import (
    Memory,
    Rows,
    id_columns,
    integer_columns,
    integer_types,
    keys_over,
    names_of,
    rows_of,
)
from powerchannel.periods import format_month, parse_month
from powerchannel.tables import CheckedTable
from powerchannel.text import Text
from powerchannel.theft.tables import SCHEMAS, Tables
from powerchannel.times import local_month

__all__ = ["State", "aggregate"]

_OF_CUSTOMERS = ("points", "phase_readings", "daily", "inspections", "events")
_OF_AREAS = ("outages", "areas")
_MONTH_BY: Mapping[str, str] = {
    "phase_readings": "read_at",
    "daily": "on",
    "inspections": "inspected_on",
    "events": "started_at",
    "outages": "started_at",
    "areas": "on",
    "weather": "on",
}
"""The column that tells the month of a row; metering points stand for all months."""
_UNKNOWN = Text(
    "{n} 个台区不在状态中（如 {first}）；请核对前导零，未给台区的客户以户号为台区",
    "{n} areas are not in the state (first: {first}); check leading zeros; a customer without an "
    "area is an area of that number",
)


@frozen(eq=False, slots=False, repr=False, kw_only=True)
class State(Memory):
    """The rows of all tables, sorted, each key once (窃电分析状态).

    What the rules cannot split is a transformer area: its customers are asked for and left out
    together. A customer without an area is one of their own. A state never changes.

    Parameters
    ----------
    names : ndarray of object, shape (names,)
        Every id that is not all digits, sorted, each once.
    tables : mapping of table name to Rows
        Ids are keys as in `powerchannel.ids.Ids`, over `names`.

    Examples
    --------
    >>> from powerchannel.theft.tables import check
    >>> january = {"户号": ["017"], "日期": ["2025-01-31"], "日用电量": [12.5]}
    >>> february = {"户号": ["017"], "日期": ["2025-02-01"], "日用电量": [0.5]}
    >>> state = aggregate(check(daily=january)).merge(aggregate(check(daily=february)))
    >>> state.months, state.area_ids
    (('2025-01', '2025-02'), ('017',))
    """

    domain, counted, ids = "theft", "customers", id_columns(SCHEMAS)

    @classmethod
    def empty(cls) -> State:
        """Return the memory of nothing (空状态)."""
        return aggregate(Tables(checked={}))

    @cached_property
    def customers(self) -> Ids:
        """Every customer of whom anything is known, once, in the order of keys (客户)."""
        keys = [_distinct(self.tables[name]["customer_id"]) for name in _OF_CUSTOMERS]
        return Ids(np.unique(np.concatenate(keys)).astype(np.int64), self.names)

    @cached_property
    def customer_areas(self) -> NDArray[np.int64]:
        """The key of the area of each customer of `customers`; their own where none is (台区)."""
        points, customers = self.tables["points"], self.customers.keys
        known = points["area_id"] != 0
        owners, areas = points["customer_id"][known], points["area_id"][known]
        first = np.searchsorted(owners, customers)
        at = np.minimum(first, max(len(owners) - 1, 0))
        if not len(owners):
            return customers
        return np.asarray(np.where(owners[at] == customers, areas[at], customers))

    @cached_property
    def areas(self) -> Ids:
        """Every area, once, in canonical order (台区)."""
        keys = [self.customer_areas, *(self.tables[name]["area_id"] for name in _OF_AREAS)]
        return Ids(np.concatenate(keys).astype(np.int64), self.names).unique()[0]

    @property
    def area_ids(self) -> tuple[str, ...]:
        """The ids of `areas` (台区编号)."""
        return tuple(self.areas.to_text().tolist())

    @property
    def months(self) -> tuple[str, ...]:
        """The months in which anything was measured or happened, such as ``"2025-01"`` (月份)."""
        found = np.concatenate([_months_of(self.tables[name]) for name in _MONTH_BY])
        return tuple(format_month(int(month)) for month in np.unique(found))

    def __len__(self) -> int:
        return len(self.customers)

    def without(self, *months: str) -> State:
        """Return the state with some months forgotten; metering points stay (去掉月份).

        Parameters
        ----------
        *months : str
            Such as ``"2025-01"``.
        """
        gone = [parse_month(month) for month in months]
        kept = {name: ~np.isin(_months_of(self.tables[name]), gone) for name in _MONTH_BY}
        return self._where(kept)

    def __getitem__(self, area_ids: Iterable[str]) -> State:
        """Return the state of some areas; temperatures are everybody's and stay (取台区).

        Raises
        ------
        UnknownNameError
            When an area is not in the state.
        """
        rows = rows_of(area_ids, self.areas, code="unknown_area", unknown=_UNKNOWN)
        areas = keys_over(self.areas.take(rows), self.names)
        mine = self.customers.keys[np.isin(self.customer_areas, areas)]
        kept = {name: np.isin(self.tables[name]["customer_id"], mine) for name in _OF_CUSTOMERS}
        kept |= {name: np.isin(self.tables[name]["area_id"], areas) for name in _OF_AREAS}
        return self._where(kept)


def aggregate(tables: Tables) -> State:
    """Put the checked tables into order (汇总为状态).

    Parameters
    ----------
    tables : Tables
        From `check`.

    Returns
    -------
    State
        ``aggregate(a ++ b) == aggregate(a).merge(aggregate(b))``.
    """
    names = names_of(tables.checked.values())
    return State(
        names=names,
        tables={name: _rows(name, tables.checked.get(name), names) for name in SCHEMAS},
    )


def _rows(name: str, table: CheckedTable | None, names: NDArray[np.object_]) -> Rows:
    schema = SCHEMAS[name]
    if table is None:
        return Rows.empty(name, schema.key, integer_types(schema.columns))
    return Rows.of(name, schema.key, integer_columns(table, schema.columns, names))


def _distinct(ordered: NDArray[np.integer]) -> NDArray[np.integer]:
    """Return each key of a sorted column once."""
    is_new = np.append(True, ordered[1:] != ordered[:-1])[: len(ordered)]
    return np.asarray(ordered[is_new])


def _months_of(rows: Rows) -> NDArray[np.integer]:
    values = rows[_MONTH_BY[rows.name]]
    if values.dtype == np.int64:
        return local_month(values.astype(np.int64, copy=False))
    return values.astype("datetime64[D]").astype("datetime64[M]").astype(np.int32)
