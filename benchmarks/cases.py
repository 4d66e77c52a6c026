"""What is measured: cases, each an input and several sides that must give the same answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol, TypeAlias, cast

import numpy as np
from attrs import evolve, frozen
from numpy.typing import NDArray

from benchmarks.results import Goal, Results

__all__ = [
    "DOMAINS",
    "SIZES",
    "Answer",
    "Case",
    "Domain",
    "Near",
    "Read",
    "Run",
    "Side",
    "domain",
    "later",
]

DOMAINS = ("channel", "billing", "theft")
SIZES = ("tiny", "small", "large")


@frozen(eq=False)
class Near:
    """A part of an answer that is right within so much, and need not agree to the bit.

    Parameters
    ----------
    values, within : ndarray of float64, or float
        By how much each value may be off; two sides may differ by both of theirs.
    """

    values: NDArray[np.float64]
    within: NDArray[np.float64] | float


Answer: TypeAlias = Mapping[str, "NDArray[np.generic] | Near"]
"""What sides must agree on, to the bit or nearly; empty for a side that answers nothing."""
Read: TypeAlias = Callable[[], Answer]
Run: TypeAlias = Callable[[], Read]


@frozen(kw_only=True)
class Side:
    """One way to do the work of a case.

    Parameters
    ----------
    name : str
        How tables call it.
    prepare : callable
        Takes the input, imports and converts what is not to be timed, and returns what is timed;
        that returns how to read its answer, which is not timed either.
    copies : int
        So many processes do the same at once; only where the sides have processes of their own.
    needs : str, optional
        A module that few have; without it the side is left out, which is said.
    """

    name: str
    prepare: Callable[[Any], Run]
    copies: int = 1
    needs: str | None = None

    @property
    def is_there(self) -> bool:
        """Whether what it needs is installed."""
        return self.needs is None or find_spec(self.needs) is not None


@frozen(kw_only=True)
class Case:
    """An input and the sides that are measured on it, in turns.

    Parameters
    ----------
    name, title : str
        For the command line, and for people.
    facts : mapping
        What the input is: sizes, order, seed. Kept with the figures.
    make : callable
        Makes the input, its files below the given directory.
    sides : sequence of Side
        What is compared; the first one is ours.
    is_isolated : bool
        Whether each side runs in a process of its own, as it must for peak memory.
    turns : int
        How many times as often as other cases it is measured, for what takes milliseconds.
    learn : callable, optional
        Takes the input and returns more facts about it; only within this process.
    """

    name: str
    title: str
    facts: Mapping[str, int | str]
    make: Callable[[Path], Any]
    sides: Sequence[Side]
    is_isolated: bool = False
    turns: int = 1
    learn: Callable[[Any], Mapping[str, int | str]] | None = None

    def without_absent(self) -> tuple[Case, list[Side]]:
        """Return the case with the sides that can run here, and those left out."""
        present = [side for side in self.sides if side.is_there]
        return evolve(self, sides=present), [s for s in self.sides if not s.is_there]

    def side(self, name: str) -> Side:
        """Return a side by its name."""
        return next(side for side in self.sides if side.name == name)


class Domain(Protocol):
    """What the package of a domain offers."""

    def cases(self, sizes: str) -> tuple[Case, ...]:
        """Return what is measured at these sizes."""

    def goals(self, results: Results) -> list[Goal]:
        """Return what was aimed at, and what was reached."""


def domain(name: str) -> Domain:
    """Return the package of a domain."""
    return cast(Domain, import_module(f"benchmarks.{name}"))


def later(module: str, name: str, **options: object) -> Callable[[Any], Run]:
    """Return a function of a module that is imported only where it runs.

    So the process of a side holds the libraries of that side and no other's.
    """

    def prepare(made: Any) -> Run:
        return cast(Run, getattr(import_module(module), name)(made, **options))

    return prepare
