"""What speaks for and against each cause, gathered for a month (原因取证)."""

from __future__ import annotations

import numpy as np
import pandas as pd
from attrs import evolve
from numpy.typing import NDArray

from powerchannel.theft.causes import (
    CauseEvidence,
    Decided,
    began_at,
    daily_evidence,
    decide,
    episode_hours,
    opened_before,
    outage_share,
    shared_changes,
)
from powerchannel.theft.electrical import outages_of
from powerchannel.theft.evidence.gathering import Evidence
from powerchannel.theft.evidence.inputs import Inputs
from powerchannel.theft.rules import Rulebook
from powerchannel.times import NAT

__all__ = ["decided_causes"]


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
    episodes = evolve(evidence.episodes, meter=evidence.owner)
    since = began_at(episodes, rules, customers)
    areas = _as_rows(inputs.areas)
    outages = outages_of(inputs.frames["outages"], pd.DataFrame({"area_id": inputs.areas}))
    columns = {
        **_daily(inputs.energy_kwh),
        **episode_hours(episodes, rules, customers, as_of=inputs.until_us),
        **_points(inputs),
        "shared_change_ratio": shared_changes(inputs.energy_kwh, areas),
        "opened_before": opened_before(episodes, rules, since),
        "outage_share": outage_share(outages, since, _until(evidence, inputs, since)),
        "area_probability": evidence.of(["area.probability"])[:, 0],
        "area_share": evidence.of(["area.share"])[:, 0],
    }
    return decide(CauseEvidence(columns), rulebook.causes)


def _daily(energy: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    """Return what daily use tells; nothing of who has none, for that is no gap in it."""
    has_none = np.isnan(energy).all(axis=1)
    found = daily_evidence(energy)
    return {name: np.where(has_none, np.nan, values) for name, values in found.items()}


def _as_rows(areas: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the number of each customer's area; -1 for who is alone in it."""
    _, row, counts = np.unique(areas, return_inverse=True, return_counts=True)
    return np.where(counts[row] > 1, row, -1).astype(np.int64)


def _until(evidence: Evidence, inputs: Inputs, since: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return when the last episode of each customer ended; NAT without any."""
    ended = evidence.episodes.ended_at
    last = since.copy()
    np.maximum.at(last, evidence.owner, np.where(ended == NAT, inputs.until_us, ended))
    return np.where(since == NAT, NAT, last)


def _points(inputs: Inputs) -> dict[str, NDArray[np.float64]]:
    """Return who has generation, and whose meter was replaced in the window."""
    points = inputs.frames["points"]
    row = inputs.rows_of(points["customer_id"].to_numpy(np.int64))
    first = inputs.on[0].astype("datetime64[us]")
    is_new = np.zeros(len(points), np.bool_)
    for column in ("installed_on", "removed_on"):
        days = points[column].to_numpy("datetime64[us]")
        is_new |= (days > first) & (days <= inputs.on[-1].astype("datetime64[us]"))
    generation = np.zeros(len(inputs.customers))
    generation[row[points["has_generation"].to_numpy(np.int64) == 1]] = 1.0
    replaced = np.zeros(len(inputs.customers))
    replaced[row[is_new]] = 1.0
    return {"has_generation": generation, "is_replaced": replaced}
