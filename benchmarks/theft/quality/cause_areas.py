"""Made-up areas: one customer to whom something happened among ordinary ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from typing import TypeAlias, TypeVar

import numpy as np
import pandas as pd
from attrs import field, frozen
from numpy.typing import NDArray

from benchmarks.theft.quality.cause_cases import DAYS, Step, Variant
from benchmarks.theft.quality.cause_steps import (
    ON_DAYS,
    ON_LOAD,
    ON_READINGS,
    ON_REGISTER,
    Days,
    Load,
)
from powerchannel.theft import simulate
from powerchannel.theft.simulate import Simulated

__all__ = ["NEIGHBOURS", "Calendar", "planted_name", "tables_of"]

_Floats: TypeAlias = NDArray[np.float64]
_Value = TypeVar("_Value")
_Change: TypeAlias = Callable[[_Value, Step, np.random.Generator], _Value]
_Tables: TypeAlias = dict[str, pd.DataFrame]

NEIGHBOURS, _SHOPS = 24, 4
_ZONE = "Asia/Shanghai"
_FESTIVAL = np.arange("2025-01-28", "2025-02-04", dtype="datetime64[D]")
_PHI, _UNBALANCE = 0.25, 0.1
_CLOCK = np.arange(24, dtype=np.float64)
_EVENING = np.exp(-(((_CLOCK - 20) / 3) ** 2))
_HOME_HOURS = (1 + 0.7 * _EVENING - 0.5 * (_CLOCK < 6)).astype(np.float64)
_SHOP_HOURS = (0.25 + 1.0 * ((_CLOCK >= 8) & (_CLOCK < 20))).astype(np.float64)
_NEVER = np.datetime64("NaT", "us")
_AREA_NOISE, _MISSED = 0.003, 0.005


@frozen(kw_only=True)
class _Kind:
    """A kind of customer: wiring, usual use [kWh/day], spread over the day."""

    wiring: str
    energy: float
    hours: _Floats = field(eq=False)
    is_home: bool = False
    has_area: bool = True


_KINDS: Mapping[str, _Kind] = {
    "home": _Kind(wiring="single_phase", energy=9, hours=_HOME_HOURS, is_home=True),
    "shop": _Kind(wiring="three_phase_four_wire", energy=240, hours=_SHOP_HOURS),
    "works": _Kind(wiring="three_phase_four_wire", energy=900, hours=_SHOP_HOURS),
    "plant": _Kind(wiring="three_phase_three_wire", energy=4000, hours=_SHOP_HOURS, has_area=False),
}


@frozen(kw_only=True, eq=False)
class Calendar:
    """The days of one window, and how warm they are [°C]."""

    on: NDArray[np.datetime64]
    temperature: _Floats

    @classmethod
    def of(cls, month: str, rng: np.random.Generator) -> Calendar:
        """Return the window that ends with a month."""
        end = (np.datetime64(month, "M") + 1).astype("datetime64[D]")
        on = end - DAYS + np.arange(DAYS)
        year = (on - on.astype("datetime64[Y]")).astype(np.int64)
        wave = 15 - 13 * np.cos(2 * np.pi * (year - 15) / 365)
        swings = np.convolve(rng.normal(0, 2, DAYS + 4), np.ones(5) / np.sqrt(5), "valid")
        return cls(on=on, temperature=np.round(wave + swings, 1))

    @property
    def weather(self) -> pd.DataFrame:
        """The table."""
        return pd.DataFrame({"on": self.on, "temperature_c": self.temperature})

    def time(self, day: float) -> pd.Timestamp:
        """Return a moment by its day of the window."""
        return pd.Timestamp(self.on[0], tz=_ZONE) + pd.Timedelta(hours=round(day * 24, 2))


def _ordinary(
    calendar: Calendar, levels: _Floats, *, is_home: bool, rng: np.random.Generator
) -> _Floats:
    """Return daily use of shape (customers, days): weather, weekdays, the festival, chance."""
    count = len(levels)
    warm = np.clip(calendar.temperature - 24, 0, None) * rng.uniform(0, 0.06, (count, 1))
    cold = np.clip(8 - calendar.temperature, 0, None) * rng.uniform(0, 0.03, (count, 1))
    is_weekend = (calendar.on.astype(np.int64) + 3) % 7 >= 5
    usual = np.where(is_weekend, 1.1 if is_home else 0.85, 1.0)
    usual = usual * np.where(np.isin(calendar.on, _FESTIVAL), 1.1 if is_home else 0.5, 1.0)
    chance = np.exp(rng.normal(0, 0.22 if is_home else 0.12, (count, DAYS)))
    return np.asarray(levels[:, None] * (1 + warm + cold) * usual * chance)


def _done(
    value: _Value,
    variant: Variant,
    changes: Mapping[str, _Change[_Value]],
    rng: np.random.Generator,
) -> _Value:
    """Do the steps of one stage in their order."""
    return reduce(lambda v, s: changes[s.do](v, s, rng), variant.of(*changes), value)


def _metered(
    variant: Variant, load: Load, calendar: Calendar, customer: str, rng: np.random.Generator
) -> Simulated:
    """Put the load behind a meter, with the fault of the variant."""
    wiring = simulate.WIRINGS.get(_KINDS[variant.kind].wiring)
    fault = (variant.of("fault") or (Step(do="fault", what="none"),))[0]
    is_three_wire, is_single = wiring.phases == "ac", wiring.phases == "a"
    unbalance = 0.0 if is_three_wire or is_single else _UNBALANCE
    elements = np.sqrt(3) if is_three_wire else 1.0 if is_single else 3 - 1.5 * unbalance
    volts = wiring.rated_voltage_v * (1 + rng.normal(0, 0.008, len(load.kw)))
    watts = np.abs(load.kw) * 1000 / (elements * np.cos(_PHI) * wiring.ratio)
    return simulate.meter(
        wiring.name,
        fault.what,
        voltage_v=volts * load.is_lit,
        current_a=watts / volts,
        phi_rad=np.where(load.kw < 0, np.pi - _PHI, _PHI),
        unbalance=unbalance,
        fraction=fault.share,
        noise=variant.noise,
        minutes=DAYS * 1440,
        step_minutes=60,
        fault_from_minutes=fault.start * 1440,
        fault_minutes=fault.days * 1440,
        started_at=str(calendar.on[0]),
        customer_id=customer,
        meter_id=f"M{customer}",
        random_state=rng,
    )


def _planted(
    variant: Variant, calendar: Calendar, area: str, rng: np.random.Generator
) -> tuple[_Tables, _Floats]:
    """Return the tables of the customer in question, and what they truly drew each day."""
    kind, customer = _KINDS[variant.kind], planted_name(area)
    level = np.array([kind.energy * variant.level * np.exp(rng.normal(0, 0.2))])
    days = _ordinary(calendar, level, is_home=kind.is_home, rng=rng)[0]
    hourly = days[:, None] * kind.hours / kind.hours.sum()
    hourly = hourly * np.exp(rng.normal(0, 0.25, hourly.shape))
    start = Load(kw=hourly.reshape(-1), is_lit=np.ones(DAYS * 24, np.bool_))
    load = _done(start, variant, ON_LOAD, rng)
    meter = _metered(variant, load, calendar, customer, rng)
    recorded = meter.recorded_kw if variant.register == "net" else meter.recorded_kw.clip(0)
    counted = _done(recorded.reshape(DAYS, 24), variant, ON_REGISTER, rng).sum(axis=1)
    ratio = simulate.WIRINGS.get(kind.wiring).ratio
    read = Days(
        energy=counted,
        index=rng.uniform(2000, 9000) + np.cumsum(counted) / ratio,
        status=np.full(DAYS, "ok", object),
        ratio=ratio,
    )
    read = _done(read, variant, ON_DAYS, rng)
    tables = {
        "points": _points(variant, meter, calendar, area),
        "daily": _daily(calendar, [customer], read.energy[None], read.index[None], read.status),
    }
    if variant.of("began"):
        tables["daily"] = tables["daily"].iloc[variant.of("began")[0].span]
    if "phases" in variant.sees:
        readings = _done(meter.phase_readings, variant, ON_READINGS, rng)
        tables["phase_readings"] = _by_meter(readings, variant, calendar)
    if "events" in variant.sees:
        tables["events"] = pd.concat([meter.events, _events(variant, calendar, customer)])
    return tables, meter.true_kw.reshape(DAYS, 24).sum(axis=1)


def _points(variant: Variant, meter: Simulated, calendar: Calendar, area: str) -> pd.DataFrame:
    """Return the point of the customer: a row more where the meter was replaced."""
    row = meter.points.assign(
        has_generation=variant.has_generation,
        area_id=area if _KINDS[variant.kind].has_area else None,
        industry=variant.kind,
        installed_on=_NEVER,
        removed_on=_NEVER,
    )
    for step in variant.of("began"):
        row = row.assign(installed_on=calendar.on[step.span.start])
    for step in variant.of("replace"):
        day = calendar.on[step.span.start]
        later = row.assign(meter_id=row["meter_id"] + "-2", installed_on=day)
        row = pd.concat([row.assign(removed_on=day), later])
    return row


def _by_meter(readings: pd.DataFrame, variant: Variant, calendar: Calendar) -> pd.DataFrame:
    for step in variant.of("replace"):
        is_later = readings["read_at"] >= calendar.time(step.span.start)
        meter = readings["meter_id"]
        readings = readings.assign(meter_id=meter.mask(is_later, meter + "-2"))
    return readings


def _events(variant: Variant, calendar: Calendar, customer: str) -> pd.DataFrame:
    steps = variant.of("event")
    return pd.DataFrame(
        {
            "customer_id": [customer for _ in steps],
            "meter_id": [f"M{customer}" for _ in steps],
            "event": [step.what for step in steps],
            "phase": [None for _ in steps],
            "started_at": [calendar.time(step.start) for step in steps],
            "ended_at": [calendar.time(step.start + step.days) for step in steps],
        }
    )


def _daily(
    calendar: Calendar,
    customers: Sequence[str],
    energy: _Floats,
    index: _Floats,
    status: NDArray[np.object_] | str = "ok",
) -> pd.DataFrame:
    """Lay out days of shape (customers, days) as rows."""
    return pd.DataFrame(
        {
            "customer_id": np.repeat(np.array(customers, object), DAYS),
            "on": np.tile(calendar.on, len(customers)),
            "energy_kwh": energy.reshape(-1).round(2),
            "reading_kwh": index.reshape(-1).round(2),
            "status": status,
        }
    )


def _neighbours(
    variant: Variant, calendar: Calendar, area: str, rng: np.random.Generator
) -> tuple[_Tables, _Floats]:
    """Return the tables of the ordinary customers, and what they drew together each day."""
    is_home = np.arange(NEIGHBOURS) >= _SHOPS
    levels = np.where(is_home, 9.0, 40.0) * np.exp(rng.normal(0, 0.45, NEIGHBOURS))
    energy = np.vstack(
        [
            _ordinary(calendar, levels[~is_home], is_home=False, rng=rng),
            _ordinary(calendar, levels[is_home], is_home=True, rng=rng),
        ]
    )
    is_missed = rng.uniform(size=energy.shape) < _MISSED
    for step in variant.of("dark") if variant.area_wide else ():
        hours = np.zeros(DAYS * 24)
        hours[step.hours] = 1.0
        energy = energy * (1 - hours.reshape(DAYS, 24).mean(axis=1))
    for step in variant.of("fail") if variant.area_wide else ():
        is_missed[:, step.span] = True
    for step in variant.of("hide") if variant.twin else ():
        energy[-1, step.span] *= step.amount
    names = [f"{area}{number:02}" for number in range(1, NEIGHBOURS + 1)]
    index = rng.uniform(2000, 9000, (NEIGHBOURS, 1)) + np.cumsum(energy, axis=1)
    seen, shown = (np.where(is_missed, np.nan, each) for each in (energy, index))
    points = pd.DataFrame(
        {
            "customer_id": names,
            "meter_id": [f"M{name}" for name in names],
            "wiring": "single_phase",
            "rated_voltage_v": 220.0,
            "rated_current_a": 5.0,
            "maximum_current_a": 60.0,
            "area_id": area,
            "industry": np.where(is_home, "home", "shop"),
            "has_generation": False,
        }
    )
    daily = _daily(calendar, names, seen, shown)
    return {"points": points, "daily": daily}, energy.sum(axis=0)


def _supply(
    variant: Variant, calendar: Calendar, area: str, drawn: _Floats, rng: np.random.Generator
) -> _Tables:
    """Return what the utility knows of the area."""
    tables: _Tables = {}
    outages = [step for step in variant.of("dark") if step.what == "area"]
    if outages:
        tables["outages"] = pd.DataFrame(
            {
                "area_id": area,
                "started_at": [calendar.time(step.start) for step in outages],
                "ended_at": [calendar.time(step.start + step.days) for step in outages],
            }
        )
    for step in variant.of("leak"):
        drawn = drawn.copy()
        drawn[step.span] += step.amount
    if "area" in variant.sees:
        loss = round(rng.uniform(0.02, 0.05), 3)
        noise = 1 + rng.normal(0, _AREA_NOISE, DAYS)
        tables["areas"] = pd.DataFrame(
            {
                "area_id": area,
                "on": calendar.on,
                "supplied_kwh": (drawn / (1 - loss) * noise).clip(0).round(2),
                "technical_loss_ratio": loss,
            }
        )
    return tables


def planted_name(area: str) -> str:
    """Return the customer to whom something happened."""
    return f"{area}00"


def tables_of(
    variant: Variant, calendar: Calendar, area: str, rng: np.random.Generator
) -> Mapping[str, pd.DataFrame]:
    """Make one area: the tables of theft, without the weather."""
    own, drew = _planted(variant, calendar, area, rng)
    theirs, drawn = _neighbours(variant, calendar, area, rng)
    drawn = drawn + drew if _KINDS[variant.kind].has_area else drawn
    parts = (own, theirs, _supply(variant, calendar, area, drawn, rng))
    names = {name for part in parts for name in part}
    return {name: pd.concat([part[name] for part in parts if name in part]) for name in names}
