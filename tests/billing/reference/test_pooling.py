"""Which rows share a power factor, and the factor to two decimals, exactly."""

from __future__ import annotations

from decimal import Decimal, localcontext

import pytest
from attrs import evolve
from hypothesis import given as generate
from hypothesis import strategies as st

from bills_by_hand import (
    account,
    amounts,
    days,
    energy_of,
    group_of,
    policy,
    row,
    rulebook,
    tariff,
)
from energies_by_hand import band, june, lossy, meter, relation, used
from powerchannel.billing.bill import bill_group
from powerchannel.billing.records import AccountEnergy, Group, GroupEnergy, Meter, Relation
from powerchannel.billing.reference.energy import group_energy
from powerchannel.billing.reference.pooling import (
    factor_of,
    pooled_rows,
    rate_percent,
    shared_factor,
)


@pytest.mark.parametrize(
    ("active", "reactive", "factor"),
    [
        ("511800", "110100", "0.98"),
        ("3", "4", "0.60"),
        ("1", "0", "1.00"),
        ("1", "1000000", "0.00"),
        ("100", "0.00001", "1.00"),
    ],
)
def test_the_factor_of_energy(active: str, reactive: str, factor: str) -> None:
    assert factor_of(Decimal(active), Decimal(reactive)) == Decimal(factor)


def test_energies_next_to_a_tie_are_told_apart() -> None:
    # cos = 119 / 200 = 0.595 where R^2 = 200^2 - 119^2, which is no square
    with localcontext(prec=60):
        reactive = Decimal(200**2 - 119**2).sqrt()
    assert factor_of(Decimal("119.0000000001"), reactive) == Decimal("0.60")
    assert factor_of(Decimal("118.9999999999"), reactive) == Decimal("0.59")


@generate(st.integers(1, 10**9), st.integers(0, 10**9))
def test_the_factor_is_the_nearest_hundredth(active: int, reactive: int) -> None:
    found = factor_of(Decimal(active), Decimal(reactive))
    with localcontext(prec=80):
        exact = Decimal(active) / Decimal(active**2 + reactive**2).sqrt()
        assert found - Decimal("0.005") <= exact < found + Decimal("0.005")


@pytest.mark.parametrize(
    ("standard", "factor", "rate"),
    [
        ("0.90", "0.98", "-0.75"),
        ("0.90", "0.60", "25"),
        ("0.90", "0.50", "45"),
        ("0.90", "0.30", "85"),
        ("0.90", "0.00", "145"),
        ("0.85", "1.00", "-1.10"),
        ("0.80", "0.79", "0.5"),
    ],
)
def test_rates_of_the_tables(standard: str, factor: str, rate: str) -> None:
    tables = {table.standard: table for table in policy().power_factor_tables}
    assert rate_percent(tables[Decimal(standard)], Decimal(factor)) == Decimal(rate)


def ids(rows: tuple[AccountEnergy, ...]) -> list[str]:
    return [one.account.account_id for one in rows]


def test_rows_taken_from_metered_ones_share_their_factor() -> None:
    rows = [
        row(account(), "900", "300"),
        row(account("fixed"), "100"),
        row(account("below"), "50"),
        row(account("beside"), "70"),
    ]
    relations = (
        Relation(child_id="fixed", parent_id="m", kind="fixed_ratio"),
        Relation(child_id="n", parent_id="fixed", kind="sub_meter"),
    )
    meters = (Meter(meter_id="m", account_id="a"), Meter(meter_id="n", account_id="below"))
    group = group_of(rows, relations=relations, meters=meters)
    assert ids(pooled_rows(group, energy_of(rows))) == ["a", "fixed", "below"]


def test_rows_before_there_was_reactive_metering_stay_out() -> None:
    old, new = days("2025-01-01 2025-01-12"), days("2025-01-12 2025-02-01")
    rows = [
        row(account(span=old), "900"),
        row(account(span=new), "900", "300"),
        row(account("c", span=old), "10"),
        row(account("c", span=new), "10"),
    ]
    relations = (Relation(child_id="c", parent_id="a", kind="sub_meter"),)
    pooled = pooled_rows(group_of(rows, relations=relations), energy_of(rows))
    assert [(one.account.account_id, one.account.started_on.day) for one in pooled] == [
        ("a", 12),
        ("c", 12),
    ]


