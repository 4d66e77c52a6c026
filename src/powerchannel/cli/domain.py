"""What the command line needs to know of a domain: its tables and its verbs, as data."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

from attrs import frozen

from powerchannel.cli.own_verbs import OwnVerb
from powerchannel.registry import DOMAINS, resolve
from powerchannel.text import Lang, Text

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    import pandas as pd

    from powerchannel.errors import Problem
    from powerchannel.registry import Registry
    from powerchannel.rulebook import RulebookRecord
    from powerchannel.rulebook.origin import Origin
    from powerchannel.tables import DomainTables, IdsMode, Schema, Source, Vocabulary

__all__ = [
    "Choice",
    "Domain",
    "Explanation",
    "FileScorer",
    "FileSummary",
    "Layout",
    "Result",
    "RuleFiles",
    "TableOption",
    "Tally",
]


class Explanation(Protocol):
    """What every domain's `Result.explain` returns; ``str`` of it is for people."""

    @property
    def table(self) -> pd.DataFrame:
        """One row a step (步骤表)."""

    @property
    def sentences(self) -> Sequence[str]:
        """One sentence a step (逐句说明)."""


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

    def explain(self, *keys: str, lang: Lang, **narrowed: str | None) -> Explanation:
        """Explain every number of some keys (解释)."""


class _Package(Protocol):
    """The verbs that the package of every domain exports."""

    def check(self, **given: object) -> DomainTables: ...

    def aggregate(self, tables: DomainTables) -> object: ...

    def evaluate(self, state: object, rulebook: RulebookRecord, *, as_of: str) -> Result: ...


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
    """A table of the result that can be written, under its name or another (结果版式)."""

    name: str
    title: Text
    attribute: str = ""

    def of(self, result: Result) -> pd.DataFrame:
        """Return the table (取版式)."""
        return cast("pd.DataFrame", getattr(result, self.attribute or self.name))


@frozen(kw_only=True)
class RuleFiles:
    """An option with names or files that add to the rulebook, such as tariffs (规则附件)."""

    name: str
    title: Text
    add: Callable[[RulebookRecord, Sequence[str]], RulebookRecord]
    bundled: Callable[[], Registry[Traversable]]


def _nothing(rulebook: RulebookRecord) -> Mapping[str, object]:
    del rulebook
    return {}


def _fixed_words(rulebook: RulebookRecord) -> Mapping[str, Vocabulary]:
    del rulebook
    return {}


@frozen(kw_only=True)
class Domain:
    """One domain: its tables, and its verbs with the same signatures everywhere (业务域).

    Parameters
    ----------
    name : str
        The word of the command, which is also the kind of its rulebooks, and its name in
        `powerchannel.registry.DOMAINS`.
    title, key : Text
        Label of the domain, and of what its results are asked for by.
    tables : tuple of TableOption
        The first is the one that ``--column`` and ``--set`` mean when they name no table.
    rulebook : str
        The rulebook taken when none is given.
    layouts : tuple of Layout
        What of a result can be written; the first when nothing is said.
    vocabularies : callable
        The code tables that a rulebook gives its tables; none where they are fixed.
    checked_with : callable
        What its `check` takes from a rulebook, by the names of arguments.
    why_not : Choice, optional
        What an explanation can be narrowed to: an argument of its `explain`.
    rule_files : RuleFiles, optional
        Files that add to the rulebook.
    score_files : FileScorer, optional
        How the first table is scored into the wide layout as it streams by, where it can be.
    verbs : tuple of OwnVerb
        What it can do that no other domain can.
    """

    name: str
    title: Text
    key: Text
    tables: tuple[TableOption, ...]
    rulebook: str
    layouts: tuple[Layout, ...]
    vocabularies: Callable[[RulebookRecord], Mapping[str, Vocabulary]] = _fixed_words
    checked_with: Callable[[RulebookRecord], Mapping[str, object]] = _nothing
    why_not: Choice | None = None
    rule_files: RuleFiles | None = None
    score_files: FileScorer | None = None
    verbs: tuple[OwnVerb, ...] = ()

    @property
    def _package(self) -> _Package:
        """The package, imported when a verb is called and not before."""
        return cast("_Package", resolve(DOMAINS.get(self.name)))

    def schemas(self) -> Mapping[str, Schema]:
        """Return the contracts of the tables (表结构)."""
        found = resolve(f"{DOMAINS.get(self.name)}.tables:SCHEMAS")
        return cast("Mapping[str, Schema]", found)

    def check(
        self, sources: Mapping[str, Source], rulebook: RulebookRecord, ids: IdsMode, now: date
    ) -> DomainTables:
        """Check the tables (检查)."""
        given = self.checked_with(rulebook)
        return self._package.check(**sources, **given, ids=ids, now=now)

    def score(self, tables: DomainTables, rulebook: RulebookRecord, as_of: str) -> Result:
        """Compute the result of a month (计算)."""
        state = self._package.aggregate(tables)
        return self._package.evaluate(state, rulebook, as_of=as_of)

    def explain(
        self, result: Result, keys: tuple[str, ...], lang: Lang, why_not: str | None
    ) -> Explanation:
        """Explain some keys of a result (解释)."""
        narrowed = {} if self.why_not is None else {self.why_not.name: why_not}
        return result.explain(*keys, lang=lang, **narrowed)
