"""Documents of worked examples: no head, no sources, short forms."""

from __future__ import annotations

from powerchannel.billing.rules import Rulebook
from powerchannel.billing.tariff import Tariff
from powerchannel.billing.tariff.cases import stated_by, whole_tiers, with_provenance

STATED = stated_by("a textbook")
OWN = {"status": "assumed", "clause": "own"}


def test_every_rule_without_a_source_gets_one_and_others_keep_theirs() -> None:
    document = {
        "components": [{"code": "a", "provenance": OWN}, {"code": "b"}],
        "time_of_use": {"calendar": {"spans": [{"period": "peak"}]}},
    }
    filled = with_provenance(Tariff, document, STATED)
    assert filled["components"] == [
        {"code": "a", "provenance": OWN},
        {"code": "b", "provenance": STATED},
    ]
    assert filled["time_of_use"] == {
        "calendar": {"spans": [{"period": "peak"}], "provenance": STATED},
        "provenance": STATED,
    }
    assert filled["provenance"] == STATED
    assert "provenance" not in document


def test_what_does_not_fit_the_class_stays_for_the_reader_to_refuse() -> None:
    document = {"components": "none", "tiers": [1], "rounding": 2, "unknown": {}}
    filled = with_provenance(Tariff, document, STATED)
    assert {key: filled[key] for key in document} == document


def test_rules_within_rules_get_a_source_too() -> None:
    filled = with_provenance(Rulebook, {"breach": {"sealed_equipment": {}}}, STATED)
    assert filled == {"breach": {"sealed_equipment": {"provenance": STATED}, "provenance": STATED}}


def test_increments_in_full_are_left_as_they_are() -> None:
    full = {"limits_kwh": [1, 2], "increments": [0, 1, 2]}
    assert whole_tiers(full) == full
    assert whole_tiers({"limits_kwh": [], "increments": []}) == {"limits_kwh": [], "increments": []}


def test_prices_of_tiers_may_be_numbers_and_lists_may_differ_in_length() -> None:
    assert whole_tiers({"prices": ["0.5", {"total": "0.6"}]})["prices"] == [
        {"total": "0.5"},
        {"total": "0.6"},
    ]
    assert whole_tiers({"prices": {"peak": [1, 2], "valley": [1]}})["prices"] == [
        {"peak": 1, "valley": 1},
        {"peak": 2, "valley": None},
    ]
