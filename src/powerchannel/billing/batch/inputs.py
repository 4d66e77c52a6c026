"""The rows of many groups laid out as columns, and which groups the batch takes (批量输入)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from powerchannel.billing.batch.editions import Editions
from powerchannel.billing.batch.exact import Ints
from powerchannel.billing.state import BY_MONTH, GROUP, MONTH, State
from powerchannel.billing.state.rows import Rows
from powerchannel.billing.tables.schemas import SCHEMAS
from powerchannel.billing.tables.words import (
    LOSS_METHODS,
    METERING_SIDES,
    READING_STATUSES,
    REGISTERS,
    TRANSFORMER_KINDS,
    TRANSFORMER_STATUSES,
)
from powerchannel.tables import NO_DAY, NO_NUMBER, Vocabulary

__all__ = ["CHUNK", "MISSING", "REASONS", "Chunk", "Codes", "chunks", "reason"]

Bools: TypeAlias = NDArray[np.bool_]
Codes: TypeAlias = NDArray[np.uint8]

CHUNK = 1 << 15
"""Groups that are billed at once: their columns stay in the cache."""

MISSING = np.iinfo(np.int64).min
"""Where no reading counts."""

REASONS = (
    "",
    "several_rows",
    "tariff",
    "tariff_changes",
    "meters",
    "relations",
    "lines",
    "givens",
    "incidents",
    "adjustments",
    "debts",
    "transformer_loss",
    "transformer_states",
    "readings",
    "backwards",
    "total_and_parts",
    "too_large",
    "price_missing",
    "power_factor",
    "demand",
    "year_to_date",
)
"""Why a group is left to the reference; the first is: it is not."""

_UNTAKEN = ("relations", "lines", "givens", "incidents", "adjustments", "debts")
_DEMAND = [code.code for code in REGISTERS].index("max_demand")


def reason(name: str) -> int:
    """Return the number of a reason (原因代码).

    Examples
    --------
    >>> REASONS[reason("givens")]
    'givens'
    """
    return REASONS.index(name)


def _place(vocabulary: Vocabulary, code: str) -> int:
    return [c.code for c in vocabulary].index(code)


_OK = _place(READING_STATUSES, "ok")
_LOW = _place(METERING_SIDES, "low")
_RUNNING = _place(TRANSFORMER_STATUSES, "running")
_NO_LOSS = _place(LOSS_METHODS, "none")
_MOTOR = _place(TRANSFORMER_KINDS, "hv_motor")
_ONE = 10 ** SCHEMAS["meters"]["multiplier"].decimals
"""The multiplier of a meter that names none."""


@frozen(eq=False, kw_only=True)
class Chunk:
    """Some groups of a month, one entry each, and all readings of them (一批计费组).

    Parameters
    ----------
    groups : ndarray of int64, shape (groups,)
        Their keys, ascending.
    reasons : ndarray of uint8
        Why the batch does not take a group, so far: an index of `REASONS`.
    accounts, meters : mapping of column name to ndarray
        The row of each group; of one that is not taken, whatever stands there.
    editions : ndarray of int64
        Which edition of which tariff.
    previous, current : mapping of register to ndarray of int64, shape (groups,)
        What it showed at both ends [1e-6]; `MISSING` for nothing. Those that any meter has.
    signatures : ndarray of int64
        A bit for each register that was ever read.
    demand : ndarray of int64
        The largest reading of the maximum demand [1e-6]; `MISSING` for none.
    kva, transformer_kva : ndarray of int64
        Capacity of all equipment, and without motors [1e-4 kVA].
    kva_decimals : ndarray of int64
        Decimals that the sum shows.
    equipment : ndarray of int64
        Rows of equipment.
    is_steady : ndarray of bool
        All of it ran throughout, and nothing is interlocked.
    """

    groups: Ints
    reasons: Codes
    accounts: Mapping[str, NDArray[np.integer]]
    meters: Mapping[str, NDArray[np.integer]]
    editions: Ints
    previous: Mapping[str, Ints]
    current: Mapping[str, Ints]
    signatures: Ints
    demand: Ints
    kva: Ints
    transformer_kva: Ints
    kva_decimals: Ints
    equipment: Ints
    is_steady: Bools

    def __len__(self) -> int:
        return len(self.groups)

    def account(self, column: str, rows: Ints) -> Ints:
        """Return a column of the account rows of some groups (账户列)."""
        return self.accounts[column][rows].astype(np.int64, copy=False)

    def meter(self, column: str, rows: Ints) -> Ints:
        """Return a column of the meters of some groups (计量点列)."""
        return self.meters[column][rows].astype(np.int64, copy=False)


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
            yield _chunk(rows, editions)
        first = last


def _between(state: State, first: int, last: int, month: int) -> dict[str, Rows]:
    found: dict[str, Rows] = {}
    for name in (*BY_MONTH, "readings"):
        table = state.tables[name]
        start, end = np.searchsorted(table[GROUP], [first, last + 1])
        part = Rows(name, table.key, {n: v[start:end] for n, v in table.columns.items()})
        if name in BY_MONTH and (is_other := part[MONTH] != month).any():
            part = part.where(~is_other)
        found[name] = part
    return found


def _chunk(rows: Mapping[str, Rows], editions: Editions) -> Chunk:
    groups, starts, counts = _runs(rows["accounts"][GROUP].astype(np.int64, copy=False))
    n = len(groups)
    reasons = np.zeros(n, np.uint8)
    accounts = {name: v[starts] for name, v in rows["accounts"].columns.items()}
    _refuse(reasons, counts != 1, "several_rows")
    for name in _UNTAKEN:
        at = _at(groups, rows[name])
        _refuse(reasons, np.bincount(at, minlength=n) > 0, name)
    meters = _meters(rows["meters"], groups, accounts, reasons)
    edition, has_changed = editions.of(
        accounts["tariff"], accounts["started_on"], accounts["ended_on"]
    )
    _refuse(reasons, has_changed, "tariff_changes")
    _refuse(reasons, edition < 0, "tariff")
    equipment = _equipment(rows["transformers"], groups, accounts, meters, reasons)
    read = _readings(rows["readings"], groups, accounts, meters, reasons)
    return Chunk(
        groups=groups,
        reasons=reasons,
        accounts=accounts,
        meters=meters,
        editions=edition,
        **equipment,
        **read,
    )


def _refuse(reasons: Codes, is_out: Bools, name: str) -> None:
    if is_out.any():
        reasons[is_out & (reasons == 0)] = reason(name)


def _runs(keys: Ints) -> tuple[Ints, Ints, Ints]:
    """Return the distinct of sorted keys, where each begins, and how many there are."""
    is_first = np.ones(len(keys), np.bool_)
    np.not_equal(keys[1:], keys[:-1], out=is_first[1:])
    starts = np.flatnonzero(is_first)
    return keys[starts], starts, np.diff(starts, append=len(keys))


def _at(groups: Ints, rows: Rows) -> Ints:
    """Return the place of the group of each row."""
    if len(rows) == len(groups) and np.array_equal(rows[GROUP], groups):
        return np.arange(len(groups))
    return np.searchsorted(groups, rows[GROUP])


def _meters(
    rows: Rows, groups: Ints, accounts: Mapping[str, NDArray[np.integer]], reasons: Codes
) -> dict[str, NDArray[np.integer]]:
    """Return the meter of each group: one of its account, there on every day."""
    at = _at(groups, rows)
    first = np.zeros(len(groups), np.int64)
    first[at[::-1]] = np.arange(len(at))[::-1]
    if not len(rows):
        _refuse(reasons, np.ones(len(groups), np.bool_), "meters")
        return {n: np.zeros(len(groups), v.dtype) for n, v in rows.columns.items()}
    found = {n: v[first] for n, v in rows.columns.items()}
    factor = found["multiplier"]
    found["multiplier"] = np.where(factor == NO_NUMBER, _ONE, factor)
    installed, removed = found["installed_on"], found["removed_on"]
    is_odd = (
        (np.bincount(at, minlength=len(groups)) != 1)
        | (found["account_id"] != accounts["account_id"])
        | ((installed != NO_DAY) & (installed > accounts["started_on"]))
        | ((removed != NO_DAY) & (removed < accounts["ended_on"]))
    )
    _refuse(reasons, is_odd, "meters")
    _refuse(reasons, found["line_id"] != 0, "lines")
    return found


def _equipment(
    rows: Rows,
    groups: Ints,
    accounts: Mapping[str, NDArray[np.integer]],
    meters: Mapping[str, NDArray[np.integer]],
    reasons: Codes,
) -> dict[str, Any]:
    """Add capacities up; refuse meters behind a transformer that loses something."""
    at, n = _at(groups, rows), len(groups)
    kva, is_transformer = rows["capacity_kva"], rows["kind"] != _MOTOR
    own = rows["account_id"] == accounts["account_id"][at]
    named, ids = meters["transformer_id"][at], rows["transformer_id"]
    is_behind = (own | (ids == named)) & ((named == 0) | (ids == named))
    is_lossy = is_transformer & (rows["loss_method"] != _NO_LOSS) & is_behind
    is_low = meters["metering_side"] == _LOW
    _refuse(reasons, is_low & _any(at, is_lossy, n), "transformer_loss")
    begins, ends = rows["started_on"], rows["ended_on"]
    is_odd = (
        ~own
        | (rows["status"] != _RUNNING)
        | (rows["interlock_group"] != 0)
        | ((begins != NO_DAY) & (begins > accounts["started_on"][at]))
        | ((ends != NO_DAY) & (ends < accounts["ended_on"][at]))
    )
    is_odd[1:] |= (ids[1:] == ids[:-1]) & (at[1:] == at[:-1])
    decimals = np.zeros(n, np.int64)
    np.maximum.at(decimals, at, shown_decimals(kva, 4))
    return {
        "kva": _sums(at, kva, n),
        "transformer_kva": _sums(at, np.where(is_transformer, kva, 0), n),
        "kva_decimals": decimals,
        "equipment": np.bincount(at, minlength=n),
        "is_steady": ~_any(at, is_odd, n),
    }


def _any(at: Ints, mask: Bools, n: int) -> Bools:
    found = np.zeros(n, np.bool_)
    found[at[mask]] = True
    return found


def _sums(at: Ints, values: NDArray[np.integer], n: int) -> Ints:
    out = np.zeros(n, np.int64)
    np.add.at(out, at, values)
    return out


def shown_decimals(values: NDArray[np.integer], decimals: int) -> Ints:
    """Return the decimals of whole multiples of ``10**-decimals`` without trailing zeros (小数位).

    Examples
    --------
    >>> shown_decimals(np.array([500_000, 12_300, 7, 0]), 4).tolist()
    [0, 2, 4, 0]
    """
    shown = np.zeros(len(values), np.int64)
    for place in range(decimals):
        shown += values % 10 ** (decimals - place) != 0
    return shown


def _readings(
    rows: Rows,
    groups: Ints,
    accounts: Mapping[str, NDArray[np.integer]],
    meters: Mapping[str, NDArray[np.integer]],
    reasons: Codes,
) -> dict[str, Any]:
    """Lay out what each register showed on both days; a reading that does not count is missing."""
    n = len(groups)
    index, counts = _readings_of(rows[GROUP], groups)
    at = np.repeat(np.arange(n), counts)
    begins, ends = (np.repeat(accounts[c], counts) for c in ("started_on", "ended_on"))
    read = {c: rows[c] if index is None else rows[c][index] for c in rows.columns}
    day, register, is_ok = read["read_on"], read["register"], read["status"] == _OK
    is_used = (read["meter_id"] == np.repeat(meters["meter_id"], counts)) & (day <= ends)
    is_demand = is_used & (register == _DEMAND) & (day > begins)
    demand = np.full(n, MISSING)
    np.maximum.at(demand, at[is_demand & is_ok], read["reading"][is_demand & is_ok])
    _refuse(reasons, _any(at, is_demand & ~is_ok, n), "demand")
    there = np.flatnonzero(np.bincount(register, minlength=len(REGISTERS)))
    place = np.zeros(len(REGISTERS), np.int64)
    place[there] = np.arange(len(there)) * n
    slot = place.take(register) + at
    seen = np.zeros(len(there) * n, np.bool_)
    seen[slot if is_used.all() else slot[is_used]] = True
    signatures = np.zeros(n, np.int64)
    for bit, mine in zip(there.tolist(), seen.reshape(-1, n), strict=True):
        signatures |= mine.astype(np.int64) << bit if bit != _DEMAND else 0
    signatures |= (demand != MISSING).astype(np.int64) << _DEMAND
    is_ok &= is_used
    names = [REGISTERS[i].code for i in there.tolist()]
    sides = [_laid_out(slot, read["reading"], is_ok & (day == d), n) for d in (begins, ends)]
    previous, current = (dict(zip(names, side, strict=True)) for side in sides)
    return {
        "previous": previous,
        "current": current,
        "signatures": signatures,
        "demand": demand,
    }


def _readings_of(keys: NDArray[np.integer], groups: Ints) -> tuple[Ints | None, Ints]:
    """Return which readings are of the groups (None: all), and how many of each."""
    starts = np.searchsorted(keys, groups)
    counts = np.searchsorted(keys, groups, side="right") - starts
    if int(counts.sum()) == len(keys):
        return None, counts
    before = np.cumsum(counts) - counts
    return np.arange(counts.sum()) + np.repeat(starts - before, counts), counts


def _laid_out(slot: Ints, values: NDArray[np.integer], mask: Bools, n: int) -> list[Ints]:
    """Return a column for each register there is."""
    out = np.full((int(slot.max(initial=-1)) // n + 1) * n, MISSING)
    rows = np.flatnonzero(mask)
    out[slot.take(rows)] = values.take(rows)
    return list(out.reshape(-1, n))
