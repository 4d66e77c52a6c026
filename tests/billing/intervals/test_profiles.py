from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from powerchannel.billing.intervals import measure_intervals
from powerchannel.billing.intervals.calendar import compile_calendar
from powerchannel.billing.intervals.grid import DemandRule, IntervalGrid
from powerchannel.billing.intervals.profiles import measure_profiles
from powerchannel.billing.tariff.time_of_use import Calendar, Span
from powerchannel.errors import TableError
from powerchannel.ids import Ids
from powerchannel.rulebook import Provenance
from powerchannel.tables import NO_NUMBER
from powerchannel.times import to_utc

SPANS = (
    Span(period="valley", from_time="00:00", to_time="07:00"),
    Span(period="flat", from_time="07:00", to_time="24:00"),
    Span(period="sharp", from_time="18:00", to_time="21:00", months=(1, 7)),
)
PERIODS = compile_calendar(
    Calendar(spans=SPANS, provenance=Provenance(status="assumed", clause="test"))
)


RULES = [
    *(DemandRule(minutes=minutes) for minutes in (15, 30, 60)),
    *(DemandRule(minutes=minutes, moves="sliding") for minutes in (15, 30)),
]


def grid_of(days: int, minutes: int) -> IntervalGrid:
    start = date(2025, 1, 31)
    return IntervalGrid(start=start, end=start + timedelta(days=days), minutes=minutes)


def ids(count: int) -> Ids:
    return Ids.from_text([f"{at:04}" for at in range(count)])


@pytest.mark.parametrize("block", [1, 1 << 19])
@given(
    count=st.integers(0, 4),
    days=st.integers(1, 3),
    minutes=st.sampled_from([1, 5, 10, 15, 30, 60]),
    rule=st.sampled_from(RULES),
    most=st.sampled_from([0, 2, 10**9]),
    seed=st.integers(0, 999),
)
def test_a_matrix_comes_out_as_its_rows(
    block: int, count: int, days: int, minutes: int, rule: DemandRule, most: int, seed: int
) -> None:
    grid = grid_of(days, minutes)
    rng = np.random.default_rng(seed)
    energy, reactive = rng.integers(0, most + 1, (2, count, grid.slots))
    fits = rule.minutes % minutes == 0 and (rule.moves == "block" or minutes == 1)
    demand = rule if fits else None
    started = to_utc(grid.times(np.arange(grid.slots)).astype("datetime64[us]").astype(np.int64))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("powerchannel.billing.intervals.profiles._BLOCK_CELLS", block)
        whole = measure_profiles(
            energy, reactive, meters=ids(count), grid=grid, periods=PERIODS, demand=demand
        )
    rows = measure_intervals(
        ids(count).take(np.repeat(np.arange(count), grid.slots)),
        np.tile(started, count),
        energy.ravel(),
        reactive.ravel(),
        grid=grid,
        periods=PERIODS,
        demand=demand,
    )
    pd.testing.assert_frame_equal(whole.table, rows.table)


def test_what_is_not_asked_for_is_not_there() -> None:
    grid = grid_of(1, 60)
    found = measure_profiles(np.ones((2, 24), np.int64), meters=ids(2), grid=grid)
    assert (found.period_wh, found.reactive_varh, found.demand) == (None, None, None)
    assert found.total_wh.tolist() == [24, 24]
    assert "reactive" not in found.counts


@pytest.mark.parametrize(
    ("energy", "error", "words"),
    [
        (np.zeros((1, 23), np.int64), TableError, r"the shape is \(1, 23\), not \(1, 24\)"),
        (np.zeros((1, 24)), TypeError, "not float64"),
        (np.append(np.zeros(23, np.int64), -1)[None], TableError, "1 values .*profile 0, slot 23"),
        (np.full((1, 24), NO_NUMBER), TableError, "24 values are missing or negative"),
        (np.full((1, 24), 2**60), OverflowError, "24 of them could pass int64"),
    ],
)
def test_profiles_that_are_refused(
    energy: NDArray[np.int64], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        measure_profiles(energy, meters=ids(1), grid=grid_of(1, 60))
    with pytest.raises(error, match=words):
        measure_profiles(np.zeros((1, 24), np.int64), energy, meters=ids(1), grid=grid_of(1, 60))
