"""Running every rule of the rulebook over the bills (审核)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

import numpy as np
import pandas as pd
from attrs import frozen

from powerchannel.billing.audit import charges, energy, periods, rates, registers
from powerchannel.billing.audit.inputs import Facet, Inputs, Limits, Objects, Unable
from powerchannel.billing.audit.report import VERDICTS, AuditReport
from powerchannel.billing.compare.sheets import read_values, sheets_of
from powerchannel.billing.rules import AuditRule, Rulebook
from powerchannel.registry import Registry
from powerchannel.tables import Source
from powerchannel.text import Text

__all__ = ["CHECKS", "audit"]

Check: TypeAlias = Callable[[Inputs, Limits], Facet]

CHECKS: Registry[tuple[Check, ...]] = Registry(
    Text("审核规则", "audit rule"),
    {
        "ZERO_USE": (energy.zero_use,),
        "SURGE": (energy.surge,),
        "DROP": (energy.drop,),
        "YOY": (energy.year_on_year,),
        "NEGATIVE": (energy.negative_energy, charges.negative_lines),
        "ROLLOVER": (registers.rollover,),
        "TOU_SUM": (rates.rates_differ,),
        "MULTIPLIER": (
            registers.multiplier_used,
            registers.multiplier_of_transformers,
            registers.multiplier_changed,
        ),
        "OVER_CAPACITY": (energy.over_capacity, energy.over_demand),
        "LOAD_HOURS": (energy.load_hours,),
        "LOSS_RATIO": (energy.loss_ratio,),
        "PF_RANGE": (energy.power_factor_range, energy.unmetered_reactive),
        "DEDUCT": (registers.children_above_parent,),
        "FIXED": (
            registers.quantity_above_parent,
            registers.ratio_above_one,
            registers.unverified,
        ),
        "PRICE": (
            charges.unknown_tariff,
            charges.category_differs,
            charges.two_part_below,
            charges.missing_standard,
        ),
        "BASIC": (
            charges.contract_below_floor,
            charges.contract_charged,
            charges.capacity_charged,
        ),
        "TIER": (periods.year_not_reset, periods.year_goes_back),
        "SUM": (charges.lines_differ,),
        "AVG_PRICE": (charges.average_price_band,),
        "REPEAT": (periods.billed_twice, periods.gap_within, periods.gap_to_previous),
    },
)
"""What each code of a rulebook checks; a rule may have several checks."""


@frozen(eq=False, kw_only=True)
class _Run:
    """One rule after its checks: what they found, and what they lacked."""

    rule: AuditRule
    facets: tuple[Facet, ...]


def audit(
    bills: Source,
    rulebook: Rulebook,
    *,
    previous: Source | None = None,
    last_year: Source | None = None,
    archive: Mapping[str, Source] | None = None,
) -> AuditReport:
    """Hold bills against every rule of the rulebook before they go out (电量电费审核).

    Source: billing reference, section on audits; thresholds and verdicts are the rulebook's
    (``rulebook.audit.rules``).

    Parameters
    ----------
    bills, previous, last_year : data frame or mapping
        id, name, period, value: ``Result.table`` of this month, the month before, and the same
        month of last year.
    rulebook : Rulebook
        The rules, and the tariffs of the accounts.
    archive : mapping of name to data frame, optional
        Side tables with the columns of the billing contract, decimals as text; what is not there
        is not checked, and reported so:

        - ``lines``, ``registers``: as ``Result.lines`` and ``Result.registers`` have them;
        - ``accounts``: also ``category`` (residential, agriculture, commerce_industry), which is to
          be that of the tariff, and ``voltage`` (high, low), both optional;
        - ``previous_accounts``: account_id, started_on, ended_on, year_to_date_kwh;
        - ``transformers``: transformer_id, account_id, capacity_kva, status, interlock_group;
        - ``meters``: meter_id, account_id, multiplier, integer_digits, decimal_digits, and
          optionally current_transformer_ratio, voltage_transformer_ratio, previous_multiplier,
          work_order_id;
        - ``readings``: meter_id, register, read_on, reading, and optionally status; without it the
          total of a meter is held against its rates only where the bill prints it;
        - ``relations``: child_id, parent_id, kind, quantity_kwh, ratio, and optionally verified_on.

    Returns
    -------
    AuditReport

    Raises
    ------
    UnknownNameError
        When the rulebook has a rule that there is no check for.
    RulebookError
        When a rule lacks a threshold.
    TableError
        When a table cannot be read.

    Examples
    --------
    >>> from powerchannel import load_rulebook
    >>> bills = {
    ...     "id": ["a", "a"],
    ...     "name": ["amount_yuan", "power_factor"],
    ...     "period": ["total", "total"],
    ...     "value": ["52.03", "0.42"],
    ... }
    >>> report = audit(bills, load_rulebook("sgcc-2024"))
    >>> report.findings[["id", "code", "verdict", "found"]].values.tolist()
    [['a', 'PF_RANGE', 'review', '0.42']]
    >>> "SURGE" in report.not_checked["code"].tolist()
    True
    >>> report.release(["a"], "R02").verdicts["verdict"].tolist()
    ['pass']
    """
    inputs = Inputs(
        rulebook=rulebook,
        bills=read_values(bills, "bills"),
        previous=None if previous is None else read_values(previous, "previous"),
        last_year=None if last_year is None else read_values(last_year, "last_year"),
        archive=sheets_of(archive, "archive"),
    )
    runs = [_run(inputs, rule) for rule in rulebook.audit.rules]
    findings = _findings(runs)
    return AuditReport(
        findings=findings,
        verdicts=_verdicts(inputs, runs, findings),
        not_checked=_not_checked(runs),
    )


def _run(inputs: Inputs, rule: AuditRule) -> _Run:
    checks = CHECKS.get(rule.code)
    return _Run(rule=rule, facets=tuple(_checked(inputs, rule, check) for check in checks))


def _checked(inputs: Inputs, rule: AuditRule, check: Check) -> Facet:
    try:
        return check(inputs, Limits(rule))
    except Unable as lacking:
        nothing = np.zeros(0, dtype=object)
        everyone = inputs.ids.to_numpy(dtype=object)
        return Facet(
            ids=nothing,
            found=nothing,
            threshold=nothing,
            what=rule.title,
            unchecked=everyone,
            missing=str(lacking),
        )


def _findings(runs: list[_Run]) -> pd.DataFrame:
    columns = ("id", "code", "verdict", "found", "threshold", "zh", "en")
    none = pd.DataFrame({name: pd.Series(dtype="str") for name in columns})
    struck = ((run.rule, facet) for run in runs for facet in run.facets if len(facet.ids))
    return pd.concat([none, *(_of_facet(*each) for each in struck)], ignore_index=True)


def _of_facet(rule: AuditRule, facet: Facet) -> pd.DataFrame:
    title, what = rule.title, facet.what
    words = {
        "zh": _filled(f"{title.zh}：{what.zh}", facet),
        "en": _filled(f"{title.en}: {what.en}", facet),
    }
    table = {"id": facet.ids, "code": rule.code, "verdict": rule.verdict}
    columns = {"found": facet.found, "threshold": facet.threshold, **words}
    return pd.DataFrame({**table, **columns}).astype("str")


def _filled(template: str, facet: Facet) -> Objects:
    """Fill the gaps of a sentence, row by row but column-wise."""
    out = np.full(len(facet.ids), "", dtype=object)
    for i, part in enumerate(_split(template)):
        out = out + ({"found": facet.found, "threshold": facet.threshold}[part] if i % 2 else part)
    return out


def _split(template: str) -> Iterator[str]:
    """Yield text and the names of gaps, by turns."""
    for piece in template.split("{"):
        name, is_gap, rest = piece.partition("}")
        yield from (name, rest) if is_gap else (name,)


def _verdicts(inputs: Inputs, runs: list[_Run], findings: pd.DataFrame) -> pd.DataFrame:
    ids = pd.Index(inputs.ids.union(pd.Index(findings["id"].unique(), dtype=object)), name="id")
    ranks = pd.Series(np.zeros(len(ids), np.int64), index=ids)
    codes = np.full(len(ids), "", dtype=object)
    unchecked = np.zeros(len(ids), np.int64)
    for run in runs:
        struck = np.zeros(len(ids), np.bool_)
        for facet in run.facets:
            struck[ids.get_indexer(facet.ids)] = True
            np.add.at(unchecked, _positions(ids, facet.unchecked), 1)
        rank = VERDICTS.index(run.rule.verdict)
        ranks[struck] = np.maximum(ranks[struck], rank)
        comma = np.where(codes == "", "", ",").astype(object)
        codes = np.where(struck, codes + comma + run.rule.code, codes)
    table = {
        "id": ids,
        "verdict": np.array(VERDICTS, dtype=object)[ranks],
        "codes": codes,
        "not_checked": unchecked,
        "reason_code": "",
    }
    return pd.DataFrame(table)


def _positions(ids: pd.Index, some: Objects) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    found = ids.get_indexer(pd.Index(some, dtype=object).unique())
    return found[found >= 0]


def _not_checked(runs: list[_Run]) -> pd.DataFrame:
    rows = [
        (run.rule.code, facet.missing, len(facet.unchecked), facet.unchecked[0])
        for run in runs
        for facet in run.facets
        if len(facet.unchecked)
    ]
    table = pd.DataFrame(rows, columns=["code", "missing", "accounts", "example"])
    texts = [(missing, n) for _, missing, n, _ in rows]
    return table.assign(
        zh=pd.Series([f"缺少 {m}，{n:,} 户未审核" for m, n in texts], dtype="str"),
        en=pd.Series([f"{m} is not there: {n:,} bills not checked" for m, n in texts], dtype="str"),
    )
