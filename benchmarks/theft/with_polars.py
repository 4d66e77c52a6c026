"""Voltage loss in Polars: gaps and islands, phase by phase, on the same columns in memory.

A run of readings that meet the start counts when it lasts as long as the delay; it goes on to the
first reading that meets the restore, or to a gap. The reading that ends each row's stretch is
filled backward; runs are numbered by a running sum, and grouped. Nothing of the input is missing:
what is NaN would have to be taken out first.

Tried as well, on 17 million readings: the streaming engine (a fifth slower).
"""

from __future__ import annotations

import polars as pl

from benchmarks.cases import Read, Run
from benchmarks.theft.answers import spans_of
from benchmarks.theft.readings import Fleet, voltage_loss
from powerchannel.times import NAT

__all__ = ["voltage_losses"]

_MINUTE_US = 60_000_000
_SECOND_US = 1_000_000


def voltage_losses(fleet: Fleet) -> Run:
    """Find the episodes of one rule."""
    measured = fleet.measured()
    columns = {"meter": measured.meter, "at": measured.at}
    for phase in range(3):
        columns |= {
            f"u{phase}": measured.voltage[:, phase],
            f"i{phase}": measured.current[:, phase],
        }
    frame = pl.DataFrame(columns).lazy()
    query = pl.concat([_spans(frame, phase) for phase in range(3)])

    def run() -> Read:
        found = query.collect()
        names = ("meter", "phase", "started_at", "ended_at")
        return lambda: spans_of(*(found[name].to_numpy() for name in names))

    return run


def _spans(frame: pl.LazyFrame, phase: int) -> pl.LazyFrame:
    rules = voltage_loss()
    voltage, current = pl.col(f"u{phase}"), pl.col(f"i{phase}")
    low, high, least = Fleet.limits()
    at, is_other = pl.col("at"), pl.col("meter") != pl.col("meter").shift(1)
    gap = is_other | (at.diff() > rules.gap.minutes * _MINUTE_US)
    ended_at = pl.when(is_other).then(NAT).when("gap").then(at.shift(1)).when("restored").then(at)
    marked = (
        frame.with_columns(
            hit=(voltage < low) & (current > least),
            restored=voltage > high,
            gap=gap.fill_null(value=True),
        )
        .with_columns(
            stretch=(pl.col("restored") | pl.col("gap")).cum_sum(),
            run=((pl.col("hit") != pl.col("hit").shift(1)) | pl.col("gap")).cum_sum(),
            ended_at=ended_at.shift(-1).backward_fill().fill_null(NAT),
        )
        .filter("hit")
    )
    runs = marked.group_by("stretch", "run").agg(
        pl.col("meter", "ended_at").first(), first=at.min(), last=at.max()
    )
    delay = rules.rules[0].delay_seconds * _SECOND_US
    return (
        runs.filter(pl.col("last") - pl.col("first") >= delay)
        .group_by("stretch")
        .agg(pl.col("meter", "ended_at").first(), started_at=pl.col("first").min())
        .select(
            "meter", phase=pl.lit(phase, pl.Int64), started_at="started_at", ended_at="ended_at"
        )
    )
