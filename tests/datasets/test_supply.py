from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from powerchannel.billing import load_tariff
from powerchannel.datasets.supply import (
    CYCLE,
    DECIMALS,
    KINDS,
    SHARE,
    account_ids,
    draw_supply,
    group_ids,
    meter_ids,
)

HOMES, SHOPS, WHOLE = 11, 3, 20


def test_twenty_accounts_have_every_kind() -> None:
    supply = draw_supply(CYCLE, seed=1)
    assert len(supply) == CYCLE == WHOLE
    assert set(supply.kind) == set(range(len(KINDS)))
    assert supply.is_of("home").sum() == HOMES
    assert supply.is_of("shop").sum() == SHOPS


@settings(max_examples=10)
@given(st.integers(1, 300), st.integers(0, 5))
def test_an_account_is_the_same_in_a_month_of_any_size(fewer: int, seed: int) -> None:
    small, large = draw_supply(fewer, seed), draw_supply(301, seed)
    for name in ("kind", "capacity_kva", "current_ratio", "voltage_ratio", "used", "draws"):
        assert np.array_equal(getattr(small, name), getattr(large, name)[:fewer])


def test_use_is_within_what_its_kind_says() -> None:
    supply = draw_supply(2000, seed=3)
    for position, kind in enumerate(KINDS):
        rows = np.flatnonzero(supply.kind == position)
        if not kind.registers:
            assert not supply.used[rows].any()
            continue
        size = np.maximum(supply.capacity_kva[rows], 1)
        step = supply.multiplier[rows] / 10**DECIMALS
        energy = supply.used[rows] * step
        assert (energy > kind.least * size - step).all()
        assert (energy <= kind.most * size).all()


def test_capacity_and_ratios_go_together() -> None:
    supply = draw_supply(2000, seed=3)
    for position, kind in enumerate(KINDS):
        rows = np.flatnonzero(supply.kind == position)
        found = set(zip(supply.capacity_kva[rows], supply.current_ratio[rows], strict=True))
        capacities = kind.capacities_kva or (0,) * len(kind.ratios)
        assert found == set(zip(capacities, kind.ratios, strict=True))


def test_a_share_has_its_part_of_the_works_two_before_it() -> None:
    supply = draw_supply(200, seed=2)
    shares = np.flatnonzero(supply.kind == SHARE)
    assert supply.energy_kwh[shares].tolist() == [
        energy * 2 // 100 for energy in supply.energy_kwh[shares - 2].tolist()
    ]
    assert supply.energy_kwh[shares].all()


def test_every_kind_has_a_bundled_tariff_of_its_category() -> None:
    for kind in KINDS:
        assert load_tariff(kind.tariff).category == kind.category


def test_numbers_have_thirteen_digits_and_do_not_meet() -> None:
    rows = np.array([0, 16])
    assert account_ids(rows).tolist() == ["0200000000001", "0200000000017"]
    assert meter_ids(rows).tolist() == ["0300000000001", "0300000000017"]
    assert group_ids(rows).tolist() == ["0500000000001", "0500000000017"]
