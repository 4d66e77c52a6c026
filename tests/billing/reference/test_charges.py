"""Whole bills of one group: published examples, what is missing, and laws of every bill."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from random import Random

import pytest
from attrs import evolve
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
    value,
)
from powerchannel.billing.records import (
    AccountEnergy,
    Adjustment,
    Debt,
    Finding,
    GroupBill,
    GroupEnergy,
    Incident,
    Relation,
)
from powerchannel.billing.reference.charges import group_bill
from powerchannel.billing.rules import Rulebook
from powerchannel.text import Text

FUNDS = [
    {"code": "three_gorges", "group": "fund", "price": "0.007"},
    {"code": "grid_loan", "group": "fund", "price": "0.02"},
    {"code": "local", "group": "fund", "price": "0.007"},
]


def test_the_two_part_bill_with_lighting_of_an_exam_bank() -> None:
    power = tariff(
        "power",
        components=[
            {"code": "power", "group": "catalogue", "price": "0.45", "floats": True},
            *FUNDS,
        ],
        time_of_use={"peak_factor": "1.5", "valley_factor": "0.5"},
        capacity_charge={"mode": "capacity", "price_yuan_per_kva_month": "15"},
    )
    lighting = tariff("lighting", catalogue_price="0.70", components=FUNDS)
    parts = {"peak": "107700", "flat": "321700", "valley": "80400"}
    rows = [
        row(account(tariff="power", power_factor_standard=Decimal("0.9")), parts, "110100"),
        row(account("light", "lighting"), "2000"),
    ]
    relation = Relation(child_id="light", parent_id="a", kind="fixed_quantity")
    found = bill(
        rows,
        rulebook(power, lighting),
        transformers=(transformer("t", "5000"),),
        relations=(relation,),
    )
    assert value(found, "capacity") == "75000.00"
    assert value(found, "power_factor", "g") == "0.98"
    assert value(found, "power_factor_rate_percent", "g") == "-0.75"
    assert value(found, "power_factor_charge", "g") == "-2329.14"
    own = Decimal(value(found, "amount_yuan")) - Decimal(value(found, "fund"))
    assert own + Decimal(value(found, "power_factor_charge")) == Decimal("308223.36")
    assert value(found, "amount_yuan", "g") == "327024.56"
    assert round(Decimal(value(found, "average_price_yuan_per_kwh", "g")), 2) == Decimal("0.64")
    assert not found.findings


@pytest.mark.parametrize(
    ("energy", "prices", "average"),
    [
        ("100000", {"total": "0.20"}, "0.40000"),
        (
            {"peak": "400000", "flat": "400000", "valley": "200000"},
            {"peak": "0.30", "flat": "0.20", "valley": "0.10"},
            "0.24000",
        ),
    ],
)
def test_average_prices_of_two_part_bills(
    energy: str | dict[str, str], prices: dict[str, str], average: str
) -> None:
    book = rulebook(
        tariff(
            components=[{"code": "power", "group": "energy", "prices": prices}],
            capacity_charge={"mode": "capacity", "price_yuan_per_kva_month": "10"},
        )
    )
    found = bill([row(account(), energy)], book, transformers=(transformer("t", "2000"),))
    assert value(found, "average_price_yuan_per_kwh") == average


def test_time_of_use_changes_a_charge_by_so_many_percent() -> None:
    component = {"code": "power", "group": "energy", "price": "0.5"}
    rule = {"peak_factor": "1.6", "valley_factor": "0.4"}
    floating = tariff(components=[{**component, "floats": True}], time_of_use=rule)
    energy = {"peak": "20000", "flat": "30000", "valley": "50000"}
    with_times = total_fen(bill([row(account(), energy)], rulebook(floating)))
    without = total_fen(bill([row(account(), energy)], rulebook(tariff(components=[component]))))
    assert (with_times - without) * 100 == -18 * without


def test_each_fund_rounds_on_its_own_line() -> None:
    prices = {"water": "0.00196875", "reservoir": "0.006225", "local": "0.0005"}
    funds = [{"code": code, "group": "fund", "price": p} for code, p in prices.items()]
    found = bill([row(account(), "1002")], rulebook(tariff(components=funds)))
    assert [line.amount_fen for line in found.lines] == [197, 624, 50]
    assert value(found, "fund") == "8.71"
    at_once = bill(
        [row(account(), "1002")],
        rulebook(tariff(components=[{"code": "all", "group": "fund", "price": "0.00869375"}])),
    )
    assert value(at_once, "fund") == "8.71"
    assert total_fen(bill([row(account(), "1001")], rulebook(tariff(components=funds)))) == 870


def test_a_group_of_commerce_and_residents_in_the_layout_of_chongqing() -> None:
    retail = tariff(
        "retail",
        components=[
            {"code": "market_energy", "group": "energy", "given": True},
            {"code": "line_loss", "group": "line_loss", "price": "0.017274"},
            {"code": "grid", "group": "transmission", "price": "0.1515", "floats": True},
            {"code": "operation", "group": "system_operation", "price": "0.03"},
            *FUNDS,
        ],
        time_of_use={"peak_factor": "1.6", "valley_factor": "0.38", "sharp_factor": "1.2"},
        capacity_charge={"mode": "capacity", "price_yuan_per_kva_month": "25"},
        power_factor={
            "base_groups": ["energy", "catalogue", "line_loss", "transmission", "capacity"]
        },
    )
    homes = tariff(
        "homes", catalogue_price="0.53", catalogue_includes_funds=True, components=FUNDS[:1]
    )
    standard = {"power_factor_standard": Decimal("0.9")}
    parts = {"sharp": "100", "peak": "2000", "flat": "3000", "valley": "4000"}
    rows = [
        row(account(tariff="retail", **standard), parts, "5000"),
        row(account("homes", "homes", is_power_factor_assessed=True), "1000"),
    ]
    deviation = Adjustment(
        account_id="a", code="deviation", group="energy", amount_yuan=Decimal("-123.45")
    )
    found = bill(
        rows,
        rulebook(retail, homes),
        transformers=(transformer("t", "500"),),
        relations=(Relation(child_id="homes", parent_id="a", kind="fixed_ratio"),),
        givens=(given("a", "market_energy", "3500.55"),),
        adjustments=(deviation,),
    )
    groups = ("energy", "line_loss", "transmission", "system_operation", "fund", "capacity")
    commerce = sum(Decimal(value(found, group)) for group in groups)
    assert commerce == Decimal(value(found, "amount_yuan"))
    whole = commerce + Decimal(value(found, "amount_yuan", "homes"))
    factor = Decimal(value(found, "power_factor_charge", "g"))
    assert whole + factor == Decimal(value(found, "amount_yuan", "g"))
    assert value(found, "energy") == "3377.10"
    assert value(found, "transmission", period="sharp") == "29.09"
    base = commerce - Decimal(value(found, "system_operation")) - Decimal(value(found, "fund"))
    rate = Decimal(value(found, "power_factor_rate_percent"))
    assert value(found, "power_factor_charge") == str(round(base * rate / 100, 2))
    assert value(found, "catalogue", "homes") == "523.00"
    assert value(found, "power_factor_charge", "homes") == str(round(523 * rate / 100, 2))


def test_energy_demand_and_factor_are_the_bill_in_the_layout_of_hubei() -> None:
    book = rulebook(
        tariff(
            components=[
                {"code": "purchase", "group": "energy", "price": "0.42", "by_period": True},
                {"code": "grid", "group": "transmission", "price": "0.0895"},
                {"code": "funds", "group": "fund", "price": "0.0452"},
            ],
            capacity_charge={
                "mode": "actual_demand",
                "price_yuan_per_kw_month": "39",
                "high_use_kwh_per_kva": "260",
            },
            power_factor={"rounding": "line"},
        )
    )
    one = row(
        account(power_factor_standard=Decimal("0.9")),
        {"peak": "3000000", "flat": "2000000", "valley": "2471200"},
        "1000000",
        demand_kw=Decimal("19393.660714"),
    )
    found = bill([one], book, transformers=(transformer("t", "50000"),))
    assert value(found, "capacity") == "756352.77"
    parts = ("energy_charge_yuan", "capacity", "power_factor_charge")
    assert sum(Decimal(value(found, name, "g")) for name in parts) == Decimal(
        value(found, "amount_yuan", "g")
    )


def test_a_bill_needs_no_energy() -> None:
    book = rulebook(
        tariff(
            components=FUNDS,
            capacity_charge={"mode": "capacity", "price_yuan_per_kva_month": "28"},
        ),
    )
    group = group_of([row(account())], transformers=(transformer("t", "500"),))
    found = group_bill(group, GroupEnergy(group_id="g", accounts=()), book)
    assert value(found, "capacity") == "14000.00"
    assert value(found, "amount_yuan", "g") == "14000.00"
    assert ("a", "average_price_yuan_per_kwh", "total") not in found.values
    assert value(found, "billed_energy_kwh") == "0"


def test_debts_need_no_tariff_and_energy_does() -> None:
    debt = Debt(
        account_id="a",
        amount_yuan=Decimal(200),
        due_on=date(2024, 12, 1),
        paid_on=date(2024, 12, 31),
    )
    book = rulebook()
    found = bill([row(account(tariff=""))], book, debts=(debt,))
    assert (codes(found), value(found, "amount_yuan")) == ([], "12.00")
    assert value(found, "amount_yuan", "g") == "12.00"
    assert codes(bill([row(account(tariff=""))], book)) == ["unknown_name"]
    used = bill([row(account(tariff=""), "10")], book, debts=(debt,))
    assert (codes(used), used.lines) == (["unknown_name"], ())


def test_a_fatal_finding_leaves_neither_lines_nor_values() -> None:
    unknown = bill([row(account(tariff="mian"), "10")], rulebook(tariff()))
    assert (unknown.lines, dict(unknown.values), codes(unknown)) == ((), {}, ["unknown_name"])
    assert "main" in unknown.findings[0].message.en
    lapsed = tariff(effective_to="2025-01-15")
    assert codes(bill([row(account(), "10")], rulebook(lapsed))) == ["not_in_force"]
    missing = Finding(code="reading_missing", id="m", is_fatal=True, message=Text("缺", "none"))
    rows = [row(account(), "10")]
    energy = evolve(energy_of(rows), findings=(missing,))
    market = {"code": "market", "group": "energy", "given": True}
    found = group_bill(group_of(rows), energy, rulebook(tariff(components=[market])))
    assert (found.lines, found.findings) == ((), (missing,))


def test_price_changes_within_a_row_split_every_component_by_days() -> None:
    def edition(price: str, **when: str) -> object:
        return tariff(
            components=[{"code": "grid", "group": "transmission", "price": price}],
            capacity_charge={"mode": "capacity", "price_yuan_per_kva_month": price},
            **when,
        )

    book = rulebook(
        edition("10", effective_to="2025-01-11"), edition("20", effective_from="2025-01-11")
    )  # type: ignore[arg-type]
    found = bill([row(account(), "31")], book, transformers=(transformer("t", "30"),))
    assert amounts(found, "grid") == [10_000, 42_000]
    assert amounts(found, "capacity") == [10_000, 40_000]


# --- laws -----------------------------------------------------------------------------------


@st.composite
def random_bills(draw: st.DrawFn) -> tuple[list[AccountEnergy], Rulebook, dict[str, object]]:
    price = st.integers(-20_000, 200_000).map(lambda n: str(Decimal(n).scaleb(-6)))
    groups = st.sampled_from(["energy", "line_loss", "transmission", "system_operation", "fund"])
    components = [
        {
            "code": f"c{i}",
            "group": draw(groups),
            "price": draw(price),
            "floats": draw(st.booleans()),
        }
        for i in range(draw(st.integers(1, 4)))
    ]
    book = rulebook(
        tariff(
            components=components,
            time_of_use={"peak_factor": "1.6", "valley_factor": "0.38"},
            capacity_charge={"mode": "capacity", "price_yuan_per_kva_month": "30.5"},
            power_factor={"rounding": draw(st.sampled_from(["base", "line"]))},
        )
    )
    amount = st.integers(0, 5_000_000).map(str)
    rows = [
        row(
            account(f"a{i}", power_factor_standard=draw(st.sampled_from([None, Decimal("0.85")]))),
            {period: draw(amount) for period in ("peak", "flat", "valley")},
            draw(amount),
        )
        for i in range(draw(st.integers(1, 3)))
    ]
    parts: dict[str, object] = {
        "transformers": (
            transformer("t", str(draw(st.integers(1, 9999))), of="a0"),
            transformer("u", "630", "2025-01-04 2025-01-23", of="a0"),
        ),
        "adjustments": (
            Adjustment(account_id="a0", code="x", group="energy", amount_yuan=Decimal("-12.34")),
        ),
        "debts": (
            Debt(
                account_id="a0",
                amount_yuan=Decimal(draw(amount)),
                due_on=date(2024, 12, 1),
                paid_on=date(2025, 1, 9),
            ),
        ),
        "incidents": (
            Incident(
                incident_id="i",
                account_id="a0",
                kind="theft",
                load_kind="power",
                load_kw=Decimal(draw(amount)),
            ),
        ),
    }
    return rows, book, parts


@generate(random_bills())
def test_lines_sum_to_the_total_and_groups_to_their_accounts(
    case: tuple[list[AccountEnergy], Rulebook, dict[str, object]],
) -> None:
    rows, book, parts = case
    found = bill(rows, book, **parts)
    total = Decimal(value(found, "amount_yuan", "g"))
    assert total * 100 == total_fen(found)
    ids = [one.account.account_id for one in rows]
    factor = found.values.get(("g", "power_factor_charge", "total"), Decimal(0))
    assert sum(Decimal(value(found, "amount_yuan", an_id)) for an_id in ids) == total - factor
    for name in ("energy_charge_yuan", "billed_energy_kwh", "fund", "capacity"):
        sums = sum(found.values.get((an_id, name, "total"), Decimal(0)) for an_id in ids)
        assert found.values.get(("g", name, "total"), Decimal(0)) == sums


@generate(random_bills(), st.integers())
def test_the_order_of_rows_changes_nothing(
    case: tuple[list[AccountEnergy], Rulebook, dict[str, object]], seed: int
) -> None:
    rows, book, parts = case
    shuffled = list(rows)
    Random(seed).shuffle(shuffled)
    mixed = {name: tuple(reversed(entries)) for name, entries in parts.items()}  # type: ignore[call-overload]
    assert bill(shuffled, book, **mixed) == bill(rows, book, **parts)


@generate(random_bills(), st.integers(1, 30))
def test_splitting_a_row_changes_no_line_by_more_than_rounding(
    case: tuple[list[AccountEnergy], Rulebook, dict[str, object]], day: int
) -> None:
    rows, book, parts = case
    change = date(2025, 1, 1) + timedelta(days=day)
    split: list[AccountEnergy] = []
    for one in rows:
        begins, ends = one.account.started_on, one.account.ended_on
        first = {p: Decimal(int(e) * day // 31) for p, e in one.energy_kwh.items() if p != "total"}
        rest = {period: one.energy_kwh[period] - first[period] for period in first}
        reactive = one.reactive_kvarh or Decimal(0)
        for energy, span, kvarh in (
            (first, (begins, change), Decimal(0)),
            (rest, (change, ends), reactive),
        ):
            part = evolve(one.account, started_on=span[0], ended_on=span[1])
            total = {**energy, "total": sum(energy.values(), start=Decimal(0))}
            split.append(evolve(one, account=part, energy_kwh=total, reactive_kvarh=kvarh))
    whole, parted = bill(rows, book, **parts), bill(split, book, **parts)
    for (an_id, name, period), expected in whole.values.items():
        found = parted.values[an_id, name, period]
        if name == "capacity" or name.endswith(("energy_kwh", "_kvarh")):
            assert found == expected
        elif name in ("fund", "transmission", "energy", "line_loss", "system_operation"):
            # three roundings a line, three periods, four components, three accounts
            assert abs(found - expected) <= Decimal("0.005") * 3 * 3 * 4 * 3
    assert unrounded(parted) == unrounded(whole)


def unrounded(found: GroupBill) -> Fraction:
    """Return the energy charges before any rounding."""
    return sum(
        (
            Fraction(line.quantity) * Fraction(line.price)
            for line in found.lines
            if line.quantity is not None and line.price is not None and line.unit == "kWh"
        ),
        Fraction(),
    )


@generate(st.integers(0, 10**6), st.integers(0, 10**6))
def test_more_energy_never_costs_less(less: int, more: int) -> None:
    book = rulebook(
        tariff(
            catalogue_price="0.568",
            components=FUNDS,
            tiers={
                "cycle": "month",
                "limits_kwh": ["230", "400"],
                "increments": ["0", "0.05", "0.3"],
            },
        )
    )
    low, high = sorted((less, more))
    cost = [total_fen(bill([row(account(), str(energy))], book)) for energy in (low, high)]
    assert cost[0] <= cost[1]


def test_accounts_may_have_several_rows_of_different_tariffs() -> None:
    one = tariff("one", components=[{"code": "x", "group": "energy", "price": "1"}])
    two = tariff("two", components=[{"code": "y", "group": "energy", "price": "2"}])
    rows = [
        row(account(tariff="one", span=days("2025-01-01 2025-01-12")), "5"),
        row(account(tariff="two", span=days("2025-01-12 2025-02-01")), "7"),
    ]
    found = bill(rows, rulebook(one, two))
    assert value(found, "energy") == "19.00"
    assert (value(found, "x"), value(found, "y")) == ("5.00", "14.00")
    assert value(found, "billed_energy_kwh") == "12"
