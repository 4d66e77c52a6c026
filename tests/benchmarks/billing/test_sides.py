"""All sides of billing give one answer; 20,000 random bills agree with the plain loop."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.billing import cases, goals, with_decimals, with_powerchannel
from benchmarks.billing.data import AS_OF, Customers, rulebook, state_of
from benchmarks.cases import SIZES, Case
from benchmarks.results import Measured, Result, Results
from benchmarks.runner import apart, digest, measure_case, within
from powerchannel.billing import evaluate
from powerchannel.billing.batch import bill

TINY = cases("tiny")


@pytest.mark.parametrize("case", TINY, ids=[c.name for c in TINY])
def test_all_sides_give_one_answer(case: Case, tmp_path: Path) -> None:
    case, _ = case.without_absent()
    measure = (
        apart("billing", "tiny", case, tmp_path) if case.is_isolated else within(case, tmp_path)
    )
    result = measure_case(case, measure, repeats=1)
    assert list(result.sides) == [side.name for side in case.sides]
    assert case.sides[0].name.startswith("powerchannel")


def test_twenty_thousand_random_bills_agree() -> None:
    customers = Customers(count=20_000, seed=5)
    ours, plain = with_powerchannel.batch(customers)()(), with_decimals.loop(customers)()()
    assert digest(ours) == digest(plain)
    assert ours["lines"].shape == (20_000, 13)


def test_ties_are_among_them() -> None:
    """0.4125 yuan on kWh that leave half a fen."""
    customers = Customers(count=2_000)
    (block,) = bill(state_of(customers), rulebook(), AS_OF).blocks
    total = block.lines[0].quantity.values
    assert (total * 4125 % 100 == 50).any()
    assert not block.findings


def test_it_is_what_evaluate_gives() -> None:
    customers = Customers(count=50)
    result = evaluate(state_of(customers), rulebook(), as_of=AS_OF)
    assert result.origin.path == "batch"
    answer = with_powerchannel.batch(customers)()()
    assert result.wide["amount_fen"].tolist() == answer["bills"].tolist()


@pytest.mark.parametrize("sizes", SIZES)
def test_every_goal_has_its_case(sizes: str) -> None:
    figures = (Measured(cpu_s=1, wall_s=1, peak_mb=1),)
    measured = tuple(
        Result(name=c.name, title=c.title, facts=c.facts, sides={s.name: figures for s in c.sides})
        for c in cases(sizes)
    )
    results = Results(
        domain="billing",
        sizes=sizes,
        measured_on="",
        machine={},
        versions={},
        cases=measured,
    )
    assert {goal.number for goal in goals(results)} == {1, 2, 3, 4, 5}
