"""Channel preference on the command line (渠道偏好命令)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, cast

from powerchannel.cli.domain import (
    Choice,
    Domain,
    Explanation,
    FileSummary,
    Layout,
    Result,
    TableOption,
    Tables,
)
from powerchannel.text import Lang, Text

if TYPE_CHECKING:
    from powerchannel import channel
    from powerchannel.rulebook import RulebookRecord
    from powerchannel.tables import IdsMode, Schema, Source, Vocabulary

__all__ = ["CHANNEL"]


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


CHANNEL = Domain(
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
    layouts=(
        Layout(
            name="long",
            title=Text("每客户每渠道一行", "a row a customer and channel"),
            of=lambda result: result.table,
        ),
        Layout(
            name="wide", title=Text("每客户一行", "a row a customer"), of=lambda result: result.wide
        ),
    ),
    score_files=_channel_score_files,
    why_not=Choice(
        name="channel",
        title=Text("只说明这一渠道（为什么不是它）", "this channel alone (why not it)"),
    ),
)
