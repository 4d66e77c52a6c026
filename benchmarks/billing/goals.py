"""What billing aims at, and what one run reached."""

from __future__ import annotations

from benchmarks.billing.inputs import DECIMALS, OURS, REFERENCE
from benchmarks.results import Goal, Result, Results

__all__ = ["goals"]

_MILLION = 10**6


def goals(results: Results) -> list[Goal]:
    """Return each goal whose case was measured."""
    return [goal for case in results.cases for goal in _registers(case)]


def _registers(case: Result) -> list[Goal]:
    wall, customers = case.spread(OURS, "wall_s"), int(case.facts["customers"])
    found = []
    if wall is not None:
        found.append(
            Goal(
                number=1,
                title=f"Register bills, one thread: seconds a million, from {customers:,}",
                case=case.name,
                reached=wall.scaled(_MILLION / customers),
                aim=1,
                is_at_least=False,
            )
        )
    for peer in (DECIMALS, REFERENCE):
        if peer in case.sides:
            found.append(
                Goal(
                    number=2,
                    title=f"Register bills, one thread: {peer} over ours",
                    case=case.name,
                    reached=case.ratio(peer, OURS),
                    aim=40,
                )
            )
    return found
