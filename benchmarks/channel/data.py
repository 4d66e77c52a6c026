"""Contacts as a utility has them: six monthly feeds and two small side tables, from a seed."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from attrs import frozen
from numpy.typing import NDArray

__all__ = ["AS_OF", "CHANNELS", "END", "MONTHS", "START", "Contacts", "Events", "Files"]

AS_OF, START, END = "2022-03", "2021-10-01", "2022-04-01"
"""The month scored, the first day of its window and the first day after it."""
MONTHS = 6
CHANNELS = ("hotline", "hall", "app", "wechat", "alipay", "sms", "bank", "portal")
SHARES = (0.06, 0.10, 0.40, 0.15, 0.15, 0.05, 0.05, 0.04)

_DAYS = np.arange("2021-10", "2022-05", dtype="datetime64[M]").astype("datetime64[D]").astype(int)
_BEFORE = 90  # side tables begin so many days before the window
_SHORTEST, _LONGEST = 10**11, 10**13  # ids of 13 digits, one in eleven with a leading zero


@frozen(kw_only=True)
class Contacts:
    """What to make: every customer has a contact, the rest fall as `order` says.

    ``random``: all customers alike; ``skewed``: in proportion to 1/rank; ``sorted``: random, each
    month in the order of the customers' codes.
    """

    count: int
    customers: int
    order: Literal["random", "sorted", "skewed"] = "random"
    ids: Literal["integer", "text"] = "integer"
    seed: int = 1

    def events(self) -> Events:
        """Make the contacts as dense codes."""
        rng = np.random.default_rng(self.seed)
        customers, slots = self._customers(rng), _slots(self.count)
        if self.order == "sorted":
            for month in _by_month(slots):
                customers[month].sort()
        return Events(customers, _draw_channels(self.count, rng), slots)

    def _customers(self, rng: np.random.Generator) -> NDArray[np.int32]:
        everyone = rng.permutation(self.customers).astype(np.int32)
        more = self.count - self.customers
        if self.order == "skewed":
            rank = self.customers ** rng.random(more)  # 1 to customers, density 1/rank
            rest = everyone[rank.astype(np.int32) - 1]
        else:
            rest = rng.integers(0, self.customers, more, np.int32)
        customers = np.concatenate([everyone, rest])
        rng.shuffle(customers)
        return customers

    def files(self, home: Path) -> Files:
        """Make the contacts as Parquet files below `home`, once; the same ones next time."""
        home /= f"{self.count}-{self.customers}-{self.order}-{self.ids}-{self.seed}"
        if not home.exists():
            part = home.with_suffix(".part")
            shutil.rmtree(part, ignore_errors=True)
            part.mkdir(parents=True)
            self._write(Files.below(part))
            part.rename(home)
        return Files.below(home)

    def _write(self, files: Files) -> None:
        events, rng = self.events(), np.random.default_rng([self.seed, 1])
        ids = _draw_ids(self, rng)
        for month, rows in enumerate(_by_month(events.slots)):
            days = rng.integers(*_DAYS[month : month + 2], rows.stop - rows.start, np.int32)
            columns = _columns(ids, events.customers[rows], events.channels[rows])
            _save({**columns, "contacted_at": _dates(days)}, files.contacts[month])
        _save(self._complaints(ids, rng), files.complaints)
        _save(self._dislikes(ids, rng), files.dislikes)

    def _complaints(self, ids: pa.Array, rng: np.random.Generator) -> dict[str, pa.Array]:
        """One customer in 50 complains of a channel, one in 500 twice."""
        who = rng.choice(self.customers, self.customers // 50, replace=False)
        channels = _draw_channels(len(who), rng)
        twice = len(who) // 10
        who, channels = np.append(who, who[:twice]), np.append(channels, channels[:twice])
        days = rng.integers(_DAYS[0] - _BEFORE, _DAYS[-1], len(who), np.int32)
        return {**_columns(ids, who, channels), "complained_at": _dates(days)}

    def _dislikes(self, ids: pa.Array, rng: np.random.Generator) -> dict[str, pa.Array]:
        """One customer in 100 dislikes a channel; one in four of them withdraws it, some later."""
        who = rng.choice(self.customers, self.customers // 100, replace=False)
        days = rng.integers(_DAYS[0] - _BEFORE, _DAYS[-1], len(who), np.int32)
        later = days + rng.integers(0, 90, len(who), np.int32)
        return {
            **_columns(ids, who, _draw_channels(len(who), rng)),
            "disliked_at": _dates(days),
            "withdrawn_at": _dates(later, is_null=rng.random(len(who)) < 0.75),
        }


@frozen(eq=False)
class Events:
    """Contacts as dense codes, month by month."""

    customers: NDArray[np.int32]
    channels: NDArray[np.uint8]
    slots: NDArray[np.uint8]

    def columns(self) -> dict[str, NDArray[np.generic]]:
        """Return them by the names that the queries use."""
        return {"customer": self.customers, "channel": self.channels, "slot": self.slots}


@frozen
class Files:
    """Contacts, one file a month, beside complaints and dislikes."""

    contacts: tuple[Path, ...]
    complaints: Path
    dislikes: Path

    @classmethod
    def below(cls, home: Path) -> Files:
        """Return the files of a directory."""
        contacts = tuple(home / f"contacts-{month}.parquet" for month in range(MONTHS))
        return cls(contacts, home / "complaints.parquet", home / "dislikes.parquet")


def _slots(count: int) -> NDArray[np.uint8]:
    return (np.arange(count, dtype=np.int64) * MONTHS // count).astype(np.uint8)


def _by_month(slots: NDArray[np.uint8]) -> list[slice]:
    ends = np.searchsorted(slots, np.arange(MONTHS + 1)).tolist()
    return [slice(*pair) for pair in zip(ends[:-1], ends[1:], strict=True)]


def _draw_channels(count: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Draw channels by their shares from a table: a 16-bit number is quick to draw."""
    edges = np.cumsum(SHARES) * 65536
    table = np.searchsorted(edges, np.arange(65536), side="right").astype(np.uint8)
    return np.minimum(table, 7)[rng.integers(0, 65536, count, np.uint16)]


