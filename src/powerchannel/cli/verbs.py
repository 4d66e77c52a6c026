"""The verbs that every domain has: check, evaluate, explain."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable
from pathlib import Path

import attrs
import pandas as pd
from attrs import frozen

from powerchannel.cli.console import Console, UsageError
from powerchannel.cli.domain import Domain, Explanation
from powerchannel.cli.inputs import file_rows_table
from powerchannel.cli.job import Checked, Job, Scored, given_files
from powerchannel.errors import Problem, TableError
from powerchannel.files import check_target, write_table
from powerchannel.files.write import standing_in
from powerchannel.rulebook.origin import Origin
from powerchannel.tables import problem_table
from powerchannel.text import Text

__all__ = ["check", "check_targets", "evaluate", "explain"]

_HOLDING = ("rejected", "column", "set", "strict")
_DIGEST_SHOWN = len("sha256:") + 12


def check(options: argparse.Namespace, console: Console) -> int:
    """Check the tables and list every problem (检查)."""
    lists = _Lists.of(options)
    with console.steps(lists.count + 1) as steps:
        try:
            checked = Job.of(options, steps).check()
        except TableError as error:
            lists.write_problems(error.problems)
            raise
        lists.write(checked)
    console.answer(checked.lines(console), checked.document())
    return 0


def evaluate(options: argparse.Namespace, console: Console) -> int:
    """Compute the result and write it, whole or not at all (计算)."""
    lists = _Lists.of(options)
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
    job: Job, options: argparse.Namespace, lists: _Lists
) -> tuple[Checked | Scored, _Written]:
    checked = job.check()
    if _streams_wide(options) and (held := _holding(options)):
        note = _HELD.fill(options=", ".join(held))
        checked = attrs.evolve(checked, notes=(note, *checked.notes))
    with job.steps.step("计算", "computing"):
        result = job.domain.score(checked.tables, job.rulebook, options.as_of)
        layouts = {layout.name: layout for layout in job.domain.layouts}
        table = layouts[options.layout].of(result)
    with job.steps.step("写出", "writing"):
        lists.write(checked)
        write_table(table, options.out)
    return checked, _Written(options.out, len(table), result.origin)


def _from_files(
    job: Job, options: argparse.Namespace, lists: _Lists
) -> tuple[Checked | Scored, _Written]:
    with standing_in(check_target(options.out)) as out:
        scored = job.score_files(options.as_of, out, threads=options.threads)
        lists.write_problems(scored.problems)
    return scored, _Written(options.out, scored.summary.customers, scored.summary.origin)


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


def check_targets(inputs: Iterable[Path], targets: Iterable[str | None]) -> None:
    """Refuse targets that could not be written, or that are an input or one another (检查输出).

    Raises
    ------
    UsageError
        When a file is to be written and is an input, or is written twice.
    TableError
        When one could not be written.
    """
    taken = {file.resolve() for file in inputs}
    for target in targets:
        if target is None:
            continue
        path = check_target(target)
        if path in taken:
            message = _TAKEN.fill(file=target)
            raise UsageError.of("usage", "powerchannel", message.zh, message.en)
        taken.add(path)


@frozen(kw_only=True)
class _Lists:
    """Where the rows left out and the problems are written, if anywhere."""

    files: dict[str, tuple[Path, ...]]
    rejected: str | None
    problems: str | None

    @classmethod
    def of(cls, options: argparse.Namespace) -> _Lists:
        """Refuse targets that could not be written, or that are an input or one another."""
        files = given_files(options)
        read = (file for paths in files.values() for file in paths)
        check_targets(read, (getattr(options, "out", None), options.rejected, options.problems))
        return cls(files=files, rejected=options.rejected, problems=options.problems)

    @property
    def count(self) -> int:
        """How many files are read."""
        return sum(map(len, self.files.values()))

    def write(self, checked: Checked) -> None:
        if self.rejected is not None:
            write_table(file_rows_table(checked.tables.rejected, self.files), self.rejected)
        self.write_problems(checked.problems)

    def write_problems(self, problems: tuple[Problem, ...]) -> None:
        if self.problems is not None:
            write_table(problem_table(problems), self.problems)


@frozen
class _Written:
    """What was written, and by which rules."""

    out: str
    rows: int
    origin: Origin

    def lines(self, console: Console) -> list[str]:
        told = _WRITTEN.fill(
            out=self.out,
            rows=f"{self.rows:,}",
            name=self.origin.rulebook,
            digest=self.origin.rulebook_digest[:_DIGEST_SHOWN],
            as_of=self.origin.as_of,
            assumed=len(self.origin.assumed),
        )
        empty = [] if self.rows else [_EMPTY.fill(as_of=self.origin.as_of).pick(console.lang)]
        return [*self.origin.notes, told.pick(console.lang), *empty]

    def document(self) -> dict[str, object]:
        return {"out": self.out, "rows": self.rows, "origin": attrs.asdict(self.origin)}


def _explanation_document(explanation: Explanation) -> dict[str, object]:
    steps: pd.DataFrame = explanation.table
    return {
        "sentences": list(explanation.sentences),
        "steps": json.loads(steps.to_json(orient="records", date_format="iso")),
    }


_HELD = Text("整体读入：因 {options} 须保留每一行", "read whole: every row is needed for {options}")
_TAKEN = Text(
    "文件 {file} 既要写出又另有用处（是输入，或写了两次）；请换一个文件名。",
    "file {file} is to be written, but is an input or is written twice; choose another name.",
)
_EMPTY = Text(
    "结果是空的：截至 {as_of} 没有可依据的记录；请核对 --as-of 与数据的月份。",
    "the result is empty: there is no evidence as of {as_of}; check --as-of and the months of the "
    "data.",
)
_WRITTEN = Text(
    "已写出 {out}：{rows} 行，截至 {as_of}；规则集 {name}（{digest}），其中 {assumed} 条为约定，"
    "详见 powerchannel rulebook show {name}",
    "wrote {out}: {rows} rows, as of {as_of}; rulebook {name} ({digest}), of which {assumed} rules "
    "are assumed: see powerchannel rulebook show {name}",
)
