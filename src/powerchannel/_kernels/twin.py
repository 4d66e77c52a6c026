"""The scoring loop in NumPy: the same bytes as the compiled one, where there is no compiler."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from powerchannel._kernels.rules import (
    CHANNELS,
    COMPLAINT,
    DISLIKE,
    LATENT,
    MAX_DIGITS,
    NO_CHOICE,
    NOWHERE,
    LoopRules,
)

__all__ = [
    "IdTable",
    "Part",
    "Texts",
    "finalise",
    "keys_of",
    "merge",
    "partition",
    "scatter",
    "shard_of",
    "slots_of",
    "texts_of",
]

_BLOCK = 1 << 14  # customers at a time: the working arrays of a block stay in the cache
_POWERS = 10 ** np.arange(MAX_DIGITS + 1, dtype=np.int64)


def finalise(
    planes: Sequence[NDArray[np.uint8]],
    modifiers: NDArray[np.uint8],
    rules: LoopRules,
    scores: NDArray[np.float32],
    first: NDArray[np.uint8],
    start: int,
    stop: int,
) -> None:
    """Score customers ``start`` to ``stop`` into columns of `scores` and `first` (计分).

    Parameters
    ----------
    planes : sequence of ndarray of uint8, shape (customers, 8)
        Uses, oldest month first; at most 8 months.
    modifiers : ndarray of uint8, shape (customers, 8)
        Latent points and the bits of complaint and dislike.
    rules : LoopRules
        The factors.
    scores : ndarray of float32, shape (8, customers)
        Written: one row a channel.
    first : ndarray of uint8, shape (customers,)
        Written: the first choice, 255 for none.
    start, stop : int
        The customers.
    """
    for low in range(start, stop, _BLOCK):
        high = min(low + _BLOCK, stop)
        counts = np.stack([plane[low:high].T for plane in planes])
        changes = np.ascontiguousarray(modifiers[low:high].T)
        total = _totals(counts, changes, rules)
        scores[:, low:high] = total
        first[low:high] = _first_choice(total, rules)


def _totals(
    counts: NDArray[np.uint8], changes: NDArray[np.uint8], rules: LoopRules
) -> NDArray[np.float32]:
    uses = np.minimum(counts, np.uint8(min(rules.cap, 255))).sum(axis=0, dtype=np.uint16)
    steps = _steps(counts > 0, rules)
    streak = np.ones(steps.shape)
    for step, (_, factor) in enumerate(rules.streak, 1):
        np.copyto(streak, factor, where=steps == step)
    frequency = np.where(uses > rules.more_than, rules.frequency, 1.0)
    if rules.is_largest:
        is_streak = streak >= frequency
        streak, frequency = np.where(is_streak, streak, 1.0), np.where(is_streak, 1.0, frequency)
    total: NDArray[np.float64] = uses * np.array(rules.points)[:, None]
    total += changes & LATENT
    total *= streak
    total *= frequency
    total *= np.where(changes & COMPLAINT, rules.complaint, 1.0)
    total[changes >= DISLIKE] = 0.0
    return total.astype(np.float32)


def _steps(used: NDArray[np.bool_], rules: LoopRules) -> NDArray[np.uint8]:
    """Return the highest step of the streak that each run ending in the last month reaches."""
    reached = np.zeros(used.shape[1:], np.uint8)
    run, back = np.ones(used.shape[1:], np.bool_), 0
    for months, _ in rules.streak:
        if months > len(used):
            break
        for back in range(back + 1, months + 1):  # noqa: B020
            run &= used[-back]
        reached += run.view(np.uint8)
    return reached


def _first_choice(total: NDArray[np.float32], rules: LoopRules) -> NDArray[np.uint8]:
    best = np.zeros(total.shape[1], np.float32)
    first = np.full(total.shape[1], NO_CHOICE, np.uint8)
    for channel in rules.tie_order:
        is_better = total[channel] > best
        np.copyto(first, np.uint8(channel), where=is_better)
        np.maximum(best, total[channel], out=best)
    return first


def scatter(
    codes: NDArray[np.int32],
    channels: NDArray[np.uint8],
    slots: NDArray[np.uint8],
    planes: Sequence[NDArray[np.uint8]],
) -> int:
    """Count one use an event into the plane of its slot, saturating at 255 (计数).

    Parameters
    ----------
    codes : ndarray of int32, shape (events,)
        Customers.
    channels : ndarray of uint8, shape (events,)
        Channels.
    slots : ndarray of uint8, shape (events,)
        Position of the plane; one beyond them counts nowhere.
    planes : sequence of ndarray of uint8, shape (customers, 8)
        Written.

    Returns
    -------
    int
        How many events counted.

    Raises
    ------
    ValueError
        When an event of these planes names no customer or channel.
    """
    _check_events(codes, channels, slots, planes)
    cells = codes.astype(np.int64) * CHANNELS
    cells += channels
    counted = 0
    for slot, plane in enumerate(planes):
        here = cells[slots == slot]
        counted += len(here)
        if len(here):
            _add(plane.reshape(-1), here)
    return counted


def _check_events(
    codes: NDArray[np.int32],
    channels: NDArray[np.uint8],
    slots: NDArray[np.uint8],
    planes: Sequence[NDArray[np.uint8]],
) -> None:
    outside = (codes < 0) | (codes >= len(planes[0])) | (channels >= CHANNELS)
    bad = np.count_nonzero(outside & (slots < len(planes)))
    if bad:
        raise ValueError(f"{bad} events name no customer or channel of the planes")


def _add(plane: NDArray[np.uint8], cells: NDArray[np.int64]) -> None:
    """Add a use a cell; few events are sorted, many are added one by one."""
    if len(cells) * 16 >= len(plane) and _add_each(plane, cells):
        return
    at, more = np.unique(cells, return_counts=True)
    plane[at] = np.minimum(plane[at] + more, 255)


def _add_each(plane: NDArray[np.uint8], cells: NDArray[np.int64]) -> bool:
    """Add in bytes and tell whether they held it; if not, nothing is changed.

    A byte that runs over loses 256 of the sum, and taking away what was added brings it back. The
    sum may run over itself: 2**24 bytes would have to do so at once to hide that.
    """
    before = int(plane.sum(dtype=np.uint32))
    np.add.at(plane, cells, np.uint8(1))
    if (int(plane.sum(dtype=np.uint32)) - before - len(cells)) % 2**32 == 0:
        return True
    np.subtract.at(plane, cells, np.uint8(1))
    return False


def merge(into: NDArray[np.uint8], other: NDArray[np.uint8]) -> None:
    """Add counts byte by byte, saturating at 255 (饱和相加)."""
    into += np.minimum(other, 255 - into)


def slots_of(
    stamps: NDArray[np.integer],
    per_day: int,
    shift: int,
    table: NDArray[np.uint8],
    first_day: int,
) -> NDArray[np.uint8]:
    """Look up the slot of each stamp by its local day, 255 outside the table (月槽).

    Parameters
    ----------
    stamps : ndarray of int32 or int64
        In any unit.
    per_day, shift : int
        Units in a day, and what makes the stamps local.
    table : ndarray of uint8
        The slot of each day from `first_day` on.
    first_day : int
        Days since 1970.
    """
    day = (stamps.astype(np.int64) + shift) // per_day - first_day
    inside = (day >= 0) & (day < len(table))
    return np.where(inside, table[np.where(inside, day, 0)], np.uint8(NOWHERE)).astype(np.uint8)


def keys_of(numbers: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return integers as keys of ids of just their digits, 0 for what is no id (整数编号转键)."""
    fits = (numbers >= 0) & (numbers < _POWERS[-1])
    digits = np.maximum(np.searchsorted(_POWERS, numbers, side="right"), 1)
    return np.where(fits, numbers + _POWERS[np.minimum(digits, MAX_DIGITS)], 0)


