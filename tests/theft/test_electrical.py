"""The electrical rules on simulated meters: the right rule, the right phase, no false alarm."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from powerchannel.theft import simulate
from powerchannel.theft.electrical import (
    Episodes,
    find_episodes,
    measured_of,
    outages_of,
)
from powerchannel.theft.electrical.events import event_episodes, events_of
from powerchannel.theft.simulate import METER_DIGITS, Simulated, around
from readings_at_random import MINUTE, bundled_rules

STARTED_AT = 1_735_660_800_000_000  # 2025-01-01 00:00 in Shanghai
NEVER = np.iinfo(np.int64).max
CATALOGUE = [(w, f) for w, f in simulate.faults()[["wiring", "fault"]].itertuples(index=False)]
NOISE = 0.01

# What fires besides, and is true: phases against each other cancel out in the total power, and
# one element of three-wire metering runs backwards below a power factor of 0.5.
ALSO_TRUE = {("power_reversal", "low_power_factor"), ("low_power_factor", "power_reversal")}


def episodes_of(simulated: Simulated) -> Episodes:
    rules = bundled_rules()
    measured, points = measured_of(simulated.phase_readings, simulated.points)
    outages = outages_of(simulated.outages, simulated.points)
    found = find_episodes(measured, points, rules, outages=outages)
    events = events_of(simulated.events, simulated.points, rules)
    return found.merge(event_episodes(events, points, rules, as_of=NEVER)[0])


def fired(episodes: Episodes) -> set[tuple[str, str]]:
    rules = bundled_rules().rules
    return {
        (rules[rule].id, "abc-"[phase])
        for rule, phase in zip(episodes.rule.tolist(), episodes.phase.tolist(), strict=True)
    }


def wanted(simulated: Simulated) -> set[tuple[str, str]]:
    return {(sign.rule, phase) for sign in simulated.signs for phase in sign.phases or "-"}


@pytest.mark.parametrize(("wiring", "fault"), CATALOGUE)
def test_every_fault_is_found_on_its_phase_and_while_it_is_there(wiring: str, fault: str) -> None:
    simulated = simulate.meter(wiring, fault, fault_from_minutes=20, fault_minutes=30)
    episodes = episodes_of(simulated)
    assert is_told(wanted(simulated), fired(episodes)), (fired(episodes), wanted(simulated))
    assert set((episodes.started_at - STARTED_AT) // MINUTE) <= {20}
    assert set((episodes.ended_at - STARTED_AT) // MINUTE) <= {50}


def test_the_catalogue_has_faults_of_every_rule_on_readings() -> None:
    found = {rule for w, f in CATALOGUE for rule, _ in wanted(simulate.meter(w, f, minutes=5))}
    rules = {rule.id for rule in bundled_rules().rules if rule.scope in ("phase", "meter")}
    assert rules - found == {"voltage_unbalance"}


def by_meter(
    wiring: str, fault: str, meters: int, minutes: int, **options: Any
) -> tuple[set[tuple[str, str]], list[set[tuple[str, str]]]]:
    """What must fire, and what fires on each of several meters: one simulation cut into as many."""
    rules = bundled_rules()
    simulated = simulate.meter(wiring, fault, minutes=meters * minutes, noise=NOISE, **options)
    readings, points = simulated.phase_readings, simulated.points
    number = np.arange(len(readings)) * meters // len(readings)
    named = pd.concat([points.iloc[:1]] * meters).assign(meter_id=np.arange(meters).astype(str))
    measured, rated = measured_of(readings.assign(meter_id=number.astype(str)), named)
    found = find_episodes(measured, rated, rules)
    flags = {rule.id for rule in rules.rules if rule.scope == "event"}
    must = {(rule, phase) for rule, phase in wanted(simulated) if rule not in flags}
    return must, [fired(found.take(found.meter == meter)) for meter in range(meters)]


def is_told(must: set[tuple[str, str]], found: set[tuple[str, str]]) -> bool:
    """Whether all that must fire does, and nothing but what is true besides."""
    also = {rule for first, rule in ALSO_TRUE if first in {name for name, _ in must}}
    return must <= found and {rule for rule, _ in found - must} <= also


def test_faults_far_from_a_limit_are_right_in_99_of_100_under_noise() -> None:
    wrong, random, meters, minutes = [], np.random.default_rng(7), 10, 20
    for wiring, fault in CATALOGUE:
        if fault in NOT_CUT:
            continue
        rated = 5.0 if wiring == "single_phase" else 1.5
        loads = {
            "current_a": np.repeat(rated * random.uniform(0.5, 1.5, meters), minutes),
            "phi_rad": np.repeat(random.uniform(0.0, 0.45, meters), minutes),
        }
        options = {} if fault in DRIVEN else loads
        must, found = by_meter(wiring, fault, meters, minutes, random_state=random, **options)
        wrong += [(wiring, fault, each) for each in found if not is_told(must, each)]
    assert len(wrong) <= 0.01 * meters * (len(CATALOGUE) - len(NOT_CUT)), wrong


# Their load is their own.
DRIVEN = {"low_power_factor", "overload"}
# They concern the meter as a whole and its data.
NOT_CUT = {"meter_replacement", "data_gaps", "data_spikes", "data_stuck"}

# A fault of degree, as far from its limit as three standard deviations of the noise: a voltage
# below 78 %, a current 30 % below the others (of two noisy ones), or 20 % below its neutral.
THREE_SIGMA = {
    ("three_phase_four_wire", "voltage_weak_b"): 0.78 * (1 - 3 * NOISE),
    ("three_phase_three_wire", "voltage_weak_c"): 0.78 * (1 - 3 * NOISE),
    ("three_phase_four_wire", "current_shunted_c"): 0.70 * (1 - 3 * NOISE * 2**0.5),
    ("single_phase", "live_shunted"): 0.80 * (1 - 3 * NOISE * 2**0.5),
}


@pytest.mark.parametrize(("wiring", "fault"), THREE_SIGMA)
def test_three_sigma_from_a_limit(wiring: str, fault: str) -> None:
    fraction = THREE_SIGMA[wiring, fault]
    must, found = by_meter(wiring, fault, 500, 60, fraction=fraction, random_state=1)
    assert sum(is_told(must, each) for each in found) >= 495


def test_a_million_clean_readings_raise_no_alarm() -> None:
    """Clean: voltage as rated within 1 %, 0.5 to 1.5 In, angle 0 to 0.6, 10 % unbalance."""
    random = np.random.default_rng(20)
    for wiring, rows in (("single_phase", 200_000), ("34", 200_000), ("33", 100_000)):
        rated = simulate.meter(wiring, minutes=1).points.iloc[0]
        clean = simulate.meter(
            wiring,
            minutes=rows,
            voltage_v=rated["rated_voltage_v"] * (1 + 0.01 * random.uniform(-1, 1, rows)),
            current_a=rated["rated_current_a"] * random.uniform(0.5, 1.5, rows),
            phi_rad=random.uniform(0.0, 0.6, rows),
            unbalance=0.1,
            noise=NOISE,
            random_state=random,
        )
        assert fired(episodes_of(clean)) == set()


DIGITS = {
    # rule, phase, column, limit of 220 V 1.5 (6) A, on which side the alarm is
    "voltage_loss": ("b", "voltage_v", 171.6, METER_DIGITS.voltage_v, -1),
    "overvoltage": ("c", "voltage_v", 264.0, METER_DIGITS.voltage_v, 1),
    "current_loss": ("a", "current_a", 0.0075, METER_DIGITS.current_a, -1),
    "overcurrent": ("b", "current_a", 7.2, METER_DIGITS.current_a, 1),
    "power_reversal": ("c", "active_power_kw", -0.00165, METER_DIGITS.power_kw, -1),
    "overload": ("a", "active_power_kw", 1.584, METER_DIGITS.power_kw, 1),
}


@pytest.mark.parametrize("rule_id", DIGITS)
def test_one_digit_of_the_meter_decides(rule_id: str) -> None:
    phase, column, limit, digit, side = DIGITS[rule_id]
    below, at_limit, above = around(limit, digit)
    clean = simulate.meter("34", minutes=3)
    for value, is_beyond in ((below, side < 0), (at_limit, False), (above, side > 0)):
        shown = clean.with_reading(phase, column, value)  # type: ignore[arg-type]
        assert ((rule_id, phase) in fired(episodes_of(shown))) == is_beyond


@pytest.mark.parametrize(("seconds", "is_found"), [(60, False), (61, True)])
def test_one_second_decides(seconds: int, *, is_found: bool) -> None:
    # A fault of n seconds is seen by n readings, the last of them n - 1 seconds after the first.
    simulated = simulate.meter(
        "34",
        "current_reversed_b",
        minutes=5,
        step_minutes=1 / 60,
        fault_from_minutes=1,
        fault_minutes=seconds / 60,
    )
    episodes = episodes_of(simulated)
    assert (("power_reversal", "b") in fired(episodes)) == is_found
    assert episodes.samples.tolist() == ([61] if is_found else [])


def test_a_replaced_meter_is_judged_by_itself() -> None:
    simulated = simulate.meter("34", "meter_replacement", minutes=60, fault_from_minutes=30)
    measured, points = measured_of(simulated.phase_readings, simulated.points)
    assert (len(points), np.unique(measured.meter).tolist()) == (2, [0, 1])
