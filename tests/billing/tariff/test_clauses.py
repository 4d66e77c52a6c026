"""What the parts of a tariff refuse, each at its path."""

from __future__ import annotations

from decimal import Decimal

import pytest

from powerchannel.billing.tariff.clauses import (
    GROUPS,
    CapacityCharge,
    Component,
    FeedIn,
    PowerFactor,
    Rounding,
    Tiers,
)
from powerchannel.errors import RulebookError
from powerchannel.rulebook import structure

ASSUMED = {"status": "assumed", "clause": "test"}
ADDER = {"cycle": "year", "limits_kwh": [2760, 4800], "increments": [0, "0.05", "0.3"]}
TABLE = {
    "cycle": "month",
    "limits_kwh": [230],
    "model": "table",
    "prices": [{"peak": "0.5", "valley": "0.3"}, {"peak": "0.6", "valley": "0.4"}],
}
GRID = {"code": "grid", "group": "transmission", "price": "0.15"}


def places(cls: type, document: dict[str, object]) -> list[str]:
    with pytest.raises(RulebookError) as caught:
        structure(cls, {**document, "provenance": ASSUMED})
    for lang in ("zh", "en"):
        assert "{" not in caught.value.render(lang)
    return [p.where for p in caught.value.problems]


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"code": ""}, ["$.code"]),
        ({"code": "energy"}, ["$.code"]),
        ({"group": "funds"}, ["$.group"]),
        ({"prices": {"peak": "0.2"}}, ["$.price"]),
        ({"price": None}, ["$.price"]),
        ({"price": None, "prices": {"noon": "0.2"}}, ["$.prices.noon"]),
        ({"price": None, "prices": {"peak": "0.2"}, "floats": True}, ["$.floats"]),
        ({"code": " ", "price": None}, ["$.code", "$.price"]),
    ],
)
def test_a_component_with_a_fault_is_refused(change: dict[str, object], where: list[str]) -> None:
    assert places(Component, {**GRID, **change}) == where


def test_a_component_may_be_named_as_its_own_group_and_cost_less_than_nothing() -> None:
    document = {"code": "transmission", "group": "transmission", "price": "-0.002"}
    component = structure(Component, {**document, "provenance": ASSUMED})
    assert component.price == Decimal("-0.002")


def test_a_given_component_needs_no_price() -> None:
    document = {"code": "settlement", "group": "energy", "given": True, "provenance": ASSUMED}
    assert structure(Component, document).price is None


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"limits_kwh": [4800, 2760]}, ["$.limits_kwh[1]"]),
        ({"limits_kwh": [2760, 2760]}, ["$.limits_kwh[1]"]),
        ({"limits_kwh": [0, 2760]}, ["$.limits_kwh[0]"]),
        ({"limits_kwh": [2760]}, ["$.increments"]),
        ({"increments": [0, "0.05"]}, ["$.increments"]),
        ({"increments": []}, ["$.increments"]),
        ({"increments": ["0.01", "0.05", "0.3"]}, ["$.increments[0]"]),
        ({"increments": [0, "0.3", "0.05"]}, ["$.increments[2]"]),
        ({"prices": [{"total": 1}]}, ["$.prices"]),
        ({"cycle": "quarter"}, ["$.cycle"]),
        ({"persons_from": 5}, ["$.more_kwh"]),
        ({"more_kwh": 100}, ["$.more_kwh"]),
        ({"persons_from": 0, "more_kwh": 100}, ["$.persons_from"]),
        ({"persons_from": 5, "more_kwh": -1}, ["$.more_kwh"]),
        ({"free_kwh": -1}, ["$.free_kwh"]),
        ({"season_limits_kwh": {"13": [1, 2]}}, ["$.season_limits_kwh.13"]),
        ({"season_limits_kwh": {"7": [1]}}, ["$.season_limits_kwh.7"]),
        ({"season_limits_kwh": {"7": [2, 1]}}, ["$.season_limits_kwh.7[1]"]),
        ({"season_limits_kwh": {"7": [0, 1]}}, ["$.season_limits_kwh.7[0]"]),
    ],
)
def test_tiers_with_a_fault_are_refused(change: dict[str, object], where: list[str]) -> None:
    assert places(Tiers, {**ADDER, **change}) == where


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"prices": [{"peak": 1}]}, ["$.prices"]),
        ({"prices": [{"peak": 1}, {"flat": 1}]}, ["$.prices[1]"]),
        ({"prices": [{}, {}]}, ["$.prices[0]", "$.prices[1]"]),
        ({"prices": [{"noon": 1}, {"noon": 1}]}, ["$.prices[0].noon", "$.prices[1].noon"]),
        ({"increments": [0, 1]}, ["$.increments"]),
        ({"model": "adder"}, ["$.increments", "$.prices"]),
    ],
)
def test_a_table_of_tiers_with_a_fault_is_refused(
    change: dict[str, object], where: list[str]
) -> None:
    assert places(Tiers, {**TABLE, **change}) == where


