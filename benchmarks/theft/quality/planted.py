"""Meters with a fault, and what a utility would have of each: readings, events, days of use."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias

import numpy as np
import pandas as pd
from attrs import evolve, frozen
from numpy.typing import NDArray

from powerchannel.theft import Tables, check
from powerchannel.theft.electrical import (
    ElectricalRules,
    Measured,
    find_episodes,
    measured_of,
    outages_of,
)
from powerchannel.theft.simulate import Simulated, faults, meter

__all__ = ["AS_OF", "METERING", "NOISE", "Planted", "is_near", "planted", "tables", "without_rules"]

AS_OF = "2025-03"
METERING = ("meter_fault", "wiring_mistake", "theft")
NOISE = 0.01
_SIGMAS = 3
_NOTHING = 1e-9
_STARTED_AT = "2025-03-10 08:00"
_MINUTES, _FROM, _LASTS = 60, 15, 30
_FIRST_DAY, _LAST_DAY, _DAY_OF_FAULT = "2025-01-15", "2025-03-31", "2025-03-10"
_DAY_KWH, _DAY_NOISE = 20.0, 0.1
_LOAD_OF_RATED, _PHI_RAD = (0.5, 1.5), (0.05, 0.45)

_Mask: TypeAlias = NDArray[np.bool_]


@frozen(kw_only=True, eq=False)
class Planted:
    """A meter with a fault, and its load.

    Parameters
    ----------
    name : str
        Of the customer.
    shown, exact : Simulated
        Its readings with noise, and what they would be without.
    is_tampered : bool
        Whether somebody did it on purpose, after opening the terminal cover.
    phi_rad : float
        The angle of the load.
    """

    name: str
    shown: Simulated
    exact: Simulated
    is_tampered: bool
    phi_rad: float

    @property
    def must_fire(self) -> set[tuple[str, str]]:
        """The rules that must fire, each with its phase."""
        signs = {(sign.rule, phase) for sign in self.shown.signs for phase in sign.phases or ("",)}
        return signs | ({("terminal_cover_opened", "")} if self.is_tampered else set())

    @property
    def lost_kwh(self) -> float:
        """What a fault of metering did not record; 0 where that is what rounding makes."""
        lost = self.exact.lost_kwh
        is_lost = self.exact.cause in METERING and abs(lost) > _NOTHING * self.exact.true_kwh
        return lost if is_lost else 0.0


def without_rules() -> list[str]:
    """Return the faults for which no wiring has a rule that must fire."""
    listed = faults()
    silent = listed.groupby("fault", sort=False)["rules"].apply(lambda rules: (rules == "").all())
    return [str(name) for name, is_silent in silent.items() if is_silent and name != "none"]


def planted(meters: int, rng: np.random.Generator) -> Iterator[Planted]:
    """Yield so many meters for each fault of each wiring that makes a rule fire.

    The load is balanced and steady: current uniform from 0.5 to 1.5 times rated, angle uniform
    from 0.05 to 0.45 rad. Faults and mistakes of metering that record too little come innocent
    and as tampering.
    """
    listed = faults()
    with_rules = listed[listed["rules"] != ""]
    for wiring, fault in with_rules[["wiring", "fault"]].itertuples(index=False):
        for _ in range(meters):
            innocent = _planted(wiring, fault, rng, is_tampered=False)
            yield innocent
            if innocent.exact.cause in METERING[:2] and innocent.lost_kwh > 0:
                yield _planted(wiring, fault, rng, is_tampered=True)


def _planted(wiring: str, fault: str, rng: np.random.Generator, *, is_tampered: bool) -> Planted:
    rated = 5.0 if wiring == "single_phase" else 1.5
    name, phi = f"C{rng.integers(1 << 62)}", rng.uniform(*_PHI_RAD)
    shown, exact = (
        meter(
            wiring,
            fault,
            current_a=rated * load,
            phi_rad=phi,
            noise=noise,
            is_tampered=is_tampered,
            minutes=_MINUTES,
            fault_from_minutes=_FROM,
            fault_minutes=_LASTS,
            started_at=_STARTED_AT,
            customer_id=name,
            meter_id=name,
            random_state=rng,
        )
        for load in [rng.uniform(*_LOAD_OF_RATED)]
        for noise in (NOISE, 0.0)
    )
    return Planted(name=name, shown=shown, exact=exact, is_tampered=is_tampered, phi_rad=phi)


def tables(cases: Sequence[Planted], rng: np.random.Generator) -> Tables:
    """Return what a utility would have: every customer in an area of its own, of unknown supply.

    Daily use goes on as it was, but that a fault of metering records its share of it from its
    day on.
    """
    found = _electrical([(case.name, case.shown) for case in cases])
    return check(
        points=found["points"],
        phase_readings=found["phase_readings"],
        events=found["events"],
        outages=found["outages"],
        daily=pd.concat([_days(case, rng) for case in cases]),
    )


def _electrical(named: Sequence[tuple[str, Simulated]]) -> dict[str, pd.DataFrame]:
    events = [found.events for _, found in named if len(found.events)]
    outages = [found.outages.assign(area_id=name) for name, found in named if len(found.outages)]
    return {
        "points": pd.concat([found.points.assign(area_id=name) for name, found in named]),
        "phase_readings": pd.concat([found.phase_readings for _, found in named]),
        "events": pd.concat(events),
        "outages": pd.concat(outages),
    }


def _days(case: Planted, rng: np.random.Generator) -> pd.DataFrame:
    days = pd.date_range(_FIRST_DAY, _LAST_DAY)
    use = _DAY_KWH * np.exp(rng.normal(0, _DAY_NOISE, len(days)))
    if case.shown.cause in METERING:
        recorded, is_faulty = case.exact.recorded_kw, case.exact.is_faulty
        share = recorded[is_faulty].mean() / recorded[~is_faulty].mean()
        use[days >= pd.Timestamp(_DAY_OF_FAULT)] *= max(share, 0.0)
    kwh = use.round(2)
    return pd.DataFrame({"customer_id": case.name, "on": days.astype(str), "energy_kwh": kwh})


def is_near(cases: Sequence[Planted], rules: ElectricalRules) -> _Mask:
    """Return whose rules would be others if one quantity moved by three deviations of the noise.

    Each quantity of each phase is moved up and down, one at a time, in all readings at once.
    """
    frames = _electrical([(case.name, case.exact) for case in cases])
    measured, points = measured_of(frames["phase_readings"], frames["points"])
    outages = outages_of(frames["outages"], frames["points"])
    codes = 4 * len(rules.rules)

    def fired(readings: Measured) -> NDArray[np.int64]:
        found = find_episodes(readings, points, rules, outages=outages)
        return np.unique(found.meter * codes + found.rule * 4 + found.phase)

    near, usual = np.zeros(len(cases), np.bool_), fired(measured)
    for moved in _moved(measured):
        near[np.setxor1d(usual, fired(moved)) // codes] = True
    return near


def _moved(measured: Measured) -> Iterator[Measured]:
    for factor in (1 - _SIGMAS * NOISE, 1 + _SIGMAS * NOISE):
        for column in ("voltage", "current", "power", "reactive"):
            values = getattr(measured, column)
            for phase in range(3):
                yield evolve(
                    measured, **{column: values * np.where(np.arange(3) == phase, factor, 1)}
                )
        if measured.neutral_current is not None:
            yield evolve(measured, neutral_current=measured.neutral_current * factor)
