"""The demonstration: a small province made up, checked, scored, billed and shown to a person."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from datetime import date
from typing import cast

import pandas as pd
from attrs import define, evolve, field

from powerchannel import billing, channel
from powerchannel.billing.audit import audit
from powerchannel.datasets import TARIFFS, BillingMonth, Province, billing_month, province
from powerchannel.layout import aligned, count_table
from powerchannel.money import yuan_from_fen
from powerchannel.rulebook import load_rulebook
from powerchannel.text import Lang, Text

__all__ = ["demo_lines", "steering_candidates"]

_RULEBOOK = "hebei-2022"
_MONTHS = 12
_CANDIDATES_SHOWN = 5
_BAR_WIDTH = 30
_BILLING_RULEBOOK = "sgcc-2024"
_ACCOUNTS = 40
_BILLS_SHOWN = 5
_BILL_EXPLAINED = "0200000000003"
_PEOPLE = ("phone", "hall")


def demo_lines(*, customers: int = 2000, lang: Lang = "zh", seed: int = 1) -> Iterator[str]:
    """Run the main job on a made-up province and tell how it went (演示).

    Parameters
    ----------
    customers : int
        How many customers [count].
    lang : {"zh", "en"}
        The language.
    seed : int
        The same seed gives the same province.

    Yields
    ------
    str
        What came in, what was left out and why, first choices, customers to steer, one customer
        explained; a few bills, one of them explained, and one that an audit blocks; and how long
        it took.
    """
    clock = _Clock()
    rulebook = cast("channel.Rulebook", load_rulebook(_RULEBOOK))
    with clock.part(_MAKING):
        made = province(customers, _MONTHS, seed)
    yield _OPENING.fill(customers=f"{customers:,}", months=_MONTHS, as_of=made.as_of).pick(lang)
    with clock.part(_CHECKING):
        tables = _checked(made, rulebook)
    yield from _came_in(tables, lang)
    with clock.part(_SCORING):
        state = channel.aggregate(tables)
        result = channel.evaluate(state, rulebook, as_of=made.as_of)
        wide = result.wide
    yield from _first_choices(wide["first_choice"], customers, rulebook, lang)
    candidates = steering_candidates(wide, rulebook)
    yield from _candidates(candidates, rulebook, lang)
    yield from _one_customer(result, candidates, lang)
    yield from _bills(clock, lang, seed)
    yield clock.line(lang)


def steering_candidates(wide: pd.DataFrame, rulebook: channel.Rulebook) -> pd.DataFrame:
    """Return customers served by people who lean to an electronic channel as well (引流候选).

    Parameters
    ----------
    wide : DataFrame
        A wide result: customer_id, first_choice and one score a channel.
    rulebook : Rulebook
        Whose catalogue tells which channels need people.

    Returns
    -------
    DataFrame
        customer_id, first_choice, score, electronic (the best such channel), electronic_score;
        those nearest to changing over first.
    """
    by_people = [c.code for c in rulebook.catalogue.channels if c.medium in _PEOPLE]
    electronic = [c.code for c in rulebook.catalogue.channels if c.medium not in _PEOPLE]
    best = wide[electronic].max(axis=1)
    found = wide[wide["first_choice"].isin(by_people) & (best > 0)]
    table = pd.DataFrame(
        {
            "customer_id": found["customer_id"],
            "first_choice": found["first_choice"].astype(str),
            "score": found[by_people].max(axis=1),
            "electronic": found[electronic].idxmax(axis=1),
            "electronic_score": best[found.index],
        }
    )
    nearness = table["electronic_score"] / table["score"]
    order = nearness.sort_values(ascending=False, kind="stable").index
    return table.loc[order].reset_index(drop=True)


def _checked(made: Province, rulebook: channel.Rulebook) -> channel.Tables:
    return channel.check(
        contacts=made.exported("contacts"),
        facts=made.exported("facts"),
        dislikes=made.exported("dislikes"),
        complaints=made.exported("complaints"),
        catalogue=rulebook.catalogue,
        now=date.today(),
    )


def _came_in(tables: channel.Tables, lang: Lang) -> Iterator[str]:
    yield _title(_CAME_IN, lang)
    yield count_table(tables.counts.itertuples(index=False, name=None), lang)
    yield from (f"- {problem.render(lang)}" for problem in tables.found)


def _first_choices(
    choices: pd.Series, customers: int, rulebook: channel.Rulebook, lang: Lang
) -> Iterator[str]:
    titles = _titles(rulebook, lang)
    counts = choices.value_counts()
    rows = [(titles[str(code)], int(n)) for code, n in counts.items() if n]
    rows.append((_NOBODY.pick(lang), customers - int(counts.sum())))
    largest = max(n for _, n in rows)
    bars = [
        (title, f"{n:,}", f"{n / customers:.1%}", "█" * (_BAR_WIDTH * n // largest))
        for title, n in rows
    ]
    yield _title(_FIRST_CHOICES, lang)
    yield aligned(bars, right=(1, 2))


def _candidates(candidates: pd.DataFrame, rulebook: channel.Rulebook, lang: Lang) -> Iterator[str]:
    titles = _titles(rulebook, lang)
    yield _title(_STEERING, lang)
    yield _STEERING_TOLD.fill(count=f"{len(candidates):,}").pick(lang)
    nearest = candidates[:_CANDIDATES_SHOWN].itertuples(index=False, name=None)
    rows = [
        (customer, titles[first], f"{score:.7g}", titles[other], f"{other_score:.7g}")
        for customer, first, score, other, other_score in nearest
    ]
    yield aligned([_STEERING_HEAD.pick(lang).split("|"), *rows], right=(2, 4))


def _one_customer(result: channel.Result, candidates: pd.DataFrame, lang: Lang) -> Iterator[str]:
    shown = candidates[:_CANDIDATES_SHOWN].nlargest(1, "score")
    customers = shown if len(shown) else result.wide
    yield _title(_ONE_CUSTOMER, lang)
    yield str(result.explain(str(customers["customer_id"].iloc[0]), lang=lang))


def _bills(clock: _Clock, lang: Lang, seed: int) -> Iterator[str]:
    """Bill a few accounts, explain one bill, and show one that an audit blocks."""
    with clock.part(_BILLING):
        month = billing_month(_ACCOUNTS, seed=seed, faults=1)
        policy = cast("billing.Rulebook", load_rulebook(_BILLING_RULEBOOK))
        rulebook = evolve(policy, tariffs=tuple(map(billing.load_tariff, TARIFFS)))
        tables = billing.check(**month.tables, ids="text", now=date.today())
        result = billing.evaluate(billing.aggregate(tables), rulebook, as_of=month.as_of)
        archive = month.archive(lines=result.lines, registers=result.registers)
        report = audit(result.table, rulebook, previous=month.previous, archive=archive)
    yield _title(_BILLS, lang)
    count = len(result) - len(result.dropped)
    yield _BILLS_TOLD.fill(accounts=_ACCOUNTS, as_of=month.as_of, count=count).pick(lang)
    yield aligned([_BILLS_HEAD.pick(lang).split("|"), *_first_bills(month, result)], right=(2, 3))
    yield _title(_ONE_BILL, lang)
    yield str(result.explain(_BILL_EXPLAINED, lang=lang))
    yield _title(_AUDIT, lang)
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


def _titles(rulebook: channel.Rulebook, lang: Lang) -> dict[str, str]:
    return {c.code: c.title.pick(lang) for c in rulebook.catalogue.channels}


def _title(text: Text, lang: Lang) -> str:
    return f"\n== {text.pick(lang)} =="


@define
class _Clock:
    """How long each part took [s]."""

    parts: dict[Text, float] = field(factory=dict)

    @contextlib.contextmanager
    def part(self, name: Text) -> Iterator[None]:
        start = time.perf_counter()
        yield
        self.parts[name] = time.perf_counter() - start

    def line(self, lang: Lang) -> str:
        shown = ", ".join(f"{name.pick(lang)} {took:.2f} s" for name, took in self.parts.items())
        return "\n" + _TOOK.fill(total=f"{sum(self.parts.values()):.2f}", parts=shown).pick(lang)


_MAKING = Text("生成数据", "making the data")
_CHECKING = Text("检查", "checking")
_SCORING = Text("计算", "scoring")
_OPENING = Text(
    "模拟一个小省份：{customers} 个客户，{months} 个月的联系记录，截至 {as_of}。",
    "A small made-up province: {customers} customers, {months} months of contacts, as of {as_of}.",
)
_CAME_IN = Text("读入了什么，剔除了什么", "What came in, and what was left out")
_FIRST_CHOICES = Text("首推渠道", "First choices")
_NOBODY = Text("无依据", "no evidence")
_STEERING = Text("引流候选", "Customers to steer")
_STEERING_TOLD = Text(
    "{count} 个客户的首推渠道要靠人工，但已偏向某个电子渠道；最接近转变的：",
    "{count} customers are best served by people but lean to an electronic channel too; those "
    "nearest to changing over:",
)
_STEERING_HEAD = Text(
    "客户编号|首推渠道|得分|电子渠道|得分", "customer|first choice|score|electronic|score"
)
_ONE_CUSTOMER = Text("一个客户的说明", "One customer explained")
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
_TOOK = Text("共用 {total} s：{parts}", "{total} s in all: {parts}")
