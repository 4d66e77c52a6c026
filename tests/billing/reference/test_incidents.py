"""Theft and breach: energy, months, prices of the time, and what is missing."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from bills_by_hand import (
    account,
    amounts,
    bill,
    codes,
    days,
    given,
    row,
    rulebook,
    tariff,
    two_part,
    value,
)
from powerchannel.billing.records import Account, GroupBill, Incident
from powerchannel.billing.reference.incidents import breach_months, unit_price
from powerchannel.billing.rules import Rulebook

HOMES = tariff("homes", catalogue_price="0.30")
SHOPS = tariff(
    "shops",
    components=[
        {"code": "energy_", "group": "energy", "price": "0.70"},
        {"code": "fund_", "group": "fund", "price": "0.05"},
    ],
)
SEPTEMBER = days("2025-09-01 2025-10-01")


def incident(kind: str = "theft", **fields: object) -> Incident:
    head = {"incident_id": "i", "account_id": "a", "kind": kind}
    numbers = {
        name: Decimal(text) if name in ("load_kw", "capacity_kva") else text
        for name, text in fields.items()
    }
    return Incident(**head, **numbers)  # type: ignore[arg-type]


def charged(*incidents: Incident, of: Account | None = None, **parts: object) -> GroupBill:
    book = parts.pop("book", rulebook(HOMES, SHOPS))
    assert isinstance(book, Rulebook)
    one = of or account(tariff="homes")
    return bill([row(one)], book, incidents=incidents, **parts)


def test_theft_of_an_unknown_time_by_a_lighting_load() -> None:
    found = charged(incident(load_kind="lighting", load_kw="2"))
    for an_id in ("i", "a", "g"):
        assert value(found, "incident_energy_kwh", an_id) == "2160.000000"
        assert value(found, "supplement_yuan", an_id) == "648.00"
        assert value(found, "penalty_yuan", an_id) == "1944.00"
    assert value(found, "amount_yuan") == "2592.00"
    assert [(line.code, line.group) for line in found.lines[-2:]] == [
        ("supplement", "incident"),
        ("penalty", "incident"),
    ]


def test_theft_of_a_known_time_at_the_price_of_the_load() -> None:
    one = incident(
        load_kind="power",
        capacity_kva="10",
        load_tariff="shops",
        started_on=date(2025, 1, 1),
        found_on=date(2025, 1, 11),
    )
    found = charged(one)
    assert value(found, "incident_energy_kwh", "i") == "1200.000000"
    assert value(found, "supplement_yuan") == "900.00"


def test_theft_is_charged_at_the_prices_of_its_days() -> None:
    old = tariff("homes", catalogue_price="0.30", effective_to="2025-01-06")
    new = tariff("homes", catalogue_price="0.60", effective_from="2025-01-06")
    span = {"started_on": date(2025, 1, 1), "found_on": date(2025, 1, 11)}
    known = incident(load_kind="power", load_kw="1", **span)
    assert value(charged(known, book=rulebook(old, new)), "supplement_yuan") == "54.00"
    unknown = incident(load_kind="power", load_kw="1", found_on=date(2025, 1, 5))
    assert value(charged(unknown, book=rulebook(old, new)), "supplement_yuan") == "648.00"


def test_energy_that_was_proven_replaces_the_estimate() -> None:
    proven = (given("i", "incident_energy_kwh", "1000"),)
    found = charged(incident(load_kind="power"), givens=proven)
    assert value(found, "supplement_yuan") == "300.00"
    agreed = (given("i", "penalty_yuan", "100"), given("i", "supplement_yuan", "40"))
    found = charged(incident(load_kind="power", load_kw="9"), givens=agreed)
    assert (value(found, "penalty_yuan", "i"), value(found, "supplement_yuan", "i")) == (
        "100.00",
        "40.00",
    )


def test_the_penalty_is_a_multiple_of_what_was_not_rounded() -> None:
    cheap = tariff("homes", catalogue_price="0.003")
    span = {"started_on": date(2025, 1, 1), "found_on": date(2025, 1, 2)}
    one = incident(load_kind="lighting", load_kw="0.19", **span)  # 1.14 kWh, 0.00342 yuan
    found = charged(one, book=rulebook(cheap))
    assert (value(found, "supplement_yuan"), value(found, "penalty_yuan")) == ("0.00", "0.01")


def test_a_load_of_a_higher_price_pays_the_difference() -> None:
    one = incident("higher_priced_load", load_kind="lighting", load_kw="3", load_tariff="shops")
    found = charged(one)
    assert value(found, "incident_energy_kwh", "i") == "1620.000000"
    assert (value(found, "supplement_yuan"), value(found, "penalty_yuan")) == ("729.00", "1458.00")


@pytest.mark.parametrize("found_on", [date(2025, 9, 30), date(2025, 10, 1), date(2025, 9, 12)])
def test_a_transformer_that_was_added_without_leave(found_on: date) -> None:
    one = incident(
        "excess_capacity", capacity_kva="315", started_on=date(2025, 8, 25), found_on=found_on
    )
    found = charged(one, book=rulebook(two_part(price="20")), of=account(span=SEPTEMBER))
    assert (value(found, "supplement_yuan"), value(found, "penalty_yuan")) == (
        "7770.00",
        "23310.00",
    )


def test_sealed_equipment_counts_from_the_day_after() -> None:
    one = incident(
        "sealed_equipment",
        capacity_kva="315",
        started_on=date(2025, 8, 24),
        found_on=date(2025, 9, 30),
    )
    found = charged(one, book=rulebook(two_part(price="20")), of=account(span=SEPTEMBER))
    assert (value(found, "supplement_yuan"), value(found, "penalty_yuan")) == (
        "7770.00",
        "15540.00",
    )


def test_capacity_of_an_unknown_time_counts_three_months() -> None:
    one = incident("excess_capacity", capacity_kva="100")
    demand = rulebook(two_part("contract_demand", "40"))
    found = charged(one, book=demand, of=account(contract_demand_kw=Decimal(1)))
    assert value(found, "supplement_yuan") == "12000.00"


@pytest.mark.parametrize(
    ("kind", "penalty"), [("excess_capacity", "500.00"), ("sealed_equipment", "300.00")]
)
def test_a_tariff_without_a_capacity_charge_pays_by_the_kilowatt(kind: str, penalty: str) -> None:
    found = charged(incident(kind, load_kw="10", found_on=date(2025, 1, 9)))
    assert (value(found, "supplement_yuan"), value(found, "penalty_yuan")) == ("0.00", penalty)


@pytest.mark.parametrize(
    ("one", "missing"),
    [
        (incident(load_kind="power"), "load_kw"),
        (incident(load_kw="2"), "load_kind"),
        (incident("higher_priced_load", load_kind="power", load_kw="2"), "load_tariff"),
        (incident("excess_capacity"), "capacity_kva"),
        (Incident(incident_id="i", account_id="z", kind="theft"), "account_id"),
    ],
)
def test_what_an_incident_lacks_is_told(one: Incident, missing: str) -> None:
    found = charged(one)
    assert (codes(found), found.lines) == (["incident_incomplete"], ())
    assert missing in found.findings[0].message.en


def test_a_tariff_that_is_not_there_is_told() -> None:
    one = incident(load_kind="power", load_kw="2", load_tariff="shpos")
    assert codes(charged(one)) == ["unknown_name"]


def test_several_incidents_are_summed() -> None:
    two = [incident(load_kind="lighting", load_kw="2")]
    two.append(
        Incident(
            incident_id="j",
            account_id="a",
            kind="theft",
            load_kind="lighting",
            load_kw=Decimal(1),
        )
    )
    found = charged(*two)
    assert value(found, "incident_energy_kwh", "j") == "1080.000000"
    assert value(found, "incident_energy_kwh") == "3240.000000"
    assert value(found, "supplement_yuan") == "972.00"
    assert amounts(found, "penalty") == [194_400, 97_200]


@pytest.mark.parametrize(
    ("begins", "ends", "months"),
    [
        ("2025-08-25", "2025-10-01", Fraction(37, 30)),
        ("2025-01-01", "2025-02-01", Fraction(1)),
        ("2025-01-05", "2025-01-20", Fraction(15, 30)),
        ("2024-11-30", "2025-03-02", Fraction(3) + Fraction(2, 30)),
        ("2025-03-02", "2025-03-01", Fraction(0)),
    ],
)
def test_whole_calendar_months_and_parts_of_thirty(
    begins: str, ends: str, months: Fraction
) -> None:
    found = breach_months(date.fromisoformat(begins), date.fromisoformat(ends))
    assert found == months


def test_the_price_of_a_kilowatt_hour_includes_funds_and_the_first_tier() -> None:
    assert unit_price(SHOPS) == Decimal("0.75")
    prices = [{"total": price} for price in ("0.5", "0.6")]
    tiers = {"cycle": "month", "limits_kwh": ["200"], "model": "table", "prices": prices}
    assert unit_price(tariff(tiers=tiers)) == Decimal("0.5")
