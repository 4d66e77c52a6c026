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
    assert found(equal.audit("DEDUCT")) == []


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


def test_a_quantity_above_what_sub_meters_leave():
    """The sub-meter has 50,000 of 300,000 kWh."""
    case = SOUND.cell("relations", 1, quantity_kwh="250001")
    report = case.audit()
    assert found(report) == [("works-1", "FIXED")]
    assert "their parent has 250000 kWh left" in report.findings["en"][0]
    assert found(SOUND.cell("relations", 1, quantity_kwh="250000").audit("FIXED")) == []


def test_a_year_is_up_on_its_day():
    assert found(SOUND.cell("relations", 1, verified_on="2024-04-01").audit("FIXED")) == []
