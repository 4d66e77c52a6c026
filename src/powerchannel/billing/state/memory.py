"""What is remembered of every group, month by month, and how two memories become one (计费状态)."""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias

import numpy as np
from attrs import evolve, frozen
from numpy.typing import NDArray

from powerchannel._idcells import key_of
from powerchannel.billing.records import Group
from powerchannel.billing.state.grouping import group_of
from powerchannel.billing.state.naming import keys_over, sorted_names, used_names
from powerchannel.billing.state.rows import Rows
from powerchannel.billing.tables import Tables
from powerchannel.billing.tables.placing import MONTHS, Places, end_month, one_cell, places_of
from powerchannel.billing.tables.schemas import SCHEMAS
from powerchannel.errors import UnknownNameError
from powerchannel.ids import Ids
from powerchannel.periods import format_month, parse_month
from powerchannel.tables import NO_DAY, CheckedTable, Column
from powerchannel.times import local_month

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

_Ints: TypeAlias = NDArray[np.int64]
_Columns: TypeAlias = Mapping[str, NDArray[np.integer]]


@frozen(eq=False, kw_only=True)
class State:
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

    names: NDArray[np.object_]
    tables: Mapping[str, Rows]

    @classmethod
    def empty(cls) -> State:
        """Return the memory of nothing (空状态)."""
        tables = {
            name: Rows(name, _key(name), {c: np.zeros(0, t) for c, t in _types(name).items()})
            for name in SCHEMAS
        }
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

        Its readings are all those up to the end of the period, earlier ones included.

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
        names = sorted_names([self.names, other.names])
        mine, theirs = self._renamed(names), other._renamed(names)
        tables = {n: rows.merge(theirs.tables[n]) for n, rows in mine.tables.items()}
        return State(names=names, tables=tables)

    def _renamed(self, names: NDArray[np.object_]) -> State:
        """Return the state over another table of names that has all of this one's."""
        place = np.searchsorted(names, self.names) if len(self.names) else np.zeros(0, np.int64)

        def moved(keys: NDArray[np.integer]) -> _Ints:
            texts = np.flatnonzero(keys < 0)
            out = keys.astype(np.int64)
            out[texts] = -1 - place[-out[texts] - 1]
            return out

        return State(names=names, tables={n: _each_id(r, moved) for n, r in self.tables.items()})

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
        tables = dict(self.tables)
        for name in (*BY_MONTH, *BY_GROUP):
            rows = tables[name]
            tables[name] = rows.where(~np.isin(_months_of(rows), gone))
        return _compact(evolve(self, tables=tables))

    def __getitem__(self, group_ids: Iterable[str]) -> State:
        """Return the state of some groups (取计费组).

        Raises
        ------
        UnknownNameError
            When a group is not in the state.
        """
        wanted = [group_ids] if isinstance(group_ids, str) else list(group_ids)
        rows = self.groups.positions(Ids.from_text(wanted))
        unknown = [key for key, row in zip(wanted, rows, strict=True) if row < 0]
        if unknown:
            raise UnknownNameError.of(
                "unknown_group",
                "state",
                f"{len(unknown)} 个计费组不在状态中（如 {unknown[0]!r}）；请核对前导零",
                f"{len(unknown)} groups are not in the state (first: {unknown[0]!r}); "
                "check leading zeros",
                count=len(unknown),
            )
        return self.picked(np.unique(rows))

    def picked(self, rows: _Ints) -> State:
        """Return the state of the groups at some rows of `groups` (按行取计费组).

        Loss tables are everybody's and stay.
        """
        groups = self.groups
        keys = np.sort(keys_over(groups.take(rows), self.names))
        tables = dict(self.tables)
        for name in (*BY_MONTH, *BY_GROUP):
            tables[name] = tables[name].where(np.isin(tables[name][GROUP], keys))
        return _compact(evolve(self, tables=tables))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, State):
            return NotImplemented
        return np.array_equal(self.names, other.names) and all(
            rows.equals(other.tables[n]) for n, rows in self.tables.items()
        )

    __hash__ = None  # type: ignore[assignment]

    @property
    def digest(self) -> str:
        """A fingerprint of everything remembered: equal states, equal digests (状态摘要)."""
        total = hashlib.sha256("\0".join(self.names).encode())
        for name, rows in self.tables.items():
            for column, values in rows.columns.items():
                total.update(f"{name}.{column}:{len(values)}".encode())
                total.update(np.ascontiguousarray(values).tobytes())
        return "sha256:" + total.hexdigest()

    def __repr__(self) -> str:
        span = f"{self.months[0]}..{self.months[-1]}" if self.months else "-"
        rows = sum(map(len, self.tables.values()))
        return f"<billing.State {len(self):,} groups, months {span}, {rows:,} rows>"


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
    columns = [v for t in checked.values() for v in t.values.values() if isinstance(v, Ids)]
    names = sorted_names([used_names(v.keys, v.names) for v in columns])
    return State(names=names, tables={n: _rows(t, places, names) for n, t in checked.items()})


