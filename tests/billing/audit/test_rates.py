from __future__ import annotations

import pandas as pd
import pytest

from planted_bills import Case, found

SOUND = Case()
READ = [
    ("m-works", "active_total", "100", "250"),
    ("m-works", "active_peak", "40", "90"),
    ("m-works", "active_flat", "60", "160"),
]


def read(rows: list[tuple[str, str, str, str]], *, ended_on: str = "2025-04-01") -> Case:
    """The sound month, with readings beside the printed registers."""
    days = ("2025-03-01", ended_on)
    table = pd.DataFrame(
        [(m, r, day, v) for m, r, *values in rows for day, v in zip(days, values, strict=True)],
        columns=["meter_id", "register", "read_on", "reading"],
    )
    return Case({**SOUND.tables, "readings": table})


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


def test_without_digits_those_of_the_readings_count():
    """100, 250, 40, 90.1: one decimal, two rates, times 2,000: 400 kWh."""
    bare = SOUND.cell("meters", 0, decimal_digits=None).cell("registers", 1, current="90.1")
    for kwh, is_found in (("300400", False), ("300401", True)):
        assert bool(found(bare.cell("registers", 0, metered_kwh=kwh).audit("TOU_SUM"))) is is_found
    assert found(SOUND.without("meters").audit("TOU_SUM")) == []


def test_a_bill_that_prints_rates_alone_is_not_checked():
    case = SOUND.change("registers", lambda rows: rows[rows["period"] != "total"])
    report = case.audit("TOU_SUM")
    assert report.not_checked[["code", "missing", "example"]].values.tolist() == [
        ["TOU_SUM", "archive.readings", "works-1"]
    ]


def test_shares_without_a_meter_are_not_one_meter():
    share = {"meter_id": "", "register": "active_peak", "period": "peak", "multiplier": "1"}
    case = SOUND.row("registers", **share, metered_kwh="5", account_id="shop-1")
    report = case.audit("TOU_SUM")
    assert found(report) == []
    assert report.not_checked.empty


@pytest.mark.parametrize(("last", "is_found"), [("250.02", False), ("250.03", True)])
def test_readings_of_the_total_are_held_against_those_of_the_rates(last, is_found):
    report = read([(*READ[0][:3], last), *READ[1:]]).audit()
    assert found(report) == ([("works-1", "TOU_SUM")] if is_found else [])
    if is_found:
        assert "differ by 60 kWh, allowed 40" in report.findings["en"][0]


def test_readings_go_before_what_is_printed():
    printed = SOUND.cell("registers", 0, metered_kwh="300041").tables
    assert found(Case({**printed, "readings": read(READ).tables["readings"]}).audit()) == []


def test_a_register_that_ran_over_counts_on():
    rows = [("m-works", "active_total", "99950", "100"), *READ[1:]]
    assert found(read(rows).audit("TOU_SUM")) == []
    unknown = read(rows).cell("meters", 0, integer_digits=None).audit("TOU_SUM")
    assert unknown.not_checked["example"].tolist() == ["works-1"]


@pytest.mark.parametrize(("peak", "is_found"), [("189", False), ("191", True)])
def test_without_a_register_for_flat_the_rest_is_flat(peak, is_found):
    report = read([READ[0], ("m-works", "active_peak", "40", peak)]).audit("TOU_SUM")
    assert found(report) == ([("works-1", "TOU_SUM")] if is_found else [])


def test_registers_read_on_other_days_are_not_compared():
    case = read(READ).change("readings", lambda rows: rows.iloc[1:])
    report = case.audit("TOU_SUM")
    assert found(report) == []
    assert report.not_checked[["missing", "example"]].values.tolist() == [
        ["archive.readings", "works-1"]
    ]


def test_readings_of_other_months_and_failed_ones_are_left_out():
    def more(rows: pd.DataFrame) -> pd.DataFrame:
        others = [("2025-02-01", "1", "ok"), ("2025-03-15", "999", "failed")]
        added = [("m-works", "active_total", *other) for other in others]
        columns = ["meter_id", "register", "read_on", "reading", "status"]
        return pd.concat([rows, pd.DataFrame(added, columns=columns)], ignore_index=True)

    report = read(READ).change("readings", more).audit("TOU_SUM")
    assert found(report) == []
    assert report.not_checked.empty


@pytest.mark.parametrize("rows", [READ[:1], READ[1:]])
def test_a_meter_without_rates_or_without_a_total_has_nothing_to_compare(rows):
    report = read(rows).audit("TOU_SUM")
    assert (found(report), len(report.not_checked)) == ([], 0)