def test_relations_in_a_circle_do_not_run_forever() -> None:
    rows = [row(account(), "1", "1"), row(account("b"), "1")]
    circle = tuple(
        Relation(child_id=child, parent_id=parent, kind="sub_meter")
        for child, parent in (("a", "b"), ("b", "a"))
    )
    assert ids(pooled_rows(group_of(rows, relations=circle), energy_of(rows))) == ["a", "b"]


def test_active_and_reactive_are_pooled() -> None:
    rows = (row(account(), "30", "40"), row(account("b"), "30", "40"), row(account("c"), "0"))
    assert shared_factor(rows) == Decimal("0.60")
    assert shared_factor((row(account(), "0", "5"),)) is None
    assert shared_factor(()) is None


def test_the_reactive_loss_of_a_row_without_a_reactive_meter_is_pooled() -> None:
    bare = row(account("b"), "10", unmetered_loss_kvarh=Decimal(15))
    assert shared_factor((row(account(), "20", "25"), bare)) == Decimal("0.60")
    metered = row(account("b"), "10", "15", unmetered_loss_kvarh=Decimal(99))
    assert shared_factor((row(account(), "20", "25"), metered)) == Decimal("0.60")


def shared(*, ratio: str = "0.25", reactive: str = "750") -> Group:
    """A main meter of no account, with reactive metering, before two accounts."""
    return Group(
        group_id="g",
        accounts=(june(power_factor_standard=Decimal("0.90")), june("b")),
        meters=(meter("main", ""), meter("n", "b")),
        readings=(*used("main", total="1000", reactive_forward=reactive), *used("n", total="500")),
        relations=(
            relation("a", "main", "fixed_ratio", ratio=ratio),
            relation("n", "main", "sub_meter"),
        ),
    )


def test_what_is_left_of_a_main_meter_without_an_account_joins_those_behind_it() -> None:
    book = rulebook(tariff(components=[{"code": "c", "group": "energy", "price": "1"}]))
    group = shared()
    energy = group_energy(group, book)
    assert ids(pooled_rows(group, energy)) == ["a", "b"]
    (left,) = energy.remainders
    assert (left.meter_id, left.energy_kwh, left.reactive_kvarh) == ("main", 375, 750)
    found = bill_group(group, book)
    # 1000 kWh and 750 kvarh: 0.80
    assert found.values["g", "power_factor", "total"] == Decimal("0.80")
    assert found.values["a", "power_factor_rate_percent", "total"] == 5
    assert amounts(found, "power_factor_charge") == [625]


def test_the_reactive_energy_of_a_sub_meter_is_counted_once() -> None:
    book = rulebook(tariff())
    group = shared(ratio="1")
    own = evolve(group, readings=(*group.readings, *used("n", reactive_forward="250")))
    (left,) = group_energy(own, book).remainders
    assert (left.energy_kwh, left.reactive_kvarh) == (0, 500)
    assert bill_group(own, book).values["g", "power_factor", "total"] == Decimal("0.80")


def test_a_main_meter_without_an_account_and_reactive_registers_leaves_no_remainder() -> None:
    group = shared()
    read = tuple(r for r in group.readings if not r.register.startswith("reactive"))
    energy = group_energy(evolve(group, readings=read), rulebook(tariff()))
    assert energy.remainders == ()
    assert pooled_rows(group, energy) == ()
    assert shared_factor((), shared_energy().remainders) is None


def shared_energy() -> GroupEnergy:
    return group_energy(shared(), rulebook(tariff()))


def test_the_loss_of_a_sub_meter_behind_its_own_transformer_is_in_the_factor_of_both() -> None:
    group = Group(
        group_id="g",
        accounts=(june(power_factor_standard=Decimal("0.90")), june("b")),
        meters=(meter("m"), meter("n", "b", metering_side="low")),
        readings=(*used("m", total="1000", reactive_forward="250"), *used("n", total="500")),
        relations=(relation("n", "m", "sub_meter"),),
        transformers=(lossy(of="b", loss_method="table", loss_table="s9"),),
        loss_tables=(band("100", "0", None, "100", "500"),),
    )
    book = rulebook(tariff())
    main, sub = group_energy(group, book).accounts
    assert (main.reactive_kvarh, main.unmetered_loss_kvarh) == (250, 0)
    assert (sub.reactive_kvarh, sub.unmetered_loss_kvarh) == (None, 500)
    factor = factor_of(Decimal(500 + 500 + 100), Decimal(250 + 500))
    assert bill_group(group, book).values["g", "power_factor", "total"] == factor
