"""Phase readings through all electrical rules: columns beside the readable reference."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from benchmarks.cases import Answer, Case, Read, Run, Side, later
from benchmarks.results import Goal, Results
from benchmarks.theft.readings import RATED, Fleet, all_rules
from powerchannel.theft.electrical import Episodes, find_episodes
from powerchannel.theft.electrical.reference import Point, Reading, find_all
from powerchannel.times import NAT

__all__ = ["electrical_cases", "electrical_goals"]

_ONE, _TWO, _REFERENCE = (
    "powerchannel, one thread",
    "powerchannel, two threads",
    "reading by reading",
)
_MILLION = 10**6
_POLARS = "Polars, gaps and islands"


_SIZES = {
    "tiny": (Fleet(meters=6, readings=96, minutes=15, faulty=0.5),),
    "small": (
        Fleet(meters=20, readings=1440, minutes=1, faulty=0.1),
        Fleet(meters=10_000, readings=96, minutes=15, faulty=0.1),
        Fleet(meters=4000, readings=1440, minutes=1, faulty=0.1),
        Fleet(meters=4000, readings=1440, minutes=1, faulty=1.0),
    ),
}
_MOST_ONE_BY_ONE = 10**5


def electrical_cases(sizes: str) -> tuple[Case, ...]:
    """Return the cases at some sizes; large ones are those of ``small``."""
    fleets = _SIZES.get(sizes, _SIZES["small"])
    largest = max(fleets, key=lambda fleet: (fleet.phase_readings, -fleet.faulty))
    return (*(_case(fleet) for fleet in fleets), _one_rule(largest))


def electrical_goals(results: Results) -> list[Goal]:
    """Return the goal of each case large enough: 20 million phase readings a second."""
    found = []
    for case in results.cases:
        wall = case.spread(_TWO, "wall_s") if case.name.startswith("electrical-") else None
        count = int(case.facts.get("phase readings", 0))
        if wall is not None and count > _MILLION:
            found.append(
                Goal(
                    number=1,
                    title=f"Seconds a million phase readings through the rules, from {count:,}",
                    case=case.name,
                    reached=wall.scaled(_MILLION / count),
                    aim=0.05,
                    is_at_least=False,
                )
            )
    return found


def _case(fleet: Fleet) -> Case:
    sides = [Side(name=_TWO, prepare=_two), Side(name=_ONE, prepare=_one)]
    if fleet.phase_readings <= _MOST_ONE_BY_ONE:
        sides.append(Side(name=_REFERENCE, prepare=_reference))
    return Case(
        name=f"electrical-{fleet.meters}x{fleet.readings}-{fleet.faulty:.0%}",
        title=f"{fleet.phase_readings:,} phase readings, {fleet.faulty:.0%} of the meters faulty",
        facts={
            "meters": fleet.meters,
            "phase readings": fleet.phase_readings,
            "minutes between": fleet.minutes,
            "seed": fleet.seed,
        },
        make=lambda home: _made(fleet, home),
        sides=sides,
    )


def _one_rule(fleet: Fleet) -> Case:
    """Return the case of one rule, which a query can tell as well."""
    ours = "benchmarks.theft.with_powerchannel"
    return Case(
        name=f"voltage-loss-{fleet.meters}x{fleet.readings}-{fleet.faulty:.0%}",
        title=f"{fleet.phase_readings:,} phase readings, voltage loss alone",
        facts={"meters": fleet.meters, "phase readings": fleet.phase_readings, "seed": fleet.seed},
        make=lambda home: _made(fleet, home),
        sides=[
            Side(name=_TWO, prepare=later(ours, "voltage_losses", threads=2)),
            Side(name=_ONE, prepare=later(ours, "voltage_losses", threads=1)),
            Side(
                name=_POLARS,
                prepare=later("benchmarks.theft.with_polars", "voltage_losses"),
                needs="polars",
            ),
        ],
    )


def _made(fleet: Fleet, home: Path) -> Fleet:
    del home  # nothing is written
    return fleet


def _one(fleet: Fleet) -> Run:
    return _columns(fleet, 1)


def _two(fleet: Fleet) -> Run:
    return _columns(fleet, 2)


def _columns(fleet: Fleet, threads: int) -> Run:
    measured, points, rules = fleet.measured(), fleet.points(), all_rules()

    def run() -> Read:
        found = find_episodes(measured, points, rules, threads=threads)
        return lambda: _answer(found)

    return run


def _reference(fleet: Fleet) -> Run:
    measured, rules = fleet.measured(), all_rules()
    voltage, basic, most = RATED
    point = Point(
        wiring="three_phase_four_wire",
        rated_voltage=voltage,
        rated_current=basic,
        maximum_current=most,
    )
    columns = (measured.voltage, measured.current, measured.power)
    rows = zip(measured.at.tolist(), *(map(tuple, each.tolist()) for each in columns), strict=True)
    readings = [Reading(at=at, voltage=u, current=i, power=p) for at, u, i, p in rows]

    def run() -> Read:
        found = [
            (meter, each.rule, each.phase, each.span.started_at, each.span.ended_at or NAT)
            for meter in range(fleet.meters)
            for each in find_all(
                readings[meter * fleet.readings : (meter + 1) * fleet.readings], point, rules
            )
        ]
        order = sorted(found, key=lambda row: (row[0], row[3], row[1], row[2]))
        return lambda: {"episodes": np.array(order, np.int64).reshape(-1, 5)}

    return run


def _answer(found: Episodes) -> Answer:
    columns = (found.meter, found.rule, found.phase, found.started_at, found.ended_at)
    return {"episodes": np.stack([column.astype(np.int64) for column in columns], axis=1)}
