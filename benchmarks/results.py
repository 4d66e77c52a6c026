"""What was measured: one figure a round and side, spreads, and ratios within a round."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping
from typing import Literal, TypeAlias

from attrs import frozen

__all__ = ["Figure", "Goal", "Measured", "Result", "Results", "Spread"]

Figure: TypeAlias = Literal["cpu_s", "wall_s", "peak_mb"]


@frozen(kw_only=True)
class Measured:
    """One run of one side.

    Parameters
    ----------
    cpu_s : float
        User and system time of the process, all its threads [s].
    wall_s : float
        Elapsed time [s].
    peak_mb : float, optional
        Highest resident memory of the whole process [MB]; unknown where sides share one.
    """

    cpu_s: float
    wall_s: float
    peak_mb: float | None = None


@frozen
class Spread:
    """Figures of several rounds."""

    low: float
    median: float
    high: float

    @classmethod
    def of(cls, figures: Iterable[float]) -> Spread:
        """Return the spread of some figures."""
        known = sorted(figures)
        return cls(known[0], statistics.median(known), known[-1])

    def scaled(self, factor: float, *, shift: float = 0) -> Spread:
        """Return ``(figure + shift) * factor``."""
        return Spread(*((f + shift) * factor for f in (self.low, self.median, self.high)))

    def __str__(self) -> str:
        return f"{_shown(self.median)} ({_shown(self.low)} to {_shown(self.high)})"


def _shown(figure: float) -> str:
    """Return three digits, or all of a whole number."""
    return f"{figure:,.0f}" if abs(figure) >= 100 else f"{figure:.3g}"


@frozen(kw_only=True)
class Result:
    """The figures of a case: for each side one a round."""

    name: str
    title: str
    facts: Mapping[str, int | str]
    sides: Mapping[str, tuple[Measured, ...]]

    @property
    def rounds(self) -> int:
        """How many times each side was measured."""
        return min(len(found) for found in self.sides.values())

    def spread(self, side: str, figure: Figure) -> Spread | None:
        """Return the figures of a side, or None where they are unknown."""
        known = self._figures(side, figure)
        return Spread.of(known) if known else None

    def ratio(self, over: str, under: str, figure: Figure = "cpu_s") -> Spread:
        """Return one side's figure over another's, round by round."""
        pairs = zip(self._figures(over, figure), self._figures(under, figure), strict=True)
        return Spread.of(a / b for a, b in pairs)

    def _figures(self, side: str, figure: Figure) -> list[float]:
        found = (getattr(m, figure) for m in self.sides[side])
        return [f for f in found if f is not None]


@frozen(kw_only=True)
class Goal:
    """What was aimed at and what was reached.

    Parameters
    ----------
    number : int
        Several lines may belong to one goal.
    title : str
        What is judged.
    case : str
        The case by which it is judged.
    reached : Spread
        Judged by its median.
    aim, stretch : float
        What is wanted, and what would be even better.
    is_at_least : bool
        Whether more is better.
    """

    number: int
    title: str
    case: str
    reached: Spread
    aim: float
    stretch: float | None = None
    is_at_least: bool = True

    @property
    def is_met(self) -> bool:
        """Whether the median meets the aim."""
        return self._reaches(self.aim)

    @property
    def verdict(self) -> str:
        """Whether the median meets the aim, or even the stretch."""
        if self.stretch is not None and self._reaches(self.stretch):
            return "stretch met"
        return "met" if self.is_met else "NOT met"

    def _reaches(self, aim: float) -> bool:
        return self.reached.median >= aim if self.is_at_least else self.reached.median <= aim

    @property
    def wanted(self) -> str:
        """The aim, and the stretch in brackets."""
        sign = "≥" if self.is_at_least else "≤"
        return f"{sign} {self.aim:g}" + (f" ({self.stretch:g})" if self.stretch else "")


@frozen(kw_only=True)
class Results:
    """All that one run measured, and where."""

    domain: str
    sizes: str
    measured_on: str
    machine: Mapping[str, str | int | float]
    versions: Mapping[str, str]
    cases: tuple[Result, ...] = ()

    def case(self, name: str) -> Result | None:
        """Return a case, or None where it was not measured."""
        return next((c for c in self.cases if c.name == name), None)
