"""Results as tables, to be read on a terminal and as Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from benchmarks.results import Figure, Goal, Result, Results, Spread

__all__ = [
    "Run",
    "case_table",
    "facts_line",
    "goal_table",
    "machine_table",
    "place_line",
    "summary",
    "table",
]

_UNITS = (("processor", "processor"), ("cores", "cores"), ("memory_gb", "GB of memory"))
_LABELS = {
    "family_model": "family/model",
    "memory_gb": "memory [GB]",
    "load_before": "load of the minute before",
    "scoring": "scoring path",
}


class Run(Protocol):
    """When and where something was measured."""

    @property
    def measured_on(self) -> str: ...
    @property
    def machine(self) -> Mapping[str, str | int | float]: ...
    @property
    def versions(self) -> Mapping[str, str]: ...


def case_table(result: Result) -> str:
    """Return a row a side: each figure, and how many times as much as ours it takes."""
    ours = next(iter(result.sides))
    has_peak = result.spread(ours, "peak_mb") is not None
    known: tuple[Figure, ...] = ("cpu_s", "wall_s", "peak_mb")
    figures = known if has_peak else known[:2]
    heads = {"cpu_s": "CPU [s]", "wall_s": "wall [s]", "peak_mb": "peak memory [MB]"}
    rows = [
        (
            side,
            *(_cell(result.spread(side, f)) for f in figures),
            *(str(result.ratio(side, ours, f)) for f in known[:2]),
        )
        for side in result.sides
    ]
    ratios = (f"CPU over {ours}", f"wall over {ours}")
    return table([("side", *(heads[f] for f in figures), *ratios), *rows])


def facts_line(result: Result) -> str:
    """Return what the input of a case is."""
    return ", ".join(f"{name} {_plain(value)}" for name, value in result.facts.items())


def _plain(value: str | int) -> str:
    return f"{value:,}" if isinstance(value, int) else value


def goal_table(goals: Sequence[Goal]) -> str:
    """Return a row a goal: what was reached, what was aimed at, whether it is met."""
    head = ("goal", "what", "case", "reached", "aim (stretch)", "verdict")
    rows = [
        (str(g.number), g.title, f"`{g.case}`", str(g.reached), g.wanted, g.verdict) for g in goals
    ]
    return table([head, *rows])


def summary(goals: Sequence[Goal]) -> str:
    """Return how many aims are met, and which goals are not."""
    met = [goal for goal in goals if goal.is_met]
    missed = sorted({goal.number for goal in goals} - {goal.number for goal in met})
    partly = sorted({goal.number for goal in goals if not goal.is_met} - {*missed})
    parts = (("Goals not met", missed), ("Goals met in part", partly))
    listed = (f" {text}: {', '.join(map(str, numbers))}." for text, numbers in parts if numbers)
    return f"{len(met)} of {len(goals)} aims are met.{''.join(listed)}"


def place_line(run: Run, named: Sequence[str]) -> str:
    """Return in a line when and where it was measured, with some of the versions."""
    facts = [f"{run.machine[name]} {unit}" for name, unit in _UNITS if name in run.machine]
    versions = [f"{name} {run.versions[name]}" for name in named if name in run.versions]
    return f"Measured on {run.measured_on}: {', '.join(facts)}; {', '.join(versions)}."


def machine_table(results: Results) -> str:
    """Return where it was measured, and with which versions."""
    facts = {"measured on": results.measured_on, **results.machine, **results.versions}
    return table([("what", "value"), *((_LABELS.get(k, k), str(v)) for k, v in facts.items())])


def _cell(spread: Spread | None) -> str:
    return "" if spread is None else str(spread)


def table(rows: Sequence[Sequence[str]]) -> str:
    """Return rows as a table, the first one its head."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    head, *body = (
        "| " + " | ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)) + " |"
        for row in rows
    )
    return "\n".join([head, "|" + "|".join("-" * (w + 2) for w in widths) + "|", *body])
