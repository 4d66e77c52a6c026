from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planted_bills import Case, found

SOUND = Case()
ENERGY = "billed_energy_kwh"
MONTHS = ("SURGE", "DROP", "ZERO_USE", "NEGATIVE", "LOSS_RATIO", "PF_RANGE", "OVER_CAPACITY")


@pytest.mark.parametrize(
    ("an_id", "name", "value", "table", "code"),
    [
        ("shop-1", ENERGY, "0", "bills", "ZERO_USE"),
        # A home rises by 300 % and at least 200 kWh, low voltage by 100 %, high voltage by 50 %.
        ("home-1", ENERGY, "50", "previous", None),
        ("home-1", ENERGY, "800", "bills", "SURGE"),
        ("home-1", ENERGY, "799.99", "bills", None),
        ("shop-1", ENERGY, "500", "previous", "SURGE"),
        ("shop-1", ENERGY, "500.01", "previous", None),
        ("shop-1", ENERGY, "0", "previous", "SURGE"),
        ("home-1", ENERGY, "0", "previous", "SURGE"),
        ("works-1", ENERGY, "200000", "previous", "SURGE"),
        ("works-1", ENERGY, "200001", "previous", None),
        # A home falls by 75 % and at least 200 kWh, low voltage by 50 %, high voltage by 30 %.
        ("home-1", ENERGY, "800", "previous", "DROP"),
        ("home-1", ENERGY, "799", "previous", None),
        ("shop-1", ENERGY, "2000", "previous", "DROP"),
        ("works-1", ENERGY, "430000", "previous", "DROP"),
        ("works-1", ENERGY, "428000", "previous", None),
        # 10 % of 300,000 kWh, and nothing below 0.
        ("works-1", "transformer_loss_kwh", "30001", "bills", "LOSS_RATIO"),
        ("works-1", "transformer_loss_kwh", "30000", "bills", None),
        ("works-1", "transformer_loss_kwh", "-1", "bills", "LOSS_RATIO"),
        ("works-1", "power_factor", "0.49", "bills", "PF_RANGE"),
        ("works-1", "power_factor", "0.50", "bills", None),
        ("works-1", "power_factor", "1.01", "bills", "PF_RANGE"),
        ("works-1", "billed_reactive_kvarh", "0", "bills", "PF_RANGE"),
        # 800 kVA at 0.96 allow 768 kW.
        ("mill-1", "metered_demand_kw", "768.000001", "bills", "OVER_CAPACITY"),
        ("mill-1", "metered_demand_kw", "768", "bills", None),
    ],
)
def test_a_fault_is_found_by_its_rule_alone(an_id, name, value, table, code):
    report = SOUND.value(an_id, name, value, table).audit(*MONTHS)
    assert found(report) == ([(an_id, code)] if code else [])


@pytest.mark.parametrize(
    ("kwh", "is_found"), [("666", True), ("667", False), ("2000", False), ("2001", True)]
)
def test_a_year_ago(kwh, is_found):
    """1,000 now: 1.5 times 666 is 999, 1.5 times 667 is 1,000.5; half of 2,000 is 1,000."""
    report = SOUND.value("shop-1", ENERGY, kwh, "last_year").audit("YOY")
    assert found(report) == ([("shop-1", "YOY")] if is_found else [])
    if is_found:
        assert report.findings["en"][0] == (
            f"rule YOY: 1000 kWh, {kwh} kWh in the same month of last year"
        )


@pytest.mark.parametrize(("kwh", "is_found"), [("595200", False), ("595200.01", True)])
def test_more_than_the_capacity_gives(kwh, is_found):
    report = SOUND.value("mill-1", ENERGY, kwh).audit("OVER_CAPACITY")
    assert found(report) == ([("mill-1", "OVER_CAPACITY")] if is_found else [])


