"""The room of evidence: what is taken of a state, and what is gathered."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from powerchannel import theft
from powerchannel.ids import Ids
from powerchannel.periods import parse_month
from powerchannel.rulebook import load_rulebook
from powerchannel.theft.consumption import Days
from powerchannel.theft.evidence import (
    Assessment,
    Block,
    Findings,
    Inputs,
    blocks_of,
    drop_kwh,
    evidence_names,
    evidence_of,
    findings_of,
)
from theft_months import AS_OF, state_of_month

RULES = load_rulebook("dlt698-theft")
ON = np.arange("2025-01-01", "2025-01-29", dtype="datetime64[D]")


def test_the_window_ends_with_the_month_and_estimates_are_no_readings() -> None:
    days = ["2025-02-28", "2025-03-01", "2025-03-31", "2025-04-01"]
    tables = theft.check(
        daily={
            "customer_id": ["7"] * 4,
            "on": days,
            "energy_kwh": ["1", "2", "3", "4"],
            "status": ["正常", "估算", "正常", "正常"],
        }
    )
    inputs = Inputs.of(theft.aggregate(tables), parse_month(AS_OF), 31)
    assert (str(inputs.on[0]), str(inputs.on[-1])) == ("2025-03-01", "2025-03-31")
    assert inputs.energy_kwh[0, -1] == 3.0
    assert np.isnan(inputs.energy_kwh[0, :-1]).all()
    assert inputs.frames["daily"]["energy_kwh"].tolist() == [2.0, 3.0]


def test_the_card_asks_for_nothing_that_is_not_gathered() -> None:
    assert isinstance(RULES, theft.Rulebook)
    assert set(RULES.card.names) <= set(evidence_names(RULES))


def test_hours_and_counts_are_those_of_the_episodes() -> None:
    assert isinstance(RULES, theft.Rulebook)
    state = state_of_month()
    found = evidence_of(Inputs.of(state, parse_month(AS_OF), 92), RULES)
    row = state.customers.to_text().tolist().index("0012")
    hours, count = found.of(["hours.current_loss", "count.current_loss"])[row]
    assert hours == pytest.approx(599 / 60)
    assert count == 1


def test_what_lasts_is_counted_to_the_last_reading_wherever_it_is_told() -> None:
    assert isinstance(RULES, theft.Rulebook)
    state = state_of_month()
    inputs = Inputs.of(state, parse_month(AS_OF), 92)
    assessed = Assessment(inputs=inputs, rulebook=RULES)
    names = [f"hours.{rule}" for rule in ("current_loss", "voltage_loss")]
    hours = assessed.evidence.of(names)
    for column, rule in enumerate(("current_loss", "voltage_loss")):
        told = assessed.decided.evidence[f"{rule}_hours"]
        assert hours[:, column].max() == told.max() == 599 / 60


def test_what_lasts_without_a_reading_is_counted_to_the_end_of_the_month() -> None:
    assert isinstance(RULES, theft.Rulebook)
    meter = {"customer_id": ["7"], "meter_id": ["M7"]}
    tables = theft.check(
        points=meter | {"wiring": ["三相四线"]},
        events=meter | {"event": ["开盖"], "started_at": ["2025-03-31 18:00"]},
    )
    inputs = Inputs.of(theft.aggregate(tables), parse_month(AS_OF), 92)
    assessed = Assessment(inputs=inputs, rulebook=RULES)
    assert assessed.evidence.of(["hours.cover_opened"]).tolist() == [[6.0]]
    assert assessed.decided.evidence["cover_opened_hours"].tolist() == [6.0]


def test_a_block_is_whole_areas_and_their_rows() -> None:
    state = state_of_month()
    blocks = blocks_of(state, 1)
    texts = [state.customers.take(rows).to_text().tolist() for rows in blocks]
    assert sorted(texts) == [["0011", "0012", "0013"], ["0021"], ["0022"]]
    assert [rows.tolist() for rows in blocks_of(state)] == [[0, 1, 2, 3, 4]]
    for rows in blocks:
        block, alone = Block.of(state, rows), state[_areas(state, rows)]
        assert block.customers.to_text().tolist() == alone.customers.to_text().tolist()
        for name, held in block.tables.items():
            days = (column for column in ("on", "read_at") if column in held.columns)
            for column in days:
                assert held[column].tolist() == alone.tables[name][column].tolist()


def _areas(state: theft.State, rows: np.ndarray) -> list[str]:
    return list(set(Ids(state.customer_areas[rows], state.names).to_text().tolist()))


def test_findings_of_blocks_are_those_of_the_whole() -> None:
    assert isinstance(RULES, theft.Rulebook)
    state, month = state_of_month(), parse_month(AS_OF)
    whole = findings_of(state, RULES, month=month)
    parts = [
        Findings.of(Assessment(inputs=Inputs.of(Block.of(state, rows), month, 92), rulebook=RULES))
        for rows in blocks_of(state, 1)
    ]
    both = Findings.together(parts)
    order = np.argsort(both.customers)
    assert both.customers[order].tolist() == whole.customers.tolist()
    assert both.left_out == whole.left_out
    for name in ("areas", "points", "causes", "lost_kwh", "values"):
        np.testing.assert_array_equal(getattr(both, name)[order], getattr(whole, name))
    assert sorted(both.owners.tolist()) == sorted(whole.owners.tolist())
    assert len(both.episodes) == len(whole.episodes) == 2


@given(st.lists(st.integers(0, 50), min_size=28, max_size=28))
def test_a_drop_is_never_negative_nor_more_than_all_there_was(use: list[int]) -> None:
    assert 0 <= drop_kwh(Days(np.array([use], np.float64), ON))[0] <= max(use) * 28


def test_a_period_too_short_to_be_split_tells_nothing() -> None:
    assert np.isnan(drop_kwh(Days(np.ones((2, 3)), ON[:3]))).all()


def test_who_has_no_daily_use_has_no_gap_in_it() -> None:
    meter = theft.simulate.meter("34", "current_open_b", started_at="2025-03-10 08:00")
    tables = theft.check(points=meter.points, phase_readings=meter.phase_readings)
    result = theft.evaluate(theft.aggregate(tables), RULES, as_of=AS_OF)
    assert result.table["cause"].tolist() == ["meter_fault"]
    assert result.table["lost_kwh"].iloc[0] > 0


@pytest.mark.parametrize(("a_day", "rules"), [(0.0, {"index_stopped"}), (26.4, set())])
def test_an_index_is_held_against_what_the_power_readings_add_up_to(
    a_day: float, rules: set[str]
) -> None:
    meter = theft.simulate.meter(
        *("single_phase", "none"),
        current_a=5.0,
        phi_rad=0.0,
        minutes=3 * 1440,
        step_minutes=15,
        started_at="2025-03-10 00:00",
        customer_id="0012",
        meter_id="M1",
    )
    days = ["2025-03-09", "2025-03-10", "2025-03-11", "2025-03-12"]
    index = [500.0 + a_day * day for day in range(4)]
    daily = {"customer_id": ["0012"] * 4, "on": days, "energy_kwh": [26.4] * 4}
    tables = theft.check(
        points=meter.points,
        phase_readings=meter.phase_readings,
        daily=daily | {"reading_kwh": index},
    )
    found = theft.evaluate(theft.aggregate(tables), RULES, as_of=AS_OF).episodes
    assert set(found["rule_id"]) == rules


def test_days_that_rules_do_not_look_at_are_counted() -> None:
    """40 kVA give 960 kWh a day; 1.5 times as much cannot be. Of customer 8 no meter is known."""
    days = np.arange("2025-03-01", "2025-03-29", dtype="datetime64[D]").astype(str).tolist()
    energy = [9.0] * 26 + [9000.0, -9.0]
    tables = theft.check(
        points={"customer_id": ["7"], "contract_capacity_kva": [40]},
        daily={
            "customer_id": ["7"] * 28 + ["8"] * 28,
            "on": days * 2,
            "energy_kwh": energy * 2,
        },
    )
    result = theft.evaluate(theft.aggregate(tables), RULES, as_of=AS_OF)
    assert result.episodes.empty
    assert set(result.origin.notes) == {
        "days.no_point: 28",
        "days.beyond_daily_limit: 1",
        "days.negative_energy: 1",
    }


def test_an_element_of_three_wires_runs_backwards_by_itself_where_the_load_lags() -> None:
    meter = theft.simulate.meter("33", "none", phi_rad=1.3, minutes=600, customer_id="0012")
    tables = theft.check(points=meter.points, phase_readings=meter.phase_readings)
    result = theft.evaluate(theft.aggregate(tables), RULES, as_of="2025-01")
    assert "power_reversal" in set(result.episodes["rule_id"])
    assert result.episodes["lost_kwh"].isna().all()
    assert result.table["cause"].iloc[0] in ("", "cannot_tell")
