"""The rows of many groups laid out as columns, and which groups the batch takes (批量输入)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from powerchannel.billing.batch.additions.after import After
from powerchannel.billing.batch.columns.exact import Ints, shown_decimals
from powerchannel.billing.batch.columns.keys import Keys, reduced, runs
from powerchannel.billing.batch.inputs.editions import Editions
from powerchannel.billing.batch.inputs.equipment import Equipment
from powerchannel.billing.batch.inputs.meters import Hung, Legs, hung, legs
from powerchannel.billing.batch.inputs.ordering import account_rows, first_of, in_order, is_torn
from powerchannel.billing.batch.inputs.reasons import Codes, reason
from powerchannel.billing.state import BY_GROUP, BY_MONTH, GROUP, MONTH, State
from powerchannel.billing.tables.words import (
    LOSS_METHODS,
    METERING_SIDES,
    TRANSFORMER_KINDS,
    TRANSFORMER_STATUSES,
)
from powerchannel.memory.rows import Rows
from powerchannel.tables import NO_DAY, Vocabulary

__all__ = ["CHUNK", "Chunk", "chunks"]

Bools: TypeAlias = NDArray[np.bool_]

CHUNK = 20_000
"""Groups that are billed at once: their columns stay in the cache, and the memory is used again."""


def _place(vocabulary: Vocabulary, code: str) -> int:
    return [c.code for c in vocabulary].index(code)


_LOW = _place(METERING_SIDES, "low")
_RUNNING = _place(TRANSFORMER_STATUSES, "running")
_NO_LOSS = _place(LOSS_METHODS, "none")
_MOTOR = _place(TRANSFORMER_KINDS, "hv_motor")


@frozen(eq=False, kw_only=True)
class Chunk:
    """Some groups of a month and their account rows, one entry each (一批计费组).

    Parameters
    ----------
    groups : ndarray of int64, shape (groups,)
        Their keys, ascending.
    reasons : ndarray of uint8
        Why the batch does not take a group, so far: an index of `REASONS`.
    owners : ndarray of int64, shape (rows,)
        The place of the group of each account row, ascending.
    accounts : mapping of column name to ndarray, shape (rows,)
        The account rows; of a group that is not taken, whatever stands there.
    meters : mapping of str to ndarray, shape (rows,)
        ``installed_on`` of the first meter of each account row, ``removed_on`` of the last.
    editions : ndarray of int64, shape (rows,)
        Which edition of which tariff.
    hung : Hung
        All their meters, with or without a day in the period.
    legs : Legs
        Their meters and what those showed.
    first_leg : ndarray of int64, shape (rows,)
        The place of the first meter of each account row.
    is_alone : ndarray of bool, shape (rows,)
        The only account of its group.
    is_plain : ndarray of bool, shape (rows,)
        One meter throughout, alone in its group, without losses.
    kva, transformer_kva : ndarray of int64, shape (rows,)
        Capacity of all equipment, and without motors [1e-4 kVA].
    kva_decimals : ndarray of int64
        Decimals that the sum shows.
    equipment : ndarray of int64
        Rows of equipment.
    is_steady : ndarray of bool
        All of it ran throughout, and nothing is interlocked.
    states : Equipment
        That of the others.
    tables : mapping of table name to Rows
        The rows that the columns are made of.
    names : ndarray of object
        The names that keys are over.
    after : After
        What is added to the bills of groups.
    """

    groups: Ints
    reasons: Codes
    owners: Ints
    accounts: Mapping[str, NDArray[np.integer]]
    meters: Mapping[str, Ints]
    editions: Ints
    hung: Hung
    legs: Legs
    first_leg: Ints
    is_alone: Bools
    is_plain: Bools
    kva: Ints
    transformer_kva: Ints
    kva_decimals: Ints
    equipment: Ints
    is_steady: Bools
    states: Equipment
    tables: Mapping[str, Rows]
    names: NDArray[np.object_]
    after: After

    def __len__(self) -> int:
        return len(self.groups)

    def account(self, column: str, rows: Ints) -> Ints:
        """Return a column of some account rows (账户列)."""
        return self.accounts[column][rows].astype(np.int64, copy=False)

    def meter(self, column: str, rows: Ints) -> Ints:
        """Return when the meters of some account rows came or went (装拆日期)."""
        return self.meters[column][rows].astype(np.int64, copy=False)

    def places(self, table: str) -> Ints:
        """Return the place of the group of each row of a table (所属组位置)."""
        return _at(self.groups, self.tables[table])

    def row_of(self, group: Ints, account: Keys) -> Ints:
        """Return the account rows of some groups and accounts; -1 for none (查账户行).

        Parameters
        ----------
        group : ndarray of int64
            Places of groups.
        account : ndarray of int64
            Keys of accounts.
        """
        return account_rows(group, account, self.owners, self.accounts)

    def refuse(self, rows: Ints, why: Codes) -> None:
        """Leave the groups of some account rows to the reference, where there is a reason (转逐户).

        Parameters
        ----------
        rows : ndarray of int64
            The account rows.
        why : ndarray of uint8
            An index of `REASONS`; the first reason of a group stays.
        """
        odd = np.flatnonzero(why)
        at = self.owners[rows[odd]]
        fresh = self.reasons[at] == 0
        self.reasons[at[fresh]] = why[odd[fresh]]


def chunks(state: State, editions: Editions, month: int, size: int = CHUNK) -> Iterator[Chunk]:
    """Yield the groups with a period that ends in a month, some at a time (分批读取).

    Parameters
    ----------
    state : State
        The rows, sorted by group.
    editions : Editions
        The tariffs.
    month : int
        Since 1970-01.
    size : int
        Account rows of a chunk, about.
    """
    keys = state.tables["accounts"][GROUP]
    first = 0
    while first < len(keys):
        last = min(first + size, len(keys))
        last = int(np.searchsorted(keys, keys[last - 1], side="right"))
        rows = _between(state, int(keys[first]), int(keys[last - 1]), month)
        if len(rows["accounts"]):
            yield _chunk(rows, editions, state.names)
        first = last


def _between(state: State, first: int, last: int, month: int) -> dict[str, Rows]:
    found: dict[str, Rows] = {"loss_tables": state.tables["loss_tables"]}
    for name in (*BY_MONTH, *BY_GROUP):
        table = state.tables[name]
        start, end = np.searchsorted(table[GROUP], [first, last + 1])
        part = Rows(name, table.key, {n: v[start:end] for n, v in table.columns.items()})
        if name in BY_MONTH and (is_other := part[MONTH] != month).any():
            part = part.where(~is_other)
        found[name] = part
    return found


def _chunk(rows: Mapping[str, Rows], editions: Editions, names: NDArray[np.object_]) -> Chunk:
    starts, counts = runs(rows["accounts"][GROUP])
    groups = rows["accounts"][GROUP][starts].astype(np.int64, copy=False)
    n = len(groups)
    reasons = np.zeros(n, np.uint8)
    owners = np.repeat(np.arange(n), counts)
    accounts = in_order(rows["accounts"], owners, names)
    _refuse(reasons, _any(owners, is_torn(accounts, owners), n), "several_rows")
    at = _at(groups, rows["incidents"])
    _refuse(reasons, np.bincount(at, minlength=n) > 0, "incidents")
    _refuse(reasons, _has_any(groups, rows["intervals"]), "intervals")
    found = hung(rows["meters"], _at(groups, rows["meters"]), accounts, owners, names)
    edition = editions.of(accounts["tariff"], accounts["started_on"], accounts["ended_on"])
    _refuse(reasons, _any(owners, edition < 0, n), "tariff")
    after, odd = After.of(rows, groups, owners, accounts, names)
    for name, is_odd in odd.items():
        _refuse(reasons, is_odd, name)
    equipment = _equipment(rows["transformers"], groups, accounts, owners)
    at = _at(groups, rows["transformers"])
    is_unsteady = ~equipment["is_steady"]
    states = Equipment.of(rows["transformers"], at, owners, accounts["account_id"], is_unsteady)
    return Chunk(
        groups=groups,
        reasons=reasons,
        owners=owners,
        accounts=accounts,
        editions=edition,
        states=states,
        **equipment,
        **_metered(rows, groups, accounts, owners, found, reasons),
        after=after,
        tables=rows,
        names=names,
    )


def _refuse(reasons: Codes, is_out: Bools, name: str) -> None:
    if is_out.any():
        reasons[is_out & (reasons == 0)] = reason(name)


def _has_any(groups: Ints, rows: Rows) -> Bools:
    """Tell which groups have a row, whatever its month; some rows may be of no group here."""
    first, last = (np.searchsorted(rows[GROUP], groups, side=side) for side in ("left", "right"))
    return last > first


def _at(groups: Ints, rows: Rows) -> Ints:
    """Return the place of the group of each row."""
    if len(rows) == len(groups) and np.array_equal(rows[GROUP], groups):
        return np.arange(len(groups))
    return np.searchsorted(groups, rows[GROUP])


def _metered(
    rows: Mapping[str, Rows],
    groups: Ints,
    accounts: Mapping[str, NDArray[np.integer]],
    owners: Ints,
    found: Hung,
    reasons: Codes,
) -> dict[str, Any]:
    """Lay the meters and their readings out; refuse who has none."""
    n, count = len(groups), len(owners)
    limits = accounts["ended_on"].astype(np.int64)
    if n < count:
        limits = reduced(np.maximum, limits, first_of(owners))
    mine, stray = legs(found, rows["readings"], groups, limits)
    many = np.bincount(mine.hung.row, minlength=count)
    _refuse(reasons, _any(found.group, found.row < 0, n), "meters")
    has_relation = np.zeros(n, np.bool_)
    has_relation[_at(groups, rows["relations"])] = True
    _refuse(reasons, _any(owners, (many == 0) & ~has_relation[owners], n), "meters")
    _refuse(reasons, _any(mine.hung.group, mine.is_demand_odd, n), "demand")
    _refuse(reasons, _any(stray, np.ones(len(stray), np.bool_), n), "demand")
    first = np.zeros(count, np.int64)
    first[mine.hung.row[::-1]] = np.arange(len(mine))[::-1]
    transformers = rows["transformers"]
    is_lossy = (transformers["kind"] != _MOTOR) & (transformers["loss_method"] != _NO_LOSS)
    has_losses = _any(_at(groups, transformers), is_lossy, n)
    is_alone = (np.bincount(owners, minlength=n) == 1)[owners]
    place = mine.hung
    is_plain = (
        (place.begins == accounts["started_on"][place.row])
        & (place.ends == accounts["ended_on"][place.row])
        & (place.columns["line_id"] == 0)
        & ~((place.columns["metering_side"] == _LOW) & has_losses[place.group])
    )
    return {
        "hung": found,
        "legs": mine,
        "first_leg": first,
        "is_alone": is_alone,
        "is_plain": (many == 1)
        & ~_any(place.row, ~is_plain, count)
        & is_alone
        & ~has_relation[owners],
        "meters": found.spans(count),
    }


def _equipment(
    rows: Rows, groups: Ints, accounts: Mapping[str, NDArray[np.integer]], owners: Ints
) -> dict[str, Any]:
    """Add the capacities of each account up; what is nobody's counts with the first."""
    group, n = _at(groups, rows), len(owners)
    kva, is_transformer = rows["capacity_kva"], rows["kind"] != _MOTOR
    at = account_rows(group, rows["account_id"].astype(np.int64), owners, accounts)
    own = at >= 0
    at = at if own.all() else np.where(own, at, first_of(owners).take(group))
    ids = rows["transformer_id"]
    begins, ends = rows["started_on"], rows["ended_on"]
    is_odd = (
        ~own
        | (rows["status"] != _RUNNING)
        | (rows["interlock_group"] != 0)
        | ((begins != NO_DAY) & (begins > accounts["started_on"][at]))
        | ((ends != NO_DAY) & (ends < accounts["ended_on"][at]))
    )
    is_odd[1:] |= (ids[1:] == ids[:-1]) & (group[1:] == group[:-1])
    decimals = np.zeros(n, np.int64)
    np.maximum.at(decimals, at, shown_decimals(kva, 4))
    return {
        "kva": _sums(at, kva, n),
        "transformer_kva": _sums(at, np.where(is_transformer, kva, 0), n),
        "kva_decimals": decimals,
        "equipment": np.bincount(at, minlength=n),
        "is_steady": ~_any(group, is_odd, len(groups))[owners],
    }


def _any(at: Ints, mask: Bools, n: int) -> Bools:
    found = np.zeros(n, np.bool_)
    found[at[mask]] = True
    return found


def _sums(at: Ints, values: NDArray[np.integer], n: int) -> Ints:
    out = np.zeros(n, np.int64)
    np.add.at(out, at, values)
    return out
