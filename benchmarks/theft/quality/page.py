"""``docs/benchmarks-theft.md`` from the kept results; `benchmarks.page` writes it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from benchmarks import storing
from benchmarks.report import goal_table, place_line, summary
from benchmarks.results import Goal
from benchmarks.runner import ROOT
from benchmarks.theft.quality.goals import goals
from benchmarks.theft.quality.protocols import TESTS
from benchmarks.theft.quality.report import test_table
from benchmarks.theft.quality.results import Outcome, Outcomes, load

__all__ = ["PAGE", "judged", "kept", "note_place", "render"]

PAGE = ROOT / "docs" / "benchmarks-theft.md"
_NAME = "theft-quality-small"
_NAMED = ("powerchannel", "scikit-learn", "numpy", "pandas")

_HEAD = """# Benchmarks: theft

How well theft is found, beside what else one would use, and whether that is what was aimed at. The
goals were set beforehand. How fast it is stands among the [other benchmarks](benchmarks.md).

**On what.** *Real findings*: 25,863 customers of State Grid with 26 days of January 2014 (found
stealing: at any time from 2014 to 2016, so that these days cannot tell all of it), and the 291
customers of a textbook with three indicators. *Injected attacks* on customers of whom nothing is
known, on ten homes of Smart Grid Smart City and on the load classes of simbench: h1 to h6 after
Jokar, Arianpoo and Leung (2016), t1 to t6 after Punmiya and Choe (2019), rounded to what each
customer's own readings are multiples of. Injected attacks are not real theft. *Planted*: meters and
areas made by simulation, the truth known by construction. Data of other people are no part of the
repository, and most have no licence: `POWERCHANNEL_SHARED_DATA` names the folder they are in,
`benchmarks/theft/quality/data.py` the files. What is not there is left out, and said so.

**How.** Customers are shuffled, since the order of a file may tell who steals; who is tested on
was not learnt from; no figure comes from resampled customers. All models of a test have the same
splits. Figures are means, in brackets the lowest and the highest of the splits; a goal is judged by
the mean. Of a difference the brackets hold an interval of 95 % (corrected for folds that share what
they learn from: Nadeau and Bengio, 2003); where it holds 0, nothing is proved. *Variants tried* are
those of the final model that were compared before it was chosen.

**Figures.** *AUC*: how likely a thief comes before an honest customer. *AP*: average precision.
*P@100*: thieves among the first hundred. *ECE*: how far probabilities are off; *Brier skill*: by
how much their squared error is below that of the mean rate. *DR at 11 %*: thieves found where 11 %
of the honest are flagged. *Recovered*: energy stolen by the first 2 %, beside that of the best 2 %.

**Ceilings** are no models; they know what none may: *the findings of equal rows* (no ranking by the
same indicators can be better), *h1 to h5 known* (who is attacked, but for the reversal, which keeps
the energy), *who steals known* (but not how much), *the better of these two* (which of two is
better, attack by attack), and what is called so.

This page is generated from `benchmarks/results` by `python -m benchmarks.page`.

To measure again, from a checkout; `--test NAME` does one test, and `--out FILE.json` adds it to a
file:

```bash
pip install -e ".[bench]"
POWERCHANNEL_SHARED_DATA=folder python -m benchmarks.theft.quality
```
"""


def kept() -> tuple[Outcomes, ...]:
    """Return the runs that are kept."""
    return load(storing.KEPT / f"{_NAME}.json")


def note_place() -> Path:
    """Return where people write what bounds the goals that are not met."""
    return storing.KEPT / f"{_NAME}.md"


def judged(runs: Iterable[Outcomes]) -> list[Goal]:
    """Return the goals of all runs."""
    return goals(test for _, test in _tests(runs))


def _tests(runs: Iterable[Outcomes]) -> list[tuple[Outcomes, Outcome]]:
    """Return each test with its run, in the order of the command."""
    order = list(TESTS)
    found = [(run, test) for run in runs for test in run.tests]
    return sorted(found, key=lambda pair: order.index(pair[1].name))


def render(runs: Iterable[Outcomes]) -> str:
    """Return the page."""
    tests = _tests(runs)
    aims = goals(test for _, test in tests)
    return "\n".join([_HEAD, *_goals(aims), *(line for pair in tests for line in _test(*pair))])


def _goals(aims: Sequence[Goal]) -> Iterator[str]:
    yield from ("## Goals", "", summary(aims), "", goal_table(aims), "")
    if (place := note_place()).exists():
        note = place.read_text(encoding="utf-8").strip()
        yield from ("## What bounds the goals", "", note, "")


def _test(run: Outcomes, test: Outcome) -> Sequence[str]:
    about = f"`{test.name}`: {place_line(run, _NAMED)}"
    return (f"## {test.title}", "", about, "", test_table(test), "")
