from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from powerchannel.theft.simulate.effects import Effect
from powerchannel.theft.simulate.phasors import Load, at_load, at_meter
from powerchannel.theft.simulate.wirings import wiring_named

ANGLES = st.floats(-1.5, 1.5)
SHARES = st.floats(0, 1)


def load_of(phi=0.3, unbalance=0.0, voltage=100.0, current=2.0):
    return Load(
        voltage_v=np.array([voltage]),
        current_a=np.array([current]),
        phi_rad=np.array([phi]),
        unbalance=np.array([unbalance]),
    )


@given(phi=ANGLES)
def test_a_balanced_load_draws_what_the_textbook_says(phi):
    """U I cos(phi); three times that of four wires; root three of three wires."""
    for name, times in (("single_phase", 1), ("34", 3), ("33", 3**0.5)):
        flows = at_load(wiring_named(name), load_of(phi), Effect())
        assert flows.power.real.sum() == pytest.approx(times * 200 * np.cos(phi), abs=1e-9)
        assert flows.power.imag.sum() == pytest.approx(times * 200 * np.sin(phi), abs=1e-9)


@given(phi=ANGLES, unbalance=SHARES, name=st.sampled_from(["single_phase", "34", "33"]))
def test_a_right_meter_measures_what_flows(phi, unbalance, name):
    """Two elements measure three wires rightly however unbalanced: Blondel's theorem."""
    wiring = wiring_named(name)
    flows = at_load(wiring, load_of(phi, unbalance), Effect())
    seen = at_meter(wiring, flows, Effect())
    np.testing.assert_allclose(seen.power.sum(), flows.power.sum(), atol=1e-9)


@given(unbalance=SHARES)
def test_unbalance_is_what_lies_between_the_largest_and_the_smallest(unbalance):
    flows = at_load(wiring_named("34"), load_of(unbalance=unbalance), Effect())
    size = np.abs(flows.current[0])
    assert (size.max() - size.min()) / size.max() == pytest.approx(unbalance)


@given(unbalance=SHARES)
def test_three_wires_have_no_other_way_back(unbalance):
    flows = at_load(wiring_named("33"), load_of(unbalance=unbalance), Effect())
    assert abs(flows.current.sum()) < 1e-12


def test_elements_of_three_wires_are_thirty_degrees_off():
    """U_ab leads U_a by 30 degrees, and U_cb lags U_c by as much."""
    wiring = wiring_named("33")
    seen = at_meter(wiring, at_load(wiring, load_of(0.2), Effect()), Effect())
    angles = np.angle(seen.voltage / seen.current)[0, [0, 2]]
    np.testing.assert_allclose(angles, [0.2 + np.pi / 6, 0.2 - np.pi / 6])
    np.testing.assert_allclose(np.abs(seen.voltage)[0], [100, 0, 100])


def test_an_open_lead_of_b_leaves_half_of_u_ac_to_each_element():
    wiring = wiring_named("33")
    flows = at_load(wiring, load_of(), Effect())
    seen = at_meter(wiring, flows, Effect(voltage_gain=(1.0, 0.0, 1.0)))
    np.testing.assert_allclose(np.abs(seen.voltage)[0], [50, 0, 50])
    np.testing.assert_allclose(seen.voltage[0, 0], -seen.voltage[0, 2])


def test_terminals_are_fed_from_where_the_order_says():
    wiring = wiring_named("34")
    flows = at_load(wiring, load_of(), Effect())
    seen = at_meter(wiring, flows, Effect(voltage_order=(1, 0, 2), current_order=(2, 1, 0)))
    np.testing.assert_array_equal(seen.voltage[0], flows.voltage[0, [1, 0, 2]])
    np.testing.assert_array_equal(seen.current[0], flows.current[0, [2, 1, 0]])


def test_export_turns_the_power_round():
    wiring = wiring_named("34")
    use = at_load(wiring, load_of(), Effect())
    export = at_load(wiring, load_of(), Effect(is_export=True))
    np.testing.assert_allclose(export.power, -use.power)


def test_an_overload_is_told_by_the_maximum_of_the_meter():
    flows = at_load(wiring_named("34"), load_of(), Effect(load_of_maximum=1.5))
    np.testing.assert_allclose(np.abs(flows.current[0]), 9.0)
