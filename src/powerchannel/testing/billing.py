"""What a billing case can expect (计费算例)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, cast

from attrs import evolve

from powerchannel.errors import PowerChannelError, Problem
from powerchannel.periods import parse_month
from powerchannel.rulebook import RulebookRecord
from powerchannel.rulebook.shapes import join
from powerchannel.testing.case import Case, CaseError
from powerchannel.testing.comparing import Key, Value
from powerchannel.text import Text

if TYPE_CHECKING:
    from powerchannel import billing
    from powerchannel.billing.records import GroupBill

__all__ = ["billing_rulebook", "billing_values"]


def billing_rulebook(
    base: RulebookRecord, changes: Mapping[str, object], details: Mapping[str, object], source: str
) -> RulebookRecord:
    """Return the rules of a billing case, with its tariffs (计费算例的规则).

    They are in force whenever the case plays, unless it says otherwise.

    Parameters
    ----------
    base : RulebookRecord
        The policy.
    changes : mapping of str to object
        What the case changes in it.
    details : mapping of str to object
        ``tariffs``: by name a table, or a list of dated editions.
    source : str
        Where the numbers of the case come from.

    Raises
    ------
    RulebookError, CaseError
        With every problem of the rules and the tariffs, at its path.
    """
    from powerchannel.billing import rules

    problems: list[Problem] = []
    tariffs = _tariffs(details.get("tariffs", {}), source, problems)
    try:
        dateless = evolve(cast("billing.Rulebook", base), effective_from=None, effective_to=None)
        book = rules.from_case(changes, dateless, source=source, where="$.rulebook")
        if not problems:
            return evolve(book, tariffs=(*book.tariffs, *tariffs))
    except PowerChannelError as error:
        problems += error.problems
    raise CaseError(problems)


def _tariffs(written: object, source: str, problems: list[Problem]) -> list[billing.Tariff]:
    from powerchannel.billing.tariff import from_case

    found = []
    for name, document, where in _editions(written, problems):
        try:
            found.append(from_case(document, name=name, source=source, where=where))
        except PowerChannelError as error:
            problems += error.problems
    return found


def _editions(
    written: object, problems: list[Problem]
) -> Iterator[tuple[str, Mapping[str, object], str]]:
    """Yield the name, the document and the place of every edition of every tariff."""
    if not isinstance(written, Mapping):
        problems.append(_no_table("$.tariffs"))
        return
    for name, value in written.items():
        several = isinstance(value, list)
        for i, document in enumerate(value if several else [value]):
            where = f"{join('$.tariffs', name)}{f'[{i}]' if several else ''}"
            if isinstance(document, Mapping):
                yield name, document, where
            else:
                problems.append(_no_table(where))


def _no_table(where: str) -> Problem:
    message = Text("应为一张表：电价的各键", "a table is expected: the keys of a tariff")
    return Problem(code="not_a_table", where=where, message=message)


def billing_values(case: Case) -> dict[Key, Value]:
    """Return all that a billing case can expect (计费算例的全部值).

    Parameters
    ----------
    case : Case
        The tables of `powerchannel.billing.check`.

    Returns
    -------
    dict of (id, name, period) to Value
        Every value of the result table, and 0 for what an account could have been charged and was
        not; how many findings of each kind concern an id, by their code; and with an empty id how
        many rows each kind of problem of the tables concerns.

    Raises
    ------
    CaseError
        When an expected value is not there, and groups or rows dropped out: says why.
    """
    from powerchannel import billing

    tables = billing.check(
        **{name: table.arrays() for name, table in case.tables.items()},
        ids="text",
        now=date(1970 + parse_month(case.as_of) // 12, 12, 31),
    )
    counts: Counter[Key] = Counter()
    for problem in tables.found:
        counts["", problem.code, "total"] += problem.count
    rulebook = cast("billing.Rulebook", case.rulebook)
    result = billing.evaluate(billing.aggregate(tables), rulebook, as_of=case.as_of)
    values: dict[Key, Value] = {}
    for bill in result.bills:
        values |= _zeroes(bill, rulebook)
        values.update(bill.values.items())
        counts.update((found.id, found.code, "total") for found in bill.findings)
    values |= dict(counts)
    _check_there(case, values, [*_dropped_rows(tables), *_dropped_groups(result)])
    return values


_MONEY = (
    "power_factor_charge",
    "supplement_yuan",
    "penalty_yuan",
    "late_fee_yuan",
    "feed_in_yuan",
    "feed_in_vat_yuan",
    "energy_charge_yuan",
)
_ENERGIES = ("feed_in_energy_kwh", "transformer_loss_kwh", "line_loss_kwh")


def _zeroes(bill: GroupBill, rulebook: billing.Rulebook) -> dict[Key, Value]:
    """Return 0 for all that the accounts of a bill could have been charged, and were not."""
    from powerchannel.billing.records import PERIODS
    from powerchannel.billing.tariff import GROUPS

    if not bill.values:
        return {}
    ids = {bill.group_id, *(line.account_id for line in bill.lines)}
    ids |= {key[0] for key in bill.values if key[1] == "amount_yuan"}
    codes = {c.code for tariff in rulebook.tariffs for c in tariff.components}
    names = (*GROUPS, *sorted(codes), *_MONEY, *_ENERGIES)
    return {(i, name, p): Decimal(0) for i in ids for name in names for p in ("total", *PERIODS)}


def _dropped_rows(tables: billing.Tables) -> Iterable[Problem]:
    return (problem for problem in tables.found if problem.severity == "rejected")


def _dropped_groups(result: billing.Result) -> Iterable[Problem]:
    for bill in result.bills:
        for found in bill.findings:
            if found.is_fatal:
                yield Problem(code=found.code, where=found.id, message=found.message)


def _check_there(case: Case, values: Mapping[Key, Value], problems: Sequence[Problem]) -> None:
    """Say why, where an expected value is not there because rows or groups dropped out."""
    rows = case.expect.records()
    keys = ((str(r["id"]), str(r["name"]), str(r.get("period", "total"))) for r in rows)
    if problems and any(key not in values for key in keys):
        raise CaseError(problems)
