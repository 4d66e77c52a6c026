"""What was found: for each test and model one set of figures a split."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from attrs import frozen
from cattrs.preconf.json import make_converter

from benchmarks.results import Spread

__all__ = ["Outcome", "Outcomes", "load", "save"]


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


_CONVERTER = make_converter()


def save(outcomes: Outcomes, path: Path) -> None:
    """Write outcomes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(_CONVERTER.unstructure(outcomes), ensure_ascii=False, indent=1)
    path.write_text(text + "\n", encoding="utf-8")


def load(path: Path) -> Outcomes:
    """Read outcomes back."""
    return _CONVERTER.structure(json.loads(path.read_text(encoding="utf-8")), Outcomes)
