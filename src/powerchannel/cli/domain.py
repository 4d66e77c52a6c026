"""What the command line needs to know of a domain: its tables and its verbs, as data."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from attrs import frozen

from powerchannel.text import Lang, Text

if TYPE_CHECKING:
    import pandas as pd

    from powerchannel.errors import Problem
    from powerchannel.rulebook import RulebookRecord
    from powerchannel.tables import IdsMode, Schema, Source, Vocabulary

__all__ = [
    "Choice",
    "Domain",
    "Explanation",
    "FileScorer",
    "FileSummary",
    "Layout",
    "Origin",
    "Result",
    "RuleFiles",
    "TableOption",
    "Tables",
    "Tally",
]


class Tables(Protocol):
    """What every domain's `check` returns."""

    @property
    def counts(self) -> pd.DataFrame:
        """Rows of each table: table, rows_in, kept, rejected (行数核对)."""

    @property
    def rejected(self) -> pd.DataFrame:
        """The rows left out: table, row, code, column, value (剔除行)."""

    @property
    def found(self) -> tuple[Problem, ...]:
        """Everything that was found (问题)."""


class Explanation(Protocol):
    """What every domain's `Result.explain` returns; ``str`` of it is for people."""

    @property
    def table(self) -> pd.DataFrame:
        """One row a step (步骤表)."""

    @property
    def sentences(self) -> Sequence[str]:
        """One sentence a step (逐句说明)."""


class Origin(Protocol):
    """Where every result comes from."""

    @property
    def rulebook(self) -> str:
        """The name of the rules (规则集)."""

    @property
    def rulebook_digest(self) -> str:
        """Their fingerprint (摘要)."""

    @property
    def as_of(self) -> str:
        """The month (截止月)."""

    @property
    def assumed(self) -> tuple[str, ...]:
        """Ids of the rules that no source states (约定的规则)."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader should know (提示)."""


class Result(Protocol):
    """What every domain's `evaluate` returns."""

    @property
    def origin(self) -> Origin:
        """Where it comes from (结果来源)."""

    @property
    def table(self) -> pd.DataFrame:
        """The long layout (长表)."""

    @property
    def wide(self) -> pd.DataFrame:
        """The wide layout, one row a key (宽表)."""


class Tally(Protocol):
    """What became of rows that streamed by; in = counted + elsewhere + rejected (计数核对)."""

    @property
    def rows_in(self) -> int:
        """Rows that came in (读入)."""

    @property
    def counted(self) -> int:
        """Rows that count (计入)."""

    @property
    def elsewhere(self) -> int:
        """Rows of other months (其他月份)."""

    @property
    def rejected(self) -> int:
        """Rows that were left out (剔除)."""


class FileSummary(Protocol):
    """What a run from files to a file tells (文件计分摘要)."""

    @property
    def customers(self) -> int:
        """Rows written (写出行数)."""

    @property
    def tally(self) -> Tally:
        """What became of the rows of the first table (计数核对)."""

    @property
    def sides(self) -> Sequence[tuple[str, int, int, int]]:
        """Of each other table its name, rows in, kept and rejected (其他表核对)."""

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Everything that was found (问题)."""

    @property
    def origin(self) -> Origin:
        """Where the result comes from (结果来源)."""

    @property
    def note(self) -> Text:
        """Which way was taken, and why (所用方式)."""


class FileScorer(Protocol):
    """From files to a file, without holding the rows of the first table (文件到文件)."""

    def __call__(
        self,
        files: Sequence[Path],
        sides: Mapping[str, Source],
        rulebook: RulebookRecord,
        *,
        as_of: str,
        out: Path,
        ids: IdsMode,
        threads: int,
        now: date,
    ) -> FileSummary:
        """Write the wide layout of the files of the first table, beside the other tables (计分)."""


@frozen(kw_only=True)
class TableOption:
    """An input table, which is also an option of the command (输入表)."""

    name: str
    title: Text
    is_required: bool = False
    has_many_files: bool = False


@frozen(kw_only=True)
class Choice:
    """An option of one verb with a value (选项)."""

    name: str
    title: Text


@frozen(kw_only=True)
class Layout:
    """A table of the result that can be written (结果版式)."""

    name: str
    title: Text
    of: Callable[[Result], pd.DataFrame]


@frozen(kw_only=True)
class RuleFiles:
    """An option with names or files that add to the rulebook, such as tariffs (规则附件)."""

    name: str
    title: Text
    add: Callable[[RulebookRecord, Sequence[str]], RulebookRecord]


@frozen(kw_only=True)
class Domain:
    """One domain: its tables, and its verbs with the same signatures everywhere (业务域).

    Parameters
    ----------
    name : str
        The word of the command, which is also the kind of its rulebooks.
    title, key : Text
        Label of the domain, and of what its results are asked for by.
    tables : tuple of TableOption
        The first is the one that ``--column`` and ``--set`` mean when they name no table.
    rulebook : str
        The rulebook taken when none is given.
    schemas, vocabularies : callable
        The contracts of the tables, and the code tables a rulebook gives them.
    check, score, explain : callable
        The verbs; they import their domain when they are called, not before.
    layouts : tuple of Layout
        What of a result can be written; the first when nothing is said.
    why_not : Choice, optional
        What an explanation can be narrowed to.
    rule_files : RuleFiles, optional
        Files that add to the rulebook.
    score_files : FileScorer, optional
        How the first table is scored into the wide layout as it streams by, where it can be.
    """

    name: str
    title: Text
    key: Text
    tables: tuple[TableOption, ...]
    rulebook: str
    schemas: Callable[[], Mapping[str, Schema]]
    vocabularies: Callable[[RulebookRecord], Mapping[str, Vocabulary]]
    check: Callable[[Mapping[str, Source], RulebookRecord, IdsMode, date], Tables]
    score: Callable[[Tables, RulebookRecord, str], Result]
    explain: Callable[[Result, tuple[str, ...], Lang, str | None], Explanation]
    layouts: tuple[Layout, ...]
    why_not: Choice | None = None
    rule_files: RuleFiles | None = None
    score_files: FileScorer | None = None
