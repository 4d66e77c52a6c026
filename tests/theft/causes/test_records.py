"""Days without supply, and energies that the index does not bear out."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from powerchannel import load_rulebook, theft
from powerchannel.theft.causes.records import dark_hours, dark_share, index_differs_days

HOUR = 3_600_000_000
DAYS = 40
ON = pd.date_range("2025-02-20", periods=DAYS).strftime("%Y-%m-%d")


def cause(energy: np.ndarray, index: np.ndarray | None = None, **tables: object) -> str:
    daily = {"customer_id": ["a"] * DAYS, "on": ON, "energy_kwh": energy.round(2)}
    if index is not None:
        daily["reading_kwh"] = index.round(2)
    points = {"customer_id": ["a"], "area_id": ["t"], **tables.pop("points", {})}
    state = theft.aggregate(theft.check(daily=daily, points=points, **tables))
    found = theft.evaluate(state, load_rulebook("dlt698-theft"), as_of="2025-03").table
    return str(found["cause"].iloc[0])


def usual() -> np.ndarray:
    return np.random.default_rng(0).uniform(8, 12, DAYS)


def test_hours_of_spans_fall_on_their_days() -> None:
    starts, ends = np.array([12, 30, 71]) * HOUR, np.array([60, 36, 96]) * HOUR
    found = dark_hours(np.array([0, 1, 1]), starts, ends, first_us=24 * HOUR, shape=(2, 3))
    np.testing.assert_allclose(found, [[24, 12, 0], [6, 1, 24]])


def test_the_share_of_days_without_use_that_were_dark() -> None:
    energy = np.array([[0.0, 0, 5, 0, np.nan], [1, 1, 1, 1, 1]])
    hours = np.array([[24.0, 12, 24, 11, 24], [24] * 5])
    np.testing.assert_allclose(dark_share(energy, hours), [2 / 3, np.nan])


def test_a_constant_ratio_is_no_difference_and_last_digits_are_none() -> None:
    energy = np.array([[80.0, 80, 80, 120, 80, np.nan, 80], [5.0, 5, 5, 5, 0, 5, 5]])
    index = np.array([[1.0, 3.0, 5.01, 8, 10, 12, 14], [5.0, 10, 15, 20, 25, 30, np.nan]])
    assert index_differs_days(energy, index).tolist() == [0, 1]
    assert index_differs_days(energy, np.full((2, 7), np.nan)).tolist() == [0, 0]


def test_no_use_under_a_known_outage_is_an_outage() -> None:
    energy = usual()
    energy[20:29] = 0
    span = {"started_at": ["2025-03-12 00:00"], "ended_at": ["2025-03-21 00:00"]}
    assert cause(energy, outages={"area_id": ["t"], **span}) == "outage"
    events = {"customer_id": ["a"], "event": ["power_failure"], **span}
    assert cause(energy, events=events) == "outage"
    assert cause(energy) == "cannot_tell"


@pytest.mark.parametrize("share", [0.0, 0.025, 1000.0])
def test_energies_that_the_index_does_not_bear_out_are_a_data_fault(share: float) -> None:
    energy = usual()
    index = 100 + np.cumsum(energy)
    energy[28:] *= share
    assert cause(energy, index) == "data_fault"
    assert cause(energy, 100 + np.cumsum(energy)) != "data_fault"


@pytest.mark.parametrize(("on_file", "is_fault"), [("true", False), ("false", True)])
def test_a_net_energy_need_not_be_the_advance_of_an_index(on_file: str, is_fault: bool) -> None:
    """The register counts what flows in; with panels the energy of a day is less than that."""
    energy = usual()
    index = 100 + np.cumsum(energy)
    energy[28:] *= 0.6
    found = cause(energy, index, points={"has_generation": [on_file]})
    assert (found == "data_fault") == is_fault


def test_a_meter_put_up_where_there_was_none_replaces_none() -> None:
    energy = usual()
    at = {"installed_on": ["2025-03-12"]}
    assert cause(energy, points=at) == "meter_replacement"
    energy[:20] = np.nan
    assert cause(energy, points=at) != "meter_replacement"
