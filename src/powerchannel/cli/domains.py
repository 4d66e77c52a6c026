"""The domains of the command line as data: a new one is one more record in `DOMAINS`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

from attrs import frozen

from powerchannel.text import Lang, Text

if TYPE_CHECKING:
    import pandas as pd

    from powerchannel import channel
    from powerchannel.errors import Problem
    from powerchannel.rulebook import RulebookRecord
    from powerchannel.tables import IdsMode, Schema, Source, Vocabulary

__all__ = [
    "DOMAINS",
    "Choice",
    "Domain",
    "Explanation",
    "FileScorer",
    "FileSummary",
    "Origin",
    "Result",
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
    why_not : Choice, optional
        What an explanation can be narrowed to.
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
    why_not: Choice | None = None
    score_files: FileScorer | None = None


def _channel_schemas() -> Mapping[str, Schema]:
    from powerchannel.channel.tables import SCHEMAS

    return SCHEMAS


def _channel_vocabularies(rulebook: RulebookRecord) -> Mapping[str, Vocabulary]:
    return cast("channel.Rulebook", rulebook).catalogue.vocabularies


def _channel_check(
    sources: Mapping[str, Source], rulebook: RulebookRecord, ids: IdsMode, now: date
) -> Tables:
    from powerchannel import channel

    catalogue = cast("channel.Rulebook", rulebook).catalogue
    return channel.check(**sources, catalogue=catalogue, ids=ids, now=now)


def _channel_score(tables: Tables, rulebook: RulebookRecord, as_of: str) -> Result:
    from powerchannel import channel

    state = channel.aggregate(cast("channel.Tables", tables))
    return channel.evaluate(state, cast("channel.Rulebook", rulebook), as_of=as_of)


def _channel_explain(
    result: Result, keys: tuple[str, ...], lang: Lang, why_not: str | None
) -> Explanation:
    return cast("channel.Result", result).explain(*keys, lang=lang, channel=why_not)


def _channel_score_files(
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
    from powerchannel.flow import score_files

    return score_files(
        files,
        rulebook=cast("channel.Rulebook", rulebook),
        as_of=as_of,
        out=out,
        ids=ids,
        threads=threads,
        now=now,
        **sides,
    )


DOMAINS: tuple[Domain, ...] = (
    Domain(
        name="channel",
        title=Text("渠道偏好：每个客户在每个渠道的得分与首推渠道", "channel preference"),
        key=Text("客户编号", "customer number"),
        tables=(
            TableOption(
                name="contacts",
                title=Text("联系记录", "contacts"),
                is_required=True,
                has_many_files=True,
            ),
            TableOption(name="facts", title=Text("关注、安装、注册、绑定", "standing facts")),
            TableOption(name="dislikes", title=Text("不喜欢记录", "dislikes")),
            TableOption(name="complaints", title=Text("投诉记录", "complaints")),
        ),
        rulebook="hebei-2022",
        schemas=_channel_schemas,
        vocabularies=_channel_vocabularies,
        check=_channel_check,
        score=_channel_score,
        explain=_channel_explain,
        score_files=_channel_score_files,
        why_not=Choice(
            name="channel",
            title=Text("只说明这一渠道（为什么不是它）", "this channel alone (why not it)"),
        ),
    ),
)
