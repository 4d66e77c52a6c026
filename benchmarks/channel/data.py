"""Contacts as a utility has them: six monthly feeds, made from a seed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

import numpy as np
from attrs import astuple, frozen
from numpy.typing import NDArray

import powerchannel
from benchmarks.channel.rules import CHANNELS, MONTHS

__all__ = ["Contacts", "Events", "Files", "draw_channels"]

SHARES = (0.06, 0.10, 0.40, 0.15, 0.15, 0.05, 0.05, 0.04)
"""How often each channel is used."""


@frozen(eq=False)
class Events:
    """Contacts as dense codes, month by month."""

    customers: NDArray[np.int32]
    channels: NDArray[np.uint8]
    slots: NDArray[np.uint8]

    def columns(self) -> dict[str, NDArray[np.generic]]:
        """Return them by the names that the queries use."""
        return {"customer": self.customers, "channel": self.channels, "slot": self.slots}

    def months(self, first: int, last: int) -> Events:
        """Return the contacts of some months, both ends included."""
        low, high = np.searchsorted(self.slots, [first, last + 1])
        return Events(self.customers[low:high], self.channels[low:high], self.slots[low:high])


@frozen
class Files:
    """Contacts as Parquet files, one a month, beside complaints and dislikes."""

    home: Path

    @property
    def contacts(self) -> tuple[Path, ...]:
        """The files of contacts, old to new."""
        return tuple(self.home / f"contacts-{month}.parquet" for month in range(MONTHS))

    @property
    def complaints(self) -> Path:
        """The file of complaints."""
        return self.home / "complaints.parquet"

    @property
    def dislikes(self) -> Path:
        """The file of dislikes."""
        return self.home / "dislikes.parquet"

    @property
    def known_by_customer(self) -> Path:
        """Packed counts of all months but the last, a row a customer."""
        return self.home / "known-by-customer.parquet"

    @property
    def known_by_channel(self) -> Path:
        """Packed counts of all months but the last, a row a customer and channel."""
        return self.home / "known-by-channel.parquet"

    @property
    def state(self) -> Path:
        """Our state of all months but the last."""
        return self._of_library("state")

    @property
    def scores(self) -> Path:
        """Our scores, as batches that only need writing."""
        return self._of_library("scores")

    def _of_library(self, name: str) -> Path:
        """Another library makes another file."""
        library = Path(powerchannel.__file__).parent
        return self.home / f"{name}-{_fingerprint(library.rglob('*.py'))}.arrow"


@frozen(kw_only=True)
class Contacts:
    """What to make: every customer has a contact, the rest fall as `order` says.

    ``random``: all customers alike; ``skewed``: in proportion to 1/rank; ``sorted``: random, each
    month in the order of the customers' codes. ``newcomers``: whether the last month has customers
    whom no earlier month has.
    """

    count: int
    customers: int
    order: Literal["random", "sorted", "skewed"] = "random"
    ids: Literal["integer", "text"] = "integer"
    newcomers: Literal["some", "none"] = "some"
    seed: int = 1

    def events(self) -> Events:
        """Make the contacts as dense codes."""
        rng = np.random.default_rng(self.seed)
        customers = self._customers(rng)
        slots = (np.arange(self.count, dtype=np.int64) * MONTHS // self.count).astype(np.uint8)
        events = Events(customers, draw_channels(self.count, rng), slots)
        if self.order == "sorted":
            for month in range(MONTHS):
                events.months(month, month).customers.sort()
        return events

    def _customers(self, rng: np.random.Generator) -> NDArray[np.int32]:
        everyone = rng.permutation(self.customers).astype(np.int32)
        more = self.count - self.customers
        if self.order == "skewed":
            rank = self.customers ** rng.random(more)  # 1 to customers, density 1/rank
            rest = everyone[rank.astype(np.int32) - 1]
        else:
            rest = rng.integers(0, self.customers, more, np.int32)
        customers = np.concatenate([everyone, rest])
        mixed = self.count if self.newcomers == "some" else self.count * (MONTHS - 1) // MONTHS
        rng.shuffle(customers[:mixed])
        return customers

    def files(self, home: Path) -> Files:
        """Make the contacts as files below `home`, once; the same ones next time."""
        name = "-".join(map(str, astuple(self)))
        here = Path(__file__).parent
        makers = (here / name for name in ("data.py", "rules.py", "writing.py"))
        files = Files(home / f"{name}-{_fingerprint(makers)}")  # never those of other code
        if not files.home.exists():
            from benchmarks.channel.writing import write  # only who makes files loads pyarrow

            write(self, files.home)
        return files

    def files_and_scores(self, home: Path) -> Files:
        """Make the files, and our scores."""
        files = self.files(home)
        if not files.scores.exists():
            from benchmarks.channel.with_powerchannel import save_scores

            save_scores(files, ids=self.ids)
        return files

    def files_and_state(self, home: Path) -> Files:
        """Make the files, and our state of all months but the last."""
        files = self.files(home)
        if not files.state.exists():
            from benchmarks.channel.with_powerchannel import save_known

            save_known(files, ids=self.ids)
        return files

    def files_and_known(self, home: Path) -> Files:
        """Make the files, and what each side keeps of all months but the last."""
        files = self.files_and_state(home)
        if not files.known_by_channel.exists():
            from benchmarks.channel.writing import write_known

            write_known(self, files)
        return files


def _fingerprint(sources: Iterable[Path]) -> str:
    return hashlib.sha256(b"".join(s.read_bytes() for s in sorted(sources))).hexdigest()[:8]


def draw_channels(count: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Draw channels by their shares from a table: a 16-bit number is quick to draw."""
    edges = np.cumsum(SHARES) * 65536
    table = np.searchsorted(edges, np.arange(65536), side="right").astype(np.uint8)
    table = np.minimum(table, np.uint8(len(CHANNELS) - 1))
    return np.take(table, rng.integers(0, 65536, count, np.uint16))
