"""Theft: how fast rules and scores are; how well theft is found stands in `quality`.

- `electrical`: phase readings through the rules; `scoring`: daily use to points
- `quality`: rankings on data of other people, with a command of its own
"""

from __future__ import annotations

from benchmarks.cases import Case
from benchmarks.results import Goal, Results
from benchmarks.theft.electrical import electrical_cases, electrical_goals
from benchmarks.theft.scoring import scoring_cases, scoring_goals

__all__ = ["cases", "goals"]


def cases(sizes: str) -> tuple[Case, ...]:
    """Return the cases at some sizes."""
    return (*electrical_cases(sizes), *scoring_cases(sizes))


def goals(results: Results) -> list[Goal]:
    """Return each goal whose case was measured."""
    return [*electrical_goals(results), *scoring_goals(results)]
