"""One run over a domain's tables: read, check, and what is said about it."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

import attrs
from attrs import frozen

from powerchannel.cli.console import Console, Steps, problem_document
from powerchannel.cli.domain import Domain, FileSummary
from powerchannel.cli.inputs import Inputs, file_rows
from powerchannel.errors import PowerChannelError, Problem, RulebookError, TableError
from powerchannel.files.joining import join_tables
from powerchannel.layout import aligned, count_table
from powerchannel.rulebook import RulebookRecord, load_rulebook
from powerchannel.tables import DomainTables, IdsMode, Source
from powerchannel.text import Text

__all__ = ["NOT_WRITTEN", "Checked", "Job", "Scored", "StrictError", "given_files", "rulebook_of"]


class StrictError(PowerChannelError, ValueError):
    """There are problems and ``--strict`` was asked for; nothing was written."""


@frozen(kw_only=True)
class Checked:
    """Tables after checking, with rows counted as in their files (检查结果).

    Parameters
    ----------
    tables : DomainTables
        What goes on.
    problems : tuple of Problem
        Everything that was found.
    notes : tuple of Text
        How the rows were read and counted, where it needs saying.
    """

    tables: DomainTables
    problems: tuple[Problem, ...]
    notes: tuple[Text, ...] = ()

    def lines(self, console: Console) -> list[str]:
        """Return what a person reads (文字摘要)."""
        counted = count_table(self._counts(), console.lang)
        notes = [note.pick(console.lang) for note in self.notes]
        return [counted, *console.problem_lines(self.problems), *notes]

    def document(self) -> dict[str, object]:
        """Return the same for programs (JSON 摘要)."""
        return {
            "tables": {name: dict(zip(_COUNTS, n, strict=True)) for name, *n in self._counts()},
            "problems": [problem_document(p) for p in self.problems],
            "notes": [attrs.asdict(note) for note in self.notes],
        }

    def _counts(self) -> list[tuple[str, int, int, int]]:
        return list(self.tables.counts.itertuples(index=False, name=None))


@frozen(kw_only=True)
class Scored:
    """What a run from files to a file did, with rows counted as in the files (计分结果).

    Parameters
    ----------
    table : str
        The table whose rows were counted.
    summary : FileSummary
        What the domain says of it.
    problems : tuple of Problem
        Everything that was found.
    notes : tuple of Text
        How the rows were read and counted.
    """

    table: str
    summary: FileSummary
    problems: tuple[Problem, ...]
    notes: tuple[Text, ...]

    def lines(self, console: Console) -> list[str]:
        """Return what a person reads (文字摘要)."""
        head = _TALLY_HEAD.pick(console.lang).split(",")
        row = [self.table, *(f"{n:,}" for n in self._counts().values())]
        notes = [note.pick(console.lang) for note in self.notes]
        counted = [aligned([head, row], right=range(1, len(head)))]
        if self.summary.sides:
            counted.append(count_table(self.summary.sides, console.lang))
        return [*counted, *console.problem_lines(self.problems), *notes]

    def document(self) -> dict[str, object]:
        """Return the same for programs (JSON 摘要)."""
        counts = self._counts()
        kept = counts["counted"] + counts["elsewhere"]
        sides = {n: dict(zip(_COUNTS, rows, strict=True)) for n, *rows in self.summary.sides}
        return {
            "tables": {self.table: {**counts, "kept": kept}, **sides},
            "problems": [problem_document(p) for p in self.problems],
            "notes": [attrs.asdict(note) for note in self.notes],
        }

    def _counts(self) -> dict[str, int]:
        tally = self.summary.tally
        return {name: getattr(tally, name) for name in _TALLY}


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
            rulebook=rulebook_of(options),
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
        sources = self._read(self.inputs.files)
        with self.steps.step("检查", "checking"):
            try:
                tables = self.domain.check(sources, self.rulebook, self.ids, date.today())
            except TableError as error:
                raise TableError(file_rows(error.problems, self.inputs.files)) from None
        problems = file_rows(tables.found, self.inputs.files)
        if problems and self.is_strict:
            raise StrictError([NOT_WRITTEN, *problems])
        return Checked(tables=tables, problems=problems, notes=self._row_notes(problems))

    def score_files(self, as_of: str, out: Path, *, threads: int) -> Scored:
        """Score the files of the first table as they stream by (文件到文件).

        Parameters
        ----------
        as_of : str
            The month.
        out : Path
            Where the wide layout is written.
        threads : int
            Threads that count and score.

        Raises
        ------
        TableError
            With the structural faults of the other tables, or else of the first.
        """
        table = self.domain.tables[0].name
        score = self.domain.score_files
        assert score is not None, self.domain.name
        sides = self._read(name for name in self.inputs.files if name != table)
        with self.steps.step("流式计分", "scoring"):
            try:
                summary = score(
                    self.inputs.files[table],
                    sides,
                    self.rulebook,
                    as_of=as_of,
                    out=out,
                    ids=self.ids,
                    threads=threads,
                    now=date.today(),
                )
            except TableError as error:
                raise TableError(file_rows(error.problems, self.inputs.files)) from None
        problems = file_rows(summary.problems, self.inputs.files)
        notes = (summary.note, *self._row_notes(problems))
        return Scored(table=table, summary=summary, problems=problems, notes=notes)

    def _read(self, names: Iterable[str]) -> Mapping[str, Source]:
        schemas = self.domain.schemas()
        sources: dict[str, Source] = {}
        faults: list[Problem] = []
        for name in names:
            parts = []
            for file in self.inputs.files[name]:
                with self.steps.step(f"读取 {file.name}", f"reading {file.name}"):
                    try:
                        parts.append(self.inputs.read(name, file))
                    except TableError as error:
                        faults += error.problems
            if not faults:
                sources[name] = join_tables(parts, schemas[name])
        if faults:
            raise TableError(faults)
        return sources

    def _row_notes(self, problems: Iterable[Problem]) -> tuple[Text, ...]:
        """Say how rows are counted where problems name rows of a table in several files."""
        named = {p.where.partition(".")[0] for p in problems if p.examples}
        several = ((name, len(f)) for name, f in self.inputs.files.items() if len(f) > 1)
        return tuple(_ROWS.fill(table=t, count=n) for t, n in several if t in named)


def given_files(options: argparse.Namespace) -> dict[str, tuple[Path, ...]]:
    """Return the files of each table that was given (给出的文件)."""
    domain: Domain = options.domain
    given = {table.name: getattr(options, table.name) for table in domain.tables}
    return {name: tuple(map(Path, files)) for name, files in given.items() if files is not None}


def rulebook_of(options: argparse.Namespace) -> RulebookRecord:
    """Return the rulebook of a verb, with what its files add (规则集).

    Raises
    ------
    UnknownNameError
        When there is none of that name.
    RulebookError
        When it is not valid, or of another domain.
    """
    domain: Domain = options.domain
    rulebook = load_rulebook(options.rulebook)
    if rulebook.kind != domain.name:
        message = _WRONG_KIND.fill(kind=rulebook.kind, wanted=domain.name)
        raise RulebookError.of("wrong_kind", options.rulebook, message.zh, message.en)
    if domain.rule_files is None:
        return rulebook
    return domain.rule_files.add(rulebook, options.rule_files)


_COUNTS = ("rows_in", "kept", "rejected")
_TALLY = ("rows_in", "counted", "elsewhere", "rejected")
_TALLY_HEAD = Text("表,读入,计入,其他月份,剔除", "table,rows,counted,other months,rejected")
_ROWS = Text(
    "{table} 共 {count} 个文件，行号从 0 起连续计数",
    "{table}: {count} files, through which rows are counted from 0",
)
_WRONG_KIND = Text(
    "这是 {kind} 的规则集，此处需要 {wanted} 的规则集；请换一份。",
    "this is a rulebook of {kind}, and one of {wanted} is needed here; give another.",
)
NOT_WRITTEN = Problem(
    code="strict",
    where="--strict",
    message=Text(
        "因为有以下问题，没有写出任何文件；请更正后重试，或去掉 --strict。",
        "nothing was written because of these problems; correct them, or leave out --strict.",
    ),
)
