"""What a step of a variant does: to the load, to the register, to the days, to the readings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

import numpy as np
import pandas as pd
from attrs import evolve, frozen
from numpy.typing import NDArray

from benchmarks.theft.quality.cause_cases import DAYS, Step
from powerchannel.theft import simulate

__all__ = ["ON_DAYS", "ON_LOAD", "ON_READINGS", "ON_REGISTER", "Days", "Load"]

_Floats: TypeAlias = NDArray[np.float64]
_FULL_TURN = 100_000.0
_SUN = np.clip(np.sin((np.arange(24) - 6) * np.pi / 12), 0, None)
_IMPOSSIBLE = {"voltage_v": 6553.5, "current_a": 655.35}
_MEASURED = ["voltage_v", "current_a", "active_power_kw", "reactive_power_kvar"]


@frozen(kw_only=True, eq=False)
class Load:
    """What the customer draws each hour [kW], and whether there is any supply."""

    kw: _Floats
    is_lit: NDArray[np.bool_]


@frozen(kw_only=True, eq=False)
class Days:
    """What the utility has of each day."""

    energy: _Floats
    index: _Floats
    status: NDArray[np.object_]
    ratio: float


def _use(load: Load, step: Step, _: np.random.Generator) -> Load:
    return evolve(load, kw=_times(load.kw, step.hours, step.amount))


def _fade(load: Load, step: Step, _: np.random.Generator) -> Load:
    hours = range(DAYS * 24)[step.hours]
    return evolve(load, kw=_times(load.kw, step.hours, np.linspace(1, 0, len(hours))))


def _sun(load: Load, step: Step, rng: np.random.Generator) -> Load:
    """Subtract what panels give: `share` of the mean daily use on a clear day."""
    clear = _SUN / _SUN.sum() * load.kw.mean() * 24 * step.amount
    given = (rng.uniform(0.3, 1.0, (DAYS, 1)) * clear).reshape(-1)
    kw = load.kw.copy()
    kw[step.hours] -= given[step.hours]
    return evolve(load, kw=kw)


def _dark(load: Load, step: Step, _: np.random.Generator) -> Load:
    is_lit = load.is_lit.copy()
    is_lit[step.hours] = False
    return evolve(load, kw=_times(load.kw, step.hours, 0.0), is_lit=is_lit)


def _times(values: _Floats, span: slice, share: float | _Floats) -> _Floats:
    found = values.copy()
    found[span] *= share
    return found


def _register(recorded: _Floats, step: Step, _: np.random.Generator) -> _Floats:
    return _times(recorded, step.span, step.amount)


def _hide(recorded: _Floats, step: Step, _: np.random.Generator) -> _Floats:
    days = np.arange(DAYS)[step.span]
    is_some = np.isin(days % 7, (1, 3, 5)) | (step.what != "some_days")
    return _times(recorded, step.span, np.where(is_some, step.amount, 1.0)[:, None])


def _attack(recorded: _Floats, step: Step, rng: np.random.Generator) -> _Floats:
    found = recorded.copy()
    rows = recorded[step.span]
    found[step.span] = simulate.attack(rows, step.what, random_state=rng, slot_minutes=60)
    return found


def _replace(days: Days, step: Step, _: np.random.Generator) -> Days:
    """Start the index anew; the energy of that day as `what` says; restart: not on record."""
    on, energy, index = int(step.start), days.energy.copy(), days.index.copy()
    index[on:] = step.amount + np.nancumsum(energy[on:]) / days.ratio
    difference = (index[on] - index[on - 1]) * days.ratio
    energy[on] = {
        "missing": np.nan,
        "difference": difference,
        "turn": difference + _FULL_TURN * days.ratio,
        "right": energy[on],
    }[step.what]
    return evolve(days, energy=energy, index=index)


def _fail(days: Days, step: Step, _: np.random.Generator) -> Days:
    failed = _failed(days, np.arange(DAYS)[step.span])
    if step.what == "at_once":
        after = step.span.stop
        failed.energy[after] += days.energy[step.span].sum()
    return failed


def _fail_some(days: Days, step: Step, rng: np.random.Generator) -> Days:
    on = np.arange(DAYS)[step.span]
    return _failed(days, on[rng.uniform(size=len(on)) < 0.6])


def _failed(days: Days, on: NDArray[np.int64]) -> Days:
    energy, index, status = days.energy.copy(), days.index.copy(), days.status.copy()
    energy[on], index[on], status[on] = np.nan, np.nan, "failed"
    return evolve(days, energy=energy, index=index, status=status)


def _same(days: Days, step: Step, _: np.random.Generator) -> Days:
    energy, index, status = days.energy.copy(), days.index.copy(), days.status.copy()
    energy[step.span] = days.energy[step.span].mean()
    if step.what == "estimated":
        index[step.span], status[step.span] = np.nan, "estimated"
    return evolve(days, energy=energy, index=index, status=status)


def _glitch(days: Days, step: Step, _: np.random.Generator) -> Days:
    """Set the index of one day wrong, and both energies that are differences with it."""
    on, energy, index = int(step.start), days.energy.copy(), days.index.copy()
    index[on] += step.amount
    energy[on] += step.amount * days.ratio
    energy[on + 1] -= step.amount * days.ratio
    return evolve(days, energy=energy, index=index)


def _late(days: Days, step: Step, _: np.random.Generator) -> Days:
    on, energy, index = np.arange(DAYS)[step.span][::3], days.energy.copy(), days.index.copy()
    energy[on + 1] += energy[on]
    energy[on], index[on] = 0.0, index[on - 1]
    return evolve(days, energy=energy, index=index)


def _scale(days: Days, step: Step, _: np.random.Generator) -> Days:
    index = days.index.copy()
    if step.what != "energy":
        index[step.span] = np.nan
    return evolve(days, energy=_times(days.energy, step.span, step.amount), index=index)


def _blank(readings: pd.DataFrame, step: Step, _: np.random.Generator) -> pd.DataFrame:
    rows = _in(readings, step) & readings["phase"].isin(list(step.what))
    return _set(readings, rows, dict.fromkeys(_MEASURED, 0.0))


def _spikes(readings: pd.DataFrame, step: Step, rng: np.random.Generator) -> pd.DataFrame:
    return _set(
        readings, _in(readings, step) & (rng.uniform(size=len(readings)) < 0.03), _IMPOSSIBLE
    )


def _drop(readings: pd.DataFrame, step: Step, _: np.random.Generator) -> pd.DataFrame:
    return readings[~_in(readings, step)]


def _neutral(readings: pd.DataFrame, step: Step, _: np.random.Generator) -> pd.DataFrame:
    rows = _in(readings, step) & (readings["phase"] == "n")
    return _set(readings, rows, {"current_a": readings["current_a"] + step.amount})


def _in(readings: pd.DataFrame, step: Step) -> pd.Series:
    hours = (readings["read_at"] - readings["read_at"].min()) / pd.Timedelta(hours=1)
    return pd.Series(hours.ge(step.hours.start) & hours.lt(step.hours.stop))


def _set(
    readings: pd.DataFrame, rows: pd.Series, values: Mapping[str, float | pd.Series]
) -> pd.DataFrame:
    return readings.assign(**{n: readings[n].mask(rows, value) for n, value in values.items()})


ON_LOAD: Mapping[str, Callable[[Load, Step, np.random.Generator], Load]] = {
    "use": _use,
    "fade": _fade,
    "sun": _sun,
    "dark": _dark,
}
"""Steps that change what the customer truly draws."""

ON_REGISTER: Mapping[str, Callable[[_Floats, Step, np.random.Generator], _Floats]] = {
    "register": _register,
    "hide": _hide,
    "attack": _attack,
}
"""Steps that change what the register counts, of shape (days, 24) [kWh]."""

ON_DAYS: Mapping[str, Callable[[Days, Step, np.random.Generator], Days]] = {
    "replace": _replace,
    "restart": _replace,
    "fail": _fail,
    "fail_some": _fail_some,
    "same": _same,
    "glitch": _glitch,
    "late": _late,
    "scale": _scale,
}
"""Steps that change what is read of each day."""

ON_READINGS: Mapping[str, Callable[[pd.DataFrame, Step, np.random.Generator], pd.DataFrame]] = {
    "blank": _blank,
    "spikes": _spikes,
    "drop_readings": _drop,
    "neutral": _neutral,
}
"""Steps that change phase readings."""
