"""Contacts as a utility has them: six monthly feeds and two small side tables, made from a seed."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from attrs import asdict, frozen
from numpy.typing import NDArray

from benchmarks.runner import DATA

__all__ = ["AS_OF", "CHANNELS", "MONTHS", "Contacts", "Events", "Files", "events", "files"]

AS_OF = "2022-03"
MONTHS = 6
CHANNELS = ("hotline", "hall", "app", "wechat", "alipay", "sms", "bank", "portal")
SHARES = (0.06, 0.10, 0.40, 0.15, 0.15, 0.05, 0.05, 0.04)

_STARTS = np.arange("2021-07", "2022-05", dtype="datetime64[M]").astype("datetime64[D]")
_WINDOW = _STARTS[-1 - MONTHS :].astype(np.int32)  # first day of each month, and of the next
_SHORTEST, _LONGEST = 10**11, 10**13  # ids of 13 digits, one in eleven with a leading zero


@frozen(kw_only=True)
class Contacts:
    """What to make: every customer has a contact, the rest fall as `order` says.

    ``random``: all customers alike; ``skewed``: in proportion to 1/rank; ``sorted``: random, each
    month in the order of the customers.
    """

    count: int
    customers: int
    order: Literal["random", "sorted", "skewed"] = "random"
    ids: Literal["integer", "text"] = "integer"
    seed: int = 1

    @property
    def name(self) -> str:
        """A name for its directory."""
        return "-".join(str(value) for value in asdict(self).values())


@frozen(eq=False)
class Events:
    """Contacts as dense codes, month by month."""

    customers: NDArray[np.int32]
    channels: NDArray[np.uint8]
    slots: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.customers)


@frozen
class Files:
    """Contacts as Parquet files, one a month, beside complaints and dislikes."""

    contacts: tuple[Path, ...]
    complaints: Path
    dislikes: Path


def events(spec: Contacts) -> Events:
    """Make the contacts."""
    rng = np.random.default_rng(spec.seed)
    codes = _codes(spec, rng)
    slots = (np.arange(spec.count, dtype=np.int64) * MONTHS // spec.count).astype(np.uint8)
    if spec.order == "sorted":
        for month in _months(slots):
            codes[month].sort()
    return Events(codes, _channels(spec.count, rng), slots)


def _codes(spec: Contacts, rng: np.random.Generator) -> NDArray[np.int32]:
    codes = np.empty(spec.count, np.int32)
    everyone = rng.permutation(spec.customers).astype(np.int32)
    codes[: spec.customers] = everyone
    more = spec.count - spec.customers
    if spec.order == "skewed":
        rank = spec.customers ** rng.random(more)  # between 1 and customers, density 1/rank
        codes[spec.customers :] = everyone[rank.astype(np.int32) - 1]
    else:
        codes[spec.customers :] = rng.integers(0, spec.customers, more, np.int32)
    rng.shuffle(codes)
    return codes


def _channels(count: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Draw channels by their shares, through a table of 2**16 entries."""
    table = np.repeat(np.arange(len(SHARES), dtype=np.uint8), np.rint(np.array(SHARES) * 65536).astype(int))
    return np.resize(table, 65536)[rng.integers(0, 65536, count, np.uint16)]


def _months(slots: NDArray[np.uint8]) -> list[slice]:
    ends = np.searchsorted(slots, np.arange(MONTHS + 1))
    return [slice(*pair) for pair in zip(ends[:-1], ends[1:], strict=True)]


def files(spec: Contacts) -> Files:
    """Make the contacts as files, once; the same names next time."""
    home = DATA / spec.name
    made = Files(
        tuple(home / f"contacts-{month}.parquet" for month in range(MONTHS)),
        home / "complaints.parquet",
        home / "dislikes.parquet",
    )
    if not home.exists():
        part = home.with_suffix(".part")
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        _write(spec, part)
        part.rename(home)
    return made
