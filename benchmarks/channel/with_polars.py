"""The query in Polars: one group-by of packed counts.

Tried as well, on 1e7 contacts of 1e6 customers: grouping by customer and channel, with one packed
sum or with six, and then by customer (as fast from files, a third slower in memory); joins or
``is_in`` for complaints and dislikes in place of marked rows (as fast); conditional sums in place
of filtered ones (slower when streaming; faster in the in-memory engine, which has them); a pivot.
Dates are compared with the starts of months, at a third of the cost of their year and month; text
ids of 13 digits are cast to numbers, which is three times as fast as grouping by text.

Where customers are skewed, one may have more contacts than packed counts hold: there contacts are
counted by customer, channel and month first, which is faster than counts in two words.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import reduce
from pathlib import Path
from typing import Literal, TypeAlias

import polars as pl

from benchmarks.cases import Read, Run
from benchmarks.channel.answers import answer_of, read_answer, scratch
from benchmarks.channel.data import Events, Files
from benchmarks.channel.rules import (
    BITS,
    CAP,
    CHANNELS,
    COMPLAINED,
    COMPLAINT,
    DISLIKED,
    END,
    FREQUENCY,
    MASK,
    MONTH_STARTS,
    MONTHS,
    MORE_THAN,
    STREAK_OF_2,
    STREAK_OF_3,
    TIES,
    WEIGHTS,
)

__all__ = ["files", "memory", "new_month", "scores"]

Engine: TypeAlias = Literal["streaming", "in-memory"]

_CHANNEL = pl.Enum(CHANNELS)
_FIRST, _END = date.fromisoformat(MONTH_STARTS[0]), date.fromisoformat(END)
_SLOTS = tuple(range(1, MONTHS))
_DAYS = tuple(date.fromisoformat(day) for day in MONTH_STARTS[1:])


def memory(events: Events, *, engine: Engine, is_skewed: bool = False) -> Run:
    """Score dense codes in memory."""
    frame = pl.DataFrame(events.columns()).lazy()
    keys = [pl.col("customer"), pl.col("channel")]
    query = _scored(_counted(_words(frame, keys, "slot", _SLOTS, is_skewed=is_skewed), engine))

    def run() -> Read:
        found = query.collect(engine=engine)
        return lambda: answer_of(found.to_arrow())

    return run


def files(made: Files, *, engine: Engine, ids: str, is_skewed: bool = False) -> Run:
    """Score Parquet files into a Parquet file."""
    return _writing(made, _from_files(made, engine, ids, is_skewed=is_skewed), ids, engine)


def scores(made: Files, *, ids: str) -> Run:
    """Score Parquet files into a data frame, which holds its columns as Arrow does."""
    query = _from_files(made, "streaming", ids, is_skewed=False).with_columns(_as_written(ids))

    def run() -> Read:
        found = query.collect(engine="streaming")
        return lambda: answer_of(found.to_arrow())

    return run


def _from_files(made: Files, engine: Engine, ids: str, *, is_skewed: bool) -> pl.LazyFrame:
    frame = pl.scan_parquet(list(made.contacts))
    contacts = _words(frame, _keys(ids), "contacted_at", _DAYS, is_skewed=is_skewed)
    counted = _counted(pl.concat([contacts, *_marks(made, ids)]), engine)
    return _scored(counted, is_marked=True)


def new_month(made: Files, *, ids: str) -> Run:
    """Add the file of the last month to the packed counts that are kept, a row a customer."""
    weight = pl.lit(WEIGHTS[-1], pl.Int64).alias("word")
    contacts = pl.scan_parquet(made.contacts[-1]).select(*_keys(ids), weight)
    new = _counted(pl.concat([contacts, *_marks(made, ids)]), "streaming")
    known = pl.scan_parquet(made.known_by_customer)
    both = known.join(new, on="customer", how="full", coalesce=True, suffix="_new")
    sums = [pl.col(c).fill_null(0) + pl.col(f"{c}_new").fill_null(0) for c in CHANNELS]
    scored = _scored(both.select("customer", *sums), is_marked=True)
    return _writing(made, scored, ids, "streaming")


def _writing(made: Files, scored: pl.LazyFrame, ids: str, engine: Engine) -> Run:
    query, out = scored.with_columns(_as_written(ids)), scratch(made.home)

    def run() -> Read:
        _write(query, out, engine)
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


def _words(
    contacts: pl.LazyFrame,
    keys: Sequence[pl.Expr],
    column: str,
    starts: Sequence[date] | Sequence[int],
    *,
    is_skewed: bool,
) -> pl.LazyFrame:
    """Return what each contact, or each month of a customer and channel, adds to its counts."""
    has_begun = [pl.col(column) >= start for start in starts]
    if not is_skewed:
        return contacts.select(*keys, _steps(has_begun, WEIGHTS).alias("word"))
    slot = _steps(has_begun, range(MONTHS)).alias("slot")
    customer, channel = keys
    cell = (customer.cast(pl.Int64) * 64 + channel.cast(pl.Int64) * 8 + slot).alias("cell")
    counts = contacts.select(cell).group_by("cell").agg(pl.len().clip(upper_bound=CAP))
    weight = pl.lit(1 << BITS, pl.Int64) ** (pl.col("cell") & 7).cast(pl.UInt32)
    return counts.select(
        (pl.col("cell") // 64).alias("customer"),
        (pl.col("cell") // 8 & 7).cast(pl.UInt8).alias("channel"),
        (pl.col("len").cast(pl.Int64) * weight).alias("word"),
    )


def _steps(has_begun: Sequence[pl.Expr], values: Sequence[int]) -> pl.Expr:
    """Return the value of the month that a contact falls into: one step up at each start."""
    steps = zip(has_begun, values[:-1], values[1:], strict=True)
    added = (begun.cast(pl.Int64) * (new - old) for begun, old, new in steps)
    return reduce(pl.Expr.add, added, pl.lit(values[0], pl.Int64))


def _marks(made: Files, ids: str) -> list[pl.LazyFrame]:
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
        table.select(*_keys(ids)).unique().with_columns(pl.lit(mark, pl.Int64).alias("word"))
        for table, mark in ((complaints, COMPLAINED), (dislikes, DISLIKED))
    ]


def _counted(words: pl.LazyFrame, engine: Engine) -> pl.LazyFrame:
    """Return one row a customer, with the packed counts of each channel."""

    def total(channel: int) -> pl.Expr:
        is_here = pl.col("channel") == channel
        if engine == "streaming":
            return pl.col("word").filter(is_here).sum()
        return pl.when(is_here).then(pl.col("word")).otherwise(0).sum()

    return words.group_by("customer").agg(total(k).alias(c) for k, c in enumerate(CHANNELS))


def _scored(counted: pl.LazyFrame, *, is_marked: bool = False) -> pl.LazyFrame:
    """Return the customer, the first choice and the score of each channel."""
    scores = [_score(pl.col(c), is_marked=is_marked).alias(c) for c in CHANNELS]
    wide = counted.select("customer", *scores)
    return wide.with_columns(_first_choice()).select("customer", "first_choice", *CHANNELS)


def _score(word: pl.Expr, *, is_marked: bool) -> pl.Expr:
    counts = [_shifted(word, month) & MASK for month in range(MONTHS)]
    uses = reduce(pl.Expr.add, (c.clip(upper_bound=CAP) for c in counts))
    is_2 = (counts[-1] > 0) & (counts[-2] > 0)
    streak = pl.when(is_2 & (counts[-3] > 0)).then(STREAK_OF_3).when(is_2).then(STREAK_OF_2)
    frequency = pl.when(uses > MORE_THAN).then(FREQUENCY).otherwise(1.0)
    score = uses.cast(pl.Float64) * streak.otherwise(1.0) * frequency
    if is_marked:
        score = score * pl.when(word & COMPLAINED > 0).then(COMPLAINT).otherwise(1.0)
        score = pl.when(word & DISLIKED > 0).then(0.0).otherwise(score)
    return score.cast(pl.Float32)


def _shifted(word: pl.Expr, month: int) -> pl.Expr:
    return word // WEIGHTS[month] if month else word


def _first_choice() -> pl.Expr:
    best, names = pl.max_horizontal(CHANNELS), [pl.lit(c, _CHANNEL) for c in TIES]
    choice = names[-1]
    for channel, name in reversed(list(zip(TIES[:-1], names[:-1], strict=True))):
        choice = pl.when(pl.col(channel) == best).then(name).otherwise(choice)
    return pl.when(best > 0).then(choice).alias("first_choice")
