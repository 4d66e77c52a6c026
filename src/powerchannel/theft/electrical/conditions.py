"""Conditions as truth values by phase and time."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from powerchannel.theft.electrical.quantities import Meters, Plane, Stretch
from powerchannel.theft.electrical.rules import WIRINGS, Comparison, Condition, Rule
from powerchannel.theft.electrical.runs import rows_of

__all__ = ["Judge", "Part"]

_COMPARE: Mapping[Comparison, Callable[..., NDArray[np.bool_]]] = {
    "below": np.less,
    "at_most": np.less_equal,
    "at_least": np.greater_equal,
    "above": np.greater,
}


@frozen(eq=False)
class Part:
    """Some whole meters of a stretch (部分电表).

    Parameters
    ----------
    rows : ndarray of int64
        Their rows in the stretch, ascending.
    meters : Meters
        The meters.
    """

    rows: NDArray[np.int64]
    meters: Meters


@frozen(eq=False)
class Judge:
    """Tells of each row of a stretch which conditions it meets (条件判断).

    Parameters
    ----------
    stretch : Stretch
        The rows.
    """

    stretch: Stretch

    def starts(self, rule: Rule) -> NDArray[np.bool_]:
        """Tell where all conditions of a start hold (起始条件).

        Returns
        -------
        ndarray of bool, shape (3, n) of a rule of phases, or (1, n)
        """
        phases = 3 if rule.scope == "phase" else 1
        holds = self._holds_for(rule)
        if not holds.any():
            return np.zeros((phases, 1), dtype=np.bool_)
        first, *others = rule.start
        met = self._meets(first)
        for condition in others:
            if not met.any():
                break
            met = met & self._meets(condition)
        met = met if holds.all() else met & self.stretch.meters.spread(holds)
        return np.broadcast_to(met, (phases, met.shape[1]))

    def part(self, starts: NDArray[np.bool_]) -> Part:
        """Return the meters of which any row meets a start (有起始的电表)."""
        meters = self.stretch.meters
        which = np.logical_or.reduceat(starts, meters.first)
        first, some = meters.first[which], meters.take(which)
        return Part(rows_of(first, first + some.counts), some)

    def restores(self, rule: Rule, phase: int, part: Part) -> NDArray[np.bool_]:
        """Tell where any condition of the restore holds on a phase (恢复条件)."""
        conditions = rule.restore.conditions if rule.restore else ()
        met = np.zeros(len(part.rows), dtype=np.bool_)
        for condition in conditions:
            values = self._values(condition.quantity, phase)[part.rows]
            met |= _compare(condition, values, part.meters)
        return met

    def knows(self, rule: Rule, phase: int, part: Part) -> NDArray[np.bool_]:
        """Tell where all that a start asks for was measured (有无量测)."""
        known = np.ones(len(part.rows), dtype=np.bool_)
        for condition in rule.start:
            known &= ~np.isnan(self._values(condition.quantity, phase)[part.rows])
        return known

    def evidence(self, rule: Rule, phase: int, rows: NDArray[np.int64]) -> Plane:
        """Return the values of the first condition at some rows (证据值)."""
        return np.asarray(self._values(rule.start[0].quantity, phase)[rows])

    def limit(self, rule: Rule, meter: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the limit of the first condition for some rows of `Points` (证据门限)."""
        meters = self.stretch.meters
        limits = meters.points.limits(rule.start[0])
        return np.take(limits, np.searchsorted(meters.rows, meter))

    def _holds_for(self, rule: Rule) -> NDArray[np.bool_]:
        holds = np.array([wiring in rule.wirings for wiring in WIRINGS])
        return holds[self.stretch.meters.points.wiring]

    def _meets(self, condition: Condition) -> NDArray[np.bool_]:
        plane = self.stretch.quantity(condition.quantity)
        return _compare(condition, plane, self.stretch.meters)

    def _values(self, quantity: str, phase: int) -> Plane:
        plane = self.stretch.quantity(quantity)
        return np.asarray(plane[phase if len(plane) > 1 else 0])


def _compare(condition: Condition, values: Plane, meters: Meters) -> NDArray[np.bool_]:
    limits = meters.spread(meters.points.limits(condition))
    return _COMPARE[condition.comparison](values, limits)