def _draw_ids(spec: Contacts, rng: np.random.Generator) -> pa.Array:
    """Draw the id of each code: numbers, or their 13 digits with the leading zeros."""
    numbers = np.unique(rng.integers(_SHORTEST, _LONGEST, spec.customers * 21 // 20 + 100))
    rng.shuffle(numbers)
    numbers = numbers[: spec.customers]
    if spec.ids == "integer":
        return pa.array(numbers)
    digits = numbers[:, None] // 10 ** np.arange(12, -1, -1) % 10 + ord("0")
    offsets = np.arange(spec.customers + 1, dtype=np.int32) * 13
    cells = pa.py_buffer(digits.astype(np.uint8))
    return pa.StringArray.from_buffers(spec.customers, pa.py_buffer(offsets), cells)


def _columns(
    ids: pa.Array, who: NDArray[np.integer], channels: NDArray[np.uint8]
) -> dict[str, pa.Array]:
    names = pa.DictionaryArray.from_arrays(pa.array(channels.view(np.int8)), list(CHANNELS))
    return {"customer_id": ids.take(pa.array(who)), "channel": names}


def _dates(days: NDArray[np.int32], is_null: NDArray[np.bool_] | None = None) -> pa.Array:
    return pa.array(days, pa.int32(), mask=is_null).cast(pa.date32())


def _save(columns: Mapping[str, pa.Array], path: Path) -> None:
    names = [name for name in columns if name != "customer_id"]  # a dictionary of ids only bloats
    pq.write_table(pa.table(dict(columns)), path, compression="zstd", use_dictionary=names)
