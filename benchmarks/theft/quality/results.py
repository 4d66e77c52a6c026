"""What was found: for each test and model one set of figures a split; kept as JSON, run by run."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from attrs import evolve, frozen
from cattrs.preconf.json import make_converter

from benchmarks.results import Spread

__all__ = ["Outcome", "Outcomes", "Scored", "load", "merged", "save"]


@frozen(kw_only=True)
class Outcome:
    """One test.

    Parameters
    ----------
    name, title : str
        For the command line, and for people.
    facts : mapping
        What it was done on: sizes, splits, seeds, how many variants were tried.
    models : mapping
        For each model the figures of each split.
    left_out : str
        Why it was not done; empty where it was.
    """

    name: str
    title: str
    facts: Mapping[str, int | str]
    models: Mapping[str, tuple[Mapping[str, float], ...]]
    left_out: str = ""

    def figures(self, model: str, figure: str) -> list[float]:
        """Return one figure of a model, split by split."""
        return [split[figure] for split in self.models[model]]

    def spread(self, model: str, figure: str) -> Spread:
        """Return lowest, mean and highest of a figure over the splits."""
        known = self.figures(model, figure)
        return Spread(min(known), sum(known) / len(known), max(known))


@frozen(kw_only=True)
class Outcomes:
    """All tests of one run, and where it ran."""

    sizes: str
    measured_on: str
    machine: Mapping[str, str | int | float]
    versions: Mapping[str, str]
    tests: tuple[Outcome, ...] = ()


class Scored:
    """Figures by model, split by split, as they are found."""

    def __init__(self) -> None:
        self._found: dict[str, list[Mapping[str, float]]] = {}

    def add(self, model: str, figures: Mapping[str, float]) -> None:
        """Add the figures of a split."""
        self._found.setdefault(model, []).append(figures)

    @property
    def models(self) -> Mapping[str, tuple[Mapping[str, float], ...]]:
        """The figures of all splits, model by model."""
        return {name: tuple(each) for name, each in self._found.items()}


def merged(runs: Sequence[Outcomes], later: Outcomes) -> tuple[Outcomes, ...]:
    """Return runs with a later one, whose tests take the place of those of the same name.

    What the later one left out stays as it was.
    """
    known = {test.name for run in runs for test in run.tests}
    new = [test for test in later.tests if not (test.left_out and test.name in known)]
    names = {test.name for test in new}
    kept = (
        evolve(run, tests=tuple(test for test in run.tests if test.name not in names))
        for run in runs
    )
    return tuple(run for run in (*kept, evolve(later, tests=tuple(new))) if run.tests)


_CONVERTER = make_converter()


def save(runs: Sequence[Outcomes], path: Path) -> None:
    """Write runs."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(_CONVERTER.unstructure(tuple(runs)), ensure_ascii=False, indent=1)
    path.write_text(text + "\n", encoding="utf-8")


def load(path: Path) -> tuple[Outcomes, ...]:
    """Read runs back; none where there is no file."""
    if not path.exists():
        return ()
    return _CONVERTER.structure(json.loads(path.read_text("utf-8")), tuple[Outcomes, ...])
