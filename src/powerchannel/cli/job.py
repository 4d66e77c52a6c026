"""One run over a domain's tables: read, check, and what is said about it."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from attrs import frozen

from powerchannel.cli.console import Console, Steps, problem_document
from powerchannel.cli.domains import Domain, Tables
from powerchannel.cli.inputs import Inputs, file_rows
from powerchannel.errors import PowerChannelError, Problem, RulebookError, TableError
from powerchannel.layout import count_table
from powerchannel.rulebook import RulebookRecord, load_rulebook
from powerchannel.tables import IdsMode, Source
from powerchannel.text import Text

__all__ = ["Checked", "Job", "StrictError", "given_files"]


class StrictError(PowerChannelError, ValueError):
    """There are problems and ``--strict`` was asked for; nothing was written."""


@frozen(kw_only=True)
class Checked:
    """Tables after checking, with rows counted as in their files (检查结果).

    Parameters
    ----------
    tables : Tables
        What goes on.
    problems : tuple of Problem
        Everything that was found.
    """

    tables: Tables
    problems: tuple[Problem, ...]

    def lines(self, console: Console) -> list[str]:
        """Return what a person reads (文字摘要)."""
        counted = count_table(self._counts(), console.lang)
        return [counted, *console.problem_lines(self.problems)]

    def document(self) -> dict[str, object]:
        """Return the same for programs (JSON 摘要)."""
        names = ("rows_in", "kept", "rejected")
        return {
            "tables": {name: dict(zip(names, n, strict=True)) for name, *n in self._counts()},
            "problems": [problem_document(p) for p in self.problems],
        }

    def _counts(self) -> list[tuple[str, int, int, int]]:
        return list(self.tables.counts.itertuples(index=False, name=None))


@frozen(kw_only=True)
class Job:
    """What one command was asked to do, made ready before any table is read (任务).

    Parameters
    ----------
    domain : Domain
        Whose verbs run.
    inputs : Inputs
        The files and the names of their columns.
    rulebook : RulebookRecord
        The rules.
    ids : {"text", "integer"}
        How ids are read.
    is_strict : bool
        Whether any problem ends it.
    steps : Steps
        The progress bar.
    """

    domain: Domain
    inputs: Inputs
    rulebook: RulebookRecord
    ids: IdsMode
    is_strict: bool
    steps: Steps

    @classmethod
    def of(cls, options: argparse.Namespace, steps: Steps) -> Job:
        """Take the options of a verb (由命令行选项建立).

        Raises
        ------
        UsageError, UnknownNameError
            When the options do not fit together, or name what does not exist.
        RulebookError
            When the rulebook is not valid, or of another domain.
        """
        domain: Domain = options.domain
        inputs = Inputs(
            domain=domain,
            files=given_files(options),
            renames=tuple(options.column),
            constants=tuple(options.set),
        )
        inputs.check_names()
        return cls(
            domain=domain,
            inputs=inputs,
            rulebook=_rulebook_of(domain, options.rulebook),
            ids=options.ids,
            is_strict=getattr(options, "strict", False),
            steps=steps,
        )

    def check(self) -> Checked:
        """Read and check all tables (读取并检查).

        Raises
        ------
        TableError
            With the structural faults of all files.
        StrictError
            When there is any problem and none is allowed.
        """
        sources = self._read()
        with self.steps.step("检查", "checking"):
            try:
                tables = self.domain.check(sources, self.rulebook, self.ids, date.today())
            except TableError as error:
                raise TableError(file_rows(error.problems, self.inputs.files)) from None
        problems = file_rows(tables.found, self.inputs.files)
        if problems and self.is_strict:
            raise StrictError([_NOT_WRITTEN, *problems])
        return Checked(tables=tables, problems=problems)

    def _read(self) -> Mapping[str, Source]:
        sources: dict[str, Source] = {}
        faults: list[Problem] = []
        for name, file in self.inputs.files.items():
            with self.steps.step(f"读取 {file.name}", f"reading {file.name}"):
                try:
                    sources[name] = self.inputs.read(name)
                except TableError as error:
                    faults += error.problems
        if faults:
            raise TableError(faults)
        return sources


def given_files(options: argparse.Namespace) -> dict[str, Path]:
    """Return the file of each table that was given (给出的文件)."""
    domain: Domain = options.domain
    given = {table.name: getattr(options, table.name) for table in domain.tables}
    return {name: Path(file) for name, file in given.items() if file is not None}


def _rulebook_of(domain: Domain, name_or_file: str) -> RulebookRecord:
    rulebook = load_rulebook(name_or_file)
    if rulebook.kind != domain.name:
        message = _WRONG_KIND.fill(kind=rulebook.kind, wanted=domain.name)
        raise RulebookError.of("wrong_kind", name_or_file, message.zh, message.en)
    return rulebook


_WRONG_KIND = Text(
    "这是 {kind} 的规则集，此处需要 {wanted} 的规则集；请换一份。",
    "this is a rulebook of {kind}, and one of {wanted} is needed here; give another.",
)
_NOT_WRITTEN = Problem(
    code="strict",
    where="--strict",
    message=Text(
        "因为有以下问题，没有写出任何文件；请更正后重试，或去掉 --strict。",
        "nothing was written because of these problems; correct them, or leave out --strict.",
    ),
)
