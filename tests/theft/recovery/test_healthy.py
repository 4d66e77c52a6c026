from __future__ import annotations

import numpy as np
import pytest

from powerchannel.theft.electrical import measured_of
from powerchannel.theft.recovery.healthy import healthy_ratios
from powerchannel.theft.simulate import meter


def ratios_of(wiring, hours_each, **load):
    found = meter(wiring, minutes=60, **load)
    measured, points = measured_of(found.phase_readings, found.points)
    hours = np.full(len(measured), hours_each)
    return healthy_ratios(measured, points.wiring[measured.meter], hours, measured.meter, 1)


def test_ratios_of_four_wires_are_those_of_the_currents_or_none():
    """Currents of 1, 0.9 and 0.8: by the next phase, and by the one after it."""
    voltage, current = ratios_of("34", 1.0, unbalance=0.2)[:, :, 0]
    np.testing.assert_allclose(voltage, 1, rtol=5e-3)
    np.testing.assert_allclose(
        current, [[1 / 0.9, 0.9 / 0.8, 0.8], [1 / 0.8, 0.9, 0.8 / 0.9]], 5e-3
    )


def test_three_wires_tell_each_element_by_the_other_alone():
    _, current = ratios_of("33", 1.0, unbalance=0.2, phi_rad=0.3)[:, :, 0]
    assert np.isnan(current[:, 1]).all()
    assert (~np.isnan(current[:, [0, 2]])).sum() == 2
    even = ratios_of("33", 1.0, phi_rad=0.3)[:, :, 0]
    np.testing.assert_allclose(even[~np.isnan(even)], 1, rtol=5e-3)


def test_less_than_a_day_tells_nothing():
    assert np.isnan(ratios_of("34", 0.38)).all()
    assert np.isfinite(ratios_of("34", 0.39)).all()


def test_a_phase_without_load_tells_nothing():
    found = ratios_of("34", 1.0, current_a=0.0)
    assert np.isnan(found).all()


def test_each_group_has_its_own():
    found = meter("34", unbalance=0.2, minutes=120)
    measured, points = measured_of(found.phase_readings, found.points)
    group = (np.arange(len(measured)) >= 60).astype(np.int64)
    wiring, hours = points.wiring[measured.meter], np.where(group == 0, 1.0, 0.1)
    ratios = healthy_ratios(measured, wiring, hours, group, 2)
    assert ratios[1, 0, 0, 0] == pytest.approx(1 / 0.9, rel=5e-3)
    assert np.isnan(ratios[:, :, 1]).all()
