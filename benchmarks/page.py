"""``python -m benchmarks.page``: write the pages of ``docs`` from the kept results.

``benchmarks.md`` says how fast it is, ``benchmarks-theft.md`` how well theft is found.

What bounds the goals that are not met is written by people, in ``benchmarks/results`` beside the
results: ``channel-small.md`` beside ``channel-small.json``.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from benchmarks.cases import domain
from benchmarks.report import (
    case_table,
    facts_line,
    goal_table,
    machine_table,
    place_line,
    summary,
)
from benchmarks.results import Goal, Result, Results
from benchmarks.runner import ROOT
from benchmarks.storing import kept, note_place
from benchmarks.theft.quality import page as quality

__all__ = ["PAGE", "main", "render"]

PAGE = ROOT / "docs" / "benchmarks.md"

_HEAD = """# Benchmarks

How fast powerchannel is beside what else one would use, and whether that is what was aimed at. The
goals were set beforehand. How well theft is found has [a page of its own](benchmarks-theft.md).

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
(`benchmarks/billing`). Phase readings and daily use are made from a seed too; a million customers
are 80 groups of areas, of which four are drawn and read again and again (`benchmarks/theft`). Where
two threads take longer than one, something they share bounds them; what, was not found out.

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

_NAMED = ("powerchannel", "polars", "duckdb", "pandas", "pyarrow", "nrel-pysam")


def render(runs: Iterable[Results]) -> str:
    """Return the page."""
    return "\n".join([_HEAD, *(line for run in runs for line in _run(run))])


def _run(run: Results) -> Iterator[str]:
    yield from (f"## {run.domain}, {run.sizes}", "", place_line(run, _NAMED), "")
    yield _REPEAT.format(domain=run.domain, sizes=run.sizes)
    yield from _goals(run)
    for case in run.cases:
        yield from _case(case)
    yield from (f"### Machine and versions: {run.domain}, {run.sizes}", "", machine_table(run), "")


def _goals(run: Results) -> Iterator[str]:
    goals, place = domain(run.domain).goals(run), note_place(run)
    yield from (f"### Goals: {run.domain}, {run.sizes}", "", summary(goals), "")
    yield from (goal_table(goals), "")
    if place.exists():
        note = place.read_text(encoding="utf-8").strip()
        yield from (f"### What bounds the goals not met: {run.domain}, {run.sizes}", "", note, "")


def _case(case: Result) -> Sequence[str]:
    rounds = f"{case.rounds} round" + "s" * (case.rounds > 1)
    about = f"`{case.name}`: {facts_line(case)}; {rounds}."
    return (f"### {case.title}", "", about, "", case_table(case), "")


def main() -> None:
    """Write the pages; without results there is none. Say which note is still to be written."""
    runs = kept()
    if not runs:
        raise SystemExit("nothing is kept: python -m benchmarks channel --sizes small")
    PAGE.write_text(render(runs), encoding="utf-8")
    for run in runs:
        _ask(note_place(run), domain(run.domain).goals(run))
    if found := quality.kept():
        quality.PAGE.write_text(quality.render(found), encoding="utf-8")
        _ask(quality.note_place(), quality.judged(found))


def _ask(note: Path, goals: Iterable[Goal]) -> None:
    if not all(goal.is_met for goal in goals) and not note.exists():
        print(f"write what bounds the goals not met: {note}", file=sys.stderr)


if __name__ == "__main__":
    main()
