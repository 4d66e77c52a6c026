from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from powerchannel.datasets.adoption import (
    ADOPTED,
    Adoption,
    draw_adoption,
    facts_table,
    is_adopted,
)
from powerchannel.datasets.marks import month_start
from powerchannel.datasets.names import CHANNELS
from powerchannel.datasets.people import People, draw_people

N = 8000
END = month_start(627)


@pytest.fixture(scope="module")
def people() -> People:
    return draw_people(N, seed=5)


@pytest.fixture(scope="module")
def adoption(people: People) -> Adoption:
    return draw_adoption(people, seed=5)


@pytest.fixture(scope="module")
def facts(adoption: Adoption) -> pd.DataFrame:
    return facts_table(adoption, N, END)


def test_columns(facts: pd.DataFrame) -> None:
    assert list(facts) == ["customer_id", "channel", "fact", "since", "until"]


def test_a_fact_begins_before_it_ends_and_both_are_past(facts: pd.DataFrame) -> None:
    ended = facts.dropna(subset="until")
    assert len(ended) > 50
    assert (ended["since"] <= ended["until"]).all()
    assert facts["since"].max() < pd.Timestamp("2022-04-01")
    assert facts["until"].max() < pd.Timestamp("2022-04-01")
    assert facts["since"].min() >= pd.Timestamp("2015-01-01")


def test_rungs_are_climbed_in_order(facts: pd.DataFrame) -> None:
    rungs = facts.astype({"channel": "str", "fact": "str"}).pivot(
        index=["customer_id", "channel"], columns="fact", values="since"
    )
    bottom = rungs["installed"].fillna(rungs["followed"])
    assert bottom.notna().all()
    assert not (rungs["phone_registered"] < bottom).any()
    assert not (rungs["account_bound"] < rungs["phone_registered"]).any()
    assert not (rungs["account_bound"].notna() & rungs["phone_registered"].isna()).any()


def test_each_channel_has_its_own_bottom_rung(facts: pd.DataFrame) -> None:
    pairs = set(zip(facts["channel"], facts["fact"], strict=True))
    upper = {(c, f) for c in ("app", "wechat") for f in ("phone_registered", "account_bound")}
    assert pairs == upper | {("app", "installed"), ("wechat", "followed")}


def test_who_prefers_the_app_mostly_has_it(people: People, adoption: Adoption) -> None:
    prefers = people.preferred == ADOPTED[0]
    has = adoption.since[0, 0] < END
    assert has[prefers].mean() > 0.8
    assert has[~prefers].mean() < 0.4


def test_a_later_end_only_adds(adoption: Adoption, facts: pd.DataFrame) -> None:
    later = facts_table(adoption, N, month_start(630))
    keys = ["customer_id", "channel", "fact", "since"]
    merged = facts.merge(later, on=keys, how="left", suffixes=("", "_later"))
    assert len(later) > len(facts)
    known = merged["until"].notna()
    assert (merged["until"] == merged["until_later"])[known].all()


def test_use_is_possible_from_the_first_rung_to_the_end() -> None:
    never = 10**12
    adoption = Adoption(
        since=np.array([[[100], [never], [never]], [[never], [never], [never]]]),
        until=np.array([[200], [never]]),
    )
    channels = {code: k for k, code in enumerate(CHANNELS)}
    asked = [("app", 99), ("app", 100), ("app", 199), ("app", 200), ("wechat", 150), ("hall", 1)]
    channel = np.array([channels[code] for code, _ in asked], dtype=np.int8)
    at = np.array([when for _, when in asked])
    found = is_adopted(adoption, np.zeros(len(asked), dtype=np.int32), channel, at)
    assert found.tolist() == [False, True, True, False, False, True]
