"""The cause of each anomaly, with its reasons (原因判断)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from powerchannel.text import Text
from powerchannel.theft.causes.catalogue import CAUSE_EVIDENCE, CAUSES, Cause, Floats
from powerchannel.theft.causes.evidence import CauseEvidence
from powerchannel.theft.causes.rules import CauseRules, Comparison, Decision, Test

__all__ = ["Decided", "decide"]

_ALL_CAUSES: tuple[Cause, ...] = tuple(CAUSES)
_CANNOT_TELL = _ALL_CAUSES.index("cannot_tell")
_NO_RANK = np.iinfo(np.int64).max
_COMPARISONS: Mapping[Comparison, Callable[[Floats, float], NDArray[np.bool_]]] = {
    "below": lambda values, limit: values < limit,
    "at_most": lambda values, limit: values <= limit,
    "at_least": lambda values, limit: values >= limit,
    "above": lambda values, limit: values > limit,
}
_SIGNS: Mapping[Comparison, str] = {"below": "<", "at_most": "≤", "at_least": "≥", "above": ">"}
_NOTHING = Text("没有一种原因的证据齐备", "no cause has the evidence that it needs")
_ALIKE = Text("以下原因证据相当，无法取舍：{}", "these causes have like evidence: {}")


@frozen(eq=False, kw_only=True)
class Decided:
    """Causes, and the decisions that were made (原因判断结果).

    Parameters
    ----------
    evidence : CauseEvidence
        What was known.
    rules : CauseRules
        What was asked.
    cause : ndarray of int64, shape (customers,)
        The position in `CAUSES`.
    speaks : ndarray of bool, shape (customers, decisions)
        The decisions of the lowest rank that hold: they made the cause.
    """

    evidence: CauseEvidence
    rules: CauseRules
    cause: NDArray[np.int64]
    speaks: NDArray[np.bool_]

    @property
    def codes(self) -> NDArray[np.str_]:
        """The code of each cause (原因代码)."""
        return np.array(_ALL_CAUSES)[self.cause]

    def reasons(self, customer: int) -> tuple[Text, ...]:
        """Return why, in words with the values behind them (判断理由)."""
        found = [
            decision
            for decision, speaks in zip(
                self.rules.decisions, self.speaks[customer].tolist(), strict=True
            )
            if speaks
        ]
        if not found:
            return (_NOTHING,)
        told = tuple(self._told(decision, customer) for decision in found)
        if self.cause[customer] != _CANNOT_TELL:
            return told
        titles = [CAUSES[cause] for cause in dict.fromkeys(each.cause for each in found)]
        zh, en = "、".join(each.zh for each in titles), ", ".join(each.en for each in titles)
        return (Text(_ALIKE.zh.format(zh), _ALIKE.en.format(en)), *told)

    def _told(self, decision: Decision, customer: int) -> Text:
        met = [test for test in decision.tests if self._meets(test)[customer]]
        values = [(test, float(self.evidence[test.evidence][customer])) for test in met]
        zh = "，".join(_words(test, value).zh for test, value in values)
        en = ", ".join(_words(test, value).en for test, value in values)
        return Text(f"{decision.title.zh}：{zh}", f"{decision.title.en}: {en}")

    def _meets(self, test: Test) -> NDArray[np.bool_]:
        return _meets(self.evidence, test)


def _words(test: Test, value: float) -> Text:
    quantity = CAUSE_EVIDENCE[test.evidence]
    unit = f" {quantity.unit}" if quantity.unit else ""
    compared = f"{value:.3g}{unit} {_SIGNS[test.comparison]} {test.limit}{unit}"
    return Text(f"{quantity.title.zh} {compared}", f"{quantity.title.en} {compared}")


def decide(evidence: CauseEvidence, rules: CauseRules) -> Decided:
    """Decide the cause of each customer's anomaly (原因判断).

    Of the decisions that hold, those of the lowest rank count. When they agree that is the cause;
    when they do not, or when none holds, it cannot be told.

    Parameters
    ----------
    evidence : CauseEvidence
        Of customers of whom something is odd; no customer has any influence on another.
    rules : CauseRules
        The decision table.

    Examples
    --------
    >>> from decimal import Decimal
    >>> from powerchannel.rulebook import Provenance
    >>> ours = Provenance(status="assumed", clause="-")
    >>> gone = Test(evidence="outage_share", comparison="at_least", limit=Decimal("0.5"))
    >>> rules = CauseRules(decisions=(Decision(id="no_supply", cause="outage", rank=1,
    ...     title=Text("停电", "no supply"), needs=(gone,), provenance=ours),))
    >>> found = decide(CauseEvidence({"outage_share": np.array([0.9, 0.1])}), rules)
    >>> found.codes.tolist(), found.reasons(0)[0].en
    (['outage', 'cannot_tell'], 'no supply: share of the time that was an outage 0.9 ≥ 0.5')
    """
    holds = np.column_stack([_holds(evidence, decision) for decision in rules.decisions])
    ranks = np.array([decision.rank for decision in rules.decisions])
    lowest = np.where(holds, ranks, _NO_RANK).min(axis=1)
    speaks = holds & (ranks == lowest[:, None])
    causes = np.array([_ALL_CAUSES.index(decision.cause) for decision in rules.decisions])
    first = np.where(speaks, causes, len(_ALL_CAUSES)).min(axis=1)
    last = np.where(speaks, causes, -1).max(axis=1)
    return Decided(
        evidence=evidence,
        rules=rules,
        cause=np.where(first == last, first, _CANNOT_TELL).astype(np.int64),
        speaks=speaks,
    )


def _holds(evidence: CauseEvidence, decision: Decision) -> NDArray[np.bool_]:
    holds = np.ones(len(evidence), np.bool_)
    for test in decision.needs:
        holds &= _meets(evidence, test)
    for test in decision.unless:
        holds &= ~_meets(evidence, test)
    if decision.any_of:
        holds &= np.any([_meets(evidence, test) for test in decision.any_of], axis=0)
    return holds


def _meets(evidence: CauseEvidence, test: Test) -> NDArray[np.bool_]:
    """Return who meets a test; NaN meets none."""
    return _COMPARISONS[test.comparison](evidence[test.evidence], float(test.limit))
