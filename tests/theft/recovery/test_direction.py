from __future__ import annotations

import numpy as np
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from powerchannel.theft.electrical import Measured, measured_of
from powerchannel.theft.recovery.direction import Direction, directions
from powerchannel.theft.simulate import faults, meter

LISTED = [(w, f) for w, f in faults()[["wiring", "fault"]].itertuples(index=False)]
EXCHANGED = [each for each in LISTED if each[1].startswith(("currents_", "voltages_"))]
REVERSED = [each for each in LISTED if each[1].startswith("current_reversed_")]
THREE_WIRE = "three_phase_three_wire"


def readings_of(wiring, fault, *, has_reactive=True, **options) -> tuple[Measured, np.ndarray]:
    found = meter(wiring, fault, minutes=2, resolution=None, **options)
    measured, points = measured_of(found.phase_readings, found.points)
    known = measured if has_reactive else evolve(measured, reactive=None)
    return known, points.wiring[measured.meter]


def told(measured, wiring):
    """The direction of the phases that flow backwards, and which these are."""
    backwards = measured.power < 0
    return directions(measured, wiring, backwards.astype(np.uint8)), backwards


@given(planted=st.sampled_from(REVERSED), phi=st.floats(-0.34, 0.69), has_reactive=st.booleans())
def test_a_reversed_transformer_is_told(planted, phi, has_reactive):
    measured, wiring = readings_of(*planted, phi_rad=phi, has_reactive=has_reactive)
    found, backwards = told(measured, wiring)
    has_healthy = (~backwards & (measured.current > 0)).any()
    is_told = has_reactive or has_healthy or planted[0] == "single_phase"
    expected = Direction.REVERSED if is_told else Direction.UNTOLD
    assert backwards.any()
    assert (found[backwards] == expected).all()


@given(planted=st.sampled_from(EXCHANGED), phi=st.floats(-0.34, 0.69))
def test_an_exchanged_circuit_is_not_taken_for_a_reversed_transformer(planted, phi):
    found, backwards = told(*readings_of(*planted, phi_rad=phi))
    assert (found[backwards] == Direction.UNTOLD).all()


@given(phi=st.floats(1.1, 1.4), sign=st.sampled_from([1, -1]), has_reactive=st.booleans())
def test_an_element_of_three_wires_may_flow_backwards_by_itself(phi, sign, has_reactive):
    found, backwards = told(
        *readings_of(THREE_WIRE, "none", phi_rad=sign * phi, has_reactive=has_reactive)
    )
    assert backwards.any()
    assert (found[backwards] == Direction.OWN).all()


@given(planted=st.sampled_from(LISTED), phi=st.floats(-0.34, 0.69))
def test_reactive_power_that_was_not_read_is_as_none(planted, phi):
    """A table has a column of it for all meters, whether they tell it or not."""
    measured, wiring = readings_of(*planted, phi_rad=phi)
    without = evolve(measured, reactive=None)
    empty = evolve(measured, reactive=np.full_like(measured.power, np.nan))
    mixed = evolve(measured, reactive=measured.reactive.copy())
    mixed.reactive[-1:] = np.nan
    has_well = ((measured.power >= 0) & (measured.current > 0)).any(axis=1)
    expected = told(without, wiring)[0]
    np.testing.assert_array_equal(told(empty, wiring)[0], expected)
    both = np.append(told(measured, wiring)[0][:-1], expected[-1:], axis=0)
    np.testing.assert_array_equal(told(mixed, wiring)[0][has_well], both[has_well])
