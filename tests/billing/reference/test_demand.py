"""Maximum demand: metered, shared out, and given."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from attrs import evolve

from bills_by_hand import given, rulebook, tariff, two_part
from energies_by_hand import codes, energy, fatal, job, june, meter, of, readings, relation, used
from powerchannel.billing.records import GroupEnergy, Reading
from powerchannel.billing.reference.demand import metered_demand

MIDDLE = date(2025, 6, 16)
HALVES = (june(span="2025-06-01 2025-06-16"), june(span="2025-06-16 2025-07-01"))


def demanded(*days_and_values: str, meter_id: str = "m") -> tuple[Reading, ...]:
    days, values = days_and_values[::2], days_and_values[1::2]
    return readings(meter_id, {"max_demand": values}, days)


def test_the_largest_reading_of_the_period_times_the_multiplier() -> None:
    read = demanded(
        "2025-06-01", "9", "2025-06-11", "0.8", "2025-07-01", "0.7531", "2025-08-01", "8"
    )
    work = job(meters=(meter(multiplier="3000"),), readings=read)
    assert metered_demand(work, june()) == 2400  # the reading of 1 June is of May
    assert metered_demand(job(meters=(meter(),)), june()) is None


def test_it_carries_six_decimals() -> None:
    work = job(meters=(meter(multiplier="1.5"),), readings=demanded("2025-07-01", "0.1234567"))
    assert metered_demand(work, june()) == Decimal("0.185185")


def test_a_reading_at_the_end_is_of_every_row_before_it() -> None:
    work = job(*HALVES, meters=(meter(),), readings=demanded("2025-07-01", "7"))
    assert [metered_demand(work, row) for row in HALVES] == [7, 7]
    work = job(*HALVES, meters=(meter(),), readings=demanded("2025-06-16", "9", "2025-07-01", "7"))
    assert [metered_demand(work, row) for row in HALVES] == [9, 7]


def test_meters_side_by_side_add_up_and_those_in_turn_do_not() -> None:
    read = (*demanded("2025-07-01", "7"), *demanded("2025-07-01", "5", meter_id="n"))
    assert metered_demand(job(meters=(meter(), meter("n")), readings=read), june()) == 12
    legs = (meter(removed_on=MIDDLE), meter("n", installed_on=MIDDLE))
    read = (*demanded("2025-06-16", "7"), *demanded("2025-07-01", "5", meter_id="n"))
    assert metered_demand(job(meters=legs, readings=read), june()) == 7


def test_what_is_given_replaces_a_stage() -> None:
    parts = {
        "meters": (meter(),),
        "readings": (*used("m", total="1"), *demanded("2025-07-01", "7")),
    }
    for where in ("m", "a", "g"):
        found = of(energy(givens=(given(where, "metered_demand_kw", "4"),), **parts))
        assert (found.metered_demand_kw, found.demand_kw) == (4, 4)
    found = of(energy(givens=(given("a", "billed_demand_kw", "4"),), **parts))
    assert (found.metered_demand_kw, found.demand_kw) == (7, 4)
    bare = of(energy(givens=(given("a", "billed_demand_kw", "4.5"),)))
    assert (bare.metered_demand_kw, bare.demand_kw) == (None, Decimal("4.5"))


def shared(kind: str, child: str = "main", **numbers: str) -> GroupEnergy:
    return energy(
        june("a"),
        june("b", tariff=child),
        meters=(meter(),),
        readings=(*used("m", total="3000"), *demanded("2025-07-01", "10")),
        relations=(relation("b", "m", kind, **numbers),),
        book=rulebook(two_part("actual_demand"), tariff("single")),
    )


@pytest.mark.parametrize(
    ("kind", "numbers", "expected"),
    [
        ("fixed_ratio", {"ratio": "0.3333333"}, ("6.666667", "3.333333")),
        ("fixed_quantity", {"quantity_kwh": "1000"}, ("6.666667", "3.333333")),
    ],
)
def test_a_two_part_sub_account_takes_its_share(
    kind: str, numbers: dict[str, str], expected: tuple[str, str]
) -> None:
    found = shared(kind, **numbers)
    assert tuple(str(of(found, name).demand_kw) for name in "ab") == expected
    assert of(found).metered_demand_kw == 10


def test_a_sub_account_without_a_demand_charge_takes_none() -> None:
    found = shared("fixed_ratio", "single", ratio="0.3")
    assert (of(found).demand_kw, of(found, "b").demand_kw) == (10, None)


def test_a_sub_meter_takes_none() -> None:
    found = energy(
        june("a"),
        june("b"),
        meters=(meter(), meter("n", "b")),
        readings=(*used("m", total="30"), *used("n", total="3"), *demanded("2025-07-01", "10")),
        relations=(relation("n", "m", "sub_meter"),),
    )
    assert (of(found).demand_kw, of(found, "b").demand_kw) == (10, None)


def test_supply_passed_on_takes_its_energy_over_the_hours_of_a_kw() -> None:
    parts = {
        "meters": (meter(), meter("n", "b")),
        "readings": (
            *used("m", total="3000"),
            *used("n", total="720"),
            *demanded("2025-07-01", "10"),
        ),
        "relations": (relation("n", "m", "through_supply"),),
    }
    through = parts["relations"][0]
    kinds = (("lighting", 6), ("two_shifts", 8), ("agriculture", Decimal("7.333333")))
    for load, left in kinds:
        one = {**parts, "relations": (evolve(through, supplied_load=load),)}
        assert of(energy(june("a"), june("b"), **one)).demand_kw == left
    for category, left in (("residential", 6), ("agriculture", Decimal("7.333333"))):
        book = rulebook(tariff("shop", category=category))
        assert of(energy(june("a"), june("b", tariff="shop"), book=book, **parts)).demand_kw == left


@pytest.mark.parametrize(("mode", "is_fatal"), [("actual_demand", True), ("none", False)])
def test_without_the_kind_of_load_what_pays_for_demand_is_refused(
    mode: str, is_fatal: bool
) -> None:
    charged = two_part(mode)
    found = energy(
        june("a"),
        june("b", tariff="shop"),
        meters=(meter(), meter("n", "b")),
        readings=(
            *used("m", total="3000"),
            *used("n", total="720"),
            *demanded("2025-07-01", "10"),
        ),
        relations=(relation("n", "m", "through_supply"),),
        book=rulebook(charged, tariff("shop", category="commerce_industry")),
    )
    assert of(found).demand_kw == 10
    assert (codes(found), bool(fatal(found))) == (["demand_hours_missing"], is_fatal)