Texts: TypeAlias = tuple[NDArray[np.int32], NDArray[np.uint8]]


def texts_of(keys: NDArray[np.int64]) -> Texts | None:
    """Return the digits of keys as Arrow text, None where one is not of digits (键转文本).

    Parameters
    ----------
    keys : ndarray of int64, shape (rows,)
        Keys of `Ids`.

    Returns
    -------
    offsets : ndarray of int32, shape (rows + 1,)
        Where each text begins and ends.
    data : ndarray of uint8
        The bytes of all texts.
    """
    count = np.searchsorted(_POWERS, keys, side="right") - 1
    rest = keys - _POWERS[count]
    if (count < 1).any() or (rest >= _POWERS[count]).any():
        return None
    digits = np.empty((len(keys), MAX_DIGITS), np.uint8)
    for column in digits.T[::-1]:
        shorter = rest // 10
        column[:] = rest - shorter * 10
        rest = shorter
    digits += np.uint8(ord("0"))
    offsets = np.concatenate([[0], np.cumsum(count)]).astype(np.int32)
    return offsets, digits[np.arange(MAX_DIGITS) >= MAX_DIGITS - count[:, None]]


Part: TypeAlias = tuple[NDArray[np.int64], NDArray[np.uint8], NDArray[np.uint8]]
_ODD = np.uint64(0x9E3779B97F4A7C15)


def partition(
    keys: NDArray[np.int64], columns: NDArray[np.uint8], slots: NDArray[np.uint8], shards: int
) -> list[Part]:
    """Group events by shard of their key, in order (按客户分片).

    Parameters
    ----------
    keys, columns, slots : ndarray, shape (events,)
        The events.
    shards : int
        How many groups; a key is always in the same one.
    """
    shard = shard_of(keys, shards)
    found = (np.flatnonzero(shard == k) for k in range(shards))
    return [(keys[rows], columns[rows], slots[rows]) for rows in found]


def shard_of(keys: NDArray[np.int64], shards: int) -> NDArray[np.uint64]:
    """Return the shard of each key, by its hash (分片号)."""
    mixed = keys.view(np.uint64) * _ODD
    mixed ^= mixed >> np.uint64(32)
    return ((mixed >> np.uint64(40)) * np.uint64(shards)) >> np.uint64(24)


class IdTable:
    """Keys to dense codes in order of appearance; key 0 is no id (编号字典)."""

    def __init__(self) -> None:
        self._keys = np.zeros(0, np.int64)
        self._index = pd.Index(self._keys)

    def __len__(self) -> int:
        return len(self._keys)

    def encode(self, keys: NDArray[np.int64]) -> NDArray[np.int32]:
        """Return the code of each key; new keys get the next ones, key 0 gets -1 (编码)."""
        local, distinct = pd.factorize(keys)
        known = self._index.get_indexer(pd.Index(distinct))
        fresh = (known < 0) & (distinct != 0)
        known[fresh] = len(self._keys) + np.arange(int(fresh.sum()))
        if fresh.any():
            self._keys = np.concatenate([self._keys, distinct[fresh]])
            self._index = pd.Index(self._keys)
        return known.astype(np.int32)[local]

    def keys(self) -> NDArray[np.int64]:
        """Return the keys by code (键)."""
        return self._keys
