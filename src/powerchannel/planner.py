"""Choosing what to do first where hours, money or places are short (预算内择优)."""

from __future__ import annotations

import heapq
from collections.abc import Sequence

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from powerchannel.errors import InfeasibleError

__all__ = ["Plan", "choose"]

_Floats = NDArray[np.float64]
_EPSILON = 1e-12
"""A budget that is the sum of costs buys them, whatever the last bit of the sum."""


@frozen(eq=False, kw_only=True)
class Plan:
    """What was chosen, and how far from the best it can be at most (择优结果).

    Parameters
    ----------
    order : ndarray of int64, shape (chosen,)
        The rows chosen, in the order in which they were; those of one place follow one another.
    value : float
        What they are worth together.
    cost : float
        What they take, places included.
    bound : float
        No choice within the budget is worth more than this.
    """

    order: NDArray[np.int64]
    value: float
    cost: float
    bound: float

    @property
    def is_chosen(self) -> frozenset[int]:
        """The rows chosen (所选行)."""
        return frozenset(self.order.tolist())


def choose(
    values: _Floats,
    costs: _Floats,
    budget: float,
    *,
    places: Sequence[object] | None = None,
    place_cost: float = 0.0,
) -> Plan:
    """Choose rows of the most value within a budget, places paid for once (预算内择优).

    Step by step the place is taken of which the best rows bring most for what they cost, the way
    there included; then rows there cost only themselves. A row that no longer fits is passed over.
    Rows of no value are never chosen; ties go to the earlier row.

    Parameters
    ----------
    values : ndarray of float64, shape (rows,)
        What each is worth; the unit is the caller's.
    costs : ndarray of float64, shape (rows,)
        What each takes, in the unit of the budget; positive.
    budget : float
        What there is.
    places : sequence, optional
        Where each is; without, nothing is paid for places.
    place_cost : float
        What it takes to go to a place.

    Raises
    ------
    InfeasibleError
        When the budget or the cost of a place is negative or no number, or a cost is not positive.

    Examples
    --------
    >>> plan = choose(np.array([9.0, 5.0, 4.0, 1.0]), np.ones(4), 4.0,
    ...     places=["far", "near", "near", "near"], place_cost=1.0)
    >>> plan.order.tolist(), plan.value, plan.cost
    ([0, 1], 14.0, 4.0)
    """
    _check(values, costs, budget, place_cost)
    rows = np.flatnonzero(values > 0)
    rows = rows[np.lexsort((rows, -values[rows] / costs[rows]))]
    order, left = _taken(values, costs, budget, rows, places, place_cost)
    value = float(values[order].sum())
    return Plan(
        order=np.array(order, np.int64),
        value=value,
        cost=budget - left,
        bound=max(_bound(values, costs, budget, rows), value),
    )


def _check(values: _Floats, costs: _Floats, budget: float, place_cost: float) -> None:
    if not (budget >= 0 and place_cost >= 0 and np.isfinite(budget) and np.isfinite(place_cost)):
        raise InfeasibleError.of(
            "bad_budget",
            "budget",
            f"预算 {budget} 与到场成本 {place_cost} 须为非负数；请核对单位",
            f"the budget {budget} and the cost of a place {place_cost} must be numbers from 0 on; "
            "check their unit",
        )
    bad = np.flatnonzero(~(np.isfinite(costs) & (costs > 0)) | np.isnan(values))
    if len(bad):
        row = int(bad[0])
        raise InfeasibleError.of(
            "bad_cost",
            "costs",
            f"{len(bad)} 行的成本不是正数或没有价值"
            f"（首行 {row}：成本 {costs[row]}，价值 {values[row]}）；请补齐后再排",
            f"{len(bad)} rows cost nothing positive or have no value (first: row {row}, cost "
            f"{costs[row]}, value {values[row]}); complete them",
            count=len(bad),
        )


def _taken(
    values: _Floats,
    costs: _Floats,
    budget: float,
    rows: NDArray[np.int64],
    places: Sequence[object] | None,
    place_cost: float,
) -> tuple[list[int], float]:
    """Return what the budget buys, the best offer of any place first, and what is left of it."""
    sites = _sites(rows, places)
    way = np.full(len(sites), place_cost if places is not None else 0.0)
    heap = [_offer(mine, values, costs, way[site], site) for site, mine in enumerate(sites)]
    heapq.heapify(heap)
    order: list[int] = []
    least = float(costs[rows].min(initial=np.inf))
    while heap and budget * (1 + _EPSILON) >= least:
        _, _, site, count = heapq.heappop(heap)
        mine = sites[site]
        spent = way[site] + np.cumsum(costs[mine[:count]])
        fits = int(np.searchsorted(spent, budget * (1 + _EPSILON), side="right"))
        if fits:
            order += mine[:fits].tolist()
            budget -= float(spent[fits - 1])
            way[site] = 0.0
        sites[site] = mine[fits or 1 :]
        if len(sites[site]):
            heapq.heappush(heap, _offer(sites[site], values, costs, way[site], site))
    return order, budget


def _sites(rows: NDArray[np.int64], places: Sequence[object] | None) -> list[NDArray[np.int64]]:
    """Return the rows of each place, the best first; without places, all rows are of one."""
    if not len(rows):
        return []
    if places is None:
        return [rows]
    _, place = np.unique(np.asarray(places, dtype=object)[rows].astype(str), return_inverse=True)
    ordered = np.argsort(place, kind="stable")
    starts = np.flatnonzero(np.diff(place[ordered], prepend=-1))
    return np.split(rows[ordered], starts[1:])


def _offer(
    rows: NDArray[np.int64], values: _Floats, costs: _Floats, way: float, site: int
) -> tuple[float, int, int, int]:
    """Return what the best first rows bring for their cost: the smallest offer is the best."""
    if not way:
        return -float(values[rows[0]] / costs[rows[0]]), int(rows[0]), site, 1
    gain = np.cumsum(values[rows]) / (way + np.cumsum(costs[rows]))
    best = int(np.argmax(gain))
    return -float(gain[best]), int(rows[0]), site, best + 1


def _bound(values: _Floats, costs: _Floats, budget: float, rows: NDArray[np.int64]) -> float:
    """Return what rows in parts would bring, if no place cost anything."""
    spent = np.cumsum(costs[rows])
    whole = int(np.searchsorted(spent, budget, side="right"))
    bound = float(values[rows[:whole]].sum())
    if whole < len(rows):
        left = budget - (float(spent[whole - 1]) if whole else 0.0)
        bound += float(values[rows[whole]] * left / costs[rows[whole]])
    return bound
