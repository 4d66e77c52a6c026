"""Faults that only show across rows and tables, and the groups that drop out for any (跨表检查).

The key of billing is the group: a bill without one of its meters, shares or transformers would be
wrong and not look it. So when a row of a group is left out for a fault, all of the group is. A
reading is different: one that is left out is missing, which the evaluation tells, unless it stands
at the beginning or end of a period or of a meter.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

import numpy as np
from attrs import evolve, frozen
from numpy.typing import NDArray

from powerchannel.billing.tables.messages import billing_problem
from powerchannel.billing.tables.placing import (
    MONTHS,
    Places,
    common,
    end_month,
    expand_first,
    first_known,
    joined_ids,
    one_cell,
    places_of,
)
from powerchannel.ids import Ids
from powerchannel.tables import NO_DAY, CheckedTable, Values

__all__ = ["cross_checked", "overlaps"]

_Checked: TypeAlias = Mapping[str, CheckedTable]
_SPAN = 1 << 23
"""More than there are days up to the year 9999."""


@frozen(eq=False)
class _Fault:
    """Kept rows of a table that must go, and the column that shows why."""

    table: str
    column: str
    code: str
    mask: NDArray[np.bool_]


def cross_checked(checked: _Checked) -> dict[str, CheckedTable]:
    """Leave out what does not fit together, and the groups it belongs to (跨表检查).

    Parameters
    ----------
    checked : mapping of table name to CheckedTable
        The twelve tables, each checked by itself; groups are filled in.
    """
    places = places_of(checked, with_rejected=True)
    faults = [
        *_overlapping(checked),
        _empty_periods(checked["accounts"]),
        *_unknown(checked, places),
        *_relations(checked["relations"], places),
        *_without_period(checked),
    ]
    spoilt = _spoilt(checked, places, faults)
    faults += _of_groups(checked, places, spoilt)
    return {name: _left_out(table, faults) for name, table in checked.items()}


def _left_out(table: CheckedTable, faults: Iterable[_Fault]) -> CheckedTable:
    gone = np.zeros(table.rows, np.bool_)
    for fault in faults:
        if fault.table != table.schema.name:
            continue
        fresh = fault.mask & ~gone
        table = _told(table, evolve(fault, mask=fresh[~gone]))
        gone |= fresh
    return table


def _told(table: CheckedTable, fault: _Fault) -> CheckedTable:
    if not fault.mask.any():
        return table
    less = table.without(fault.mask, fault.code, fault.column)
    fresh = np.flatnonzero((less.rejected.mask & ~table.rejected.mask)[less.rejected.rows])[:3]
    shown = zip(less.rejected.rows[fresh].tolist(), less.rejected.values[fresh], strict=True)
    found = billing_problem(
        fault.code,
        f"{fault.table}.{fault.column}",
        count=int(fault.mask.sum()),
        total=table.rows_in,
        examples=tuple(shown),
    )
    return evolve(less, problems=(*less.problems, found))


# what is wrong


def _overlapping(checked: _Checked) -> Iterator[_Fault]:
    for name, column, start, end in (
        ("accounts", "account_id", "started_on", "ended_on"),
        ("meters", "meter_id", "installed_on", "removed_on"),
        ("transformers", "transformer_id", "started_on", "ended_on"),
    ):
        table = checked[name]
        days = table.dates(start).astype(np.int64)
        ends = np.where(table.has(end), table.dates(end), _SPAN)
        mask = overlaps(table.ids(column), days, ends)
        yield _Fault(name, column, "overlapping_rows", mask)


def overlaps(ids: Ids, starts: NDArray[np.int64], ends: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell which rows ``[start, end)`` of one id share a day with another of it (时段重叠).

    Examples
    --------
    >>> ids = Ids.from_text(["a", "a", "b", "a"])
    >>> overlaps(ids, np.array([0, 5, 5, 8]), np.array([6, 8, 8, 9])).tolist()
    [True, True, False, False]
    """
    order = np.lexsort((ends, starts, ids.keys))
    keys, first, last = ids.keys[order], starts[order], ends[order]
    is_same = keys[1:] == keys[:-1]
    block = np.append(0, np.cumsum(~is_same))[: len(keys)] * (2 * _SPAN)
    reach = np.maximum.accumulate(block + last) - block
    mask = np.zeros(len(order), np.bool_)
    mask[1:] = is_same & (first[1:] < reach[:-1])
    mask[:-1] |= is_same & (first[1:] < last[:-1])
    out = np.zeros(len(order), np.bool_)
    out[order] = mask
    return out


