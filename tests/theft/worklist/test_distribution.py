from __future__ import annotations

import pandas as pd
import pytest

from powerchannel.errors import UnknownNameError
from powerchannel.theft.worklist import distribution, flag_rates
from suspects import episodes, suspects

RESULT = suspects(
    {"customer_id": "A", "industry": "shop"},
    {"customer_id": "B", "industry": "shop", "cause": "normal", "probability": 0.1},
    {"customer_id": "C", "industry": None, "cause": "normal", "probability": 0.0, "area_id": "T2"},
    {"customer_id": "D", "industry": "farm", "cause": "outage", "lost_kwh": None},
    seen=episodes(
        {"customer_id": "A"},
        {"customer_id": "A", "phase": "c"},
        {"customer_id": "B"},
        {"customer_id": "A", "rule_id": "cover_opened"},
    ),
)


def test_an_anomaly_is_an_episode_or_a_cause():
    found = distribution(RESULT, "industry", lang="en").set_index("industry")
    assert found["customers"].to_dict() == {"shop": 2, "(none)": 1, "farm": 1}
    assert found["anomalies"].to_dict() == {"shop": 2, "(none)": 0, "farm": 1}
    assert found.loc["shop", "expected_kwh"] == 600
    assert found.loc["shop", "expected_count"] == pytest.approx(0.6)
    assert found.loc["shop", "anomaly_share"] == 1


@pytest.mark.parametrize("by", ["area_id", "feeder_id", "industry", "cause"])
def test_every_customer_is_in_one_group(by):
    found = distribution(RESULT, by)
    assert found["customers"].sum() == 4
    assert found["expected_kwh"].sum() == pytest.approx(600)


def test_by_rule_customers_and_episodes_are_counted():
    found = distribution(RESULT, "rule_id").set_index("rule_id")
    assert found.loc["current_loss", ["customers", "episodes"]].tolist() == [2, 3]
    assert found.loc["cover_opened", ["customers", "episodes"]].tolist() == [1, 1]


def test_causes_have_their_names():
    found = distribution(RESULT, "cause", lang="en").set_index("cause")
    assert found.loc["normal", "title"] == "nothing found"
    assert found.index[0] == "theft"


def test_an_unknown_grouping_says_which_there_are():
    with pytest.raises(UnknownNameError, match="industry"):
        distribution(RESULT, "industri")
    with pytest.raises(UnknownNameError, match="feeder_id"):
        flag_rates(pd.DataFrame({"x": []}), "cause")


def test_shares_are_held_against_the_share_of_all():
    customers = pd.DataFrame(
        {
            "customer_id": [f"{row}" for row in range(60)],
            "industry": ["shop"] * 30 + ["farm"] * 30,
            "is_flagged": [True] * 6 + [False] * 24 + [True] * 3 + [False] * 27,
        }
    )
    found = flag_rates(customers, "industry", smallest=30).set_index("industry")
    assert found.index.tolist() == ["shop", "farm"]
    assert found["ratio"].tolist() == pytest.approx([4 / 3, 2 / 3])
    assert flag_rates(customers, "industry", smallest=31)["ratio"].isna().all()