def _rows(table: CheckedTable, places: Places, names: NDArray[np.object_]) -> Rows:
    name = table.schema.name
    columns: dict[str, NDArray[np.integer]] = {}
    rows = np.arange(table.rows)
    if name not in SHARED:
        rows, cells = _placed(table, places)
        columns[GROUP] = keys_over(places.groups, names)[cells // MONTHS]
        columns[MONTH] = cells % MONTHS
    columns |= {c.name: _values(table, c, names)[rows] for c in _kept(name)}
    typed = {n: columns[n].astype(dtype) for n, dtype in _types(name).items()}
    return Rows.of(name, _key(name), typed)


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


def _values(table: CheckedTable, column: Column, names: NDArray[np.object_]) -> NDArray[np.integer]:
    if column.kind == "id":
        return keys_over(table.ids(column.name), names)
    read: Mapping[str, Callable[[str], NDArray[np.integer]]] = {
        "decimal": table.decimals,
        "date": table.dates,
        "code": table.codes,
        "flag": table.flags,
        "time": table.times,
    }
    return read[column.kind](column.name)


def _kept(name: str) -> tuple[Column, ...]:
    return tuple(c for c in SCHEMAS[name].columns if c.name not in _TOLD_ALREADY)


def _types(name: str) -> dict[str, type[np.integer]]:
    place: dict[str, type[np.integer]] = {}
    if name not in SHARED:
        place[GROUP] = np.int64
    if name in BY_MONTH:
        place[MONTH] = np.int32
    return place | {c.name: _WIDTHS.get(c.kind, np.int64) for c in _kept(name)}


_WIDTHS: Mapping[str, type[np.integer]] = {"date": np.int32, "code": np.int8, "flag": np.int8}


def _key(name: str) -> tuple[str, ...]:
    place = tuple(n for n in _types(name) if n in (GROUP, MONTH))
    return (*place, *(n for n in SCHEMAS[name].key if n not in _TOLD_ALREADY))


def _months_of(rows: Rows) -> NDArray[np.integer]:
    if rows.name == "readings":
        return end_month(rows["read_on"].astype(np.int32))
    if rows.name == "intervals":
        return local_month(rows["started_at"].astype(np.int64))
    return rows[MONTH]


def _each_id(rows: Rows, change: Callable[[NDArray[np.integer]], _Ints]) -> Rows:
    ids = {c.name for c in SCHEMAS[rows.name].columns if c.kind == "id"} | {GROUP}
    columns = {n: change(v) if n in ids else v for n, v in rows.columns.items()}
    return Rows(rows.name, rows.key, columns)


def _compact(state: State) -> State:
    """Forget names that no row has any more."""
    parts: list[NDArray[np.object_]] = []

    def noted(keys: NDArray[np.integer]) -> _Ints:
        parts.append(used_names(keys, state.names))
        return keys.astype(np.int64)

    for rows in state.tables.values():
        _each_id(rows, noted)
    names = sorted_names(parts)
    return state._renamed(names)
