"""Metering points from a data frame, and what ratios refer to."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from powerchannel.errors import TableError
from powerchannel.theft.electrical import Condition, points_of
from powerchannel.times import NAT

FRAME = pd.DataFrame(
    {
        "customer_id": ["C1", "C1", "C2"],
        "meter_id": ["M1", "M2", "M1"],
        "wiring": ["single_phase", "三相四线", "three_phase_three_wire"],
        "rated_voltage_v": [220.0, 57.7, 100.0],
        "rated_current_a": [5.0, 1.5, 1.5],
        "maximum_current_a": [60.0, 6.0, 6.0],
        "voltage_ratio": [None, 100.0, 350.0],
        "current_ratio": [None, 20.0, 40.0],
        "contract_capacity_kva": [8.0, None, 630.0],
        "installed_on": [date(2020, 1, 2), None, date(2021, 3, 4)],
    }
)


def test_points_of_a_frame() -> None:
    points = points_of(FRAME)
    assert points.wiring.tolist() == [0, 1, 2]
    assert points.ratio.tolist() == [1.0, 2000.0, 14000.0]
    assert points.installed_at.tolist()[:2] == [1_577_894_400_000_000, NAT]
    assert points.removed_at.tolist() == [NAT] * 3
    assert np.isnan(points.contract_capacity_kva[1])


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("absolute", [2.0, 2.0, 2.0]),
        ("rated_voltage", [440.0, 115.4, 200.0]),
        ("rated_current", [10.0, 3.0, 3.0]),
        ("maximum_current", [120.0, 12.0, 12.0]),
        ("rated_power", [2.2, 0.1731, 0.3]),
        ("maximum_power", [26.4, 0.6924, 1.2]),
        ("maximum_total_power", [26.4, 2.0772, 2.078460969]),
    ],
)
def test_limits_are_the_decimals_that_one_would_write(
    reference: str, expected: list[float]
) -> None:
    quantity = {"rated_voltage": "voltage", "rated_current": "current"}.get(reference, "power")
    condition = Condition(
        quantity="current" if reference == "maximum_current" else quantity,
        comparison="above",
        ratio=Decimal(2),
        reference=reference,
    )
    assert points_of(FRAME).limits(condition).tolist() == expected


def test_points_without_ratings_are_not_known() -> None:
    points = points_of(FRAME[["meter_id", "wiring"]].iloc[:2])
    assert np.isnan(points.reference("maximum_total_power")).all()


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        (FRAME.drop(columns="wiring"), "missing_column"),
        (FRAME.drop(columns=["customer_id", "meter_id"]), "missing_column"),
        (FRAME.drop(columns="customer_id"), "repeated_key"),
        (pd.concat([FRAME, FRAME.iloc[:1]]), "repeated_key"),
        (FRAME.assign(wiring="两相"), "unknown_wiring"),
    ],
)
def test_points_that_are_refused(frame: pd.DataFrame, code: str) -> None:
    with pytest.raises(TableError) as caught:
        points_of(frame)
    assert [problem.code for problem in caught.value.problems] == [code]
