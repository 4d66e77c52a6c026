"""What detection aims at, and what one run reached."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from benchmarks.results import Goal, Spread
from benchmarks.theft.quality.learners import BOOSTING, OURS
from benchmarks.theft.quality.measures import difference
from benchmarks.theft.quality.results import Outcome
from benchmarks.theft.quality.simulator import ALARMS, CAUSE, LOST, RULES

__all__ = ["goals"]

_AIMS: dict[str, tuple[tuple[int, str, str, float, float | None], ...]] = {
    "sgcc": (
        (1, OURS, "AUC", 0.685, 0.70),
        (1, OURS, "AP", 0.24, 0.26),
        (1, OURS, "P@100", 0.50, None),
        (6, OURS, "Brier skill", 0.06, None),
        (6, OURS, "ECE", 0.02, None),
    ),
    "teddy": ((2, OURS, "AUC", 0.935, None), (2, OURS, "AP", 0.78, 0.80)),
    "daily": (
        (3, OURS, "AUC", 0.88, 0.93),
        (3, OURS, "AP", 0.67, 0.78),
        (3, OURS, "AUC h1-h5", 0.955, None),
        (3, OURS, "AP h1-h5", 0.77, None),
        (5, f"{OURS}, expected kWh", "recovered", 0.70, 0.80),
    ),
    "halfhourly": (
        (4, OURS, "AUC", 0.955, None),
        (4, OURS, "DR at 11%", 0.88, None),
        (4, OURS, "DR at 1%", 0.65, None),
    ),
    "homes_and_classes": (
        (4, OURS, "AUC", 0.98, None),
        (4, OURS, "DR at 11%", 0.95, None),
        (4, OURS, "DR at 1%", 0.80, None),
    ),
    "observer": (
        (7, OURS, "AUC", 0.97, None),
        *((7, OURS, f"AUC {kind}", 0.95, None) for kind in ("h1", "h2", "h3", "h4")),
    ),
    "simulator": (
        (8, OURS, RULES, 0.99, None),
        (8, OURS, CAUSE, 0.99, None),
        (8, OURS, LOST, 0.99, None),
        (8, OURS, ALARMS, 0.0, None),
    ),
}
"""What is judged of each test: number of the goal, model, figure, aim, stretch; others are told."""
_AT_MOST = ("ECE", ALARMS)
_TESTED = 1 / 4


def goals(tests: Iterable[Outcome]) -> list[Goal]:
    """Return each goal whose test was done, by number."""
    found = (goal for test in tests if not test.left_out for goal in _of(test))
    return sorted(found, key=lambda goal: goal.number)


def _of(test: Outcome) -> Iterator[Goal]:
    for number, model, figure, aim, stretch in _AIMS.get(test.name, ()):
        yield Goal(
            number=number,
            title=f"{figure}: {model}",
            case=test.name,
            reached=test.spread(model, figure),
            aim=aim,
            stretch=stretch,
            is_at_least=figure not in _AT_MOST,
        )
    if test.name == "sgcc":
        yield from _above(test)


def _above(test: Outcome) -> Iterator[Goal]:
    """Ours less plain gradient boosting, with the corrected resampled interval."""
    for figure in ("AUC", "AP"):
        pairs = (test.figures(name, figure) for name in (OURS, BOOSTING))
        apart = difference(*pairs, tested=_TESTED)
        yield Goal(
            number=1,
            title=f"{figure}: ours less {BOOSTING}, mean and interval of 95 %",
            case=test.name,
            reached=Spread(apart.low, apart.mean, apart.high),
            aim=0.0,
        )
