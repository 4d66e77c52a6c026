"""``python -m benchmarks channel --sizes small``: measure, compare, print, keep."""

from __future__ import annotations

import argparse
import sys
from datetime import date
from fnmatch import fnmatch
from pathlib import Path

from attrs import evolve

from benchmarks.cases import DOMAINS, SIZES, Case, domain
from benchmarks.machine import machine, versions
from benchmarks.report import case_table, facts_line, goal_table, machine_table
from benchmarks.results import Result, Results
from benchmarks.runner import ROOT, AnswersDifferError, apart, measure_case, within
from benchmarks.storing import KEPT, save

__all__ = ["main"]

_INSTALL = 'pip install -e ".[bench,oracle]"'
_REPEATS = {"tiny": 1, "small": 5, "large": 3}


def main(arguments: list[str]) -> int:
    """Run; 0 when all answers agree, 1 when any differs, 2 when the command is wrong."""
    options = _parser().parse_args(arguments)
    chosen = [c for c in domain(options.domain).cases(options.sizes) if _is_chosen(c, options)]
    if not chosen:
        print(f"no case is called {options.case}", file=sys.stderr)
        return 2
    results = Results(
        domain=options.domain,
        sizes=options.sizes,
        measured_on=date.today().isoformat(),
        machine=machine(),
        versions=versions(),
    )
    print(machine_table(results), flush=True)
    try:
        results = evolve(results, cases=tuple(_measure(case, options) for case in chosen))
    except AnswersDifferError as difference:
        print(f"the answers differ, so nothing is kept: {difference}", file=sys.stderr)
        return 1
    print("\n" + goal_table(domain(options.domain).goals(results)))
    out = options.out or (None if options.case else KEPT / f"{options.domain}-{options.sizes}.json")
    if out is not None:
        save(results, out)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("domain", choices=DOMAINS)
    parser.add_argument("--sizes", choices=SIZES, default="small")
    parser.add_argument("--case", action="append", metavar="NAME", help="as in files-*; not kept")
    parser.add_argument("--repeats", type=int, help="rounds; 5 if small, 3 if large")
    parser.add_argument("--out", type=Path, metavar="FILE.json", help="where the results go")
    parser.add_argument(
        "--data", type=Path, default=ROOT / "build" / "benchmarks", help="where the inputs go"
    )
    return parser


def _is_chosen(case: Case, options: argparse.Namespace) -> bool:
    return not options.case or any(fnmatch(case.name, name) for name in options.case)


def _measure(case: Case, options: argparse.Namespace) -> Result:
    print(f"\n{case.name}: {case.title}", flush=True)
    case, absent = case.without_absent()
    for side in absent:
        print(f"left out: {side.name}; {side.needs} is not installed ({_INSTALL})", flush=True)
    repeats = options.repeats or _REPEATS[options.sizes]
    if case.is_isolated:
        measure = apart(options.domain, options.sizes, case, options.data)
        result = measure_case(case, measure, repeats=repeats)
    else:
        inside = within(case, options.data)
        result = evolve(measure_case(case, inside, repeats=repeats), facts=inside.facts)
    print(f"{facts_line(result)}\n\n{case_table(result)}", flush=True)
    return result


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