def _empty_periods(accounts: CheckedTable) -> _Fault:
    mask = accounts.dates("started_on") == accounts.dates("ended_on")
    return _Fault("accounts", "ended_on", "empty_period", mask)


def _unknown(checked: _Checked, places: Places) -> Iterator[_Fault]:
    meters = checked["meters"]
    account = meters.ids("account_id")
    is_bare = account.keys == 0
    stray = first_known(places.owners, account) < 0
    yield _Fault("meters", "account_id", "unknown_account", stray & ~is_bare)
    bare = is_bare & ~places.meters.known(meters.ids("meter_id"))
    yield _Fault("meters", "meter_id", "unplaced_meter", bare)
    for name in ("readings", "intervals"):
        unknown = ~places.meters.known(checked[name].ids("meter_id"))
        yield _Fault(name, "meter_id", "unknown_meter", unknown)
    for name in ("transformers", "adjustments", "incidents", "debts"):
        unknown = first_known(places.owners, checked[name].ids("account_id")) < 0
        yield _Fault(name, "account_id", "unknown_account", unknown)
    unknown = first_known(places.anything, checked["givens"].ids("id")) < 0
    yield _Fault("givens", "id", "unknown_id", unknown)


def _relations(table: CheckedTable, places: Places) -> Iterator[_Fault]:
    ends = [table.ids(name) for name in ("child_id", "parent_id")]
    known = [first_known(places.ends, end) >= 0 for end in ends]
    yield _Fault("relations", "child_id", "relation_to_nothing", ~known[0])
    yield _Fault("relations", "parent_id", "relation_to_nothing", ~known[1])
    groups = [_grouped(*expand_first(places.ends, end)) for end in ends]
    is_across = known[0] & known[1]
    is_across[common(*groups)[0]] = False
    yield _Fault("relations", "child_id", "relation_across_groups", is_across)
    yield _Fault("relations", "child_id", "relation_cycle", _cyclic(*ends))


