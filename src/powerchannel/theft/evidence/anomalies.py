"""What speaks for and against each cause, gathered for a month (原因取证)."""

from __future__ import annotations

import numpy as np
import pandas as pd
from attrs import evolve
from numpy.typing import NDArray

from powerchannel.theft.causes import (
    CauseEvidence,
    Decided,
    Flows,
    Spans,
    began_at,
    daily_evidence,
    dark_hours,
    dark_share,
    decide,
    episode_hours,
    index_differs_days,
    opened_before,
    outage_share,
    reversal_at_night_hours,
    shared_changes,
)
from powerchannel.theft.electrical import Outages, outages_of, rule_index
from powerchannel.theft.electrical.runs import rows_of
from powerchannel.theft.evidence.gathering import Evidence
from powerchannel.theft.evidence.inputs import Inputs
from powerchannel.theft.rules import Rulebook
from powerchannel.theft.tables.words import PHASES
from powerchannel.times import NAT, to_utc

__all__ = ["decided_causes"]

_DARK = ("outage", "power_failure")
_NEUTRAL = [code.code for code in PHASES].index("n")


def decided_causes(inputs: Inputs, evidence: Evidence, rulebook: Rulebook) -> Decided:
    """Decide the cause of each customer's anomaly (原因判断).

    Parameters
    ----------
    inputs : Inputs
        The window.
    evidence : Evidence
        What was found in it.
    rulebook : Rulebook
        Its decision table.
    """
    customers = len(inputs.customers)
    rules = rulebook.electrical
    every = evolve(evidence.episodes, meter=evidence.owner, ended_at=evidence.ended)
    episodes = every.take(~evidence.losses.is_own)
    since = began_at(episodes, rules, customers)
    areas = _as_rows(inputs.areas)
    outages = outages_of(inputs.frames["outages"], pd.DataFrame({"area_id": inputs.areas}))
    dark = _dark_hours(inputs, evidence, rulebook, outages)
    columns = {
        **_daily(inputs.energy_kwh),
        "dark_share": dark_share(inputs.energy_kwh, dark),
        "index_differs_days": _index_differs_days(inputs),
        **episode_hours(episodes, rules, customers, as_of=inputs.until_us),
        **_points(inputs),
        "reversal_at_night_hours": _reversals(inputs, evidence, rulebook),
        "neutral_excess_kwh": _neutral_excess(evidence, rulebook, customers),
        "shared_change_ratio": shared_changes(inputs.energy_kwh, areas),
        "opened_before": opened_before(episodes, rules, since),
        "outage_share": outage_share(outages, since, _until(evidence, since)),
        "area_probability": evidence.of(["area.probability"])[:, 0],
        "area_share": evidence.of(["area.share"])[:, 0],
    }
    return decide(CauseEvidence(columns), rulebook.causes)


