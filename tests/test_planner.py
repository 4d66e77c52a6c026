from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from powerchannel.errors import InfeasibleError
from powerchannel.planner import choose

ROWS = st.lists(
    st.tuples(st.integers(0, 20), st.integers(1, 6), st.sampled_from("abc")), max_size=8
)


def best(rows: list[tuple[int, int, str]], budget: int, way: int) -> float:
    found = 0.0
    for count in range(len(rows) + 1):
        for some in combinations(rows, count):
            cost = sum(row[1] for row in some) + way * len({row[2] for row in some})
            if cost <= budget:
                found = max(found, sum(row[0] for row in some))
    return found


@given(ROWS, st.integers(0, 25), st.integers(0, 5))
def test_a_plan_keeps_to_its_budget_and_its_bound_holds(
    rows: list[tuple[int, int, str]], budget: int, way: int
) -> None:
    values, costs = (np.array([row[i] for row in rows], np.float64) for i in (0, 1))
    places = [row[2] for row in rows]
    plan = choose(values, costs, budget, places=places, place_cost=way)
    chosen = plan.order.tolist()
    assert len(set(chosen)) == len(chosen)
    paid = costs[chosen].sum() + way * len({places[row] for row in chosen})
    assert plan.cost == pytest.approx(paid)
    assert paid <= budget + 1e-9
    assert plan.value == pytest.approx(values[chosen].sum())
    assert plan.value <= best(rows, budget, way) <= plan.bound + 1e-9
    assert all(values[row] > 0 for row in chosen)


@given(ROWS, st.integers(0, 25), st.integers(0, 5))
def test_more_budget_never_leaves_room_for_a_row_unused(
    rows: list[tuple[int, int, str]], budget: int, way: int
) -> None:
    values, costs = (np.array([row[i] for row in rows], np.float64) for i in (0, 1))
    places = [row[2] for row in rows]
    plan = choose(values, costs, budget, places=places, place_cost=way)
    seen = {places[row] for row in plan.order.tolist()}
    for row in range(len(rows)):
        if row in plan.is_chosen or values[row] == 0:
            continue
        needed = costs[row] + (0 if places[row] in seen else way)
        assert plan.cost + needed > budget - 1e-9


@given(ROWS, st.integers(0, 25))
def test_without_places_it_is_the_best_ratio_first(
    rows: list[tuple[int, int, str]], budget: int
) -> None:
    values, costs = (np.array([row[i] for row in rows], np.float64) for i in (0, 1))
    plan = choose(values, costs, budget)
    ratios = [values[row] / costs[row] for row in plan.order.tolist()]
    assert ratios == sorted(ratios, reverse=True)


def test_a_place_is_worth_its_way_only_with_its_neighbours() -> None:
    values, costs = np.array([4.0, 4.0, 4.0, 5.0]), np.ones(4)
    places = ["cluster", "cluster", "cluster", "alone"]
    plan = choose(values, costs, 6.0, places=places, place_cost=3.0)
    assert plan.order.tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    ("values", "costs", "budget", "way", "said"),
    [
        ([1.0], [0.0], 1.0, 0.0, "cost nothing positive"),
        ([1.0], [float("nan")], 1.0, 0.0, "complete them"),
        ([float("nan")], [1.0], 1.0, 0.0, "no value"),
        ([1.0], [1.0], -1.0, 0.0, "budget -1.0"),
        ([1.0], [1.0], 1.0, float("inf"), "check their unit"),
    ],
)
def test_what_cannot_be_planned_is_refused(
    values: list[float], costs: list[float], budget: float, way: float, said: str
) -> None:
    with pytest.raises(InfeasibleError, match=said):
        choose(np.array(values), np.array(costs), budget, places=["a"], place_cost=way)
