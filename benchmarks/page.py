"""``python -m benchmarks.page``: write ``docs/benchmarks.md`` from the kept results.

What bounds the goals that are not met is written by people, in ``benchmarks/results`` beside the
results: ``channel-small.md`` beside ``channel-small.json``.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence

from benchmarks.cases import domain
from benchmarks.report import case_table, facts_line, goal_table, machine_table
from benchmarks.results import Goal, Result, Results
from benchmarks.runner import ROOT
from benchmarks.storing import kept, note_place

__all__ = ["PAGE", "main", "render"]

PAGE = ROOT / "docs" / "benchmarks.md"

_HEAD = """# Benchmarks

How fast powerchannel is beside what else one would use, and whether that is what was aimed at. The
goals were set beforehand.

**What is compared.** All sides of a case get the same input and run in turns, round by round. Their
answers are compared after each run, and where any differs nothing is kept: every score to the bit
and every first choice; every line of a bill to the fen, and a month's charges within the rounding
of our lines where PySAM made them, which does not round. Polars and DuckDB use all cores;
powerchannel runs on one thread where it says no other number. The peers' queries on contacts are in
`benchmarks/channel/with_*.py`: of several formulations the fastest was kept, and what else was
tried stands at the top of each. Their rows need not be sorted; ours are, and from files our ids are
always text.

**On what.** Contacts of six months, one file a month, beside complaints and dislikes; all made from
a seed. *Random*: all customers alike, in no order. *Sorted*: likewise, each month in the order of
its customers. *Skewed*: a few customers have most contacts, in proportion to 1/rank. Bills have
readings and load profiles made from a seed, under one two-part tariff or under random ones
(`benchmarks/billing`).

**What is measured.** CPU is the user and system time of the process with all its threads; imports
are not timed. Where files are read, each side has a process of its own, the files are in the page
cache, and the peak is the memory of that whole process, libraries included. Figures are medians, in
brackets the lowest and the highest. Ratios are taken within a round: how many times as much a side
takes as the first one of its table, so more than 1 is slower than ours. A goal is judged by its
median.

**What bounds all.** *Decoding alone* reads the same columns with pyarrow on one thread and drops
them. *Decoding and writing alone* also writes the finished scores, by our writer; its peak holds
these scores, which are there beforehand. What reads and writes by pyarrow as ours does takes no
less CPU.

This page is generated from `benchmarks/results` by `python -m benchmarks.page`.
"""

_REPEAT = """To measure again, from a checkout; `--case NAME` measures one case:

```bash
pip install -e ".[bench,oracle]"
python -m benchmarks {domain} --sizes {sizes}
```
"""


def render(runs: Iterable[Results]) -> str:
    """Return the page."""
    return "\n".join([_HEAD, *(line for run in runs for line in _run(run))])


def _run(run: Results) -> Iterator[str]:
    yield from (f"## {run.domain}, {run.sizes}", "", _where(run), "")
    yield _REPEAT.format(domain=run.domain, sizes=run.sizes)
    yield from _goals(run)
    for case in run.cases:
        yield from _case(case)
    yield from (f"### Machine and versions: {run.domain}, {run.sizes}", "", machine_table(run), "")


def _where(run: Results) -> str:
    facts = [f"{run.machine[name]} {unit}" for name, unit in _UNITS if name in run.machine]
    named = [f"{name} {run.versions[name]}" for name in _NAMED if name in run.versions]
    return f"Measured on {run.measured_on}: {', '.join(facts)}; {', '.join(named)}."


_UNITS = (("processor", "processor"), ("cores", "cores"), ("memory_gb", "GB of memory"))
_NAMED = ("powerchannel", "polars", "duckdb", "pandas", "pyarrow", "nrel-pysam")


def _goals(run: Results) -> Iterator[str]:
    goals, place = domain(run.domain).goals(run), note_place(run)
    yield from (f"### Goals: {run.domain}, {run.sizes}", "", _summary(goals), "")
    yield from (goal_table(goals), "")
    if place.exists():
        note = place.read_text(encoding="utf-8").strip()
        yield from (f"### What bounds the goals not met: {run.domain}, {run.sizes}", "", note, "")


def _summary(goals: Sequence[Goal]) -> str:
    met = [goal for goal in goals if goal.is_met]
    missed = sorted({goal.number for goal in goals} - {goal.number for goal in met})
    partly = sorted({goal.number for goal in goals if not goal.is_met} - {*missed})
    parts = (("Goals not met", missed), ("Goals met in part", partly))
    listed = (f" {text}: {', '.join(map(str, numbers))}." for text, numbers in parts if numbers)
    return f"{len(met)} of {len(goals)} aims are met.{''.join(listed)}"


def _case(case: Result) -> Sequence[str]:
    rounds = f"{case.rounds} round" + "s" * (case.rounds > 1)
    about = f"`{case.name}`: {facts_line(case)}; {rounds}."
    return (f"### {case.title}", "", about, "", case_table(case), "")


def main() -> None:
    """Write the page; without results there is none. Say which note is still to be written."""
    runs = kept()
    if not runs:
        raise SystemExit("nothing is kept: python -m benchmarks channel --sizes small")
    PAGE.write_text(render(runs), encoding="utf-8")
    for run in runs:
        is_met = all(goal.is_met for goal in domain(run.domain).goals(run))
        if not is_met and not note_place(run).exists():
            print(f"write what bounds the goals not met: {note_place(run)}", file=sys.stderr)


if __name__ == "__main__":
    main()
