"""The demonstration of channels: a small province made up, checked and scored (渠道演示)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import cast

import pandas as pd

from powerchannel import channel
from powerchannel.datasets import Province, province
from powerchannel.demo.telling import Clock, title
from powerchannel.layout import aligned, count_table
from powerchannel.rulebook import load_rulebook
from powerchannel.text import Lang, Text

__all__ = ["channel_lines", "steering_candidates"]

_RULEBOOK = "hebei-2022"
_MONTHS = 12
_CANDIDATES_SHOWN = 5
_BAR_WIDTH = 30
_PEOPLE = ("phone", "hall")


def channel_lines(clock: Clock, customers: int, lang: Lang, seed: int) -> Iterator[str]:
    """Score a province, show first choices, whom to steer, and one customer (渠道部分).

    Parameters
    ----------
    clock : Clock
        Takes the time.
    customers : int
        How many [count].
    lang : {"zh", "en"}
        The language.
    seed : int
        The same seed gives the same province.
    """
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
    yield title(_CAME_IN, lang)
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
        (name, f"{n:,}", f"{n / customers:.1%}", "█" * (_BAR_WIDTH * n // largest))
        for name, n in rows
    ]
    yield title(_FIRST_CHOICES, lang)
    yield aligned(bars, right=(1, 2))


def _candidates(candidates: pd.DataFrame, rulebook: channel.Rulebook, lang: Lang) -> Iterator[str]:
    titles = _titles(rulebook, lang)
    yield title(_STEERING, lang)
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
    yield title(_ONE_CUSTOMER, lang)
    yield str(result.explain(str(customers["customer_id"].iloc[0]), lang=lang))


def _titles(rulebook: channel.Rulebook, lang: Lang) -> dict[str, str]:
    return {c.code: c.title.pick(lang) for c in rulebook.catalogue.channels}


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
