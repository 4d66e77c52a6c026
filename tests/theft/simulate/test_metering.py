from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from powerchannel.errors import TableError, UnknownNameError
from powerchannel.theft.simulate import faults, meter
from powerchannel.theft.simulate.wirings import wiring_named
from powerchannel.theft.tables import check

LISTED = faults()
CASES = list(zip(LISTED["wiring"], LISTED["fault"], strict=True))
RATED = {"single_phase": (220.0, 5.0), "34": (220.0, 1.5), "33": (100.0, 1.5)}


def of_phase(found, phase, column):
    rows = found.phase_readings
    return rows[rows["phase"] == phase][column].to_numpy()


@given(phi=st.floats(-1.5, 1.5), wiring=st.sampled_from(sorted(RATED)))
def test_a_right_meter_records_what_is_drawn(phi, wiring):
    found = meter(wiring, phi_rad=phi, minutes=2)
    np.testing.assert_allclose(found.recorded_kw, found.true_kw, rtol=1e-9, atol=1e-9)
    assert found.signs == ()
    assert found.cause == "normal"


@pytest.mark.parametrize(("wiring", "fault"), CASES)
def test_every_fault_shows_what_its_rules_look_for(wiring, fault):
    """The rules in their own words, at their default thresholds, with a margin of 5 %."""
    found = meter(wiring, fault, minutes=8)
    point = wiring_named(wiring)
    volt, ampere = point.rated_voltage_v, point.rated_current_a
    for sign in found.signs:
        for phase in sign.phases:
            u, i, p = (
                of_phase(found, phase, column)[0]
                for column in ("voltage_v", "current_a", "active_power_kw")
            )
            match sign.rule:
                case "voltage_loss":
                    assert u < 0.95 * 0.78 * volt
                    assert i > 0.005 * ampere
                case "phase_loss":
                    assert u < 0.95 * 0.6 * volt
                    assert i < 0.005 * ampere
                case "current_loss":
                    assert u > 0.7 * volt
                    assert i < 0.005 * ampere
                case "power_reversal":
                    assert p < -1.05 * 0.005 * volt * ampere / 1000
                case "current_break":
                    assert u > 1.05 * 0.6 * volt
                    assert i < 0.005 * ampere
                case "overvoltage":
                    assert u > 1.2 * volt
                case "undervoltage":
                    assert u < 0.95 * 0.78 * volt
                case "overcurrent":
                    assert i > 1.05 * 1.2 * point.maximum_current_a
                case "overload":
                    assert p > 1.05 * 1.2 * point.maximum_current_a * volt / 1000
                case _:
                    raise AssertionError(sign)
        if not sign.phases:
            assert sign.rule in set(found.events["event"]) | shown_by_the_meter(found)


def shown_by_the_meter(found):
    rows = found.phase_readings.iloc[:3]
    current = rows["current_a"].to_numpy()
    power = found.phase_readings.groupby("read_at")[["active_power_kw", "reactive_power_kvar"]]
    active, reactive = power.sum().to_numpy()[0]
    measured = current if found.wiring == "three_phase_four_wire" else current[:2]
    unbalance = 1 - measured.min() / max(measured.max(), 1e-9)
    shown = set()
    voltage, point = rows["voltage_v"].max(), wiring_named(found.wiring)
    if voltage < 0.95 * 0.6 * point.rated_voltage_v:
        is_idle = measured.max() < 0.005 * point.rated_current_a
        shown.add("outage" if is_idle else "total_voltage_loss")
    elements = {"single_phase": 1, "three_phase_four_wire": 3}.get(found.wiring, 3**0.5)
    most = elements * point.rated_voltage_v * point.maximum_current_a / 1000
    if abs(active) > 1.05 * 1.2 * most:
        shown.add("demand_over_limit")
    if 0.95 * unbalance > 0.3 and unbalance < 0.9:
        shown.add("current_unbalance")
    if unbalance > 0.92:
        shown.add("severe_current_unbalance")
    if active < 0.25 * np.hypot(active, reactive):
        shown.add("low_power_factor")
    if found.wiring == "single_phase" and unbalance > 0.25 and np.ptp(measured) > 1.1:
        shown.add("neutral_current_mismatch")
    return shown


def test_only_what_is_wrong_with_the_metering_loses_energy():
    for wiring, fault in CASES:
        found = meter(wiring, fault, minutes=2)
        if found.cause not in ("theft", "meter_fault", "wiring_mistake"):
            assert found.lost_kwh == pytest.approx(0, abs=1e-9)


@given(fraction=st.floats(0, 1), wiring=st.sampled_from(["single_phase", "34", "33"]))
def test_of_a_bypass_only_the_fraction_is_recorded(fraction, wiring):
    found = meter(wiring, "bypassed", fraction=fraction, minutes=2)
    np.testing.assert_allclose(found.recorded_kw, fraction * found.true_kw, atol=1e-12)


