"""The query in Polars: one group-by of packed counts.

Tried as well, on 1e7 contacts of 1e6 customers: grouping by customer and channel, with one packed
sum or with six, and then by customer (as fast from files, a third slower in memory); joins or
``is_in`` for complaints and dislikes in place of marked rows (as fast); conditional sums in place
of filtered ones (slower when streaming; faster in the in-memory engine, which has them); a pivot.
Dates are compared with the starts of months, at a third of the cost of their year and month; text
ids of 13 digits are cast to numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from functools import reduce
from pathlib import Path
from typing import Literal, TypeAlias

import polars as pl

from benchmarks.cases import Read, Run
from benchmarks.channel.answers import answer_of, read_answer, scratch
from benchmarks.channel.data import Events, Files
from benchmarks.channel.rules import (
    CAP,
    CHANNELS,
    COMPLAINED,
    COMPLAINT,
    DISLIKED,
    END,
    FREQUENCY,
    MONTH_STARTS,
    MONTHS,
    MORE_THAN,
    STREAK_OF_2,
    STREAK_OF_3,
    TIES,
    Packing,
)

__all__ = ["files", "memory", "new_month"]

Engine: TypeAlias = Literal["streaming", "in-memory"]

_CHANNEL = pl.Enum(CHANNELS)
_FIRST, _END = date.fromisoformat(MONTH_STARTS[0]), date.fromisoformat(END)


def memory(events: Events, *, engine: Engine, words: int = 1) -> Run:
    """Score dense codes in memory."""
    frame, packing = pl.DataFrame(events.columns()).lazy(), Packing(words)
    contacts = frame.select("customer", "channel", *_words("slot", range(1, MONTHS), packing))
    query = _scored(_counted(contacts, packing, engine), packing)

    def run() -> Read:
        found = query.collect(engine=engine)
        return lambda: answer_of(found.to_arrow())

    return run


def files(made: Files, *, engine: Engine, ids: str, words: int = 1) -> Run:
    """Score Parquet files into a Parquet file."""
    packing, out = Packing(words), scratch(made.home)
    starts = [date.fromisoformat(day) for day in MONTH_STARTS[1:]]
    words_of = _words("contacted_at", starts, packing)
    contacts = pl.scan_parquet(list(made.contacts)).select(*_keys(ids), *words_of)
    events = pl.concat([contacts, *_marks(made, ids, packing)])
    scored = _scored(_counted(events, packing, engine), packing, is_marked=True)
    query = scored.with_columns(_as_written(ids))

    def run() -> Read:
        _write(query, out, engine)
        return lambda: read_answer(out)

    return run


def new_month(made: Files, *, ids: str) -> Run:
    """Add the file of the last month to the packed counts that are kept, a row a customer."""
    packing, out = Packing(), scratch(made.home)
    weight = pl.lit(packing.weights(0)[-1], pl.Int64).alias(packing.names[0])
    contacts = pl.scan_parquet(made.contacts[-1]).select(*_keys(ids), weight)
    new = _counted(pl.concat([contacts, *_marks(made, ids, packing)]), packing, "streaming")
    known = pl.scan_parquet(made.known_by_customer)
    both = known.join(new, on="customer", how="full", coalesce=True, suffix="_new")
    sums = [
        (pl.col(name).fill_null(0) + pl.col(f"{name}_new").fill_null(0)).alias(name)
        for name in (f"{channel}_{packing.names[0]}" for channel in CHANNELS)
    ]
    query = _scored(both.select("customer", *sums), packing, is_marked=True)

    def run() -> Read:
        _write(query.with_columns(_as_written(ids)), out, "streaming")
        return lambda: read_answer(out)

    return run


def _write(query: pl.LazyFrame, out: Path, engine: Engine) -> None:
    if engine == "streaming":
        query.sink_parquet(out, compression="snappy", maintain_order=False, engine=engine)
    else:
        query.collect(engine=engine).write_parquet(out, compression="snappy")


def _keys(ids: str) -> list[pl.Expr]:
    customer = pl.col("customer_id")
    return [
        (customer.cast(pl.Int64) if ids == "text" else customer).alias("customer"),
        pl.col("channel").cast(_CHANNEL).to_physical().cast(pl.UInt8),
    ]


def _as_written(ids: str) -> pl.Expr:
    customer = pl.col("customer")
    return customer.cast(pl.String).str.zfill(13) if ids == "text" else customer


def _words(column: str, starts: Iterable[date | int], packing: Packing) -> list[pl.Expr]:
    """Return what a contact adds to each word: a step at the start of each month but the first."""
    starts = list(starts)

    def word(weights: Sequence[int]) -> pl.Expr:
        steps = zip(starts, weights[:-1], weights[1:], strict=True)
        more = [(at, new - old) for at, old, new in steps if new != old]
        added = ((pl.col(column) >= at).cast(pl.Int64) * step for at, step in more)
        return reduce(pl.Expr.add, added, pl.lit(weights[0], pl.Int64))

    return [word(packing.weights(k)).alias(name) for k, name in enumerate(packing.names)]


def _marks(made: Files, ids: str, packing: Packing) -> list[pl.LazyFrame]:
    """Return complaints of the window and live dislikes as rows that set a bit, one a channel."""
    complaints = pl.scan_parquet(made.complaints).filter(
        pl.col("complained_at").is_between(_FIRST, _END, closed="left")
    )
    withdrawn = pl.col("withdrawn_at")
    last = (
        pl.scan_parquet(made.dislikes)
        .group_by("customer_id", "channel")
        .agg(pl.col("disliked_at").max(), withdrawn.filter(withdrawn < _END).max())
    )
    is_live = withdrawn.is_null() | (withdrawn < pl.col("disliked_at"))
    dislikes = last.filter((pl.col("disliked_at") >= _FIRST) & is_live)
    return [
        table.select(*_keys(ids)).unique().with_columns(_mark(bit, packing))
        for table, bit in ((complaints, COMPLAINED), (dislikes, DISLIKED))
    ]


def _mark(bit: int, packing: Packing) -> list[pl.Expr]:
    first, *rest = packing.names
    return [pl.lit(bit, pl.Int64).alias(first), *(pl.lit(0, pl.Int64).alias(r) for r in rest)]


def _counted(events: pl.LazyFrame, packing: Packing, engine: Engine) -> pl.LazyFrame:
    """Return one row a customer, with the packed counts of each channel."""

    def total(word: str, channel: int) -> pl.Expr:
        is_here = pl.col("channel") == channel
        if engine == "streaming":
            return pl.col(word).filter(is_here).sum()
        return pl.when(is_here).then(pl.col(word)).otherwise(0).sum()

    sums = [
        total(word, k).alias(f"{channel}_{word}")
        for k, channel in enumerate(CHANNELS)
        for word in packing.names
    ]
    return events.group_by("customer").agg(sums)


def _scored(counted: pl.LazyFrame, packing: Packing, *, is_marked: bool = False) -> pl.LazyFrame:
    """Return the customer, the first choice and the score of each channel."""
    scores = [_score(c, packing, is_marked=is_marked).alias(c) for c in CHANNELS]
    wide = counted.select("customer", *scores)
    return wide.with_columns(_first_choice()).select("customer", "first_choice", *CHANNELS)


def _score(channel: str, packing: Packing, *, is_marked: bool) -> pl.Expr:
    counts = [_count(channel, month, packing) for month in range(MONTHS)]
    uses = reduce(pl.Expr.add, (c.clip(upper_bound=CAP) for c in counts))
    is_2 = (counts[-1] > 0) & (counts[-2] > 0)
    streak = pl.when(is_2 & (counts[-3] > 0)).then(STREAK_OF_3).when(is_2).then(STREAK_OF_2)
    frequency = pl.when(uses > MORE_THAN).then(FREQUENCY).otherwise(1.0)
    score = uses.cast(pl.Float64) * streak.otherwise(1.0) * frequency
    if is_marked:
        marks = pl.col(f"{channel}_word_0")
        score = score * pl.when(marks & COMPLAINED > 0).then(COMPLAINT).otherwise(1.0)
        score = pl.when(marks & DISLIKED > 0).then(0.0).otherwise(score)
    return score.cast(pl.Float32)


def _count(channel: str, month: int, packing: Packing) -> pl.Expr:
    word, shift = packing.place(month)
    column = pl.col(f"{channel}_word_{word}")
    return (column // (1 << shift) if shift else column) & packing.mask


def _first_choice() -> pl.Expr:
    best, names = pl.max_horizontal(CHANNELS), [pl.lit(c, _CHANNEL) for c in TIES]
    choice = names[-1]
    for channel, name in reversed(list(zip(TIES[:-1], names[:-1], strict=True))):
        choice = pl.when(pl.col(channel) == best).then(name).otherwise(choice)
    return pl.when(best > 0).then(choice).alias("first_choice")
