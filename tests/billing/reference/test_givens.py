"""Every given value is taken and shown, or refused and told why."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bills_by_hand import (
    account,
    amounts,
    bill,
    codes,
    given,
    row,
    rulebook,
    tariff,
    value,
)
from powerchannel.billing.records import GroupBill, Incident, Meter
from powerchannel.billing.reference.givens import OF_ACCOUNTS, OF_INCIDENTS, OF_LOSSES, OF_METERS

STANDARD = {"power_factor_standard": Decimal("0.90")}
BOOK = rulebook(
    tariff(
        components=[
            {"code": "market", "group": "energy", "price": "0.4"},
            {"code": "grid", "group": "transmission", "price": "0.1"},
            {"code": "fund_a", "group": "fund", "price": "0.02"},
        ],
        feed_in={"price": "0.4", "vat_rate": "0.13"},
    )
)
THEFT = Incident(incident_id="i", account_id="a", kind="theft", load_kind="power")


def billed(*givens: tuple[str, str, str], several: bool = False, **parts: object) -> GroupBill:
    rows = [row(account(**STANDARD), "3000", "4000")]
    if several:
        rows.append(row(account("b"), "10"))
    return bill(rows, BOOK, givens=tuple(given(*one) for one in givens), **parts)


@pytest.mark.parametrize(
    "name",
    [
        *("market", "energy", "fund", "tier_2", "energy_charge_yuan", "late_fee_yuan", "capacity"),
        *("power_factor", "power_factor_rate_percent", "power_factor_charge", "feed_in_yuan"),
    ],
)
def test_what_a_bill_takes_is_among_its_results(name: str) -> None:
    found = billed(("a", name, "0.83"))
    assert codes(found) == []
    assert Decimal(value(found, name)) == Decimal("0.83")


def test_the_energy_charge_replaces_all_that_is_charged_by_the_kwh() -> None:
    found = billed(("a", "energy_charge_yuan", "1234.56"))
    charge = (found.lines[0].code, found.lines[0].group, found.lines[0].rule_id)
    assert charge == ("energy_charge", "energy", "givens")
    assert value(found, "amount_yuan") == value(found, "energy_charge_yuan") == "1234.56"
    assert amounts(found, "power_factor_charge") == [30_864]
    home = rulebook(
        tariff(
            catalogue_price="0.5",
            tiers={"cycle": "month", "limits_kwh": ["100"], "increments": ["0", "0.1"]},
        )
    )
    found = bill([row(account(), "300")], home, givens=(given("g", "energy_charge_yuan", "9"),))
    assert [(line.code, line.group) for line in found.lines] == [("energy_charge", "catalogue")]


def test_energy_fed_in_may_be_settled_elsewhere() -> None:
    settled = billed(("a", "feed_in_yuan", "113"))
    names = ("feed_in_energy_kwh", "feed_in_yuan", "feed_in_vat_yuan")
    assert [value(settled, name) for name in names] == ["0", "113.00", "13.00"]
    taxed = billed(("a", "feed_in_energy_kwh", "100"), ("a", "feed_in_vat_yuan", "4"))
    assert [value(taxed, name) for name in names[1:]] == ["40.00", "4.00"]


def test_a_penalty_follows_from_a_given_supplement() -> None:
    one = (Incident(**{**_fields(THEFT), "load_kw": Decimal(9)}),)
    found = billed(("i", "supplement_yuan", "40"), incidents=one)
    assert [value(found, f"{n}_yuan") for n in ("supplement", "penalty")] == ["40.00", "120.00"]
    assert [line.rule_id for line in found.lines[3:5]] == ["givens", "theft"]


def _fields(of: Incident) -> dict[str, object]:
    return {name: getattr(of, name) for name in ("incident_id", "account_id", "kind", "load_kind")}


@pytest.mark.parametrize(
    ("name", "an_id", "told"),
    [
        ("markett", "a", "market"),
        ("billed_energy", "a", "billed_energy_kwh"),
        ("amount_yuan", "a", "market, grid, fund_a"),
        ("market", "transformer", "transformer_loss_ratio"),
    ],
)
def test_what_nothing_takes_is_refused(name: str, an_id: str, told: str) -> None:
    found = billed((an_id, name, "5"))
    (finding,) = found.findings
    assert (finding.code, finding.id, finding.is_fatal) == ("given_unknown", an_id, True)
    assert told in finding.message.en
    assert found.lines == ()


def test_an_amount_for_several_accounts_is_refused() -> None:
    found = billed(("g", "market", "5"), several=True)
    assert (codes(found), found.lines) == (["given_for_group"], ())
    assert codes(billed(("g", "late_fee_yuan", "5"), several=True)) == ["given_for_group"]
    assert codes(billed(("g", "power_factor", "0.9"), several=True)) == []


def test_a_sum_and_a_part_of_it_would_be_charged_twice() -> None:
    for names in (("energy", "market"), ("energy_charge_yuan", "fund"), ("catalogue", "tier_1")):
        found = billed(*(("a", name, "5") for name in names))
        assert codes(found) == ["given_twice"]
    apart = billed(("a", "energy_charge_yuan", "5"), ("a", "capacity", "7"))
    assert value(apart, "amount_yuan") == "12.00"


def test_what_is_given_for_the_account_goes_before_what_is_given_for_its_group() -> None:
    found = billed(("g", "market", "5"), ("a", "market", "7"), ("g", "fund", "1"))
    assert (value(found, "market"), value(found, "fund")) == ("7.00", "1.00")


def test_a_power_factor_that_changes_nothing_is_told() -> None:
    rows = [row(account(), "3000", "4000")]
    for an_id in "ag":
        found = bill(rows, BOOK, givens=(given(an_id, "power_factor", "0.95"),))
        (finding,) = found.findings
        assert (finding.code, finding.is_fatal) == ("given_unused", False)
        assert len(found.lines) == 3
    free = [row(account(is_power_factor_assessed=False), "3000", "4000")]
    found = bill(free, BOOK, givens=(given("a", "power_factor_charge", "5"),))
    assert codes(found) == ["given_unused"]
    found = bill(free, BOOK, givens=(given("g", "power_factor_charge", "5"),))
    assert (codes(found), value(found, "power_factor_charge", "g")) == ([], "5.00")


@pytest.mark.parametrize("factor", ["0", "-0.9", "1.01", "95"])
def test_a_power_factor_that_cannot_be_is_refused(factor: str) -> None:
    assert codes(billed(("a", "power_factor", factor))) == ["given_impossible"]


def test_a_given_power_factor_has_two_decimals() -> None:
    found = billed(("g", "power_factor", "0.945"))
    assert {value(found, "power_factor", an_id) for an_id in "ag"} == {"0.95"}
    assert Decimal(value(found, "power_factor_rate_percent")) == Decimal("-0.75")


def test_every_name_is_taken_where_it_stands() -> None:
    one = (Incident(**{**_fields(THEFT), "load_kw": Decimal(9)}),)
    parts = {"incidents": one, "meters": (Meter(meter_id="m", account_id="a"),)}
    places = {"a": OF_ACCOUNTS, "g": OF_ACCOUNTS, "m": OF_METERS, "i": OF_INCIDENTS}
    places |= {"t": (*OF_LOSSES, "transformer_loss_ratio")}
    for an_id, names in places.items():
        for name in names:
            assert codes(billed((an_id, name, "0.5"), **parts)) == []
    for an_id, name in (("m", "billed_demand_kw"), ("i", "billed_energy_kwh"), ("t", "fund")):
        assert codes(billed((an_id, name, "0.5"), **parts)) == ["given_unknown"]
    assert codes(billed(("g", "line_loss_kwh", "5"), several=True)) == []


def test_a_tax_may_be_given_alone() -> None:
    assert value(billed(("a", "feed_in_vat_yuan", "4")), "feed_in_vat_yuan") == "4.00"
