"""The power-factor adjustment: whose charges, which rate, how it is rounded, what is given."""

from __future__ import annotations

from decimal import Decimal

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
    total_fen,
    transformer,
    value,
)
from powerchannel.billing.records import Adjustment, GroupBill, Relation
from powerchannel.billing.rules import Rulebook

STANDARD = {"power_factor_standard": Decimal("0.90")}
COMPONENTS = [
    {"code": "energy_", "group": "energy", "price": "0.4"},
    {"code": "operation", "group": "system_operation", "price": "0.1"},
    {"code": "fund_", "group": "fund", "price": "0.05"},
]


def book(**rules: object) -> Rulebook:
    changed = {"power_factor": rules} if rules else {}
    return rulebook(tariff(components=COMPONENTS, **changed))


def low(**fields: object) -> GroupBill:
    """Bill 1000 kWh at a power factor of 0.60, which adds 25 percent at 0.90."""
    return bill([row(account(**STANDARD), "3000", "4000")], fields.pop("book", book()), **fields)  # type: ignore[arg-type]


def test_a_deep_surcharge_on_everything_but_funds() -> None:
    found = low()
    assert value(found, "power_factor") == "0.60"
    assert Decimal(value(found, "power_factor_rate_percent")) == 25
    assert value(found, "power_factor_charge") == "375.00"
    assert value(found, "power_factor_charge", "g") == "375.00"
    assert value(found, "amount_yuan") == "1650.00"
    assert value(found, "amount_yuan", "g") == "2025.00"
    line = found.lines[-1]
    assert (line.quantity, line.price, line.amount_fen) == (Decimal(1500), Decimal("0.25"), 37_500)


def test_the_line_cites_the_table_of_its_standard_and_tells_whose_base_it_is() -> None:
    line = low().lines[-1]
    assert (line.rule_id, line.status) == ("power_factor_tables.0.90", "stated")
    assert line.clause.startswith("水电财字〔1983〕215号")
    assert line.note is not None
    assert line.note.en.startswith("standard 0.90, rate 25.00%; groups of the base assumed")
    ruled = low(book=book(rounding="line")).lines[-1]
    assert (ruled.rule_id, ruled.clause) == (line.rule_id, line.clause)
    assert ruled.note is not None
    assert ruled.note.en.endswith("groups of the base stated in the source: test")
    short = [row(account(power_factor_standard=Decimal("0.9")), "3000", "4000")]
    assert bill(short, book()).lines[-1] == line
    rated = low(givens=(given("a", "power_factor_rate_percent", "1"),)).lines[-1]
    assert rated.rule_id == "givens"


def test_the_groups_of_the_base_are_data() -> None:
    assert amounts(low(book=book(base_groups=["energy"])), "power_factor_charge") == [30_000]
    every = book(base_groups=["energy", "system_operation", "fund"])
    assert amounts(low(book=every), "power_factor_charge") == [41_250]


