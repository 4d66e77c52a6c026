"""Counting contacts as they stream by: memory by the customer, not by the contact.

A batch without blemish goes straight from its Arrow buffers into the counting loop. Any other is
checked like a table in memory, so that what drops out is told in the same words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from itertools import islice
from typing import TypeAlias

import numpy as np
from attrs import define, field, frozen
from numpy.typing import NDArray

from powerchannel._kernels.loops import Loops, loops
from powerchannel._kernels.rules import CHANNELS, MAX_MONTHS, NOWHERE
from powerchannel._kernels.twin import shard_of
from powerchannel.channel.arrow_events import ArrowReader, days_of, is_arrow
from powerchannel.channel.catalogue import Catalogue
from powerchannel.channel.evidence import evidence_rows
from powerchannel.channel.marks import Marks
from powerchannel.channel.planes import Plane
from powerchannel.channel.schemas import SCHEMAS
from powerchannel.channel.shards import Cells, Shard
from powerchannel.channel.state import State, assemble, count_evidence
from powerchannel.channel.tables import Tables
from powerchannel.errors import Problem
from powerchannel.ids import Ids
from powerchannel.tables import CheckedTable, IdsMode, Source, check_tables
from powerchannel.text import Text
from powerchannel.times import local_month

__all__ = ["Counter", "Prepared", "Tally", "streaming_obstacle"]

Batches: TypeAlias = Callable[[], Iterable[Source]]
"""What one thread reads: called there, it yields batches."""


@frozen(kw_only=True)
class Tally:
    """What became of the contacts; in = counted + elsewhere + rejected (计数核对).

    Parameters
    ----------
    rows_in : int
        Contacts that came in.
    counted : int
        Those of the months counted.
    elsewhere : int
        Those of other months, which were not kept.
    rejected : int
        Those that dropped out.
    """

    rows_in: int = 0
    counted: int = 0
    elsewhere: int = 0
    rejected: int = 0

    def plus(self, other: Tally) -> Tally:
        """Return the sum (相加)."""
        return Tally(
            rows_in=self.rows_in + other.rows_in,
            counted=self.counted + other.counted,
            elsewhere=self.elsewhere + other.elsewhere,
            rejected=self.rejected + other.rejected,
        )


@frozen(eq=False)
class _Dealt:
    """A batch dealt out by customer."""

    uses: list[Cells]
    evidence: list[Cells]
    tally: Tally
    problems: tuple[Problem, ...]


@frozen(eq=False, kw_only=True)
class Prepared:
    """A batch that was read: what is to be counted, and what dropped out (已读批次)."""

    uses: Cells
    evidence: Cells
    tally: Tally
    problems: tuple[Problem, ...] = ()


@define(eq=False)
class _Names:
    """Ids that are not digits, numbered across batches."""

    known: dict[str, int] = field(factory=dict)

    def keys(self, ids: Ids) -> NDArray[np.int64]:
        if not len(ids.names):
            return ids.keys
        numbers = [self.known.setdefault(name, len(self.known)) for name in ids.names]
        return np.where(ids.keys < 0, -1 - np.array(numbers)[-1 - ids.keys], ids.keys)

    def ids(self, keys: NDArray[np.int64]) -> Ids:
        """Return ids over the names in order, as `Ids` wants them."""
        names = np.array(sorted(self.known), dtype=object)
        place = np.zeros(len(names), np.int64)
        place[[self.known[n] for n in names]] = np.arange(len(names))
        if not len(names):
            return Ids(keys, names)
        return Ids(np.where(keys < 0, -1 - place[-1 - keys], keys), names)


class Counter:
    """Counts contacts batch by batch (流式计数).

    Identical rows are not looked for: across batches they could only be found by keeping all.

    Parameters
    ----------
    catalogue : Catalogue
        Channels and code tables.
    months : sequence of int
        The months counted, since 1970-01; at most 8.
    ids : {"text", "integer"}
        Whether integer ids are accepted.
    now : date
        As in `check`.
    threads : int
        Customers are dealt out to so many threads; the answer does not depend on it.

    Raises
    ------
    ValueError
        When the catalogue cannot be counted this way, see `streaming_obstacle`.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        *,
        months: Sequence[int],
        ids: IdsMode,
        now: date,
        threads: int = 1,
    ) -> None:
        why = streaming_obstacle(catalogue, len(months))
        if why is not None:
            raise ValueError(f"{why.zh} / {why.en}")
        self.catalogue = catalogue
        self.months = tuple(months)
        self.ids = ids
        self.now = now
        self.tally = Tally()
        self.problems: tuple[Problem, ...] = ()
        self._loops: Loops = loops()
        self._names = _Names()
        self._reader = ArrowReader(
            loops=self._loops,
            catalogue=catalogue,
            days=days_of({m: slot for slot, m in enumerate(months)}, now.year + 1),
            is_integer=ids == "integer",
        )
        self._shards = [Shard(self._loops, len(months)) for _ in range(threads)]

    def __len__(self) -> int:
        return sum(len(shard) for shard in self._shards)

    def add(self, *parts: Batches) -> None:
        """Read and count (计入).

        Parameters
        ----------
        *parts : callable
            Each yields batches of contacts; parts are read by several threads at a time.
        """
        for part in parts:
            for batch in part():
                self._take(self._prepare(batch))

    def add_all(self, parts: Iterable[Batches]) -> None:
        """Read and count with all threads, some parts at a time (多线程计入).

        Each round reads parts and deals their events out by customer, then counts by customer, so
        that no two threads ever touch the same cell.
        """
        threads = len(self._shards)
        if threads == 1:
            self.add(*parts)
            return
        remaining = iter(parts)
        with ThreadPoolExecutor(threads) as pool:
            while part := list(islice(remaining, threads)):
                rounds = [p for prepared in pool.map(self._read, part) for p in prepared]
                list(pool.map(lambda k: self._count(rounds, k), range(threads)))
                self._note(rounds)

    def _read(self, part: Batches) -> list[_Dealt]:
        return [self._deal(self._prepare(batch)) for batch in part()]

    def _deal(self, batch: Prepared) -> _Dealt:
        uses, evidence = (
            [
                Cells(*p)
                for p in self._loops.partition(c.keys, c.columns, c.slots, len(self._shards))
            ]
            for c in (batch.uses, batch.evidence)
        )
        return _Dealt(uses, evidence, batch.tally, batch.problems)

    def _count(self, rounds: Sequence[_Dealt], shard: int) -> None:
        for dealt in rounds:
            self._shards[shard].add(dealt.uses[shard], dealt.evidence[shard])

    def _note(self, rounds: Sequence[_Dealt]) -> None:
        for dealt in rounds:
            self.tally = self.tally.plus(dealt.tally)
            self.problems += dealt.problems

    def _take(self, batch: Prepared) -> None:
        self._shards[0].add(batch.uses, batch.evidence)
        self.tally = self.tally.plus(batch.tally)
        self.problems += batch.problems

    def _prepare(self, batch: Source) -> Prepared:
        found = self._reader.read(batch) if is_arrow(batch) else None
        if found is None:
            return self._checked(batch)
        uses, evidence = found
        counted = len(uses) - int(np.count_nonzero(uses.slots == NOWHERE))
        tally = Tally(rows_in=len(uses), counted=counted, elsewhere=len(uses) - counted)
        return Prepared(uses=uses, evidence=evidence, tally=tally)

    def _checked(self, batch: Source) -> Prepared:
        """Check a batch like a table in memory."""
        checked = check_tables(
            {"contacts": batch},
            {"contacts": SCHEMAS["contacts"]},
            vocabularies=self.catalogue.vocabularies,
            latest_year=self.now.year + 1,
            ids=self.ids,
        )
        contacts = checked["contacts"]
        slots = self.slots(local_month(contacts.times("contacted_at")))
        keys = self._names.keys(contacts.ids("customer_id"))
        rows, kinds = evidence_rows(Tables(self.catalogue, checked))
        counted = int((slots != NOWHERE).sum())
        return Prepared(
            uses=Cells(keys, contacts.codes("channel").astype(np.uint8), slots),
            evidence=Cells(keys[rows], kinds.astype(np.uint8), slots[rows]),
            tally=Tally(
                rows_in=contacts.rows_in,
                counted=counted,
                elsewhere=contacts.rows - counted,
                rejected=contacts.rejected.count,
            ),
            problems=contacts.problems,
        )

    def slots(self, months: NDArray[np.int32]) -> NDArray[np.uint8]:
        """Return the position of each month among those counted, 255 for any other (月槽)."""
        first = min(self.months)
        table = np.full(max(self.months) - first + 1, NOWHERE, np.uint8)
        table[np.array(self.months) - first] = np.arange(len(self.months))
        inside = (months >= first) & (months < first + len(table))
        return np.where(inside, table[np.where(inside, months - first, 0)], np.uint8(NOWHERE))

    def state(self, checked: Mapping[str, CheckedTable]) -> State:
        """Return the state; the counter is used up (汇总为状态).

        Parameters
        ----------
        checked : mapping of table name to CheckedTable
            facts, dislikes and complaints, checked with the same catalogue.
        """
        sides = {n: t for n, t in checked.items() if n != "contacts"}
        rows = {n: self._places(self._names.keys(t.ids("customer_id"))) for n, t in sides.items()}
        starts = np.concatenate([[0], np.cumsum([len(s) for s in self._shards])])
        keys = np.concatenate([s.keys() for s in self._shards])
        customers, order = self._names.ids(keys).ordered()
        rank = np.empty(len(order), np.int64)
        rank[order] = np.arange(len(order))
        evidence = self._evidence(rank, starts)
        planes = self._planes(order)
        sides_at = {n: rank[starts[shard] + code] for n, (shard, code) in rows.items()}
        return assemble(self.catalogue, customers, planes, evidence, sides, sides_at)

    def _places(self, keys: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the shard and number of each key; new customers join."""
        shard = shard_of(keys, len(self._shards)).astype(np.int64)
        code = np.zeros(len(keys), np.int64)
        for k, counting in enumerate(self._shards):
            rows = np.flatnonzero(shard == k)
            code[rows] = counting.place(keys[rows])
        return shard, code

    def _planes(self, order: NDArray[np.int64]) -> dict[int, Plane]:
        planes: dict[int, Plane] = {}
        for slot, month in sorted(enumerate(self.months), key=lambda pair: pair[1]):
            words = np.concatenate([s.uses(slot).view(np.uint64)[:, 0] for s in self._shards])
            for shard in self._shards:
                shard.forget(slot)
            plane = Plane.of_grid(words[order].view(np.uint8).reshape(-1, CHANNELS))
            if plane.uses:
                planes[month] = plane
        return planes

    def _evidence(self, rank: NDArray[np.int64], starts: NDArray[np.int64]) -> Marks:
        parts = [
            (month, starts[k], shard.evidence(slot))
            for k, shard in enumerate(self._shards)
            for slot, month in enumerate(self.months)
        ]
        found = [_evidence_rows(m, at, grid) for m, at, grid in parts if grid is not None]
        nothing = np.zeros((4, 0), np.int64)
        customer, kind, month, count = np.concatenate([nothing, *found], axis=1)
        return count_evidence(
            {"customer": rank[customer], "kind": kind, "month": month, "count": count}
        )


def _evidence_rows(month: int, start: int, grid: NDArray[np.uint8]) -> NDArray[np.int64]:
    customer, kind = np.nonzero(grid)
    count = grid[customer, kind].astype(np.int64)
    return np.stack([customer + start, kind, np.full(len(count), month), count])


def streaming_obstacle(catalogue: Catalogue, months: int) -> Text | None:
    """Say why contacts cannot be counted as they stream by, or None when they can (不能流式的原因)."""
    found = (
        (len(catalogue.codes) > CHANNELS, Text("渠道多于 8 个", "more than 8 channels")),
        (
            len(catalogue.evidence) > CHANNELS,
            Text("证据多于 8 种", "more than 8 kinds of evidence"),
        ),
        (months > MAX_MONTHS, Text("月份多于 8 个", "more than 8 months")),
    )
    return next((reason for holds, reason in found if holds), None)
