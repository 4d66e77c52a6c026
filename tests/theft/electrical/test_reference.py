"""The readable specification and the columns find the same, number for number."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from powerchannel.theft.electrical import Outages, find_episodes
from powerchannel.theft.electrical.reference import find_all, limit
from powerchannel.times import NAT
from readings_at_random import (
    bundled_rules,
    measured_at_random,
    point_of,
    readings_of,
    told,
    told_by_reference,
)


@given(seed=st.integers(0, 10**6))
def test_columns_and_reference_agree(seed: int) -> None:
    measured, points = measured_at_random(seed)
    rules = bundled_rules()
    expected = [
        one
        for meter in range(len(points))
        for one in told_by_reference(
            meter, find_all(readings_of(measured, meter), point_of(points, meter), rules)
        )
    ]
    assert told(find_episodes(measured, points, rules)) == sorted(expected)


@settings(max_examples=10)
@given(seed=st.integers(0, 10**6))
def test_they_agree_about_known_outages(seed: int) -> None:
    measured, points = measured_at_random(seed)
    rules, random = bundled_rules(), np.random.default_rng(seed)
    meter = random.integers(0, len(points), 4)
    start, stop = np.sort(random.choice(measured.at, (2, 4)), axis=0)
    stop[0] = NAT
    outages = Outages(meter=meter, started_at=start, ended_at=stop)
    expected = []
    for row in range(len(points)):
        at = measured.at[measured.meter == row]
        within = [
            any(
                m == row and s <= t and (e in (NAT,) or t < e)
                for m, s, e in zip(meter, start, stop, strict=True)
            )
            for t in at
        ]
        found = find_all(readings_of(measured, row), point_of(points, row), rules, outage=within)
        expected += told_by_reference(row, found)
    assert told(find_episodes(measured, points, rules, outages=outages)) == sorted(expected)


@pytest.mark.parametrize("wiring", [0, 1, 2])
def test_limits_are_the_numbers_a_meter_prints(wiring: int) -> None:
    _, points = measured_at_random(3, meters=1)
    points.wiring[:] = wiring
    for rule in bundled_rules().rules:
        for condition in rule.start:
            assert limit(condition, point_of(points, 0)) == points.limits(condition)[0]
