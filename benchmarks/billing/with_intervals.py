"""The library's sides of interval data: profiles to energy and demand, and the bills of a year."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.billing.answers import MonthlyBills
from benchmarks.billing.data import laid_out
from benchmarks.billing.profiles import Profiles
from benchmarks.billing.random_tariffs import (
    FIXED,
    FIXED_GROUP,
    MONTHS,
    YEAR,
    RandomTariff,
    WorkingWeek,
)
from benchmarks.cases import Answer, Read, Run
from powerchannel import billing
from powerchannel.billing.batch import bill
from powerchannel.billing.batch.results.block import Block
from powerchannel.billing.intervals import (
    DemandRule,
    PeriodTable,
    compile_calendar,
    measure_profiles,
)
from powerchannel.billing.records import PERIODS
from powerchannel.billing.rules import Rulebook
from powerchannel.billing.state import GROUP, MONTH, State
from powerchannel.billing.tables.words import REGISTERS
from powerchannel.ids import Ids
from powerchannel.money import decimal_text
from powerchannel.periods import parse_month
from powerchannel.rulebook import load_rulebook

__all__ = ["measured_alone", "profiles", "tariffs", "through_frames"]

_DAYS = np.array(MONTHS, "datetime64[D]")
_AS_OF = tuple(f"{YEAR}-{month:02}" for month in range(1, 13))
_ROWS = {code.code: row for row, code in enumerate(REGISTERS)}


def tariffs(made: Sequence[RandomTariff]) -> Run:
    """Bill each random tariff with its own profile, through the tables and verbs of everybody."""
    rules, loads = _rules(made), [one.by_month(one.energy_wh()[None]) for one in made]
    tables = [_table(one) for one in made]

    def run() -> Read:
        frames = [
            _frames(one, [one.name], load, table)
            for one, load, table in zip(made, loads, tables, strict=True)
        ]
        return _billed(_joined(frames), rules, len(made))

    return run


def through_frames(made: Profiles) -> Run:
    """Bill many profiles through the tables and verbs of everybody."""
    rules, table, energy_wh = _rules([made.tariff]), _table(made.tariff), made.months
    ids = [f"{10**9 + at}" for at in range(made.count)]

    def run() -> Read:
        return _billed(_frames(made.tariff, ids, energy_wh, table), rules, made.count)

    return run


def profiles(made: Profiles) -> Run:
    """Bill many profiles; what they come to is laid out as a month's sorted columns."""
    rules, table, energy_wh = _rules([made.tariff]), _table(made.tariff), made.months
    keys = 10**9 + np.arange(made.count)

    def run() -> Read:
        period_wh, demand_w = _measured(made.tariff, energy_wh, table)
        blocks = []
        for at, as_of in enumerate(_AS_OF):
            state = _month(made.tariff, keys, at, period_wh[:, at], demand_w[:, at])
            batch = bill(state, rules, as_of)
            assert batch.is_billed.all(), batch.why
            blocks.append(batch.blocks[0])
        return lambda: _read(blocks)

    def _read(blocks: list[Block]) -> Answer:
        fen = np.array([[line.amount for line in block.lines] for block in blocks])
        is_demand = np.array([line.group == "capacity" for line in blocks[0].lines])
        energy, demand = (fen[:, kept].sum(axis=1).T / 100 for kept in (~is_demand, is_demand))
        return MonthlyBills(
            energy=energy,
            demand=demand,
            fixed=np.zeros_like(demand),
            energy_lines=int((~is_demand).sum()),
        ).answer

    return run


def measured_alone(made: Profiles) -> Run:
    """Measure many profiles, and bill nothing."""
    table, energy_wh = _table(made.tariff), made.months

    def run() -> Read:
        _measured(made.tariff, energy_wh, table)
        return dict

    return run


def _rules(made: Iterable[RandomTariff]) -> Rulebook:
    policy = load_rulebook("sgcc-2024")
    assert isinstance(policy, Rulebook)
    editions = tuple(edition for one in made for edition in one.editions())
    return attrs.evolve(policy, tariffs=editions)


def _table(one: RandomTariff) -> PeriodTable | None:
    rule = one.editions()[0].time_of_use
    if rule is None or rule.calendar is None:
        return None
    return compile_calendar(rule.calendar, day_types=WorkingWeek())


