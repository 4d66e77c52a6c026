"""The capacity or demand charge: published examples, contracts, day counts, changes of price."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given as generate
from hypothesis import strategies as st

from bills_by_hand import (
    account,
    amounts,
    bill,
    codes,
    days,
    energy_of,
    given,
    group_of,
    row,
    rulebook,
    tariff,
    total_fen,
    transformer,
    two_part,
    value,
)
from powerchannel.billing.records import AccountEnergy, GroupBill
from powerchannel.billing.reference.capacity import kwh_per_kva
from powerchannel.billing.rules import Rulebook


def charged(book: Rulebook, *rows: AccountEnergy, **parts: object) -> GroupBill:
    return bill(rows or [row(account())], book, **parts)


def test_interlocked_standby_counts_with_the_largest_combination() -> None:
    units = [
        transformer("t1", "500", interlock_group="x"),
        transformer("t2", "630", interlock_group="x", status="cold_standby"),
        transformer("t3", "200"),
    ]
    assert value(charged(rulebook(two_part()), transformers=tuple(units)), "capacity") == "24900.00"


def test_hot_standby_counts_and_sealed_cold_standby_does_not() -> None:
    states = ("running", "hot_standby", "cold_standby")
    units = tuple(transformer(f"t{s}", "1000", status=s) for s in states)
    found = charged(rulebook(two_part(price="28")), transformers=units)
    assert value(found, "capacity") == "56000.00"


def test_a_suspension_of_less_than_15_days_changes_nothing() -> None:
    units = (
        transformer("t", "500"),
        transformer("u", "315", "2020-01-01 2025-01-01"),
        transformer("u", "315", "2025-01-01 2025-01-12", status="suspended"),
        transformer("u", "315", "2025-01-12 2030-01-01"),
    )
    found = charged(rulebook(two_part(price="28")), transformers=units)
    assert value(found, "capacity") == "22820.00"
    longer = (*units[:2], transformer("u", "315", "2025-01-01 2025-01-16", status="suspended"))
    resumed = (*longer, transformer("u", "315", "2025-01-16 2030-01-01"))
    found = charged(rulebook(two_part(price="28")), transformers=resumed)
    assert value(found, "capacity") == "18410.00"


def test_part_of_a_month_by_both_day_counts() -> None:
    unit = (transformer("t", "100", "2025-01-20 2030-01-01"),)
    thirty, actual = (two_part(price="28", day_count=how) for how in ("thirty_360", "actual"))
    assert value(charged(rulebook(thirty), transformers=unit), "capacity") == "1026.67"
    assert value(charged(rulebook(actual), transformers=unit), "capacity") == "1120.00"
    whole = (transformer("t", "100"),)
    for one in (thirty, actual):
        assert value(charged(rulebook(one), transformers=whole), "capacity") == "2800.00"


def test_a_price_is_a_line_with_its_quantity_or_with_its_days() -> None:
    whole = charged(rulebook(two_part(price="28")), transformers=(transformer("t", "500"),))
    (line,) = whole.lines
    assert (line.quantity, line.unit, line.price) == (Decimal(500), "kVA·month", Decimal(28))
    assert line.note is not None
    assert "500 kVA from 2025-01-01 to before 2025-02-01" in line.note.en
    part = (transformer("t", "500", "2025-01-24 2030-01-01"),)
    (line,) = charged(rulebook(two_part(price="28")), transformers=part).lines
    assert (line.amount_fen, line.price) == (326_667, Decimal(28))
    # 1/3 month x 0.015 is half a fen; the quantity as it is printed would make less
    third = (transformer("t", "1", "2025-01-21 2030-01-01"),)
    (line,) = charged(rulebook(two_part(price="0.015")), transformers=third).lines
    assert (line.amount_fen, line.price, line.quantity) == (1, None, Decimal("0.333333"))


def test_several_months_are_charged_each() -> None:
    two = row(account(span=days("2025-01-24 2025-03-24")))
    for how in ("thirty_360", "actual"):
        book = rulebook(two_part(price="28", day_count=how))
        assert (
            value(charged(book, two, transformers=(transformer("t", "1"),)), "capacity") == "56.00"
        )


def test_part_of_a_month_counts_thirtieths_even_where_nothing_changes() -> None:
    late = row(account(span=days("2025-01-20 2025-02-01")))
    book = rulebook(two_part(price="28", day_count="actual"))
    found = charged(book, late, transformers=(transformer("t", "100"),))
    assert value(found, "capacity") == "1120.00"


def test_a_change_between_two_months_leaves_both_whole() -> None:
    two = row(account(span=days("2025-01-01 2025-03-01")))
    units = (
        transformer("t", "100", "2020-01-01 2025-02-01"),
        transformer("t", "200", "2025-02-01 2030-01-01"),
    )
    for how in ("thirty_360", "actual"):
        found = charged(rulebook(two_part(price="10", day_count=how)), two, transformers=units)
        assert value(found, "capacity") == "3000.00"


def test_days_between_two_rows_are_not_charged() -> None:
    rows = [
        row(account(span=days(span))) for span in ("2025-01-01 2025-01-11", "2025-01-21 2025-02-01")
    ]
    found = charged(rulebook(two_part()), *rows, transformers=(transformer("t", "30"),))
    assert value(found, "capacity") == "600.00"


def test_only_the_accounts_own_transformers_count() -> None:
    units = (transformer("t", "500"), transformer("u", "700", of="b"))
    rows = [row(account()), row(account("b", "plain"))]
    found = charged(rulebook(two_part(), tariff("plain")), *rows, transformers=units)
    assert (value(found, "capacity"), value(found, "capacity", "g")) == ("15000.00", "15000.00")


def test_a_charge_on_capacity_without_a_transformer_is_told() -> None:
    found = charged(rulebook(two_part()))
    assert (codes(found), value(found, "capacity")) == (["capacity_missing"], "0.00")


@pytest.mark.parametrize(
    ("demand", "reading", "billed"),
    [
        ("900", "above_contract", "1000"),
        ("1000", "above_contract", "1000"),
        ("1050", "above_contract", "1000"),
        ("1200", "above_contract", "1300.00"),
        ("1050", "above_limit", "1000"),
        ("1200", "above_limit", "1350.00"),
    ],
)
def test_contract_demand_and_both_readings_of_its_limit(
    demand: str, reading: str, billed: str
) -> None:
    book = rulebook(two_part("contract_demand", "38", over_limit_reading=reading))
    one = row(account(contract_demand_kw=Decimal(1000)), demand_kw=Decimal(demand))
    found = charged(book, one)
    assert value(found, "billed_demand_kw") == billed
    assert value(found, "capacity") == f"{Decimal(billed) * 38:.2f}"


def test_a_contract_is_lifted_to_its_share_of_the_capacity_that_is_left() -> None:
    book = rulebook(two_part("contract_demand", "30"))
    one = row(account(contract_demand_kw=Decimal(300)), demand_kw=Decimal(10))
    whole = charged(book, one, transformers=(transformer("t", "1000"),))
    assert value(whole, "capacity") == "12000.00"
    units = (
        transformer("t", "500"),
        transformer("u", "500", "2020-01-01 2025-01-11"),
        transformer("u", "500", "2025-01-11 2025-06-01", status="suspended"),
    )
    assert value(charged(book, one, transformers=units), "capacity") == "10000.00"


def test_actual_demand_its_floor_and_what_is_given() -> None:
    plain = rulebook(two_part("actual_demand", "39"))
    one = row(account(), demand_kw=Decimal("123.456789"))
    assert value(charged(plain, one), "capacity") == "4814.81"
    floor = rulebook(two_part("actual_demand", "39", actual_demand_floor_ratio="0.4"))
    unit = (transformer("t", "1000"),)
    assert value(charged(floor, one, transformers=unit), "billed_demand_kw") == "400.0"
    known = (given("a", "billed_demand_kw", "200"),)
    found = charged(floor, one, transformers=unit, givens=known)
    assert (value(found, "capacity"), value(found, "billed_demand_kw")) == ("7800.00", "200")


def test_what_a_demand_charge_lacks() -> None:
    assert codes(charged(rulebook(two_part("actual_demand")))) == ["demand_missing"]
    contract = rulebook(two_part("contract_demand"))
    assert charged(contract).findings[0].is_fatal
    assert codes(charged(contract)) == ["contract_demand_missing"]
    agreed = charged(contract, row(account(contract_demand_kw=Decimal(10))))
    assert (codes(agreed), value(agreed, "capacity")) == (["demand_missing"], "300.00")


def test_a_given_charge_replaces_the_stage() -> None:
    found = charged(rulebook(two_part("actual_demand")), givens=(given("a", "capacity", "12.34"),))
    assert (codes(found), value(found, "capacity")) == ([], "12.34")


@pytest.mark.parametrize(
    ("energy", "use", "charge"),
    [("259999", 259, "30000.00"), ("260000", 260, "27000.00"), ("300000", 300, "27000.00")],
)
def test_well_used_capacity_has_a_lower_price_of_demand(energy: str, use: int, charge: str) -> None:
    book = rulebook(two_part("actual_demand", "30", high_use_kwh_per_kva="260"), tariff("lighting"))
    rows = [
        row(account(), str(int(energy) - 1000), demand_kw=Decimal(1000)),
        row(account("b", "lighting"), "1000"),
    ]
    parts = (transformer("t", "1000"), transformer("m", "500", kind="hv_motor"))
    assert kwh_per_kva(group_of(rows, transformers=parts), energy_of(rows)) == use
    assert value(charged(book, *rows, transformers=parts), "capacity") == charge


def test_the_use_of_two_months_is_that_of_one() -> None:
    rows = [row(account(span=days("2025-01-01 2025-03-01")), "1000")]
    assert (
        kwh_per_kva(group_of(rows, transformers=(transformer("t", "2"),)), energy_of(rows)) == 250
    )
    assert kwh_per_kva(group_of(rows), energy_of(rows)) == 0


def test_capacity_then_demand_within_a_month() -> None:
    by_capacity = tariff(
        effective_to="2025-01-16",
        capacity_charge={"mode": "capacity", "price_yuan_per_kva_month": "30"},
    )
    by_demand = tariff(
        effective_from="2025-01-16",
        capacity_charge={"mode": "actual_demand", "price_yuan_per_kw_month": "40"},
    )
    one = row(account(), demand_kw=Decimal(300))
    found = charged(rulebook(by_capacity, by_demand), one, transformers=(transformer("t", "1000"),))
    assert amounts(found, "capacity") == [1_500_000, 600_000]
    assert value(found, "billed_demand_kw") == "300"


@pytest.mark.parametrize("day_count", ["thirty_360", "actual"])
@pytest.mark.parametrize("mode", ["capacity", "contract_demand", "actual_demand"])
@generate(day=st.integers(1, 30), change=st.integers(2, 29))
def test_splitting_a_row_without_a_change_of_price_changes_nothing(
    day_count: str, mode: str, day: int, change: int
) -> None:
    book = rulebook(two_part(mode, "28.7", day_count=day_count))
    turn = date(2025, 1, 1) + timedelta(days=day)
    stop = f"2025-01-{change:02d}"
    units = (
        transformer("t", "333"),
        transformer("u", "77", f"2020-01-01 {stop}"),
        transformer("u", "77", f"{stop} 2025-08-01", status="suspended"),
    )
    spans = (
        [(date(2025, 1, 1), date(2025, 2, 1))],
        [
            (date(2025, 1, 1), turn),
            (turn, date(2025, 2, 1)),
        ],
    )
    whole, parted = (
        charged(
            book,
            *(
                row(
                    account(span=span, contract_demand_kw=Decimal("140")),
                    demand_kw=Decimal("155.5"),
                )
                for span in rows
            ),
            transformers=units,
        )
        for rows in spans
    )
    assert amounts(whole, "capacity") == amounts(parted, "capacity")


@pytest.mark.parametrize("day_count", ["thirty_360", "actual"])
def test_a_price_that_changes_is_charged_by_days(day_count: str) -> None:
    def edition(price: str, **when: str) -> object:
        charge = {
            "mode": "capacity",
            "price_yuan_per_kva_month": price,
            "day_count": day_count,
        }
        return tariff(capacity_charge=charge, **when)

    book = rulebook(
        edition("31", effective_to="2025-01-11"),  # type: ignore[arg-type]
        edition("62", effective_from="2025-01-11"),  # type: ignore[arg-type]
    )
    found = charged(book, transformers=(transformer("t", "30"),))
    share = Fraction(10, 30 if day_count == "thirty_360" else 31)
    assert total_fen(found) == round(3000 * (31 * share + 62 * (1 - share)))
