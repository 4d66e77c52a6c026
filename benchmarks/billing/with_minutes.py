"""Energy by period and the highest demand of interval data, with the library and with pandas."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.billing.minutes import HOURS, Minutes, Rows
from benchmarks.cases import Answer, Read, Run
from powerchannel.billing.intervals import (
    DemandRule,
    IntervalEnergy,
    IntervalGrid,
    PeriodTable,
    compile_calendar,
    measure_intervals,
    measure_profiles,
)
from powerchannel.billing.records import PERIODS
from powerchannel.billing.tariff import Calendar, Span
from powerchannel.ids import Ids
from powerchannel.rulebook import Provenance
from powerchannel.times import to_local

__all__ = ["ours", "ours_by_row", "ours_shuffled", "with_pandas", "with_pandas_by_row"]

_US_OF_A_MINUTE = 60_000_000
_SLIDING = DemandRule(minutes=15, moves="sliding")


def ours(made: Minutes) -> Run:
    """Measure whole profiles."""
    energy_wh, periods, meters = made.energy_wh, _periods(), _meters(made.count)

    def run() -> Read:
        found = measure_profiles(
            energy_wh, meters=meters, grid=made.grid, periods=periods, demand=_SLIDING
        )
        return lambda: _answer(found, made.grid)

    return run


def with_pandas(made: Minutes) -> Run:
    """Sum the columns of each period, and roll a window over all rows: time down, meters across."""
    frame, hours = pd.DataFrame(made.energy_wh.T), np.arange(made.grid.slots) // 60 % 24

    def run() -> Read:
        by_period = frame.groupby(_codes()[hours]).sum()
        rolled = frame.rolling(_SLIDING.minutes).sum()
        highest, last = rolled.max(), rolled.idxmax().to_numpy()
        return lambda: _pandas_answer(by_period.T, highest * 4, last - _SLIDING.minutes + 1)

    return run


def ours_by_row(made: Rows) -> Run:
    """Measure rows, meter by meter."""
    return _by_row(made, slice(None))


def ours_shuffled(made: Rows) -> Run:
    """Measure rows in no order."""
    return _by_row(made, made.order)


def _by_row(made: Rows, order: slice | NDArray[np.intp]) -> Run:
    meter, started, energy = (column[order] for column in made.columns)
    ids, periods = _meters(made.count).take(meter), _periods()

    def run() -> Read:
        found = measure_intervals(
            ids, started, energy, grid=made.grid, periods=periods, demand=DemandRule()
        )
        return lambda: _answer(found, made.grid)

    return run


def with_pandas_by_row(made: Rows) -> Run:
    """Drop what is there twice, group, sum; of equal demands the first."""
    meter, started, energy = made.columns
    frame = pd.DataFrame({"meter": meter, "started": started, "energy": energy})

    def run() -> Read:
        rows = frame.drop_duplicates()
        local = to_local(rows["started"].to_numpy())
        period = _codes()[local // _US_OF_A_MINUTE // 60 % 24]
        by_period = rows.groupby(["meter", period])["energy"].sum().unstack(fill_value=0)
        most = rows.loc[rows.groupby("meter")["energy"].idxmax()].set_index("meter")
        began = to_local(most["started"].to_numpy()) // _US_OF_A_MINUTE - made.grid.first_minute
        return lambda: _pandas_answer(by_period, most["energy"] * 4, began)

    return run


def _meters(count: int) -> Ids:
    return Ids.from_text([str(10**9 + at) for at in range(count)])


def _periods() -> PeriodTable:
    night = Span(period="valley", from_time=f"{HOURS[-1][1]:02}:00", to_time="24:00")
    spans = [
        Span(period=period, from_time=f"{start:02}:00", to_time=f"{end:02}:00")
        for start, end, period in HOURS
    ]
    assumed = Provenance(status="assumed", clause="made up")
    return compile_calendar(Calendar(spans=(*spans, night), provenance=assumed))


def _codes() -> NDArray[np.int64]:
    """Return the place of the period of each hour."""
    found = np.full(24, PERIODS.index("valley"))
    for start, end, period in HOURS:
        found[start:end] = PERIODS.index(period)
    return found


def _answer(found: IntervalEnergy, grid: IntervalGrid) -> Answer:
    assert found.period_wh is not None
    assert found.demand is not None
    return {
        "energy": found.period_wh,
        "demand": found.demand.highest_w,
        "began": found.demand.began_at.astype(np.int64) - grid.first_minute,
    }


def _pandas_answer(by_period: pd.DataFrame, highest: pd.Series, began: NDArray[np.int64]) -> Answer:
    every = by_period.reindex(columns=range(len(PERIODS)), fill_value=0)
    return {
        "energy": np.ascontiguousarray(every.to_numpy(np.int64)),
        "demand": highest.to_numpy(np.int64),
        "began": began,
    }
