from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from powerchannel.errors import InfeasibleError
from powerchannel.theft.worklist.choosing import Choice, Crew, choose_visits

CUSTOMERS = st.lists(
    st.tuples(st.sampled_from([np.nan, -5.0, 0.0, 1.0, 2.0, 7.0, 30.0]), st.integers(-3, 3)),
    max_size=30,
)
CREWS = st.builds(
    Crew,
    hours=st.integers(0, 30),
    hours_per_visit=st.sampled_from([0.5, 1.0, 3.0]),
    travel_hours=st.sampled_from([0.0, 0.5, 2.0]),
)
SHARES = st.sampled_from([0.0, 0.05, 0.1, 0.25, 0.5, 0.9, 1.0])


def chosen(
    rows: list[tuple[float, int]], crew: Crew, share: float, seed: int = 3
) -> tuple[Choice, np.ndarray, np.ndarray]:
    values = np.array([row[0] for row in rows], np.float64)
    areas = np.array([row[1] for row in rows], np.int64)
    areas = np.where(areas < 0, -1 - np.arange(len(areas)), areas)
    return choose_visits(values, areas, crew, random_share=share, seed=seed), values, areas


def paid(rows: np.ndarray, areas: np.ndarray, crew: Crew) -> float:
    return len(rows) * crew.hours_per_visit + len(set(areas[rows])) * crew.travel_hours


@given(CUSTOMERS, CREWS, SHARES)
def test_the_hours_are_never_passed_and_nobody_is_visited_twice(
    rows: list[tuple[float, int]], crew: Crew, share: float
) -> None:
    choice, values, areas = chosen(rows, crew, share)
    visits = np.r_[choice.by_rank, choice.drawn]
    assert len(set(visits.tolist())) == len(visits)
    assert paid(visits, areas, crew) <= crew.hours + 1e-9
    assert (values[choice.by_rank] > 0).all()


@given(CUSTOMERS, CREWS, SHARES)
def test_propensities_are_the_chances_that_the_draw_gives(
    rows: list[tuple[float, int]], crew: Crew, share: float
) -> None:
    choice, values, _ = chosen(rows, crew, share)
    rest = np.setdiff1d(np.arange(len(values)), choice.by_rank)
    assert (choice.propensity[choice.by_rank] == 1).all()
    assert choice.propensity[rest].sum() == pytest.approx(len(choice.drawn))
    assert len(set(choice.propensity[rest].tolist())) <= 1
    if len(choice.drawn):
        assert (choice.propensity > 0).all()
        assert (choice.propensity <= 1).all()


@given(CUSTOMERS, CREWS, st.sampled_from([0.05, 0.25, 0.5]))
def test_the_random_share_is_at_least_the_stated_one(
    rows: list[tuple[float, int]], crew: Crew, share: float
) -> None:
    choice, values, _ = chosen(rows, crew, share)
    visits, drawn = len(choice.by_rank) + len(choice.drawn), len(choice.drawn)
    everyone_is_ranked = visits == len(values)
    assert visits <= 1 or everyone_is_ranked or drawn >= share * visits - 1e-9
    assert drawn <= share * visits + 2


@given(CUSTOMERS, CREWS, st.integers(0, 10), SHARES)
def test_more_hours_bring_no_less_than_the_bound_allows(
    rows: list[tuple[float, int]], crew: Crew, more: int, share: float
) -> None:
    little, values, _ = chosen(rows, crew, share)
    larger = Crew(
        hours=crew.hours + more,
        hours_per_visit=crew.hours_per_visit,
        travel_hours=crew.travel_hours,
    )
    plenty, _, _ = chosen(rows, larger, share)
    worth = np.maximum(np.nan_to_num(values), 0)
    brought = worth[np.r_[little.by_rank, little.drawn]].sum()
    assert brought <= little.bound + 1e-9
    assert little.bound <= plenty.bound + 1e-9


def test_without_random_visits_the_others_cannot_be_chosen() -> None:
    choice, _, _ = chosen([(9.0, 0), (5.0, 0), (1.0, 0)], crew(2), 0.0)
    assert choice.propensity.tolist() == [1.0, 1.0, 0.0]
    assert len(choice.drawn) == 0


def crew(hours: float) -> Crew:
    return Crew(hours=hours, hours_per_visit=1, travel_hours=0)


def test_a_single_visit_goes_by_rank_unless_all_are_drawn() -> None:
    rows = [(9.0, 0), (5.0, 0)]
    assert chosen(rows, crew(1), 0.05)[0].by_rank.tolist() == [0]
    assert len(chosen(rows, crew(1), 1.0)[0].drawn) == 1


def test_what_is_not_known_can_be_drawn_and_is_never_ranked() -> None:
    choice, _, _ = chosen([(9.0, 0), (np.nan, 0), (5.0, 0)], crew(2), 0.5)
    assert choice.by_rank.tolist() == [0]
    assert choice.propensity.tolist() == [1.0, 0.5, 0.5]


def test_the_share_of_inspections_is_exact_where_it_is_whole() -> None:
    rows = [(float(value), 0) for value in range(1, 61)]
    choice, _, _ = chosen(rows, crew(30), 0.1)
    assert (len(choice.by_rank), len(choice.drawn)) == (27, 3)


def test_travel_alone_decides_between_alone_and_together() -> None:
    """Three of one area bring 12 in 6 h; the better one alone 5 in 4 h."""
    rows = [(5.0, -1), (4.0, 2), (4.0, 2), (4.0, 2)]
    choice, _, _ = chosen(rows, Crew(hours=6, hours_per_visit=1, travel_hours=3), 0.0)
    assert choice.by_rank.tolist() == [1, 2, 3]


@given(CUSTOMERS, CREWS)
def test_leaving_out_who_is_out_of_reach_changes_nothing(
    rows: list[tuple[float, int]], crew: Crew
) -> None:
    """Whoever is alone in no area is the same as one alone in an area of one."""
    alone = [(value, -1) for value, _ in rows]
    own = [(value, place) for place, (value, _) in enumerate(rows)]
    first, second = chosen(alone, crew, 0.0)[0], chosen(own, crew, 0.0)[0]
    assert first.by_rank.tolist() == second.by_rank.tolist()
    assert first.bound == pytest.approx(second.bound)


@pytest.mark.parametrize(
    ("hours", "visit", "travel"),
    [(-1, 1, 0), (1, 0, 0), (1, -1, 0), (1, 1, -1), (float("nan"), 1, 0), (float("inf"), 1, 0)],
)
def test_hours_that_are_none_are_refused(hours: float, visit: float, travel: float) -> None:
    with pytest.raises(InfeasibleError, match="numbers from 0 on"):
        Crew(hours=hours, hours_per_visit=visit, travel_hours=travel)


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan")])
def test_a_share_beyond_all_is_refused(share: float) -> None:
    with pytest.raises(InfeasibleError, match="within 0 and 1"):
        chosen([(1.0, 0)], crew(1), share)
