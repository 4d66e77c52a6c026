"""Transformers in parallel, the points behind them, and their states (变压器组)."""

from __future__ import annotations

import numpy as np
from attrs import evolve, frozen
from numpy.typing import NDArray

from powerchannel.billing.batch.columns.exact import Ints
from powerchannel.billing.batch.columns.keys import expanded, is_first, pair_places
from powerchannel.billing.batch.energy.points import Points
from powerchannel.billing.batch.inputs.chunks import Chunk
from powerchannel.billing.tables.words import (
    LOSS_METHODS,
    METERING_SIDES,
    TRANSFORMER_KINDS,
    TRANSFORMER_STATUSES,
)
from powerchannel.memory import Rows
from powerchannel.tables import NO_DAY

__all__ = ["FORMULA", "RATIO", "TABLE", "Banks", "States", "behind_banks", "states_of"]

Bools = NDArray[np.bool_]

_METHODS = [code.code for code in LOSS_METHODS]
FORMULA, TABLE, RATIO = (_METHODS.index(name) for name in ("formula", "table", "ratio"))
_NONE = _METHODS.index("none")
_LOW = [code.code for code in METERING_SIDES].index("low")
_TRANSFORMER = [code.code for code in TRANSFORMER_KINDS].index("transformer")
_STATUSES = [code.code for code in TRANSFORMER_STATUSES]
_RUNNING, _HOT = _STATUSES.index("running"), _STATUSES.index("hot_standby")
_NEVER, _ALWAYS = np.iinfo(np.int64).max, np.iinfo(np.int64).min


@frozen(eq=False, kw_only=True)
class Banks:
    """Transformers that lose something, gathered with the points behind them (变压器组).

    Parameters
    ----------
    rows : ndarray of int64
        The rows of the transformers of all banks, in the order of banks.
    of : ndarray of int64
        The bank of each of those.
    method : ndarray of int64, shape (banks,)
        How their losses are computed.
    is_odd : ndarray of bool, shape (banks,)
        What is left to the reference: methods that differ, and losses that come from outside.
    """

    rows: Ints
    of: Ints
    method: Ints
    is_odd: Bools

    def __len__(self) -> int:
        return len(self.method)


def behind_banks(chunk: Chunk, points: Points) -> tuple[Points, Banks]:
    """Return points with the transformers that they are behind, and those (所属变压器组).

    A meter without a transformer is behind all of its account; sets that overlap are one bank.

    Parameters
    ----------
    chunk : Chunk
        With the transformers.
    points : Points
        Meters.
    """
    bank, banks = _banks_of(chunk, points)
    return evolve(points, bank=bank), banks


def _banks_of(chunk: Chunk, points: Points) -> tuple[Ints, Banks]:
    """Return the bank of each point, -1 for none, and the banks."""
    table, at = chunk.tables["transformers"], chunk.places("transformers")
    is_wanted = np.zeros(len(chunk), np.bool_)
    is_wanted[points.group] = True
    is_lossy = (table["kind"] == _TRANSFORMER) & (table["loss_method"] != _NONE) & is_wanted[at]
    rows = np.flatnonzero(is_lossy)
    group, ids = at[rows], table["transformer_id"][rows].astype(np.int64)
    owner = chunk.row_of(group, table["account_id"][rows])
    starts = is_first(group, ids)
    node = np.cumsum(starts) - 1
    first = np.flatnonzero(starts)
    node_owner = owner[first]
    one = np.full(len(chunk.owners), -1)  # a transformer of each account row
    one[node_owner[::-1]] = np.arange(len(first))[::-1]
    one = np.where(_has_any(chunk, node_owner), one, -1)
    is_merged = _is_unnamed(chunk)
    stands_for = np.arange(len(first))
    mine = np.flatnonzero(node_owner >= 0)
    mine = mine[is_merged[node_owner[mine]]]
    stands_for[mine] = one[node_owner[mine]]
    found = _behind(chunk, points, group[first], ids[first], one)
    root = np.where(found >= 0, stands_for[found] if len(first) else -1, -1)
    is_used = np.zeros(len(first), np.bool_)
    is_used[root[root >= 0]] = True
    used = np.flatnonzero(is_used)
    place = np.full(len(first) + 1, -1)
    place[used] = np.arange(len(used))
    of = place[stands_for[node]] if len(rows) else np.zeros(0, np.int64)
    order = np.argsort(of, kind="stable")
    order = order[of[order] >= 0]
    rows, of = rows[order], of[order]
    is_torn = np.zeros(len(first), np.bool_)  # of one account, then of another
    is_torn[node[owner != node_owner[node]]] = True
    method, is_odd = _methods(table, rows, of, len(used), is_torn[node[order]])
    return place[root], Banks(
        rows=rows,
        of=of,
        method=method,
        is_odd=is_odd,
    )


