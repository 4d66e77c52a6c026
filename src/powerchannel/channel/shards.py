"""Some of the customers while they are counted: an id table and planes that grow."""

from __future__ import annotations

from threading import Lock

import numpy as np
from attrs import define, field, frozen
from numpy.typing import NDArray

from powerchannel._kernels.loops import Loops
from powerchannel._kernels.rules import CHANNELS
from powerchannel.ids import Ids

__all__ = ["Cells", "Names", "Shard"]

_ROOM = 1 << 17  # customers that planes have room for at first
_NO_ROWS = np.zeros((0, CHANNELS), np.uint8)


@frozen(eq=False)
class Cells:
    """Events to be counted: a key, a column of the plane and a month slot each (待计数事件).

    Parameters
    ----------
    keys : ndarray of int64
        Keys of `Ids`, none of them null.
    columns : ndarray of uint8
        Channel, or kind of evidence.
    slots : ndarray of uint8
        Position among the months counted; 255 for any other.
    """

    keys: NDArray[np.int64]
    columns: NDArray[np.uint8]
    slots: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.keys)

    @classmethod
    def none(cls) -> Cells:
        """Return no events (空)."""
        nothing = np.zeros(0, np.uint8)
        return cls(np.zeros(0, np.int64), nothing, nothing)


@define(eq=False)
class Names:
    """Ids that are not digits, numbered across batches in order of appearance (非数字编号)."""

    _known: dict[str, int] = field(factory=dict, init=False)
    _lock: Lock = field(factory=Lock, init=False)

    def keys(self, ids: Ids) -> NDArray[np.int64]:
        """Return the keys of ids over the names of all batches (统一编号); threads take turns."""
        if not len(ids.names):
            return ids.keys
        known = self._known
        with self._lock:
            numbers = [known.setdefault(name, len(known)) for name in ids.names]
        return _renumbered(ids.keys, np.array(numbers))

    def ids(self, keys: NDArray[np.int64]) -> Ids:
        """Return ids over the names in order, as `Ids` wants them (还原编号)."""
        names = np.array(sorted(self._known), dtype=object)
        if not len(names):
            return Ids(keys, names)
        place = np.zeros(len(names), np.int64)
        place[[self._known[name] for name in names]] = np.arange(len(names))
        return Ids(_renumbered(keys, place), names)


def _renumbered(keys: NDArray[np.int64], numbers: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the keys with the names at other numbers."""
    out, texts = keys.copy(), np.flatnonzero(keys < 0)
    out[texts] = -1 - numbers[-1 - keys[texts]]
    return out


class Shard:
    """Counts the events of its customers, numbered in order of appearance (计数分片).

    Parameters
    ----------
    loops : Loops
        The path that counts.
    months : int
        How many months are counted.
    """

    def __init__(self, loops: Loops, months: int) -> None:
        self._loops = loops
        self._table = loops.table()
        self._known = 0
        self._uses = [_NO_ROWS] * months
        self._evidence: list[NDArray[np.uint8]] = []
        self._lock = Lock()

    def __len__(self) -> int:
        return self._known

    def add(self, uses: Cells, evidence: Cells) -> int:
        """Count a batch; returns how many uses fell into the months counted (计入一批).

        Threads take turns.
        """
        with self._lock:
            codes = self.place(uses.keys)
            if len(evidence):
                self._evidence = self._evidence or [_NO_ROWS] * len(self._uses)
                known = self.place(evidence.keys)
                self._loops.scatter(known, evidence.columns, evidence.slots, self._evidence)
            return self._loops.scatter(codes, uses.columns, uses.slots, self._uses)

    def place(self, keys: NDArray[np.int64]) -> NDArray[np.int32]:
        """Return the number of each key; a new one gets the next (编号)."""
        codes = self._table.encode(keys)
        self._known = len(self._table)
        for planes in (self._uses, self._evidence):
            for slot, plane in enumerate(planes):
                if len(plane) < self._known:
                    planes[slot] = _enlarged(plane, self._known)
        return codes

    def give_keys(self) -> NDArray[np.int64]:
        """Return the keys in order of appearance, and free their table (交出键).

        What was counted can still be read; nothing more can be counted.
        """
        keys = self._table.keys()
        del self._table
        return keys

    def uses(self, slot: int) -> NDArray[np.uint8]:
        """Return the uses of a month, shape (customers, 8) (使用次数)."""
        return self._uses[slot][: len(self)]

    def evidence(self, slot: int) -> NDArray[np.uint8] | None:
        """Return the evidence of a month, shape (customers, 8), or None (行为证据)."""
        return self._evidence[slot][: len(self)] if self._evidence else None

    def forget(self, slot: int) -> None:
        """Free the planes of a month that has been taken over (释放)."""
        self._uses[slot] = _NO_ROWS
        if self._evidence:
            self._evidence[slot] = _NO_ROWS


def _enlarged(plane: NDArray[np.uint8], least: int) -> NDArray[np.uint8]:
    """Return a plane with room to double: memory that was never written to costs nothing."""
    larger = np.zeros((max(least, 2 * len(plane), _ROOM), CHANNELS), np.uint8)
    larger[: len(plane)] = plane
    return larger
