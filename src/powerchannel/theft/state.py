"""What is remembered of every customer, and how two memories become one (窃电分析状态)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from powerchannel.errors import UnknownNameError
from powerchannel.ids import Ids
from powerchannel.memory import Memory, Rows, integer_columns, integer_types, keys_over, names_of
from powerchannel.periods import format_month, parse_month
from powerchannel.tables import CheckedTable
from powerchannel.theft.tables import SCHEMAS, Tables
from powerchannel.times import local_month

__all__ = ["State", "aggregate"]

_OF_CUSTOMERS = ("points", "phase_readings", "daily", "inspections", "events")
_OF_AREAS = ("outages", "areas")
_IDS = {
    name: frozenset(column.name for column in schema.columns if column.kind == "id")
    for name, schema in SCHEMAS.items()
}
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


@frozen(eq=False, slots=False, kw_only=True)
class State:
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

    names: NDArray[np.object_]
    tables: Mapping[str, Rows]

    @classmethod
    def empty(cls) -> State:
        """Return the memory of nothing (空状态)."""
        return aggregate(Tables(checked={}))

    @classmethod
    def _of(cls, memory: Memory) -> State:
        return cls(names=memory.names, tables=memory.tables)

    @property
    def _memory(self) -> Memory:
        return Memory(names=self.names, tables=self.tables, ids=_IDS)

    @cached_property
    def customers(self) -> Ids:
        """Every customer of whom anything is known, once, in the order of keys (客户)."""
        keys = [self.tables[name]["customer_id"] for name in _OF_CUSTOMERS]
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

    def merge(self, other: State) -> State:
        """Return the memory of both (合并状态).

        Associative and commutative; an empty state changes nothing; rows that both have count once.

        Raises
        ------
        MergeError
            When rows of one key differ. Take the month out with `without` and merge it as it was
            aggregated anew.
        """
        return State._of(self._memory.merge(other._memory))

    def without(self, *months: str) -> State:
        """Return the state with some months forgotten; metering points stay (去掉月份).

        Parameters
        ----------
        *months : str
            Such as ``"2025-01"``.
        """
        gone = [parse_month(month) for month in months]
        kept = {name: ~np.isin(_months_of(self.tables[name]), gone) for name in _MONTH_BY}
        return State._of(self._memory.where(kept))

    def __getitem__(self, area_ids: Iterable[str]) -> State:
        """Return the state of some areas; temperatures are everybody's and stay (取台区).

        Raises
        ------
        UnknownNameError
            When an area is not in the state.
        """
        wanted = [area_ids] if isinstance(area_ids, str) else list(area_ids)
        rows = self.areas.positions(Ids.from_text(wanted))
        unknown = [key for key, row in zip(wanted, rows, strict=True) if row < 0]
        if unknown:
            raise UnknownNameError.of(
                "unknown_area",
                "state",
                f"{len(unknown)} 个台区不在状态中（如 {unknown[0]!r}）；请核对前导零，"
                "未给台区的客户以户号为台区",
                f"{len(unknown)} areas are not in the state (first: {unknown[0]!r}); check leading "
                "zeros; a customer without an area is an area of that number",
                count=len(unknown),
            )
        areas = keys_over(self.areas.take(np.unique(rows)), self.names)
        mine = self.customers.keys[np.isin(self.customer_areas, areas)]
        kept = {name: np.isin(self.tables[name]["customer_id"], mine) for name in _OF_CUSTOMERS}
        kept |= {name: np.isin(self.tables[name]["area_id"], areas) for name in _OF_AREAS}
        return State._of(self._memory.where(kept))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, State):
            return NotImplemented
        return self._memory.equals(other._memory)

    __hash__ = None  # type: ignore[assignment]

    @property
    def digest(self) -> str:
        """A fingerprint of everything remembered: equal states, equal digests (状态摘要)."""
        return self._memory.digest

    def __repr__(self) -> str:
        span = f"{self.months[0]}..{self.months[-1]}" if self.months else "-"
        rows = sum(map(len, self.tables.values()))
        return f"<theft.State {len(self):,} customers, months {span}, {rows:,} rows>"


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
    types = integer_types(schema.columns)
    if table is None:
        return Rows(name, schema.key, {n: np.zeros(0, dtype) for n, dtype in types.items()})
    columns = integer_columns(table, schema.columns, names)
    return Rows.of(name, schema.key, {n: v.astype(types[n]) for n, v in columns.items()})


def _months_of(rows: Rows) -> NDArray[np.integer]:
    values = rows[_MONTH_BY[rows.name]]
    if values.dtype == np.int64:
        return local_month(values.astype(np.int64, copy=False))
    return values.astype("datetime64[D]").astype("datetime64[M]").astype(np.int32)
