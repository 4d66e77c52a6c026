"""A group is cut where an account changes; what is given is found by id."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from bills_by_hand import given, rulebook, tariff
from energies_by_hand import codes, energy, job, june, meter, relation, used
from powerchannel.billing.reference.job import slices
from powerchannel.billing.tariff import Rounding
from powerchannel.rulebook import Provenance

HALVES = (june(span="2025-06-01 2025-06-16"), june(span="2025-06-16 2025-07-01"))


def test_slices_are_cut_where_any_row_begins_or_ends() -> None:
    found = job(june("a"), june("b", "2025-06-11 2025-07-01"))
    assert [(s.number, s.days, sorted(s.rows)) for s in found.slices] == [
        (0, 10, ["a"]),
        (1, 20, ["a", "b"]),
    ]
    assert slices(found.group) == found.slices
    assert found.runs("b") == ((date(2025, 6, 11), date(2025, 7, 1)),)


def test_days_without_a_row_are_no_slice_and_part_a_run() -> None:
    found = job(june(span="2025-06-01 2025-06-06"), june(span="2025-06-11 2025-07-01"))
    assert [s.days for s in found.slices] == [5, 20]
    assert len(found.runs("a")) == 2
    assert job(*HALVES).runs("a") == ((date(2025, 6, 1), date(2025, 7, 1)),)


def test_a_meter_stands_in_the_slices_of_its_days_and_its_account() -> None:
    meters = (meter("m", removed_on=date(2025, 6, 16)), meter("n", "b"))
    found = job(*HALVES, june("b", "2025-06-16 2025-07-01"), meters=meters)
    assert [s.number for s in found.slices_at("m")] == [0]
    assert [s.number for s in found.slices_at("n")] == [1]
    assert len(found.slices_at("b")) == 1
    assert len(found.slices_at("t")) == 2


def test_rounding_is_that_of_the_tariff_or_the_usual_one() -> None:
    own = Rounding(metered_decimals=3, provenance=Provenance(status="assumed", clause="test"))
    book = rulebook(tariff("main", rounding={"metered_decimals": 3}))
    found = job(june("a"), june("b", tariff="unknown"), book=book)
    assert found.rounding("a").metered_decimals == own.metered_decimals
    assert (found.rounding("b").metered_decimals, found.rounding("b").billed_decimals) == (2, 0)
    assert found.rounding("").demand_decimals == 6
    assert found.tariff_of(june("b", tariff="unknown")) is None


def test_givens_of_a_group_of_one_account_are_the_account_s() -> None:
    found = job(givens=(given("g", "billed_energy_kwh", "7"),))
    assert found.given("a", "billed_energy_kwh") == {"total": 7}
    assert found.amount("a", "billed_energy_kwh") == 7
    assert [n.code for n in found.notes.all()] == ["given"]
    assert found.given("a", "billed_demand_kw") == {}
    assert found.amount("a", "billed_demand_kw") is None
    assert found.given("", "billed_energy_kwh") == {}


def test_parts_go_before_a_total_that_is_given_beside_them() -> None:
    givens = [given("a", "metered_energy_kwh", v, p) for p, v in (("total", "9"), ("peak", "4"))]
    assert job(givens=tuple(givens)).given("a", "metered_energy_kwh") == {"peak": 4}


def test_portions_share_each_period_by_days() -> None:
    found = job().portions({"peak": Decimal(10), "flat": Decimal(1)}, (1, 2), 0)
    assert found == [{"peak": 3, "flat": 0}, {"peak": 7, "flat": 1}]


def test_a_portion_is_that_of_a_slice() -> None:
    work = job(
        *HALVES,
        june("b", "2025-06-16 2025-07-01"),
        givens=(given("b", "x", "9"), given("t", "x", "5")),
    )
    assert work.portion(work.slices[1], "b", "x") == {"total": 9}
    assert [work.portion(s, "t", "x")["total"] for s in work.slices] == [Decimal("2.5")] * 2
    assert work.portion(work.slices[0], "a", "x") == {}


def test_accounts_with_a_given_loss_or_energy_and_no_meter_get_one() -> None:
    quantity = relation("c", "m", "fixed_quantity", quantity_kwh="1")
    givens = [given(name, "transformer_loss_kwh", "1") for name in "abc"]
    work = job(
        *(june(name) for name in "abcd"),
        meters=(meter(),),
        relations=(quantity,),
        givens=tuple(givens),
    )
    assert [m.meter_id for m in work.meters] == ["b", "m"]


@pytest.mark.parametrize("quantity", ["metered_energy_kwh", "billed_demand_kw"])
def test_what_is_given_for_a_group_of_several_accounts_is_refused(quantity: str) -> None:
    found = energy(
        june("a"),
        june("b"),
        meters=(meter("m"), meter("n", "b")),
        readings=(*used("m", total="5"), *used("n", total="6")),
        givens=(given("g", quantity, "7"),),
    )
    assert codes(found) == ["given_for_group"]
    assert found.findings[0].is_fatal
