"""What billing aims at, and what one run reached: ratios within its rounds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from benchmarks.billing.inputs import (
    CHUNKS,
    DECIMALS,
    OURS,
    PROFILED,
    PROFILES,
    PYSAM,
    RECORDS,
    REFERENCE,
    REGISTERS,
    TRACED,
)
from benchmarks.results import Goal, Result, Results

__all__ = ["goals"]

_MILLION, _MS = 10**6, 10**3


def goals(results: Results) -> list[Goal]:
    """Return each goal whose case was measured."""
    found = ((case, _PARTS.get(case.name.partition("-")[0])) for case in results.cases)
    return [goal for case, part in found if part is not None for goal in part(case)]


def _registers(case: Result) -> Iterator[Goal]:
    wall, customers = case.spread(OURS, "wall_s"), int(case.facts["customers"])
    if wall is not None:
        yield Goal(
            number=1,
            title=f"Register bills, one thread: seconds a million, from {customers:,}",
            case=case.name,
            reached=wall.scaled(_MILLION / customers),
            aim=1,
            is_at_least=False,
        )
    for peer in (DECIMALS, REFERENCE):
        if peer in case.sides:
            yield Goal(
                number=2,
                title=f"Register bills, one thread: {peer} over ours",
                case=case.name,
                reached=case.ratio(peer, OURS),
                aim=40,
            )


def _interval_data(case: Result) -> Iterator[Goal]:
    if PYSAM in case.sides:
        yield Goal(
            number=3,
            title=f"Profiles of a year to bills, one thread: {PYSAM} over ours",
            case=case.name,
            reached=case.ratio(PYSAM, PROFILED),
            aim=50,
            stretch=120,
        )


def _single_bill(case: Result) -> Iterator[Goal]:
    wall, customers = case.spread(RECORDS, "wall_s"), int(case.facts["customers"])
    if wall is not None:
        yield Goal(
            number=4,
            title="A single traced bill [ms]",
            case=case.name,
            reached=wall.scaled(_MS / customers),
            aim=0.5,
            is_at_least=False,
        )


def _some_at_a_time(case: Result) -> Iterator[Goal]:
    fewer, more = list(case.sides)[:2]
    if case.spread(more, "peak_mb") is not None:
        yield Goal(
            number=5,
            title=f"Peak memory: {more} over {fewer}",
            case=case.name,
            reached=case.ratio(more, fewer, "peak_mb"),
            aim=1.1,
            is_at_least=False,
        )


_PARTS: Mapping[str, Callable[[Result], Iterator[Goal]]] = {
    REGISTERS: _registers,
    PROFILES: _interval_data,
    TRACED: _single_bill,
    CHUNKS: _some_at_a_time,
}
