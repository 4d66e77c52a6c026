"""The rules as records: what they refuse, and what the bundled ones say."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from powerchannel.errors import RulebookError, UnknownNameError
from powerchannel.rulebook import rules as entries
from powerchannel.rulebook import structure
from powerchannel.rulebook.writing import plain
from powerchannel.theft.electrical import ElectricalRules, rule_index
from readings_at_random import bundled_rules

TABLE = {
    # The rows of the default parameters: start, restore (None: ours), seconds, object.
    "voltage_loss": ("voltage<0.78Un current>0.005In", "voltage>0.85Un", 60, "3000"),
    "undervoltage": ("voltage<0.78Un", None, 60, "3001"),
    "overvoltage": ("voltage>1.20Un", None, 60, "3002"),
    "phase_loss": ("voltage<0.60Un current<0.005In", None, 60, "3003"),
    "current_loss": (
        "current<0.005In voltage>0.70Un other_current>0.05In",
        "current>0.05In",
        60,
        "3004",
    ),
    "overcurrent": ("current>1.2Imax", None, 60, "3005"),
    "current_break": ("current<0.005In voltage>0.60Un", None, 60, "3006"),
    "power_reversal": ("power<-0.005UnIn", None, 60, "3007"),
    "overload": ("power>1.2UnImax", None, 60, "3008"),
    "demand_over_limit": ("total_power>1.2UnImaxN", None, 60, "3009"),
    "low_power_factor": ("power_factor<0.3 highest_current>0.05In", None, 60, "300C"),
    "voltage_unbalance": ("voltage_unbalance>0.30 highest_voltage>0.60Un", None, 60, "301D"),
    "current_unbalance": ("current_unbalance>0.30 highest_current>0.05In", None, 60, "301E"),
    "severe_current_unbalance": (
        "current_unbalance>0.90 highest_current>0.05In",
        None,
        60,
        "302D",
    ),
    "outage": (
        "highest_voltage<0.60Un highest_current<0.005In",
        "highest_voltage>0.80Un",
        60,
        "3106",
    ),
    "index_decreased": ("index_advance_kwh<0", None, 0, "310B"),
    "energy_mismatch": ("index_excess>4 measured_kwh>1", None, 0, "310C"),
    "index_runaway": ("index_excess>6 measured_kwh>1", None, 0, "310D"),
    "index_stopped": ("index_advance_kwh<=0 measured_kwh>1", None, 0, "310E"),
    "clock_error": ("clock_deviation>300", None, 0, "3105"),
}
FLAGS = {
    "total_voltage_loss": "300D",
    "voltage_phase_sequence": "300F",
    "current_phase_sequence": "3010",
    "power_failure": "3011",
    "programmed": "3012",
    "cleared": "3013",
    "cover_opened": "301B",
    "terminal_cover_opened": "301C",
    "magnetic_interference": "302A",
}
OURS = {
    *("neutral_current_mismatch", "zero_energy", "energy_drop", "above_limit_energy"),
    *("fluctuation", "demand_cleared", "active_differential"),
}
SIGNS = {"below": "<", "at_most": "<=", "at_least": ">=", "above": ">"}
SYMBOLS = {
    "absolute": "",
    "rated_voltage": "Un",
    "rated_current": "In",
    "maximum_current": "Imax",
    "rated_power": "UnIn",
    "maximum_power": "UnImax",
    "maximum_total_power": "UnImaxN",
}


def written(conditions: Any) -> str:
    return " ".join(
        f"{c.quantity}{SIGNS[c.comparison]}{c.ratio}{SYMBOLS[c.reference]}" for c in conditions
    )


@pytest.mark.parametrize("rule_id", TABLE)
def test_a_rule_of_the_source(rule_id: str) -> None:
    rules = bundled_rules()
    rule = rules.rules[rule_index(rules, rule_id)]
    start, restore, seconds, object_id = TABLE[rule_id]
    assert written(rule.start) == start
    assert (rule.delay_seconds, rule.object_id) == (seconds, object_id)
    assert rule.provenance.status in ("stated", "repaired")
    assert rule.restore is not None
    if restore is None:
        assert rule.restore.provenance.status == "assumed"
    else:
        assert written(rule.restore.conditions) == restore
        assert rule.restore.provenance.status == "stated"


def test_every_rule_is_of_the_source_or_says_that_it_is_ours() -> None:
    rules = {rule.id: rule for rule in bundled_rules().rules}
    assert set(rules) == {*TABLE, *FLAGS, *OURS}
    for rule_id, object_id in FLAGS.items():
        assert rules[rule_id].object_id == object_id
    for rule_id in OURS:
        assert rules[rule_id].provenance.status == "assumed"


def test_what_is_not_confirmed_says_so() -> None:
    for entry in entries(bundled_rules()):  # type: ignore[arg-type]
        provenance = entry.provenance
        if provenance.status == "assumed" and "precedence" not in entry.id:
            assert "to be confirmed" in provenance.note, entry.id


def test_rules_with_a_start_say_when_it_is_over() -> None:
    for rule in bundled_rules().rules:
        assert bool(rule.start) == (rule.restore is not None)
        assert rule.start or rule.scope == "event"


def test_an_outage_is_at_most_three_days() -> None:
    rules = bundled_rules()
    assert rules.rules[rule_index(rules, "outage")].longest_minutes == 4320


def test_rules_of_three_phases_do_not_hold_for_one() -> None:
    three = {r.id for r in bundled_rules().rules if "single_phase" not in r.wirings}
    assert three == {
        *("voltage_loss", "phase_loss", "current_loss", "current_break", "total_voltage_loss"),
        *("voltage_unbalance", "current_unbalance", "severe_current_unbalance"),
    }


def document() -> dict[str, Any]:
    return copy.deepcopy(plain(bundled_rules()))  # type: ignore[return-value]


def refused(changed: dict[str, Any]) -> RulebookError:
    with pytest.raises(RulebookError) as caught:
        structure(ElectricalRules, changed)
    return caught.value


def changed_start(**changes: object) -> dict[str, Any]:
    changed = document()
    start = changed["rules"][0]["start"]
    changed["rules"][0]["start"] = [{**start[0], **changes}, *start[1:]]
    return changed


def test_the_document_round_trips() -> None:
    assert structure(ElectricalRules, document()) == bundled_rules()


@pytest.mark.parametrize(
    ("changes", "where", "says"),
    [
        ({"quantity": "voltag"}, "$.rules[0].start[0].quantity", "did you mean voltage"),
        ({"reference": "rated_curent"}, "$.rules[0].start[0].reference", "rated_current"),
        ({"reference": "rated_current"}, "$.rules[0].start[0].reference", "does not fit voltage"),
        ({"quantity": "energy_kwh", "reference": "absolute"}, "$.rules[0]", "cannot be used"),
        ({"comparison": "under"}, "$.rules[0].start[0].comparison", "one of below"),
    ],
)
def test_a_condition_that_makes_no_sense(changes: dict[str, object], where: str, says: str) -> None:
    problem = refused(changed_start(**changes)).problems[0]
    assert problem.where == where
    assert says in problem.message.en


def test_a_rule_without_an_end_is_refused() -> None:
    changed = document()
    del changed["rules"][0]["restore"]
    assert "needs start and restore" in refused(changed).render("en")


def test_a_rule_stands_once() -> None:
    changed = document()
    changed["rules"] = [*changed["rules"], changed["rules"][0]]
    assert "'voltage_loss' stands above" in refused(changed).render("en")


def test_precedence_names_rules() -> None:
    changed = document()
    changed["precedence"][0]["over"] = ["voltage_los"]
    problem = refused(changed).problems[0]
    assert problem.where == "$.precedence[0]"
    assert "voltage_loss" in problem.message.en


def test_precedence_is_among_rules_of_one_table() -> None:
    changed = document()
    changed["precedence"][0]["over"] = ["zero_energy"]
    assert "read different tables" in refused(changed).render("en")


def test_precedence_does_not_go_round() -> None:
    changed = document()
    ours = {"status": "assumed", "clause": "-"}
    changed["precedence"] = [
        {"id": "overload", "over": ["overcurrent"], "provenance": ours},
        {"id": "overcurrent", "over": ["overload"], "provenance": ours},
    ]
    assert "overcurrent, overload" in refused(changed).render("en")


def test_a_rule_that_there_is_not() -> None:
    with pytest.raises(UnknownNameError, match="voltage_loss"):
        rule_index(bundled_rules(), "voltageloss")
