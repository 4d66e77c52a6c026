"""Metered energy: legs, total and parts, reverse and reactive registers, givens."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from bills_by_hand import given, rulebook, tariff
from energies_by_hand import (
    billed,
    codes,
    energy,
    fatal,
    job,
    june,
    meter,
    of,
    one,
    readings,
    shown,
    used,
)
from powerchannel.billing.reference.metered import legs


def test_energy_fed_in_of_a_published_bill() -> None:
    """MTR-02: 2094.96 to 2501.55 x 100; it is not set off against what was drawn."""
    read = readings("m", {"reverse_active_total": ("2094.96", "2501.55")})
    found = energy(meters=(meter(multiplier="100"),), readings=(*read, *used("m", total="7")))
    assert of(found).feed_in_kwh == 40659
    assert billed(found) == {"total": "700"}
    by_period = used("m", reverse_active_peak="3", reverse_active_valley="4")
    assert of(energy(meters=(meter(),), readings=by_period)).feed_in_kwh == 7


def test_a_replaced_meter_counts_both_legs() -> None:
    old = meter("old", multiplier="20", removed_on=date(2025, 6, 13))
    new = meter("new", multiplier="30", installed_on=date(2025, 6, 13))
    read = (
        *readings("old", {"active_total": ("100", "110")}, ("2025-06-01", "2025-06-13")),
        *readings("new", {"active_total": ("0", "20")}, ("2025-06-13", "2025-07-01")),
    )
    found = energy(meters=(old, new), readings=read)
    assert billed(found) == {"total": "800"}
    assert [(r.meter_id, r.previous, r.current) for r in found.registers] == [
        ("new", 0, 20),
        ("old", 100, 110),
    ]
    assert codes(found) == []


def test_the_total_policy_leaves_the_rest_to_flat() -> None:
    read = used("m", total="100", peak="30", valley="20")
    for policy in ("parts", "total"):  # a meter without a flat register cannot do otherwise
        found = energy(meters=(meter(total_policy=policy),), readings=read)
        assert billed(found) == {"peak": "30", "flat": "50", "valley": "20", "total": "100"}
    with_flat = (*read, *used("m", flat="49.99"))
    assert billed(energy(meters=(meter(total_policy="total"),), readings=with_flat))["flat"] == "50"


def test_the_parts_policy_bills_the_parts() -> None:
    read = used("m", total="100.02", peak="30", flat="50", valley="20")
    found = energy(meters=(meter(),), readings=read)
    assert billed(found) == {"peak": "30", "flat": "50", "valley": "20", "total": "100"}
    assert codes(found) == []


def test_parts_alone_and_a_meter_of_two_rates() -> None:
    assert billed(energy(meters=(meter(),), readings=used("m", peak="3", valley="4"))) == {
        "peak": "3",
        "valley": "4",
        "total": "7",
    }
    exact = used("m", total="7", peak="3", valley="4")
    assert "flat" not in billed(energy(meters=(meter(),), readings=exact))


@pytest.mark.parametrize(
    ("total", "is_told"), [("100.03", False), ("100.04", True), ("99.96", True)]
)
def test_total_and_parts_may_differ_by_a_last_digit_a_rate(total: str, is_told: bool) -> None:
    read = used("m", total=total, peak="30.00", flat="50.00", valley="20.00")
    for policy in ("parts", "total"):
        digits = meter(multiplier="100", decimal_digits=2, total_policy=policy)
        found = energy(meters=(digits,), readings=read)
        assert codes(found) == ["tou_sum_mismatch"] * is_told


def test_digits_are_those_of_the_readings_where_the_meter_does_not_say() -> None:
    read = used("m", total="100.3", peak="30.0", flat="50.0", valley="20.0")
    assert codes(energy(meters=(meter(),), readings=read)) == []
    read = used("m", total="100.31", peak="30.00", flat="50.00", valley="20.00")
    assert codes(energy(meters=(meter(),), readings=read)) == ["tou_sum_mismatch"]


def test_a_total_below_its_parts_is_refused_beyond_the_tolerance() -> None:
    read = used("m", total="50.00", peak="30.00", valley="30.00")
    assert one(energy(meters=(meter(),), readings=read), "total_below_parts").is_fatal
    cut_off = used("m", total="59.99", peak="30.00", valley="30.00")
    found = energy(meters=(meter(),), readings=cut_off)
    assert billed(found) == {"peak": "30", "valley": "30", "total": "60"}
    assert codes(found) == []


@pytest.mark.parametrize("missing", ["active_total", "active_peak"])
def test_every_register_that_is_needed_must_be_read(missing: str) -> None:
    rest = {"active_total", "active_peak", "active_valley"} - {missing}
    read = (
        *readings("m", {missing: ("1",)}, ("2025-06-01",)),
        *readings("m", dict.fromkeys(sorted(rest), ("1", "9"))),
    )
    found = energy(meters=(meter(),), readings=read)
    assert fatal(found) == ["reading_missing"]
    assert missing in one(found, "reading_missing").message.en


def test_a_total_that_only_checks_may_be_missing() -> None:
    read = (
        *readings("m", {"active_total": ("1",)}, ("2025-06-01",)),
        *used("m", peak="3", flat="4"),
    )
    found = energy(meters=(meter(),), readings=read)
    assert (codes(found), billed(found)["total"]) == ([], "7")


def test_reactive_energy_adds_both_directions() -> None:
    for read, expected in (
        (used("m", reactive_forward="30", reactive_reverse="12"), 42),
        (used("m", reactive_net="18", reactive_reverse="12"), 42),
        (readings("m", {"reactive_net": ("18", "0")}), 18),
        (used("m", reactive_forward="30"), 30),
    ):
        found = energy(meters=(meter(),), readings=(*used("m", total="1"), *read))
        assert (of(found).metered_reactive_kvarh, of(found).reactive_kvarh) == (expected, expected)
        assert found.meter_reactive_kvarh == {"m": expected}
    nothing = energy(meters=(meter(),), readings=used("m", total="1"))
    assert of(nothing).reactive_kvarh is None
    assert nothing.meter_reactive_kvarh == {}


def test_what_is_given_for_a_meter_or_an_account_needs_no_readings() -> None:
    meters = (meter("m"), meter("n"))
    read = used("m", reactive_forward="5")
    for where in ("m", "a"):
        givens = (
            given(where, "metered_energy_kwh", "60", "peak"),
            given(where, "metered_energy_kwh", "40", "valley"),
        )
        found = energy(meters=meters[: 1 + (where == "a")], readings=read, givens=givens)
        assert billed(found) == {"peak": "60", "valley": "40", "total": "100"}
        assert "reading_missing" not in codes(found)
        assert of(found).reactive_kvarh == 5
        row = found.registers[0]
        assert (row.previous, row.current, row.metered_kwh) == (None, None, 60)
    assert codes(found) == ["given"]


def test_given_reactive_energy_stands_for_the_registers() -> None:
    found = energy(
        meters=(meter(),),
        readings=used("m", total="1", reactive_forward="5"),
        givens=(given("m", "metered_reactive_kvarh", "9"),),
    )
    assert of(found).metered_reactive_kvarh == 9


def test_an_account_without_a_meter_may_have_given_energy() -> None:
    found = energy(givens=(given("a", "metered_energy_kwh", "123"),))
    assert (billed(found), shown(of(found).metered_kwh)) == ({"total": "123"}, {"total": "123"})
    assert billed(energy()) == {"total": "0"}


def test_rounding_is_that_of_the_tariff() -> None:
    book = rulebook(tariff("main", rounding={"metered_decimals": 1, "billed_decimals": 1}))
    found = energy(meters=(meter(multiplier="1.5"),), readings=used("m", total="0.7"), book=book)
    assert (found.meters["m"]["total"], billed(found)) == (Decimal("1.1"), {"total": "1.1"})
    usual = energy(meters=(meter(multiplier="1.5"),), readings=used("m", total="0.75"))
    assert (usual.meters["m"]["total"], billed(usual)) == (Decimal("1.13"), {"total": "1"})


def test_legs_are_numbered_in_the_order_of_ids_and_days() -> None:
    meters = (
        meter("n"),
        meter("m", installed_on=date(2025, 6, 11)),
        meter("m", removed_on=date(2025, 6, 11)),
        meter("z", removed_on=date(2024, 1, 1)),
    )
    found = legs(job(june(), meters=meters))
    assert [(leg.meter.meter_id, leg.number, leg.parts[0].days) for leg in found] == [
        ("m", 0, 10),
        ("m", 1, 20),
        ("n", 2, 30),
    ]
