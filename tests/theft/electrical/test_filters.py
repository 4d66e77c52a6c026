"""What cannot be: power beyond the contract, energy beyond a day, values that are none."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from attrs import evolve

from powerchannel.theft.electrical import Measured
from powerchannel.theft.electrical.days import Days
from powerchannel.theft.electrical.filters import judge_days, judge_readings, possible_days
from powerchannel.theft.electrical.reasons import Reason
from powerchannel.theft.electrical.residual import power_residual
from readings_at_random import bundled_rules, points

RATED = evolve(
    points(np.array([1], np.uint8)),
    current_ratio=np.array([40.0]),
    contract_capacity_kva=np.array([50.0]),
)
FILTERS = evolve(
    bundled_rules().filters,
    capacity_multiple=Decimal(2),
    daily_energy_multiple=Decimal("1.5"),
)


def reading(
    voltage: float = 220.0, power: tuple[float, float, float] = (0.5, 0.5, 0.5)
) -> Measured:
    return Measured(
        meter=np.zeros(1, np.int64),
        at=np.zeros(1, np.int64),
        voltage=np.array([[voltage, 220.0, 220.0]]),
        current=np.full((1, 3), 5.0),
        power=np.array([power]),
        reactive=np.array([[0.3, 0.0, np.nan]]),
    )


@pytest.mark.parametrize(
    ("measured", "reason"),
    [
        (reading(), Reason.KEPT),
        # 2.5 kW x 40 is 100 kW, twice the 50 kVA of the contract.
        (reading(power=(1.0, 1.0, 0.5)), Reason.KEPT),
        (reading(power=(1.0, 1.0, 0.5001)), Reason.BEYOND_CAPACITY),
        (reading(power=(-1.0, -1.0, -0.5001)), Reason.BEYOND_CAPACITY),
        (reading(power=(np.nan, 1.0, 1.6)), Reason.BEYOND_CAPACITY),
        (reading(-0.1), Reason.NEGATIVE_VOLTAGE),
        (reading(0.0), Reason.KEPT),
        (reading(np.inf), Reason.NOT_FINITE),
        (reading(power=(np.inf, 0.0, -np.inf)), Reason.NOT_FINITE),
        (reading(np.nan), Reason.KEPT),
    ],
)
def test_whether_a_reading_can_be(measured: Measured, reason: Reason) -> None:
    assert judge_readings(measured, RATED, FILTERS).tolist() == [reason]


def test_nothing_is_too_much_without_a_capacity() -> None:
    unknown = points(np.array([1], np.uint8))
    assert judge_readings(reading(power=(9.0, 9.0, 9.0)), unknown, FILTERS).tolist() == [0]


@pytest.mark.parametrize(
    ("energy", "reason"),
    [
        (0.0, Reason.KEPT),
        (1800.0, Reason.KEPT),
        (1800.001, Reason.BEYOND_DAILY_LIMIT),
        (-0.001, Reason.NEGATIVE_ENERGY),
        (np.nan, Reason.KEPT),
        (np.inf, Reason.NOT_FINITE),
    ],
)
def test_whether_a_day_can_be(energy: float, reason: Reason) -> None:
    day = Days(meter=np.zeros(1, np.int64), on=np.zeros(1, np.int64), energy_kwh=np.array([energy]))
    assert judge_days(day, RATED, FILTERS).tolist() == [reason]


def test_an_energy_that_cannot_be_is_not_known_and_its_index_stays() -> None:
    energy = np.array([5.0, -3.0, 9e9, np.nan, np.inf])
    index = np.array([10.0, 7.0, 8.0, np.inf, 9.0])
    days = Days(meter=np.zeros(5, np.int64), on=np.arange(5), energy_kwh=energy, index_kwh=index)
    possible, reasons = possible_days(days, RATED, FILTERS)
    nothing = float("nan")
    np.testing.assert_array_equal(possible.energy_kwh, [5.0, *[nothing] * 4])
    np.testing.assert_array_equal(possible.index_kwh, [10.0, 7.0, 8.0, nothing, 9.0])
    assert reasons.tolist() == [
        Reason.KEPT,
        Reason.NEGATIVE_ENERGY,
        Reason.BEYOND_DAILY_LIMIT,
        Reason.NOT_FINITE,
        Reason.NOT_FINITE,
    ]


def test_the_residual_is_evidence_by_phase() -> None:
    residual = power_residual(reading(power=(0.5, -0.6, 0.5)))
    np.testing.assert_allclose(residual, [[(1.1**2 - 0.3**2) ** 0.5 - 0.5, 0.5, np.nan]])
    assert np.isnan(power_residual(evolve(reading(), reactive=None))).all()
