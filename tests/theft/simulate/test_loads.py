from __future__ import annotations

import numpy as np
import pytest

from powerchannel.theft.simulate import clean_load, meter
from powerchannel.theft.simulate.wirings import WIRINGS, wiring_named


@pytest.mark.parametrize("name", WIRINGS.names())
def test_a_clean_load_lies_where_it_is_said_to(name):
    load, wiring = clean_load(name, 20_000, random_state=0), wiring_named(name)
    volt = load.voltage_v / wiring.rated_voltage_v
    assert 0.93 <= volt.min() < 0.931
    assert 1.069 < volt.max() <= 1.07
    assert 0.05 <= load.current_a.min() / wiring.rated_current_a < 0.051
    assert 0.99 < load.current_a.max() / wiring.maximum_current_a <= 1
    assert np.log(load.current_a).mean() == pytest.approx(
        np.log([0.05 * wiring.rated_current_a, wiring.maximum_current_a]).mean(), abs=0.05
    )
    assert -0.3 <= load.phi_rad.min() < load.phi_rad.max() <= 0.9
    assert 0 <= load.unbalance.min() < load.unbalance.max() <= 0.25


def test_the_same_seed_gives_the_same_load():
    first, again = (clean_load("34", 5, random_state=3) for _ in range(2))
    np.testing.assert_array_equal(first.current_a, again.current_a)


def test_a_meter_takes_every_step_of_it():
    load = clean_load("34", 60, random_state=1)
    found = meter(
        "34",
        voltage_v=load.voltage_v,
        current_a=load.current_a,
        phi_rad=load.phi_rad,
        unbalance=load.unbalance,
        resolution=None,
    )
    size = found.phase_readings["current_a"].to_numpy().reshape(60, 3)
    np.testing.assert_allclose(1 - size.min(axis=1) / size.max(axis=1), load.unbalance)
    np.testing.assert_allclose(size[:, 0], load.current_a)
