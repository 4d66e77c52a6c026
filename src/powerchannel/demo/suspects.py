"""The demonstration of theft: a small month looked through, and whom to visit (窃电演示)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import cast

import pandas as pd

from powerchannel import theft
from powerchannel.datasets import TheftMonth, theft_month
from powerchannel.datasets.theft import CASES
from powerchannel.demo.telling import Clock, title
from powerchannel.layout import aligned
from powerchannel.rulebook import load_rulebook
from powerchannel.text import Lang, Text

__all__ = ["suspect_lines"]

_RULEBOOK = "dlt698-theft"
_CUSTOMERS = 300
_CREW_HOURS = 24
_SHOWN = 5
_RECORDS_LESS = ("theft", "meter_fault", "wiring_mistake")


def suspect_lines(clock: Clock, lang: Lang, seed: int) -> Iterator[str]:
    """Look for what is not recorded, show whom to visit, and explain one (窃电部分).

    Parameters
    ----------
    clock : Clock
        Takes the time.
    lang : {"zh", "en"}
        The language.
    seed : int
        The same seed gives the same month.
    """
    with clock.part(_LOOKING):
        month = theft_month(_CUSTOMERS, seed=seed, cases=1)
        rulebook = cast("theft.Rulebook", load_rulebook(_RULEBOOK))
        tables = theft.check(**month.tables, ids="text", now=date.today())
        result = theft.evaluate(theft.aggregate(tables), rulebook, as_of=month.as_of)
        visits = theft.worklist(result, _CREW_HOURS, seed=seed, lang=lang).table
    yield title(_SUSPECTS, lang)
    yield _TOLD.fill(
        customers=_CUSTOMERS, as_of=month.as_of, hours=_CREW_HOURS, visits=len(visits)
    ).pick(lang)
    yield aligned([_HEAD.pick(lang).split("|"), *_first(visits)], right=(0, 4))
    yield _planted(month, visits).pick(lang)
    yield title(_ONE_SUSPECT, lang)
    thieves = visits[visits["cause"] == "theft"]
    customer = str((thieves if len(thieves) else visits)["customer_id"].iloc[0])
    yield str(result.explain(customer, lang=lang))
    yield _truly(month, customer).pick(lang)


def _first(visits: pd.DataFrame) -> Iterator[tuple[str, ...]]:
    names = ["rank", "customer_id", "industry", "cause_title", "expected_kwh"]
    for *words, kwh in visits[names].head(_SHOWN).itertuples(index=False, name=None):
        yield (*map(str, words), f"{kwh:,.0f}")


def _planted(month: TheftMonth, visits: pd.DataFrame) -> Text:
    """Say how many of those whose meters record less than they use are on the list."""
    truth = month.truth
    less = truth[truth["cause"].isin(_RECORDS_LESS) & (truth["lost_kwh"] > 0)]
    is_listed = less["customer_id"].isin(visits["customer_id"])
    share = less.loc[is_listed, "lost_kwh"].sum() / less["lost_kwh"].sum()
    return _PLANTED.fill(planted=len(less), listed=int(is_listed.sum()), share=f"{share:.1%}")


def _truly(month: TheftMonth, customer: str) -> Text:
    """Say what was planted at a customer."""
    found = month.truth[month.truth["customer_id"] == customer]
    if found.empty:
        return _NOT_PLANTED
    case, lost = found["case"].iloc[0], found["lost_kwh"].iloc[0]
    return _TRULY.fill(case=CASES[str(case)].title, lost=f"{lost:,.1f}")


_LOOKING = Text("窃电分析", "looking for theft")
_SUSPECTS = Text("隐患问题清单", "A list of suspected problems")
_TOLD = Text(
    "另生成 {customers} 户，{as_of} 分析；{hours} 个工时可检查 {visits} 户，居前的是：",
    "{customers} customers besides, looked at for {as_of}; {hours} crew hours are enough for "
    "{visits} visits, the first of them:",
)
_HEAD = Text("序号|户号|行业|原因|预计追补（千瓦时）", "rank|customer|industry|cause|expected kWh")
_PLANTED = Text(
    "植入的情形中有 {planted} 户少计电量，其中 {listed} 户在清单上，占少计电量的 {share}。",
    "Of those planted, the meters of {planted} record less than is used; {listed} of them are on "
    "the list, with {share} of what is not recorded.",
)
_TRULY = Text(
    "植入的情形：{case}，实际少计 {lost} kWh", "What was planted: {case}; {lost} kWh not recorded"
)
_NOT_PLANTED = Text("此户并未植入任何情形", "Nothing was planted here")
_ONE_SUSPECT = Text("一个嫌疑户的说明", "One suspect explained")