@pytest.mark.parametrize(
    ("kwh", "is_found"), [("16000", False), ("15999", True), ("576000", False), ("576001", True)]
)
def test_hours_of_use(kwh, is_found):
    """800 kVA: 20 hours are 16,000 kWh and 720 hours 576,000."""
    report = SOUND.value("mill-1", ENERGY, kwh).audit("LOAD_HOURS")
    assert found(report) == ([("mill-1", "LOAD_HOURS")] if is_found else [])


def test_a_group_is_held_against_the_capacity_of_its_accounts():
    """1,800 kVA together: 20 hours are 36,000 kWh."""
    assert found(SOUND.value("g", ENERGY, "35999").audit("LOAD_HOURS")) == [("g", "LOAD_HOURS")]


def test_nothing_used_while_suspended_is_right():
    case = SOUND.value("mill-1", ENERGY, "0")
    assert found(case.audit("ZERO_USE")) == [("mill-1", "ZERO_USE")]
    assert found(case.cell("transformers", 1, status="suspended").audit("ZERO_USE")) == []


def test_a_suspended_transformer_is_no_capacity():
    case = SOUND.cell("transformers", 1, status="cold_standby")
    report = case.value("mill-1", ENERGY, "1").audit("LOAD_HOURS", "OVER_CAPACITY")
    assert found(report) == []


def test_without_a_power_factor_the_capacity_allows_as_many_kilowatts():
    bare = SOUND.change(
        "bills", lambda rows: rows[(rows["id"] != "mill-1") | (rows["name"] != "power_factor")]
    )
    for demand, is_found in (("800", False), ("800.000001", True)):
        report = bare.value("mill-1", "metered_demand_kw", demand).audit("OVER_CAPACITY")
        assert bool(len(report.findings)) is is_found


def test_a_share_of_another_meter_has_its_loss_without_energy_of_its_own():
    case = SOUND.value("shop-1", "metered_energy_kwh", "0")
    share = case.value("shop-1", "transformer_loss_kwh", "7")
    assert found(share.audit("LOSS_RATIO")) == []
    metered = share.cell("meters", 1, account_id="shop-1")
    assert found(metered.audit("LOSS_RATIO")) == [("shop-1", "LOSS_RATIO")]
    assert found(share.without("meters").audit("LOSS_RATIO")) == [("shop-1", "LOSS_RATIO")]


def test_one_period_below_zero_is_found():
    case = SOUND.row("bills", id="shop-1", name=ENERGY, period="valley", value="-0.01")
    report = case.audit("NEGATIVE")
    assert found(report) == [("shop-1", "NEGATIVE")]
    assert report.findings["found"][0] == "-0.01"


def test_the_voltage_stated_goes_before_the_transformers():
    case = SOUND.value("shop-1", ENERGY, "660", "previous")
    assert found(case.audit("SURGE")) == []
    high = case.change("accounts", lambda rows: rows.assign(voltage=["", "high", "", ""]))
    assert found(high.audit("SURGE")) == [("shop-1", "SURGE")]


def test_an_account_without_a_month_before_is_not_checked():
    case = SOUND.change("previous", lambda rows: rows[rows["id"] != "shop-1"])
    report = case.audit("ZERO_USE", "SURGE", "YOY")
    assert report.not_checked[["code", "missing", "accounts", "example"]].values.tolist() == [
        ["ZERO_USE", "previous.billed_energy_kwh", 1, "shop-1"],
        ["SURGE", "previous.billed_energy_kwh", 1, "shop-1"],
    ]
    assert report.verdicts.set_index("id")["not_checked"].to_dict()["shop-1"] == 2


@given(st.integers(1, 10**9), st.integers(0, 10**9))
@settings(max_examples=25, deadline=None)
def test_a_change_is_found_exactly_from_its_threshold_on(before, now):
    case = SOUND.value("shop-1", ENERGY, str(now))
    report = case.value("shop-1", ENERGY, str(before), "previous").audit("SURGE", "DROP")
    rises, falls = now - before >= before, now > 0 and before - now >= Decimal(before) / 2
    expected = [("shop-1", "SURGE")] * rises + [("shop-1", "DROP")] * falls
    assert found(report) == expected
