"""Which capacity is charged on which day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import pytest
from attrs import evolve

from bills_by_hand import transformer, two_part
from powerchannel.billing.records import Transformer
from powerchannel.billing.reference.equipment import (
    added,
    charged_levels,
    installed_levels,
    level_on,
)
from powerchannel.billing.tariff import CapacityCharge

JANUARY = (date(2025, 1, 1), date(2025, 2, 1))


def charge(**rules: object) -> CapacityCharge:
    found = two_part(**rules).capacity_charge
    assert found is not None
    return found


def kva(units: Sequence[Transformer], day: int, rules: CapacityCharge | None = None) -> Decimal:
    levels = charged_levels(units, "a", rules or charge(), *JANUARY)
    return level_on(added(levels, *JANUARY), date(2025, 1, day))


def suspended(length: int) -> list[Transformer]:
    resumed = date(2025, 1, 5).toordinal() + length
    day = date.fromordinal(resumed).isoformat()
    return [
        transformer("t", "100", "2024-06-01 2025-01-05"),
        transformer("t", "100", f"2025-01-05 {day}", status="suspended"),
        transformer("t", "100", f"{day} 2030-01-01"),
    ]


@pytest.mark.parametrize(("length", "left"), [(14, "100"), (15, "0"), (60, "0")])
def test_a_suspension_counts_from_fifteen_calendar_days_on(length: int, left: str) -> None:
    assert kva(suspended(length), 6) == Decimal(left)
    assert kva(suspended(length), 4) == 100
    assert kva(suspended(14), 6, charge(least_suspended_days=14)) == 0


def test_rows_one_after_another_are_one_suspension() -> None:
    split = [
        transformer("t", "100", "2024-12-28 2025-01-05", status="suspended"),
        transformer("t", "100", "2025-01-05 2025-01-10", status="suspended"),
        transformer("t", "100", "2025-01-10 2025-01-12", status="suspended"),
    ]
    assert [kva(split, day) for day in (2, 6, 11)] == [0, 0, 0]
    assert kva([split[0], split[2]], 2) == 100
    open_end = evolve(split[0], ended_on=None)
    assert kva([open_end], 20) == 0


def test_suspended_capacity_of_a_recent_connection_is_charged_a_share() -> None:
    rules = charge(suspended_charge_ratio="0.5", recent_connection_months=8)
    units = suspended(25)
    assert kva(units, 10, rules) == 50
    assert kva(units, 10, evolve(rules, recent_connection_months=7)) == 0
    half = charged_levels(units, "a", charge(suspended_charge_ratio="0.5"), *JANUARY)
    assert level_on(added(half, *JANUARY), date(2025, 1, 10)) == 0
    ends = evolve(rules, recent_connection_months=8)
    connected = [evolve(units[0], started_on=date(2024, 5, 10)), *units[1:]]
    assert [kva(connected, day, ends) for day in (9, 10)] == [50, 0]


def test_interlocked_transformers_count_as_the_largest_that_can_run() -> None:
    units = [
        transformer("t", "500", interlock_group="x"),
        transformer("u", "630", interlock_group="x", status="hot_standby"),
        transformer("v", "400"),
    ]
    assert kva(units, 3) == 1030
    long_out = evolve(units[1], status="suspended", ended_on=None)
    assert kva([units[0], long_out, units[2]], 3) == 900


def test_a_transformer_counts_for_the_account_that_has_it() -> None:
    units = [
        transformer("t", "100", "2020-01-01 2025-01-11", of="b"),
        transformer("t", "100", "2025-01-11 2030-01-01"),
        transformer("m", "55", kind="hv_motor"),
    ]
    assert [kva(units, day) for day in (10, 11)] == [55, 155]
    assert level_on((), date(2025, 1, 1)) == 0


def test_what_the_contract_has_counts_whatever_its_state() -> None:
    units = [
        transformer("t", "100", status="cold_standby"),
        transformer("u", "50", "2025-01-11 2030-01-01", of="b"),
        transformer("m", "55", kind="hv_motor"),
    ]
    total = added(installed_levels(units, *JANUARY), *JANUARY)
    assert [kva for *_, kva in total] == [100, 150]
