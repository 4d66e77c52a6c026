"""Which rows share a power factor, and the factor to two decimals, exactly."""

from __future__ import annotations

from decimal import Decimal, localcontext

import pytest
from hypothesis import given as generate
from hypothesis import strategies as st

from bills_by_hand import account, days, energy_of, group_of, policy, row
from powerchannel.billing.records import AccountEnergy, Meter, Relation
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
