"""The tables of a made-up theft month, as systems of a utility give them (窃电分析数据表)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property

import numpy as np
import pandas as pd
from attrs import frozen
from numpy.typing import NDArray

from powerchannel.datasets.frames import categorical, texts
from powerchannel.datasets.streams import fixed_digits, stream
from powerchannel.datasets.theft.cases import CASES
from powerchannel.datasets.theft.circuits import Circuit
from powerchannel.datasets.theft.days import HOURS, Calendar
from powerchannel.datasets.theft.planted import Cases
from powerchannel.datasets.theft.registers import Outage, Registers
from powerchannel.datasets.theft.shown import Shown
from powerchannel.datasets.theft.supply import KINDS, Supply
from powerchannel.theft.simulate.wirings import WIRINGS, wiring_named
from powerchannel.theft.tables.words import DAY_STATUSES, EVENTS

__all__ = ["Tables"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_FIRST_CUSTOMER, _FIRST_METER, _FIRST_NEW_METER = 600_000_000_001, 700_000_000_001, 800_000_000_001
_AREA_NOISE = 0.003
_SECONDS_PER_HOUR = 3600
_OLDEST_DAYS, _NEWEST_DAYS = 3000, 200
_NOT_YET = np.datetime64("NaT", "s")
_INDUSTRIES = tuple(name for kind in KINDS for name in kind.industries)
_FIRST_INDUSTRY = np.cumsum([0, *(len(kind.industries) for kind in KINDS)])[:-1]
_COVER = "terminal_cover_opened"
_SWAP_HOUR = 10


@frozen(kw_only=True, eq=False, slots=False)
class Tables:
    """Makes the tables (生成数据表).

    Parameters
    ----------
    supply : Supply
        The customers.
    cases : Cases
        Who has which case.
    calendar : Calendar
        The days.
    seed : int
        The seed of the month.
    """

    supply: Supply
    cases: Cases
    calendar: Calendar
    seed: int

    @cached_property
    def customer_ids(self) -> NDArray[np.bytes_]:
        """The numbers of the customers: 0600000000001 and on (户号)."""
        return _numbered(_FIRST_CUSTOMER, len(self.supply))

    @cached_property
    def meter_ids(self) -> NDArray[np.bytes_]:
        """Those of meters: 0700000000001 and on, of new ones 0800000000001 and on (表号)."""
        new = _numbered(_FIRST_NEW_METER, len(self._replaced))
        return np.append(_numbered(_FIRST_METER, len(self.supply)), new)

    @cached_property
    def meter(self) -> Ints:
        """The position in `meter_ids` of each customer's meter on each day (当日电能表)."""
        found = np.repeat(np.arange(len(self.supply))[:, None], len(self.calendar), axis=1)
        for new, row in enumerate(self._replaced):
            found[row, self.cases.first[row] :] = len(self.supply) + new
        return found

    @cached_property
    def installed_on(self) -> NDArray[np.datetime64]:
        """When the meters went on (装表日期)."""
        span = _OLDEST_DAYS - _NEWEST_DAYS
        ago = _NEWEST_DAYS + (self.supply.draws[:, 15] * span).astype(np.int64)
        return np.asarray(self.calendar.on[0] - ago, "datetime64[s]")

    @cached_property
    def is_dark(self) -> NDArray[np.bool_]:
        """When there is no supply the whole day, of shape (customers, days) (全天停电)."""
        day = np.arange(len(self.calendar))
        is_within = (day >= self.cases.first[:, None]) & (day < self.cases.stop[:, None])
        return np.asarray(self.cases.has("area_dark")[:, None] & is_within)

    def points(self) -> pd.DataFrame:
        """Return the metering points: a row a meter (计量点)."""
        count, replaced = len(self.supply), self._replaced
        row = np.append(np.arange(count), replaced)
        meter = np.arange(len(row))
        order = np.lexsort((meter, row))
        row, meter = row[order], meter[order]
        is_new = meter >= count
        swapped = self.calendar.on[self.cases.first[row]].astype("datetime64[s]")
        is_old = np.isin(row, replaced) & ~is_new
        supply, kind = self.supply, self.supply.kind[row]
        wirings = [wiring_named(k.wiring) for k in KINDS]
        generation = np.where(supply.solar_kw[row] > 0, 1, 0)
        generation[self.cases.has("exporting_unregistered")[row]] = -1
        return pd.DataFrame(
            {
                "customer_id": texts(self.customer_ids[row]),
                "meter_id": texts(self.meter_ids[meter]),
                "wiring": _words(kind, [k.wiring for k in KINDS], WIRINGS.names()),
                "rated_voltage_v": np.array([w.rated_voltage_v for w in wirings])[kind],
                "rated_current_a": supply.of_kind("rated_current_a")[row],
                "maximum_current_a": supply.of_kind("maximum_current_a")[row],
                "voltage_ratio": supply.of_kind("voltage_ratio")[row].astype(np.int64),
                "current_ratio": supply.current_ratio[row],
                "contract_capacity_kva": supply.capacity_kva[row],
                "area_id": categorical(supply.area[row], self._areas),
                "feeder_id": categorical(supply.feeder[row], self._feeders),
                "industry": categorical(_FIRST_INDUSTRY[kind] + supply.industry[row], _INDUSTRIES),
                "has_generation": categorical(generation, ("no", "yes")),
                "installed_on": np.where(is_new, swapped, self.installed_on[row]),
                "removed_on": np.where(is_old, swapped, _NOT_YET),
            }
        )

    def daily(self, shown: Shown) -> pd.DataFrame:
        """Return daily energies and readings (日电量表).

        Parameters
        ----------
        shown : Shown
            What the collecting system has of each day.
        """
        count, days = shown.energy_kwh.shape
        status = np.isnan(shown.energy_kwh).astype(np.int8)
        codes = [code.code for code in DAY_STATUSES]
        failed = np.array([codes.index("ok"), codes.index("failed")], np.int8)
        return pd.DataFrame(
            {
                "customer_id": categorical(
                    np.repeat(np.arange(count, dtype=np.int32), days), self.customer_ids
                ),
                "on": np.tile(self.calendar.on.astype("datetime64[s]"), count),
                "energy_kwh": shown.energy_kwh.reshape(-1),
                "reading_kwh": shown.reading_kwh.reshape(-1),
                "status": categorical(failed[status.reshape(-1)], codes),
            }
        )

    def areas(self, registers: Registers) -> pd.DataFrame:
        """Return what each area was supplied with (台区供电量表).

        All that is truly used, technical loss, and the noise of the area's meter.

        Parameters
        ----------
        registers : Registers
            With the true energies.
        """
        loss, days = self.supply.area_loss, len(self.calendar)
        used = np.zeros((len(loss) + 1, days))
        np.add.at(used, self.supply.area, registers.true_kwh)
        draws = stream(self.seed, "theft_area_meters", 0).random((len(loss), days, 3)).sum(axis=2)
        noisy = used[:-1] / (1 - loss)[:, None] * (1 + _AREA_NOISE * 2 * (draws - 1.5))
        return pd.DataFrame(
            {
                "area_id": categorical(np.repeat(np.arange(len(loss)), days), self._areas),
                "on": np.tile(self.calendar.on.astype("datetime64[s]"), len(loss)),
                "supplied_kwh": np.round(np.maximum(noisy, 0), 1).reshape(-1),
                "technical_loss_ratio": np.repeat(loss, days),
            }
        )

    def weather(self) -> pd.DataFrame:
        """Return the mean temperatures (气温表)."""
        on = self.calendar.on.astype("datetime64[s]")
        return pd.DataFrame({"on": on, "temperature_c": self.calendar.temperature_c})

    def outages(self, short: Iterable[Outage]) -> pd.DataFrame:
        """Return the outages of areas (停电表).

        Parameters
        ----------
        short : iterable of Outage
            Those of a few hours.
        """
        first_hour = self.calendar.on[0].astype("datetime64[h]")
        rows = [(o.area, o.day * HOURS + o.hour, o.hours) for o in short]
        for row in self.cases.rows("dark")[:1]:
            first, stop = int(self.cases.first[row]), int(self.cases.stop[row])
            rows.append((int(self.supply.area[row]), first * HOURS, (stop - first) * HOURS))
        area, hour, hours = np.array(sorted(rows), np.int64).reshape(-1, 3).T
        started = (first_hour + hour).astype("datetime64[s]")
        return pd.DataFrame(
            {
                "area_id": categorical(area, self._areas),
                "started_at": started,
                "ended_at": started + hours * _SECONDS_PER_HOUR,
            }
        )

    def events(self, circuits: Mapping[int, Circuit]) -> pd.DataFrame:
        """Return what meters reported (电能表事件表).

        Parameters
        ----------
        circuits : mapping of row to Circuit
            With the events of the simulator; a crew opens the cover of a meter it takes away.
        """
        codes = [code.code for code in EVENTS]
        rows = [
            (row, codes.index(code), began, ended)
            for row, circuit in circuits.items()
            for code, began, ended in _reported(circuit.simulated.events)
        ]
        for row in self._replaced:
            at = self.calendar.on[self.cases.first[row]].astype("datetime64[h]") - HOURS
            swapped = (at + _SWAP_HOUR).astype("datetime64[s]")
            rows.append((int(row), codes.index(_COVER), swapped, swapped + _SECONDS_PER_HOUR))
        rows.sort(key=lambda each: each[:2])
        row = np.array([each[0] for each in rows], np.int64)
        return pd.DataFrame(
            {
                "customer_id": texts(self.customer_ids[row]),
                "meter_id": texts(self.meter_ids[row]),
                "event": categorical(np.array([each[1] for each in rows], np.int64), codes),
                "phase": categorical(np.full(len(rows), -1, np.int8), ("a", "b", "c")),
                "started_at": np.array([each[2] for each in rows], "datetime64[s]"),
                "ended_at": np.array([each[3] for each in rows], "datetime64[s]"),
            }
        )

    def truth(self, registers: Registers) -> pd.DataFrame:
        """Return what is planted (植入真值表).

        Parameters
        ----------
        registers : Registers
            What is true, and what was counted.
        """
        row = np.flatnonzero(self.cases.code >= 0)
        code, cases = self.cases.code[row], list(CASES.values())
        is_before = np.array([case.begins == "before" for case in cases])[code]
        first = self.calendar.on[self.cases.first[row]].astype("datetime64[s]")
        digits = np.round(registers.net[row] * self.supply.ratio[row, None] / 100, 2)
        lost = (registers.true_kwh[row] - digits).sum(axis=1)
        causes = list(dict.fromkeys(case.cause for case in cases))
        rules = list(dict.fromkeys(case.rule for case in cases if case.rule))
        cause = np.array([causes.index(case.cause) for case in cases])
        rule = np.array([rules.index(case.rule) if case.rule else -1 for case in cases])
        return pd.DataFrame(
            {
                "customer_id": texts(self.customer_ids[row]),
                "case": categorical(code, list(CASES)),
                "cause": categorical(cause[code], causes),
                "rule_id": categorical(rule[code], rules),
                "started_on": np.where(is_before, self.installed_on[row], first),
                "lost_kwh": np.round(lost, 2) + 0.0,
            }
        )

    @cached_property
    def _replaced(self) -> NDArray[np.intp]:
        return self.cases.rows("replaced")

    @cached_property
    def _areas(self) -> list[str]:
        return [f"T{number + 1:04d}" for number in range(len(self.supply.area_loss))]

    @cached_property
    def _feeders(self) -> list[str]:
        return [f"F{number + 1:03d}" for number in range(int(self.supply.feeder.max()) + 1)]


def _numbered(first: int, count: int) -> NDArray[np.bytes_]:
    return fixed_digits(first + np.arange(count), 13)


def _words(place: Ints, words: list[str], pool: Iterable[str]) -> pd.Categorical[str]:
    names = list(pool)
    return categorical(np.array([names.index(word) for word in words])[place], names)


def _reported(events: pd.DataFrame) -> Iterable[tuple[str, np.datetime64, np.datetime64]]:
    """Return code, start and end of simulated events, as clocks in Shanghai show them."""
    began, ended = (
        events[name].dt.tz_localize(None).to_numpy("datetime64[s]")
        for name in ("started_at", "ended_at")
    )
    return zip(events["event"].astype(str).tolist(), began, ended, strict=True)
