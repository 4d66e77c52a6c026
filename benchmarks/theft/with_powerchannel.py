"""Our side beside peers: all features, and one electrical rule."""

from __future__ import annotations

from benchmarks.cases import Read, Run
from benchmarks.theft.answers import COMPARED, near, spans_of
from benchmarks.theft.households import Households
from benchmarks.theft.readings import Fleet, voltage_loss
from powerchannel.theft.consumption import features
from powerchannel.theft.electrical import find_episodes

__all__ = ["features_of", "voltage_losses"]


def features_of(drawn: Households) -> Run:
    """Compute every feature there is; those that peers compute too are compared."""
    energy, on = drawn.energy(), drawn.on

    def run() -> Read:
        found = features(energy, on)
        return lambda: {name: near(found[name]) for name in COMPARED}

    return run


def voltage_losses(fleet: Fleet, *, threads: int) -> Run:
    """Find the episodes of one rule, which then gives way to none."""
    measured, points, rules = fleet.measured(), fleet.points(), voltage_loss()

    def run() -> Read:
        found = find_episodes(measured, points, rules, threads=threads)
        return lambda: spans_of(found.meter, found.phase, found.started_at, found.ended_at)

    return run