def _has_any(chunk: Chunk, owner: Ints) -> Bools:
    found = np.zeros(len(chunk.owners), np.bool_)
    found[owner[owner >= 0]] = True
    return found


def _is_unnamed(chunk: Chunk) -> Bools:
    """Tell which account rows have a meter at the low side that names no transformer."""
    hung = chunk.hung
    is_bare = (hung.columns["metering_side"] == _LOW) & (hung.columns["transformer_id"] == 0)
    return _has_any(chunk, hung.row[is_bare])


def _behind(chunk: Chunk, points: Points, group: Ints, ids: Ints, one: Ints) -> Ints:
    """Return a transformer that each point is behind; -1 for none."""
    side, named = (
        chunk.legs.of(column, points.leg) for column in ("metering_side", "transformer_id")
    )
    found = np.where((side == _LOW) & (named == 0), one[points.row], -1)
    at = np.flatnonzero((side == _LOW) & (named != 0))
    found[at] = pair_places(points.group[at], named[at], group, ids)
    return found


def _methods(table: Rows, rows: Ints, of: Ints, count: int, is_torn: Bools) -> tuple[Ints, Bools]:
    method = table["loss_method"][rows].astype(np.int64)
    lowest, highest = np.full(count, len(_METHODS)), np.full(count, -1)
    np.minimum.at(lowest, of, method)
    np.maximum.at(highest, of, method)
    is_odd = (lowest != highest) | ~np.isin(lowest, (FORMULA, TABLE, RATIO))
    is_odd[of[is_torn]] = True
    return lowest, is_odd


@frozen(eq=False, kw_only=True)
class States:
    """Days in which no transformer of a bank changes, and those that are on (状态区间).

    Parameters
    ----------
    bank, begins, ends : ndarray of int64, shape (states,)
        Which bank, and its days, one state after another.
    state, row : ndarray of int64
        Pairs of a state and a row of a transformer that holds in it, and is on.
    is_running : ndarray of bool
        Of each pair, whether it carries load.
    """

    bank: Ints
    begins: Ints
    ends: Ints
    state: Ints
    row: Ints
    is_running: Bools

    @property
    def days(self) -> Ints:
        """Days of each state (天数)."""
        return np.asarray(self.ends - self.begins)

    def summed(self, values: NDArray[np.float64], *, of_running: bool) -> NDArray[np.float64]:
        """Add values of the pairs up by state (按状态合计).

        Parameters
        ----------
        values : ndarray of float64, shape (pairs,)
            What is added.
        of_running : bool
            Of those that carry load alone.
        """
        weights = values * self.is_running if of_running else values
        found = np.bincount(self.state, weights=weights, minlength=len(self.bank))
        return found.astype(np.float64)


def states_of(table: Rows, banks: Banks, begins: Ints, ends: Ints) -> States:
    """Cut the days of banks where the state of a transformer changes (按状态切分).

    Parameters
    ----------
    table : Rows
        The transformers.
    banks : Banks
        Which of them.
    begins, ends : ndarray of int64, shape (banks,)
        The days of each bank.
    """
    since, until = (table[c][banks.rows].astype(np.int64) for c in ("started_on", "ended_on"))
    since = np.where(table["started_on"][banks.rows] == NO_DAY, _ALWAYS, since)
    until = np.where(table["ended_on"][banks.rows] == NO_DAY, _NEVER, until)
    bank, day = np.arange(len(banks)), begins
    for change in (since, until):
        inside = np.flatnonzero((change > begins[banks.of]) & (change < ends[banks.of]))
        bank = np.concatenate([bank, banks.of[inside]])
        day = np.concatenate([day, change[inside]])
    order = np.lexsort((day, bank))
    order = order[is_first(bank[order], day[order])]
    bank, day = bank[order], day[order]
    last = np.append(bank[1:] != bank[:-1], True)
    stops = np.where(last, ends[bank], np.append(day[1:], 0))
    counts = np.bincount(bank, minlength=len(banks))
    starts = np.cumsum(counts) - counts
    row = np.repeat(np.arange(len(banks.rows)), counts[banks.of])
    state = expanded(starts[banks.of], counts[banks.of])
    status = table["status"][banks.rows[row]]
    is_on = (status == _RUNNING) | (status == _HOT)
    is_on &= (since[row] <= day[state]) & (day[state] < until[row])
    state, row = state[is_on], row[is_on]
    return States(
        bank=bank,
        begins=day,
        ends=stops,
        state=state,
        row=banks.rows[row],
        is_running=status[is_on] == _RUNNING,
    )
