"""The demonstration of bills: a few accounts billed, explained and audited (电费演示)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import cast

from attrs import evolve

from powerchannel import billing
from powerchannel.billing.audit import audit
from powerchannel.datasets import TARIFFS, BillingMonth, billing_month
from powerchannel.demo.telling import Clock, title
from powerchannel.layout import aligned
from powerchannel.money import yuan_from_fen
from powerchannel.rulebook import load_rulebook
from powerchannel.text import Lang, Text

__all__ = ["bill_lines"]

_RULEBOOK = "sgcc-2024"
_ACCOUNTS = 40
_BILLS_SHOWN = 5
_BILL_EXPLAINED = "0200000000003"


def bill_lines(clock: Clock, lang: Lang, seed: int) -> Iterator[str]:
    """Bill a few accounts, explain one bill, and show one that an audit blocks (电费部分).

    Parameters
    ----------
    clock : Clock
        Takes the time.
    lang : {"zh", "en"}
        The language.
    seed : int
        The same seed gives the same accounts.
    """
    with clock.part(_BILLING):
        month = billing_month(_ACCOUNTS, seed=seed, faults=1)
        policy = cast("billing.Rulebook", load_rulebook(_RULEBOOK))
        rulebook = evolve(policy, tariffs=tuple(map(billing.load_tariff, TARIFFS)))
        tables = billing.check(**month.tables, ids="text", now=date.today())
        result = billing.evaluate(billing.aggregate(tables), rulebook, as_of=month.as_of)
        archive = month.archive(lines=result.lines, registers=result.registers)
        report = audit(result.table, rulebook, previous=month.previous, archive=archive)
    yield title(_BILLS, lang)
    count = len(result) - len(result.dropped)
    yield _BILLS_TOLD.fill(accounts=_ACCOUNTS, as_of=month.as_of, count=count).pick(lang)
    yield aligned([_BILLS_HEAD.pick(lang).split("|"), *_first_bills(month, result)], right=(2, 3))
    yield title(_ONE_BILL, lang)
    yield str(result.explain(_BILL_EXPLAINED, lang=lang))
    yield title(_AUDIT, lang)
    held = report.verdicts["verdict"].value_counts()
    counts = {verdict: int(held.get(verdict, 0)) for verdict in ("pass", "review", "block")}
    yield _AUDIT_TOLD.fill(**counts).pick(lang)
    blocked = report.findings[report.findings["verdict"] == "block"].iloc[0]
    yield f"- {blocked['id']}: {blocked[lang]}"


def _first_bills(month: BillingMonth, result: billing.Result) -> Iterator[tuple[str, ...]]:
    tariffs = month.accounts[["account_id", "tariff"]]
    shown = result.wide.head(_BILLS_SHOWN).merge(tariffs, on="account_id")
    yuan = (f"{yuan_from_fen(int(fen)):,}" for fen in shown["amount_fen"])
    words = (shown[name].astype(str) for name in ("account_id", "tariff", "billed_energy_kwh"))
    yield from zip(*words, yuan, strict=True)


_BILLING = Text("计费与审核", "bills and audit")
_BILLS = Text("一个月的电费", "A month of bills")
_BILLS_TOLD = Text(
    "另生成 {accounts} 个计费账户，{as_of} 出账 {count} 个计费组（一户或几户一组）；前几户：",
    "{accounts} accounts besides, of which {count} groups of one or more were billed for {as_of}; "
    "the first:",
)
_BILLS_HEAD = Text("户号|电价|电量（千瓦时）|电费（元）", "account|tariff|kWh|yuan")
_ONE_BILL = Text("一份账单的说明", "One bill explained")
_AUDIT = Text("出账前审核", "An audit before the bills go out")
_AUDIT_TOLD = Text(
    "放行 {pass}，复核 {review}，拦截 {block}；其中一份被拦截：",
    "{pass} pass, {review} need review, {block} are blocked; one of those:",
)
