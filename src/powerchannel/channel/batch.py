"""The rules for all customers at once: a block of the state in, scores and choices out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeAlias

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from powerchannel._kernels.preference import Choices, Factors, Scores, choose, score
from powerchannel.channel.marks import Marks
from powerchannel.channel.planes import LIMIT, width_of
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

Cells: TypeAlias = tuple[NDArray[np.int64], NDArray[np.int64]]
"""Customers and channels, pair by pair."""


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
        disliked, latent, complaints = self.modifiers(start, stop)
        factors = factors_of(self.rulebook, int(complaints.max(initial=0)))
        planes = np.stack([p[:, : latent.shape[1]] for p in self.planes(start, stop)])
        scores = score(planes, latent, complaints, disliked, factors)
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

    def planes(self, start: int, stop: int) -> list[NDArray[np.uint8]]:
        """Return the uses of each month of the window, oldest first (窗口使用面).

        Returns
        -------
        list of ndarray of uint8, shape (stop - start, bytes)
            To be read only.
        """
        planes, width = self.state.planes, width_of(len(self.state.channels))
        nothing = np.zeros((stop - start, width), np.uint8)
        return [
            planes[m].words(start, stop) if m in planes else nothing
            for m in range(self._first, self.as_of + 1)
        ]

    def modifiers(
        self, start: int, stop: int
    ) -> tuple[NDArray[np.bool_], NDArray[np.int64], NDArray[np.int64]]:
        """Return live dislikes, latent points and complaints (不喜欢、潜量、投诉).

        Returns
        -------
        tuple of ndarray, each of shape (stop - start, channels)
        """
        shape = (stop - start, len(self.state.channels))
        dislikes, complaints = self.dislikes(start, stop), np.zeros(shape, np.int64)
        seen = self.complaints(start, stop)
        np.add.at(complaints, (seen["customer"], seen["channel"]), seen["complaints"])
        is_disliked, latent = np.zeros(shape, np.bool_), np.zeros(shape, np.int64)
        is_disliked[dislikes] = True
        rows, points = self.latent(start, stop, dislikes)
        latent[rows] = points
        return is_disliked, latent, complaints

    def complaints(self, start: int, stop: int) -> Marks:
        """Return the complaints of the window (窗口内投诉)."""
        marks = self.state.marks.block(start, stop)
        months = marks["month"]
        in_window = (months >= self._first) & (months <= self.as_of)
        return marks.where(in_window & (marks["complaints"] > 0))

    def dislikes(self, start: int, stop: int) -> Cells:
        """Return the customers and channels of live dislikes (有效的不喜欢)."""
        marks = self.state.marks.block(start, stop)
        seen = marks.where(marks["month"] <= self.as_of)
        if not len(seen):
            return seen["customer"], seen["channel"]
        customer, channel = seen["customer"], seen["channel"]
        is_new = np.append(True, (np.diff(customer) != 0) | (np.diff(channel) != 0))
        first = np.flatnonzero(is_new)
        stated = np.maximum.reduceat(seen["disliked"], first)
        lives = stated > np.maximum.reduceat(seen["withdrawn"], first)
        if self.rulebook.dislike.until == "expiry":
            lives &= stated >= month_end_us(self.as_of - self.rulebook.dislike.months)
        return customer[first[lives]], channel[first[lives]]

    def latent(
        self, start: int, stop: int, dislikes: Cells
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the customers with facts or evidence, and their latent points (潜量分).

        Returns
        -------
        rows : ndarray of int64, shape (found,)
            Customers, counted from `start`.
        points : ndarray of int64, shape (found, channels)
        """
        held, seen = self._held(start, stop), self._seen(start, stop)
        has_any = np.zeros(stop - start, np.bool_)
        has_any[held["customer"]] = has_any[seen["customer"]] = True
        rows = np.flatnonzero(has_any)
        points = np.zeros((len(rows), len(self.state.channels)), np.int64)
        self._climb(points, held.moved_to(rows))
        at = seen.moved_to(rows)
        for extra in self.rulebook.latent.extras:
            points[self._earned(at, extra, len(rows))] += self._points(extra.points)
        np.minimum(points, self.rulebook.latent.cap, out=points)
        customer, channel = dislikes
        if self.rulebook.dislike.latent_off == "customer":
            points[np.isin(rows, customer)] = 0
        else:
            known = np.isin(customer, rows)
            points[np.searchsorted(rows, customer[known]), channel[known]] = 0
        return rows, points

    def _held(self, start: int, stop: int) -> Marks:
        facts, end = self.state.facts.block(start, stop), month_end_us(self.as_of)
        return facts.where((facts["since"] < end) & (facts["until"] >= end))

    def _seen(self, start: int, stop: int) -> Marks:
        evidence = self.state.evidence.block(start, stop)
        months = evidence["month"]
        return evidence.where((months >= self._first) & (months <= self.as_of))

    def _climb(self, points: NDArray[np.int64], held: Marks) -> None:
        for rung in self.rulebook.latent.ladder:
            wanted = np.isin(held["fact"], [FACTS.index(f) for f in rung.facts])
            customer, channel = held["customer"][wanted], held["channel"][wanted]
            np.maximum.at(points, (customer, channel), self._points(rung.points)[channel])

    def _earned(self, seen: Marks, extra: Extra, customers: int) -> NDArray[np.bool_]:
        of_kind = seen.where(seen["kind"] == self.state.evidence_kinds.index(extra.evidence))
        counts = np.zeros(customers, np.int64)
        np.add.at(counts, of_kind["customer"], of_kind["count"])
        return np.asarray(counts >= extra.at_least, dtype=np.bool_)

    def _points(self, points: Mapping[str, int]) -> NDArray[np.int64]:
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
