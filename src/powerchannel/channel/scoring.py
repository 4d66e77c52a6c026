"""Scores and first choices of all customers, by the fastest path that the rules allow."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from powerchannel._kernels.loops import Loops, loops
from powerchannel._kernels.rules import (
    CHANNELS,
    COMPLAINT,
    DISLIKE,
    LATENT,
    MAX_MONTHS,
    MAX_STEPS,
    NO_CHOICE,
    LoopRules,
)
from powerchannel.channel.batch import Engine
from powerchannel.channel.reference import points_per_use, tie_order
from powerchannel.channel.rules import Rulebook
from powerchannel.text import Text

__all__ = ["Columns", "Scorer", "loop_rules", "obstacle"]

_BLOCK = 1 << 16


@frozen(eq=False)
class Columns:
    """Customers ``start`` to ``stop``: a row of scores a channel, and first choices (得分列).

    Parameters
    ----------
    start, stop : int
        The customers.
    scores : ndarray of float32, shape (channels, stop - start)
        The scores.
    first : ndarray of int16, shape (stop - start,)
        Position of the first choice, -1 for none.
    """

    start: int
    stop: int
    scores: NDArray[np.float32]
    first: NDArray[np.int16]


@frozen(eq=False)
class Scorer:
    """Scores a state by the loop, or by the general path where the loop cannot (计分器).

    Parameters
    ----------
    engine : Engine
        State, rules and month.
    threads : int
        How many blocks are scored at a time; the answer does not depend on it.
    """

    engine: Engine
    threads: int = 1

    @property
    def path(self) -> str:
        """The name of the path that runs (计分路径)."""
        return "general" if obstacle(self.engine.rulebook) else loops().name

    def columns(self) -> Columns:
        """Score all customers (全部得分)."""
        customers, channels = len(self.engine.state), len(self.engine.state.channels)
        scores = np.empty((channels, customers), np.float32)
        first = np.empty(customers, np.int16)
        for block in self.blocks():
            rows = slice(block.start, block.stop)
            scores[:, rows], first[rows] = block.scores, block.first
        return Columns(0, customers, scores, first)

    def blocks(self) -> Iterator[Columns]:
        """Score block by block, in order (逐块得分)."""
        starts = range(0, len(self.engine.state), _BLOCK)
        if obstacle(self.engine.rulebook):
            yield from map(self._general, starts)
            return
        work = partial(self._looped, rules=loop_rules(self.engine.rulebook), chosen=loops())
        yield from map(work, starts) if self.threads == 1 else _ahead(work, starts, self.threads)

    def _stop(self, start: int) -> int:
        return min(start + _BLOCK, len(self.engine.state))

    def _general(self, start: int) -> Columns:
        block = self.engine.block(start, self._stop(start))
        scores = np.ascontiguousarray(block.scores.score.T)
        return Columns(start, self._stop(start), scores, block.choices.first)

    def _looped(self, start: int, rules: LoopRules, chosen: Loops) -> Columns:
        stop, channels = self._stop(start), len(self.engine.state.channels)
        scores = np.empty((CHANNELS, stop - start), np.float32)
        first = np.empty(stop - start, np.uint8)
        planes, modifiers = self.engine.planes(start, stop), self._modifiers(start, stop)
        chosen.finalise(planes, modifiers, rules, scores, first, 0, stop - start)
        codes = np.where(first == NO_CHOICE, -1, first.astype(np.int16)).astype(np.int16)
        return Columns(start, stop, scores[:channels], codes)

    def _modifiers(self, start: int, stop: int) -> NDArray[np.uint8]:
        """Write only where there is something: most customers have no marks at all."""
        engine = self.engine
        out = np.zeros((stop - start, CHANNELS), np.uint8)
        dislikes = engine.dislikes(start, stop)
        rows, points = engine.latent(start, stop, dislikes)
        out[rows, : points.shape[1]] = points
        complaints = engine.complaints(start, stop)
        out[complaints["customer"], complaints["channel"]] |= COMPLAINT
        out[dislikes] |= DISLIKE
        return out


def _ahead(
    work: Callable[[int], Columns], starts: Iterable[int], threads: int
) -> Iterator[Columns]:
    """Work on blocks in threads and yield them in order, few of them made before they are taken."""
    underway: deque[Future[Columns]] = deque()
    with ThreadPoolExecutor(threads) as pool:
        for start in starts:
            underway.append(pool.submit(work, start))
            if len(underway) > 2 * threads:
                yield underway.popleft().result()
        while underway:
            yield underway.popleft().result()


def obstacle(rulebook: Rulebook) -> Text | None:
    """Say why the loop cannot express the rules, or None when it can (循环不适用的原因)."""
    cap, months = rulebook.stock.cap_per_month, rulebook.window.months
    found = (
        (len(rulebook.catalogue.codes) > CHANNELS, Text("渠道多于 8 个", "more than 8 channels")),
        (months > MAX_MONTHS, Text("窗口长于 8 个月", "a window of more than 8 months")),
        (
            cap is None or cap * min(months, MAX_MONTHS) > 255,
            Text("窗口内可计次数超过 255", "more than 255 uses may count in the window"),
        ),
        (
            rulebook.streak.scope != "ending" or rulebook.streak.grace_months > 0,
            Text("连续月份不要求延续到截止月", "a streak need not end in the as-of month"),
        ),
        (len(rulebook.streak.steps) > MAX_STEPS, Text("连续档位多于 4 档", "more than 4 steps")),
        (rulebook.complaint.counting != "once", Text("投诉逐次扣减", "complaints count each")),
        (rulebook.latent.cap > LATENT, Text("潜在分上限超过 63", "latent points above 63")),
        (rulebook.frequency.more_than > 255, Text("高频门槛超过 255", "frequency above 255")),
    )
    return next((reason for holds, reason in found if holds), None)


def loop_rules(rulebook: Rulebook) -> LoopRules:
    """Return the rules as the loop takes them (规则转循环系数).

    Parameters
    ----------
    rulebook : Rulebook
        One without `obstacle`.
    """
    codes, cap = rulebook.catalogue.codes, rulebook.stock.cap_per_month
    points = [points_per_use(rulebook, c) for c in codes]
    order = tie_order(rulebook)
    return LoopRules(
        points=(*points, *[0.0] * (CHANNELS - len(codes))),
        streak=tuple((s.months, float(s.factor)) for s in rulebook.streak.steps),
        frequency=float(rulebook.frequency.factor),
        complaint=float(rulebook.complaint.factor),
        more_than=rulebook.frequency.more_than,
        cap=cap or 255,
        is_largest=rulebook.bonus.combine == "largest",
        tie_order=(*order, *range(len(codes), CHANNELS)),
    )
