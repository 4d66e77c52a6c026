"""Why a customer is suspicious, step by step (嫌疑说明)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import cast

import numpy as np
import pandas as pd
from attrs import frozen

from powerchannel.ledger import Steps
from powerchannel.text import Lang, Text
from powerchannel.theft.causes import CAUSES, Cause
from powerchannel.theft.rules import Rulebook
from powerchannel.theft.scorecard import Evidence

__all__ = ["CustomerExplanation", "Explanation"]

_BASE = Text("起始分", "what everybody has")
_VALUE = Text("{title}为 {value}", "{title} is {value}")
_NOTHING = Text("{title}无数据", "nothing is known of {title}")
_HEAD = Text(
    "客户 {customer}：{points} 分，窃电概率 {probability}",
    "Customer {customer}: {points} points, probability of theft {probability}",
)
_EPISODE = Text(
    "{rule}，{phase} 相，{start} 至 {end}，实测/门限 {evidence}",
    "{rule}, phase {phase}, {start} to {end}, measured / threshold {evidence}",
)
_CAUSE = Text("原因：{cause}", "Cause: {cause}")
_LOST = Text(
    "估计少计 {kwh} kWh（{low} 至 {high}）", "about {kwh} kWh not recorded ({low} to {high})"
)
_BEFORE = Text(
    "首个读数之前若也如此，少计 {kwh} kWh：区间上限已含；自装表即有的接线错误，估计中也含",
    "before the first reading, if it was so then too, {kwh} kWh: the upper end holds it; of a "
    "wiring mistake, there since the meter was put up, the estimate does as well",
)


@frozen(eq=False, slots=False, kw_only=True)
class CustomerExplanation:
    """The points of one customer (单户说明).

    Parameters
    ----------
    customer_id : str
        Who.
    rulebook : Rulebook
        The rules.
    values : tuple of float
        The evidence that the card asks for, in its order.
    points : int
        What the result says.
    episodes : DataFrame
        Theirs.
    lost_kwh : tuple of float
        What was not recorded, and its interval [kWh].
    lost_before_reading : float
        What of it is of before the first reading, by what was lost since [kWh].
    cause : str
        Its code; empty where nothing is odd.
    why : tuple of Text
        The reasons of the cause.
    """

    customer_id: str
    rulebook: Rulebook
    values: tuple[float, ...]
    points: int
    episodes: pd.DataFrame
    lost_kwh: tuple[float, ...]
    lost_before_reading: float
    cause: str
    why: tuple[Text, ...]

    @cached_property
    def steps(self) -> Steps:
        """Base points, then the points of each kind of evidence that has any (计分步骤)."""
        card = self.rulebook.card
        source = card.provenance
        steps = Steps().add(
            card.base_points,
            rule_id="card.base_points",
            label=_BASE,
            status=source.status,
            clause=source.clause,
        )
        for evidence, value in zip(card.evidence, self.values, strict=True):
            points = int(evidence.of(np.array([value]))[0])
            if points:
                steps = steps.add(
                    points,
                    rule_id=f"card.{evidence.name}",
                    label=_said(evidence, value),
                    status=evidence.provenance.status,
                    clause=evidence.provenance.clause,
                )
        return steps

    def replay(self) -> int:
        """Work the points out again from the steps (复算).

        Raises
        ------
        ReconciliationError
            When a recorded step is not what it should be.
        """
        return round(self.steps.replay())


def _said(evidence: Evidence, value: float) -> Text:
    if value != value:
        return _NOTHING.fill(title=evidence.title)
    return _VALUE.fill(title=evidence.title, value=f"{value:.4g}")


def _episode_lines(told: CustomerExplanation) -> Iterator[Text]:
    rules = {rule.id: rule.title for rule in told.rulebook.electrical.rules}
    for row in told.episodes.to_dict("records"):
        yield _EPISODE.fill(
            rule=rules[row["rule_id"]],
            phase=row["phase"].upper() or "-",
            start=f"{row['started_at']:%Y-%m-%d %H:%M}",
            end="-" if pd.isna(row["ended_at"]) else f"{row['ended_at']:%Y-%m-%d %H:%M}",
            evidence=row["evidence"] or "-",
        )


@frozen(eq=False)
class Explanation:
    """Why some customers are as suspicious as they are (说明).

    Parameters
    ----------
    customers : tuple of CustomerExplanation
        In the order asked for.
    lang : {"zh", "en"}
        The language.
    """

    customers: tuple[CustomerExplanation, ...]
    lang: Lang

    @property
    def table(self) -> pd.DataFrame:
        """One row a step: customer_id and the columns of `powerchannel.ledger.Steps` (步骤表)."""
        parts = []
        for told in self.customers:
            part = told.steps.table(self.lang)
            part.insert(0, "customer_id", told.customer_id)
            parts.append(part)
        return pd.concat(parts, ignore_index=True)

    @property
    def sentences(self) -> list[str]:
        """One sentence a step and an episode, customer by customer (逐句说明)."""
        return [line for told in self.customers for line in self._lines(told)]

    def _lines(self, told: CustomerExplanation) -> list[str]:
        chance = float(told.rulebook.card.probability_of(np.array([told.points]))[0])
        head = _HEAD.fill(
            customer=told.customer_id, points=told.points, probability=f"{chance:.1%}"
        ).pick(self.lang)
        shown = [line.pick(self.lang) for line in _episode_lines(told)]
        low, high = told.lost_kwh[1:]
        lost = [
            _LOST.fill(kwh=f"{told.lost_kwh[0]:,.1f}", low=f"{low:,.1f}", high=f"{high:,.1f}").pick(
                self.lang
            )
        ]
        if high > 0 and told.lost_before_reading > 0:
            lost.append(_BEFORE.fill(kwh=f"{told.lost_before_reading:,.1f}").pick(self.lang))
        steps = told.steps.sentences(self.lang)
        if not told.cause:
            return [head, *steps, *shown, *lost]
        why = [reason.pick(self.lang) for reason in told.why]
        cause = _CAUSE.fill(cause=CAUSES[cast("Cause", told.cause)]).pick(self.lang)
        return [head, *steps, *shown, cause, *why, *lost]

    def __str__(self) -> str:
        return "\n".join(self.sentences)
