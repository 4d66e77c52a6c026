"""``python -m benchmarks.theft.quality --test sgcc``: rank, measure, compare, print, keep."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from datetime import date
from importlib.metadata import version
from pathlib import Path

from attrs import evolve

from benchmarks.machine import machine, versions
from benchmarks.report import goal_table
from benchmarks.theft.quality.data import missing
from benchmarks.theft.quality.goals import goals
from benchmarks.theft.quality.protocols import SIZES, TESTS, Size
from benchmarks.theft.quality.report import test_table
from benchmarks.theft.quality.results import Outcome, Outcomes, load, merged, save

__all__ = ["main"]


def main(arguments: list[str]) -> int:
    """Run; 0 when done, also where data is not there, which is said; 2 for a wrong command."""
    options = _parser().parse_args(arguments)
    size = SIZES[options.sizes]
    if options.repeats:
        size = evolve(size, repeats=options.repeats, seeds=options.repeats)
    outcomes = Outcomes(
        sizes=options.sizes,
        measured_on=date.today().isoformat(),
        machine=machine(),
        versions={**versions(), "scikit-learn": version("scikit-learn")},
    )
    found: list[Outcome] = []
    for test in _done(options.test or list(TESTS), size):
        print(f"\n{test.name}: {test.title}\n\n{test_table(test)}", flush=True)
        found.append(test)
    outcomes = evolve(outcomes, tests=tuple(found))
    if aims := goals(found):
        print("\n" + goal_table(aims))
    if options.out is not None:
        save(merged(load(options.out), outcomes), options.out)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.theft.quality", description=__doc__)
    parser.add_argument("--sizes", choices=tuple(SIZES), default="small")
    parser.add_argument("--test", action="append", choices=tuple(TESTS))
    parser.add_argument("--repeats", type=int, help="of folds, and seeds; 5 and 10 if small")
    parser.add_argument("--out", type=Path, metavar="FILE.json", help="what they are added to")
    return parser


def _done(names: list[str], size: Size) -> Iterator[Outcome]:
    for name in names:
        needed, run = TESTS[name]
        if why := missing(needed):
            yield Outcome(name=name, title=name, facts={}, models={}, left_out=why)
        else:
            yield run(size)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
