"""Every result by its name in the contract."""

from __future__ import annotations

from decimal import Decimal

import pytest
from attrs import evolve

from bills_by_hand import (
    account,
    bill,
    days,
    energy_of,
    group_of,
    kwh,
    row,
    rulebook,
    tariff,
    transformer,
    value,
)
from powerchannel.billing.records import Group, GroupBill, GroupEnergy
from powerchannel.billing.reference.charges import group_bill
from powerchannel.billing.tariff import Tariff

PLAIN = tariff(
    components=[
        {"code": "x", "group": "energy", "price": "0.5", "by_period": True},
        {"code": "y", "group": "energy", "price": "0.1"},
        {"code": "fund_", "group": "fund", "price": "0.01"},
    ]
)


def measured(an_id: str, parts: dict[str, str]) -> object:
    return row(
        account(an_id),
        parts,
        "50",
        metered_kwh=kwh({"peak": "90", "flat": "190"}),
        transformer_loss_kwh=kwh({"peak": "6", "flat": "4"}),
        line_loss_kwh=kwh({"peak": "4", "flat": "6"}),
        metered_reactive_kvarh=Decimal(40),
        transformer_loss_kvarh=Decimal(10),
        demand_kw=Decimal("7.5"),
        metered_demand_kw=Decimal(8),
    )


def two() -> GroupBill:
    rows = [measured(an_id, {"peak": "100", "flat": "200"}) for an_id in "ab"]
    energy = evolve(
        energy_of(rows),  # type: ignore[arg-type]
        meters={"m": kwh({"peak": "90", "flat": "190"})},
        meter_reactive_kvarh={"m": Decimal(40)},
    )
    return group_bill(group_of(rows), energy, rulebook(PLAIN))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "period", "one"),
    [
        ("metered_energy_kwh", "peak", "90"),
        ("metered_energy_kwh", "total", "280"),
        ("billed_energy_kwh", "flat", "200"),
        ("billed_energy_kwh", "total", "300"),
        ("transformer_loss_kwh", "peak", "6"),
        ("line_loss_kwh", "total", "10"),
        ("billed_reactive_kvarh", "total", "50"),
        ("metered_reactive_kvarh", "total", "40"),
        ("transformer_loss_kvarh", "total", "10"),
        ("billed_demand_kw", "total", "7.5"),
        ("metered_demand_kw", "total", "8"),
        ("x", "peak", "50.00"),
        ("x", "total", "150.00"),
        ("energy", "total", "180.00"),
        ("energy", "peak", "50.00"),
        ("fund", "total", "3.00"),
        ("energy_charge_yuan", "total", "183.00"),
        ("amount_yuan", "total", "183.00"),
    ],
)
def test_a_group_has_the_sums_of_its_accounts(name: str, period: str, one: str) -> None:
    found = two()
    assert Decimal(value(found, name, "a", period)) == Decimal(one)
    assert Decimal(value(found, name, "g", period)) == 2 * Decimal(one)


def test_an_average_price_has_five_decimals() -> None:
    assert value(two(), "average_price_yuan_per_kwh", "g") == "0.61000"
    third = tariff(catalogue_price="0.3333333")
    found = bill([row(account(), "3000")], rulebook(third))
    assert value(found, "average_price_yuan_per_kwh") == "0.33333"


def test_meters_have_what_they_measured() -> None:
    found = two()
    assert value(found, "metered_energy_kwh", "m") == "280"
    assert value(found, "metered_energy_kwh", "m", "flat") == "190"
    assert value(found, "metered_reactive_kvarh", "m") == "40"


def same_ids(tariff_: Tariff, **parts: object) -> GroupBill:
    one = account(power_factor_standard=Decimal("0.90"))
    one = evolve(one, group_id="a")
    rows = (row(one, "3000", "4000"),)
    group = Group(group_id="a", accounts=(one,), **parts)  # type: ignore[arg-type]
    energy = GroupEnergy(group_id="a", accounts=rows, meters={"a": {"total": Decimal(1)}})
    return group_bill(group, energy, rulebook(tariff_))


def test_an_account_alone_in_its_group_reads_as_the_group() -> None:
    found = same_ids(PLAIN)
    assert value(found, "energy") == "1800.00"
    assert value(found, "power_factor_charge") == "450.00"
    assert value(found, "amount_yuan") == "2280.00"
    assert value(found, "billed_energy_kwh") == "3000"
    assert value(found, "metered_energy_kwh") == "0"


def test_the_demand_of_rows_is_their_largest_and_their_energy_the_sum() -> None:
    spans = ("2025-01-01 2025-01-12", "2025-01-12 2025-02-01")
    rows = [
        row(account(span=days(span)), "5", "2", demand_kw=Decimal(kw))
        for span, kw in zip(spans, ("4", "3"), strict=True)
    ]
    found = bill(rows, rulebook(PLAIN), transformers=(transformer("t", "10"),))
    assert value(found, "billed_demand_kw") == "4"
    assert value(found, "billed_energy_kwh") == "10"
    assert value(found, "billed_reactive_kvarh") == "4"


def test_codes_that_are_the_names_of_their_groups_count_once() -> None:
    one = tariff(components=[{"code": "energy", "group": "energy", "price": "1"}])
    found = bill([row(account(), "5")], rulebook(one))
    assert value(found, "energy") == "5.00"
