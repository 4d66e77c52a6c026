from __future__ import annotations

import pytest

from planted_bills import Case, found

SOUND = Case()


def test_a_register_that_ran_over():
    case = SOUND.cell("registers", 0, previous="99900", current="50")
    report = case.audit()
    assert found(report) == [("works-1", "ROLLOVER")]
    assert report.findings["zh"][0] == "规则 ROLLOVER：示数由 99900 过零至 50"


def test_a_demand_register_is_none():
    case = SOUND.cell("registers", 0, register="max_demand", previous="9", current="5")
    assert found(case.audit("ROLLOVER")) == []


@pytest.mark.parametrize(("kwh", "is_found"), [("300040", False), ("300041", True)])
def test_total_and_rates(kwh, is_found):
    """Two rates, one last digit of 0.01 each, times 2,000: 40 kWh are truncation."""
    report = SOUND.cell("registers", 0, metered_kwh=kwh).audit()
    assert found(report) == ([("works-1", "TOU_SUM")] if is_found else [])


def test_rows_cut_by_a_price_change_are_added_up_and_reverse_energy_stands_alone():
    case = SOUND.cell("registers", 1, metered_kwh="40000").row(
        "registers",
        meter_id="m-works",
        register="active_peak",
        period="peak",
        previous="40",
        current="90",
        multiplier="2000",
        metered_kwh="60000",
        account_id="works-1",
    )
    assert found(case.audit("TOU_SUM")) == []
    reverse = case.row(
        "registers",
        meter_id="m-works",
        register="reverse_active_peak",
        period="peak",
        previous="0",
        current="1",
        multiplier="2000",
        metered_kwh="2000",
        account_id="works-1",
    )
    assert found(reverse.audit("TOU_SUM")) == []


def test_without_digits_a_meter_is_not_checked():
    report = SOUND.cell("meters", 0, decimal_digits=None).audit("TOU_SUM")
    assert report.not_checked[["code", "missing", "example"]].values.tolist() == [
        ["TOU_SUM", "archive.meters.decimal_digits", "works-1"]
    ]


@pytest.mark.parametrize(
    ("cells", "count"),
    [
        ({"current_transformer_ratio": "30"}, 1),
        ({"previous_multiplier": "1000"}, 1),
        ({"previous_multiplier": "1000", "work_order_id": "wo-7"}, 0),
        # Another one in the archive than on the bill, and than its transformers.
        ({"multiplier": "4000", "previous_multiplier": "4000"}, 2),
    ],
)
def test_multipliers(cells, count):
    report = SOUND.cell("meters", 0, **cells).audit()
    assert found(report) == [("works-1", "MULTIPLIER")] * count


def test_sub_meters_above_their_parent():
    case = SOUND.value("m-sub", "metered_energy_kwh", "300001")
    assert found(case.audit()) == [("works-1", "DEDUCT")]
    equal = SOUND.value("m-sub", "metered_energy_kwh", "300000")
    assert found(equal.audit()) == []


def test_a_sub_meter_that_measured_nothing_known_is_not_checked():
    case = SOUND.change("bills", lambda rows: rows[rows["id"] != "m-sub"])
    report = case.audit("DEDUCT")
    assert found(report) == []
    assert report.not_checked["missing"].tolist() == ["bills.metered_energy_kwh"]


@pytest.mark.parametrize(
    ("row", "cells"),
    [
        (1, {"quantity_kwh": "300001"}),
        (2, {"ratio": "1.01"}),
        (1, {"verified_on": "2024-03-31"}),
        (1, {"verified_on": None}),
    ],
)
def test_fixed_quantities_and_ratios(row, cells):
    assert found(SOUND.cell("relations", row, **cells).audit()) == [("works-1", "FIXED")]


def test_a_year_is_up_on_its_day():
    assert found(SOUND.cell("relations", 1, verified_on="2024-04-01").audit("FIXED")) == []
