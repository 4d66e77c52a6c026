"""Late fees within and across years, feed-in with VAT, adjustments."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from bills_by_hand import (
    account,
    amounts,
    bill,
    days,
    given,
    policy,
    row,
    rulebook,
    tariff,
    value,
)
from powerchannel.billing.records import Adjustment, Debt, GroupBill
from powerchannel.billing.reference.fees import late_fee_yuan
from powerchannel.billing.rules import Rulebook

RATES = {
    "daily_rate": "0.002",
    "cross_year_daily_rate": "0.003",
    "residential_daily_rate": "0.001",
    "least_yuan": "1",
}


def debt(due: str, paid: str | None, amount: str = "1000") -> Debt:
    return Debt(
        account_id="a",
        amount_yuan=Decimal(amount),
        due_on=date.fromisoformat(due),
        paid_on=date.fromisoformat(paid) if paid else None,
    )


def book(span: str = "split", **document: object) -> Rulebook:
    return rulebook(tariff(**document), late_fee={**RATES, "cross_year_span": span})


def fees(*debts: Debt, by: Rulebook | None = None, **parts: object) -> GroupBill:
    return bill([row(account())], by or book(), debts=debts, **parts)


@pytest.mark.parametrize(
    ("due", "paid", "span", "fee"),
    [
        ("2025-01-05", "2025-01-15", "split", "20.00"),
        ("2024-12-20", "2025-01-15", "split", "67.00"),
        ("2024-12-20", "2025-01-15", "whole", "78.00"),
        ("2024-12-31", "2025-01-02", "split", "6.00"),
        ("2025-01-05", "2025-01-15", "whole", "20.00"),
        ("2025-01-05", "2025-01-05", "split", "0.00"),
        ("2025-01-05", "2025-01-02", "split", "0.00"),
        ("2025-01-20", None, "split", "24.00"),
    ],
)
def test_the_days_after_it_was_due(due: str, paid: str | None, span: str, fee: str) -> None:
    found = fees(debt(due, paid), by=book(span))
    assert value(found, "late_fee_yuan") == value(found, "late_fee", "g") == fee


def test_residents_have_a_rate_of_their_own() -> None:
    homes = book(category="residential")
    assert value(fees(debt("2024-12-20", "2025-01-15"), by=homes), "late_fee_yuan") == "26.00"


def test_there_is_a_least_fee_where_there_is_a_day() -> None:
    small = debt("2025-01-05", "2025-01-06", "3")
    assert value(fees(small), "late_fee_yuan") == "1.00"
    rule = policy().late_fee
    assert late_fee_yuan(small, small.due_on, rule) == Fraction(0)


def test_each_debt_is_a_line_and_a_given_fee_replaces_them() -> None:
    two = (debt("2025-01-05", "2025-01-15"), debt("2025-01-06", "2025-01-09", "500"))
    found = fees(*two)
    assert amounts(found, "late_fee") == [2000, 300]
    assert found.lines[0].note is not None
    assert "10 days late" in found.lines[0].note.en
    known = fees(*two, givens=(given("a", "late_fee_yuan", "7.5"),))
    assert (amounts(known, "late_fee"), value(known, "late_fee_yuan")) == ([750], "7.50")


def fed_in(kwh: str, price: str, vat: str, **parts: object) -> GroupBill:
    one = row(account(), feed_in_kwh=Decimal(kwh))
    rule = tariff(feed_in={"price": price, "vat_rate": vat})
    return bill([one], rulebook(rule), **parts)


def test_energy_fed_in_is_settled_with_the_tax_inside_it() -> None:
    found = fed_in("40659", "0.3644", "0.13")
    assert value(found, "feed_in_energy_kwh", "g") == "40659"
    assert value(found, "feed_in_yuan", "g") == "14816.14"
    assert value(found, "feed_in_vat_yuan") == "1704.51"
    assert (found.lines, value(found, "amount_yuan", "g")) == ((), "0.00")


def test_the_tax_is_of_the_rounded_amount() -> None:
    # 0.1851 yuan is rounded to 0.19 first: 0.19 / 2 = 0.095 and not 0.09255
    assert value(fed_in("1", "0.1851", "1"), "feed_in_vat_yuan") == "0.10"


def test_feed_in_at_two_prices_is_shared_by_days() -> None:
    old = tariff(feed_in={"price": "0.4"}, effective_to="2025-01-11")
    new = tariff(feed_in={"price": "0.3"}, effective_from="2025-01-11")
    rows = [row(account(), feed_in_kwh=Decimal(310))]
    found = bill(rows, rulebook(old, new))
    assert value(found, "feed_in_yuan") == "103.00"
    assert value(found, "feed_in_vat_yuan") == "0.00"


def test_feed_in_may_be_given_and_needs_a_price() -> None:
    known = (given("a", "feed_in_energy_kwh", "100"),)
    assert value(fed_in("0", "0.4", "0", givens=known), "feed_in_yuan") == "40.00"
    none = bill([row(account(), feed_in_kwh=Decimal(5))], rulebook(tariff()))
    assert value(none, "feed_in_energy_kwh") == "5"
    assert ("a", "feed_in_yuan", "total") not in none.values
    assert ("a", "feed_in_energy_kwh", "total") not in fed_in("0", "0.4", "0").values


def test_feed_in_of_several_rows_is_one_amount() -> None:
    spans = ("2025-01-01 2025-01-12", "2025-01-12 2025-02-01")
    rows = [row(account(span=days(span)), feed_in_kwh=Decimal("1.5")) for span in spans]
    found = bill(rows, rulebook(tariff(feed_in={"price": "0.35"})))
    assert value(found, "feed_in_yuan") == "1.05"


def test_adjustments_are_lines_of_their_group() -> None:
    rows = [("green_value", "energy", "1.005"), ("refund", "adjustment", "-20.4")]
    entries = tuple(
        Adjustment(account_id="a", code=code, group=group, amount_yuan=Decimal(yuan))
        for code, group, yuan in rows
    )
    found = bill([row(account())], rulebook(tariff()), adjustments=entries)
    assert (value(found, "green_value"), value(found, "energy")) == ("1.01", "1.01")
    assert (value(found, "adjustment"), value(found, "amount_yuan")) == ("-20.40", "-19.39")
    assert value(found, "energy_charge_yuan") == "1.01"
