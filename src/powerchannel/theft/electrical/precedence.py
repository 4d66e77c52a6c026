"""Which rule speaks first, and where the others are silent."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from powerchannel.theft.electrical.rules import ElectricalRules

__all__ = ["OUTAGE", "Active", "order_of", "silenced_by"]

OUTAGE = "outage"
"""The rule whose place known outages take: what it silences is silent during those too."""


def silenced_by(rules: ElectricalRules) -> Mapping[int, tuple[int, ...]]:
    """Return for each rule that gives way those it gives way to, by position (让位关系)."""
    place = {rule.id: i for i, rule in enumerate(rules.rules)}
    found: dict[int, list[int]] = {}
    for entry in rules.precedence:
        for lower in entry.over:
            found.setdefault(place[lower], []).append(place[entry.id])
    return {lower: tuple(higher) for lower, higher in found.items()}


def order_of(rules: ElectricalRules) -> tuple[int, ...]:
    """Return the positions of all rules, each after those that it gives way to (判断次序)."""
    higher, left, order = silenced_by(rules), list(range(len(rules.rules))), list[int]()
    while left:
        free = [i for i in left if not set(higher.get(i, ())).intersection(left)]
        order += free
        left = [i for i in left if i not in free]
    return tuple(order)


@frozen(eq=False)
class Active:
    """Where each rule speaks, as far as it is known (各规则的活动区段).

    Parameters
    ----------
    rows : int
        How many rows are looked at.
    """

    rows: int
    _planes: dict[int, NDArray[np.bool_]] = field(factory=dict)

    def add(self, rule: int, phase: int | slice, phases: int, rows: NDArray[np.int64]) -> None:
        """Note that a rule speaks at some rows, on a phase, or all, of so many (登记活动区段)."""
        if rule not in self._planes:
            self._planes[rule] = np.zeros((phases, self.rows), dtype=np.bool_)
        self._planes[rule][phase, rows] = True

    def silence(self, rules: tuple[int, ...], phase: int, phases: int) -> NDArray[np.bool_]:
        """Tell at which rows a phase is silenced by any of the rules (静默区段)."""
        silent = np.zeros(self.rows, dtype=np.bool_)
        for plane in (self._planes[rule] for rule in rules if rule in self._planes):
            here = plane[phase] if len(plane) == phases else plane.any(axis=0)
            silent |= here
        return silent
