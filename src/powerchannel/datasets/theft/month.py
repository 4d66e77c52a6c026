"""A month to look for theft in, made up, with planted truth (模拟窃电分析月)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import numpy as np
import pandas as pd
from attrs import frozen
from numpy.typing import NDArray

from powerchannel.datasets.made import MadeUp
from powerchannel.datasets.options import require
from powerchannel.datasets.streams import stream
from powerchannel.datasets.theft.circuits import Circuit, simulated_circuits
from powerchannel.datasets.theft.days import HOURS, Calendar, calendar_of
from powerchannel.datasets.theft.inspecting import (
    CONFIRMED,
    NO_ACCESS_SHARE,
    earlier_inspections,
    inspections_frame,
)
from powerchannel.datasets.theft.planted import draw_cases
from powerchannel.datasets.theft.readings import readings_table
from powerchannel.datasets.theft.registers import (
    Registers,
    counted,
    short_outages,
    with_case_use,
    with_panels,
)
from powerchannel.datasets.theft.shown import shown_days
from powerchannel.datasets.theft.supply import Supply, draw_supply
from powerchannel.datasets.theft.tables import Tables
from powerchannel.datasets.theft.use import daily_use, hourly_power
from powerchannel.periods import format_month, parse_month
from powerchannel.registry import Registry
from powerchannel.text import Text
from powerchannel.theft.tables import SCHEMAS
from powerchannel.theft.tables.words import SELECTIONS

__all__ = ["TheftMonth", "theft_month"]

_MOST_CUSTOMERS = 100_000
_SELECTIONS: Registry[str] = Registry(
    Text("选取方式", "way of choosing"), {code.code: code.code for code in SELECTIONS}
)


@frozen(kw_only=True, eq=False, repr=False)
class TheftMonth(MadeUp):
    """The tables of a made-up month to look for theft in, and what is planted (模拟窃电分析月).

    Times are local (Asia/Shanghai) and without an offset. Columns that repeat few values are
    categories.

    Parameters
    ----------
    points, phase_readings, daily, inspections, events, outages, areas, weather : DataFrame
        The tables of the theft domain. Daily use, areas and weather are of the window that the
        bundled rulebook looks at, phase readings of the last month, hour by hour, inspections of
        the year before the window.
    truth : DataFrame
        One row a customer with a planted case: customer_id, case (a name of
        `powerchannel.datasets.theft.CASES`), cause (a code of `powerchannel.theft.causes.CAUSES`),
        rule_id (the electrical rule that must fire; missing where none need), started_on, lost_kwh
        (true energy of the window that was not recorded [kWh]; negative where more was).
    as_of : str
        The month.
    seed : int
        The seed it was made from.
    """

    written = (
        *("points", "phase_readings", "daily", "inspections", "events", "outages"),
        *("areas", "weather"),
    )
    hidden = ("truth",)
    schemas = SCHEMAS

    points: pd.DataFrame
    phase_readings: pd.DataFrame
    daily: pd.DataFrame
    inspections: pd.DataFrame
    events: pd.DataFrame
    outages: pd.DataFrame
    areas: pd.DataFrame
    weather: pd.DataFrame
    truth: pd.DataFrame
    as_of: str
    seed: int

    @property
    def tables(self) -> Mapping[str, pd.DataFrame]:
        """What ``theft.check`` takes (窃电分析输入表)."""
        return {name: self.table(name) for name in self.written}

    def inspected(
        self,
        customer_ids: Iterable[str],
        on: date | str,
        *,
        chosen_by: str | Sequence[str] = "model",
        propensity: float | Sequence[float] | None = None,
    ) -> pd.DataFrame:
        """Return what crews find when they go there (现场检查结果).

        Theft, a meter fault or a wiring mistake is found from the day it began, with a number and
        the energy lost until then (that of the window, day by day alike); anything else is
        nothing to them. One in sixteen does not let them in.

        Parameters
        ----------
        customer_ids : iterable of str
            Whom to visit, each once.
        on : date or str
            The day.
        chosen_by : {"model", "random", "tip"} or a sequence of them
            For everybody, or for each.
        propensity : float or sequence of float, optional
            How likely they were to be chosen.

        Returns
        -------
        DataFrame
            The columns of the table ``inspections``, in the order of the customers.

        Raises
        ------
        UnknownNameError
            For a customer that there is not, and another way of choosing.

        Examples
        --------
        >>> made = theft_month(200, seed=1, cases=1)
        >>> thief = made.truth.loc[made.truth["case"] == "scaled", "customer_id"]
        >>> found = made.inspected(thief, "2025-04-10")
        >>> found[["finding", "chosen_by"]].values.tolist()
        [['theft', 'model']]
        """
        day = np.datetime64(str(on), "s")
        names = list(customer_ids)
        known = Registry(Text("户号", "customer"), dict.fromkeys(self.points["customer_id"]))
        for name in names:
            known.get(name)
        truth = self.truth.set_index("customer_id").reindex(names)
        began = truth["started_on"].to_numpy("datetime64[s]")
        cause = truth["cause"].astype(object).fillna("").to_numpy().astype(np.str_)
        is_there = np.isin(cause, CONFIRMED) & (began <= day)
        finding = np.where(is_there, cause, "normal")
        ways = [chosen_by] * len(names) if isinstance(chosen_by, str) else list(chosen_by)
        return inspections_frame(
            np.array(names, np.bytes_),
            np.full(len(names), day),
            np.where(self._is_away(names, day), "no_access", finding),
            chosen_by=np.array([_SELECTIONS.get(way) for way in ways], np.str_),
            propensity=np.broadcast_to(
                np.array(np.nan if propensity is None else propensity, np.float64), len(names)
            ),
            recovered_kwh=np.maximum(truth["lost_kwh"].to_numpy(np.float64), 0)
            * self._share_until(began, day),
        )

    def _is_away(self, names: list[str], day: np.datetime64) -> NDArray[np.bool_]:
        ids = pd.Index(self.points["customer_id"].unique())
        number = int(day.astype("datetime64[D]").astype(np.int64))
        draws = stream(self.seed, "theft_visits", number).random(len(ids))
        return np.asarray(draws[ids.get_indexer(names)] < NO_ACCESS_SHARE)

    def _share_until(
        self, began: NDArray[np.datetime64], day: np.datetime64
    ) -> NDArray[np.float64]:
        """Return how much of what was lost in the window was lost by a day."""
        window = self.weather["on"].to_numpy("datetime64[s]")
        first, end = np.maximum(began, window[0]), window[-1] + np.timedelta64(1, "D")
        whole = (end - first) / np.timedelta64(1, "D")
        return np.asarray(np.clip((day - first) / np.timedelta64(1, "D") / whole, 0, 1))

    def __repr__(self) -> str:
        rows = self._counted(("points", "phase_readings", "daily", "truth"))
        return f"TheftMonth(as_of={self.as_of!r}, seed={self.seed}; {rows})"


def theft_month(
    customers: int = 1000, *, seed: int = 1, as_of: str = "2025-03", cases: int = 3
) -> TheftMonth:
    """Make up a month to look for theft in, with planted cases of every cause (生成模拟窃电分析月).

    Of a hundred customers 88 are homes, eight shops, three works and one a mill with its own
    transformer. The others share transformer areas of 15 to 60 customers, whose supply is all that
    is truly used, a technical loss, and the noise of a meter. Use follows the kind of day, the
    temperature and chance; three homes in a hundred have panels. Voltages and currents are there
    of shops, works, mills and one home in twenty.

    What meters with a fault read comes from `powerchannel.theft.simulate`. With four areas or more
    the smallest has no supply for some days, and all of its customers are in the truth.

    Customers are 0600000000001 and on, meters 0700000000001, new ones 0800000000001.

    Parameters
    ----------
    customers : int
        How many, from 1 to 100,000; ten thousand take some seconds and 1 GB.
    seed : int
        0 or more. The same arguments give the same tables.
    as_of : str
        The month.
    cases : int
        How many customers have each kind of case, 0 or more; fewer where there are not so many
        that could.

    Returns
    -------
    TheftMonth

    Raises
    ------
    ValueError
        When an argument is out of its range.

    Examples
    --------
    >>> made = theft_month(200, seed=1, cases=1)
    >>> made.truth.loc[made.truth["case"] == "current_opened", "rule_id"].tolist()
    ['current_loss']
    """
    require(1 <= customers <= _MOST_CUSTOMERS, "customers", customers, f"1 - {_MOST_CUSTOMERS:,}")
    require(seed >= 0, "seed", seed, ">= 0")
    require(cases >= 0, "cases", cases, ">= 0")
    month = np.datetime64(parse_month(as_of), "M")
    calendar = calendar_of(month, seed)
    plain = draw_supply(customers, seed)
    planted = draw_cases(plain, calendar, cases, seed)
    supply = with_panels(plain, planted)
    outages = short_outages(supply, calendar.month, seed)
    used = with_case_use(daily_use(supply, calendar, seed), supply, planted, outages)
    whole = np.union1d(planted.rows("circuit"), np.flatnonzero(supply.solar_kw > 0))
    power = _power(supply, whole, used, calendar, 0, seed)
    net_kw = dict(zip(whole.tolist(), power, strict=True))
    circuits = simulated_circuits(supply, planted, calendar, net_kw, seed)
    registers = counted(supply, used, planted, circuits, net_kw, seed)
    make = Tables(supply=supply, cases=planted, calendar=calendar, seed=seed)
    return TheftMonth(
        points=make.points(),
        phase_readings=_readings(make, registers, used, net_kw, circuits),
        daily=make.daily(shown_days(supply, planted, registers, make.is_dark, seed)),
        inspections=earlier_inspections(make.customer_ids, supply.mean_kwh, calendar.on[0], seed),
        events=make.events(circuits),
        outages=make.outages(outages),
        areas=make.areas(registers),
        weather=make.weather(),
        truth=make.truth(registers),
        as_of=format_month(int(month.astype(np.int64))),
        seed=seed,
    )


def _power(
    supply: Supply,
    rows: NDArray[np.int64],
    used: NDArray[np.int64],
    calendar: Calendar,
    since: int,
    seed: int,
) -> NDArray[np.float64]:
    if not len(rows):
        return np.zeros((0, 0))
    return hourly_power(supply, rows, used, calendar, since=since, seed=seed).net_kw


def _readings(
    make: Tables,
    registers: Registers,
    used: NDArray[np.int64],
    net_kw: Mapping[int, NDArray[np.float64]],
    circuits: Mapping[int, Circuit],
) -> pd.DataFrame:
    """Return the readings; a meter that is passed by sees no more than it counts."""
    supply, calendar = make.supply, make.calendar
    is_plain = supply.has_readings.copy()
    is_plain[list(circuits)] = False
    panels = np.flatnonzero(is_plain & (supply.solar_kw > 0))
    others = np.flatnonzero(is_plain & (supply.solar_kw == 0))
    seen = registers.net.copy()
    stopped = make.cases.rows("stopped")
    seen[stopped] = used[stopped]
    power = _power(supply, others, seen, calendar, calendar.month, make.seed)
    hours = (len(calendar) - calendar.month) * HOURS
    solar = np.array([net_kw[int(row)][-hours:] for row in panels]).reshape(-1, hours)
    return readings_table(
        supply,
        calendar,
        np.concatenate([power.reshape(-1, hours), solar]),
        np.append(others, panels),
        circuits,
        make.is_dark[:, calendar.month :],
        customers=make.customer_ids,
        meters=make.meter_ids,
        meter=make.meter[:, calendar.month :],
        seed=make.seed,
    )
