"""Bills from intervals: the same as from registers that count the same; nothing is filled in."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pandas as pd
import pytest
from attrs import evolve
from hypothesis import given as generate
from hypothesis import settings
from hypothesis import strategies as st

from bills_by_hand import codes, given, rulebook, tariff, value
from curves_by_hand import NIGHT_AND_DAY, curve
from energies_by_hand import (
    NO_ESTIMATES,
    billed,
    energy,
    fatal,
    group,
    june,
    meter,
    of,
    readings,
    relation,
    used,
)
from powerchannel import billing
from powerchannel.billing.batch import bill as batch
from powerchannel.billing.bill import bill_group
from powerchannel.billing.records import Group, GroupBill, Interval
from powerchannel.billing.reference.interval_energy import is_by_intervals
from powerchannel.billing.rules import Rulebook
from powerchannel.billing.tariff import Tariff

ONE = Decimal(1)
FIRST, THIRD = "2025-06-01", "2025-06-03"
QUARTERS = 2 * 96
END_TO_END = ((FIRST, "0"), (THIRD, "10"))
PERIOD = {"valley": (*range(24), *range(88, 96)), "peak": range(24, 36), "flat": range(36, 88)}


def by_time(name: str = "main", **more: object) -> Tariff:
    purchase = {"code": "purchase", "group": "energy", "price": "0.5123", "floats": True}
    factors = {"peak_factor": "1.6", "valley_factor": "0.4", "calendar": {"spans": NIGHT_AND_DAY}}
    document = {"components": [purchase], "time_of_use": factors, **more}
    return tariff(name, **document)


def two_days(**fields: object) -> Group:
    """A group of one account and meter, on the first two days of June."""
    return group(june(span=f"{FIRST} {THIRD}"), **{"meters": (meter(),), **fields})


def bill(intervals: tuple[Interval, ...], book: Rulebook, **fields: object) -> GroupBill:
    return bill_group(two_days(intervals=intervals, **fields), book)


def tell(found: GroupBill, code: str) -> str:
    (one,) = (f for f in found.findings if f.code == code)
    return one.message.en


def test_intervals_are_billed_by_the_periods_of_the_calendar() -> None:
    found = bill(curve([ONE] * QUARTERS), rulebook(by_time()))
    for period, slots in PERIOD.items():
        assert value(found, "metered_energy_kwh", period=period) == f"{2 * len(slots)}.00"
    assert value(found, "metered_energy_kwh") == "192.00"
    assert value(found, "metered_demand_kw") == "4.000000"
    assert [(r.previous, r.current) for r in found.registers] == [(None, None)] * 3
    assert codes(found) == ["interval_demand", "interval_energy"]


def test_the_multiplier_is_in_the_intervals_and_the_finding_says_so() -> None:
    found = bill(curve([ONE] * QUARTERS), rulebook(by_time()), meters=(meter(multiplier="80"),))
    assert value(found, "metered_energy_kwh") == "192.00"
    assert "not multiplied by 80" in tell(found, "interval_energy")


ENERGIES = st.lists(
    st.integers(0, 400_000).map(lambda n: Decimal(n).scaleb(-4)),
    min_size=QUARTERS,
    max_size=QUARTERS,
)


@settings(max_examples=30)
@generate(ENERGIES, st.booleans(), st.sampled_from(["1", "40"]))
def test_a_bill_from_intervals_is_that_of_registers_that_count_the_same(
    energies: list[Decimal], has_reactive: bool, multiplier: str
) -> None:
    reactive = energies[::-1] if has_reactive else []
    charge = {"mode": "actual_demand", "price_yuan_per_kw_month": "40"}
    book = rulebook(by_time(capacity_charge=charge))
    sums = {
        f"active_{p}": sum(energies[day + i] for day in (0, 96) for i in slots)
        for p, slots in PERIOD.items()
    }
    sums |= {"reactive_forward": sum(reactive)} if has_reactive else {}
    read = {r: ("0", str(kwh / Decimal(multiplier))) for r, kwh in sums.items()}
    demand = {"max_demand": ("0", str(max(energies) * 4 / Decimal(multiplier)))}
    account = june(span=f"{FIRST} {THIRD}", power_factor_standard=Decimal("0.90"))
    head = {"accounts": (account,), "meters": (meter(multiplier=multiplier),)}
    counted = readings("m", read | demand, (FIRST, THIRD))
    expected = bill_group(evolve(two_days(readings=counted), **head), book)
    found = bill_group(evolve(two_days(intervals=curve(energies, reactive)), **head), book)
    assert found.lines == expected.lines
    assert found.values == expected.values
    assert set(codes(found)) - set(codes(expected)) == {"interval_demand", "interval_energy"}


def test_without_time_of_use_there_is_a_total() -> None:
    flat = tariff(components=[{"code": "purchase", "group": "energy", "price": "0.5"}])
    found = bill(curve([Decimal("0.004")] * QUARTERS), rulebook(flat))
    assert value(found, "metered_energy_kwh") == "0.77"
    assert value(found, "purchase") == "0.50"


def test_a_gap_is_never_filled_in() -> None:
    intervals = curve([ONE] * QUARTERS)
    book = rulebook(by_time(), estimation=NO_ESTIMATES)
    found = bill(intervals[:90] + intervals[93:], book)
    assert found.lines == ()
    assert [f.code for f in found.findings if f.is_fatal] == ["interval_gap"]
    assert "3 of 192 intervals of 15 minutes" in tell(found, "interval_gap")
    assert "(first: 2025-06-01 22:30)" in tell(found, "interval_gap")
    helped = bill(
        intervals[1:],
        book,
        givens=(given("m", "metered_energy_kwh", "190"), given("m", "metered_demand_kw", "4")),
    )
    assert value(helped, "metered_energy_kwh") == "190"
    assert codes(helped) == ["given", "given"]


def test_a_gap_is_estimated_where_the_rulebook_may() -> None:
    before = readings("m", {"active_total": ("0", "100")}, ("2025-05-30", FIRST))
    intervals = curve([ONE] * QUARTERS)[1:]
    found = bill(intervals, rulebook(by_time()), readings=before)
    assert value(found, "metered_energy_kwh") == "100.00"
    assert {"interval_gap", "estimated"} <= set(codes(found))
    assert [str(r.reading) for r in found.estimates] == ["200.000000"]
    nothing = bill(intervals, rulebook(by_time()))
    assert {f.code for f in nothing.findings if f.is_fatal} == {"interval_gap", "reading_missing"}


def test_readings_are_billed_before_intervals_which_give_the_demand() -> None:
    intervals = curve([ONE] * (QUARTERS - 1) + [Decimal(9)])
    read = readings("m", {"active_total": ("0", "50")}, (FIRST, THIRD))
    book = rulebook(by_time())
    found = bill(intervals, book, readings=read)
    assert value(found, "metered_energy_kwh") == "50.00"
    assert value(found, "metered_demand_kw") == "36.000000"
    assert codes(found) == ["interval_demand"]
    void = bill(intervals[:-1], book, readings=read)
    assert value(void, "metered_demand_kw") == "4.000000"
    assert "without 1 that have a gap" in tell(void, "interval_demand")
    own = (*read, *readings("m", {"max_demand": ("7", "7")}, (FIRST, THIRD)))
    assert value(bill(intervals, book, readings=own), "metered_demand_kw") == "7.000000"
    assert codes(bill(intervals, book, readings=own)) == []


def test_a_reading_of_the_first_day_ends_the_period_before() -> None:
    start = readings("m", {"active_total": ("50",)}, (FIRST,))
    of_group = two_days(intervals=curve([ONE] * QUARTERS), readings=start)
    days = date(2025, 6, 1), date(2025, 6, 3)
    assert is_by_intervals(of_group, meter(), *days)
    assert not is_by_intervals(of_group, meter("other"), *days)
    failed = evolve(start[0], read_on=days[1], status="missing")
    assert is_by_intervals(evolve(of_group, readings=(failed,)), meter(), *days)
    read = evolve(start[0], read_on=days[1])
    assert not is_by_intervals(evolve(of_group, readings=(read,)), meter(), *days)


def test_reactive_energy_of_some_intervals_is_not_that_of_all() -> None:
    intervals = curve([ONE] * QUARTERS, [ONE] * QUARTERS)
    bare = (evolve(intervals[0], reactive_kvarh=None), *intervals[1:])
    book = rulebook(by_time(), estimation=NO_ESTIMATES)
    assert value(bill(intervals, book), "metered_reactive_kvarh") == "192.00"
    found = bill(bare, book)
    assert [f.code for f in found.findings if f.is_fatal] == ["interval_reactive_gap"]
    assert "1 of 192" in tell(found, "interval_reactive_gap")
    read = readings("m", {"reactive_forward": ("0", "7")}, (FIRST, THIRD))
    assert value(bill(bare, book, readings=read), "metered_reactive_kvarh") == "7.00"
    helped = bill(bare, book, givens=(given("m", "metered_reactive_kvarh", "8"),))
    assert value(helped, "metered_reactive_kvarh") == "8"


def test_a_price_that_changes_inside_takes_the_energy_of_its_days() -> None:
    old = by_time(effective_to=date(2025, 6, 2))
    spans = [{"period": "peak", "from_time": "00:00", "to_time": "24:00"}]
    prices = {"peak_factor": "1.6", "calendar": {"spans": spans}}
    new = by_time(effective_from=date(2025, 6, 2), time_of_use=prices)
    found = bill(curve([ONE] * 96 + [Decimal(2)] * 96), rulebook(old, new))
    assert value(found, "metered_energy_kwh", period="peak") == "204.00"
    assert value(found, "metered_energy_kwh") == "288.00"
    assert [line.quantity for line in found.lines if line.quantity] == [12, 52, 32, 192]
    assert "shared_by_days" not in codes(found)


@pytest.mark.parametrize("code", ["interval_calendar", "interval_in_two_periods"])
def test_a_period_that_is_not_known_is_refused(code: str) -> None:
    spans = [
        {"period": "valley", "from_time": "22:00", "to_time": "06:10"},
        {"period": "flat", "from_time": "06:10", "to_time": "22:00"},
    ]
    calendar = {"calendar": {"spans": spans}} if code == "interval_in_two_periods" else {}
    book = rulebook(by_time(time_of_use={"valley_factor": "0.4", **calendar}))
    found = bill(curve([ONE] * QUARTERS), book)
    assert [f.code for f in found.findings if f.is_fatal] == [code]


def test_a_meter_of_a_group_takes_the_calendar_of_its_accounts() -> None:
    accounts = (june(span=f"{FIRST} {THIRD}"), june("b", f"{FIRST} {THIRD}", tariff="flat"))
    meters = (meter("main", ""), meter("m"), meter("n", "b"))
    parts = {
        "meters": meters,
        "relations": (relation("m", "main", "sub_meter"), relation("n", "main", "sub_meter")),
        "intervals": curve([ONE] * QUARTERS, meter="main"),
        "readings": (
            *readings("m", {"active_total": ("0", "9")}, (FIRST, THIRD)),
            *readings("n", {"active_total": ("0", "9")}, (FIRST, THIRD)),
        ),
    }
    found = energy(*accounts, book=rulebook(by_time(), tariff("flat")), **parts)
    assert set(found.meters["main"]) == {"peak", "flat", "valley", "total"}
    other = by_time(
        "flat",
        time_of_use={
            "calendar": {"spans": [{"period": "flat", "from_time": "00:00", "to_time": "24:00"}]}
        },
    )
    assert "interval_calendar" in fatal(energy(*accounts, book=rulebook(by_time(), other), **parts))


def test_a_meter_that_was_replaced_may_change_to_intervals() -> None:
    middle = date(2025, 6, 2)
    old, new = meter("old", removed_on=middle), meter("new", installed_on=middle)
    found = bill(
        curve([ONE] * 96, meter="new", since=middle),
        rulebook(tariff()),
        meters=(old, new),
        readings=readings("old", {"active_total": ("0", "7")}, (FIRST, "2025-06-02")),
    )
    assert value(found, "metered_energy_kwh") == "103.00"
    assert not [f for f in found.findings if f.is_fatal]


def test_days_without_time_of_use_beside_days_with_it_are_flat() -> None:
    first, second = date(2025, 6, 1), date(2025, 6, 2)
    rows = (june(span=f"{first} {second}", tariff="flat"), june(span=f"{second} {THIRD}"))
    parts = {"meters": (meter(),), "intervals": curve([ONE] * QUARTERS)}
    found = energy(*rows, book=rulebook(by_time(), tariff("flat")), **parts)
    assert [str(one.energy_kwh["flat"]) for one in found.accounts] == ["96", "52"]


def test_nothing_changes_for_meters_without_intervals() -> None:
    read = used("m", total="7")
    other = curve([ONE], meter="other")
    found = energy(meters=(meter(),), readings=read, intervals=other)
    assert found == energy(meters=(meter(),), readings=read)
    assert billed(found) == {"total": "7"}
    assert of(found).demand_kw is None
    assert isinstance(other[0].started_at, datetime)


def export(intervals: tuple[Interval, ...]) -> pd.DataFrame:
    rows = [(i.meter_id, str(i.started_at), str(i.energy_kwh)) for i in intervals]
    return pd.DataFrame(rows, columns=["meter_id", "started_at", "energy_kwh"])


def tables(intervals: tuple[Interval, ...], *accounts: str) -> dict[str, pd.DataFrame]:
    """Accounts of the first two days of June with a meter each."""
    ids = list(accounts)
    days = {"started_on": FIRST, "ended_on": THIRD}
    return {
        "accounts": pd.DataFrame({"account_id": ids, "tariff": "main"}).assign(**days),
        "meters": pd.DataFrame({"meter_id": [f"m{a}" for a in ids], "account_id": ids}),
        "intervals": export(intervals),
    }


def test_the_table_of_intervals_reaches_the_bill() -> None:
    before = curve([Decimal(9)] * 96, meter="ma", since=date(2025, 5, 31))
    later = curve([Decimal(9)], meter="ma", since=date(2025, 6, 3))
    mine = curve([ONE] * QUARTERS, [], meter="ma")
    state = billing.aggregate(billing.check(**tables((*later, *mine[::-1], *before), "a")))
    assert state.group("a", "2025-06").intervals == mine
    found = billing.evaluate(state, rulebook(by_time()), as_of="2025-06")
    expected = bill_group(state.group("a", "2025-06"), rulebook(by_time()))
    assert found.bills[0] == expected
    assert expected.values["a", "metered_energy_kwh", "total"] == 192
    assert found.origin.path == "reference"


def test_the_batch_leaves_who_has_intervals_to_the_reference() -> None:
    parts = tables(curve([ONE] * QUARTERS, meter="mb"), "a", "b", "c")
    read = [(f"m{a}", "active_total", day, kwh) for a in "ac" for day, kwh in END_TO_END]
    columns = ["meter_id", "register", "read_on", "reading"]
    parts["readings"] = pd.DataFrame(read, columns=columns)
    state = billing.aggregate(billing.check(**parts))
    book = rulebook(tariff(components=[{"code": "c", "group": "energy", "price": "0.5"}]))
    left = batch(state, book, "2025-06")
    assert (left.why, left.left) == ({"intervals": 1}, ("b",))
    amounts = billing.evaluate(state, book, as_of="2025-06").lines["amount_fen"].tolist()
    assert amounts == [500, 9600, 500]
