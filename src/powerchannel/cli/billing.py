"""Bills on the command line (电费计算命令)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from powerchannel.cli.domain import Domain, Layout, RuleFiles, TableOption
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
)