def test_capacity_is_in_the_base_and_other_adjustments_are_not() -> None:
    two = rulebook(
        tariff(
            components=COMPONENTS,
            capacity_charge={"mode": "capacity", "price_yuan_per_kva_month": "30"},
        )
    )
    settled = Adjustment(account_id="a", code="x", group="energy", amount_yuan=Decimal("-100"))
    other = Adjustment(account_id="a", code="y", group="refund", amount_yuan=Decimal("-700"))
    found = low(book=two, transformers=(transformer("t", "10"),), adjustments=(settled, other))
    assert amounts(found, "power_factor_charge") == [(150_000 + 30_000 - 10_000) // 4]


def test_rounding_of_the_base_or_of_each_line() -> None:
    rows = [row(account(**STANDARD), "1001", "510")]  # 0.89 adds 0.5 percent
    whole, lines = (bill(rows, book(rounding=how)) for how in ("base", "line"))
    # 400.40 x 0.5 % = 2.002 and 100.10 x 0.5 % = 0.5005: 2.50 together, and line by line
    assert value(whole, "power_factor") == "0.89"
    assert amounts(whole, "power_factor_charge") == [250]
    assert amounts(lines, "power_factor_charge") == [250]
    odd = [row(account(**STANDARD), "1007", "510")]
    whole, lines = (bill(odd, book(rounding=how)) for how in ("base", "line"))
    # 402.80 and 100.70: 2.5175 together, 2.01 + 0.50 line by line
    assert amounts(whole, "power_factor_charge") == [252]
    assert amounts(lines, "power_factor_charge") == [251]
    assert lines.lines[-1].price is None


def test_accounts_share_the_factor_each_with_its_standard() -> None:
    rows = [
        row(account(**STANDARD), "2000", "4000"),
        row(account("b", power_factor_standard=Decimal("0.85")), "700"),
        row(account("c", is_power_factor_assessed=False, **STANDARD), "200"),
        row(account("d"), "100"),
    ]
    relations = tuple(
        Relation(child_id=child, parent_id="a", kind="fixed_quantity") for child in "bcd"
    )
    found = bill(rows, book(), relations=relations)
    assert {value(found, "power_factor", an_id) for an_id in "abg"} == {"0.60"}
    assert value(found, "power_factor_charge", "a") == "250.00"
    assert value(found, "power_factor_charge", "b") == "52.50"
    assert value(found, "power_factor_charge", "g") == "302.50"
    assert {an_id for an_id, name, _ in found.values if name == "power_factor_charge"} == set("abg")
    assert Decimal(value(found, "power_factor_rate_percent", "g")) == 25


def test_an_assessed_account_without_a_standard_has_that_of_its_group() -> None:
    rows = [
        row(account(**STANDARD), "2000", "4000"),
        row(account("b", is_power_factor_assessed=True), "1000"),
    ]
    relation = Relation(child_id="b", parent_id="a", kind="fixed_ratio")
    found = bill(rows, book(), relations=(relation,))
    assert value(found, "power_factor_charge", "b") == "125.00"
    alone = bill([row(account(is_power_factor_assessed=True), "3", "4")], book())
    assert (codes(alone), alone.lines) == (["power_factor_standard"], ())
    odd = bill([row(account(power_factor_standard=Decimal("0.95")), "3", "4")], book())
    assert codes(odd) == ["power_factor_standard"]


def test_only_rows_with_reactive_metering_are_adjusted() -> None:
    rows = [
        row(account(span=days("2025-01-01 2025-01-12"), **STANDARD), "5000"),
        row(account(span=days("2025-01-12 2025-02-01"), **STANDARD), "3000", "4000"),
    ]
    assert value(bill(rows, book()), "power_factor_charge") == "375.00"


def test_days_before_there_was_a_standard_are_not_adjusted() -> None:
    rows = [
        row(account(span=days("2025-01-01 2025-01-12")), "1000", "2000"),
        row(account(span=days("2025-01-12 2025-02-01"), **STANDARD), "2000", "2000"),
    ]
    found = bill(rows, book())
    assert value(found, "power_factor") == "0.60"
    assert value(found, "power_factor_charge") == "250.00"


def test_a_standard_that_changes_takes_its_own_base() -> None:
    rows = [
        row(account(span=days("2025-01-01 2025-01-12"), **STANDARD), "1000", "2000"),
        row(
            account(span=days("2025-01-12 2025-02-01"), power_factor_standard=Decimal("0.85")),
            "2000",
            "2000",
        ),
    ]
    found = bill(rows, book())
    assert value(found, "power_factor") == "0.60"
    assert amounts(found, "power_factor_charge") == [12_500, 15_000]
    assert value(found, "power_factor_charge") == "275.00"
    settled = Adjustment(account_id="a", code="x", group="energy", amount_yuan=Decimal(100))
    found = bill(rows, book(), adjustments=(settled,))
    assert amounts(found, "power_factor_charge") == [12_500, 16_500]


def test_the_rate_of_a_group_is_that_of_the_account_it_is_named_after() -> None:
    rows = [
        row(account(**STANDARD), "3000", "4000"),
        row(account("g", power_factor_standard=Decimal("0.80")), "3000", "4000"),
    ]
    found = bill(rows, book())
    assert Decimal(value(found, "power_factor_rate_percent", "a")) == 25
    assert Decimal(value(found, "power_factor_rate_percent", "g")) == 10


def test_what_cannot_be_computed_is_told() -> None:
    none = bill([row(account(**STANDARD), "0", "5")], book())
    assert (codes(none), value(none, "power_factor_charge")) == (["power_factor_undefined"], "0.00")
    assert codes(bill([row(account(**STANDARD))], book())) == ["power_factor_undefined"]
    unread = bill([row(account(**STANDARD), "10")], book())
    assert codes(unread) == ["reactive_missing"]
    assert not amounts(unread, "power_factor_charge")
    assert ("a", "power_factor", "total") not in unread.values


@pytest.mark.parametrize("an_id", ["a", "g"])
def test_factor_rate_and_charge_may_be_given(an_id: str) -> None:
    factor = low(givens=(given(an_id, "power_factor", "0.95"),))
    assert value(factor, "power_factor_charge") == "-11.25"
    rate = low(givens=(given(an_id, "power_factor_rate_percent", "-0.3"),))
    assert value(rate, "power_factor_charge") == "-4.50"
    charge = low(givens=(given(an_id, "power_factor_charge", "-12.345"),))
    assert value(charge, "power_factor_charge") == "-12.35"
    assert value(charge, "power_factor_charge", "g") == "-12.35"
    assert value(charge, "amount_yuan", "g") == "1637.65"
    assert total_fen(charge) == 163_765


def test_a_given_factor_is_shown_as_given() -> None:
    rows = [
        row(account(**STANDARD), "3000", "4000"),
        row(account("b", **STANDARD), "3000", "4000"),
    ]
    one = bill(rows, book(), givens=(given("a", "power_factor", "0.95"),))
    assert [value(one, "power_factor", an_id) for an_id in "abg"] == ["0.95", "0.60", "0.60"]
    assert one.lines[-2].note is not None
    assert "power factor 0.95 from outside, rate -0.75%" in one.lines[-2].note.en
    assert one.lines[-1].note is not None
    assert "outside" not in one.lines[-1].note.en
    alone = low(givens=(given("a", "power_factor", "0.95"),))
    assert {value(alone, "power_factor", an_id) for an_id in "ag"} == {"0.95"}


def test_what_is_given_stands_where_nothing_was_measured() -> None:
    rows = [row(account(**STANDARD), "3000")]
    found = bill(rows, book(), givens=(given("g", "power_factor", "0.60"),))
    assert (codes(found), value(found, "power_factor_charge")) == ([], "375.00")
    plain = [row(account(), "3000")]
    found = bill(plain, book(), givens=(given("a", "power_factor_rate_percent", "25"),))
    assert value(found, "power_factor_charge", "g") == "375.00"


def test_a_charge_given_for_a_group_of_several_accounts_is_the_groups() -> None:
    rows = [row(account(an_id, **STANDARD), "3000", "4000") for an_id in "ab"]
    found = bill(rows, book(), givens=(given("g", "power_factor_charge", "5"),))
    assert [(line.account_id, line.amount_fen) for line in found.lines[-1:]] == [("g", 500)]
    assert value(found, "amount_yuan", "g") == "3305.00"
    assert value(found, "power_factor_charge", "g") == "5.00"
    assert ("a", "power_factor_charge", "total") not in found.values
    rated = bill(rows, book(), givens=(given("g", "power_factor_rate_percent", "1"),))
    assert {value(rated, "power_factor_charge", an_id) for an_id in "ab"} == {"15.00"}
    unassessed = [*rows, row(account("c"), "3000", "4000")]
    rated = bill(unassessed, book(), givens=(given("g", "power_factor_rate_percent", "1"),))
    assert ("c", "power_factor_charge", "total") not in rated.values
