from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from powerchannel.errors import TableError
from powerchannel.theft.electrical import measured_of
from powerchannel.theft.recovery import correction_factor, lost_by_factor, lost_by_phases
from powerchannel.theft.simulate import faults, meter

LISTED = faults()
TOLD_BY_PHASES = [
    (wiring, fault, damage)
    for wiring, fault in zip(LISTED["wiring"], LISTED["fault"], strict=True)
    for prefix, damage in (
        ("voltage_open_", "voltage"),
        ("voltage_weak_", "voltage"),
        ("current_open_", "current"),
        ("current_shunted_", "current"),
        ("current_reversed_", "direction"),
    )
    if fault.startswith(prefix)
    and wiring != "single_phase"
    and not (wiring == "three_phase_three_wire" and fault in ("voltage_open_b", "voltage_weak_b"))
]


def lost_of(found, damaged, frame=None, *, balance_ratio=0.02, **options):
    measured, points = measured_of(found.phase_readings if frame is None else frame, found.points)
    return lost_by_phases(
        found.wiring,
        measured,
        damaged,
        hours=found.step_minutes / 60,
        ratio=points.ratio[0],
        balance_ratio=balance_ratio,
        **options,
    )


@pytest.mark.parametrize(("wiring", "fault", "damage"), TOLD_BY_PHASES)
def test_phases_tell_what_was_lost_within_two_percent(wiring, fault, damage):
    """A day of readings every 15 minutes with 1 % noise and the digits of a meter."""
    load = 1.5 * (1.2 + np.sin(np.arange(96) / 15))
    options = {"current_a": load, "minutes": 1440, "step_minutes": 15}
    found = meter(wiring, fault, phi_rad=0.5, noise=0.01, random_state=7, **options)
    lost = lost_of(found, dict.fromkeys(fault.rsplit("_", 1)[1], damage))
    assert lost.kwh == pytest.approx(found.lost_kwh, rel=0.02)
    assert lost.low_kwh <= found.lost_kwh <= lost.high_kwh
    assert lost.hours == pytest.approx(24)
    assert lost.method == "phases"


@given(
    case=st.sampled_from([(w, f) for w, f, _ in TOLD_BY_PHASES]),
    phi=st.floats(-0.5, 1.0),
)
def test_on_a_balanced_load_the_factor_tells_it_exactly(case, phi):
    found = meter(*case, phi_rad=phi, minutes=3)
    lost = lost_by_factor(found.recorded_kwh, correction_factor(*case, phi), balance_ratio=0.02)
    if math.isnan(found.correction_factor):
        assert math.isnan(lost.kwh)
        assert lost.note is not None
    else:
        assert lost.kwh == pytest.approx(found.lost_kwh, rel=1e-9)
        assert 0 <= lost.low_kwh <= lost.kwh <= lost.high_kwh


def test_the_two_ways_agree():
    found = meter("33", "voltage_open_c", phi_rad=0.4, minutes=30)
    by_factor = lost_by_factor(
        found.recorded_kwh, correction_factor("33", "voltage_open_c", 0.4), balance_ratio=0.02
    )
    by_phases = lost_of(found, {"c": "voltage"})
    assert by_phases.kwh == pytest.approx(by_factor.kwh, rel=2e-3)


def test_phases_that_differ_widen_the_interval():
    """Healthy phases of 75 % and 50 % of the lost one: neither tells it, and the interval shows."""
    found = meter("34", "current_open_a", unbalance=0.5)
    even = lost_of(meter("34", "current_open_a"), {"a": "current"})
    uneven = lost_of(found, {"a": "current"})
    assert uneven.high_kwh - uneven.low_kwh > 5 * (even.high_kwh - even.low_kwh)


def test_a_bypassed_neutral_tells_what_the_live_wire_did_not_carry():
    found = meter("single_phase", "live_shunted", noise=0.01, random_state=1, minutes=240)
    lost = lost_of(found, {"a": "neutral"})
    assert lost.kwh == pytest.approx(found.lost_kwh, rel=0.02)


def test_where_nothing_is_left_to_compare_with_nothing_is_told():
    found = meter("33", "voltage_open_b")
    lost = lost_of(found, {"a": "voltage", "c": "voltage"})
    assert math.isnan(lost.kwh)
    assert "healthy" in lost.note.en
    assert lost.hours == 0


def test_what_was_not_read_counts_nothing():
    found = meter("34", "voltage_open_a", minutes=10)
    frame = found.phase_readings.copy()
    frame.loc[frame["read_at"] >= frame["read_at"].iloc[15], "active_power_kw"] = np.nan
    lost = lost_of(found, {"a": "voltage"}, frame)
    assert lost.kwh == pytest.approx(found.lost_kwh / 2, rel=1e-3)
    assert lost.hours == pytest.approx(5 / 60)


def test_where_one_phase_is_not_read_another_one_tells():
    found = meter("34", "voltage_open_a", minutes=10, resolution=None)
    frame = found.phase_readings.copy()
    frame.loc[(frame["phase"] == "b").to_numpy() & (np.arange(30) < 12), "current_a"] = np.nan
    lost = lost_of(found, {"a": "voltage"}, frame, balance_ratio=0.0)
    assert lost.low_kwh == pytest.approx(found.lost_kwh)
    assert lost.high_kwh == pytest.approx(found.lost_kwh)


def test_a_refund_stays_a_refund():
    lost = lost_by_factor(1000.0, 0.99, balance_ratio=0.02)
    assert lost.kwh == pytest.approx(-10)
    assert lost.high_kwh == 0


def test_a_phase_that_is_not_measured_is_refused():
    with pytest.raises(TableError, match="measures a, c"):
        lost_of(meter("33"), {"b": "voltage"})
