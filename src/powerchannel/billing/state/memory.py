"""What is remembered of every group, month by month, and how two memories become one (计费状态)."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from typing import TypeAlias

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from powerchannel._idcells import key_of
from powerchannel.billing.records import Group
from powerchannel.billing.state.grouping import group_of
from powerchannel.billing.tables import Tables
from powerchannel.billing.tables.placing import MONTHS, Places, end_month, one_cell, places_of
from powerchannel.billing.tables.schemas import SCHEMAS
from powerchannel.errors import UnknownNameError
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
from powerchannel.tables import NO_DAY, CheckedTable, Column
from powerchannel.text import Text
from powerchannel.times import local_month, to_local

__all__ = ["BY_GROUP", "BY_MONTH", "GROUP", "MONTH", "SHARED", "State", "aggregate"]

GROUP, MONTH = "billing_group", "billing_month"
BY_MONTH = (
    "accounts",
    "meters",
    "relations",
    "transformers",
    "lines",
    "givens",
    "adjustments",
    "incidents",
    "debts",
)
"""Tables of which each month of a group has its own rows, as they stood when they came in."""
BY_GROUP = ("readings", "intervals")
"""Tables that stand for themselves: one reading ends a month and begins the next."""
SHARED = ("loss_tables",)
"""Tables that are everybody's."""
_TOLD_ALREADY = ("group_id", "period_ended_on")
_DAY_US = 86_400_000_000

_Ints: TypeAlias = NDArray[np.int64]
_Columns: TypeAlias = Mapping[str, NDArray[np.integer]]


