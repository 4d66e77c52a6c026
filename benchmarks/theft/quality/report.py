"""What a test found, to be read on a terminal and as Markdown."""

from __future__ import annotations

from benchmarks.report import table
from benchmarks.theft.quality.results import Outcome

__all__ = ["test_table"]


def test_table(test: Outcome) -> str:
    """Return the facts, and a row a figure: of each model mean (lowest to highest) over splits."""
    if test.left_out:
        return f"left out: {test.left_out}"
    facts = "\n".join(f"- {name}: {_plain(value)}" for name, value in test.facts.items())
    figures = dict.fromkeys(name for splits in test.models.values() for name in splits[0])
    rows = [(name, *(_cell(test, model, name) for model in test.models)) for name in figures]
    return f"{facts}\n\n{table([('figure', *test.models), *rows])}"


def _plain(value: str | int) -> str:
    return f"{value:,}" if isinstance(value, int) else value


def _cell(test: Outcome, model: str, figure: str) -> str:
    return str(test.spread(model, figure)) if figure in test.models[model][0] else ""
