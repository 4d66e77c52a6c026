from __future__ import annotations

import pytest
from attrs import evolve

from planted_bills import TARIFFS, Case, found

SOUND = Case()


@pytest.mark.parametrize(
    ("table", "row", "cells", "finding"),
    [
        ("lines", 1, {"quantity": "-1000"}, ("shop-1", "NEGATIVE")),
        ("accounts", 1, {"tariff": "shop-2019"}, ("shop-1", "PRICE")),
        ("accounts", 2, {"power_factor_standard": None}, ("works-1", "PRICE")),
        ("accounts", 3, {"contract_demand_kw": "319.9"}, ("mill-1", "BASIC")),
        ("lines", 3, {"quantity": "630"}, ("works-1", "BASIC")),
    ],
)
def test_a_fault_is_found_by_its_rule_alone(table, row, cells, finding):
    assert found(SOUND.cell(table, row, **cells).audit()) == [finding]


def test_a_contract_at_its_floor_is_right():
    """40 % of 800 kVA are 320 kW."""
    assert found(SOUND.cell("accounts", 3, contract_demand_kw="320").audit("BASIC")) == []


def test_a_negative_price_or_amount_is_right():
    case = SOUND.cell("lines", 1, amount_fen="-70000")
    assert found(case.audit("NEGATIVE")) == []


def test_lines_that_do_not_sum():
    report = SOUND.cell("lines", 1, amount_fen="69999").audit()
    assert found(report) == [("shop-1", "SUM")]
    assert report.findings["en"][0] == "rule SUM: lines sum to 699.99, the bill is 700"
    assert found(SOUND.cell("lines", 4, amount_fen="-99999").audit()) == [("g", "SUM")]
    # An account's line is in its group as well.
    both = SOUND.cell("lines", 5, amount_fen="8000001").audit()
    assert found(both) == [("mill-1", "SUM"), ("g", "SUM")]


def test_a_bill_without_lines_is_nothing():
    case = SOUND.change("lines", lambda rows: rows.iloc[1:])
    assert found(case.audit("SUM")) == [("home-1", "SUM")]
    assert found(case.value("home-1", "amount_yuan", "0.00").audit("SUM")) == []


@pytest.mark.parametrize(
    ("an_id", "price", "is_found"),
    [
        ("home-1", "1.2", False),
        ("home-1", "1.20001", True),
        ("home-1", "0.29999", True),
        ("shop-1", "1.20001", False),
        ("shop-1", "2.00001", True),
    ],
)
def test_average_prices(an_id, price, is_found):
    report = SOUND.value(an_id, "average_price_yuan_per_kwh", price).audit()
    assert found(report) == ([(an_id, "AVG_PRICE")] if is_found else [])


def test_an_account_of_unknown_category_has_no_band():
    case = SOUND.cell("accounts", 1, category="")
    report = case.audit("AVG_PRICE")
    assert report.not_checked[["missing", "example"]].values.tolist() == [
        ["tariffs.category", "shop-1"]
    ]


def test_a_tariff_of_another_category_than_the_archive_has():
    works = evolve(TARIFFS[2], category="agriculture")
    assert found(SOUND.audit("PRICE", tariffs=(*TARIFFS[:2], works, TARIFFS[3]))) == [
        ("works-1", "PRICE")
    ]
    same = evolve(works, category="commerce_industry")
    assert found(SOUND.audit("PRICE", tariffs=(*TARIFFS[:2], same, TARIFFS[3]))) == []


def test_less_demand_than_agreed():
    case = SOUND.value("mill-1", "billed_demand_kw", "499.9")
    report = case.audit()
    assert found(report) == [("mill-1", "BASIC")]
    assert "charged for 499.9 kW, 500 were agreed" in report.findings["en"][0]
    assert found(case.cell("transformers", 1, status="suspended").audit("BASIC")) == []
    bare = SOUND.change("bills", lambda rows: rows[rows["name"] != "billed_demand_kw"])
    assert bare.audit("BASIC").not_checked["missing"].tolist() == ["bills.billed_demand_kw"]


def test_a_two_part_tariff_below_its_capacity():
    case = SOUND.cell("transformers", 0, capacity_kva="314.9")
    assert found(case.audit("PRICE")) == [("works-1", "PRICE")]
    assert found(SOUND.cell("transformers", 0, capacity_kva="315").audit("PRICE")) == []


def test_a_home_needs_no_standard():
    case = SOUND.cell("transformers", 0, account_id="home-1")
    report = case.audit("PRICE")
    assert found(report) == []
    assert report.not_checked["example"].tolist() == ["works-1"]


@pytest.mark.parametrize(
    ("table", "cells"),
    [
        ("transformers", {"status": "hot_standby"}),
        ("transformers", {"interlock_group": "i"}),
        ("accounts", {"ended_on": "2025-03-20"}),
    ],
)
def test_what_is_no_plain_month_is_not_compared(table, cells):
    row = 0 if table == "transformers" else 2
    case = SOUND.cell("lines", 3, quantity="630").cell(table, row, **cells)
    assert found(case.audit("BASIC")) == []


def test_a_charge_of_two_months_is_for_twice_the_capacity():
    case = SOUND.cell("accounts", 2, started_on="2025-02-01")
    assert found(case.audit("BASIC")) == [("works-1", "BASIC")]
    assert found(case.cell("lines", 3, quantity="2000").audit("BASIC")) == []


def test_without_a_two_part_tariff_there_is_nothing_to_ask():
    case = SOUND.cell("accounts", 2, tariff="shop").cell("accounts", 3, tariff="shop")
    bare = case.change("accounts", lambda rows: rows.drop(columns=["contract_demand_kw"]))
    assert bare.audit("BASIC").not_checked.empty
    told = bare.without("transformers").audit("PRICE").not_checked
    assert told["missing"].tolist() == ["archive.transformers"]
