"""Bills on the command line (电费计算命令)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from powerchannel.cli.domain import Domain, Layout, RuleFiles, TableOption
from powerchannel.cli.own_verbs import FileOption, OwnVerb
from powerchannel.text import Text

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    from powerchannel import billing
    from powerchannel.registry import Registry
    from powerchannel.rulebook import RulebookRecord

__all__ = ["BILLING"]


def _with_tariffs(rulebook: RulebookRecord, names: Sequence[str]) -> RulebookRecord:
    from attrs import evolve

    from powerchannel.billing.tariff import load_tariff

    book = cast("billing.Rulebook", rulebook)
    return evolve(book, tariffs=(*book.tariffs, *map(load_tariff, names)))


def _bundled_tariffs() -> Registry[Traversable]:
    from powerchannel.billing.tariff import bundled_tariffs

    return bundled_tariffs()


_VALUES = "id、name、period、value"
_AUDIT = OwnVerb(
    name="audit",
    run="powerchannel.cli.billing_audit:audit",
    title=Text("按审核规则审核账单：放行、复核或拦截", "hold bills against the audit rules"),
    inputs=(
        FileOption(
            "bills",
            Text(f"账单结果长表（{_VALUES}）", "the bills: id, name, period, value"),
            is_required=True,
        ),
        FileOption("previous", Text("上月的账单结果", "the bills of the month before")),
        FileOption("last-year", Text("去年同月的账单结果", "those of this month of last year")),
        FileOption("accounts", Text("计费账户", "accounts")),
        FileOption("previous-accounts", Text("上期的计费账户", "accounts of the month before")),
        FileOption("meters", Text("计量点", "meters")),
        FileOption("readings", Text("抄表示数", "readings")),
        FileOption("relations", Text("主分表、定量定比", "sub-meters, shares")),
        FileOption("transformers", Text("受电设备", "transformers")),
        FileOption("lines", Text("账单行（--layout lines）", "lines of the bills")),
        FileOption("registers", Text("示数行（--layout registers）", "registers of the bills")),
    ),
    outputs=(
        FileOption(
            "out",
            Text("每份账单的结论，按扩展名写出", "the verdict of each bill"),
            is_required=True,
        ),
        FileOption("findings", Text("写出每条审核意见", "write every finding")),
        FileOption("not-checked", Text("写出未能审核的项目", "write what could not be checked")),
    ),
    strict=Text(
        "有任何账单需复核、被拦截或未能审核，就不写任何文件，并以 1 退出",
        "write nothing and exit 1 when any bill needs review, is blocked, or cannot be checked",
    ),
)
_COMPARE = OwnVerb(
    name="compare",
    run="powerchannel.cli.billing_audit:compare",
    title=Text("与已出账单逐项比对", "hold bills beside issued ones, element by element"),
    inputs=(
        FileOption(
            "ours",
            Text(f"本方账单结果长表（{_VALUES}）", "our bills: id, name, period, value"),
            is_required=True,
        ),
        FileOption(
            "issued", Text("已出账单，列同上", "the issued bills, likewise"), is_required=True
        ),
    ),
    outputs=(
        FileOption("out", Text("逐项比对结果，按扩展名写出", "every element"), is_required=True),
        FileOption("by-id", Text("写出每户的结论与首个差异环节", "write one row an id")),
    ),
    strict=Text(
        "有任何缺项，或超出允差的差异，就不写任何文件，并以 1 退出",
        "write nothing and exit 1 when anything is missing or differs beyond its tolerance",
    ),
)

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
    layouts=(
        Layout(name="long", title=Text("每项结果一行", "a row a result"), attribute="table"),
        Layout(name="wide", title=Text("每账户一行", "a row an account")),
        Layout(name="lines", title=Text("每行账单一行", "a row a line of a bill")),
        Layout(name="registers", title=Text("示数行", "a row a register")),
        Layout(name="findings", title=Text("计费提示", "findings")),
        Layout(name="estimates", title=Text("测算示数", "estimated readings, for next month")),
    ),
    rule_files=RuleFiles(
        name="tariff",
        title=Text("电价：内置名称，或文件", "tariffs: bundled, or files"),
        add=_with_tariffs,
        bundled=_bundled_tariffs,
    ),
    verbs=(_AUDIT, _COMPARE),
)
