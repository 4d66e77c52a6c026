"""Residential tiers: limits by month and year, free energy, both models with time of use."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given as generate
from hypothesis import strategies as st

from bills_by_hand import (
    account,
    amounts,
    bill,
    codes,
    days,
    given,
    group_of,
    parts_of_account,
    row,
    rulebook,
    tariff,
    total_fen,
    value,
)
from powerchannel.billing.records import GroupBill, Meter
from powerchannel.billing.reference.tiers import tier_energy, tier_limits
from powerchannel.billing.rules import Rulebook

YEAR = {"cycle": "year", "limits_kwh": ["3120", "4800"]}
MONTH = {"cycle": "month", "limits_kwh": ["200", "400"]}
ADDED = ["0", "0.05", "0.30"]
TABLE = [
    {"peak": "0.617", "valley": "0.307"},
    {"peak": "0.677", "valley": "0.337"},
    {"peak": "0.977", "valley": "0.487"},
]


def adder(**changes: object) -> Rulebook:
    tiers = {**MONTH, "increments": ADDED, **changes}
    return rulebook(tariff(catalogue_price="0.50", tiers=tiers))


def table(**changes: object) -> Rulebook:
    return rulebook(tariff(tiers={**YEAR, "model": "table", "prices": TABLE, **changes}))


def tiers_kwh(found: GroupBill) -> dict[str, str]:
    kwh: dict[str, Decimal] = {}
    for line in found.lines:
        if line.code.startswith("tier_"):
            kwh[line.code] = kwh.get(line.code, Decimal(0)) + (line.quantity or 0)
    return {code: f"{value:f}" for code, value in kwh.items()}


@pytest.mark.parametrize(
    ("energy", "tiers"),
    [
        ("0", ("0", "0", "0")),
        ("200", ("200", "0", "0")),
        ("201", ("200", "1", "0")),
        ("400", ("200", "200", "0")),
        ("1000", ("200", "200", "600")),
    ],
)
def test_upper_limits_belong_to_their_tier(energy: str, tiers: tuple[str, ...]) -> None:
    found = bill([row(account(), energy)], adder())
    assert tuple(tiers_kwh(found).values()) == tiers
    assert [line.code for line in found.lines] == ["catalogue", "tier_1", "tier_2", "tier_3"]
    expected = [0, int(tiers[1]) * 5, int(tiers[2]) * 30]
    assert [amounts(found, f"tier_{k}")[0] for k in (1, 2, 3)] == expected


def test_a_year_adds_up_and_charges_what_is_new() -> None:
    book = adder(**YEAR)
    found = bill([row(account(year_to_date_kwh=Decimal(3000)), "2000")], book)
    assert tiers_kwh(found) == {"tier_1": "120", "tier_2": "1680", "tier_3": "200"}
    assert total_fen(found) == 100_000 + 8_400 + 6_000
    assert value(found, "catalogue") == "1144.00"


def test_a_year_without_its_beginning_is_told_except_in_january() -> None:
    book = adder(**YEAR)
    assert codes(bill([row(account(), "10")], book)) == []
    read_late = account(span=days("2025-01-24 2025-02-24"))
    assert codes(bill([row(read_late, "10")], book)) == []
    february = account(span=days("2025-02-01 2025-03-01"))
    found = bill([row(february, "10")], book)
    assert codes(found) == ["year_to_date_missing"]
    assert "the bill may be too low" in found.findings[0].message.en
    new = Meter(meter_id="m", account_id="a", installed_on=february.started_on)
    assert codes(bill([row(february, "10")], book, meters=(new,))) == []
    known = account(span=days("2025-02-01 2025-03-01"), year_to_date_kwh=Decimal(0))
    assert codes(bill([row(known, "10")], book)) == []


def test_a_second_row_goes_on_where_the_first_ended() -> None:
    first, second = days("2025-01-01 2025-01-16"), days("2025-01-16 2025-02-01")
    rows = [row(account(span=first), "150"), row(account(span=second), "150")]
    found = bill(rows, adder())
    assert tiers_kwh(found) == {"tier_1": "200", "tier_2": "100", "tier_3": "0"}
    begun = account(span=first, year_to_date_kwh=Decimal(3100))
    yearly = bill([row(begun, "150"), row(account(span=second), "10")], adder(**YEAR))
    assert tiers_kwh(yearly) == {"tier_1": "20", "tier_2": "140", "tier_3": "0"}


def test_the_next_year_begins_anew() -> None:
    rows = [
        row(account(span=days("2024-12-16 2025-01-01"), year_to_date_kwh=Decimal(4790)), "20"),
        row(account(span=days("2025-01-01 2025-01-16")), "20"),
    ]
    assert tiers_kwh(bill(rows, adder(**YEAR))) == {"tier_1": "20", "tier_2": "10", "tier_3": "10"}


@pytest.mark.parametrize(
    ("span", "partial", "limit"),
    [
        ("2025-01-01 2025-02-01", "whole", "200"),
        ("2025-01-24 2025-02-24", "whole", "200"),
        ("2025-01-01 2025-03-01", "whole", "400"),
        ("2025-01-10 2025-03-10", "days", "400"),
        ("2025-01-31 2025-02-28", "days", "200"),
        ("2025-01-20 2025-02-01", "whole", "200"),
        ("2025-01-22 2025-02-01", "days", "60"),
        ("2025-01-16 2025-03-01", "days", "300"),
    ],
)
def test_limits_of_a_month_times_the_months_of_a_bill(span: str, partial: str, limit: str) -> None:
    one = row(account(span=days(span)), "10")
    book = adder(partial_month=partial)
    parts = parts_of_account(one, book)
    first = tier_limits(group_of([one]), parts[0], parts)[0]
    assert first == Decimal(limit)


def test_limits_of_a_season_hold_in_its_months() -> None:
    seasons = {"7": ["300", "500"], "8": ["310", "510"]}

    def first(span: str) -> Decimal:
        one = row(account(span=days(span)), "10")
        parts = parts_of_account(one, adder(season_limits_kwh=seasons))
        return tier_limits(group_of([one]), parts[0], parts)[0]

    assert first("2025-07-01 2025-08-01") == 300
    assert first("2025-06-24 2025-07-24") == 300
    assert first("2025-07-01 2025-09-01") == 610
    assert first("2025-06-01 2025-08-01") == 500


@pytest.mark.parametrize(
    ("installed", "removed", "partial", "limit"),
    [
        (None, None, "whole", "3120"),
        ("2024-05-01", None, "whole", "3120"),
        ("2025-04-20", None, "whole", "2340"),
        ("2025-04-21", None, "days", "2167"),
        ("2025-06-16", None, "days", "1690"),
        ("2025-08-01", None, "whole", "3120"),
        (None, "2025-07-01", "whole", "1560"),
        (None, "2025-09-01", "whole", "3120"),
        (None, "2024-09-01", "whole", "3120"),
        (None, "2025-06-16", "whole", "1560"),
        (None, "2025-06-16", "days", "1430"),
    ],
)
def test_a_year_is_as_long_as_the_account_was_connected(
    installed: str | None, removed: str | None, partial: str, limit: str
) -> None:
    meter = Meter(
        meter_id="m",
        account_id="a",
        installed_on=date.fromisoformat(installed) if installed else None,
        removed_on=date.fromisoformat(removed) if removed else None,
    )
    one = row(account(span=days("2025-06-01 2025-07-01")), "10")
    parts = parts_of_account(one, adder(**YEAR, partial_month=partial))
    found = tier_limits(group_of([one], meters=(meter,)), parts[0], parts)
    assert found[0] == Decimal(limit)


def test_a_replaced_meter_is_no_new_connection() -> None:
    old = Meter(meter_id="m", account_id="a", removed_on=date(2025, 5, 1))
    new = Meter(meter_id="n", account_id="a", installed_on=date(2025, 5, 1))
    one = row(account(span=days("2025-06-01 2025-07-01")), "10")
    parts = parts_of_account(one, adder(**YEAR))
    assert tier_limits(group_of([one], meters=(old, new)), parts[0], parts)[0] == 3120


def test_many_persons_have_more_and_shared_meters_their_households() -> None:
    def first(book: Rulebook, count: int | None) -> Decimal:
        one = row(account(household_count=count), "10")
        parts = parts_of_account(one, book)
        return tier_limits(group_of([one]), parts[0], parts)[0]

    persons = adder(persons_from=5, more_kwh="100")
    assert [first(persons, n) for n in (None, 4, 5)] == [200, 200, 300]
    yearly = adder(**YEAR, persons_from=5, more_kwh="100")
    assert first(yearly, 7) == 3120 + 1200
    assert [first(adder(), n) for n in (None, 3)] == [200, 600]


def test_free_energy_comes_off_first_and_bears_nothing() -> None:
    fund = {"code": "fund_", "group": "fund", "price": "0.01"}
    tiers = {**MONTH, "increments": ADDED, "free_kwh": "15"}
    book = rulebook(tariff(catalogue_price="0.50", components=[fund], tiers=tiers))
    found = bill([row(account(), "216")], book)
    assert tiers_kwh(found) == {"tier_1": "200", "tier_2": "1", "tier_3": "0"}
    assert (value(found, "catalogue", period="total"), value(found, "fund")) == ("100.55", "2.01")
    assert value(found, "billed_energy_kwh") == "216"
    assert total_fen(bill([row(account(), "10")], book)) == 0
    two_months = account(span=days("2025-01-01 2025-03-01"))
    assert amounts(bill([row(two_months, "40")], book), "fund_") == [10]
    halves = [
        row(account(span=days("2025-01-01 2025-01-11")), "10"),
        row(account(span=days("2025-01-11 2025-02-01")), "10"),
    ]
    assert amounts(bill(halves, book), "fund_") == [0, 5]


def test_free_energy_is_taken_from_the_periods_by_their_shares() -> None:
    tiers = {**MONTH, "increments": ADDED, "free_kwh": "15"}
    prices = {"peak": "0.6", "valley": "0.3"}
    book = rulebook(tariff(catalogue_prices=prices, tiers=tiers))
    found = bill([row(account(), {"peak": "70", "valley": "35"})], book)
    assert [line.quantity for line in found.lines if line.code == "catalogue"] == [60, 30]


def test_increments_are_on_top_of_time_of_use() -> None:
    prices = {"peak": "0.568", "valley": "0.288"}
    tiers = {"cycle": "month", "limits_kwh": ["230", "400"], "increments": ADDED}
    found = bill(
        [row(account(), {"peak": "300", "valley": "200"})],
        rulebook(tariff(catalogue_prices=prices, tiers=tiers)),
    )
    assert amounts(found, "catalogue") == [17_040, 5_760]
    assert [amounts(found, f"tier_{k}") for k in (1, 2, 3)] == [[0], [850], [3000]]


def test_a_table_has_prices_of_each_tier_and_period() -> None:
    one = row(account(year_to_date_kwh=Decimal(3000)), {"peak": "150", "valley": "51"})
    found = bill([one], table())
    lines = {(line.code, line.period): str(line.quantity) for line in found.lines}
    assert (lines["tier_1", "peak"], lines["tier_1", "valley"]) == ("90", "30")
    assert (lines["tier_2", "peak"], lines["tier_2", "valley"]) == ("60", "21")
    # 120 x 51 / 201 = 30.4 valley; what does not divide is peak
    assert amounts(found, "tier_1") == [90 * 617 // 10, 30 * 307 // 10]
    assert amounts(found, "tier_2") == [4062, 708]
    assert value(found, "catalogue") == value(found, "amount_yuan")


def test_a_table_without_periods_and_funds_inside_it() -> None:
    fund = {"code": "fund_", "group": "fund", "price": "0.01"}
    tiers = {**MONTH, "model": "table", "prices": [{"total": p} for p in ("0.5", "0.6", "0.9")]}
    book = rulebook(tariff(tiers=tiers, components=[fund], catalogue_includes_funds=True))
    found = bill([row(account(), {"peak": "150", "valley": "150"})], book)
    assert [amounts(found, f"tier_{k}") for k in (1, 2, 3)] == [[9800], [5900], [0]]
    assert total_fen(found) == 200 * 50 + 100 * 60


def test_prices_that_change_within_the_month_keep_the_place_in_the_tiers() -> None:
    def edition(increments: list[str], **when: str) -> object:
        return tariff(catalogue_price="0.5", tiers={**MONTH, "increments": increments}, **when)

    book = rulebook(
        edition(ADDED, effective_to="2025-01-11"),  # type: ignore[arg-type]
        edition(["0", "0.1", "0.4"], effective_from="2025-01-11"),  # type: ignore[arg-type]
    )
    found = bill([row(account(), "310")], book)
    assert amounts(found, "tier_1") == [0, 0]
    assert amounts(found, "tier_2") == [0, 1100]
    assert tiers_kwh(found) == {"tier_1": "200", "tier_2": "110", "tier_3": "0"}


def test_a_given_tier_replaces_its_line() -> None:
    found = bill([row(account(), "300")], adder(), givens=(given("a", "tier_2", "1.23"),))
    assert amounts(found, "tier_2") == [123]
    assert value(found, "catalogue") == "151.23"
    whole = bill([row(account(), "300")], adder(), givens=(given("a", "catalogue", "9"),))
    assert [line.amount_fen for line in whole.lines] == [900]


ENERGY = st.decimals(0, 9000, places=2)


@generate(ENERGY, ENERGY, ENERGY)
def test_tiers_conserve_energy_and_add_up(used: Decimal, one: Decimal, two: Decimal) -> None:
    limits = [Decimal(3120), Decimal(4800)]
    first, second = tier_energy(used, one, limits), tier_energy(used + one, two, limits)
    assert sum(first) == one
    assert tier_energy(used + one, -one, limits) == [-kwh for kwh in first]  # given back
    both = [a + b for a, b in zip(first, second, strict=True)]
    assert both == tier_energy(used, one + two, limits)


@generate(st.integers(0, 6000), st.integers(0, 6000), st.integers(1, 30))
def test_f_of_the_sum_is_f_of_one_and_the_rest(one: int, two: int, day: int) -> None:
    change = date(2025, 1, 1) + timedelta(days=day)
    rows = [
        row(account(span=(date(2025, 1, 1), change)), str(one)),
        row(account(span=(change, date(2025, 2, 1))), str(two)),
    ]
    parts, whole = bill(rows, adder()), bill([row(account(), str(one + two))], adder())
    assert value(parts, "amount_yuan") == value(whole, "amount_yuan")


@generate(st.integers(0, 9000), st.integers(0, 9000), st.integers(0, 5000))
def test_a_table_shares_every_period_out_over_the_tiers(peak: int, valley: int, used: int) -> None:
    parts = {"peak": str(peak), "valley": str(valley)}
    one = row(account(year_to_date_kwh=Decimal(used)), parts)
    found = bill([one], table())
    for period, kwh in parts.items():
        lines = [line.quantity or 0 for line in found.lines if line.period == period]
        assert sum(lines) == Decimal(kwh)
        assert min(lines) >= 0
    limits = tier_energy(Decimal(used), Decimal(peak + valley), [Decimal(3120), Decimal(4800)])
    assert [Decimal(kwh) for kwh in tiers_kwh(found).values()] == limits


@pytest.mark.parametrize(
    ("used", "tier", "fen"),
    [("0", "tier_1", 3100), ("3120", "tier_1", 3100), ("3121", "tier_2", 3400)],
)
def test_periods_that_cancel_stay_in_the_tier_reached(used: str, tier: str, fen: int) -> None:
    """What is given back in the valley and used at the peak is no nothing."""
    of = account(year_to_date_kwh=Decimal(used))
    found = bill([row(of, {"peak": "100", "valley": "-100"})], table())
    (peak,) = (line for line in found.lines if line.period == "peak" and line.quantity)
    (valley,) = (line for line in found.lines if line.period == "valley" and line.quantity)
    assert (peak.code, valley.code) == (tier, tier)
    assert total_fen(found) == fen
    assert tiers_kwh(found)[tier] == "0"
