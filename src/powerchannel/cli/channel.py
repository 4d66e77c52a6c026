"""Channel preference on the command line (渠道偏好命令)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, cast

from powerchannel.cli.domain import Choice, Domain, FileSummary, Layout, TableOption
from powerchannel.text import Text

if TYPE_CHECKING:
    from powerchannel import channel
    from powerchannel.rulebook import RulebookRecord
    from powerchannel.tables import IdsMode, Source, Vocabulary

__all__ = ["CHANNEL"]


def _vocabularies(rulebook: RulebookRecord) -> Mapping[str, Vocabulary]:
    return cast("channel.Rulebook", rulebook).catalogue.vocabularies


def _checked_with(rulebook: RulebookRecord) -> Mapping[str, object]:
    return {"catalogue": cast("channel.Rulebook", rulebook).catalogue}


def _score_files(
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
    vocabularies=_vocabularies,
    checked_with=_checked_with,
    layouts=(
        Layout(
            name="long",
            title=Text("每客户每渠道一行", "a row a customer and channel"),
            attribute="table",
        ),
        Layout(name="wide", title=Text("每客户一行", "a row a customer")),
    ),
    score_files=_score_files,
    why_not=Choice(
        name="channel",
        title=Text("只说明这一渠道（为什么不是它）", "this channel alone (why not it)"),
    ),
)
