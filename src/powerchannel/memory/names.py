"""One table of names for all the ids of a state (名称表)."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from powerchannel.ids import Ids
from powerchannel.tables.raw import object_array

__all__ = ["keys_over", "sorted_names", "used_names"]


def sorted_names(parts: Iterable[NDArray[np.object_]]) -> NDArray[np.object_]:
    """Return the names of all parts, sorted, each once (名称并集).

    Examples
    --------
    >>> sorted_names([np.array(["b", "a"], object), np.array(["b"], object)]).tolist()
    ['a', 'b']
    """
    return object_array(sorted(set[str]().union(*(part.tolist() for part in parts))))


def used_names(keys: NDArray[np.integer], names: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return the names that some keys stand for (所用名称).

    Examples
    --------
    >>> used_names(np.array([-2, 17, -2, 0]), np.array(["a", "b"], object)).tolist()
    ['b']
    """
    return np.asarray(names[-np.unique(keys[keys < 0]) - 1], dtype=object)


def keys_over(ids: Ids, names: NDArray[np.object_]) -> NDArray[np.int64]:
    """Return ids as keys over a sorted table of names; 0 for a name that it lacks (换名称表).

    Examples
    --------
    >>> keys_over(Ids.from_text(["b", "7", "x"]), np.array(["a", "b"], object)).tolist()
    [-2, 17, 0]
    """
    texts = np.flatnonzero(ids.keys < 0)
    keys = ids.keys.copy()
    if len(texts):
        table = Ids(-1 - np.arange(len(names)), names)
        keys[texts] = -1 - table.positions(ids.take(texts))
    return keys
