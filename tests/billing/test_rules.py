"""The billing policy as a record: what it refuses, its tables, and what it does not state."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import pytest
from attrs import evolve

from powerchannel.billing.rules import PowerFactorTable, Rulebook, from_case, tariff_at
from powerchannel.billing.tariff import from_case as tariff_of
from powerchannel.billing.tariff import load_tariff
from powerchannel.errors import NotInForceError, RulebookError, UnknownNameError
from powerchannel.registry import DOMAINS, RULEBOOK_KINDS, resolve
from powerchannel.rulebook import (
    diff,
    digest,
    dumps,
    json_schema,
    load_rulebook,
    loads,
    rules,
    structure,
)

# The tables as a clerk would copy them, from 1.00 down by 0.01; apart from the bundled file.
PRINTED = {
    "0.90": (
        "-0.75 -0.75 -0.75 -0.75 -0.75 -0.75 -0.60 -0.45 -0.30 -0.15 "
        "0 0.5 1 1.5 2 2.5 3 3.5 4 4.5 "
        "5 5.5 6 6.5 7 7.5 8 8.5 9 9.5 "
        "10 11 12 13 14 15 17 19 21 23 "
        "25 27 29 31 33 35 37 39 41 43 45"
    ),
    "0.85": (
        "-1.1 -1.1 -1.1 -1.1 -1.1 -1.1 -1.1 -0.95 -0.80 -0.65 "
        "-0.5 -0.4 -0.3 -0.2 -0.1 0 0.5 1 1.5 2 "
        "2.5 3 3.5 4 4.5 5 5.5 6 6.5 7 "
        "7.5 8 8.5 9 9.5 10 11 12 13 14 "
        "15 17 19 21 23 25 27 29 31 33 35"
    ),
    "0.80": (
        "-1.3 -1.3 -1.3 -1.3 -1.3 -1.3 -1.3 -1.3 -1.3 -1.15 "
        "-1 -0.9 -0.8 -0.7 -0.6 -0.5 -0.4 -0.3 -0.2 -0.1 "
        "0 0.5 1 1.5 2 2.5 3 3.5 4 4.5 "
        "5 5.5 6 6.5 7 7.5 8 8.5 9 9.5 "
        "10 11 12 13 14 15 17 19 21 23 25"
    ),
}
HUNDREDTHS = tuple(range(100, 49, -1))


def policy() -> Rulebook:
    book = load_rulebook("sgcc-2024")
    assert isinstance(book, Rulebook)
    return book


def closed_form(standard: str, c: int) -> Decimal:
    """The rate by the rule of 1983, in percent; c is the power factor in hundredths."""
    half, tenth, steep = Decimal("0.5"), Decimal("0.1"), Decimal("0.15")
    zero = int(Decimal(standard) * 100)
    if c < zero - 25:
        return 15 + 2 * Decimal(zero - 25 - c)
    if c < zero - 20:
        return 10 + Decimal(zero - 20 - c)
    if c <= zero:
        return half * (zero - c)
    flat, best = {"0.90": (90, 95), "0.85": (90, 94), "0.80": (90, 92)}[standard]
    c = min(c, best)
    return -tenth * (min(c, flat) - zero) - steep * max(c - flat, 0)


def changed(path: str, value: object) -> str:
    """The bundled rulebook as JSON with one value replaced."""
    document = json.loads(dumps(policy()))
    *parents, last = path.split("/")
    place = document
    for key in parents:
        place = place[int(key)] if isinstance(place, list) else place[key]
    place[last] = value
    return json.dumps(document)


@pytest.mark.parametrize("standard", PRINTED)
@pytest.mark.parametrize("c", HUNDREDTHS)
def test_a_row_of_the_power_factor_tables(standard: str, c: int) -> None:
    tables = {table.standard: table for table in policy().power_factor_tables}
    rate = tables[Decimal(standard)].percent[f"{c // 100}.{c % 100:02d}"]
    assert rate == Decimal(PRINTED[standard].split()[100 - c])
    assert rate == closed_form(standard, c)


def test_the_power_factor_tables_are_whole() -> None:
    assert [str(t.standard) for t in policy().power_factor_tables] == ["0.90", "0.85", "0.80"]
    for table in policy().power_factor_tables:
        assert len(table.percent) == len(HUNDREDTHS) == 51
        assert table.below_step_percent == 2
    worst = policy().power_factor_tables[0].percent["0.60"]
    assert worst == 25  # PF-03


def test_the_policy_of_the_source() -> None:
    book = policy()
    assert (book.theft.unknown_days, book.theft.penalty_multiple) == (180, 3)
    assert (book.theft.power_hours_per_day, book.theft.lighting_hours_per_day) == (12, 6)
    assert book.breach.unknown_days == 90
    kinds = (book.breach.higher_priced_load, book.breach.excess_capacity)
    assert [(k.penalty_multiple, k.yuan_per_kw) for k in kinds] == [(2, 0), (3, 50)]
    sealed = book.breach.sealed_equipment
    assert (sealed.penalty_multiple, sealed.yuan_per_kw) == (2, 30)
    fee = book.late_fee
    assert [str(r) for r in fee.rates("residential")] == ["0.001", "0.001"]
    assert [str(r) for r in fee.rates("commerce_industry")] == ["0.002", "0.003"]
    assert fee.cross_year_span == "split"
    assert book.allocation.order == "sub_meters_first"
    assert (book.allocation.quantity_split, book.allocation.ratio_split) == ("flat", "proportional")
    assert book.allocation.demand_hours["two_shifts"] == 360
    assert book.readings.rollover_from_ratio == Decimal("0.9")
    assert (book.effective_from, book.effective_to) == (None, None)


def test_the_audit_has_every_rule_of_the_source() -> None:
    found = {rule.code: rule for rule in policy().audit.rules}
    assert list(found) == [
        *("ZERO_USE", "SURGE", "DROP", "YOY", "NEGATIVE", "ROLLOVER", "TOU_SUM", "MULTIPLIER"),
        *("OVER_CAPACITY", "LOAD_HOURS", "LOSS_RATIO", "PF_RANGE", "DEDUCT", "FIXED", "PRICE"),
        *("BASIC", "TIER", "SUM", "AVG_PRICE", "REPEAT"),
    ]
    blocking = [code for code, rule in found.items() if rule.verdict == "block"]
    assert blocking == [
        *("NEGATIVE", "TOU_SUM", "MULTIPLIER", "DEDUCT", "PRICE", "BASIC", "TIER", "SUM", "REPEAT"),
    ]
    assert found["LOAD_HOURS"].thresholds == {"most_hours": 720, "least_hours": 20}
    assert found["SURGE"].thresholds["residential_kwh"] == 200


def test_what_the_source_does_not_state_says_so() -> None:
    status = {rule.id: rule.provenance.status for rule in rules(policy())}
    assert {status[rule] for rule in status if rule.startswith("audit")} == {"assumed"}
    assert status["readings"] == status["estimation"] == "assumed"
    assert status["allocation"] == status["losses"] == "repaired"
    stated = ("theft", "late_fee", "breach", "breach.sealed_equipment", "power_factor_tables[0]")
    assert {status[rule] for rule in stated} == {"stated"}
    assert all(rule.provenance.clause for rule in rules(policy()))


@pytest.mark.parametrize(
    ("path", "value", "where"),
    [
        ("readings/rollover_from_ratio", 1.5, "$.readings.rollover_from_ratio"),
        ("readings/plausible_load_factor", 0, "$.readings.plausible_load_factor"),
        ("readings/rates_tolerance_units", -1, "$.readings.rates_tolerance_units"),
        ("allocation/order", "any", "$.allocation.order"),
        ("allocation/demand_hours/lighting", 0, "$.allocation.demand_hours.lighting"),
        ("allocation/demand_hours/four_shifts", 1, "$.allocation.demand_hours.four_shifts"),
        ("losses/share_by", "none", "$.losses.share_by"),
        ("losses/load_loss_ratio", 1.5, "$.losses.load_loss_ratio"),
        ("estimation/methods", ["guess"], "$.estimation.methods[0]"),
        ("estimation/methods", ["last_year", "last_year"], "$.estimation.methods[1]"),
        ("estimation/growth_ratio", 0, "$.estimation.growth_ratio"),
        ("estimation/capacity_hours_per_day", 25, "$.estimation.capacity_hours_per_day"),
        ("estimation/most_in_a_row", -1, "$.estimation.most_in_a_row"),
        ("power_factor_tables/0/standard", 90, "$.power_factor_tables[0].standard"),
        ("power_factor_tables/1/standard", 0.9, "$.power_factor_tables[1].standard"),
        ("power_factor_tables/0/percent", {}, "$.power_factor_tables[0].percent"),
        ("power_factor_tables/0/percent/0.9", 0, "$.power_factor_tables[0].percent['0.9']"),
        ("power_factor_tables/0/percent/0.49", 40, "$.power_factor_tables[0].percent['0.49']"),
        ("power_factor_tables/0/percent/0.94", 0.6, "$.power_factor_tables[0].percent['0.93']"),
        ("power_factor_tables/0/below_step_percent", -2, None),
        ("theft/unknown_days", 0, "$.theft.unknown_days"),
        ("breach/excess_capacity/yuan_per_kw", -50, "$.breach.excess_capacity.yuan_per_kw"),
        ("late_fee/daily_rate", 2, "$.late_fee.daily_rate"),
        ("audit/rules/0/verdict", "warn", "$.audit.rules[0].verdict"),
        ("audit/rules/1/code", "ZERO_USE", "$.audit.rules[1].code"),
        ("audit/rules/1/code", "", "$.audit.rules[1].code"),
        ("audit/rules/3/thresholds/ratio", -1, "$.audit.rules[3].thresholds.ratio"),
    ],
)
def test_a_rule_out_of_bounds_is_refused_at_its_path(
    path: str, value: object, where: str | None
) -> None:
    with pytest.raises(RulebookError) as caught:
        loads(changed(path, value), format="json")
    assert caught.value.problems[0].where == (where or "$." + BELOW)
    for lang in ("zh", "en"):
        assert "{" not in caught.value.render(lang)


BELOW = "power_factor_tables[0].below_step_percent"


def test_a_missing_row_of_a_table_is_refused() -> None:
    table = policy().power_factor_tables[0]
    percent = {key: rate for key, rate in table.percent.items() if key != "0.75"}
    with pytest.raises(RulebookError, match=r"'0\.50'.*every 0\.01 from 1\.00 to 0\.51"):
        PowerFactorTable(standard=table.standard, percent=percent, provenance=table.provenance)


def test_the_policy_reads_back_the_same_with_and_without_tariffs() -> None:
    retail = load_tariff("chongqing-two-part-retail-2026")
    for book in (policy(), evolve(policy(), tariffs=(retail,))):
        again = loads(dumps(book), format="json")
        assert again == book
        assert digest(again) == digest(book)
        assert loads(dumps(book, format="toml"), format="toml") == book


def test_the_digest_covers_the_prices() -> None:
    retail = load_tariff("chongqing-two-part-retail-2026")
    book = evolve(policy(), tariffs=(retail,))
    dearer = evolve(retail.components[3], price=Decimal("0.017275"))
    parts = (*retail.components[:3], dearer, *retail.components[4:])
    other = evolve(policy(), tariffs=(evolve(retail, components=parts),))
    assert len({digest(policy()), digest(book), digest(other)}) == 3
    assert [d.path for d in diff(book, other)] == ["$.tariffs[0].components[3].price"]


def test_a_tariff_of_a_day() -> None:
    change = date(2025, 7, 1)
    old = evolve(load_tariff("agriculture"), effective_to=change)
    new = evolve(old, effective_from=change, effective_to=None, catalogue_price=Decimal("0.6"))
    book = evolve(policy(), tariffs=(new, old))
    assert tariff_at(book, "agriculture", date(2025, 6, 30)) is old
    assert tariff_at(book, "agriculture", change) is new
    with pytest.raises(UnknownNameError, match="did you mean agriculture"):
        tariff_at(book, "agriculure", change)
    with pytest.raises(NotInForceError, match="2025-06-30"):
        tariff_at(evolve(book, tariffs=(new,)), "agriculture", date(2025, 6, 30))
    assert book.shelves.get("agriculture").books == (old, new)
    assert (book.shelves.names(), policy().shelves.names()) == (("agriculture",), ())


def test_editions_with_a_gap_are_no_rulebook() -> None:
    old = evolve(load_tariff("agriculture"), effective_to=date(2025, 7, 1))
    new = evolve(old, effective_from=date(2025, 7, 2), effective_to=None)
    with pytest.raises(RulebookError, match="there is a gap"):
        evolve(policy(), tariffs=(old, new))
    with pytest.raises(RulebookError, match="there is an overlap"):
        evolve(policy(), tariffs=(old, old))


def test_the_changes_of_a_worked_example_are_its_own() -> None:
    changes = {
        "late_fee": {"daily_rate": "0.001", "cross_year_span": "whole"},
        "breach": {"sealed_equipment": {"yuan_per_kw": "20"}},
    }
    found = from_case(changes, policy(), source="a textbook")
    assert found.late_fee.daily_rate == Decimal("0.001")
    assert found.late_fee.cross_year_daily_rate == Decimal("0.003")
    assert (found.late_fee.provenance.clause, found.late_fee.provenance.note) == ("a textbook", "")
    sealed = found.breach.sealed_equipment
    assert (sealed.penalty_multiple, sealed.yuan_per_kw) == (2, 20)
    assert found.breach.excess_capacity == policy().breach.excess_capacity
    assert from_case({}, policy(), source="a textbook") == policy()


def test_a_multiple_of_all_breaches_holds_for_each_kind() -> None:
    changes = {"breach": {"penalty_multiple": "4", "excess_capacity": {"penalty_multiple": "5"}}}
    breach = from_case(changes, policy(), source="a textbook").breach
    assert breach.higher_priced_load.penalty_multiple == 4
    assert breach.excess_capacity.penalty_multiple == 5
    assert (breach.sealed_equipment.penalty_multiple, breach.sealed_equipment.yuan_per_kw) == (
        4,
        30,
    )


def test_changes_that_do_not_fit_are_refused_at_their_place() -> None:
    with pytest.raises(RulebookError) as caught:
        from_case(
            {"theft": {"unknown_day": 3}, "breach": {"excess_capacity": 3, "yuan_per_kw": 1}},
            policy(),
            source="a textbook",
            where="$.rulebook",
        )
    assert {p.where for p in caught.value.problems} == {
        "$.rulebook.theft.unknown_day",
        "$.rulebook.breach.excess_capacity",
    }


def test_the_changes_keep_the_tariffs() -> None:
    main = tariff_of({"catalogue_price": "0.5"}, name="main", source="a textbook")
    book = evolve(policy(), tariffs=(main,))
    assert from_case({"theft": {"unknown_days": 90}}, book, source="x").tariffs == (main,)


def test_the_kind_is_registered_and_has_a_schema() -> None:
    assert resolve(RULEBOOK_KINDS.get("billing")) is Rulebook
    assert RULEBOOK_KINDS.get("billing").startswith(DOMAINS.get("billing"))
    schema = json_schema(Rulebook)
    assert json.loads(json.dumps(schema)) == schema
    definitions = schema["$defs"]
    assert isinstance(definitions, dict)
    assert {"Tariff", "PowerFactorTable", "Breach", "AuditRule"} <= set(definitions)
    document = json.loads(dumps(policy()), parse_float=Decimal)
    assert structure(Rulebook, document) == policy()