@frozen(eq=False, slots=False, repr=False, kw_only=True)
class State(Memory):
    """The rows of all tables by billing group and month (计费状态).

    A month is the one in which a billing period ends; the month before, if it ends on the 1st.
    Meters, relations, transformers and lines are remembered as they stood in each month, so that a
    closed month is billed again as it was. A state never changes.

    Parameters
    ----------
    names : ndarray of object, shape (names,)
        Every id that is not all digits, sorted, each once.
    tables : mapping of table name to Rows
        Ids are keys as in `powerchannel.ids.Ids`, over `names`.

    Examples
    --------
    >>> from powerchannel.billing.tables import check
    >>> january = {"账户": ["017"], "开始日期": ["2025-01-01"], "结束日期": ["2025-02-01"]}
    >>> february = {"账户": ["017"], "开始日期": ["2025-02-01"], "结束日期": ["2025-03-01"]}
    >>> state = aggregate(check(accounts=january)).merge(aggregate(check(accounts=february)))
    >>> state.months, state.group_ids("2025-01")
    (('2025-01', '2025-02'), ('017',))
    >>> state.group("017", "2025-01").accounts[0].ended_on.isoformat()
    '2025-02-01'
    """

    domain, counted, ids = "billing", "groups", id_columns(SCHEMAS, GROUP)

    @classmethod
    def empty(cls) -> State:
        """Return the memory of nothing (空状态)."""
        tables = {name: Rows.empty(name, _key(name), _types(name)) for name in SCHEMAS}
        return cls(names=np.zeros(0, dtype=object), tables=tables)

    def __len__(self) -> int:
        return len(np.unique(self.tables["accounts"][GROUP]))

    @property
    def groups(self) -> Ids:
        """Every group with a period, once, in canonical order (计费组)."""
        return Ids(self.tables["accounts"][GROUP].astype(np.int64), self.names).unique()[0]

    @property
    def months(self) -> tuple[str, ...]:
        """The months in which a period ends, such as ``"2025-01"`` (账期所属月)."""
        return tuple(format_month(int(m)) for m in np.unique(self.tables["accounts"][MONTH]))

    def group_ids(self, as_of: str) -> tuple[str, ...]:
        """Return the groups of which a period ends in a month, in canonical order (当月计费组).

        Parameters
        ----------
        as_of : str
            Such as ``"2025-01"``.
        """
        accounts = self.tables["accounts"]
        keys = accounts[GROUP][accounts[MONTH] == parse_month(as_of)]
        return tuple(Ids(keys.astype(np.int64), self.names).unique()[0].to_text().tolist())

    def group(self, group_id: str, as_of: str) -> Group:
        """Return all that the bill of one group depends on, as records (取单组记录).

        Its readings are all those up to the end of the period, earlier ones included; its intervals
        are those inside the period.

        Parameters
        ----------
        group_id : str
            The group.
        as_of : str
            The month in which its period ends.

        Raises
        ------
        UnknownNameError
            When no period of this group ends in that month.
        """
        month, key = parse_month(as_of), self._key_of(group_id)
        rows = {n: self.tables[n].within(key, month) for n in BY_MONTH}
        if not len(rows["accounts"]):
            raise self._no_period(group_id, as_of)
        readings = self.tables["readings"].within(key)
        past = readings["read_on"] <= rows["accounts"]["ended_on"].max()
        used = np.isin(self.tables["loss_tables"]["loss_table"], rows["transformers"]["loss_table"])
        rows |= {
            "readings": readings.where(past),
            "intervals": _inside(self.tables["intervals"].within(key), rows["accounts"]),
            "loss_tables": self.tables["loss_tables"].where(used),
        }
        return group_of(group_id, rows, self.names)

    def _key_of(self, group_id: str) -> int:
        """Return the key of a group, or one that none has."""
        key = key_of(group_id)
        if key >= 0:
            return key
        at = bisect_left(self.names, group_id)
        return -1 - at if group_id in self.names[at : at + 1] else 0

    def _no_period(self, group_id: str, as_of: str) -> UnknownNameError:
        accounts = self.tables["accounts"].within(self._key_of(group_id))
        months = ", ".join(format_month(int(m)) for m in np.unique(accounts[MONTH])) or "-"
        return UnknownNameError.of(
            "unknown_group",
            "state",
            f"计费组 {group_id!r} 在 {as_of} 没有账期；有账期的月份：{months}。请核对编号和前导零",
            f"no billing period of the group {group_id!r} ends in {as_of}; months with one: "
            f"{months}. Check the id and leading zeros",
        )

    def merge(self, other: State) -> State:
        """Return the memory of both (合并状态).

        Associative and commutative; an empty state changes nothing; rows that both have count once.

        Raises
        ------
        MergeError
            When rows of one key differ: a reading, or the same month of a group. Take the month
            out with `without` and merge it as it was aggregated anew.
        """
        return super().merge(other)

    def without(self, *months: str) -> State:
        """Return the state with some months forgotten, their readings too (去掉月份).

        A reading belongs to the month of the day before it, as the end of a period does. For a
        month that is to be rebuilt: ``state.without("2025-01").merge(aggregate(january_again))``.

        Parameters
        ----------
        *months : str
            Such as ``"2025-01"``.
        """
        gone = [parse_month(m) for m in months]
        kept = {n: ~np.isin(_months_of(self.tables[n]), gone) for n in (*BY_MONTH, *BY_GROUP)}
        return self._where(kept)

    def __getitem__(self, group_ids: Iterable[str]) -> State:
        """Return the state of some groups (取计费组).

        Raises
        ------
        UnknownNameError
            When a group is not in the state.
        """
        return self.picked(rows_of(group_ids, self.groups, code="unknown_group", unknown=_UNKNOWN))

    def picked(self, rows: _Ints) -> State:
        """Return the state of the groups at some rows of `groups` (按行取计费组).

        Loss tables are everybody's and stay.
        """
        groups = self.groups
        keys = np.sort(keys_over(groups.take(rows), self.names))
        kept = {n: np.isin(self.tables[n][GROUP], keys) for n in (*BY_MONTH, *BY_GROUP)}
        return self._where(kept)


