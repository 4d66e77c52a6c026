"""Readings from data frames: any order, any dtype, missing columns, and what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from powerchannel.errors import TableError
from powerchannel.theft.electrical import Measured, measured_of
from readings_at_random import START, measured_at_random

POINTS = pd.DataFrame(
    {
        "customer_id": ["C1", "C2", "C2"],
        "meter_id": ["M1", "M2", None],
        "wiring": ["三相四线", "single_phase", "three_phase_three_wire"],
    }
).iloc[:2]


def rows(**columns: list[object]) -> pd.DataFrame:
    count = len(next(iter(columns.values())))
    plain = {
        "meter_id": ["M1"] * count,
        "read_at": pd.to_datetime(["2024-05-01 08:00"] * count),
        "phase": ["a", "b", "c", "n"][:count],
        "voltage_v": [220.0] * count,
        "current_a": [5.0] * count,
        "active_power_kw": [1.1] * count,
    }
    return pd.DataFrame({**plain, **columns})


def test_phases_of_one_time_become_one_row() -> None:
    measured, points = measured_of(rows(voltage_v=[220.0, 221.0, 222.0]), POINTS)
    assert measured.voltage.tolist() == [[220.0, 221.0, 222.0]]
    assert measured.at.tolist() == [1_714_521_600_000_000]  # 00:00 UTC
    assert (len(points), measured.neutral_current, measured.reactive) == (2, None, None)


def test_the_neutral_has_a_current_alone() -> None:
    measured, _ = measured_of(rows(current_a=[5.0, 6.0, 7.0, 1.5]), POINTS)
    assert measured.current.tolist() == [[5.0, 6.0, 7.0]]
    assert measured.neutral_current is not None
    assert measured.neutral_current.tolist() == [1.5]


def test_a_time_with_a_zone_is_the_same_moment() -> None:
    at = pd.to_datetime(["2024-05-01 08:00"]).tz_localize("Asia/Shanghai")
    written = ["2024-05-01 08:00+08:00"]
    for times in (at, at.tz_convert("UTC"), at.tz_convert("America/New_York"), written):
        measured, _ = measured_of(rows(read_at=list(times)), POINTS)
        assert measured.at.tolist() == [1_714_521_600_000_000]


def test_text_times_and_categories_do() -> None:
    frame = rows(read_at=["2024-05-01 08:00"] * 2).astype(
        {"meter_id": "category", "phase": "category"}
    )
    measured, _ = measured_of(frame, POINTS)
    assert measured.voltage[0, :2].tolist() == [220.0, 220.0]
    assert np.isnan(measured.voltage[0, 2])


def test_columns_that_are_not_there_were_not_measured() -> None:
    frame = rows(phase=["A"])[["meter_id", "read_at", "phase", "voltage_v"]]
    measured, points = measured_of(frame, POINTS)
    assert measured.voltage[0, 0] == 220.0
    assert np.isnan(measured.current).all()
    assert np.isnan(measured.power).all()
    assert np.isnan(points.rated_voltage).all()
    assert points.ratio.tolist() == [1.0, 1.0]


def test_nullable_numbers_do() -> None:
    frame = rows(voltage_v=[220.0, None]).astype({"voltage_v": "Float64"})
    measured, _ = measured_of(frame, POINTS)
    assert measured.voltage[0, 0] == 220.0
    assert np.isnan(measured.voltage[0, 1])


def test_the_last_of_two_rows_counts() -> None:
    frame = rows(phase=["a", "a"], voltage_v=[1.0, 2.0])
    measured, _ = measured_of(frame, POINTS)
    assert measured.voltage[0, 0] == 2.0


def test_reactive_power_is_kept() -> None:
    measured, _ = measured_of(rows(reactive_power_kvar=[0.1, -0.2]), POINTS)
    assert measured.reactive is not None
    assert measured.reactive[0, :2].tolist() == [0.1, -0.2]


def frame_of(measured: Measured) -> pd.DataFrame:
    parts = [
        pd.DataFrame(
            {
                "meter_id": measured.meter.astype(str),
                "read_at": pd.to_datetime(measured.at, unit="us", utc=True),
                "phase": name,
                "voltage_v": measured.voltage[:, phase],
                "current_a": measured.current[:, phase],
                "active_power_kw": measured.power[:, phase],
            }
        )
        for phase, name in enumerate("abc")
    ]
    return pd.concat(parts, ignore_index=True)


@given(seed=st.integers(0, 10**6))
def test_the_order_of_rows_makes_no_difference(seed: int) -> None:
    measured, points = measured_at_random(seed)
    words = np.array(["single_phase", "three_phase_four_wire", "three_phase_three_wire"])
    frame = pd.DataFrame(
        {"meter_id": np.arange(len(points)).astype(str), "wiring": words[points.wiring]}
    )
    shuffled = frame_of(measured).sample(frac=1.0, random_state=seed)
    found, again = measured_of(shuffled, frame)
    assert again.wiring.tolist() == points.wiring.tolist()
    assert (found.meter.tolist(), found.at.tolist()) == (
        measured.meter.tolist(),
        measured.at.tolist(),
    )
    for name in ("voltage", "current", "power"):
        np.testing.assert_array_equal(getattr(found, name), getattr(measured, name))


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        (rows(meter_id=["M9"]), "unknown_meter"),
        (rows(phase=["d"]), "unknown_phase"),
        (rows(phase=[None]), "unknown_phase"),
        (rows(read_at=[pd.NaT]), "no_time"),
        (rows(phase=["a"]).drop(columns="read_at"), "missing_column"),
        (rows(phase=["a"]).drop(columns="meter_id"), "missing_column"),
    ],
)
def test_readings_that_are_refused(frame: pd.DataFrame, code: str) -> None:
    with pytest.raises(TableError) as caught:
        measured_of(frame, POINTS)
    assert [problem.code for problem in caught.value.problems] == [code]


def test_rows_out_of_order_are_refused() -> None:
    with pytest.raises(TableError, match="row 1 does not follow"):
        Measured(
            meter=np.zeros(2, np.int64),
            at=np.array([START, START]),
            voltage=np.zeros((2, 3)),
            current=np.zeros((2, 3)),
            power=np.zeros((2, 3)),
        )
