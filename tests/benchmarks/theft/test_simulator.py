"""Simulated meters: what is planted, what lies near a threshold, what is judged right."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from benchmarks.theft.quality.goals import goals
from benchmarks.theft.quality.learners import OURS
from benchmarks.theft.quality.planted import METERING, Planted, is_near, planted, without_rules
from benchmarks.theft.quality.results import Outcome
from benchmarks.theft.quality.simulator import ALARMS, CAUSE, LOST, RULES, simulator, verdicts
from benchmarks.theft.quality.sizes import Size
from powerchannel.rulebook import load_rulebook
from powerchannel.theft import Rulebook
from powerchannel.theft.simulate import faults, meter


@cache
def rulebook() -> Rulebook:
    found = load_rulebook("dlt698-theft")
    assert isinstance(found, Rulebook)
    return found


@pytest.fixture(scope="module")
def found() -> Outcome:
    return simulator(Size(customers=400, repeats=1, seeds=1, trees=1))


def test_rules_and_phases_are_told_and_nothing_of_clean_readings(found: Outcome) -> None:
    assert found.spread(OURS, RULES).median >= 0.99
    assert found.spread(OURS, CAUSE).median >= 0.95
    assert found.spread("all other faults", LOST).median == 1
    assert found.spread(OURS, ALARMS).median == 0
    assert str(found.facts["clean readings"]).startswith("50,000 a seed")
    assert {goal.number for goal in goals([found])} == {8}


@pytest.fixture(scope="module")
def made() -> list[Planted]:
    return [*planted(1, np.random.default_rng(0))]


def test_every_fault_of_every_wiring_is_planted_or_named(
    found: Outcome, made: list[Planted]
) -> None:
    listed = faults()
    with_rules = listed[listed["rules"] != ""]
    pairs = {(case.shown.wiring, case.shown.fault) for case in made}
    assert pairs == set(zip(with_rules["wiring"], with_rules["fault"], strict=True))
    silent = set(listed["fault"]) - set(with_rules["fault"]) - {"none"}
    assert set(without_rules()) == silent
    assert all(case.lost_kwh == 0 for case in made if case.shown.cause not in METERING)
    assert all(
        name in str(found.facts["left out, no rule on readings or events"]) for name in silent
    )


def test_tampering_is_planted_where_less_is_recorded(made: list[Planted]) -> None:
    tampered = [case for case in made if case.is_tampered]
    assert tampered
    assert {case.shown.cause for case in tampered} == {"theft"}
    assert all(case.lost_kwh > 0 for case in tampered)
    assert all(("terminal_cover_opened", "") in case.must_fire for case in tampered)


def case_of(wiring: str, fault: str, name: str = "C1", **options: float) -> Planted:
    shown, exact = (
        meter(
            wiring,
            fault,
            minutes=60,
            fault_from_minutes=15,
            fault_minutes=30,
            noise=noise,
            random_state=1,
            started_at="2025-03-10 08:00",
            customer_id=name,
            meter_id=name,
            **options,
        )
        for noise in (0.01, 0.0)
    )
    return Planted(name=name, shown=shown, exact=exact, is_tampered=False, phi_rad=0.3)


@pytest.mark.parametrize(
    ("fraction", "near"), [(0.74, False), (0.765, True), (0.795, True), (0.83, False)]
)
def test_three_deviations_from_a_threshold_are_near_it(fraction: float, *, near: bool) -> None:
    """Voltage loss begins below 78 % of rated; the voltage may move by 3 %."""
    cases = [
        case_of("34", "voltage_weak_b", fraction=fraction),
        case_of("34", "magnet", name="C2"),
        case_of("34", "outage", name="C3"),
        case_of("single_phase", "live_shunted", name="C4"),
    ]
    assert is_near(cases, rulebook().electrical).tolist() == [near, False, False, False]


def test_wrong_answers_are_judged_wrong() -> None:
    """A shunt that leaves 95 % is no unbalance, and what it takes is not told."""
    weak = case_of("34", "current_shunted_a", fraction=0.95)
    right = case_of("34", "current_open_b", name="C2")
    events = case_of("34", "magnet", name="C3")
    outage = case_of("34", "outage", name="C4")
    told = {
        each.fault: each
        for each in verdicts([weak, right, events, outage], rulebook(), np.random.default_rng(0))
    }
    shunted, opened = told["current_shunted_a"], told["current_open_b"]
    assert (shunted.has_rules, shunted.has_cause, shunted.error) == (False, None, None)
    assert shunted.is_untold
    assert (opened.has_rules, opened.has_cause) == (True, True)
    assert opened.error is not None
    assert opened.error < 0.02
    assert told["outage"].has_cause is None


def test_the_energy_of_exchanged_circuits_is_not_told(found: Outcome) -> None:
    (exchanged,) = found.models["circuits exchanged or rotated"]
    assert LOST not in exchanged
    assert found.spread("all other faults", LOST).median == found.spread(OURS, LOST).median
