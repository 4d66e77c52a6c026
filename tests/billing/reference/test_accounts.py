"""What an account is billed for: rounded by period, and given."""

from __future__ import annotations

from decimal import Decimal

from bills_by_hand import given
from energies_by_hand import billed, energy, job, june, meter, of, relation, shown, used
from powerchannel.billing.reference.accounts import drawn_kwh, points_of, with_total
from powerchannel.billing.reference.points import Point

HALVES = (june(span="2025-06-01 2025-06-16"), june(span="2025-06-16 2025-07-01"))


def test_each_period_is_rounded_and_the_total_is_their_sum() -> None:
    found = of(energy(meters=(meter(),), readings=used("m", peak="10.5", flat="20.4")))
    assert shown(found.energy_kwh) == {"peak": "11", "flat": "20", "total": "31"}
    assert shown(found.metered_kwh) == {"peak": "10.5", "flat": "20.4", "total": "30.9"}
    assert shown(found.added_kwh) == {"peak": "0.5", "flat": "-0.4", "total": "0.1"}


def test_a_single_rate_counts_as_flat_beside_periods() -> None:
    found = energy(
        meters=(meter(), meter("n")), readings=(*used("m", peak="10"), *used("n", total="5"))
    )
    assert billed(found) == {"peak": "10", "flat": "5", "total": "15"}
    assert shown(of(found).metered_kwh) == {"peak": "10", "flat": "5", "total": "15"}


def test_given_billed_energy_replaces_all_stages() -> None:
    parts = {"meters": (meter(),), "readings": used("m", peak="30", flat="70")}
    total = energy(givens=(given("a", "billed_energy_kwh", "200"),), **parts)
    assert billed(total) == {"peak": "60", "flat": "140", "total": "200"}
    assert of(total).added_kwh["total"] == 100
    by_period = energy(
        givens=(
            given("a", "billed_energy_kwh", "5", "valley"),
            given("a", "billed_energy_kwh", "6", "flat"),
        ),
        **parts,
    )
    assert billed(by_period) == {"flat": "6", "valley": "5", "total": "11"}
    nothing_read = energy(givens=(given("a", "billed_energy_kwh", "200.5"),))
    assert billed(nothing_read) == {"total": "200.5"}


def test_given_billed_energy_of_a_meter() -> None:
    found = energy(
        meters=(meter(), meter("n")),
        readings=(*used("m", total="30"), *used("n", total="70")),
        givens=(given("m", "billed_energy_kwh", "50"),),
    )
    assert billed(found) == {"total": "120"}
    assert [r.added_kwh for r in found.registers] == [20, 0]


def test_given_energy_of_several_rows_is_shared_by_days() -> None:
    rows = june(span="2025-06-01 2025-06-11"), june(span="2025-06-11 2025-07-01")
    found = energy(*rows, givens=(given("a", "billed_energy_kwh", "100"),))
    assert [e.energy_kwh["total"] for e in found.accounts] == [33, 67]


def test_given_reactive_and_fed_in_energy() -> None:
    found = of(
        energy(
            meters=(meter(),),
            readings=used("m", total="1", reactive_forward="5", reverse_active_total="7"),
            givens=(
                given("a", "billed_reactive_kvarh", "9"),
                given("a", "feed_in_energy_kwh", "8"),
            ),
        )
    )
    assert (found.reactive_kvarh, found.metered_reactive_kvarh, found.feed_in_kwh) == (9, 5, 8)


def test_rows_have_their_own_points() -> None:
    work = job(*HALVES, june("b"))
    ends = {"started_on": HALVES[0].started_on, "ended_on": HALVES[0].ended_on}
    points = [
        Point(id=of_account, account_id=of_account, slice=number, **ends)
        for of_account in "ab"
        for number in (0, 1)
    ]
    assert points_of(work, HALVES[1], points) == [points[1]]
    assert points_of(work, june("b"), points) == points[2:]


def test_what_a_row_drew_is_what_was_measured_or_what_relations_gave_it() -> None:
    found = energy(
        june("a"),
        june("b"),
        meters=(meter(),),
        readings=used("m", total="1000"),
        relations=(relation("b", "m", "fixed_quantity", quantity_kwh="300"),),
    )
    assert [e.energy_kwh["total"] for e in found.accounts] == [700, 300]
    work = job()
    ends = {"started_on": june().started_on, "ended_on": june().ended_on, "slice": 0}
    measured = Point(
        id="m", account_id="a", number=0, metered={"total": Decimal(9)}, taken={"total": -9}, **ends
    )
    derived = Point(id="a", account_id="a", taken={"total": Decimal(4)}, **ends)
    assert drawn_kwh(work, june(), [measured, derived]) == 13


def test_the_total_stands_beside_the_parts() -> None:
    assert with_total({"total": Decimal(3)}) == {"total": 3}
    assert with_total({"total": Decimal(3), "peak": Decimal(1)}) == {"peak": 1, "total": 4}
    assert with_total({}) == {"total": 0}
