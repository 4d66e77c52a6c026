from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from powerchannel.datasets.marks import complaints_table, dislikes_table, month_start
from powerchannel.datasets.names import CHANNELS
from powerchannel.datasets.people import People, draw_people

N = 16_000
MONTHS = range(615, 627)
END = month_start(627)


@pytest.fixture(scope="module")
def people() -> People:
    return draw_people(N, seed=2)


@pytest.fixture(scope="module")
def dislikes(people: People) -> pd.DataFrame:
    return dislikes_table(people, N, MONTHS, END, seed=2)


@pytest.fixture(scope="module")
def complaints(people: People) -> pd.DataFrame:
    return complaints_table(people, N, MONTHS, seed=2)


def test_months_begin_where_they_should() -> None:
    assert np.datetime64(month_start(626), "s") == np.datetime64("2022-03-01T00:00:00")


def test_marks_cover_the_months_in_order(dislikes: pd.DataFrame, complaints: pd.DataFrame) -> None:
    for at in (dislikes["disliked_at"], complaints["complained_at"]):
        assert at.is_monotonic_increasing
        months = at.dt.strftime("%Y-%m").unique().tolist()
        assert months == [f"2021-{m:02d}" for m in range(4, 13)] + ["2022-01", "2022-02", "2022-03"]


def test_some_dislikes_are_withdrawn_later(dislikes: pd.DataFrame) -> None:
    withdrawn = dislikes.dropna(subset="withdrawn_at")
    assert 0.1 < len(withdrawn) / len(dislikes) < 0.35
    assert (withdrawn["withdrawn_at"] > withdrawn["disliked_at"]).all()
    assert withdrawn["withdrawn_at"].max() < pd.Timestamp("2022-04-01")


def test_a_withdrawal_after_the_last_month_is_not_known_yet(
    people: People, dislikes: pd.DataFrame
) -> None:
    later = dislikes_table(people, N, MONTHS, month_start(636), seed=2)
    known = dislikes["withdrawn_at"].notna()
    assert later["withdrawn_at"].notna().sum() > known.sum()
    assert (later["withdrawn_at"] == dislikes["withdrawn_at"])[known].all()


def test_complaints_are_often_about_the_channel_the_customer_uses(
    people: People, complaints: pd.DataFrame
) -> None:
    preferred = people.preferred[complaints["customer_id"].cat.codes.to_numpy()]
    same = complaints["channel"].cat.codes.to_numpy() == preferred
    assert 0.5 < same.mean() < 0.8


def test_every_channel_is_one_of_the_eight(
    dislikes: pd.DataFrame, complaints: pd.DataFrame
) -> None:
    assert set(dislikes["channel"]) | set(complaints["channel"]) <= set(CHANNELS)
    assert set(dislikes["channel"]) == set(CHANNELS)


def test_fewer_customers_keep_their_marks(people: People, complaints: pd.DataFrame) -> None:
    fewer = complaints_table(people, 2000, MONTHS, seed=2)
    as_text = complaints.astype({"customer_id": "str"})
    same = as_text[as_text["customer_id"] <= "0100000002000"].reset_index(drop=True)
    assert len(fewer) > 20
    pd.testing.assert_frame_equal(fewer.astype({"customer_id": "str"}), same)


def test_a_month_is_the_same_beside_other_months(people: People, complaints: pd.DataFrame) -> None:
    last = complaints_table(people, N, [626], seed=2)
    same = complaints[complaints["complained_at"] >= "2022-03-01"].reset_index(drop=True)
    pd.testing.assert_frame_equal(last, same)


def test_complaints_and_dislikes_are_drawn_apart(
    dislikes: pd.DataFrame, complaints: pd.DataFrame
) -> None:
    both = set(dislikes["customer_id"]) & set(complaints["customer_id"])
    assert len(both) < 0.2 * len(dislikes)
