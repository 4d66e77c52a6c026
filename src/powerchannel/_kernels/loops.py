"""Which scoring loop runs: the compiled one where it was built, its NumPy twin otherwise.

The environment variable ``POWERCHANNEL_KERNEL`` forces one: ``numpy``, ``plain``, ``avx2``,
``avx512``; ``auto`` takes the best there is. All give the same bytes.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from itertools import pairwise
from typing import Protocol

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from powerchannel._kernels import twin
from powerchannel._kernels.rules import MAX_DIGITS, LoopRules

try:
    from powerchannel._kernels import _core
except ImportError:  # no compiler when it was installed
    _core = None  # type: ignore[assignment]

__all__ = ["KERNELS", "VARIABLE", "Loops", "Table", "available", "loops"]

KERNELS = ("plain", "avx2", "avx512")
VARIABLE = "POWERCHANNEL_KERNEL"


class Table(Protocol):
    """Keys to dense codes (编号字典)."""

    def __len__(self) -> int: ...

    def encode(self, keys: NDArray[np.int64]) -> NDArray[np.int32]:
        """Return the code of each key (编码)."""

    def keys(self) -> NDArray[np.int64]:
        """Return the keys by code (键)."""


@frozen
class Loops:
    """The loops of scoring on plain arrays; `name` says which path runs (计分循环).

    The functions are those of `twin`, whose docstrings hold for both.
    """

    name: str = "numpy"

    @property
    def is_compiled(self) -> bool:
        """Whether the compiled path runs (是否编译)."""
        return self.name != "numpy"

    def finalise(
        self,
        planes: Sequence[NDArray[np.uint8]],
        modifiers: NDArray[np.uint8],
        rules: LoopRules,
        scores: NDArray[np.float32],
        first: NDArray[np.uint8],
        start: int,
        stop: int,
    ) -> None:
        """Score a range of customers (计分)."""
        if not self.is_compiled:
            twin.finalise(planes, modifiers, rules, scores, first, start, stop)
            return
        level = KERNELS.index(self.name)
        stride = scores.shape[1]
        _core.finalise(
            tuple(planes), modifiers, rules.pack(), scores, first, stride, start, stop, level
        )

    def scatter(
        self,
        codes: NDArray[np.int32],
        channels: NDArray[np.uint8],
        slots: NDArray[np.uint8],
        planes: Sequence[NDArray[np.uint8]],
    ) -> int:
        """Count one use an event (计数)."""
        if not planes:
            return 0
        if not self.is_compiled:
            return twin.scatter(codes, channels, slots, planes)
        return int(_core.scatter(codes, channels, slots, tuple(planes), len(planes[0])))

    def merge(self, into: NDArray[np.uint8], other: NDArray[np.uint8]) -> None:
        """Add counts, saturating (饱和相加)."""
        if self.is_compiled:
            _core.merge(into, other)
        else:
            twin.merge(into, other)

    def slots_of(
        self,
        stamps: NDArray[np.integer],
        per_day: int,
        shift: int,
        table: NDArray[np.uint8],
        first_day: int,
    ) -> NDArray[np.uint8]:
        """Look up the slot of each stamp (月槽)."""
        if not self.is_compiled:
            return twin.slots_of(stamps, per_day, shift, table, first_day)
        slots = np.empty(len(stamps), np.uint8)
        width = stamps.dtype.itemsize
        _core.slots_of(stamps, width, per_day, shift, table, first_day, slots)
        return slots

    def partition(
        self,
        keys: NDArray[np.int64],
        columns: NDArray[np.uint8],
        slots: NDArray[np.uint8],
        shards: int,
    ) -> list[twin.Part]:
        """Group events by shard of their key, in order (按客户分片)."""
        if not self.is_compiled:
            return twin.partition(keys, columns, slots, shards)
        dealt = np.empty_like(keys), np.empty_like(columns), np.empty_like(slots)
        starts = _core.partition(keys, columns, slots, shards, *dealt)
        k, c, s = dealt
        return [(k[a:b], c[a:b], s[a:b]) for a, b in pairwise(starts)]

    def digits(
        self, offsets: NDArray[np.integer], data: NDArray[np.uint8]
    ) -> NDArray[np.int64] | None:
        """Read text in Arrow's form as keys, 0 for what is not digits (文本编号转键).

        Parameters
        ----------
        offsets : ndarray of int32 or int64, shape (rows + 1,)
            Where each text begins and ends.
        data : ndarray of uint8
            The bytes of all texts.

        Returns
        -------
        ndarray of int64, shape (rows,), or None
            None on the NumPy path, which reads text ids by `parse_ids`.
        """
        if not self.is_compiled:
            return None
        keys = np.empty(len(offsets) - 1, np.int64)
        _core.parse_digits(offsets, offsets.dtype.itemsize, data, keys)
        return keys

    def keys_of(self, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return integers as keys of ids (整数编号转键)."""
        if not self.is_compiled:
            return twin.keys_of(numbers)
        keys = np.empty(len(numbers), np.int64)
        _core.keys_of(numbers, keys)
        return keys

    def texts_of(self, keys: NDArray[np.int64]) -> twin.Texts | None:
        """Return the digits of keys as text in Arrow's form (键转文本)."""
        if not self.is_compiled:
            return twin.texts_of(keys)
        offsets = np.empty(len(keys) + 1, np.int32)
        data = np.empty(len(keys) * MAX_DIGITS, np.uint8)
        size = _core.texts_of(keys, offsets, data)
        return None if size < 0 else (offsets, data[:size])

    def table(self) -> Table:
        """Return an empty table of ids (编号字典)."""
        return _CompiledTable() if self.is_compiled else twin.IdTable()


class _CompiledTable:
    def __init__(self) -> None:
        self._table = _core.IdTable()

    def __len__(self) -> int:
        return len(self._table)

    def encode(self, keys: NDArray[np.int64]) -> NDArray[np.int32]:
        codes = np.empty(len(keys), np.int32)
        self._table.encode(keys, codes)
        return codes

    def keys(self) -> NDArray[np.int64]:
        return np.frombuffer(self._table.keys(), np.int64)


def available() -> tuple[str, ...]:
    """Return the names of the loops that run on this machine (可用路径)."""
    return ("numpy", *(KERNELS[: _core.level() + 1] if _core is not None else ()))


def loops(name: str | None = None) -> Loops:
    """Return the loops to use (取计分循环).

    Parameters
    ----------
    name : str, optional
        One of `available`; by default what ``POWERCHANNEL_KERNEL`` says, else the best there is.

    Raises
    ------
    ValueError
        When it is not available here.
    """
    wanted = name or os.environ.get(VARIABLE) or "auto"
    known = available()
    if wanted == "auto":
        return Loops(known[-1])
    if wanted not in known:
        raise ValueError(
            f"计分路径 {wanted!r} 在此不可用；可用的有：auto、{'、'.join(known)} / "
            f"the scoring path {wanted!r} is not available here; there are: auto, "
            f"{', '.join(known)}"
        )
    return Loops(wanted)
