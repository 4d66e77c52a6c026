"""All that speaks for or against a customer, as named numbers (证据).

Names begin with where they come from: ``use`` for daily use (`consumption`), ``hours`` and
``count`` for episodes of a rule (`electrical`), ``area`` for the balance of an area (`areas`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from attrs import frozen
from numpy.typing import NDArray

from powerchannel.theft.consumption import FEATURES, features
from powerchannel.theft.electrical import (
    ElectricalRules,
    Episodes,
    Measured,
    Points,
    find_episodes,
    measured_energy,
    measured_of,
    outages_of,
    points_of,
)
from powerchannel.theft.electrical.days import Days, days_of, find_day_episodes
from powerchannel.theft.electrical.episodes import together
from powerchannel.theft.electrical.events import event_episodes, events_of
from powerchannel.theft.electrical.filters import judge_readings, possible_days
from powerchannel.theft.electrical.reasons import Reason
from powerchannel.theft.evidence.balances import AREA_NAMES, AreaFindings, area_findings
from powerchannel.theft.evidence.inputs import Inputs
from powerchannel.theft.recovery.episodes import EpisodeLosses, lost_in_episodes
from powerchannel.theft.rules import Rulebook
from powerchannel.times import NAT

__all__ = ["Evidence", "evidence_names", "evidence_of"]

_HOUR_US = 3_600_000_000


def evidence_names(rulebook: Rulebook) -> tuple[str, ...]:
    """Return every name that points may be given for (证据名称).

    Parameters
    ----------
    rulebook : Rulebook
        Its electrical rules have hours and counts.
    """
    rules = [rule.id for rule in rulebook.electrical.rules]
    return (
        *(f"use.{name}" for name in FEATURES),
        *(f"hours.{rule}" for rule in rules),
        *(f"count.{rule}" for rule in rules),
        *AREA_NAMES,
    )


@frozen(eq=False, kw_only=True)
class Evidence:
    """What was found of many customers (证据).

    Parameters
    ----------
    names : tuple of str
        Of the numbers.
    values : ndarray of float64, shape (customers, names)
        NaN where nothing can be said.
    episodes : Episodes
        What electrical rules and meter events say.
    ended : ndarray of int64, shape (episodes,)
        When each ended, or until when it is counted [microseconds UTC].
    owner : ndarray of int64, shape (episodes,)
        The customer of each, by place.
    losses : EpisodeLosses
        What each episode did not record.
    areas : AreaFindings
        What the balances of areas say.
    left_out : mapping of str to int
        How many rows rules did not look at, by reason.
    """

    names: tuple[str, ...]
    values: NDArray[np.float64]
    episodes: Episodes
    ended: NDArray[np.int64]
    owner: NDArray[np.int64]
    losses: EpisodeLosses
    areas: AreaFindings
    left_out: Mapping[str, int]

    def of(self, names: Sequence[str]) -> NDArray[np.float64]:
        """Return some of the numbers, a column each (取证据列)."""
        return self.values[:, [self.names.index(name) for name in names]]


def evidence_of(inputs: Inputs, rulebook: Rulebook) -> Evidence:
    """Look at everything there is of each customer (取证).

    Parameters
    ----------
    inputs : Inputs
        The rows of the window.
    rulebook : Rulebook
        Its electrical rules, its peers.
    """
    used = features(
        inputs.energy_kwh,
        inputs.on,
        peers=rulebook.peers if rulebook.peers.groups else None,
        kinds=_industries(inputs),
        temperature_c=_temperatures(inputs),
    )
    frame = inputs.frames["points"]
    points = points_of(frame)
    measured, left_out = _measured(inputs, points, rulebook)
    episodes, more = _episodes(inputs, measured, points, rulebook)
    owner = inputs.rows_of(frame["customer_id"].to_numpy(np.int64)[episodes.meter])
    losses = lost_in_episodes(
        measured,
        points,
        episodes,
        rulebook.electrical,
        balance_ratio=float(rulebook.recovery.estimate.balance_ratio),
        unbalance_ratio=float(rulebook.recovery.estimate.unbalance_ratio),
    )
    ended = _ended(episodes, measured, inputs)
    rules = len(rulebook.electrical.rules)
    hours, counts = _by_rule(episodes, owner, ended, (len(inputs.customers), rules))
    areas = area_findings(inputs, used, rulebook.areas)
    return Evidence(
        names=evidence_names(rulebook),
        values=np.hstack([used.values, hours, counts, areas.values]),
        episodes=episodes,
        ended=ended,
        owner=owner,
        losses=losses,
        areas=areas,
        left_out=left_out | more,
    )


def _industries(inputs: Inputs) -> list[str]:
    """Return the industry of each customer, as the text of its key."""
    points = inputs.frames["points"].drop_duplicates("customer_id")
    found = np.zeros(len(inputs.customers), np.int64)
    found[inputs.rows_of(points["customer_id"].to_numpy())] = points["industry"]
    names = type(inputs.customers)(found, inputs.customers.names).to_text()
    return ["" if name is None else str(name) for name in names.tolist()]


def _temperatures(inputs: Inputs) -> NDArray[np.float64] | None:
    weather = inputs.frames["weather"]
    if not len(weather):
        return None
    known = pd.Series(weather["temperature_c"].to_numpy(), index=pd.DatetimeIndex(weather["on"]))
    return known.reindex(pd.DatetimeIndex(inputs.on)).to_numpy(np.float64)


def _measured(
    inputs: Inputs, points: Points, rulebook: Rulebook
) -> tuple[Measured, dict[str, int]]:
    """Return the readings that can be; those of meters without a point are left out."""
    readings, frame = inputs.frames["phase_readings"], inputs.frames["points"]
    has_point = readings["customer_id"].isin(frame["customer_id"])
    measured, _ = measured_of(readings[has_point], frame)
    reasons = judge_readings(measured, points, rulebook.electrical.filters)
    left_out = {"readings.no_point": int((~has_point).sum())} | _counted("readings", reasons)
    return measured.take(np.flatnonzero(reasons == Reason.KEPT)), left_out


def _counted(table: str, reasons: NDArray[np.uint8]) -> dict[str, int]:
    """Return how many rows of a table were left out, by reason."""
    counts = np.bincount(reasons, minlength=len(Reason)).tolist()
    return {f"{table}.{reason.name.lower()}": counts[reason] for reason in Reason if reason}


def _episodes(
    inputs: Inputs, measured: Measured, points: Points, rulebook: Rulebook
) -> tuple[Episodes, dict[str, int]]:
    rules, frame = rulebook.electrical, inputs.frames["points"]
    outages = outages_of(inputs.frames["outages"], frame)
    daily = inputs.frames["daily"]
    added_up = _added_up(measured, points, frame, rules)
    has_point = daily["customer_id"].isin(frame["customer_id"])
    days = days_of(daily if has_point.all() else daily[has_point], frame, added_up)
    flags, reasons = event_episodes(
        events_of(inputs.frames["events"], frame, rules), points, rules, as_of=inputs.until_us
    )
    possible, judged = possible_days(days, points, rules.filters)
    left_out = {"days.no_point": int((~has_point).sum())}
    left_out |= _counted("days", judged) | _counted("events", reasons)
    found = (
        find_episodes(measured, points, rules, outages=outages),
        find_day_episodes(possible, points, rules),
        flags,
    )
    return together(found), left_out


def _added_up(
    measured: Measured, points: Points, frame: pd.DataFrame, rules: ElectricalRules
) -> Days:
    """Return the days of power readings, to hold an index against.

    Not where a customer has several meters: daily rows do not say whose index they have.
    """
    is_shared = frame["customer_id"].duplicated(keep=False).to_numpy()
    alone = measured.take(np.flatnonzero(~is_shared[measured.meter]))
    return measured_energy(alone, points, gap_minutes=rules.gap.minutes)


def _ended(episodes: Episodes, measured: Measured, inputs: Inputs) -> NDArray[np.int64]:
    """Return the end of each episode.

    What lasts is counted to the last reading of its meter; where that was before it began, or
    there was none, to the end of the month.
    """
    last = np.full(len(inputs.frames["points"]), NAT)
    np.maximum.at(last, measured.meter, measured.at)
    seen = last[episodes.meter]
    lasting = np.where(seen >= episodes.started_at, seen, inputs.until_us)
    return np.where(episodes.ended_at == NAT, lasting, episodes.ended_at)


def _by_rule(
    episodes: Episodes,
    owner: NDArray[np.int64],
    ended: NDArray[np.int64],
    shape: tuple[int, int],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the hours and the number of each customer's episodes of each rule."""
    cells = shape[0] * shape[1]
    hours = np.maximum(ended - episodes.started_at, 0) / _HOUR_US
    cell = owner * shape[1] + episodes.rule
    total = np.bincount(cell, hours, cells).astype(np.float64)
    counts = np.bincount(cell, minlength=cells).astype(np.float64)
    return total.reshape(shape), counts.reshape(shape)
