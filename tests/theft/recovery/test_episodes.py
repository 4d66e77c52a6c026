from __future__ import annotations

import tomllib
from decimal import Decimal
from importlib.resources import files

import numpy as np
import pandas as pd
import pytest

from powerchannel.rulebook import structure
from powerchannel.theft.electrical import (
    ElectricalRules,
    Episodes,
    find_episodes,
    measured_of,
    rule_index,
)
from powerchannel.theft.recovery import DAMAGE_OF_RULE, lost_by_phases, lost_in_episodes
from powerchannel.theft.simulate import faults, meter

RULES = structure(
    ElectricalRules,
    tomllib.loads(
        files("powerchannel.theft").joinpath("rulebooks/dlt698-theft.toml").read_text("utf-8"),
        parse_float=Decimal,
    )["electrical"],
)
LISTED = faults()
TOLD = [
    (wiring, fault)
    for wiring, fault, cause in zip(LISTED["wiring"], LISTED["fault"], LISTED["cause"], strict=True)
    if cause in ("meter_fault", "wiring_mistake", "theft")
    and fault.startswith(("voltage_open", "voltage_weak", "current_open", "current_reversed"))
    and (wiring, fault) != ("three_phase_three_wire", "voltage_open_b")
    and (wiring, fault) != ("three_phase_three_wire", "voltage_weak_b")
    and not (wiring == "single_phase" and fault.startswith("voltage"))
]


def lost_of(*simulated, balance_ratio=0.0, unbalance_ratio=0.0):
    readings = pd.concat([each.phase_readings for each in simulated])
    measured, points = measured_of(readings, pd.concat([each.points for each in simulated]))
    episodes = find_episodes(measured, points, RULES)
    ratios = {"balance_ratio": balance_ratio, "unbalance_ratio": unbalance_ratio}
    lost = lost_in_episodes(measured, points, episodes, RULES, **ratios)
    return measured, points, episodes, lost


@pytest.mark.parametrize(("wiring", "fault"), TOLD)
def test_episodes_add_up_to_what_was_lost(wiring, fault):
    """From readings with 1 % noise to kWh, through the rules: within 2 % of the truth."""
    found = meter(
        wiring,
        fault,
        noise=0.01,
        random_state=5,
        minutes=1440,
        step_minutes=5,
        fault_from_minutes=120,
        fault_minutes=1000,
    )
    *_, lost = lost_of(found)
    assert np.nansum(lost.kwh) == pytest.approx(found.lost_kwh, rel=0.02)


def test_a_whole_batch_is_as_each_meter_alone():
    batch = [
        meter("34", "voltage_open_a", customer_id="1", meter_id="M1", fault_from_minutes=20),
        meter("33", "current_open_c", customer_id="2", meter_id="M2", fault_minutes=30),
        meter("34", customer_id="3", meter_id="M3"),
        meter("single_phase", "live_shunted", customer_id="4", meter_id="M4"),
    ]
    *_, lost = lost_of(*batch, balance_ratio=0.02, unbalance_ratio=0.25)
    alone = [lost_of(each, balance_ratio=0.02, unbalance_ratio=0.25)[-1] for each in batch]
    for name in ("kwh", "low_kwh", "high_kwh", "hours"):
        together = np.concatenate([getattr(each, name) for each in alone])
        np.testing.assert_allclose(getattr(lost, name), together)
    truth = [each.lost_kwh for each in batch if each.fault != "none"]
    np.testing.assert_allclose(lost.kwh, truth, rtol=2e-3)
    np.testing.assert_allclose(lost.hours, [40 / 60, 30 / 60, 1], rtol=1e-9)


def test_one_episode_is_what_its_phases_tell():
    found = meter("34", "current_open_b", noise=0.01, random_state=2, unbalance=0.2)
    measured, points, _, lost = lost_of(found, balance_ratio=0.02)
    single = lost_by_phases(
        "34", measured, {"b": "current"}, hours=1 / 60, ratio=points.ratio[0], balance_ratio=0.02
    )
    np.testing.assert_allclose(
        [lost.kwh[0], lost.low_kwh[0], lost.high_kwh[0], lost.hours[0]],
        [single.kwh, single.low_kwh, single.high_kwh, single.hours],
    )


def test_a_rule_that_names_no_loss_tells_none():
    *_, episodes, lost = lost_of(meter("34", "current_shunted_a"))
    assert RULES.rules[episodes.rule[0]].id == "current_unbalance"
    assert np.isnan(lost.kwh).all()
    assert lost.hours.tolist() == [0] * len(episodes)


