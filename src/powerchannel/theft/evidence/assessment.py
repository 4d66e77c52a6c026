"""Customers of some areas, assessed: points, cause, what was not recorded (综合评定)."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from powerchannel.theft.causes import CAUSES, Decided
from powerchannel.theft.consumption import Days
from powerchannel.theft.evidence.anomalies import decided_causes
from powerchannel.theft.evidence.gathering import Evidence, evidence_of
from powerchannel.theft.evidence.inputs import Inputs
from powerchannel.theft.evidence.lost_use import drop_kwh
from powerchannel.theft.evidence.unread_days import lost_before_reading
from powerchannel.theft.rules import Rulebook
from powerchannel.theft.scorecard import Scored

__all__ = ["Assessment"]

_WIRING_MISTAKE = list(CAUSES).index("wiring_mistake")
_NOTHING_LOST = [
    list(CAUSES).index(cause)
    for cause in ("outage", "vacancy", "photovoltaic", "meter_replacement", "data_fault")
]


@frozen(eq=False, slots=False, kw_only=True)
class Assessment:
    """Everything that is made of the rows of a window (综合评定).

    Parameters
    ----------
    inputs : Inputs
        The rows.
    rulebook : Rulebook
        The rules.
    """

    inputs: Inputs
    rulebook: Rulebook

    @cached_property
    def evidence(self) -> Evidence:
        """All that was found (证据)."""
        return evidence_of(self.inputs, self.rulebook)

    @cached_property
    def values(self) -> NDArray[np.float64]:
        """What the card asks for, a column each (评分卡证据)."""
        return self.evidence.of(self.rulebook.card.names)

    @cached_property
    def scored(self) -> Scored:
        """Points and their reasons (评分)."""
        return self.rulebook.card.score(self.values)

    @cached_property
    def decided(self) -> Decided:
        """The cause of each anomaly (原因判断)."""
        return decided_causes(self.inputs, self.evidence, self.rulebook)

    @cached_property
    def causes(self) -> NDArray[np.int64]:
        """The position of each cause in `CAUSES`; -1 where nothing is odd (原因)."""
        is_odd = self.scored.points > self.rulebook.card.base_points
        is_odd |= self.decided.speaks.any(axis=1)
        return np.where(is_odd, self.decided.cause, -1)

    @cached_property
    def lost_before_reading(self) -> NDArray[np.float64]:
        """What was lost before the first reading if it was as it is since (读数之前少计电量)."""
        return lost_before_reading(self.inputs, self.evidence)

    @cached_property
    def lost_kwh(self) -> NDArray[np.float64]:
        """Energy not recorded and its interval: by episodes, else by the area, else by the drop.

        Nothing is lost where the cause is none of metering. What was lost before the first
        reading is not known: the upper end holds it, and so does the estimate where the cause is
        a wiring mistake, which was there since the meter was put up (少计电量).
        """
        evidence, count = self.evidence, len(self.inputs.customers)
        known = ~np.isnan(evidence.losses.kwh)
        sums = [
            np.bincount(evidence.owner[known], values[known], count).astype(np.float64)
            for values in (evidence.losses.kwh, evidence.losses.low_kwh, evidence.losses.high_kwh)
        ]
        kwh, _, high = sums
        unread = self.lost_before_reading
        high += unread * np.divide(high, kwh, out=np.ones(count), where=kwh > 0)
        kwh += np.where(self.causes == _WIRING_MISTAKE, unread, 0.0)
        is_told = np.bincount(evidence.owner[known], minlength=count) > 0
        drop = drop_kwh(Days(self.inputs.energy_kwh, self.inputs.on))
        found = np.column_stack([drop, np.zeros(count), drop])
        areas, suspicion = evidence.areas.evidence, evidence.areas.suspicion
        by_area = (suspicion.lost_kwh, suspicion.lost_low_kwh, suspicion.lost_high_kwh)
        is_balanced = (areas.area >= 0) & ~np.isnan(suspicion.lost_kwh)
        found[is_balanced] = np.column_stack(by_area)[is_balanced]
        found[is_told] = np.column_stack(sums)[is_told]
        found[np.isin(self.causes, _NOTHING_LOST)] = 0.0
        return found
