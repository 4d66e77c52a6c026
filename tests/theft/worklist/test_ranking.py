from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from powerchannel.errors import TableError
from powerchannel.theft.worklist import worklist
from suspects import Suspects, episodes, many, suspects


def test_customers_stand_by_expected_energy_and_the_first_of_an_area_has_the_way():
    result = suspects(
        {"customer_id": "A", "probability": 0.9, "lost_kwh": 100.0},
        {"customer_id": "B", "probability": 0.1, "lost_kwh": 5000.0},
        {"customer_id": "C", "probability": 0.5, "lost_kwh": 400.0, "area_id": "T2"},
    )
    found = worklist(result, 8, travel_hours=2, random_share=0, seed=1)
    rows = found.table[["rank", "customer_id", "expected_kwh", "hours"]].to_numpy().tolist()
    assert rows == [[1, "B", 500.0, 3.0], [2, "C", 200.0, 3.0], [3, "A", 90.0, 1.0]]
    assert found.hours == 7


def test_an_interval_and_a_price_go_through_and_what_is_not_known_stays_empty():
    result = suspects(
        {"customer_id": "A", "lost_kwh_low": 800.0, "lost_kwh_high": 1500.0},
        {"customer_id": "B", "lost_kwh": 10.0},
    )
    found = worklist(result, 9, price_yuan_per_kwh=0.5, seed=1)
    first, second = found.records
    assert (first.lost_kwh_low, first.lost_kwh_high) == (800, 1500)
    assert (first.expected_kwh_low, first.expected_kwh, first.expected_kwh_high) == (400, 500, 750)
    assert first.expected_yuan == 250
    assert np.isnan(second.expected_kwh_low)
    assert np.isnan(worklist(result, 9, seed=1).records[0].expected_yuan)
    assert np.isnan(found.summary["expected_kwh_low"])
    assert found.summary["expected_kwh"] == 505


def test_the_summary_adds_up():
    result = suspects(
        {"customer_id": "A", "lost_kwh_low": 800.0, "lost_kwh_high": 1500.0},
        {"customer_id": "B", "lost_kwh": 100.0, "lost_kwh_low": 50.0, "lost_kwh_high": 200.0},
    )
    told = worklist(result, 9, random_share=0, price_yuan_per_kwh=2).summary
    assert (told["visits"], told["random_visits"], told["hours"]) == (2, 0, 2.5)
    assert (told["expected_kwh_low"], told["expected_kwh"], told["expected_kwh_high"]) == (
        425,
        550,
        850,
    )
    assert told["chance_kwh"] == pytest.approx(np.hypot(500, 50))
    assert told["expected_yuan"] == 1100


def test_the_same_seed_gives_the_same_list_whatever_the_order_of_rows():
    result = many(300, 12)
    shuffled = Suspects(result.table.sample(frac=1, random_state=4), result.episodes)
    one, other = (worklist(each, 40, random_share=0.2, seed=9) for each in (result, shuffled))
    pd.testing.assert_frame_equal(one.table, other.table)
    pd.testing.assert_frame_equal(one.propensities, other.propensities)
    another = worklist(result, 40, random_share=0.2, seed=10)
    assert another.table["customer_id"].tolist() != one.table["customer_id"].tolist()


def test_a_seed_made_up_is_kept_and_makes_the_list_again():
    result = many(200, 5)
    found = worklist(result, 30, random_share=0.3)
    again = worklist(result, 30, random_share=0.3, seed=found.seed)
    assert again.table["customer_id"].tolist() == found.table["customer_id"].tolist()


def test_everyone_has_a_logged_propensity():
    found = worklist(many(200, 5), 30, random_share=0.2, seed=1)
    log = found.propensities
    assert len(log) == 200
    by = log["chosen_by"].value_counts()
    assert by["model"] + by["random"] == len(found)
    assert (log.loc[log["chosen_by"] == "model", "propensity"] == 1).all()
    rest = log[log["chosen_by"] != "model"]
    assert rest["propensity"].sum() == pytest.approx(by["random"])
    assert rest["propensity"].between(0, 1, inclusive="right").all()


def test_the_first_observation_lasts_or_lasted_longest_and_checks_follow_all():
    seen = episodes(
        {"customer_id": "A", "rule_id": "cover_opened", "phase": None, "evidence": None},
        {
            "customer_id": "A",
            "started_at": pd.Timestamp("2025-03-02"),
            "ended_at": None,
            "evidence": "0.01 A < 0.03 A",
        },
    )
    record = worklist(suspects({"customer_id": "A"}, seen=seen), 3).records[0]
    assert [each.rule_id for each in record.observations] == ["current_loss", "cover_opened"]
    assert record.first is not None
    assert (record.first.ended_at, record.first.evidence) == (None, "0.01 A < 0.03 A")
    assert len(record.checks) == 3


def test_ids_keep_their_zeros_and_a_missing_area_is_one_of_its_own():
    result = suspects(
        {"customer_id": "0100", "area_id": None},
        {"customer_id": "100", "area_id": ""},
        {"customer_id": "99", "area_id": "99"},
    )
    found = worklist(result, 9, travel_hours=1, random_share=0)
    assert found.table["customer_id"].tolist() == ["0100", "100", "99"]
    assert found.table["area_id"].tolist() == ["", "", ""]
    assert found.hours == 6


def test_an_empty_result_gives_an_empty_list():
    empty = Suspects(suspects({"customer_id": "A"}).table.iloc[:0], episodes())
    found = worklist(empty, 8)
    assert len(found) == len(found.table) == len(found.propensities) == 0
    assert found.summary["expected_kwh"] == 0
    assert "0 visits" in repr(found)
    assert found.to_csv().count("\n") == 1


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([{"customer_id": "A"}, {"customer_id": "A"}], "customer_id"),
        ([{"customer_id": None}], "customer_id"),
        ([{"customer_id": "A", "probability": 1.5}], "probability"),
    ],
)
def test_a_customer_twice_or_a_probability_of_none_is_refused(rows, said):
    with pytest.raises(TableError, match=f"result.table.{said}: 1 rows"):
        worklist(suspects(*rows), 8)


def test_a_missing_column_is_named():
    result = suspects({"customer_id": "A"})
    with pytest.raises(TableError, match="lost_kwh"):
        worklist(Suspects(result.table.drop(columns="lost_kwh"), result.episodes), 8)
    with pytest.raises(TableError, match="evidence"):
        worklist(Suspects(result.table, result.episodes.drop(columns="evidence")), 8)


def test_the_input_is_left_as_it_was():
    result = many(20, 2)
    before = result.table.copy()
    worklist(result, 8, seed=1)
    pd.testing.assert_frame_equal(result.table, before)