def aggregate(tables: Tables) -> State:
    """Put the checked tables into order by group and month (汇总为状态).

    Parameters
    ----------
    tables : Tables
        From `check`.

    Returns
    -------
    State
        ``aggregate(a ++ b) == aggregate(a).merge(aggregate(b))`` where a and b each hold all that
        belongs to their groups.
    """
    checked = tables.checked
    places = places_of(checked, with_rejected=False)
    names = names_of(checked.values())
    return State(names=names, tables={n: _rows(t, places, names) for n, t in checked.items()})


def _inside(intervals: Rows, accounts: Rows) -> Rows:
    """Return the intervals that begin on the days of some account rows."""
    if not len(intervals):
        return intervals
    days = to_local(intervals["started_at"].astype(np.int64)) // _DAY_US
    first, last = accounts["started_on"].min(), accounts["ended_on"].max()
    return intervals.where((days >= first) & (days < last))


def _rows(table: CheckedTable, places: Places, names: NDArray[np.object_]) -> Rows:
    name = table.schema.name
    columns: dict[str, NDArray[np.integer]] = {}
    rows = np.arange(table.rows)
    if name not in SHARED:
        rows, cells = _placed(table, places)
        columns[GROUP] = keys_over(places.groups, names)[cells // MONTHS]
        columns[MONTH] = (cells % MONTHS).astype(np.int32)
    read = integer_columns(table, _kept(name), names)
    columns |= {column: values[rows] for column, values in read.items()}
    return Rows.of(name, _key(name), {column: columns[column] for column in _types(name)})


def _placed(table: CheckedTable, places: Places) -> tuple[_Ints, _Ints]:
    """Return rows and their cells; a row may stand in several."""
    name = table.schema.name
    if name == "accounts":
        said = table.dates("period_ended_on")
        ends = np.where(said == NO_DAY, table.dates("ended_on"), said).astype(np.int32)
        group = places.groups.positions(table.ids("group_id"))
        return np.arange(table.rows), group * MONTHS + end_month(ends)
    if name not in _DATED:
        return places.of_rows(name, table.ids)
    column, day, is_exact = _DATED[name]
    links = places.anything if name == "givens" else places.owners
    last = table.dates(day).astype(np.int64)
    ends = np.where(last == NO_DAY, NO_DAY, last if is_exact else last + 1).astype(np.int32)
    cells = one_cell(links, table.ids(column), end_month(ends), is_exact=is_exact)
    rows = np.flatnonzero(cells >= 0)
    return rows, cells[rows]


_DATED = {
    "givens": ("id", "period_ended_on", True),
    "adjustments": ("account_id", "period_ended_on", True),
    "incidents": ("account_id", "found_on", False),
    "debts": ("account_id", "paid_on", False),
}


def _kept(name: str) -> tuple[Column, ...]:
    return tuple(c for c in SCHEMAS[name].columns if c.name not in _TOLD_ALREADY)


def _types(name: str) -> dict[str, type[np.integer]]:
    place: dict[str, type[np.integer]] = {}
    if name not in SHARED:
        place[GROUP] = np.int64
    if name in BY_MONTH:
        place[MONTH] = np.int32
    return place | integer_types(_kept(name))


def _key(name: str) -> tuple[str, ...]:
    place = tuple(n for n in _types(name) if n in (GROUP, MONTH))
    return (*place, *(n for n in SCHEMAS[name].key if n not in _TOLD_ALREADY))


def _months_of(rows: Rows) -> NDArray[np.integer]:
    if rows.name == "readings":
        return end_month(rows["read_on"].astype(np.int32))
    if rows.name == "intervals":
        return local_month(rows["started_at"].astype(np.int64))
    return rows[MONTH]


_UNKNOWN = Text(
    "{n} 个计费组不在状态中（如 {first}）；请核对前导零",
    "{n} groups are not in the state (first: {first}); check leading zeros",
)
