"""Bills of interval data agree with those that PySAM made, which are kept in ``pysam.json``.

The benchmark ``tariffs`` compares 200 random tariffs where PySAM is installed.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path

import attrs
import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from powerchannel import billing, load_rulebook
from powerchannel.billing.intervals import (
    DemandRule,
    IntervalEnergy,
    IntervalGrid,
    compile_calendar,
    measure_profiles,
)
from powerchannel.billing.records import PERIODS
from powerchannel.billing.tariff import Tariff, from_case
from powerchannel.ids import Ids
from powerchannel.money import decimal_text

KEPT = json.loads((Path(__file__).parent / "pysam.json").read_text(encoding="utf-8"))
CASES = {case["number"]: case for case in KEPT["cases"]}
MONTHS = [date(2018 + month // 12, month % 12 + 1, 1) for month in range(13)]
ROUNDED = 0.005
"""By how much a line may be off: PySAM does not round [yuan]."""


class WorkingWeek:
    """Saturdays and Sundays are weekends; PySAM knows no holidays."""

    def kind(self, days: NDArray[np.datetime64]) -> NDArray[np.uint8]:
        return np.isin((days.astype(np.int64) + 3) % 7, (5, 6)).astype(np.uint8)


def profile(number: int, minutes: int) -> NDArray[np.int64]:
    """The formula that stands in the file."""
    slot = np.arange(365 * 24 * 60 // minutes)
    hour = slot * minutes // 60 % 24
    is_day = (hour >= 8) & (hour < 20)
    return (slot * 2654435761 + number * 40503) % 2**32 // 2**20 * (1 + is_day)


def measured(case: Mapping[str, object], tariff: Tariff) -> list[IntervalEnergy]:
    """Each month on its own."""
    minutes, rule = case["minutes"], tariff.time_of_use
    periods = None if rule is None else compile_calendar(rule.calendar, day_types=WorkingWeek())
    energy, first, found = profile(case["number"], minutes)[None], 0, []
    for start, end in pairwise(MONTHS):
        grid = IntervalGrid(start=start, end=end, minutes=minutes)
        part = energy[:, first : first + grid.slots]
        first += grid.slots
        found.append(
            measure_profiles(
                part,
                meters=Ids.from_text(["m"]),
                grid=grid,
                periods=periods,
                demand=DemandRule(minutes=minutes),
            )
        )
    return found


def readings(found: list[IntervalEnergy]) -> pd.DataFrame:
    """What the registers of the meter would have shown."""
    if found[0].period_wh is None:
        names, energy = ["active_total"], np.array([month.total_wh for month in found])
    else:
        names = [f"active_{period}" for period in PERIODS]
        energy = np.concatenate([month.period_wh for month in found])
    shown = np.concatenate([np.zeros((1, len(names)), np.int64), energy.cumsum(axis=0)])
    rows = [
        (n, day, wh)
        for day, line in zip(MONTHS, shown, strict=True)
        for n, wh in zip(names, line, strict=True)
    ]
    rows += [
        ("max_demand", day, month.demand.highest_w[0])
        for day, month in zip(MONTHS[1:], found, strict=True)
    ]
    table = pd.DataFrame(rows, columns=["register", "read_on", "reading"])
    table["read_on"] = table["read_on"].astype(str)
    table["reading"] = decimal_text(table["reading"].to_numpy(np.int64), 3)
    return table.assign(meter_id="m")


@cache
def bills(number: int) -> tuple[billing.Result, ...]:
    case = CASES[number]
    editions = tuple(from_case(e, name="t", source="PySAM") for e in case["editions"])
    days = [day.isoformat() for day in MONTHS]
    tables = billing.check(
        accounts={
            "account_id": ["a"] * 12,
            "tariff": ["t"] * 12,
            "started_on": days[:-1],
            "ended_on": days[1:],
        },
        meters={"meter_id": ["m"], "account_id": ["a"], "multiplier": ["1"]},
        readings=readings(measured(case, editions[0])),
        adjustments={
            "account_id": ["a"] * 12,
            "code": ["customer_charge"] * 12,
            "group": ["system_operation"] * 12,
            "amount_yuan": [case["fixed_yuan"]] * 12,
            "period_ended_on": days[1:],
        },
    )
    assert tables.problems.empty
    state = billing.aggregate(tables)
    rules = attrs.evolve(load_rulebook("sgcc-2024"), tariffs=editions)
    return tuple(billing.evaluate(state, rules, as_of=day[:7]) for day in days[:-1])


@pytest.mark.parametrize(
    ("group", "charged"),
    [("catalogue", "energy"), ("capacity", "demand"), ("system_operation", "fixed_charge")],
)
@pytest.mark.parametrize("number", CASES)
def test_every_month_agrees_within_the_rounding_of_its_lines(
    number: int, group: str, charged: str
) -> None:
    for result, theirs in zip(bills(number), CASES[number][f"{charged}_yuan"], strict=True):
        lines = result.lines[result.lines["group"] == group]
        ours = lines["amount_fen"].sum() / 100
        assert abs(ours - theirs) <= ROUNDED * len(lines) + 1e-6, (result.as_of, ours, theirs)


def test_the_cases_have_what_they_are_for() -> None:
    kept = [edition for case in CASES.values() for edition in case["editions"]]
    has = Counter(key for edition in kept for key in edition)
    assert len(CASES) == 5
    assert {case["minutes"] for case in CASES.values()} == {15, 60}
    assert has["tiers"] >= 3
    assert has["time_of_use"] >= 3
    assert has["capacity_charge"] >= 3
    assert all(any(case["energy_yuan"]) for case in CASES.values())
