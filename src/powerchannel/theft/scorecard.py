"""Whole points by evidence, and what they mean as a probability (评分卡).

A score is the sum of the points of its reasons; the probability is read from a printed table that
only rises. Nothing is fitted here: what a learner found is written into the card, for people to
approve, and scored without it.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Literal

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from powerchannel.errors import Problem
from powerchannel.rulebook import Provenance
from powerchannel.rulebook.checks import between, is_named, problem, refuse
from powerchannel.text import Text

__all__ = ["Card", "Evidence", "Scored", "Step"]

_SIGNS = {"rising": 1, "falling": -1}


@frozen(kw_only=True)
class Evidence:
    """The points of one kind of evidence (证据计分).

    Parameters
    ----------
    name : str
        The column of values.
    title : Text
        What it is called.
    edges : tuple of Decimal
        Rising; a value at an edge belongs to the step above it.
    points : tuple of int
        One more than edges.
    missing_points : int
        Where there is no value.
    direction : {"rising", "falling", "any"}
        Which way points may go as values rise.
    """

    name: str = field(validator=is_named)
    title: Text
    edges: tuple[Decimal, ...] = field()
    points: tuple[int, ...] = field()
    missing_points: int = 0
    direction: Literal["rising", "falling", "any"] = field(default="any")
    provenance: Provenance

    @edges.validator
    def _rising_edges(self, _: object, value: tuple[Decimal, ...]) -> None:
        refuse(
            problem(
                f"$[{i + 1}]", f"{b} 应大于 {a}；请升序排列", f"{b} must be above {a}; sort them"
            )
            for i, (a, b) in enumerate(pairwise(value))
            if b <= a
        )

    @points.validator
    def _one_a_step(self, _: object, value: tuple[int, ...]) -> None:
        edges, need = len(self.edges), len(self.edges) + 1
        if len(value) != need:
            raise ValueError(
                Text(
                    f"{edges} 个分界应有 {need} 个分值，不是 {len(value)} 个",
                    f"{edges} edges need {need} points, not {len(value)}",
                )
            )

    @direction.validator
    def _as_it_says(self, _: object, value: str) -> None:
        sign = _SIGNS.get(value, 0)
        if sign and any(sign * (b - a) < 0 for a, b in pairwise(self.points)):
            raise ValueError(
                Text(
                    f"分值 {list(self.points)} 不是单调（{value}）；请改正分值或方向",
                    f"the points {list(self.points)} are not {value}; mend them or the direction",
                )
            )

    def of(self, values: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return the points of each value (取分).

        Examples
        --------
        >>> here = Provenance(status="assumed", clause="x")
        >>> drop = Evidence(name="drop", title=Text("突降", "drop"), edges=(Decimal("0.5"),),
        ...     points=(0, 20), missing_points=5, provenance=here)
        >>> drop.of(np.array([0.1, 0.5, np.nan])).tolist()
        [0, 20, 5]
        """
        edges = np.array([float(edge) for edge in self.edges])
        found = np.array(self.points, np.int64)[np.searchsorted(edges, values, side="right")]
        return np.where(np.isnan(values), self.missing_points, found)


@frozen(kw_only=True)
class Step:
    """The probability at so many points (概率表行)."""

    points: int
    probability: Decimal = field(validator=between(0, 1))


@frozen(kw_only=True)
class Card:
    """A scorecard: evidence, base points, and the probability table (评分卡).

    Parameters
    ----------
    evidence : tuple of Evidence
        In the order in which reasons are told.
    base_points : int
        What everybody has.
    probability : tuple of Step
        Rising in both; before the first row and after the last it stays as it is there.
    """

    evidence: tuple[Evidence, ...] = field()
    base_points: int = 0
    probability: tuple[Step, ...] = field()
    provenance: Provenance

    @evidence.validator
    def _each_once(self, _: object, value: tuple[Evidence, ...]) -> None:
        names = [evidence.name for evidence in value]
        refuse(
            problem(f"$[{i}].name", f"{name} 已有；请删去一个", f"{name} stands above; remove one")
            for i, name in enumerate(names)
            if name in names[:i]
        )

    @probability.validator
    def _only_rises(self, _: object, value: tuple[Step, ...]) -> None:
        if not value:
            raise ValueError(Text("概率表为空；请至少给一阶", "the table is empty; give a step"))
        refuse(_falling(value))

    @property
    def names(self) -> tuple[str, ...]:
        """The columns of values that it needs (所需证据)."""
        return tuple(evidence.name for evidence in self.evidence)

    def score(self, values: NDArray[np.float64]) -> Scored:
        """Return the points of customers, and their reasons (评分).

        Parameters
        ----------
        values : ndarray of float64, shape (customers, evidence)
            In the order of `names`; NaN where there is none.

        Raises
        ------
        ValueError
            When there are not as many columns as kinds of evidence.
        """
        if values.ndim != 2 or values.shape[1] != len(self.evidence):
            raise ValueError(
                f"values of shape {values.shape} for {len(self.evidence)} kinds of evidence; "
                "give one column for each of `names`"
            )
        reasons = np.zeros(values.shape, np.int64)
        for column, evidence in enumerate(self.evidence):
            reasons[:, column] = evidence.of(values[:, column])
        return Scored(reasons=reasons, points=reasons.sum(axis=1) + self.base_points)

    def probability_of(self, points: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return what the table says of points; between two rows, in proportion (查概率)."""
        rows = [(step.points, float(step.probability)) for step in self.probability]
        known, shares = zip(*rows, strict=True)
        return np.asarray(np.interp(points, known, shares))


def _falling(steps: Sequence[Step]) -> list[Problem]:
    return [
        problem(
            f"$[{i + 1}]",
            f"分值与概率都应上升：{a.points} 分为 {a.probability}，{b.points} 分为 {b.probability}",
            f"points and probabilities must rise: {a.points}: {a.probability}, "
            f"{b.points}: {b.probability}",
        )
        for i, (a, b) in enumerate(pairwise(steps))
        if b.points <= a.points or b.probability < a.probability
    ]


@frozen(eq=False, kw_only=True)
class Scored:
    """Points and the reasons that sum to them (评分结果).

    Parameters
    ----------
    points : ndarray of int64, shape (customers,)
        Reasons and base points together.
    reasons : ndarray of int64, shape (customers, evidence)
        The points of each kind of evidence.
    """

    points: NDArray[np.int64]
    reasons: NDArray[np.int64]
