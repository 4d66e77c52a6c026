from __future__ import annotations

import pandas as pd
import pytest

from powerchannel import theft
from powerchannel.errors import NotInForceError, RulebookError, UnknownNameError
from powerchannel.rulebook import load_rulebook
from powerchannel.theft.evidence import blocks_of
from theft_months import AS_OF, state_of_month

SCORED = ["customer_id", "score_points", "probability", "lost_kwh"]


@pytest.fixture(scope="module")
def result() -> theft.Result:
    return theft.evaluate(state_of_month(), load_rulebook("dlt698-theft"), as_of=AS_OF)


def test_faults_are_found_on_their_phase_and_clean_customers_are_left_alone(
    result: theft.Result,
) -> None:
    found = result.episodes[["customer_id", "phase", "rule_id"]].values.tolist()
    assert ["0012", "b", "current_loss"] in found
    assert ["0013", "a", "voltage_loss"] in found
    assert not {"0011", "0021"} & set(result.episodes["customer_id"])
    points = result.table.set_index("customer_id")["score_points"]
    assert points["0012"] > 30
    assert points["0013"] >= 30
    assert points[["0011", "0021"]].tolist() == [0, 0]
    assert 0 < points["0022"] < points["0012"]


def test_what_was_lost_is_told_by_episodes_else_by_the_drop(result: theft.Result) -> None:
    lost = result.table.set_index("customer_id")
    by_rule = result.episodes.groupby("customer_id")["lost_kwh"].sum()
    assert lost.loc["0012", "lost_kwh"] == pytest.approx(by_rule["0012"])
    assert lost.loc["0012", "lost_kwh_low"] > 0
    assert lost.loc["0022", "lost_kwh"] == pytest.approx(45 * 9, rel=0.1)
    assert lost.loc["0022", "lost_kwh_low"] == 0


def test_areas_alone_give_the_same(result: theft.Result) -> None:
    parts = [result[[area]].table for area in result.state.area_ids]
    whole = pd.concat(parts).sort_values("customer_id").reset_index(drop=True)
    pd.testing.assert_frame_equal(whole, result.table)
    assert result.state.area_ids == ("0021", "0022", "T1")
    pd.testing.assert_frame_equal(result[["T1"]].episodes, result.episodes)


@pytest.mark.parametrize("threads", [1, 3])
def test_how_the_work_is_cut_makes_no_difference(
    threads: int, result: theft.Result, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks_of, "__defaults__", (1,))
    assert len(blocks_of(result.state)) == 3
    cut = theft.evaluate(result.state, result.rulebook, as_of=AS_OF, threads=threads)
    pd.testing.assert_frame_equal(cut.wide, result.wide)
    pd.testing.assert_frame_equal(cut.episodes, result.episodes)
    assert cut.origin == result.origin


def test_an_explanation_is_of_the_customers_that_are_asked_for(result: theft.Result) -> None:
    told = result.explain("0022", "0012")
    assert [each.customer_id for each in told.customers] == ["0022", "0012"]
    table = result.table.set_index("customer_id")
    for each in told.customers:
        assert each.replay() == each.points == table.loc[each.customer_id, "score_points"]
        assert each.cause == table.loc[each.customer_id, "cause"]
        assert each.lost_kwh[0] == table.loc[each.customer_id, "lost_kwh"]


def test_points_of_the_wide_table_sum(result: theft.Result) -> None:
    reasons = result.wide.filter(regex=r"\.points$")
    base = result.rulebook.card.base_points
    assert (reasons.sum(axis=1) + base).tolist() == result.table["score_points"].tolist()


def test_the_origin_says_what_was_left_out(result: theft.Result) -> None:
    origin = result.origin
    assert (origin.rulebook, origin.as_of) == ("dlt698-theft", AS_OF)
    assert "card" in origin.assumed
    frames = state_of_month()
    stranger = theft.check(
        phase_readings={
            "customer_id": ["99"],
            "meter_id": ["M99"],
            "read_at": ["2025-03-10 08:00"],
            "phase": ["A"],
            "voltage_v": ["0"],
        }
    )
    more = frames.merge(theft.aggregate(stranger))
    notes = theft.evaluate(more, load_rulebook("dlt698-theft"), as_of=AS_OF).origin.notes
    assert "readings.no_point: 1" in notes


def test_what_cannot_be_evaluated_is_refused(result: theft.Result) -> None:
    with pytest.raises(RulebookError, match="of kind 'theft'"):
        theft.evaluate(result.state, load_rulebook("sgcc-2024"), as_of=AS_OF)
    with pytest.raises(UnknownNameError, match="leading zeros"):
        result.explain("12")
    with pytest.raises(UnknownNameError, match="leading zeros"):
        result[["T2"]]
    assert issubclass(NotInForceError, LookupError)


def test_an_empty_state_gives_empty_tables() -> None:
    none = theft.evaluate(theft.State.empty(), load_rulebook("dlt698-theft"), as_of=AS_OF)
    assert len(none) == len(none.table) == len(none.episodes) == 0
    assert set(SCORED) <= set(none.table.columns)


def test_it_prints_well(result: theft.Result) -> None:
    assert repr(result) == "<theft.Result 5 customers, as of 2025-03, dlt698-theft>"
    assert "0012" in result._repr_html_()
