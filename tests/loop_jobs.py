"""Random work for the scoring loops, and the same work by plain Python, one cell at a time."""

from __future__ import annotations

import numpy as np
from attrs import frozen
from hypothesis import strategies as st
from numpy.typing import NDArray

from powerchannel._kernels.loops import Loops
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

UNTOUCHED, UNCHOSEN = np.float32(-7.5), np.uint8(77)
"""What stands in the results before anything is written."""

Answer = tuple[NDArray[np.float32], NDArray[np.uint8]]


@frozen(eq=False, kw_only=True)
class Job:
    """Planes, modifiers and rules; the customers from `start` to `stop` are to be scored."""

    planes: tuple[NDArray[np.uint8], ...]
    modifiers: NDArray[np.uint8]
    rules: LoopRules
    start: int
    stop: int

    def run(self, loops: Loops) -> Answer:
        """Return scores and first choices of all customers, as one loop writes them."""
        scores, first = self._blank()
        loops.finalise(
            self.planes, self.modifiers, self.rules, scores, first, self.start, self.stop
        )
        return scores, first

    def by_hand(self) -> Answer:
        """Return the same by plain Python."""
        scores, first = self._blank()
        for customer in range(self.start, self.stop):
            uses = [[int(n) for n in plane[customer]] for plane in self.planes]
            cells = [
                score_by_hand([u[c] for u in uses], int(self.modifiers[customer, c]), c, self.rules)
                for c in range(CHANNELS)
            ]
            scores[:, customer] = cells
            best = max(self.rules.tie_order, key=lambda c: cells[c])  # of equals the earliest
            first[customer] = best if cells[best] > 0 else NO_CHOICE
        return scores, first

    def _blank(self) -> Answer:
        customers = len(self.modifiers)
        return (
            np.full((CHANNELS, customers), UNTOUCHED),
            np.full(customers, UNCHOSEN, np.uint8),
        )


def score_by_hand(uses: list[int], modifier: int, channel: int, rules: LoopRules) -> np.float32:
    """Score one customer and channel, months old to new, in the stated order of arithmetic."""
    if modifier & DISLIKE:
        return np.float32(0)
    total = sum(min(n, rules.cap) for n in uses)
    run = 0
    while run < len(uses) and uses[-1 - run]:
        run += 1
    streak = next((f for months, f in reversed(rules.streak) if run >= months), 1.0)
    frequency = rules.frequency if total > rules.more_than else 1.0
    if rules.is_largest:
        streak, frequency = (streak, 1.0) if streak >= frequency else (1.0, frequency)
    complaint = rules.complaint if modifier & COMPLAINT else 1.0
    stock = total * rules.points[channel]
    return np.float32((stock + (modifier & LATENT)) * streak * frequency * complaint)


# numbers that people write, and any others: most are no sums of powers of two
points = st.sampled_from([0.0, 0.1, 0.3, 0.7, 1.0, 1.7, 12.5]) | st.floats(0, 50)
factors = st.sampled_from([1.0, 1.05, 1.1, 1.2, 1.4]) | st.floats(1, 4)


@st.composite
def loop_rules(draw: st.DrawFn, months: int) -> LoopRules:
    """Any rules that the loops take for a window of so many months."""
    steps = sorted(draw(st.sets(st.integers(1, MAX_MONTHS), max_size=MAX_STEPS)))
    return LoopRules(
        points=tuple(draw(st.lists(points, min_size=CHANNELS, max_size=CHANNELS))),
        streak=tuple(zip(steps, sorted(draw(factors) for _ in steps), strict=True)),
        frequency=draw(factors),
        complaint=draw(st.sampled_from([0.0, 0.3, 0.5, 0.9, 1.0])),
        more_than=draw(st.sampled_from([0, 1, 4, 254, 255]) | st.integers(0, 255)),
        cap=draw(st.sampled_from([1, 31, 255 // months]).map(lambda n: min(n, 255 // months))),
        is_largest=draw(st.booleans()),
        tie_order=tuple(draw(st.permutations(range(CHANNELS)))),
    )


@st.composite
def jobs(draw: st.DrawFn, *, most: int = 40) -> Job:
    """Up to so many customers in the midst of others, under any rules."""
    months, rng = draw(st.integers(1, MAX_MONTHS)), np.random.default_rng(draw(st.integers(0, 999)))
    start, count, after = draw(st.integers(0, 9)), draw(st.integers(0, most)), rng.integers(9)
    shape = (start + count + after, CHANNELS)
    rules = draw(loop_rules(months))
    kinds = np.array([0, 0, 0, 1, 2, rules.cap, min(rules.cap + 1, 255), 255], np.uint8)
    marks = np.array([0, 0, COMPLAINT, DISLIKE, COMPLAINT | DISLIKE], np.uint8)
    share = draw(st.sampled_from([0.0, 0.5, 0.9, 1.0]))  # of cells in use: long runs are needed
    planes = tuple(
        np.where(rng.random(shape) < share, rng.choice(kinds[3:], shape), rng.choice(kinds, shape))
        for _ in range(months)
    )
    modifiers = rng.integers(0, LATENT + 1, shape, np.uint8) * (rng.random(shape) < 0.3)
    modifiers |= rng.choice(marks, shape)
    return Job(planes=planes, modifiers=modifiers, rules=rules, start=start, stop=start + count)
