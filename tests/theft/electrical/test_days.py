"""Rules on daily readings: indexes and energies, and energy from power readings."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from powerchannel.errors import TableError
from powerchannel.theft.electrical import Ending, Measured, Points
from powerchannel.theft.electrical.days import (
    Days,
    DayStretch,
    days_of,
    find_day_episodes,
    measured_energy,
)
from powerchannel.times import to_utc
from readings_at_random import MINUTE, bundled_rules, points, told

DAY = 86_400_000_000
NOTHING = float("nan")
ONE = evolve(
    points(np.array([1], np.uint8)),
    current_ratio=np.array([40.0]),
    contract_capacity_kva=np.array([100.0]),
)


def days(
    energy: list[float],
    index: list[float] | None = None,
    measured: list[float] | None = None,
    *,
    on: list[int] | None = None,
) -> Days:
    count = len(energy)
    unknown = [NOTHING] * count
    return Days(
        meter=np.zeros(count, np.int64),
        on=np.array(range(count) if on is None else on) + 20_000,
        energy_kwh=np.array(energy, dtype=float),
        index_kwh=np.array(unknown if index is None else index, dtype=float),
        measured_kwh=np.array(unknown if measured is None else measured, dtype=float),
    )


def names(found: Days, rated: Points = ONE) -> list[tuple[str, int]]:
    """Rule and number of the first day of each episode."""
    episodes = find_day_episodes(found, rated, bundled_rules())
    starts = (episodes.started_at - int(to_utc(np.array([20_000 * DAY]))[0])) // DAY
    ids = [bundled_rules().rules[rule].id for rule in episodes.rule]
    return list(zip(ids, starts.tolist(), strict=True))


def quantity(name: str, found: Days, rated: Points = ONE) -> list[float]:
    stretch = DayStretch(days=found, points=rated, recent_days=4)
    return stretch.quantity(name)[0].tolist()


def test_the_advance_of_an_index_is_multiplied_by_the_ratio() -> None:
    found = days([NOTHING] * 4, [10.0, 10.5, NOTHING, 10.75])
    assert quantity("index_advance_kwh", found)[1:] == [
        20.0,
        pytest.approx(NOTHING, nan_ok=True),
        10.0,
    ]
    assert np.isnan(quantity("index_advance_kwh", found)[0])


def test_an_index_that_falls() -> None:
    assert names(days([NOTHING] * 3, [10.0, 9.9, 10.0])) == [("index_decreased", 1)]
    assert names(days([NOTHING] * 3, [10.0, 10.0, 10.0])) == []


def test_an_index_that_stops_while_power_flows() -> None:
    index = [10.0, 10.0, 10.0, 10.5]
    assert names(days([NOTHING] * 4, index, [20.0] * 4)) == [("index_stopped", 1)]
    assert names(days([NOTHING] * 4, index, [1.0] * 4)) == []
    assert names(days([NOTHING] * 4, index)) == []


@pytest.mark.parametrize(
    ("advance", "expected"),
    [
        (2.0, []),
        (2.001, ["energy_mismatch"]),
        (3.0, ["energy_mismatch"]),
        (3.001, ["index_runaway"]),
    ],
)
def test_an_index_that_runs_ahead(advance: float, expected: list[str]) -> None:
    found = names(days([NOTHING] * 2, [10.0, 10.0 + advance], [20.0] * 2))
    assert [rule for rule, _ in found] == expected


def test_the_index_of_several_days_is_not_held_against_one() -> None:
    assert names(days([NOTHING] * 2, [10.0, 20.0], [20.0] * 2, on=[0, 2])) == []


@pytest.mark.parametrize(
    ("energy", "check", "expected"),
    [
        (95.0, 100.0, []),
        (94.9, 100.0, ["active_differential"]),
        (105.1, 100.0, ["active_differential"]),
        (9.0, 10.0, []),
        (8.9, 10.0, ["active_differential"]),
        (0.0, 0.0, []),
        (50.0, NOTHING, []),
    ],
)
def test_a_meter_that_its_check_meter_contradicts(
    energy: float, check: float, expected: list[str]
) -> None:
    found = names(evolve(days([energy]), check_kwh=np.array([check])))
    assert [rule for rule, _ in found] == expected


def test_zero_energy_of_a_week_but_not_of_six_days() -> None:
    assert names(days([10.0] + [0.0] * 6)) == []
    assert names(days([10.0] + [0.0] * 7)) == [("zero_energy", 1)]


def test_a_drop_to_less_than_half_of_the_days_before() -> None:
    before = [10.0] * 20
    assert "energy_drop" not in dict(names(days([*before, 5.0, 5.0, 5.0])))
    assert ("energy_drop", 20) in names(days([*before, 4.9, 4.7, 4.5]))
    assert "energy_drop" not in dict(names(days([*before[:14], 4.9, 4.7, 4.5])))


def test_more_energy_than_the_capacity_gives() -> None:
    assert names(days([2400.0])) == []
    assert names(days([2400.1])) == [("above_limit_energy", 0)]


def test_fluctuation_of_a_whole_month_alone() -> None:
    month = [10.0] * 28 + [0.4, 10.0]
    assert names(days(month[1:])) == []
    assert names(days(month)) == [("fluctuation", 29)]


def test_a_gap_of_days_ends_an_episode() -> None:
    found = days([0.0] * 16, on=[*range(8), *range(10, 18)])
    assert [each for each, _ in names(found)] == ["zero_energy"]
    apart = days([0.0] * 16, on=[*range(8), *range(11, 19)])
    assert names(apart) == [("zero_energy", 0), ("zero_energy", 11)]
    endings = find_day_episodes(apart, ONE, bundled_rules()).ending.tolist()
    assert endings == [Ending.GAP, Ending.LASTS]


def recent_by_hand(energy: list[float]) -> list[float]:
    ratios = []
    for i, today in enumerate(energy):
        before = [e for e in energy[max(0, i - 4) : i] if not np.isnan(e)]
        mean = sum(before) / len(before) if len(before) * 2 >= 4 else NOTHING
        ratios.append(round(today / mean, 9) if mean > 0 else NOTHING)
    return ratios


def fluctuation_by_hand(energy: list[float]) -> list[float]:
    windows = [energy[i - 3 : i + 1] if i >= 3 else [NOTHING] for i in range(len(energy))]
    return [
        round((max(w) - min(w)) / max(w), 9) if not np.isnan(w).any() and max(w) > 0 else NOTHING
        for w in windows
    ]


@given(
    energies=st.lists(
        st.lists(st.sampled_from([0.0, 1.25, 2.0, 7.5, NOTHING]), min_size=1, max_size=12),
        min_size=1,
        max_size=4,
    )
)
def test_what_a_day_is_compared_with_is_its_own_meter(energies: list[list[float]]) -> None:
    counts = [len(each) for each in energies]
    found = Days(
        meter=np.repeat(np.arange(len(counts)), counts),
        on=np.concatenate([np.arange(count) for count in counts]),
        energy_kwh=np.array([e for each in energies for e in each]),
    )
    rated = points(np.zeros(len(counts), np.uint8))
    for name, by_hand in (
        ("energy_to_recent", recent_by_hand),
        ("fluctuation", fluctuation_by_hand),
    ):
        expected = [value for each in energies for value in by_hand(each)]
        np.testing.assert_allclose(quantity(name, found, rated), expected, rtol=1e-9)


def test_the_subset_law() -> None:
    random = np.random.default_rng(3)
    count, length = 12, 90
    rated = evolve(points(np.zeros(count, np.uint8)), contract_capacity_kva=np.full(count, 1.0))
    meter = np.repeat(np.arange(count), length)
    # Some have no index, some no power readings: alone, nothing is known of a column.
    found = Days(
        meter=meter,
        on=np.tile(np.arange(length), count),
        energy_kwh=random.choice([0.0, 0.3, 8.0, 30.0, NOTHING], count * length),
        index_kwh=np.where(meter % 4 == 0, NOTHING, random.random(count * length).cumsum()),
        measured_kwh=np.where(meter % 3 == 0, NOTHING, random.random(count * length) * 5),
    )
    whole = find_day_episodes(found, rated, bundled_rules())
    assert len(whole) > 50
    alone = [
        row
        for meter in range(count)
        for row in told(find_day_episodes(found.take(found.meter == meter), rated, bundled_rules()))
    ]
    assert alone == told(whole)


def test_days_of_a_frame() -> None:
    frame = pd.DataFrame(
        {
            "customer_id": ["C2", "C1", "C1", "C1"],
            "on": pd.to_datetime(["2024-05-01", "2024-05-02", "2024-05-01", "2024-05-01"]),
            "energy_kwh": [1.0, 2.0, 3.0, 4.0],
        }
    )
    rated = pd.DataFrame({"customer_id": ["C1", "C2", "C1"], "meter_id": ["M1", "M2", "M3"]})
    found = days_of(frame, rated)
    assert found.meter.tolist() == [0, 0, 1]
    assert found.on.tolist() == [19844, 19845, 19844]
    assert found.energy_kwh.tolist() == [4.0, 2.0, 1.0]
    assert np.isnan(found.index_kwh).all()
    measured = Days(
        meter=np.array([0, 1]), on=np.array([19845, 19844]), energy_kwh=np.array([7.0, 8.0])
    )
    assert days_of(frame, rated, measured).measured_kwh.tolist()[1:] == [7.0, 8.0]
    with pytest.raises(TableError, match="a customer that points do not have"):
        days_of(frame.assign(customer_id="C9"), rated)


def power(minutes: list[int], kilowatts: list[list[float]]) -> Measured:
    count = len(minutes)
    start = int(to_utc(np.array([20_000 * DAY]))[0])
    return Measured(
        meter=np.zeros(count, np.int64),
        at=start + np.array(minutes) * MINUTE,
        voltage=np.zeros((count, 3)),
        current=np.zeros((count, 3)),
        power=np.array(kilowatts, dtype=float),
    )


def test_power_adds_up_to_energy() -> None:
    quarters = list(range(0, 1441, 15))
    found = measured_energy(power(quarters, [[0.1, 0.2, 0.3]] * 97), ONE, gap_minutes=60)
    assert found.on.tolist() == [20_000]
    assert found.energy_kwh.tolist() == [pytest.approx(24 * 0.6 * 40)]


def test_a_day_that_is_not_covered_has_no_energy() -> None:
    some = [m for m in range(0, 1441, 15) if not 600 < m < 720]
    found = measured_energy(power(some, [[0.1, 0.2, 0.3]] * len(some)), ONE, gap_minutes=60)
    assert np.isnan(found.energy_kwh).all()
    unknown = [[0.1, NOTHING, 0.3]] * 97
    nothing = measured_energy(power(list(range(0, 1441, 15)), unknown), ONE, gap_minutes=60)
    assert len(nothing) == 0


def test_a_wiring_has_the_power_of_its_phases_and_what_flows_out_adds_nothing() -> None:
    quarters = list(range(0, 1441, 15))
    three_wire = points(np.array([2], np.uint8))
    rows = [[0.5, NOTHING, 0.5]] * 96 + [[-0.5, NOTHING, -0.5]]
    found = measured_energy(power(quarters, rows), three_wire, gap_minutes=60)
    assert found.energy_kwh.tolist() == [pytest.approx(24 - 0.125)]


def test_days_out_of_order_are_refused() -> None:
    with pytest.raises(TableError, match="sort by meter and day"):
        days([1.0, 1.0], on=[1, 1])
    assert date(1970, 1, 1) + timedelta(19844) == date(2024, 5, 1)


def test_what_flows_out_is_not_no_use() -> None:
    assert names(days([0.0] * 7)) == [("zero_energy", 0)]
    assert names(days([-4.0] * 14)) == []
    assert names(days([0.0] * 6 + [-0.001] + [0.0] * 6)) == []
