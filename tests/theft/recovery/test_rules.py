from __future__ import annotations

import tomllib
from decimal import Decimal
from importlib.resources import files

import pytest

from powerchannel.errors import RulebookError
from powerchannel.rulebook import rules, structure
from powerchannel.theft.recovery import RecoveryRules

DOCUMENT = tomllib.loads(
    files("powerchannel.theft").joinpath("rulebooks/dlt698-theft.toml").read_text("utf-8"),
    parse_float=Decimal,
)["recovery"]


def changed(rule, **values):
    return {**DOCUMENT, rule: {**DOCUMENT[rule], **values}}


def test_the_bundled_rules_are_read():
    found = structure(RecoveryRules, DOCUMENT)
    assert found.unknown_start.days == 180
    assert found.unknown_start.power_hours_per_day == 12
    assert found.unknown_start.lighting_hours_per_day == 6
    assert found.meter_error.time_share == Decimal("0.5")
    assert found.wiring_mistake.time_share == found.voltage_fault.time_share == 1


def test_every_rule_says_where_it_comes_from():
    found = {rule.id: rule.provenance for rule in rules(structure(RecoveryRules, DOCUMENT))}
    assert set(found) == set(DOCUMENT)
    assert found["estimate"].status == "assumed"
    assert all(provenance.clause for provenance in found.values())


@pytest.mark.parametrize(
    ("rule", "values", "message"),
    [
        ("unknown_start", {"days": 0}, "above 0"),
        ("unknown_start", {"power_hours_per_day": Decimal(25)}, "25"),
        ("unknown_start", {"lighting_hours_per_day": Decimal(0)}, "hours"),
        ("meter_error", {"time_share": Decimal("1.5")}, "between 0 and 1"),
        ("estimate", {"balance_ratio": Decimal(-1)}, "between 0 and 1"),
    ],
)
def test_numbers_out_of_range_are_refused_with_their_path(rule, values, message):
    with pytest.raises(RulebookError, match=message) as caught:
        structure(RecoveryRules, changed(rule, **values))
    assert caught.value.problems[0].where.startswith(f"$.{rule}.")
