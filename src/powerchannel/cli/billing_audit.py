"""Bills held against rules and against issued bills, from files: audit and compare."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pandas as pd

from powerchannel.cli.console import Console, problem_document
from powerchannel.cli.inputs import read_frame
from powerchannel.cli.job import NOT_WRITTEN, StrictError, rulebook_of
from powerchannel.cli.outputs import check_outputs, write_all
from powerchannel.errors import Problem
from powerchannel.layout import aligned
from powerchannel.text import Text

if TYPE_CHECKING:
    from powerchannel.billing.audit import AuditReport
    from powerchannel.billing.compare import Comparison
    from powerchannel.billing.rules import Rulebook
    from powerchannel.cli.own_verbs import OwnVerb
    from powerchannel.tables import Schema, Vocabulary

__all__ = ["audit", "compare"]

_MONTHS = ("bills", "previous", "last_year")
_PRINTED = ("lines", "registers")
_BLOCK = "block"


def audit(options: argparse.Namespace, console: Console) -> int:
    """Hold bills against the audit rules and write what becomes of each (审核)."""
    from powerchannel.billing.audit import audit as audited

    files = _files(options)
    rulebook = cast("Rulebook", rulebook_of(options))
    tables = {name: _read(name, file) for name, file in files.items()}
    bills, previous, last_year = (tables.pop(name, None) for name in _MONTHS)
    assert bills is not None, "--bills is required"
    report = audited(bills, rulebook, previous=previous, last_year=last_year, archive=tables)
    problems = (*_struck(report, rulebook), *_unchecked(report))
    _refuse(options, problems)
    write_all(
        {
            options.out: report.verdicts,
            options.findings: report.findings,
            options.not_checked: report.not_checked,
        }
    )
    counts = _counted(report.verdicts["verdict"], ("pass", "review", "block"))
    _tell(options, console, (counts, _VERDICTS), problems)
    return 0


def compare(options: argparse.Namespace, console: Console) -> int:
    """Hold bills beside issued ones and write every element (比对)."""
    from powerchannel.billing.compare import compare as compared

    files = _files(options)
    rulebook = cast("Rulebook", rulebook_of(options))
    found = compared(
        _read("ours", files["ours"]), _read("issued", files["issued"]), rulebook=rulebook
    )
    problems = tuple(_stages(found))
    _refuse(options, problems)
    write_all({options.out: found.elements, options.by_id: found.accounts})
    counts = _counted(found.elements["verdict"], tuple(_ELEMENTS))
    _tell(options, console, (counts, _ELEMENTS), problems)
    return 0


def _files(options: argparse.Namespace) -> dict[str, Path]:
    """Return the files given, by table, after a look at what is to be written."""
    own: OwnVerb = options.own
    given = {file.field: getattr(options, file.field) for file in own.inputs}
    files = {name: Path(file) for name, file in given.items() if file is not None}
    check_outputs(options, files.values())
    return files


def _read(name: str, file: Path) -> pd.DataFrame:
    """Read a table; one of the archive may have the headers and words of its export."""
    frame = read_frame(file, where=name)
    schema = _schema(name)
    return frame if schema is None else _canonical(frame, schema)


def _schema(name: str) -> Schema | None:
    from powerchannel.billing.tables.schemas import SCHEMAS

    # The lines of a bill are another table than the lines of customers.
    return None if name in _PRINTED else SCHEMAS.get(name.removeprefix("previous_"))


def _canonical(frame: pd.DataFrame, schema: Schema) -> pd.DataFrame:
    names = {h: name for h in frame if (name := schema.column_of(str(h))) is not None}
    known = frame.rename(columns=names)
    words = {
        column.name: _coded(known[column.name], column.codes)
        for column in schema.columns
        if column.codes and column.name in known
    }
    found = known.assign(**words)
    if schema.name != "accounts":
        return found
    groups = found.get("group_id", found["account_id"])
    is_own = groups.isna() | (groups == "")
    return found.assign(group_id=groups.where(~is_own, found["account_id"]))


def _coded(cells: pd.Series, codes: Vocabulary) -> pd.Series:
    """Return codes for the words that mean one; other words stay as they are."""
    found = cells.map({word: code.code for code in codes for word in code.words})
    return cells.where(found.isna(), found)


def _counted(verdicts: pd.Series, names: Iterable[str]) -> dict[str, int]:
    counts = verdicts.value_counts()
    return {name: int(counts.get(name, 0)) for name in names}


def _struck(report: AuditReport, rulebook: Rulebook) -> Iterable[Problem]:
    """Return one problem a rule that struck, with how many it struck and the first of them."""
    for rule in rulebook.audit.rules:
        rows = report.findings[report.findings["code"] == rule.code]
        if len(rows):
            first = rows.iloc[0]
            yield Problem(
                code=rule.code,
                where=rule.code,
                message=_STRUCK.fill(
                    count=len(rows), id=first["id"], what=Text(first["zh"], first["en"])
                ),
                severity="rejected" if rule.verdict == _BLOCK else "notice",
                count=len(rows),
            )


def _unchecked(report: AuditReport) -> Iterable[Problem]:
    for row in report.not_checked.to_dict("records"):
        yield Problem(
            code="not_checked",
            where=str(row["code"]),
            message=Text(str(row["zh"]), str(row["en"])),
            severity="notice",
            count=int(row["accounts"]),
        )


def _stages(found: Comparison) -> Iterable[Problem]:
    """Return one problem a stage at which bills begin to differ."""
    from powerchannel.billing.compare import STAGES

    wrong = found.accounts[found.accounts["verdict"].isin(_WRONG)]
    for stage, title in STAGES.items():
        rows = wrong[wrong["first_stage"] == stage]
        if len(rows):
            first = rows.iloc[0]
            yield Problem(
                code="mismatch",
                where=stage,
                message=_DIFFERS.fill(
                    stage=title, count=len(rows), id=first["id"], name=first["first_name"]
                ),
                severity="notice",
                count=len(rows),
            )


def _refuse(options: argparse.Namespace, problems: tuple[Problem, ...]) -> None:
    if problems and options.strict:
        raise StrictError([NOT_WRITTEN, *problems])


def _tell(
    options: argparse.Namespace,
    console: Console,
    counted: tuple[Mapping[str, int], Mapping[str, Text]],
    problems: tuple[Problem, ...],
) -> None:
    counts, words = counted
    table = [(words[name].pick(console.lang), f"{n:,}") for name, n in counts.items()]
    written = _WRITTEN.fill(out=options.out).pick(console.lang)
    console.report(
        [aligned(table, right=[1]), *console.problem_lines(problems), written],
        {
            "counts": dict(counts),
            "problems": [problem_document(p) for p in problems],
            "out": options.out,
        },
    )


_VERDICTS: Mapping[str, Text] = {
    "pass": Text("放行", "pass"),
    "review": Text("复核", "review"),
    "block": Text("拦截", "block"),
}
_ELEMENTS: Mapping[str, Text] = {
    "matched": Text("一致", "matched"),
    "within_tolerance": Text("在允差内", "within tolerance"),
    "mismatch": Text("不一致", "mismatch"),
    "missing_ours": Text("本方缺项", "missing on our side"),
    "missing_other": Text("对方缺项", "missing on the other side"),
}
_WRONG = ("mismatch", "missing_ours", "missing_other")
_STRUCK = Text("{count} 处，如 {id}：{what}", "{count} findings, such as {id}: {what}")
_DIFFERS = Text(
    "{count} 户自“{stage}”起与已出账单不符，如 {id} 的 {name}",
    "{count} ids differ from the issued bills from {stage} on, such as {id} in {name}",
)
_WRITTEN = Text("已写出 {out}", "wrote {out}")
