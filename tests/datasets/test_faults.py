from __future__ import annotations

import numpy as np
import pytest

from powerchannel.billing.audit import CHECKS
from powerchannel.datasets.faults import FAULTS, draw_faults, faults_table, with_wrong_use
from powerchannel.datasets.supply import KINDS, draw_supply


@pytest.fixture(scope="module")
def supply():
    return draw_supply(400, seed=1)


def test_each_fault_is_found_by_a_rule_or_by_the_bill() -> None:
    assert {f.rule for f in FAULTS.values()} - set(CHECKS.names()) == {"reading_missing"}
    assert {kind for f in FAULTS.values() for kind in f.kinds} <= {k.name for k in KINDS}


def test_each_fault_is_planted_as_often_as_asked_and_where_it_may_be(supply) -> None:
    faults = draw_faults(supply, 4, seed=1)
    for name, fault in FAULTS.items():
        assert faults.has(name).sum() == 4, name
        assert supply.is_of(*fault.kinds)[faults.has(name)].all()


def test_where_there_are_few_accounts_there_are_fewer_faults() -> None:
    faults = draw_faults(draw_supply(20, seed=1), 5, seed=1)
    assert faults.has("parts_differ").sum() == 2
    assert faults.has("sub_above_main").sum() == 1
    # Its sub-meter is beyond the last account.
    assert not draw_faults(draw_supply(18, seed=1), 5, seed=1).has("sub_above_main").any()


def test_none_is_none(supply) -> None:
    faults = draw_faults(supply, 0, seed=1)
    assert len(faults_table(faults)) == 0
    assert np.array_equal(with_wrong_use(supply, faults).used, supply.used)


def test_wrong_use_is_wrong_where_it_should_be_alone(supply) -> None:
    faults = draw_faults(supply, 3, seed=2)
    wrong = with_wrong_use(supply, faults)
    mains = np.flatnonzero(faults.has("sub_above_main"))
    assert (wrong.energy_kwh[mains + 1] > wrong.energy_kwh[mains]).all()
    assert not wrong.used[faults.has("zero_use")].any()
    changed = set(np.flatnonzero(wrong.used != supply.used))
    assert changed == {*(mains + 1), *np.flatnonzero(faults.has("zero_use"))}


def test_the_table_names_the_rule_of_each(supply) -> None:
    table = faults_table(draw_faults(supply, 2, seed=1))
    assert list(table) == ["account_id", "fault", "rule", "table"]
    assert table["account_id"].is_unique
    assert table["account_id"].is_monotonic_increasing
    for row in table.itertuples():
        assert (row.rule, row.table) == (FAULTS[row.fault].rule, FAULTS[row.fault].table)
