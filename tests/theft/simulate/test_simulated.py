from __future__ import annotations

import math

import pytest

from powerchannel.theft.simulate import meter


def test_energy_is_that_of_the_time_of_the_fault():
    """Half an hour of 3 x 220 V x 1.5 A x 40 at unity: 19.8 kWh, a third of it lost."""
    found = meter("34", "voltage_open_a", phi_rad=0.0, fault_from_minutes=30)
    assert found.true_kwh == pytest.approx(19.8)
    assert found.recorded_kwh == pytest.approx(13.2)
    assert found.lost_kwh == pytest.approx(6.6)
    assert found.correction_factor == pytest.approx(1.5)


def test_there_is_no_factor_where_nothing_or_less_was_recorded_or_drawn():
    for fault in ("currents_swapped_ab", "current_reversed_ab", "outage", "photovoltaic_export"):
        assert math.isnan(meter("34", fault).correction_factor)


def test_rules_are_named_once():
    assert meter("34", "overload").rules == ("overcurrent", "overload", "demand_over_limit")
    assert meter("34", "phase_sequence_reversed").rules == (
        "voltage_phase_sequence",
        "current_phase_sequence",
    )


def test_a_reading_is_set_and_the_truth_stays():
    before = meter("34", minutes=4)
    after = before.with_reading("c", "current_a", 0.008, steps=slice(2, None))
    rows = after.phase_readings
    assert rows[rows["phase"] == "c"]["current_a"].tolist() == [1.5, 1.5, 0.008, 0.008]
    assert rows[rows["phase"] != "c"]["current_a"].eq(1.5).all()
    assert before.phase_readings["current_a"].eq(1.5).all()
    assert after.lost_kwh == 0
