"""What channel scoring aims at, and what one run reached: ratios within its rounds."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from benchmarks.channel.inputs import (
    COPIES,
    COPY,
    DECODE,
    DUCKDB,
    FINALISE,
    HALF_YEAR,
    MONTH_OF_MANY,
    OURS,
    POLARS,
    THREADS,
    TWIN,
    TWO,
    judged,
    kernel_side,
)
from benchmarks.results import Goal, Result, Results

__all__ = ["goals"]

_FREE_MB, _MB = 150, 10**6
_LARGER = 10  # the goal is for ten times the customers that are measured


def goals(results: Results) -> list[Goal]:
    """Return each goal whose case was measured."""
    sizes = results.sizes
    integers = judged("files-integer", sizes)
    parts = (
        (judged("scores-integer", sizes), partial(_from_parquet, to="scores")),
        (integers, partial(_from_parquet, to="Parquet")),
        (judged("memory", sizes), _in_memory),
        (FINALISE, _last_step),
        (integers, _memory),
        (judged("files-text", sizes), _memory),
        (HALF_YEAR, _memory),
        (MONTH_OF_MANY, _many_customers),
        (THREADS, _two_threads),
    )
    found = ((results.case(name), part) for name, part in parts)
    return [goal for case, part in found if case is not None for goal in part(case)]


def _from_parquet(case: Result, *, to: str) -> Iterator[Goal]:
    for peer, aim, stretch in ((POLARS, 5.0, 6.0), (DUCKDB, 8.0, 10.0)):
        yield Goal(
            number=1,
            title=f"CPU, Parquet to {to}: {peer} over ours",
            case=case.name,
            reached=case.ratio(peer, OURS),
            aim=aim,
            stretch=stretch,
        )
    yield Goal(
        number=1,
        title=f"CPU, Parquet to {to}: ours over decoding alone",
        case=case.name,
        reached=case.ratio(OURS, DECODE),
        aim=2,
        is_at_least=False,
    )
    for side, threads, aim in ((OURS, "one thread", 2.5), (TWO, "two threads", 4.0)):
        for peer in (POLARS, DUCKDB):
            yield Goal(
                number=1,
                title=f"Wall time, Parquet to {to}: {peer} over ours, {threads}",
                case=case.name,
                reached=case.ratio(peer, side, "wall_s"),
                aim=aim,
            )


def _in_memory(case: Result) -> Iterator[Goal]:
    for side, name, aim, stretch in ((OURS, "ours", 20, 30), (TWIN, "the NumPy twin", 4, None)):
        for peer in (POLARS, DUCKDB):
            yield Goal(
                number=2,
                title=f"CPU in memory: {peer} over {name}",
                case=case.name,
                reached=case.ratio(peer, side),
                aim=aim,
                stretch=stretch,
            )


def _last_step(case: Result) -> Iterator[Goal]:
    for kernel, aim, stretch in (("avx512", 0.5, 0.6), ("avx2", 0.25, 0.3)):
        side = kernel_side(kernel)
        if side in case.sides:
            yield Goal(
                number=3,
                title=f"Last step: a copy of as many bytes over {kernel}",
                case=case.name,
                reached=case.ratio(COPY, side),
                aim=aim,
                stretch=stretch,
            )


def _memory(case: Result) -> Iterator[Goal]:
    peak, customers = case.spread(OURS, "peak_mb"), int(case.facts["customers"])
    if peak is not None:
        yield Goal(
            number=4,
            title=f"Peak memory beyond {_FREE_MB} MB [bytes a customer]",
            case=case.name,
            reached=peak.scaled(_MB / customers, shift=-_FREE_MB),
            aim=125,
            is_at_least=False,
        )


def _many_customers(case: Result) -> Iterator[Goal]:
    wall, customers = case.spread(TWO, "wall_s"), int(case.facts["customers"])
    if wall is not None:
        yield Goal(
            number=5,
            title=f"A month for {_LARGER * customers:,} customers, two threads: {_LARGER} times "
            f"the wall time for {customers:,} [s]",
            case=case.name,
            reached=wall.scaled(_LARGER),
            aim=20,
            is_at_least=False,
        )


def _two_threads(case: Result) -> Iterator[Goal]:
    yield Goal(
        number=6,
        title="Speed of two threads over that of two copies",
        case=case.name,
        reached=case.ratio(COPIES, TWO, "wall_s").scaled(1 / 2),
        aim=0.9,
    )
