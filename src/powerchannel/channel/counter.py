"""Counting contacts as they stream by: memory by the customer, not by the contact.

A batch without blemish goes straight from its Arrow buffers into the counting loop. Any other is
checked like a table in memory, so that what drops out is told in the same words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from itertools import chain
from operator import itemgetter
from threading import Lock
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from powerchannel._kernels.loops import Loops, loops
from powerchannel._kernels.rules import CHANNELS, MAX_MONTHS, MAX_SHARDS, NOWHERE
from powerchannel._kernels.twin import shard_of
from powerchannel.channel.arrow_events import ArrowReader, days_of
from powerchannel.channel.catalogue import Catalogue
from powerchannel.channel.evidence import evidence_rows
from powerchannel.channel.marks import Marks
from powerchannel.channel.planes import Plane
from powerchannel.channel.schemas import SCHEMAS
from powerchannel.channel.shards import Cells, Names, Shard
from powerchannel.channel.state import State, assemble, count_evidence
from powerchannel.channel.tables import Tables
from powerchannel.errors import Problem, TableError
from powerchannel.tables import CheckedTable, IdsMode, check_tables
from powerchannel.tables.door import read_column
from powerchannel.tables.messages import joined, problem
from powerchannel.text import Text
from powerchannel.times import local_month, parse_times

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Batches", "Counter", "Tally", "Told", "streaming_obstacle"]

Batches: TypeAlias = "Callable[[], Iterable[pa.RecordBatch]]"
"""What one thread reads: called there, it yields batches."""
Shares: TypeAlias = Sequence[tuple[Cells, Cells]]
"""For each shard its uses and its evidence."""

_CONTACTS = SCHEMAS["contacts"]


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


@frozen(eq=False, kw_only=True)
class Told:
    """What there is to tell of a batch that was counted (批次情况).

    Parameters
    ----------
    has_zone : bool, optional
        Whether the stamps carry an offset; None where no row was kept.
    tally : Tally
        What became of the contacts.
    problems : tuple of Problem
        Everything that was found.
    """

    has_zone: bool | None
    tally: Tally
    problems: tuple[Problem, ...] = ()


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
        Customers are dealt out to so many threads, at most 64; the answer does not depend on it.

    Raises
    ------
    ValueError
        When the catalogue cannot be counted this way, see `streaming_obstacle`, or there are too
        few or too many threads.
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
        if not 1 <= threads <= MAX_SHARDS:
            why = Text(f"线程数应在 1 至 {MAX_SHARDS} 之间", f"1 to {MAX_SHARDS} threads")
        if why is not None:
            raise ValueError(f"{why.zh} / {why.en}")
        self.catalogue = catalogue
        self.months = tuple(months)
        self.ids = ids
        self.now = now
        self.tally = Tally()
        self._found: list[tuple[int, Problem]] = []
        self._zones: dict[bool, int] = {}  # the first row of those with and without an offset
        self._loops: Loops = loops()
        self._names = Names()
        self._reader = ArrowReader(
            loops=self._loops,
            catalogue=catalogue,
            days=days_of({m: slot for slot, m in enumerate(months)}, now.year + 1),
            is_integer=ids == "integer",
        )
        self._shards = [Shard(self._loops, len(months)) for _ in range(threads)]

    def __len__(self) -> int:
        return sum(len(shard) for shard in self._shards)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Everything that was found; rows are counted over all batches (全部问题)."""
        return joined(self._found, self.tally.rows_in)

    def add(self, parts: Iterable[Batches]) -> None:
        """Read and count (计入).

        Parameters
        ----------
        parts : iterable of callable
            Each yields batches of contacts as Arrow record batches. With several threads, each
            reads one part at a time.

        Raises
        ------
        TableError
            For structural faults of a batch, or stamps with and without an offset.
        """
        threads = len(self._shards)
        if threads == 1:
            for part in parts:
                for batch in _filled(part):
                    self._note(self._count(batch, 0))
            return
        with ThreadPoolExecutor(threads) as pool:
            waiting = _Shared(parts)
            read = pool.map(lambda first: list(self._work(waiting, first)), range(threads))
            seen = sorted(chain.from_iterable(read), key=itemgetter(0))
        for _, told in seen:
            self._note(told)

    def _work(self, waiting: _Shared, first: int) -> Iterator[tuple[int, Told]]:
        """Count what is waiting, part by part; each thread begins with another shard."""
        for number, part in waiting:
            yield from ((number, self._count(batch, first)) for batch in _filled(part))

    def _count(self, batch: pa.RecordBatch, first: int) -> Told:
        """Count a batch; no two threads ever touch the same shard at a time."""
        told, shares = self._prepare(batch)
        for k in range(len(shares)):
            shard = (first + k) % len(shares)
            self._shards[shard].add(*shares[shard])
        return told

    def _note(self, batch: Told) -> None:
        before = self.tally.rows_in
        self._found += [(before, p) for p in batch.problems]
        self.tally = self.tally.plus(batch.tally)
        if batch.has_zone is not None:
            self._zones.setdefault(batch.has_zone, before)
        if len(self._zones) > 1:
            with_zone = batch.tally.rows_in if batch.has_zone else before
            raise TableError([_mixed_zones(self._zones, with_zone, self.tally.rows_in)])

    def _prepare(self, batch: pa.RecordBatch) -> tuple[Told, Shares]:
        found = self._reader.read(batch)
        if found is None:
            return self._checked(batch)
        rows = len(found.uses)
        counted = rows - int(np.count_nonzero(found.uses.slots == NOWHERE))
        tally = Tally(rows_in=rows, counted=counted, elsewhere=rows - counted)
        told = Told(has_zone=found.has_zone, tally=tally)
        return told, self._shares(found.uses, found.evidence)

    def _shares(self, uses: Cells, evidence: Cells) -> Shares:
        if len(self._shards) == 1:
            return [(uses, evidence)]
        return list(zip(self._dealt(uses), self._dealt(evidence), strict=True))

    def _dealt(self, cells: Cells) -> list[Cells]:
        shards = len(self._shards)
        parts = self._loops.partition(cells.keys, cells.columns, cells.slots, shards)
        return [Cells(*part) for part in parts]

    def _checked(self, batch: pa.RecordBatch) -> tuple[Told, Shares]:
        """Check a batch like a table in memory."""
        import pyarrow as pa

        checked = check_tables(
            {"contacts": pa.Table.from_batches([batch])},
            {"contacts": _CONTACTS},
            vocabularies=self.catalogue.vocabularies,
            latest_year=self.now.year + 1,
            ids=self.ids,
        )
        contacts = checked["contacts"]
        slots = self.slots(local_month(contacts.times("contacted_at")))
        keys = self._names.keys(contacts.ids("customer_id"))
        rows, kinds = evidence_rows(Tables(catalogue=self.catalogue, checked=checked))
        uses = Cells(keys, contacts.codes("channel").astype(np.uint8), slots)
        evidence = Cells(keys[rows], kinds.astype(np.uint8), slots[rows])
        counted = int((slots != NOWHERE).sum())
        told = Told(
            has_zone=_has_zone(batch, contacts),
            tally=Tally(
                rows_in=contacts.rows_in,
                counted=counted,
                elsewhere=contacts.rows - counted,
                rejected=contacts.rejected.count,
            ),
            problems=tuple(p for p in contacts.problems if p.code != "identical_rows"),
        )
        return told, self._shares(uses, evidence)

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

        Raises
        ------
        TableError
            When not one contact came in.
        """
        if not self.tally.rows_in:
            raise TableError([problem("empty_table", _CONTACTS.name)])
        sides = {n: t for n, t in checked.items() if n != "contacts"}
        rows = {n: self._places(self._names.keys(t.ids("customer_id"))) for n, t in sides.items()}
        starts = np.concatenate([[0], np.cumsum([len(s) for s in self._shards])])
        keys = np.concatenate([s.give_keys() for s in self._shards])
        customers, order = self._names.ids(keys).ordered()
        rank = np.empty(len(order), np.int64)
        rank[order] = np.arange(len(order))
        evidence = self._evidence(rank, starts)
        sides_at = {n: rank[starts[shard] + code] for n, (shard, code) in rows.items()}
        del keys, rank
        planes = self._planes(order)
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
        months = sorted(enumerate(self.months), key=itemgetter(1))
        slots = [slot for slot, _ in months]
        if len(self._shards) == 1:  # another thread would take its memory elsewhere
            planes = [self._plane(slot, order) for slot in slots]
        else:
            with ThreadPoolExecutor(len(self._shards)) as pool:
                planes = list(pool.map(lambda slot: self._plane(slot, order), slots))
        found = zip(months, planes, strict=True)
        return {month: plane for (_, month), plane in found if not plane.is_empty}

    def _plane(self, slot: int, order: NDArray[np.int64]) -> Plane:
        words = np.concatenate([s.uses(slot).view(np.uint64)[:, 0] for s in self._shards])
        for shard in self._shards:
            shard.forget(slot)
        grid = words[order].view(np.uint8).reshape(-1, CHANNELS)
        return Plane.of_grid(grid, len(self.catalogue.codes))

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


class _Shared:
    """Parts with their numbers, for threads that take the next one when they are ready."""

    def __init__(self, parts: Iterable[Batches]) -> None:
        self._parts = enumerate(parts)
        self._lock = Lock()

    def __iter__(self) -> Iterator[tuple[int, Batches]]:
        return self

    def __next__(self) -> tuple[int, Batches]:
        with self._lock:
            return next(self._parts)


def _filled(part: Batches) -> Iterator[pa.RecordBatch]:
    return (batch for batch in part() if batch.num_rows)


def _has_zone(batch: pa.RecordBatch, contacts: CheckedTable) -> bool | None:
    """Tell whether stamps carry an offset, by one that was kept: in a batch all are alike."""
    kept = np.flatnonzero(~contacts.rejected.mask)
    if not len(kept):
        return None
    (header,) = _CONTACTS.resolve(batch.schema.names)["contacted_at"]
    stamp = read_column(batch.column(header).slice(kept[0], 1))
    if stamp.kind == "time":
        return stamp.has_zone
    return bool(parse_times(stamp.objects(), stamp.nulls()).has_offset[0])


def _mixed_zones(first: Mapping[bool, int], count: int, total: int) -> Problem:
    shown = {True: "+08:00", False: "-"}
    examples = tuple(sorted((row, shown[has_zone]) for has_zone, row in first.items()))
    where = f"{_CONTACTS.name}.contacted_at"
    return problem("mixed_zones", where, count=count, total=total, examples=examples)


def _evidence_rows(month: int, start: int, grid: NDArray[np.uint8]) -> NDArray[np.int64]:
    customer, kind = np.nonzero(grid)
    count = grid[customer, kind].astype(np.int64)
    return np.stack([customer + start, kind, np.full(len(count), month), count])


def streaming_obstacle(catalogue: Catalogue, months: int) -> Text | None:
    """Say why contacts cannot be counted as they stream by, if so (不能流式的原因)."""
    found = (
        (len(catalogue.codes) > CHANNELS, Text("渠道多于 8 个", "more than 8 channels")),
        (
            len(catalogue.evidence) > CHANNELS,
            Text("证据多于 8 种", "more than 8 kinds of evidence"),
        ),
        (months > MAX_MONTHS, Text("月份多于 8 个", "more than 8 months")),
    )
    return next((reason for holds, reason in found if holds), None)
