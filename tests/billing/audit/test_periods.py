from __future__ import annotations

import pytest

from planted_bills import Case, found

SOUND = Case()


def test_a_result_that_stands_twice():
    case = SOUND.row("bills", id="shop-1", name="amount_yuan", period="total", value="700.00")
    again = case.row("bills", id="shop-1", name="power_factor", period="total", value="0.9")
    report = again.audit("REPEAT")
    assert found(report) == [("shop-1", "REPEAT")]
    assert report.findings["found"].tolist() == ["amount_yuan"]


@pytest.mark.parametrize("started_on", ["2025-03-11", "2025-03-09"])
def test_rows_of_an_account_leave_no_gap_and_do_not_overlap(started_on):
    case = SOUND.cell("accounts", 1, ended_on="2025-03-10").row(
        "accounts",
        account_id="shop-1",
        group_id="shop-1",
        tariff="shop",
        started_on=started_on,
        ended_on="2025-04-01",
        category="commerce_industry",
    )
    report = case.audit()
    assert found(report) == [("shop-1", "REPEAT")]
    assert report.findings["threshold"].tolist() == ["2025-03-10"]
    right = case.cell("accounts", 4, started_on="2025-03-10")
    assert found(right.audit()) == []


@pytest.mark.parametrize("ended_on", ["2025-02-27", "2025-03-02"])
def test_a_period_begins_where_the_one_before_ended(ended_on):
    case = SOUND.cell("previous_accounts", 1, ended_on=ended_on)
    assert found(case.audit()) == [("shop-1", "REPEAT")]


def test_a_year_does_not_go_back():
    case = SOUND.cell("accounts", 0, year_to_date_kwh="199.99")
    assert found(case.audit()) == [("home-1", "TIER")]
    assert found(SOUND.cell("accounts", 0, year_to_date_kwh="200").audit()) == []


@pytest.mark.parametrize(
    ("before", "now", "kwh", "count"),
    [
        ("2024-12-01", "2025-01-01", "0", 0),
        # Not reset on 1 January, and no less than the year before had.
        ("2024-12-01", "2025-01-01", "200", 2),
        ("2024-12-01", "2025-01-01", "40", 1),
        # From the 24th to the 24th: what was used since 1 January is right, more is not.
        ("2024-12-24", "2025-01-24", "40", 0),
        ("2024-12-24", "2025-01-24", "260", 1),
    ],
)
def test_a_new_year_begins_at_nothing(before, now, kwh, count):
    case = SOUND.cell("previous_accounts", 0, started_on=before, ended_on=now).cell(
        "accounts", 0, started_on=now, year_to_date_kwh=kwh
    )
    assert found(case.audit("TIER")) == [("home-1", "TIER")] * count


def test_a_home_whose_year_is_not_known_is_not_checked():
    now = SOUND.cell("accounts", 0, year_to_date_kwh=None).audit("TIER").not_checked
    assert now[["missing", "example"]].values.tolist() == [
        ["archive.accounts.year_to_date_kwh", "home-1"],
        ["archive.previous_accounts.year_to_date_kwh", "home-1"],
    ]
    before = SOUND.cell("previous_accounts", 0, year_to_date_kwh=None).audit("TIER")
    assert before.not_checked["missing"].tolist() == ["archive.previous_accounts.year_to_date_kwh"]


def test_where_nobody_has_tiers_there_is_nothing_to_check():
    case = SOUND.cell("accounts", 0, tariff="shop")
    columns = ["year_to_date_kwh"]
    bare = case.change("accounts", lambda rows: rows.drop(columns=columns))
    assert bare.audit("TIER").not_checked.empty
