"""Meter readings near the limits of the rules, at random, for columns and for the reference."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from powerchannel.rulebook import structure
from powerchannel.rulebook.parsing import parse
from powerchannel.theft.electrical import ElectricalRules, Episodes, Measured, Points
from powerchannel.theft.electrical.reference import Found, Point, Reading
from powerchannel.theft.electrical.rules import WIRINGS
from powerchannel.times import NAT

SECOND = 1_000_000
MINUTE = 60 * SECOND
START = 1_714_500_000 * SECOND

# Values at, just below and just above the limits of the bundled rules, for 220 V and 5 (60) A.
_VOLTS = [0, 131.9, 132, 132.1, 154, 154.1, 171.5, 171.6, 171.7, 187, 187.1, 220, 264, 264.1]
_AMPERES = [0, 0.0249, 0.025, 0.0251, 0.25, 0.2501, 3, 5, -5, 7.1, 72, 72.1]
_KILOWATTS = [-5, -0.0056, -0.0055, -0.0054, 0, 0.6, 1.1, 15.8, 15.9, 50]
_STEPS = [SECOND, 59 * SECOND, MINUTE, 61 * SECOND, 15 * MINUTE, 60 * MINUTE, 60 * MINUTE + SECOND]


@cache
def bundled_rules() -> ElectricalRules:
    """The electrical part of the bundled rulebook."""
    file = files("powerchannel") / "theft" / "rulebooks" / "dlt698-theft.toml"
    document = parse(file.read_text(encoding="utf-8"), "toml", "$")["electrical"]
    assert isinstance(document, dict)
    return structure(ElectricalRules, document, where="$.electrical")


def points(wiring: NDArray[np.uint8]) -> Points:
    count = len(wiring)
    return Points(
        wiring=wiring,
        rated_voltage=np.full(count, 220.0),
        rated_current=np.full(count, 5.0),
        maximum_current=np.full(count, 60.0),
    )


def _kept(
    random: np.random.Generator, values: list[float], shape: tuple[int, int], missing: float
) -> NDArray[np.float64]:
    """Values that stay for a while, some of them not measured."""
    drawn = random.choice(values, shape).astype(np.float64)
    stays = random.random(shape) < 0.8
    rows = np.where(stays, 0, np.arange(shape[0])[:, None])
    held = np.take_along_axis(drawn, np.maximum.accumulate(rows, axis=0), axis=0)
    held[random.random(shape) < missing] = np.nan
    return held


def measured_at_random(seed: int, meters: int = 6, rows: int = 60) -> tuple[Measured, Points]:
    """A few meters of all wirings with gaps and readings not measured."""
    random = np.random.default_rng(seed)
    counts = random.integers(1, rows, meters)
    meter = np.repeat(np.arange(meters), counts)
    at = START + np.cumsum(random.choice(_STEPS, len(meter)))
    shape, missing = (len(meter), 3), random.choice([0, 0.03, 0.2])
    return (
        Measured(
            meter=meter,
            at=at,
            voltage=_kept(random, _VOLTS, shape, missing),
            current=_kept(random, _AMPERES, shape, missing),
            power=_kept(random, _KILOWATTS, shape, missing),
            neutral_current=_kept(random, _AMPERES, shape, missing)[:, 0],
        ),
        points(random.integers(0, 3, meters).astype(np.uint8)),
    )


def _given(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _three(row: NDArray[np.float64]) -> tuple[float | None, float | None, float | None]:
    a, b, c = map(_given, row)
    return a, b, c


def readings_of(measured: Measured, meter: int) -> list[Reading]:
    neutral = measured.neutral_current
    return [
        Reading(
            at=int(measured.at[row]),
            voltage=_three(measured.voltage[row]),
            current=_three(measured.current[row]),
            power=_three(measured.power[row]),
            neutral_current=None if neutral is None else _given(neutral[row]),
        )
        for row in np.flatnonzero(measured.meter == meter)
    ]


def point_of(points: Points, meter: int) -> Point:
    return Point(
        wiring=WIRINGS[points.wiring[meter]],
        rated_voltage=float(points.rated_voltage[meter]),
        rated_current=float(points.rated_current[meter]),
        maximum_current=float(points.maximum_current[meter]),
    )


def told(episodes: Episodes) -> list[tuple[int, ...]]:
    """Meter, start, rule, phase, end (0: lasts), ending, samples and worst value of each."""
    return [
        (meter, start, rule, phase, 0 if end == NAT else end, ending, samples, worst)
        for meter, start, rule, phase, end, ending, samples, worst in zip(
            episodes.meter.tolist(),
            episodes.started_at.tolist(),
            episodes.rule.tolist(),
            episodes.phase.tolist(),
            episodes.ended_at.tolist(),
            episodes.ending.tolist(),
            episodes.samples.tolist(),
            episodes.worst.tolist(),
            strict=True,
        )
    ]


def told_by_reference(meter: int, found: list[Found]) -> list[tuple[int, ...]]:
    return [
        (
            meter,
            each.span.started_at,
            each.rule,
            each.phase,
            each.span.ended_at or 0,
            int(each.span.ending),
            each.span.samples,
            each.span.worst,
        )
        for each in found
    ]