def _grouped(
    rows: NDArray[np.int64], cells: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    return rows, cells // MONTHS


def _cyclic(child: Ids, parent: Ids) -> NDArray[np.bool_]:
    """Peel off relations that nothing leads to, or that lead nowhere: what is left goes round."""
    _, at = joined_ids([child, parent]).unique()
    down, up = at[: len(child)], at[len(child) :]
    left = np.ones(len(down), np.bool_)
    while True:
        inner = left & np.isin(down, up[left]) & np.isin(up, down[left])
        if bool((inner == left).all()):
            return left
        left = inner


def _without_period(checked: _Checked) -> Iterator[_Fault]:
    places = places_of(checked, with_rejected=False)
    for name, column, links in (
        ("givens", "id", places.anything),
        ("adjustments", "account_id", places.owners),
    ):
        table = checked[name]
        months = end_month(table.dates("period_ended_on"))
        cell = one_cell(links, table.ids(column), months, is_exact=True)
        yield _Fault(name, column, "period_unknown", cell < 0)
        yield _Fault(name, column, "conflict_in_period", (cell >= 0) & _again(table, cell))


def _again(table: CheckedTable, cell: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell rows that repeat another once both are put in their period: one of them said it."""
    frame = table.frame().assign(cell=cell)
    key = ["cell", *(n for n in table.schema.key if n != "period_ended_on" and n in frame)]
    return np.asarray(frame.duplicated(key, keep=False), dtype=np.bool_)


# whose it was


@frozen(eq=False)
class _Rows:
    """Some rows of a table, kept or not."""

    table: str
    columns: Mapping[str, Values]
    mask: NDArray[np.bool_]

    def ids(self, name: str) -> Ids:
        found = self.columns.get(name)
        if isinstance(found, Ids):
            return found.take(self.mask)
        return Ids(np.zeros(int(self.mask.sum()), np.int64), np.zeros(0, dtype=object))

    def days(self, name: str) -> NDArray[np.int64]:
        found = self.columns.get(name)
        if isinstance(found, np.ndarray):
            return found[self.mask].astype(np.int64)
        return np.full(int(self.mask.sum()), NO_DAY, np.int64)


def _spoilt(checked: _Checked, places: Places, faults: Iterable[_Fault]) -> NDArray[np.bool_]:
    """Tell which groups lost a row for a fault; a duplicate is none."""
    spoilt = np.zeros(len(places.groups), np.bool_)
    for name, table in checked.items():
        gone = np.zeros(table.rows, np.bool_)
        for fault in faults:
            gone |= fault.mask if fault.table == name else False
        left = table.rejected.codes != "duplicate"
        for rows in (_Rows(name, table.values, gone), _Rows(name, table.left_out, left)):
            if rows.mask.any():
                spoilt[_groups_of(rows, checked, places)] = True
    return spoilt


def _groups_of(rows: _Rows, checked: _Checked, places: Places) -> NDArray[np.int64]:
    if rows.table == "intervals":
        return np.zeros(0, np.int64)
    if rows.table == "readings":
        return _with_boundary(rows, checked, places)
    if rows.table == "loss_tables":
        return _with_loss_table(rows.ids("loss_table"), checked["transformers"], places)
    if rows.table == "relations":
        ends = (expand_first(places.ends, rows.ids(n)) for n in ("child_id", "parent_id"))
        return np.concatenate([cells for _, cells in ends]) // MONTHS
    return places.of_rows(rows.table, rows.ids)[1] // MONTHS


def _with_boundary(rows: _Rows, checked: _Checked, places: Places) -> NDArray[np.int64]:
    """Return the groups of readings at the beginning or end of a period or a meter."""
    at, cells = places.of_rows("readings", rows.ids)
    groups, days = cells // MONTHS, rows.days("read_on")[at]
    marks = [
        _marks(_Rows(name, columns, mask), day, places)
        for name, first, second in (
            ("accounts", "started_on", "ended_on"),
            ("meters", "installed_on", "removed_on"),
        )
        for day in (first, second)
        for columns, mask in _kept_and_left(checked[name])
    ]
    matters = (days == NO_DAY) | np.isin(groups * _SPAN + days, np.concatenate(marks))
    return np.asarray(groups[matters])


def _kept_and_left(
    table: CheckedTable,
) -> Iterator[tuple[Mapping[str, Values], NDArray[np.bool_]]]:
    yield table.values, np.ones(table.rows, np.bool_)
    yield table.left_out, np.ones(table.rejected.count, np.bool_)


def _marks(rows: _Rows, day: str, places: Places) -> NDArray[np.int64]:
    at, cells = places.of_rows(rows.table, rows.ids)
    return cells // MONTHS * _SPAN + rows.days(day)[at]


def _with_loss_table(tables: Ids, transformers: CheckedTable, places: Places) -> NDArray[np.int64]:
    """Return the groups that look their losses up in some tables."""
    used = tables.unique()[0].positions(transformers.ids("loss_table")) >= 0
    rows = _Rows("transformers", transformers.values, used)
    return places.of_rows("transformers", rows.ids)[1] // MONTHS


def _of_groups(checked: _Checked, places: Places, spoilt: NDArray[np.bool_]) -> Iterator[_Fault]:
    """Yield the rows of which every group is spoilt."""
    columns = {
        "meters": "meter_id",
        "readings": "meter_id",
        "intervals": "meter_id",
        "relations": "child_id",
        "givens": "id",
    }
    for name, table in checked.items():
        if name in ("lines", "loss_tables"):
            continue
        rows, cells = places.of_rows(name, table.ids)
        is_spoilt = spoilt[cells // MONTHS]
        mask = np.zeros(table.rows, np.bool_)
        mask[rows[is_spoilt]] = True
        mask[rows[~is_spoilt]] = False
        yield _Fault(name, columns.get(name, "account_id"), "group_left_out", mask)
