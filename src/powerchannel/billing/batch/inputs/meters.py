"""The meters of many groups, each with its days and what its registers showed (计量段)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import numpy as np
from attrs import evolve, frozen
from numpy.typing import NDArray

from powerchannel.billing.batch.columns.exact import Ints
from powerchannel.billing.batch.columns.keys import Keys, expanded, pair_places, reduced, runs
from powerchannel.billing.batch.inputs.ordering import account_rows, by_text
from powerchannel.billing.state import GROUP
from powerchannel.billing.tables.schemas import SCHEMAS
from powerchannel.billing.tables.words import READING_STATUSES, REGISTERS
from powerchannel.memory.rows import Rows
from powerchannel.tables import NO_DAY, NO_NUMBER

__all__ = ["MISSING", "Hung", "Legs", "hung", "legs"]

Bools: TypeAlias = NDArray[np.bool_]

MISSING = np.iinfo(np.int64).min
"""Where no reading counts."""

_NAMES = tuple(code.code for code in REGISTERS)
_DEMAND = _NAMES.index("max_demand")
_OK, _LATE = ([code.code for code in READING_STATUSES].index(name) for name in ("ok", "late"))
_ONE = 10 ** SCHEMAS["meters"]["multiplier"].decimals
"""The multiplier of a meter that names none."""


@frozen(eq=False, kw_only=True)
class Hung:
    """The rows of meters, each with its account and its days in the period (在装计量段).

    In the order of groups, of the texts of meters, and of days.

    Parameters
    ----------
    group, row : ndarray of int64
        The places of the group and of the account row; -1 for no account row.
    columns : mapping of column name to ndarray
        Of the table.
    begins, ends : ndarray of int64
        Its days ``[begins, ends)``, inside those of the account; none where they do not follow.
    is_shared : ndarray of bool
        Whether another row of the group has the same meter.
    """

    group: Ints
    row: Ints
    columns: Mapping[str, NDArray[np.integer]]
    begins: Ints
    ends: Ints
    is_shared: Bools

    @property
    def is_there(self) -> Bools:
        """Whether it has a day and an account (是否在装)."""
        return np.asarray((self.begins < self.ends) & (self.row >= 0))

    def spans(self, count: int) -> dict[str, Ints]:
        """Return when the first meter of each account came, and when the last one went (装拆日期).

        Parameters
        ----------
        count : int
            Account rows.
        """
        if len(self.row) == count and bool((self.row == np.arange(count)).all()):
            return {
                name: self.columns[name].astype(np.int64) for name in ("installed_on", "removed_on")
            }
        mine = np.flatnonzero(self.row >= 0)
        mine = mine[np.argsort(self.row[mine], kind="stable")]
        starts, _ = runs(self.row[mine])
        row = self.row[mine][starts]
        never = np.iinfo(np.int64).max
        installed, last = np.full(count, never), np.full(count, np.iinfo(np.int64).min)
        put_up = self.columns["installed_on"][mine].astype(np.int64)
        removed = self.columns["removed_on"][mine].astype(np.int64)
        installed[row] = reduced(np.minimum, put_up, starts)
        last[row] = reduced(np.maximum, np.where(removed == NO_DAY, never, removed), starts)
        return {
            "installed_on": np.where(installed == never, NO_DAY, installed),
            "removed_on": np.where((last == never) | (last < NO_DAY), NO_DAY, last),
        }

    def take(self, rows: Ints | Bools) -> Hung:
        """Return some of them (取行)."""
        return evolve(
            self,
            group=self.group[rows],
            row=self.row[rows],
            columns={n: v[rows] for n, v in self.columns.items()},
            begins=self.begins[rows],
            ends=self.ends[rows],
            is_shared=self.is_shared[rows],
        )


@frozen(eq=False, kw_only=True)
class Legs:
    """Meters while they hung for an account, and what they showed (计量段示数).

    Parameters
    ----------
    hung : Hung
        Where and when.
    previous, current : mapping of register to ndarray of int64
        What it showed at both ends [1e-6]; `MISSING` for nothing. Those that any meter has.
    signatures : ndarray of int64
        A bit for each register that was ever read.
    demand : ndarray of int64
        The largest reading of the maximum demand [1e-6]; `MISSING` for none.
    is_demand_odd : ndarray of bool
        Whether a reading of it does not count.
    """

    hung: Hung
    previous: Mapping[str, Ints]
    current: Mapping[str, Ints]
    signatures: Ints
    demand: Ints
    is_demand_odd: Bools

    def __len__(self) -> int:
        return len(self.hung.group)

    def of(self, column: str, rows: Ints) -> Ints:
        """Return a column of some of them (计量点列)."""
        return self.hung.columns[column][rows].astype(np.int64, copy=False)


def hung(
    rows: Rows,
    at: Ints,
    accounts: Mapping[str, NDArray[np.integer]],
    owners: Ints,
    names: NDArray[np.object_],
) -> Hung:
    """Place the rows of meters (计量段归户).

    Parameters
    ----------
    rows : Rows
        The meters of some groups.
    at : ndarray of int64
        The place of the group of each.
    accounts : mapping of column name to ndarray
        The account rows, sorted by group.
    owners : ndarray of int64
        The place of the group of each account row.
    names : ndarray of object
        The names that keys are over.
    """
    columns = dict(rows.columns)
    factor = columns["multiplier"]
    columns["multiplier"] = np.where(factor == NO_NUMBER, _ONE, factor)
    row = account_rows(at, columns["account_id"], owners, accounts)
    starts, ends = (accounts[c].astype(np.int64)[row] for c in ("started_on", "ended_on"))
    installed, removed = columns["installed_on"], columns["removed_on"]
    found = Hung(
        group=at,
        row=row,
        columns=columns,
        begins=np.where(installed == NO_DAY, starts, np.maximum(starts, installed)),
        ends=np.where(removed == NO_DAY, ends, np.minimum(ends, removed)),
        is_shared=_is_shared(at, columns["meter_id"]),
    )
    order = by_text(at, columns["meter_id"], columns["installed_on"], names)
    return found if order is None else found.take(order)


def _is_shared(at: Ints, meter: Keys) -> Bools:
    if (at[1:] != at[:-1]).all():
        return np.zeros(len(at), np.bool_)
    _, counts = runs(at, meter)
    return np.repeat(counts > 1, counts)


def legs(found: Hung, rows: Rows, groups: Ints, limits: Ints) -> tuple[Legs, Ints]:
    """Lay out what each register showed at both ends of each leg (各计量段示数).

    A reading that does not count is missing.

    Parameters
    ----------
    found : Hung
        The meters.
    rows : Rows
        The readings.
    groups : ndarray of int64
        The keys of the groups.
    limits : ndarray of int64
        The last day of each group.

    Returns
    -------
    Legs
        Those with days.
    stray : ndarray of int64
        Places of groups where a meter without days has a demand within the period.
    """
    is_there = found.is_there
    gone = found if is_there.all() else found.take(~is_there)
    mine = found if gone is found else found.take(is_there)
    starts, counts = _readings_of(mine, rows, groups)
    stray = np.zeros(0, np.int64)
    if gone is not found:
        first, many = _readings_of(gone, rows, groups)
        at, read = np.repeat(gone.group, many), expanded(first, many)
        is_demand = (rows["register"][read] == _DEMAND) & (rows["read_on"][read] <= limits[at])
        stray = at[is_demand]
    return _laid(mine, rows, starts, counts, limits), stray


def _readings_of(found: Hung, rows: Rows, groups: Ints) -> tuple[Ints, Ints]:
    """Return where the readings of each meter begin, and how many there are."""
    starts, counts = runs(rows[GROUP], rows["meter_id"])
    group, meter = rows[GROUP][starts], rows["meter_id"][starts]
    own, its = groups[found.group], found.columns["meter_id"]
    if len(starts) == len(own) and np.array_equal(group, own) and np.array_equal(meter, its):
        return starts, counts
    place = _run_of(own, its, group, meter)
    if not len(starts):
        return np.zeros(len(own), np.int64), np.zeros(len(own), np.int64)
    return starts[place], np.where(place < 0, 0, counts[place])


def _run_of(own: Keys, its: Keys, group: Keys, meter: Keys) -> Ints:
    """Return the run of each meter: mostly as far behind the first of its group as it is itself."""
    if not len(group):
        return np.full(len(own), -1)
    first, _ = runs(own)
    nth = np.arange(len(own)) - np.repeat(first, np.diff(first, append=len(own)))
    guess = np.minimum(np.searchsorted(group, own) + nth, len(group) - 1)
    place = np.where((group[guess] == own) & (meter[guess] == its), guess, -1)
    lost = np.flatnonzero(place < 0)
    if len(lost):
        keys = np.unique(own[lost])
        near = np.flatnonzero(np.isin(group, keys))
        which = pair_places(
            np.searchsorted(keys, own[lost]),
            its[lost],
            np.searchsorted(keys, group[near]),
            meter[near],
        )
        place[lost] = np.where(which < 0, -1, near[which]) if len(near) else -1
    return place


def _laid(found: Hung, rows: Rows, starts: Ints, counts: Ints, limits: Ints) -> Legs:
    n = len(starts)
    is_whole = int(counts.sum()) == len(rows) and bool((starts[1:] > starts[:-1]).all())
    index = None if is_whole else expanded(starts, counts)
    at = np.repeat(np.arange(n), counts)
    wanted = ("register", "read_on", "reading", "status")
    read = {c: rows[c] if index is None else rows[c][index] for c in wanted}
    day, register, is_ok = read["read_on"], read["register"], read["status"] == _OK
    demand, is_odd = _demand(found, at, read, is_ok, limits)
    there = np.flatnonzero(np.bincount(register, minlength=len(_NAMES)))
    place = np.zeros(len(_NAMES), np.int64)
    place[there] = np.arange(len(there)) * n
    slot = place.take(register) + at
    shape = len(there), n
    days = _each(found.begins, counts), _each(found.ends, counts)
    ends = [np.flatnonzero(is_ok & (day == d)) for d in days]
    sides = [_by_register(slot, read["reading"], mine, shape) for mine in ends]
    if sum(map(len, ends)) == len(day) and read["reading"].min(initial=0) != MISSING:
        seen = (sides[0] != MISSING) | (sides[1] != MISSING)
    else:
        is_late = read["status"] == _LATE
        for side, d in zip(sides, days, strict=True):
            _add_late(side, slot, read["reading"], np.flatnonzero(is_late & (day == d)))
        seen = np.zeros(shape, np.bool_)
        seen.reshape(-1)[slot[_is_used(found, day, days, counts, limits)]] = True
    signatures = (demand != MISSING).astype(np.int64) << _DEMAND
    for bit, own in zip(there.tolist(), seen, strict=True):
        signatures |= own.astype(np.int64) << bit if bit != _DEMAND else 0
    names = [_NAMES[i] for i in there.tolist()]
    previous, current = (dict(zip(names, side, strict=True)) for side in sides)
    return Legs(
        hung=found,
        previous=previous,
        current=current,
        signatures=signatures,
        demand=demand,
        is_demand_odd=is_odd,
    )


def _each(days: Ints, counts: Ints) -> Keys | np.int32:
    """Return the day of each reading; only one where it is the same for all."""
    found = days.astype(np.int32)
    is_one = len(found) > 0 and bool((found == found[0]).all())
    return np.int32(found[0]) if is_one else np.repeat(found, counts)


def _is_used(
    found: Hung,
    day: Keys,
    days: tuple[Keys | np.int32, Keys | np.int32],
    counts: Ints,
    limits: Ints,
) -> Bools:
    """Tell which readings stand within the period, and within the days of a shared meter."""
    is_used = np.asarray(day <= _each(limits[found.group], counts))
    if found.is_shared.any():
        begins, ends = days
        is_used &= ~np.repeat(found.is_shared, counts) | ((day >= begins) & (day <= ends))
    return is_used


def _by_register(
    slot: Ints, values: NDArray[np.integer], rows: Ints, shape: tuple[int, int]
) -> Ints:
    """Return a row for each register there is."""
    out = np.full(shape, MISSING)
    out.reshape(-1)[slot.take(rows)] = values.take(rows)
    return out


def _add_late(side: Ints, slot: Ints, values: NDArray[np.integer], rows: Ints) -> None:
    """Put what was collected late where nothing stands; what differs from that is not known."""
    flat = side.reshape(-1)
    at, late = slot[rows], values[rows]
    flat[at] = np.where((flat[at] == MISSING) | (flat[at] == late), late, MISSING)


def _demand(
    found: Hung, at: Ints, read: Mapping[str, NDArray[np.integer]], is_ok: Bools, limits: Ints
) -> tuple[Ints, Bools]:
    """Return the largest demand of each leg, of the periods that touch its days.

    Of a meter taken down before the end, the first reading after it belongs to it.
    """
    demand, is_odd = np.full(len(found.group), MISSING), np.zeros(len(found.group), np.bool_)
    rows = np.flatnonzero(read["register"] == _DEMAND)
    if not len(rows):
        return demand, is_odd
    at, day, is_ok = at[rows], read["read_on"][rows].astype(np.int64), is_ok[rows]
    limit = limits[found.group]
    is_near = (day > found.begins[at]) & (day <= limit[at])
    until = found.ends.copy()
    if (until < limit).any():
        next_day = np.full(len(until), np.iinfo(np.int64).max)
        later = is_near & is_ok & (day >= found.ends[at])
        np.minimum.at(next_day, at[later], day[later])
        until = np.where(next_day <= limit, next_day, until)
    counts = is_near & is_ok & (day <= until[at])
    np.maximum.at(demand, at[counts], read["reading"][rows[counts]])
    is_odd[at[is_near & ~is_ok]] = True
    return demand, is_odd
