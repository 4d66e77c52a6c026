"""Which customers a crew visits: the best by rank, and a share drawn at random (选户)."""

from __future__ import annotations

import math

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from powerchannel.errors import InfeasibleError
from powerchannel.planner import Plan, choose

__all__ = ["Choice", "Crew", "choose_visits"]

_EPSILON = 1e-9
"""A share times a count that should be whole is, whatever its last bit."""


@frozen(kw_only=True)
class Crew:
    """What crews have, and what a visit takes of it (班组工时).

    Parameters
    ----------
    hours : float
        What there is [h].
    hours_per_visit : float
        On site, for each customer [h].
    travel_hours : float
        To an area, once [h].
    """

    hours: float
    hours_per_visit: float
    travel_hours: float

    def __attrs_post_init__(self) -> None:
        """Refuse hours that are none."""
        numbers = (self.hours, self.hours_per_visit, self.travel_hours)
        if not (all(map(math.isfinite, numbers)) and min(numbers) >= 0 and self.hours_per_visit):
            raise InfeasibleError.of(
                "bad_hours",
                "crew_hours",
                f"工时 {numbers[0]}、每户 {numbers[1]}、路途 {numbers[2]} 小时：均须为非负数，"
                "每户工时须大于 0；请核对单位",
                f"{numbers[0]} crew hours, {numbers[1]} a visit and {numbers[2]} of travel must "
                "be numbers from 0 on, a visit above 0; check their unit",
            )


@frozen(eq=False, kw_only=True)
class Choice:
    """Which rows are visited, and how likely each was (选户结果).

    Parameters
    ----------
    by_rank : ndarray of int64, shape (ranked,)
        Rows chosen for what they are worth.
    drawn : ndarray of int64, shape (drawn,)
        Rows drawn at random among the others.
    propensity : ndarray of float64, shape (rows,)
        The probability with which each row was chosen: 1 by rank, and of all others the number
        drawn over their number.
    bound : float
        No list within the hours is worth more.
    """

    by_rank: NDArray[np.int64]
    drawn: NDArray[np.int64]
    propensity: NDArray[np.float64]
    bound: float


def choose_visits(
    values: NDArray[np.float64],
    areas: NDArray[np.int64],
    crew: Crew,
    *,
    random_share: float,
    seed: int,
) -> Choice:
    """Choose visits within the hours; a share of them at random (工时内选户).

    The hours of the random visits are set aside first, as if each were to an area of its own: so
    the budget holds whatever is drawn, and everyone not ranked is as likely as the others.

    Parameters
    ----------
    values : ndarray of float64, shape (rows,)
        What each is worth; NaN where that is not known. Only what is above 0 is ranked.
    areas : ndarray of int64, shape (rows,)
        Where each is; below 0: an area of its own.
    crew : Crew
        The hours.
    random_share : float
        Of the visits, rounded up to whole ones; a single possible visit goes by rank.
    seed : int
        The same seed draws the same rows.

    Raises
    ------
    InfeasibleError
        When the share is not within 0 and 1.

    Examples
    --------
    >>> crew = Crew(hours=4, hours_per_visit=1, travel_hours=0)
    >>> chosen = choose_visits(np.array([9.0, 7.0, 5.0, 3.0, np.nan]), np.arange(5), crew,
    ...     random_share=0.25, seed=1)
    >>> chosen.by_rank.tolist(), len(chosen.drawn), chosen.propensity.tolist()
    ([0, 1, 2], 1, [1.0, 1.0, 1.0, 0.5, 0.5])
    """
    if not 0 <= random_share <= 1:
        raise InfeasibleError.of(
            "bad_share",
            "random_share",
            f"随机抽查比例 {random_share} 应在 0 与 1 之间",
            f"the random share {random_share} must be within 0 and 1",
        )
    plan, bound, count = _shared_out(values, areas, crew, random_share)
    rest = np.setdiff1d(np.arange(len(values)), plan.order)
    count = min(count, len(rest))
    propensity = np.full(len(values), count / len(rest) if len(rest) else 1.0)
    propensity[plan.order] = 1.0
    drawn = np.random.default_rng(seed).choice(rest, count, replace=False)
    return Choice(
        by_rank=plan.order, drawn=drawn.astype(np.int64), propensity=propensity, bound=bound
    )


def _shared_out(
    values: NDArray[np.float64], areas: NDArray[np.int64], crew: Crew, share: float
) -> tuple[Plan, float, int]:
    """Return what goes by rank, what all hours could bring, and how many are to be drawn."""
    farthest = crew.hours_per_visit + crew.travel_hours
    worth = _worth(values, areas, crew)
    plan, drawn = _ranked(worth, areas, crew, crew.hours), 0
    bound = plan.bound
    most = min(len(plan.order) - (share < 1), int(crew.hours / farthest + _EPSILON))
    while (wanted := min(_rounded_up(share * (len(plan.order) + drawn)), most)) > drawn:
        drawn = wanted
        plan = _ranked(worth, areas, crew, max(0.0, crew.hours - drawn * farthest))
    return plan, bound, drawn


def _worth(
    values: NDArray[np.float64], areas: NDArray[np.int64], crew: Crew
) -> NDArray[np.float64]:
    """Return what rows may be chosen for: of those alone, no more than the hours can reach."""
    worth = np.where(values > 0, values, 0.0)
    alone = np.flatnonzero(areas < 0)
    reached = int(crew.hours / crew.hours_per_visit) + 1
    worth[alone[np.argsort(-worth[alone], kind="stable")[reached:]]] = 0.0
    return worth


def _ranked(worth: NDArray[np.float64], areas: NDArray[np.int64], crew: Crew, hours: float) -> Plan:
    costs = np.full(len(worth), float(crew.hours_per_visit))
    return choose(worth, costs, hours, places=areas.tolist(), place_cost=crew.travel_hours)


def _rounded_up(number: float) -> int:
    return math.ceil(number - _EPSILON)