def test_where_no_phase_is_healthy_nothing_is_told():
    *_, lost = lost_of(meter("34", "total_voltage_loss"))
    assert len(lost.kwh)
    assert np.isnan(lost.kwh).all()


def test_without_episodes_there_is_nothing():
    *_, lost = lost_of(meter("34"))
    assert lost.kwh.shape == lost.hours.shape == (0,)


def test_a_phase_that_two_episodes_speak_of_is_counted_once():
    measured, points, episodes, lost = lost_of(meter("34", "voltage_open_a"))
    twice = Episodes(
        **{
            name: np.repeat(getattr(episodes, name), 2)
            for name in (
                *("meter", "phase", "rule", "started_at", "ended_at"),
                *("ending", "samples", "worst", "threshold", "unit"),
            )
        }
    )
    twice.rule[0] = rule_index(RULES, "power_reversal")
    both = lost_in_episodes(measured, points, twice, RULES, balance_ratio=0.0, unbalance_ratio=0.0)
    assert np.isnan(both.kwh[0])
    assert both.kwh[1] == lost.kwh[0]


def test_after_a_gap_an_episode_ends_with_what_was_read_before():
    """Three hours without readings: what they held is not known, and not counted."""
    found = meter("34", "voltage_open_a", minutes=600, step_minutes=10)
    frame = found.phase_readings
    hour = frame["read_at"].dt.hour
    measured, points = measured_of(frame[(hour < 3) | (hour >= 6)], found.points)
    episodes = find_episodes(measured, points, RULES)
    lost = lost_in_episodes(
        measured, points, episodes, RULES, balance_ratio=0.0, unbalance_ratio=0.0
    )
    assert len(episodes) == 2
    np.testing.assert_allclose(lost.hours, [3, 4])


def test_every_damage_belongs_to_a_rule_of_the_rulebook():
    for rule in DAMAGE_OF_RULE:
        assert RULES.rules[rule_index(RULES, rule)].id == rule


@pytest.mark.parametrize("wiring", ["34", "33"])
@pytest.mark.parametrize("phase", ["a", "c"])
def test_what_a_phase_takes_beside_the_others_is_learnt_before_it_fails(wiring, phase):
    """Of a load whose phases differ by a fifth: as exact as of one whose phases are alike."""
    load = {"unbalance": 0.2, "noise": 0.003, "random_state": 4, "step_minutes": 15}
    days = {"minutes": 4 * 1440, "fault_from_minutes": 2 * 1440}
    found = meter(wiring, f"current_open_{phase}", **load, **days)
    *_, lost = lost_of(found, balance_ratio=0.02, unbalance_ratio=0.25)
    assert lost.kwh.sum() == pytest.approx(found.lost_kwh, rel=5e-3)
    assert lost.low_kwh.sum() < found.lost_kwh < lost.high_kwh.sum()
    assert lost.high_kwh.sum() - lost.low_kwh.sum() < 0.06 * found.lost_kwh


@pytest.mark.parametrize("wiring", ["34", "33"])
@pytest.mark.parametrize("phase", ["a", "c"])
def test_a_load_that_nobody_saw_healthy_has_a_wide_interval(wiring, phase):
    found = meter(wiring, f"current_open_{phase}", unbalance=0.2, minutes=1440, step_minutes=15)
    *_, lost = lost_of(found, balance_ratio=0.02, unbalance_ratio=0.25)
    assert lost.low_kwh.sum() < found.lost_kwh < lost.high_kwh.sum()
    assert abs(lost.kwh.sum() / found.lost_kwh - 1) > 0.02


@pytest.mark.parametrize("idle_days", [0, 2])
def test_a_neutral_counts_while_little_is_used_too(idle_days):
    """By night the currents differ by less than 1 A: the episode ends, the shunt stays."""
    hour = np.arange((3 + idle_days) * 24)
    is_busy = (hour % 24 >= 8) & (hour % 24 < 20) & ((hour < 24) | (hour >= 24 * (1 + idle_days)))
    load = np.where(is_busy, 12.0, 0.9)
    hourly = {"minutes": 60 * len(load), "step_minutes": 60}
    found = meter("single_phase", "live_shunted", current_a=load, **hourly)
    *_, episodes, lost = lost_of(found)
    assert len(episodes) == 3
    missing = found.true_kw - found.recorded_kw
    seen = (hour >= 8) & (hour < hour[is_busy][-1] + 1)
    if idle_days:
        seen &= (hour < 20) | (hour >= 24 * (1 + idle_days) + 8)
    assert lost.kwh.sum() == pytest.approx(missing[seen].sum(), rel=1e-3)
