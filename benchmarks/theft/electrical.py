"""Phase readings through all electrical rules: columns beside the readable reference."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import numpy as np
from attrs import frozen

from benchmarks.cases import Answer, Case, Read, Run, Side
from benchmarks.results import Goal, Results
from powerchannel.rulebook import structure
from powerchannel.rulebook.parsing import parse
from powerchannel.theft.electrical import (
    ElectricalRules,
    Episodes,
    Measured,
    Points,
    find_episodes,
)
from powerchannel.theft.electrical.reference import Point, Reading, find_all
from powerchannel.times import NAT

__all__ = ["Fleet", "electrical_cases", "electrical_goals"]

_ONE, _TWO, _REFERENCE = (
    "powerchannel, one thread",
    "powerchannel, two threads",
    "reading by reading",
)
_MILLION = 10**6
_MINUTE_US = 60_000_000
_RATED = (220.0, 5.0, 60.0)


@frozen(kw_only=True)
class Fleet:
    """So many three-phase four-wire meters, some of them with a fault.

    Parameters
    ----------
    meters, readings : int
        Readings of each meter.
    minutes : int
        Between readings.
    faulty : float
        The share with a lost voltage, a lost current or an outage.
    """

    meters: int
    readings: int
    minutes: int
    faulty: float
    seed: int = 1

    @property
    def phase_readings(self) -> int:
        """How many triples of voltage, current and power."""
        return 3 * self.meters * self.readings

    def points(self) -> Points:
        """Return the meters, all alike."""
        voltage, basic, most = (np.full(self.meters, value) for value in _RATED)
        return Points(
            wiring=np.ones(self.meters, np.uint8),
            rated_voltage=voltage,
            rated_current=basic,
            maximum_current=most,
        )

    def measured(self) -> Measured:
        """Return readings: 220 V within 1 %, 2 to 6 A, 3 % between phases."""
        rng = np.random.default_rng(self.seed)
        shape = (3, self.meters, self.readings)
        voltage = np.round(220 * (1 + 0.01 * rng.uniform(-1, 1, shape)), 1)
        current = np.round(rng.uniform(2, 6, shape[1:]) * rng.uniform(0.97, 1, shape), 3)
        third = self.readings // 3
        for i, meter in enumerate(np.flatnonzero(rng.random(self.meters) < self.faulty)):
            if i % 3 == 0:
                voltage[i % 2, meter, third:] = 100.0
            elif i % 3 == 1:
                current[i % 2, meter, third : 2 * third] = 0.0
            else:
                voltage[:, meter, :third] = current[:, meter, :third] = 0.0
        power = np.round(0.95 * voltage * current / 1000, 4)
        return Measured(
            meter=np.repeat(np.arange(self.meters), self.readings),
            at=np.tile(np.arange(self.readings) * self.minutes * _MINUTE_US, self.meters),
            voltage=voltage.reshape(3, -1).T,
            current=current.reshape(3, -1).T,
            power=power.reshape(3, -1).T,
        )


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
    return tuple(_case(fleet) for fleet in _SIZES.get(sizes, _SIZES["small"]))


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


def _made(fleet: Fleet, home: Path) -> Fleet:
    del home  # nothing is written
    return fleet


def _one(fleet: Fleet) -> Run:
    return _columns(fleet, 1)


def _two(fleet: Fleet) -> Run:
    return _columns(fleet, 2)


def _columns(fleet: Fleet, threads: int) -> Run:
    measured, points, rules = fleet.measured(), fleet.points(), _rules()

    def run() -> Read:
        found = find_episodes(measured, points, rules, threads=threads)
        return lambda: _answer(found)

    return run


def _reference(fleet: Fleet) -> Run:
    measured, rules = fleet.measured(), _rules()
    voltage, basic, most = _RATED
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


def _rules() -> ElectricalRules:
    file = files("powerchannel") / "theft" / "rulebooks" / "dlt698-theft.toml"
    document = parse(file.read_text(encoding="utf-8"), "toml", "$")["electrical"]
    assert isinstance(document, dict)
    return structure(ElectricalRules, document)
