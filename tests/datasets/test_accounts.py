from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from powerchannel.datasets.accounts import MOST_ACCOUNTS, accounts_table
from powerchannel.datasets.people import People, customers_table, draw_people


@pytest.fixture(scope="module")
def people() -> People:
    return draw_people(5000, seed=3)


@pytest.fixture(scope="module")
def accounts(people: People) -> pd.DataFrame:
    return accounts_table(people, 5000, seed=3)


def test_every_customer_has_one_to_four_accounts(accounts: pd.DataFrame) -> None:
    counts = accounts.groupby("customer_id", observed=False).size()
    assert len(counts) == 5000
    assert (counts.min(), counts.max()) == (1, MOST_ACCOUNTS)


def test_account_ids_are_ten_digits_of_their_own(accounts: pd.DataFrame) -> None:
    assert accounts["account_id"].is_unique
    assert accounts["account_id"].str.fullmatch(r"\d{10}").all()


def test_the_first_account_opens_with_the_customer(people: People, accounts: pd.DataFrame) -> None:
    first = accounts[~accounts["customer_id"].duplicated()]
    opened = customers_table(people, 5000)["opened_on"]
    assert (first["opened_on"].to_numpy() == opened.to_numpy()).all()
    earliest = accounts.groupby("customer_id", observed=True)["opened_on"].min()
    assert (earliest.to_numpy() == opened.to_numpy()).all()
    assert accounts["opened_on"].max() <= pd.Timestamp("2014-12-31")


def test_industry_has_the_larger_supplies(people: People, accounts: pd.DataFrame) -> None:
    kind = people.kind[accounts["customer_id"].cat.codes.to_numpy()]
    means = [accounts["capacity_kva"][kind == k].mean() for k in range(3)]
    assert means == sorted(means)
    assert (accounts["voltage_v"][kind == 0] == 220).all()


def test_accounts_are_the_same_in_a_larger_province(people: People, accounts: pd.DataFrame) -> None:
    fewer = accounts_table(people, 50, seed=3)
    same = accounts.iloc[: len(fewer)]
    pd.testing.assert_frame_equal(
        fewer.astype({"customer_id": "str"}), same.astype({"customer_id": "str"})
    )
    assert len(np.unique(fewer["customer_id"].astype("str"))) == 50
