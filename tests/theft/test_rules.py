from __future__ import annotations

from decimal import Decimal

import pytest
from attrs import evolve

from powerchannel import theft
from powerchannel.errors import RulebookError
from powerchannel.rulebook import digest, dumps, load_rulebook, loads, rules
from powerchannel.theft.consumption import Days
from powerchannel.theft.rules import Rulebook, Window
from theft_months import AS_OF, state_of_month


@pytest.fixture(scope="module")
def bundled() -> Rulebook:
    found = load_rulebook("dlt698-theft")
    assert isinstance(found, Rulebook)
    return found


def test_the_bundled_rules_are_a_document(bundled: Rulebook) -> None:
    for form in ("toml", "json"):
        assert loads(dumps(bundled, format=form), format=form) == bundled  # type: ignore[arg-type]
    assert digest(bundled).startswith("sha256:")


def test_every_rule_says_where_it_comes_from(bundled: Rulebook) -> None:
    found = {rule.id: rule.provenance for rule in rules(bundled)}
    assert {"window", "card", "electrical.rules.voltage_loss"} <= set(found)
    assert {"stated", "assumed"} <= {p.status for p in found.values()}
    assert all(p.clause for p in found.values())


def test_learnt_peers_are_part_of_the_rules(bundled: Rulebook) -> None:
    state = state_of_month()
    before = theft.evaluate(state, bundled, as_of=AS_OF)
    days = Days(before.inputs.energy_kwh, before.inputs.on)
    learnt = evolve(bundled, peers=theft.learn_peers(days))
    assert loads(dumps(learnt), format="json") == learnt
    after = theft.evaluate(state, learnt, as_of=AS_OF)
    assert before.evidence.of(["use.peer_last"]).size
    assert not (after.evidence.of(["use.peer_last"]) == 0).all()
    assert after.origin.rulebook_digest != before.origin.rulebook_digest


def test_a_window_of_few_days_is_refused(bundled: Rulebook) -> None:
    with pytest.raises(ValueError, match="14"):
        Window(days=3, provenance=bundled.window.provenance)
    text = dumps(bundled).replace('"days":92', '"days":3')
    with pytest.raises(RulebookError, match=r"\$\.window"):
        loads(text, format="json")
    assert bundled.card.probability[0].probability == Decimal("0.005")
