from __future__ import annotations

import tomllib
from decimal import Decimal
from importlib.resources import files

import pytest

from powerchannel.errors import TableError, UnknownNameError
from powerchannel.rulebook import structure
from powerchannel.theft.electrical import (
    PHASES,
    WHOLE,
    ElectricalRules,
    find_episodes,
    measured_of,
)
from powerchannel.theft.simulate import clean_load, meter
from powerchannel.theft.simulate.catalogue import FAULTS, fault_in, faults
from powerchannel.theft.simulate.wirings import WIRINGS, wiring_named


def test_the_list_has_a_row_for_every_fault_in_every_wiring_that_can_have_it():
    listed = faults()
    assert not listed.duplicated(["wiring", "fault"]).any()
    assert set(listed["fault"]) == set(FAULTS.names())
    assert set(listed["wiring"]) == set(WIRINGS.names())


def test_titles_are_in_two_languages():
    zh, en = faults(lang="zh"), faults(lang="en")
    assert not (zh["title"] == en["title"]).any()
    assert en["title"].map(str.isascii).all()


def test_signs_name_phases_that_the_wiring_measures():
    for name in FAULTS.names():
        fault = FAULTS.get(name)
        for wiring in fault.wirings:
            for sign in fault.signs_in(wiring):
                assert set(sign.phases) <= set(wiring_named(wiring).phases)


def test_every_kind_of_fault_of_the_specification_is_there():
    for name in (
        "voltage_open_a",
        "voltage_weak_a",
        "phase_dead_a",
        "current_open_a",
        "current_shunted_a",
        "current_reversed_a",
        "currents_swapped_ab",
        "voltages_swapped_ab",
        "phase_sequence_reversed",
        "live_neutral_exchanged",
        "neutral_bypassed",
        "overload",
        "overvoltage",
        "unbalanced_load",
        "total_voltage_loss",
        "bypassed",
        "magnet",
        "cover_opened",
        "outage",
        "vacancy",
        "photovoltaic_export",
        "meter_replacement",
        "data_stuck",
        "data_spikes",
        "data_gaps",
    ):
        assert FAULTS.get(name).name == name


def test_a_misspelt_fault_is_told_the_nearest():
    with pytest.raises(UnknownNameError, match="voltage_open_a"):
        fault_in(wiring_named("34"), "voltage_opened_a")


def test_a_wiring_that_cannot_have_a_fault_is_told_which_can():
    with pytest.raises(TableError, match="single_phase"):
        fault_in(wiring_named("34"), "neutral_bypassed")


LISTED = faults()
CASES = list(zip(LISTED["wiring"], LISTED["fault"], strict=True))
RULES = structure(
    ElectricalRules,
    tomllib.loads(
        files("powerchannel.theft").joinpath("rulebooks/dlt698-theft.toml").read_text("utf-8"),
        parse_float=Decimal,
    )["electrical"],
)


def fired(found):
    """The rules that fire on the readings, and the flags that the meter sets, with the phase."""
    episodes = find_episodes(*measured_of(found.phase_readings, found.points), RULES)
    names = [*PHASES[:3], *[""] * (WHOLE + 1 - 3)]
    shown = {
        (RULES.rules[rule].id, names[phase])
        for rule, phase in zip(episodes.rule.tolist(), episodes.phase.tolist(), strict=True)
    }
    return shown | {(event, "") for event in found.events["event"]}


@pytest.mark.parametrize("noise", [0.0, 0.01])
@pytest.mark.parametrize(("wiring", "fault"), CASES)
def test_every_fault_makes_its_rules_fire_on_its_phases(wiring, fault, noise):
    """The catalogue and the rulebook agree, whoever wrote which."""
    found = meter(wiring, fault, noise=noise, random_state=3, minutes=20, fault_from_minutes=5)
    for sign in found.signs:
        assert {(sign.rule, phase) for phase in sign.phases or ("",)} <= fired(found)


@pytest.mark.parametrize("wiring", WIRINGS.names())
def test_without_a_fault_no_rule_fires(wiring):
    load = clean_load(wiring, 20_000, random_state=3)
    found = meter(
        wiring,
        voltage_v=load.voltage_v,
        current_a=load.current_a,
        phi_rad=load.phi_rad,
        unbalance=load.unbalance,
        noise=0.01,
        random_state=3,
        minutes=20_000,
    )
    assert fired(found) == set()
