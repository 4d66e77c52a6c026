"""The rules for all customers at once: a block of the state in, scores and choices out."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from powerchannel._kernels.preference import Choices, Factors, Scores, choose, score
from powerchannel.channel.marks import Marks
from powerchannel.channel.planes import LIMIT
from powerchannel.channel.reference import (
    complaint_factor,
    points_per_use,
    streak_factor,
    tie_order,
)
from powerchannel.channel.rules import FACTS, Extra, Rulebook
from powerchannel.channel.state import State
from powerchannel.periods import month_end_us

__all__ = ["Block", "Engine"]

_BLOCK = 1 << 16  # customers at a time: the working arrays of a block stay in the cache
_NEVER = np.iinfo(np.int64).min


@frozen(eq=False, kw_only=True)
class Block:
    """Customers ``start`` to ``start + n`` of a state, scored (计分块)."""

    start: int
    scores: Scores
    choices: Choices
    latent: NDArray[np.int64]
    complaints: NDArray[np.int64]
    is_disliked: NDArray[np.bool_]

    @property
    def has_row(self) -> NDArray[np.bool_]:
        """Where a row of the result stands (有依据处)."""
        has = (self.scores.uses > 0) | (self.latent > 0) | (self.complaints > 0)
        return np.asarray(has | self.is_disliked, dtype=np.bool_)


@frozen(eq=False)
class Engine:
    """A state and rules at a month, ready to score block by block (计分引擎)."""

    state: State
    rulebook: Rulebook
    as_of: int

    def blocks(self, *, size: int = _BLOCK) -> Iterator[Block]:
        """Score all customers, `size` at a time (逐块计分)."""
        for start in range(0, len(self.state), size):
            yield self.block(start, min(start + size, len(self.state)))

    def block(self, start: int, stop: int) -> Block:
        """Score the customers ``start`` to ``stop`` (计分一块)."""
        disliked = self._disliked(start, stop)
        latent = self._latent(start, stop, disliked)
        complaints = self._complaints(start, stop)
        factors = factors_of(self.rulebook, int(complaints.max(initial=0)))
        scores = score(self._planes(start, stop), latent, complaints, disliked, factors)
        order = np.array(tie_order(self.rulebook), np.intp)
        return Block(
            start=start,
            scores=scores,
            choices=choose(scores.score, order, float(self.rulebook.preferred.ratio)),
            latent=latent,
            complaints=complaints,
            is_disliked=disliked,
        )

    @property
    def _first(self) -> int:
        return self.as_of - self.rulebook.window.months + 1

    def _shape(self, start: int, stop: int) -> tuple[int, int]:
        return stop - start, len(self.state.channels)

    def _planes(self, start: int, stop: int) -> NDArray[np.uint8]:
        months = range(self._first, self.as_of + 1)
        out = np.zeros((len(months), *self._shape(start, stop)), np.uint8)
        for plane, month in zip(out, months, strict=True):
            if month in self.state.planes:
                plane[:] = self.state.planes[month].dense(start, stop)
        return out

    def _complaints(self, start: int, stop: int) -> NDArray[np.int64]:
        marks = self.state.marks.block(start, stop)
        seen = marks.where((marks["month"] >= self._first) & (marks["month"] <= self.as_of))
        out = np.zeros(self._shape(start, stop), np.int64)
        np.add.at(out, (seen["customer"], seen["channel"]), seen["complaints"])
        return out

    def _disliked(self, start: int, stop: int) -> NDArray[np.bool_]:
        marks = self.state.marks.block(start, stop)
        seen = marks.where(marks["month"] <= self.as_of)
        stated, withdrawn = (np.full(self._shape(start, stop), _NEVER) for _ in range(2))
        np.maximum.at(stated, (seen["customer"], seen["channel"]), seen["disliked"])
        np.maximum.at(withdrawn, (seen["customer"], seen["channel"]), seen["withdrawn"])
        lives = stated > withdrawn
        if self.rulebook.dislike.until == "expiry":
            lives &= stated >= month_end_us(self.as_of - self.rulebook.dislike.months)
        return lives

    def _latent(self, start: int, stop: int, disliked: NDArray[np.bool_]) -> NDArray[np.int64]:
        points = self._ladder(start, stop)
        evidence = self.state.evidence.block(start, stop)
        months = evidence["month"]
        seen = evidence.where((months >= self._first) & (months <= self.as_of))
        for extra in self.rulebook.latent.extras:
            earned = self._evidence(seen, extra, stop - start)
            points[earned] += self._points(extra.points)
        points = np.minimum(points, self.rulebook.latent.cap)
        off = disliked
        if self.rulebook.dislike.latent_off == "customer":
            off = np.broadcast_to(disliked.any(axis=1, keepdims=True), disliked.shape)
        return np.where(off, 0, points)

    def _ladder(self, start: int, stop: int) -> NDArray[np.int64]:
        facts, end = self.state.facts.block(start, stop), month_end_us(self.as_of)
        held = facts.where((facts["since"] < end) & (facts["until"] >= end))
        points = np.zeros(self._shape(start, stop), np.int64)
        for rung in self.rulebook.latent.ladder:
            wanted = np.isin(held["fact"], [FACTS.index(f) for f in rung.facts])
            customer, channel = held["customer"][wanted], held["channel"][wanted]
            np.maximum.at(points, (customer, channel), self._points(rung.points)[channel])
        return points

    def _evidence(self, seen: Marks, extra: Extra, customers: int) -> NDArray[np.bool_]:
        of_kind = seen.where(seen["kind"] == self.state.evidence_kinds.index(extra.evidence))
        counts = np.zeros(customers, np.int64)
        np.add.at(counts, of_kind["customer"], of_kind["count"])
        return np.asarray(counts >= extra.at_least, dtype=np.bool_)

    def _points(self, points: object) -> NDArray[np.int64]:
        assert hasattr(points, "get")
        return np.array([points.get(c, 0) for c in self.state.channels], np.int64)


def factors_of(rulebook: Rulebook, complaints: int) -> Factors:
    """Return the rules as tables, each entry from the readable reference (规则转系数表).

    Parameters
    ----------
    rulebook : Rulebook
        The rules.
    complaints : int
        The most complaints that any customer made about one channel.
    """
    cap = rulebook.stock.cap_per_month
    return Factors(
        points=np.array([points_per_use(rulebook, c) for c in rulebook.catalogue.codes]),
        cap=LIMIT if cap is None else cap,
        streak=np.array([streak_factor(n, rulebook) for n in range(rulebook.window.months + 1)]),
        is_any_run=rulebook.streak.scope == "any",
        grace=rulebook.streak.grace_months,
        more_than=rulebook.frequency.more_than,
        frequency=float(rulebook.frequency.factor),
        is_largest=rulebook.bonus.combine == "largest",
        complaint=np.array([complaint_factor(n, rulebook) for n in range(complaints + 1)]),
    )
