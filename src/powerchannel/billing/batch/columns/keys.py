"""Finding rows by the keys of groups and ids, on columns (键查找)."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from powerchannel.billing.batch.columns.exact import Ints
from powerchannel.ids import Ids

__all__ = [
    "Keys",
    "distinct",
    "expanded",
    "is_first",
    "nth_of",
    "pair_places",
    "reduced",
    "runs",
    "text_ranks",
]

Keys: TypeAlias = NDArray[np.integer]
"""Ids, days or codes, one a row."""

_MOST_CODES = 1 << 16
_FEW = 4


def distinct(values: Keys) -> list[int]:
    """Return the values there are, ascending; quickly where they are near to one another (去重).

    Examples
    --------
    >>> distinct(np.array([7, 5, 7])), distinct(np.array([10**12, 1]))
    ([5, 7], [1, 1000000000000])
    """
    if not len(values):
        return []
    low, high = int(values.min()), int(values.max())
    if low == high:
        return [low]
    if high - low < _MOST_CODES:
        found: Keys = np.flatnonzero(np.bincount(values.astype(np.int64) - low)) + low
    else:
        ordered = np.sort(values)
        found = ordered[is_first(ordered)]
    return [int(value) for value in found.tolist()]


def reduced(ufunc: np.ufunc, values: NDArray[Any], starts: Ints) -> NDArray[Any]:
    """Return what runs along the last axis come to; quickly where all are short (按段归并).

    Parameters
    ----------
    ufunc : numpy.ufunc
        Such as ``np.add``.
    values : ndarray
        Run after run.
    starts : ndarray of int64
        Where each begins; none is empty.

    Examples
    --------
    >>> reduced(np.add, np.array([[1, 2, 4], [1, 1, 1]]), np.array([0, 2])).tolist()
    [[3, 4], [2, 1]]
    """
    counts = np.diff(starts, append=values.shape[-1])
    most = int(counts.max(initial=0))
    if most > _FEW:
        return np.asarray(ufunc.reduceat(values, starts, axis=-1))
    found = values.take(starts, axis=-1)
    for nth in range(1, most):
        has = np.flatnonzero(counts > nth)
        more = values.take(starts[has] + nth, axis=-1)
        if len(has) == len(starts):
            ufunc(found, more, out=found)
        else:
            found[..., has] = ufunc(found[..., has], more)
    return found


def is_first(*keys: Keys) -> NDArray[np.bool_]:
    """Tell where any of some sorted columns differs from the row before (段首).

    Examples
    --------
    >>> is_first(np.array([1, 1, 2]), np.array([5, 6, 6])).tolist()
    [True, True, True]
    """
    found = np.ones(len(keys[0]), np.bool_)
    first, *others = keys
    np.not_equal(first[1:], first[:-1], out=found[1:])
    for key in others:
        found[1:] |= key[1:] != key[:-1]
    return found


def runs(*keys: Keys) -> tuple[Ints, Ints]:
    """Return where each run of equal rows begins, and how many rows it has (连续段).

    Examples
    --------
    >>> starts, counts = runs(np.array([1, 1, 2]))
    >>> starts.tolist(), counts.tolist()
    ([0, 2], [2, 1])
    """
    starts = np.flatnonzero(is_first(*keys))
    return starts, np.diff(starts, append=len(keys[0]))


def expanded(starts: Ints, counts: Ints) -> Ints:
    """Return the rows of some runs, one run after another (展开段).

    Examples
    --------
    >>> expanded(np.array([5, 0]), np.array([2, 1])).tolist()
    [5, 6, 0]
    """
    before = np.cumsum(counts) - counts
    return np.asarray(np.arange(int(counts.sum())) + np.repeat(starts - before, counts))


def pair_places(group: Keys, key: Keys, groups: Keys, keys: Keys) -> Ints:
    """Return where each pair stands among others, the first of equals; -1 for none (对查找).

    Parameters
    ----------
    group, key : ndarray of int64
        The pairs that are looked for; groups are not negative.
    groups, keys : ndarray of int64
        Those there are.

    Examples
    --------
    >>> pair_places(np.array([0, 1]), np.array([7, 7]), np.array([0, 0]), np.array([5, 7])).tolist()
    [1, -1]
    """
    if not len(keys) or not len(key):
        return np.full(len(key), -1)
    known_keys, code = np.unique(np.concatenate([keys, key]), return_inverse=True)
    code = code.reshape(-1)
    known = groups * len(known_keys) + code[: len(keys)]
    wanted = group * len(known_keys) + code[len(keys) :]
    order = np.argsort(known, kind="stable")
    place = np.minimum(np.searchsorted(known[order], wanted), len(known) - 1)
    found: Ints = order[place]
    found[known[found] != wanted] = -1
    return found


def text_ranks(keys: Ints, names: NDArray[np.object_]) -> Ints:
    """Return the place of each id in the order of their texts; -1 for none (编号文本序).

    Parameters
    ----------
    keys : ndarray of int64
        Over the names.
    names : ndarray of object
        As in `powerchannel.ids.Ids`.

    Examples
    --------
    >>> text_ranks(Ids.from_text(["9", "10", "9"]).keys, np.zeros(0, object)).tolist()
    [1, 0, 1]
    """
    return Ids(keys, names).unique()[1]


def nth_of(keys: Keys) -> Ints:
    """Return the place of each within its run of one key (段内序号).

    Examples
    --------
    >>> nth_of(np.array([3, 3, 5])).tolist()
    [0, 1, 0]
    """
    starts, counts = runs(keys)
    return np.arange(len(keys)) - np.repeat(starts, counts)
