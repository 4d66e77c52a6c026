"""The verbs that every domain has: check, evaluate, explain."""

from __future__ import annotations

import argparse
import json

import attrs
import pandas as pd

from powerchannel.cli.console import Console
from powerchannel.cli.domain import Domain, Explanation
from powerchannel.cli.job import Checked, Job, Scored, given_files
from powerchannel.cli.outputs import Lists, Written, write_all
from powerchannel.errors import TableError
from powerchannel.files import check_target
from powerchannel.files.write import standing_in
from powerchannel.rulebook.origin import Origin
from powerchannel.text import Text

__all__ = ["check", "evaluate", "explain"]

_HOLDING = ("rejected", "column", "set", "strict")


def check(options: argparse.Namespace, console: Console) -> int:
    """Check the tables and list every problem (检查)."""
    lists = Lists.of(options, given_files(options))
    with console.steps(lists.count + 1) as steps:
        try:
            checked = Job.of(options, steps).check()
        except TableError as error:
            lists.write_problems(error.problems)
            raise
        write_all(lists.contents(checked))
    console.answer(checked.lines(console), checked.document())
    return 0


def evaluate(options: argparse.Namespace, console: Console) -> int:
    """Compute the result and write it, whole or not at all (计算)."""
    lists = Lists.of(options, given_files(options))
    way = _from_files if _can_stream(options) else _from_rows
    with console.steps(lists.count + 3) as steps:
        done, written = way(Job.of(options, steps), options, lists)
    console.report(
        [*done.lines(console), *written.lines(console)],
        {**done.document(), **written.document()},
    )
    return 0


def _can_stream(options: argparse.Namespace) -> bool:
    return _streams_wide(options) and not _holding(options)


def _streams_wide(options: argparse.Namespace) -> bool:
    return options.domain.score_files is not None and options.layout == "wide"


def _holding(options: argparse.Namespace) -> list[str]:
    """Return the options given that need every row: to show, to change, or to compare it.

    ``--strict`` is among them because identical rows, a notice, are not looked for in a stream.
    """
    return [f"--{name}" for name in _HOLDING if getattr(options, name)]


def _from_rows(
    job: Job, options: argparse.Namespace, lists: Lists
) -> tuple[Checked | Scored, Written]:
    checked = job.check()
    if _streams_wide(options) and (held := _holding(options)):
        note = _HELD.fill(options=", ".join(held))
        checked = attrs.evolve(checked, notes=(note, *checked.notes))
    with job.steps.step("计算", "computing"):
        result = job.domain.score(checked.tables, job.rulebook, options.as_of)
        layouts = {layout.name: layout for layout in job.domain.layouts}
        table = layouts[options.layout].of(result)
    with job.steps.step("写出", "writing"):
        write_all({**lists.contents(checked), options.out: table})
    return checked, _written(options, len(table), result.origin)


def _from_files(
    job: Job, options: argparse.Namespace, lists: Lists
) -> tuple[Checked | Scored, Written]:
    with standing_in(check_target(options.out)) as out:
        scored = job.score_files(options.as_of, out, threads=options.threads)
        lists.write_problems(scored.problems)
    return scored, _written(options, scored.summary.customers, scored.summary.origin)


def _written(options: argparse.Namespace, rows: int, origin: Origin) -> Written:
    return Written(out=options.out, rows=rows, origin=origin, is_empty=not rows)


def explain(options: argparse.Namespace, console: Console) -> int:
    """Explain every number of some customers (解释)."""
    domain: Domain = options.domain
    with console.steps(sum(map(len, given_files(options).values())) + 2) as steps:
        job = Job.of(options, steps)
        checked = job.check()
        with steps.step("计算", "computing"):
            result = domain.score(checked.tables, job.rulebook, options.as_of)
            why_not = getattr(options, "why_not", None)
            told = domain.explain(result, tuple(options.keys), console.lang, why_not)
    console.report(checked.lines(console), checked.document())
    console.answer([str(told)], _explanation_document(told))
    return 0


def _explanation_document(explanation: Explanation) -> dict[str, object]:
    steps: pd.DataFrame = explanation.table
    return {
        "sentences": list(explanation.sentences),
        "steps": json.loads(steps.to_json(orient="records", date_format="iso")),
    }


_HELD = Text("整体读入：因 {options} 须保留每一行", "read whole: every row is needed for {options}")
