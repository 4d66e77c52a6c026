"""The room of evidence: what is taken of a state, and what is gathered."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from powerchannel import theft
from powerchannel.periods import parse_month
from powerchannel.rulebook import load_rulebook
from powerchannel.theft.consumption import Days
from powerchannel.theft.evidence import Inputs, drop_kwh, evidence_names, evidence_of
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
