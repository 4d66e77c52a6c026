"""Bills on the command line (电费计算命令)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, cast

from powerchannel.cli.domain import (
    Domain,
    Explanation,
    Layout,
    Result,
    RuleFiles,
    TableOption,
    Tables,
)
from powerchannel.text import Lang, Text

if TYPE_CHECKING:
    import pandas as pd

    from powerchannel import billing
    from powerchannel.rulebook import RulebookRecord
    from powerchannel.tables import IdsMode, Schema, Source, Vocabulary

__all__ = ["BILLING"]


def _billing_schemas() -> Mapping[str, Schema]:
    from powerchannel.billing.tables.schemas import SCHEMAS

    return SCHEMAS


def _billing_vocabularies(rulebook: RulebookRecord) -> Mapping[str, Vocabulary]:
    del rulebook  # the codes of its tables are fixed
    return {}


def _billing_check(
    sources: Mapping[str, Source], rulebook: RulebookRecord, ids: IdsMode, now: date
) -> Tables:
    from powerchannel import billing

    del rulebook
    return billing.check(**sources, ids=ids, now=now)


def _billing_score(tables: Tables, rulebook: RulebookRecord, as_of: str) -> Result:
    from powerchannel import billing

    state = billing.aggregate(cast("billing.Tables", tables))
    return billing.evaluate(state, rulebook, as_of=as_of)


def _billing_explain(
    result: Result, keys: tuple[str, ...], lang: Lang, why_not: str | None
) -> Explanation:
    del why_not
    return cast("billing.Result", result).explain(*keys, lang=lang)


def _with_tariffs(rulebook: RulebookRecord, names: Sequence[str]) -> RulebookRecord:
    from attrs import evolve

    from powerchannel.billing.tariff import load_tariff

    book = cast("billing.Rulebook", rulebook)
    return evolve(book, tariffs=(*book.tariffs, *map(load_tariff, names)))


def _lines(result: Result) -> pd.DataFrame:
    return cast("billing.Result", result).lines


def _registers(result: Result) -> pd.DataFrame:
    return cast("billing.Result", result).registers


def _findings(result: Result) -> pd.DataFrame:
    return cast("billing.Result", result).findings


BILLING = Domain(
    name="billing",
    title=Text("电费计算：从示数到每一行账单", "bills: from readings to every line"),
    key=Text("计费组编号", "metering group"),
    tables=(
        TableOption(
            name="accounts",
            title=Text("计费账户", "accounts"),
            is_required=True,
            has_many_files=True,
        ),
        TableOption(name="meters", title=Text("计量点", "meters")),
        TableOption(name="readings", title=Text("抄表示数", "readings"), has_many_files=True),
        TableOption(name="relations", title=Text("主分表、定量定比", "sub-meters, shares")),
        TableOption(name="transformers", title=Text("受电设备", "transformers")),
        TableOption(name="loss_tables", title=Text("变损表", "loss tables")),
        TableOption(name="lines", title=Text("用户专线", "customers' lines")),
        TableOption(name="givens", title=Text("外部给定值", "values given from outside")),
        TableOption(name="adjustments", title=Text("调整项", "adjustments")),
        TableOption(name="incidents", title=Text("窃电、违约用电", "theft and breach")),
        TableOption(name="debts", title=Text("欠费", "debts")),
        TableOption(name="intervals", title=Text("负荷曲线", "load profiles"), has_many_files=True),
    ),
    rulebook="sgcc-2024",
    schemas=_billing_schemas,
    vocabularies=_billing_vocabularies,
    check=_billing_check,
    score=_billing_score,
    explain=_billing_explain,
    layouts=(
        Layout(
            name="long",
            title=Text("每项结果一行", "a row a result"),
            of=lambda result: result.table,
        ),
        Layout(
            name="wide", title=Text("每账户一行", "a row an account"), of=lambda result: result.wide
        ),
        Layout(name="lines", title=Text("每行账单一行", "a row a line of a bill"), of=_lines),
        Layout(name="registers", title=Text("示数行", "a row a register"), of=_registers),
        Layout(name="findings", title=Text("计费提示", "findings"), of=_findings),
    ),
    rule_files=RuleFiles(
        name="tariff",
        title=Text("电价：内置名称，或文件", "tariffs: bundled, or files"),
        add=_with_tariffs,
    ),
)
