"""The balance of each area, held against its customers (台区取证)."""

from __future__ import annotations

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from powerchannel.theft.areas import AreaEvidence, AreaRules, Suspicion, attribute_all, suspicions
from powerchannel.theft.consumption import Features
from powerchannel.theft.evidence.inputs import Inputs

__all__ = ["AREA_NAMES", "AreaFindings", "area_findings"]

AREA_NAMES: tuple[str, ...] = ("area.points", "area.probability", "area.share")
"""What points may be given for."""


@frozen(eq=False, kw_only=True)
class AreaFindings:
    """What the areas tell of customers (台区取证结果).

    Parameters
    ----------
    evidence : AreaEvidence
        What each balance says.
    suspicion : Suspicion
        That and daily use in one.
    """

    evidence: AreaEvidence
    suspicion: Suspicion

    @property
    def values(self) -> NDArray[np.float64]:
        """One column for each of `AREA_NAMES`; NaN without a balance (台区证据列)."""
        columns = (self.suspicion.points, self.suspicion.probability, self.evidence.share)
        found = np.column_stack(columns).astype(np.float64)
        found[self.evidence.area < 0] = np.nan
        return found


def area_findings(inputs: Inputs, used: Features, rules: AreaRules) -> AreaFindings:
    """Hold the unexplained energy of every area against its customers (台区取证).

    An area counts whose supply and technical loss are known.

    Parameters
    ----------
    inputs : Inputs
        The window.
    used : Features
        Of daily use.
    rules : AreaRules
        The cards.
    """
    keys, supplied, loss = _supplies(inputs)
    place = np.searchsorted(keys, inputs.areas)
    at = np.minimum(place, max(len(keys) - 1, 0))
    is_known = keys[at] == inputs.areas if len(keys) else np.zeros(len(inputs.areas), np.bool_)
    found = attribute_all(
        supplied,
        inputs.energy_kwh,
        np.where(is_known, at, -1),
        technical_loss_ratio=loss,
    )
    return AreaFindings(evidence=found, suspicion=suspicions(found, used, rules))


def _supplies(
    inputs: Inputs,
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Return areas with a known loss, what each was supplied with by day, and that loss."""
    rows = inputs.frames["areas"].dropna(subset=["supplied_kwh"])
    means = rows.groupby("area_id")["technical_loss_ratio"].mean().dropna()
    keys = means.index.to_numpy(np.int64)
    mine = rows[rows["area_id"].isin(keys)]
    supplied = np.full((len(keys), len(inputs.on)), np.nan)
    days = mine["on"].to_numpy("datetime64[D]").astype(np.int64)
    day = days - inputs.on[0].astype("datetime64[D]").astype(np.int64)
    area = np.searchsorted(keys, mine["area_id"].to_numpy(np.int64))
    supplied[area, day] = mine["supplied_kwh"].to_numpy(np.float64)
    return keys, supplied, means.to_numpy(np.float64)
