"""Power that flows back by daylight or at night: by hand, and through the door."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from powerchannel import load_rulebook, theft
from powerchannel.theft.causes import Flows, Spans, reversal_at_night_hours
from powerchannel.theft.evidence import decided_causes
from powerchannel.times import to_utc

HOUR = 3_600_000_000
MIDNIGHT = int(to_utc(np.array([np.datetime64("2025-03-10", "us").astype(np.int64)]))[0])
HOURS = pd.date_range("2025-03-10", periods=72, freq="h")


def at(*hours: float) -> np.ndarray:
    return np.array([MIDNIGHT + int(hour * HOUR) for hour in hours])


def found(
    starts: list[float], ends: list[float], night_kw: float | None, phases: tuple[int, ...] = (0, 0)
) -> float:
    """Of a customer with two reversals, and one reading at 23:00 of the first day."""
    spans = Spans(
        customer=np.zeros(2, np.int64),
        phase=np.array(phases, np.uint8),
        started_at=at(*starts),
        ended_at=at(*ends),
    )
    read = [] if night_kw is None else [23.0]
    flows = Flows(
        customer=np.zeros(len(read), np.int64),
        phase=np.zeros(len(read), np.uint8),
        at=at(*read),
        power_kw=np.full(len(read), night_kw or 0.0),
    )
    return float(reversal_at_night_hours(spans, flows, 1)[0])


def test_hours_between_nine_in_the_evening_and_five_are_night() -> None:
    assert found([20, 34], [29.5, 35], 1.0) == 8
    assert found([10, 34], [21.5, 35], 1.0) == 0.5
    assert found([28, 76], [30, 77.25], 1.0) == 2


def test_by_day_alone_counts_where_the_phase_draws_at_night() -> None:
    assert found([10, 34], [15, 39], 1.0) == 0
    assert np.isnan(found([10, 34], [15, 39], 0.0))
    assert np.isnan(found([10, 34], [15, 39], None))
    # Of phase b nothing is known, and no night lies between two reversals of one day.
    assert np.isnan(found([10, 34], [15, 39], 1.0, (0, 1)))
    assert np.isnan(found([10, 16], [15, 18], 1.0))


def test_nobody_flows_back() -> None:
    nothing = np.zeros(0, np.int64)
    phase = np.zeros(0, np.uint8)
    spans = Spans(customer=nothing, phase=phase, started_at=nothing, ended_at=nothing)
    flows = Flows(customer=nothing, phase=phase, at=nothing, power_kw=np.zeros(0))
    assert np.isnan(reversal_at_night_hours(spans, flows, 2)).tolist() == [True, True]


def panels(hour: np.ndarray) -> np.ndarray:
    return np.where((hour >= 9) & (hour < 16), -1.1, 0.3)


def turned(hour: np.ndarray) -> np.ndarray:
    return np.where((hour >= 9) & (hour < 16), -1.1, -0.3)


@pytest.mark.parametrize(
    ("kilowatts", "on_file", "cause"),
    [
        (panels, "", "photovoltaic"),
        (panels, "false", "photovoltaic"),
        (panels, "true", "photovoltaic"),
        (turned, "", "wiring_mistake"),
        (turned, "false", "wiring_mistake"),
    ],
)
def test_panels_stop_at_night_and_a_circuit_that_is_the_wrong_way_round_does_not(
    kilowatts: object, on_file: str, cause: str
) -> None:
    """Of generation the archive says yes, no, or nothing: an empty cell is not a no."""
    assert callable(kilowatts)
    point = {"customer_id": ["a"], "wiring": ["single_phase"], "has_generation": [on_file]}
    rated = {"rated_voltage_v": [220], "rated_current_a": [5], "maximum_current_a": [60]}
    readings = {
        "customer_id": ["a"] * 72,
        "read_at": HOURS.strftime("%Y-%m-%d %H:%M"),
        "voltage_v": [220] * 72,
        "current_a": [3] * 72,
        "active_power_kw": kilowatts(HOURS.hour.to_numpy()),
    }
    tables = theft.check(points=point | rated, phase_readings=readings)
    result = theft.evaluate(theft.aggregate(tables), load_rulebook("dlt698-theft"), as_of="2025-03")
    assert result.table["cause"].tolist() == [cause]


def test_whether_there_is_generation_is_known_only_where_it_is_told() -> None:
    points = {"customer_id": ["a", "b", "c"], "has_generation": ["true", "false", ""]}
    daily = {"customer_id": ["d"], "on": ["2025-03-01"], "energy_kwh": [1]}
    state = theft.aggregate(theft.check(points=points, daily=daily))
    result = theft.evaluate(state, load_rulebook("dlt698-theft"), as_of="2025-03")
    known = decided_causes(result.inputs, result.evidence, result.rulebook).evidence
    of = dict(zip(state.customers.to_text().tolist(), known["has_generation"], strict=True))
    np.testing.assert_array_equal([of[name] for name in "abcd"], [1, 0, np.nan, np.nan])