def test_all_that_is_wrong_with_tiers_is_told_at_once() -> None:
    document = {**ADDER, "limits_kwh": [5, 3], "increments": [1], "persons_from": 5, "free_kwh": -1}
    assert places(Tiers, document) == [
        "$.limits_kwh[1]",
        "$.increments",
        "$.more_kwh",
        "$.free_kwh",
    ]


def test_tiers_of_a_table_may_become_cheaper() -> None:
    document = {**TABLE, "prices": [{"total": "0.13"}, {"total": "0.1"}], "provenance": ASSUMED}
    assert [dict(p) for p in structure(Tiers, document).prices] == [
        {"total": Decimal("0.13")},
        {"total": Decimal("0.1")},
    ]


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"mode": "capacity"}, ["$.mode"]),
        ({"mode": "actual_demand", "price_yuan_per_kva_month": 24}, ["$.mode"]),
        ({"mode": "contract_demand"}, ["$.mode"]),
        ({"mode": "demand"}, ["$.mode"]),
        ({"price_yuan_per_kva_month": -1}, ["$.price_yuan_per_kva_month"]),
        ({"price_yuan_per_kw_month": -1}, ["$.price_yuan_per_kw_month"]),
        ({"day_count": "30"}, ["$.day_count"]),
        ({"actual_demand_floor_ratio": "1.1"}, ["$.actual_demand_floor_ratio"]),
        ({"contract_floor_ratio": "-0.1"}, ["$.contract_floor_ratio"]),
        ({"over_limit_ratio": "0.95"}, ["$.over_limit_ratio"]),
        ({"over_limit_reading": "both"}, ["$.over_limit_reading"]),
        ({"over_limit_multiple": -1}, ["$.over_limit_multiple"]),
        ({"high_use_kwh_per_kva": 0}, ["$.high_use_kwh_per_kva"]),
        ({"high_use_price_ratio": 2}, ["$.high_use_price_ratio"]),
        ({"suspended_charge_ratio": 2}, ["$.suspended_charge_ratio"]),
        ({"recent_connection_months": -1}, ["$.recent_connection_months"]),
        ({"least_suspended_days": -1}, ["$.least_suspended_days"]),
    ],
)
def test_a_capacity_charge_with_a_fault_is_refused(
    change: dict[str, object], where: list[str]
) -> None:
    assert places(CapacityCharge, change) == where


def test_what_a_capacity_charge_is_without_a_word() -> None:
    charge = structure(CapacityCharge, {"provenance": ASSUMED})
    assert (charge.mode, charge.day_count) == ("none", "thirty_360")
    assert (charge.over_limit_ratio, charge.over_limit_multiple) == (Decimal("1.05"), 2)
    assert (charge.contract_floor_ratio, charge.actual_demand_floor_ratio) == (Decimal("0.4"), 0)
    assert (charge.least_suspended_days, charge.suspended_charge_ratio) == (15, 0)


@pytest.mark.parametrize(
    ("cls", "document", "where"),
    [
        (PowerFactor, {"base_groups": ["energy", "energy"]}, ["$.base_groups[1]"]),
        (PowerFactor, {"base_groups": ["tax"]}, ["$.base_groups[0]"]),
        (PowerFactor, {"rounding": "sum"}, ["$.rounding"]),
        (Rounding, {"billed_decimals": -1, "metered_decimals": 10}, None),
        (FeedIn, {"price": "0.4", "vat_rate": 13}, ["$.vat_rate"]),
    ],
)
def test_other_parts_with_a_fault_are_refused(
    cls: type, document: dict[str, object], where: list[str] | None
) -> None:
    assert places(cls, document) == (where or ["$.metered_decimals", "$.billed_decimals"])


def test_funds_are_no_base_of_the_power_factor_unless_the_tariff_says_so() -> None:
    base = structure(PowerFactor, {"provenance": ASSUMED}).base_groups
    assert set(GROUPS) - set(base) == {"fund"}