def _daily(energy: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    """Return what daily use tells; nothing of who has none, for that is no gap in it."""
    has_none = np.isnan(energy).all(axis=1)
    found = daily_evidence(energy)
    return {name: np.where(has_none, np.nan, values) for name, values in found.items()}


def _dark_hours(
    inputs: Inputs, evidence: Evidence, rulebook: Rulebook, outages: Outages
) -> NDArray[np.float64]:
    """Return the hours without supply of each customer and day, by whatever record."""
    rules = rulebook.electrical.rules
    is_dark = np.isin(evidence.episodes.rule, [i for i, r in enumerate(rules) if r.id in _DARK])
    episodes = evidence.episodes.take(is_dark)
    ended = np.where(episodes.ended_at == NAT, inputs.until_us, episodes.ended_at)
    row = np.append(evidence.owner[is_dark], outages.meter)
    return dark_hours(
        row,
        np.append(episodes.started_at, outages.started_at),
        np.append(ended, np.where(outages.ended_at == NAT, inputs.until_us, outages.ended_at)),
        first_us=int(to_utc(inputs.on[:1].astype("datetime64[us]").astype(np.int64))[0]),
        shape=inputs.energy_kwh.shape,
    )


def _index_differs_days(inputs: Inputs) -> NDArray[np.float64]:
    """Return on how many days use is not what the index advanced by; 0 where there is no index."""
    daily = inputs.frames["daily"]
    if daily["reading_kwh"].isna().all():
        return np.zeros(len(inputs.customers))
    return index_differs_days(inputs.energy_kwh, _indexes(inputs))


def _indexes(inputs: Inputs) -> NDArray[np.float64]:
    """Return the index of each customer at the end of each day; NaN where there is none."""
    daily = inputs.frames["daily"]
    day = daily["on"].to_numpy("datetime64[D]") - inputs.on[0]
    out = np.full(inputs.energy_kwh.shape, np.nan)
    row = inputs.rows_of(daily["customer_id"].to_numpy(np.int64))
    out[row, day.astype(np.int64)] = daily["reading_kwh"].to_numpy(np.float64)
    return out


def _reversals(inputs: Inputs, evidence: Evidence, rulebook: Rulebook) -> NDArray[np.float64]:
    """Return the hours at night in which power flowed back, of those where it does."""
    is_back = evidence.episodes.rule == rule_index(rulebook.electrical, "power_reversal")
    is_back &= ~evidence.losses.is_own
    episodes, owner = evidence.episodes.take(is_back), evidence.owner[is_back]
    spans = Spans(
        customer=owner,
        phase=episodes.phase,
        started_at=episodes.started_at,
        ended_at=evidence.ended[is_back],
    )
    readings = inputs.frames["phase_readings"]
    keys, own = inputs.customers.keys[np.unique(owner)], readings["customer_id"].to_numpy(np.int64)
    rows = rows_of(np.searchsorted(own, keys), np.searchsorted(own, keys, "right"))
    mine = readings.take(rows[readings["phase"].cat.codes.to_numpy()[rows] < _NEUTRAL])
    at = mine["read_at"].to_numpy("datetime64[us]").view(np.int64)
    flows = Flows(
        customer=inputs.rows_of(mine["customer_id"].to_numpy(np.int64)),
        at=at,
        phase=mine["phase"].cat.codes.to_numpy().astype(np.uint8),
        power_kw=mine["active_power_kw"].to_numpy(np.float64),
    )
    return reversal_at_night_hours(spans, flows, len(inputs.customers))


def _neutral_excess(evidence: Evidence, rulebook: Rulebook, customers: int) -> NDArray[np.float64]:
    """Return by how much neutrals carried more than live wires; NaN where that is not known."""
    rule = rule_index(rulebook.electrical, "neutral_current_mismatch")
    kwh = evidence.losses.kwh
    is_told = (evidence.episodes.rule == rule) & ~np.isnan(kwh)
    owner = evidence.owner[is_told]
    count = np.bincount(owner, minlength=customers)
    return np.where(count > 0, np.bincount(owner, kwh[is_told], customers), np.nan)


def _as_rows(areas: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the number of each customer's area; -1 for who is alone in it."""
    _, row, counts = np.unique(areas, return_inverse=True, return_counts=True)
    return np.where(counts[row] > 1, row, -1).astype(np.int64)


def _until(evidence: Evidence, since: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return when the last episode of each customer ended; NAT without any."""
    last = since.copy()
    np.maximum.at(last, evidence.owner, evidence.ended)
    return np.where(since == NAT, NAT, last)


def _points(inputs: Inputs) -> dict[str, NDArray[np.float64]]:
    """Return who has generation where that is known, and whose meter was replaced in the window.

    A meter put up where nothing was read before replaces none.
    """
    points = inputs.frames["points"]
    row = inputs.rows_of(points["customer_id"].to_numpy(np.int64))
    first = inputs.on[0].astype("datetime64[us]")
    is_new = np.zeros(len(points), np.bool_)
    for column in ("installed_on", "removed_on"):
        days = points[column].to_numpy("datetime64[us]")
        is_new |= (days > first) & (days <= inputs.on[-1].astype("datetime64[us]"))
    began = (~np.isnan(inputs.energy_kwh)).argmax(axis=1)
    installed = points["installed_on"].to_numpy("datetime64[D]")
    is_first = (np.bincount(row)[row] == 1) & (inputs.on[began[row]] >= installed)
    is_new &= ~is_first
    generation = np.full(len(inputs.customers), np.nan)
    told = points["has_generation"].to_numpy(np.int64)
    for known in (0, 1):
        generation[row[told == known]] = known
    replaced = np.zeros(len(inputs.customers))
    replaced[row[is_new]] = 1.0
    return {"has_generation": generation, "is_replaced": replaced}
