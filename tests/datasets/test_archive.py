from __future__ import annotations

import numpy as np
import pytest

from powerchannel.datasets.archive import (
    accounts_table,
    givens_table,
    group_of,
    previous_accounts_table,
    relations_table,
    transformers_table,
    values_table,
)
from powerchannel.datasets.faults import Faults, draw_faults
from powerchannel.datasets.supply import account_ids, draw_supply, group_ids

MARCH = (np.datetime64("2025-03"), np.datetime64("2025-04"))
JANUARY = (np.datetime64("2025-01"), np.datetime64("2025-02"))


@pytest.fixture(scope="module")
def supply():
    return draw_supply(200, seed=1)


@pytest.fixture(scope="module")
def faults(supply) -> Faults:
    return draw_faults(supply, 3, seed=1)


def ids(faults: Faults, name: str) -> set[str]:
    return set(account_ids(np.flatnonzero(faults.has(name))))


def test_a_group_is_of_the_last_three_of_twenty(supply, faults) -> None:
    accounts = accounts_table(supply, faults, MARCH)
    grouped = accounts[accounts["group_id"] != accounts["account_id"]]
    assert grouped["account_id"].tolist()[:3] == [f"02000000000{n}" for n in (18, 19, 20)]
    assert set(grouped["group_id"][:3]) == set(group_ids(np.array([17])))
    assert group_of(supply)[15:20].tolist() == [15, 16, 17, 17, 17]


@pytest.mark.parametrize("months", [MARCH, JANUARY])
def test_the_year_goes_on_but_where_it_should_not(supply, faults, months) -> None:
    now = accounts_table(supply, faults, months)
    before = previous_accounts_table(supply, faults, months)
    is_home = supply.is_of("home")
    assert (now.loc[~is_home, "year_to_date_kwh"] == "").all()
    later = now.loc[is_home, "year_to_date_kwh"].astype(int)
    earlier = before.loc[is_home, "year_to_date_kwh"].astype(int)
    wrong = later > 0 if months == JANUARY else later < earlier
    assert set(now.loc[is_home, "account_id"][wrong]) == ids(faults, "year_goes_back")


def test_the_period_before_ends_where_this_one_begins(supply, faults) -> None:
    before = previous_accounts_table(supply, faults, MARCH)
    assert set(before["started_on"]) == {"2025-02-01"}
    late = before.loc[before["ended_on"] == "2025-04-01", "account_id"]
    assert set(late) == ids(faults, "billed_twice")
    assert set(before["ended_on"]) == {"2025-03-01", "2025-04-01"}


def test_relations_hang_on_the_works_of_their_group(supply) -> None:
    relations = relations_table(supply, np.datetime64("2025-03"))
    assert relations.astype("object").fillna("").iloc[:2].to_numpy().tolist() == [
        ["0300000000019", "0300000000018", "sub_meter", "", "", ""],
        ["0200000000020", "0300000000018", "fixed_ratio", "", "0.02", "2024-09-01"],
    ]


def test_transformers_on_the_low_side_have_losses(supply) -> None:
    table = transformers_table(supply)
    assert len(table) == (supply.capacity_kva > 0).sum()
    by_formula = table["loss_method"] == "formula"
    has_numbers = table["no_load_loss_kw"] != ""
    assert by_formula.any()
    assert by_formula.equals(has_numbers)
    row = table[by_formula & (table["capacity_kva"] == "800")].iloc[0]
    assert (row["no_load_loss_kw"], row["load_loss_kw"]) == ("0.980", "7.500")


def test_each_works_has_a_settlement(supply) -> None:
    givens = givens_table(supply)
    works = supply.is_of("works", "group_main")
    assert givens["id"].tolist() == account_ids(np.flatnonzero(works)).tolist()
    assert (givens["value"].astype(float) < 0).any()


def test_other_months_are_within_a_seventh_of_this_one(supply, faults) -> None:
    low = faults.has("surge")
    table = values_table(supply, supply.draws[:, 6], low).set_index("id")
    value = table["value"].astype(int)[account_ids(np.arange(len(supply)))].to_numpy()
    ratio = value / supply.energy_kwh
    plain = ~low & ~supply.is_of("group_main")
    assert (np.abs(ratio[plain] - 1) < 0.2).all()
    assert (ratio[low] < 0.3).all()
    assert value[17] < supply.energy_kwh[17]
    assert table["value"].astype(int)[group_ids(np.array([17]))[0]] > value[17]
