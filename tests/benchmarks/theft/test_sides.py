"""All sides of theft give one answer, and every goal has its case."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.cases import SIZES, Case
from benchmarks.results import Measured, Result, Results
from benchmarks.runner import measure_case, within
from benchmarks.theft import cases, goals

TINY = cases("tiny")


@pytest.mark.parametrize("case", TINY, ids=[c.name for c in TINY])
def test_all_sides_give_one_answer(case: Case, tmp_path: Path) -> None:
    result = measure_case(case, within(case, tmp_path), repeats=1)
    assert list(result.sides) == [side.name for side in case.sides]


@pytest.mark.parametrize(("sizes", "numbers"), [("tiny", set()), ("small", {1, 2})])
def test_every_goal_has_its_case(sizes: str, numbers: set[int]) -> None:
    assert sizes in SIZES
    figures = (Measured(cpu_s=1, wall_s=1, peak_mb=100),)
    measured = tuple(
        Result(name=c.name, title=c.title, facts=c.facts, sides={s.name: figures for s in c.sides})
        for c in cases(sizes)
    )
    results = Results(
        domain="theft", sizes=sizes, measured_on="", machine={}, versions={}, cases=measured
    )
    assert {goal.number for goal in goals(results)} == numbers
