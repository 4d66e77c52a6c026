from __future__ import annotations

import numpy as np
import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from powerchannel.theft.electrical import Measured, measured_of
from powerchannel.theft.recovery.expected import CODES, expected_power, row_means
from powerchannel.theft.simulate import meter


def readings_of(*arguments, **options):
    found = meter(*arguments, minutes=2, resolution=None, **options)
    return measured_of(found.phase_readings, found.points)


def told(measured, points, damaged, phase, **options):
    """By each way, the power of one phase."""
    damage = np.zeros((len(measured), 3), dtype=np.uint8)
    for each, code in damaged.items():
        damage[:, "abc".index(each)] = CODES[code]
    ways = expected_power(measured, points.wiring[measured.meter], damage, **options)
    return ways[:, :, "abc".index(phase)]


@given(
    wiring=st.sampled_from(["34", "33"]),
    phase=st.sampled_from("ac"),
    phi=st.floats(-1.4, 1.4),
    damage=st.sampled_from(["voltage", "current"]),
)
def test_of_a_balanced_load_every_way_tells_what_a_right_meter_has(wiring, phase, phi, damage):
    right, _ = readings_of(wiring, phi_rad=phi)
    ways = told(*readings_of(wiring, f"{damage}_open_{phase}", phi_rad=phi), {phase: damage}, phase)
    is_told = ~np.isnan(ways)
    assert is_told.sum() == (4 if wiring == "34" else 2)
    own = np.broadcast_to(right.power[:, "abc".index(phase)], ways.shape)
    np.testing.assert_allclose(ways[is_told], own[is_told], atol=1e-9)


def test_healthy_phases_are_not_told():
    measured, points = readings_of("34", "voltage_open_a")
    for phase in "bc":
        assert np.isnan(told(measured, points, {"a": "voltage"}, phase)).all()


def test_only_healthy_phases_tell():
    measured, points = readings_of("34", "voltage_open_ab")
    damaged = {"a": "voltage", "b": "voltage"}
    right, _ = readings_of("34")
    by_b, by_c = told(measured, points, damaged, "a")
    assert np.isnan(by_b).all()
    np.testing.assert_allclose(by_c, right.power[:, 0])
    measured, points = readings_of("33", "voltage_open_b")
    assert np.isnan(told(measured, points, {"a": "voltage", "c": "voltage"}, "a")).all()


@pytest.mark.parametrize("wiring", ["single_phase", "34", "33"])
def test_a_reversed_element_counts_forward(wiring):
    measured, points = readings_of(wiring, "current_reversed_a")
    forward = told(measured, points, {"a": "direction"}, "a")[0]
    np.testing.assert_allclose(forward, -measured.power[:, 0])


def test_the_live_wire_carries_what_the_neutral_does():
    right = readings_of("single_phase")[0].power[:, 0]
    partly, wholly = (
        readings_of("single_phase", fault) for fault in ("live_shunted", "exchanged_and_earthed")
    )
    damaged = {"a": "neutral"}
    np.testing.assert_allclose(told(*partly, damaged, "a")[0], right)
    assert np.isnan(told(*wholly, damaged, "a")).all()
    np.testing.assert_allclose(told(*wholly, damaged, "a", phi_rad=0.3)[0], right)
    without = evolve(partly[0], neutral_current=None)
    assert np.isnan(told(without, partly[1], damaged, "a")).all()


def test_a_neutral_that_carries_less_loses_nothing():
    """The meter measures the live wire: what returns past the neutral was recorded."""
    measured, points = readings_of("single_phase", "neutral_bypassed")
    assert (measured.neutral_current < measured.current[:, 0]).all()
    np.testing.assert_allclose(
        told(measured, points, {"a": "neutral"}, "a")[0], measured.power[:, 0]
    )


def test_without_load_nothing_is_expected():
    nothing = np.zeros((1, 3))
    idle = Measured(
        meter=np.zeros(1, np.int64),
        at=np.zeros(1, np.int64),
        voltage=np.array([[0.0, 220.0, 220.0]]),
        current=nothing,
        power=nothing,
    )
    damage = np.array([[CODES["voltage"], 0, 0]], dtype=np.uint8)
    ways = expected_power(idle, np.array([1], dtype=np.uint8), damage)
    assert ways[:, 0, 0].tolist() == [0, 0]


def test_the_angle_may_be_given_where_there_is_no_reactive_power():
    measured, points = readings_of("33", "voltage_open_a", phi_rad=0.5)
    without = evolve(measured, reactive=None)
    assert np.isnan(told(without, points, {"a": "voltage"}, "a")).all()
    _, by_c = told(without, points, {"a": "voltage"}, "a", phi_rad=0.5)
    np.testing.assert_allclose(by_c, 0.15 * np.cos(0.5 + np.pi / 6))


def test_several_meters_are_told_at_once():
    four, three = readings_of("34", "voltage_open_a"), readings_of("33", "voltage_open_a")
    both = Measured(
        meter=np.array([0, 0, 1, 1]),
        at=np.concatenate([four[0].at, three[0].at]),
        **{
            name: np.concatenate([getattr(four[0], name), getattr(three[0], name)])
            for name in ("voltage", "current", "power", "reactive")
        },
    )
    damage = np.array([[CODES["voltage"], 0, 0]] * 4, dtype=np.uint8)
    ways = expected_power(both, np.array([1, 1, 2, 2], dtype=np.uint8), damage)
    np.testing.assert_array_equal(ways[:, :2, 0], told(*four, {"a": "voltage"}, "a"))
    np.testing.assert_array_equal(ways[:, 2:, 0], told(*three, {"a": "voltage"}, "a"))


def test_means_stand_in_for_what_is_not_told():
    ways = row_means(np.array([[1.0, np.nan], [np.nan, np.nan]]))
    np.testing.assert_array_equal(ways, [[1.0, np.nan], [1.0, np.nan]])
