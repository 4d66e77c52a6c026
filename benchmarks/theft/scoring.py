"""From daily use to points: features, peers and a card, up to a million customers."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from benchmarks.cases import Case, Read, Run, Side
from benchmarks.results import Goal, Results, Spread
from powerchannel.learn import ScorecardClassifier
from powerchannel.theft.consumption import FEATURES, Days, Peers, features, learn_peers
from powerchannel.theft.scorecard import Card

__all__ = ["Meters", "scoring_cases", "scoring_goals"]

_ONE, _TWO = "powerchannel, one thread", "powerchannel, two threads"

_AT_ONCE = 1 << 13
_MILLION, _DRAWN = 10**6, 8
_LEARNT_FROM = 2000


@frozen(kw_only=True)
class Meters:
    """So many customers whose daily use is drawn chunk by chunk: never all in memory.

    Parameters
    ----------
    customers, days : int
        How many.
    """

    customers: int
    days: int
    seed: int = 1

    @property
    def on(self) -> NDArray[np.datetime64]:
        """The days."""
        return np.datetime64("2025-01-01") + np.arange(self.days)

    def chunk(self, number: int) -> NDArray[np.float32]:
        """Return the use of some customers [0.01 kWh], one in a hundred days missing.

        Eight are drawn, and used again: drawing would take longer than scoring.
        """
        rng = np.random.default_rng(self.seed + number % _DRAWN)
        shape = (min(self.customers, _AT_ONCE), self.days)
        use = rng.gamma(2.0, 4.0, shape).round(2).astype(np.float32)
        use[rng.random(use.shape, np.float32) < 0.01] = np.nan
        return use

    def sizes(self) -> list[int]:
        """Return how many customers each chunk has."""
        whole, rest = divmod(self.customers, _AT_ONCE)
        return [_AT_ONCE] * whole + [rest] * (rest > 0)


_SIZES = {
    "tiny": (Meters(customers=300, days=26),),
    "small": (
        Meters(customers=25_863, days=26),
        Meters(customers=100_000, days=365),
        Meters(customers=_MILLION, days=365),
    ),
}


def scoring_cases(sizes: str) -> tuple[Case, ...]:
    """Return the cases at some sizes; large ones are those of ``small``."""
    return tuple(_case(meters) for meters in _SIZES.get(sizes, _SIZES["small"]))


def scoring_goals(results: Results) -> list[Goal]:
    """Return the goals on time and memory for a million customers."""
    found = []
    for case in results.cases:
        if case.name == f"scoring-{_MILLION}x365":
            wall, peak = case.spread(_TWO, "wall_s"), case.spread(_TWO, "peak_mb")
            assert wall is not None
            found.append(_goal(case.name, "Seconds for a million customers x 365 days", wall, 180))
            if peak is not None:
                found.append(_goal(case.name, "The same: peak memory [MB]", peak, 4000))
    return found


def _goal(case: str, title: str, reached: Spread, aim: float) -> Goal:
    return Goal(number=2, title=title, case=case, reached=reached, aim=aim, is_at_least=False)


def _case(meters: Meters) -> Case:
    return Case(
        name=f"scoring-{meters.customers}x{meters.days}",
        title=f"{meters.customers:,} customers x {meters.days} days: {len(FEATURES)} features, "
        "peers, points by a card",
        facts={"customers": meters.customers, "days": meters.days, "seed": meters.seed},
        make=lambda home: _made(meters, home),
        sides=[Side(name=_TWO, prepare=_two), Side(name=_ONE, prepare=_one)],
        is_isolated=meters.customers >= _MILLION,
    )


def _made(meters: Meters, home: Path) -> Meters:
    del home  # nothing is written
    return meters


def _one(meters: Meters) -> Run:
    return _points(meters, 1)


def _two(meters: Meters) -> Run:
    return _points(meters, 2)


def _points(meters: Meters, threads: int) -> Run:
    card, peers = _learnt(meters)
    chunks = [meters.chunk(number) for number in range(min(_DRAWN, len(meters.sizes())))]

    def score(number: int) -> NDArray[np.int64]:
        use = chunks[number % len(chunks)][: meters.sizes()[number]]
        found = features(use.astype(np.float64), meters.on, peers=peers)
        return card.score(found.values[:, _KNOWN]).points

    def run() -> Read:
        with ThreadPoolExecutor(threads) as pool:
            found = list(pool.map(score, range(len(meters.sizes()))))
        return lambda: {"points": np.concatenate(found)}

    return run


_KNOWN = np.array([name != "temperature" for name in FEATURES])


def _learnt(meters: Meters) -> tuple[Card, Peers]:
    """Learn a card of all features from some customers, a tenth of whom halve their use."""
    use = meters.chunk(0)[:_LEARNT_FROM].astype(np.float64)
    is_theft = np.arange(len(use)) % 10 == 0
    use[is_theft, meters.days // 2 :] *= 0.5
    peers = learn_peers(Days(use, meters.on))
    found = features(use, meters.on, peers=peers).values[:, _KNOWN]
    names = [name for name in FEATURES if name != "temperature"]
    return ScorecardClassifier(random_state=0).fit(found, is_theft).to_card(names), peers