def _measured(
    one: RandomTariff, energy_wh: Sequence[NDArray[np.int64]], table: PeriodTable | None
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return energy by customer, month and period [Wh], and the highest demand by month [W]."""
    meters = Ids.from_text([str(at) for at in range(len(energy_wh[0]))])
    rule = DemandRule(minutes=one.minutes)
    period_wh, demand_w = [], []
    for month, part in enumerate(energy_wh, start=1):
        grid = one.grid(month)
        found = measure_profiles(part, meters=meters, grid=grid, periods=table, demand=rule)
        period_wh.append(found.total_wh[:, None] if found.period_wh is None else found.period_wh)
        demand_w.append(found.demand.highest_w)
    return np.stack(period_wh, axis=1), np.stack(demand_w, axis=1)


def _frames(
    one: RandomTariff,
    ids: list[str],
    energy_wh: Sequence[NDArray[np.int64]],
    table: PeriodTable | None,
) -> dict[str, pd.DataFrame]:
    """Return what a collection system would hand over: registers that went on from month to month.

    The highest demand of a month is a reading of its last day.
    """
    period_wh, demand_w = _measured(one, energy_wh, table)
    count, days = len(ids), _DAYS.astype("datetime64[s]")
    names = ["active_total"] if table is None else [f"active_{period}" for period in PERIODS]
    shown = np.zeros((count, len(days), len(names) + 1), np.int64)
    shown[:, 1:, :-1] = period_wh.cumsum(axis=1)
    shown[:, 1:, -1] = demand_w
    owners, registers = np.array(ids, object), np.array([*names, "max_demand"], object)
    each = shown[0].size
    found = {
        "readings": pd.DataFrame(
            {
                "meter_id": np.repeat(owners, each),
                "register": np.tile(registers, count * len(days)),
                "read_on": np.tile(np.repeat(days, len(registers)), count),
                "reading": decimal_text(shown.reshape(-1), 3).astype(object),
            }
        ),
        "accounts": pd.DataFrame(
            {
                "account_id": np.repeat(owners, len(days) - 1),
                "tariff": one.name,
                "started_on": np.tile(days[:-1], count),
                "ended_on": np.tile(days[1:], count),
            }
        ),
        "meters": pd.DataFrame({"meter_id": owners, "account_id": owners, "multiplier": "1"}),
    }
    if one.fixed:
        found["adjustments"] = pd.DataFrame(
            {
                "account_id": np.repeat(owners, len(days) - 1),
                "code": FIXED,
                "group": FIXED_GROUP,
                "amount_yuan": str(one.fixed),
                "period_ended_on": np.tile(days[1:], count),
            }
        )
    return found


def _joined(parts: Sequence[Mapping[str, pd.DataFrame]]) -> dict[str, pd.DataFrame]:
    names = dict.fromkeys(name for part in parts for name in part)
    return {
        name: pd.concat([part[name] for part in parts if name in part], ignore_index=True)
        for name in names
    }


def _billed(frames: Mapping[str, pd.DataFrame], rules: Rulebook, count: int) -> Read:
    tables = billing.check(**frames)
    assert tables.problems.empty, tables.problems
    state = billing.aggregate(tables)
    results = [billing.evaluate(state, rules, as_of=month) for month in _AS_OF]
    order = frames["meters"]["meter_id"].tolist()
    wide = [result.wide.set_index("group_id").loc[order] for result in results]

    def read() -> Answer:
        lines = [r.lines[r.lines["group"] == "catalogue"].groupby("group_id") for r in results]
        most = np.stack([found.size().reindex(order, fill_value=0) for found in lines], axis=1)
        energy, demand, fixed = (
            np.stack([month[f"{group}_fen"] / 100 for month in wide], axis=1)
            for group in ("catalogue", "capacity", FIXED_GROUP)
        )
        assert energy.shape == (count, len(_AS_OF))
        return MonthlyBills(
            energy=energy, demand=demand, fixed=fixed, energy_lines=np.maximum(most, 1)
        ).answer

    return read


def _month(
    one: RandomTariff,
    keys: NDArray[np.int64],
    at: int,
    period_wh: NDArray[np.int64],
    demand_w: NDArray[np.int64],
) -> State:
    """Lay a month out as `aggregate` does: registers that begin with nothing."""
    count, start, end = len(keys), *_DAYS[at : at + 2].astype(np.int64).tolist()
    month = np.full(count, parse_month(_AS_OF[at]))
    whose = {GROUP: keys, MONTH: month, "account_id": keys}
    shown = np.zeros((count, len(PERIODS) + 1, 2), np.int64)
    shown[:, :-1, 1], shown[:, -1, 1] = period_wh, demand_w
    registers = [_ROWS[name] for name in (*(f"active_{p}" for p in PERIODS), "max_demand")]
    owners = np.repeat(keys, shown[0].size)
    return laid_out(
        {
            "accounts": {
                **whose,
                "tariff": np.full(count, -1),
                "started_on": np.full(count, start),
                "ended_on": np.full(count, end),
            },
            "meters": {**whose, "meter_id": keys, "multiplier": np.full(count, 10**6)},
            "readings": {
                GROUP: owners,
                "meter_id": owners,
                "register": np.tile(np.repeat(registers, 2), count),
                "read_on": np.tile([start, end], count * len(registers)),
                "reading": shown.reshape(-1) * 10**3,
                "status": np.zeros(len(owners)),
            },
        },
        one.name,
    )
