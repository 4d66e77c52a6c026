"""From findings to rows for billing, from file to files: theft recover."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pandas as pd
from attrs import evolve

from powerchannel.billing.tables.words import LOAD_KINDS
from powerchannel.cli.console import Console
from powerchannel.cli.inputs import file_rows, read_frame
from powerchannel.cli.job import NOT_WRITTEN, Checked, StrictError
from powerchannel.cli.outputs import Lists, write_all
from powerchannel.errors import Problem, TableError
from powerchannel.layout import aligned
from powerchannel.tables import DomainTables, Schema, check_tables
from powerchannel.tables.building import code, day, number
from powerchannel.text import Text
from powerchannel.theft.recovery import REASONS, BackBilling, back_billing
from powerchannel.theft.tables.schemas import SCHEMAS

__all__ = ["FINDINGS", "recover"]

_INSPECTIONS = SCHEMAS["inspections"]
_NEEDED = {"finding_id": "object", "lost_kwh": "float64", "started_on": "datetime64[us]"}
_NOTHING = ("normal", "no_access")

FINDINGS = Schema(
    name="findings",
    title=Text("认定的少计", "findings"),
    description=Text(
        "每行一个检查结论和它的少计电量", "one row a finding, and what was not recorded"
    ),
    columns=(
        _INSPECTIONS["customer_id"],
        _INSPECTIONS["finding"],
        evolve(_INSPECTIONS["finding_id"], kind="text"),
        number(
            "lost_kwh",
            Text("少计电量", "energy not recorded"),
            Text("多计为负，空为未知", "negative: recorded too much; empty: not known"),
            *("追补电量", "recovered_kwh"),
            decimals=3,
            minimum=None,
            unit="kWh",
            is_measured=True,
        ),
        day("started_on", Text("开始日期", "started on"), Text("空为不明", "empty: unknown")),
        day(
            "found_on",
            Text("查获日期", "found on"),
            Text("查实的日期", "when it was found"),
            *("检查日期", "inspected_on"),
            is_required=True,
        ),
        number(
            "price_yuan_per_kwh",
            Text("电价", "price"),
            Text("计量差错按它退补", "at which errors of metering are corrected"),
            decimals=8,
            unit="元/kWh",
            is_measured=True,
        ),
        number(
            "time_share",
            Text("时间占比", "share of the time"),
            Text("按条款更正的时间占比，空为 1", "that its clause corrects; empty: 1"),
            decimals=6,
            maximum=Decimal(1),
            is_measured=True,
        ),
        code(
            "load_kind",
            Text("负荷类型", "load kind"),
            Text("电量无法查明时用", "where nobody can prove the energy"),
            LOAD_KINDS,
        ),
        number(
            "load_kw",
            Text("负荷容量", "load"),
            Text("电量无法查明时用", "where nobody can prove the energy"),
            "设备容量",
            decimals=6,
            unit="kW",
            is_measured=True,
        ),
    ),
    key=("finding_id",),
    orders=(("started_on", "found_on"),),
)
"""What is read: one row a finding, whose id stands once (结论表结构)."""


def recover(options: argparse.Namespace, console: Console) -> int:
    """Turn findings into rows of billing's tables and write them, all or none (生成退补数据)."""
    lists = Lists.of(options, {FINDINGS.name: (Path(options.findings),)})
    checked = _checked(lists)
    bills = back_billing(
        _complete(checked.tables.checked[FINDINGS.name].frame()), lang=console.lang
    )
    problems = (*checked.problems, *_withheld(bills))
    if problems and options.strict:
        raise StrictError([NOT_WRITTEN, *problems])
    told = evolve(checked, problems=problems)
    write_all(
        {
            **lists.contents(told),
            options.incidents: bills.incidents,
            options.givens: bills.givens,
            options.adjustments: bills.adjustments,
            options.withheld: bills.withheld,
        }
    )
    counts = {name: len(getattr(bills, name)) for name in _TABLES}
    rows = [(title.pick(console.lang), f"{counts[name]:,}") for name, title in _TABLES.items()]
    console.report(
        [*told.lines(console), aligned(rows, right=[1])], {**told.document(), "counts": counts}
    )
    return 0


def _checked(lists: Lists) -> Checked:
    (file,) = lists.files[FINDINGS.name]
    sources = {FINDINGS.name: read_frame(file, where=FINDINGS.name)}
    latest = date.today().year + 1
    try:
        found = check_tables(
            sources, {FINDINGS.name: FINDINGS}, vocabularies={}, latest_year=latest
        )
    except TableError as error:
        raise TableError(file_rows(error.problems, lists.files)) from None
    tables = DomainTables(checked=found)
    return Checked(tables=tables, problems=file_rows(tables.found, lists.files))


def _complete(findings: pd.DataFrame) -> pd.DataFrame:
    """Add the columns that did not come."""
    rows = findings.index
    absent = {n: pd.Series(index=rows, dtype=t) for n, t in _NEEDED.items() if n not in findings}
    return findings.assign(**absent)


def _withheld(bills: BackBilling) -> Iterator[Problem]:
    """Return one problem a reason; of what was found to be nothing there is none."""
    rows = bills.withheld[~bills.withheld["finding"].isin(_NOTHING)]
    for reason, same in rows.groupby("reason", sort=True):
        message = _WITHHELD.fill(
            count=len(same), customer=same["customer_id"].iloc[0], why=REASONS[str(reason)]
        )
        yield Problem(
            code=str(reason),
            where=FINDINGS.name,
            message=message,
            severity="rejected",
            count=len(same),
        )


_TABLES = {
    "incidents": Text("窃电事件", "incidents"),
    "givens": Text("窃电电量", "givens"),
    "adjustments": Text("退补金额", "adjustments"),
    "withheld": Text("不予追补", "withheld"),
}
_WITHHELD = Text("{count} 行，如 {customer}：{why}", "{count} rows, such as {customer}: {why}")