def test_a_fault_begins_and_ends_to_the_second():
    found = meter(
        "34",
        "voltage_open_a",
        minutes=3,
        step_minutes=1 / 60,
        fault_from_minutes=1,
        fault_minutes=59 / 60,
    )
    assert found.is_faulty.sum() == 59
    voltage = of_phase(found, "a", "voltage_v")
    assert np.flatnonzero(voltage == 0).tolist() == list(range(60, 119))
    seconds = found.phase_readings["read_at"].drop_duplicates().diff().dropna().dt.total_seconds()
    assert seconds.eq(1.0).all()


def test_before_the_fault_nothing_is_wrong():
    found = meter("33", "voltage_open_b", minutes=10, fault_from_minutes=4)
    assert of_phase(found, "a", "voltage_v").tolist() == [100.0] * 4 + [50.0] * 6
    np.testing.assert_allclose(found.recorded_kw[:4], found.true_kw[:4])


def test_the_load_may_vary():
    load = np.array([1.0, 2.0, 3.0])
    found = meter("34", current_a=load, phi_rad=np.zeros(3), minutes=3)
    assert of_phase(found, "b", "current_a").tolist() == [1, 2, 3]
    np.testing.assert_allclose(found.true_kw, 3 * 220 * load * 40 / 1000)


def test_stuck_readings_do_not_follow_the_load():
    found = meter(
        "34", "data_stuck", current_a=np.arange(1.0, 7.0), minutes=6, fault_from_minutes=2
    )
    assert of_phase(found, "a", "current_a").tolist() == [1, 2, 3, 3, 3, 3]
    assert found.lost_kwh == 0


def test_gaps_have_no_readings_and_the_register_goes_on():
    found = meter("34", "data_gaps", minutes=6, fault_from_minutes=2, fault_minutes=3)
    assert len(of_phase(found, "a", "voltage_v")) == 3
    assert found.recorded_kwh == pytest.approx(found.true_kwh)


def test_whoever_opens_the_cover_does_it_on_purpose():
    """A fuse is a meter fault, unless somebody was at the terminals; an outage stays one."""
    fuse = meter("34", "voltage_open_a")
    assert (fuse.cause, len(fuse.events)) == ("meter_fault", 0)
    theft = meter("34", "voltage_open_a", is_tampered=True)
    assert theft.cause == "theft"
    assert theft.events["event"].tolist() == ["terminal_cover_opened"]
    assert meter("34", "outage", is_tampered=True).cause == "outage"


def test_an_outage_is_in_the_grid_s_books():
    found = meter("34", "outage", fault_from_minutes=10, fault_minutes=20)
    assert len(found.outages) == 1
    assert found.outages["started_at"].iloc[0] == found.phase_readings["read_at"].iloc[30]
    assert found.true_kw[10:30].tolist() == [0.0] * 20


def test_export_is_true_export():
    found = meter("34", "photovoltaic_export")
    assert (found.true_kw < 0).all()
    assert found.points["has_generation"].all()


def test_the_same_seed_gives_the_same_readings():
    first, again, other = (meter("34", noise=0.01, random_state=seed) for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(first.phase_readings, again.phase_readings)
    assert not first.phase_readings["voltage_v"].equals(other.phase_readings["voltage_v"])
    np.testing.assert_array_equal(first.recorded_kw, other.recorded_kw)


def test_live_and_neutral_of_a_shunted_meter_differ():
    found = meter("single_phase", "live_shunted", current_a=10.0, fraction=0.3)
    assert of_phase(found, "a", "current_a")[0] == 3.0
    assert of_phase(found, "n", "current_a")[0] == 10.0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"fault": "voltage_open_a", "fraction": 0.5}, "not one of degree"),
        ({"fault": "voltage_weak_a", "fraction": 1.5}, "between 0 and 1"),
        ({"unbalance": 1.5}, "unbalance"),
        ({"unbalance": [0.1, 0.2]}, "60 steps"),
        ({"noise": -0.1}, "noise"),
        ({"step_minutes": 0}, "step_minutes"),
        ({"minutes": 0.5}, "minutes"),
        ({"current_a": [1.0, 2.0]}, "60 steps"),
        ({"fault": "live_shunted"}, "single_phase"),
    ],
)
def test_what_cannot_be_simulated_is_refused(arguments, message):
    with pytest.raises(TableError, match=message):
        meter("34", **arguments)


@pytest.mark.parametrize(("wiring", "fault"), CASES)
def test_the_tables_are_those_that_are_checked(wiring, fault):
    found = meter(wiring, fault, minutes=20, fault_from_minutes=5, fault_minutes=10)
    names = ("points", "phase_readings", "events", "outages")
    checked = check(**{name: getattr(found, name) for name in names})
    assert len(checked.problems) == 0


def test_an_unknown_fault_is_refused():
    with pytest.raises(UnknownNameError, match="current_open_a"):
        meter("34", "current_opn_a")
