"""From daily use to points, causes and lost energy, up to a million customers; features alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks.cases import Case, Read, Run, Side, later
from benchmarks.results import Goal, Results, Spread
from benchmarks.theft.groups import AS_OF, Customers, Files
from benchmarks.theft.households import Households
from powerchannel import theft

__all__ = ["scoring_cases", "scoring_goals"]

_ONE, _TWO = "powerchannel, one thread", "powerchannel, two threads"
_OURS, _PANDAS = "powerchannel", "pandas, customer by customer"
_MILLION = 10**6

_SIZES = {
    "tiny": (Customers(customers=300, days=26),),
    "small": (Customers(customers=100_000, days=365), Customers(customers=_MILLION, days=365)),
}
_FEATURES = {
    "tiny": (Households(customers=20, days=35),),
    "small": (Households(customers=25_863, days=26), Households(customers=200, days=365)),
}
_MOST_ONE_BY_ONE = 1000


def scoring_cases(sizes: str) -> tuple[Case, ...]:
    """Return the cases at some sizes; large ones are those of ``small``."""
    return (
        *(_features(drawn) for drawn in _FEATURES.get(sizes, _FEATURES["small"])),
        *(_scoring(drawn) for drawn in _SIZES.get(sizes, _SIZES["small"])),
    )


def scoring_goals(results: Results) -> list[Goal]:
    """Return the goals on time and memory for a million customers."""
    found = []
    for case in results.cases:
        if case.name == f"scoring-{_MILLION}x365":
            wall, peak = case.spread(_TWO, "wall_s"), case.spread(_TWO, "peak_mb")
            assert wall is not None
            found.append(_goal(case.name, "Seconds for a million customers x 365 days", wall, 180))
            if peak is not None:
                found.append(_goal(case.name, "The same: peak memory [MB]", peak, 4000))
    return found


def _goal(case: str, title: str, reached: Spread, aim: float) -> Goal:
    return Goal(number=2, title=title, case=case, reached=reached, aim=aim, is_at_least=False)


def _scoring(drawn: Customers) -> Case:
    is_million = drawn.customers >= _MILLION
    sides = [Side(name=_TWO, prepare=_scored_by(2))]
    if not is_million:
        sides.append(Side(name=_ONE, prepare=_scored_by(1)))
    return Case(
        name=f"scoring-{drawn.customers}x{drawn.days}",
        title=f"{drawn.customers:,} customers x {drawn.days} days: states in files, a group of "
        "areas each, to features, peers, areas, causes, points, lost energy",
        facts={
            "customers": drawn.customers,
            "days": drawn.days,
            "groups": drawn.groups,
            "areas with a theft": f"{drawn.stolen:.0%}",
            "seed": drawn.seed,
        },
        make=drawn.files,
        sides=sides,
        is_isolated=drawn.days == 365,
    )


def _scored_by(threads: int) -> Callable[[Files], Run]:
    def prepare(files: Files) -> Run:
        rulebook = files.rulebook()

        def run() -> Read:
            tables = [
                theft.evaluate(files.group(number), rulebook, as_of=AS_OF, threads=threads).table
                for number in range(files.customers.groups)
            ]
            names = ("score_points", "probability", "lost_kwh")
            return lambda: {
                name: np.concatenate([table[name].to_numpy() for table in tables]) for name in names
            }

        return run

    return prepare


def _features(drawn: Households) -> Case:
    ours = later("benchmarks.theft.with_powerchannel", "features_of")
    peer = later("benchmarks.theft.with_pandas", "features_of")
    sides = [Side(name=_OURS, prepare=ours)]
    if drawn.customers <= _MOST_ONE_BY_ONE:
        sides.append(Side(name=_PANDAS, prepare=peer))
    return Case(
        name=f"features-{drawn.customers}x{drawn.days}",
        title=f"features of {drawn.customers:,} customers x {drawn.days} days",
        facts={"customers": drawn.customers, "days": drawn.days, "seed": drawn.seed},
        make=lambda home: _made(drawn, home),
        sides=sides,
    )


def _made(drawn: Households, home: Path) -> Households:
    del home  # nothing is written
    return drawn
