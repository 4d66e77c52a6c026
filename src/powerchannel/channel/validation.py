"""Whether the numbers hold: scores derived again, and first choices against later use (验证).

`self_check` asks whether the result is what its own parts and rules say. `hit_rates`, from
`powerchannel.channel.hits`, asks how often customers later used the channel chosen for them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import numpy as np
import pandas as pd
from attrs import frozen
from numpy.typing import NDArray

from powerchannel.channel.hits import CHOOSERS, HitRates, hit_rates, wilson
from powerchannel.channel.reference import points_per_use, tie_order
from powerchannel.channel.result import Result
from powerchannel.channel.rules import Rulebook
from powerchannel.errors import Problem, ReconciliationError
from powerchannel.text import Text

__all__ = ["CHECKS", "CHOOSERS", "HitRates", "SelfCheck", "hit_rates", "self_check", "wilson"]

_Codes: TypeAlias = NDArray[np.intp]
_Derived: TypeAlias = NDArray[np.generic]

_EXAMPLES = 3

CHECKS = {
    "stock": Text("存量分 = 次数 × 每次分值", "stock = uses x points per use"),
    "frequency_factor": Text("高频系数与次数相符", "the frequency factor fits the uses"),
    "score": Text("得分由各部分按次序重算", "the score follows from its parts, in order"),
    "rank": Text("名次由得分与并列次序重算", "the rank follows from scores and ties"),
    "is_first_choice": Text("首推为第 1 名", "the first choice has rank 1"),
    "is_preferred": Text("偏好渠道达到最高分的比例", "preferred reaches its share of the best"),
    "is_tied": Text("并列标志与最高分相符", "the tie flag fits the best scores"),
}
"""What `self_check` derives again for every row of the result table."""


@frozen(eq=False, kw_only=True)
class SelfCheck:
    """A result whose every row was derived again and found equal (自检报告).

    Parameters
    ----------
    rulebook, as_of : str
        Of the result.
    customers, rows : int
        How many were in it [count].
    """

    rulebook: str
    as_of: str
    customers: int
    rows: int

    @property
    def table(self) -> pd.DataFrame:
        """One line for each check: check, equal, rows [count], zh, en (自检表)."""
        lines = [(name, self.rows, self.rows, t.zh, t.en) for name, t in CHECKS.items()]
        return pd.DataFrame(lines, columns=["check", "equal", "rows", "zh", "en"])

    def __repr__(self) -> str:
        return (
            f"<channel.SelfCheck {self.rows:,} rows of {self.customers:,} customers as of "
            f"{self.as_of}, {self.rulebook}: {len(CHECKS)} checks, all equal>"
        )

    def _repr_html_(self) -> str:
        return f"<p>{self!r}</p>{self.table.to_html(index=False)}"


def self_check(result: Result) -> SelfCheck:
    """Derive every row of the result table again from its own parts (结果自检).

    ``score = (stock + latent) x streak_factor x frequency_factor x complaint_factor`` in float64
    and in this order, then float32; 0 where disliked. Equal means equal to the bit. Source: S0
    section 2.2 (所得出来的结论经过验证符合模型中公式的要求).

    Parameters
    ----------
    result : Result
        From `evaluate`.

    Raises
    ------
    ReconciliationError
        When a row differs; names each check that failed, how many rows, and the first of them.

    Examples
    --------
    >>> from powerchannel import channel, load_rulebook
    >>> contacts = {"customer_id": ["017"], "channel": ["app"], "contacted_at": ["2022-03-05"]}
    >>> state = channel.aggregate(channel.check(contacts=contacts))
    >>> self_check(channel.evaluate(state, load_rulebook("hebei-2022"), as_of="2022-03"))
    <channel.SelfCheck 1 rows of 1 customers as of 2022-03, hebei-2022: 7 checks, all equal>
    """
    table = result.table
    problems = []
    for name, derived in _derived(table, result.rulebook).items():
        column = table[name].fillna(0) if name == "rank" else table[name]
        stored = column.to_numpy(derived.dtype)
        wrong = np.flatnonzero(~(stored == derived))
        if len(wrong):
            problems.append(_differs(name, table, derived, wrong))
    if problems:
        raise ReconciliationError(problems)
    return SelfCheck(
        rulebook=result.rulebook.name, as_of=result.as_of, customers=len(result), rows=len(table)
    )


def _derived(table: pd.DataFrame, rulebook: Rulebook) -> Mapping[str, _Derived]:
    """Return what each column of the result must be, from the columns before it."""
    channel = np.asarray(table["channel"].cat.codes, dtype=np.intp)
    customer = np.asarray(pd.factorize(table["customer_id"])[0], dtype=np.intp)
    score = _score(table)
    rank = _ranks(score, customer, channel, rulebook)
    best = np.zeros_like(score)
    best[customer[rank == 1]] = score[rank == 1]
    best = best[customer]
    is_best = (score > 0) & (score == best)
    ratio = float(rulebook.preferred.ratio)
    return {
        "stock": _stock(table, channel, rulebook),
        "frequency_factor": _frequency(table, rulebook),
        "score": score,
        "rank": rank,
        "is_first_choice": rank == 1,
        "is_preferred": (score > 0) & (score.astype(np.float64) >= ratio * best.astype(np.float64)),
        "is_tied": is_best & (np.bincount(customer, weights=is_best)[customer] > 1),
    }


def _stock(table: pd.DataFrame, channel: _Codes, rulebook: Rulebook) -> NDArray[np.float64]:
    points = np.array([points_per_use(rulebook, c) for c in rulebook.catalogue.codes])
    return np.asarray(table["uses"].to_numpy(np.int64) * points[channel], dtype=np.float64)


def _frequency(table: pd.DataFrame, rulebook: Rulebook) -> NDArray[np.float64]:
    """Where the larger bonus counts alone, a streak that is at least as large leaves it at 1."""
    is_frequent = table["uses"].to_numpy(np.int64) > rulebook.frequency.more_than
    factor = np.where(is_frequent, float(rulebook.frequency.factor), 1.0)
    if rulebook.bonus.combine == "product":
        return factor
    return np.where(table["streak_factor"].to_numpy(np.float64) >= factor, 1.0, factor)


def _score(table: pd.DataFrame) -> NDArray[np.float32]:
    names = ("stock", "latent", "streak_factor", "frequency_factor", "complaint_factor")
    stock, latent, streak, frequency, complaint = (table[n].to_numpy(np.float64) for n in names)
    total = (stock + latent) * streak * frequency * complaint
    total[table["is_disliked"].to_numpy(np.bool_)] = 0.0
    return np.asarray(total, dtype=np.float32)


def _ranks(
    score: NDArray[np.float32], customer: _Codes, channel: _Codes, rulebook: Rulebook
) -> NDArray[np.int64]:
    place = np.argsort(tie_order(rulebook))[channel]
    order = np.lexsort((place, -score, customer))
    counts = np.bincount(customer)
    rank = np.empty(len(score), np.int64)
    rank[order] = np.arange(len(score)) - np.repeat(np.cumsum(counts) - counts, counts) + 1
    return np.where(score > 0, rank, 0)


def _differs(name: str, table: pd.DataFrame, derived: _Derived, wrong: _Codes) -> Problem:
    first = wrong[:_EXAMPLES]
    shown = table.iloc[first][["customer_id", "channel", name]].itertuples(index=False)
    message = Text(
        "{count} / {total} 行与重算不符（{rule}）：{examples}；请重新计分，勿改动结果表",
        "{count} of {total} rows differ from what is derived ({rule}): {examples}; evaluate again "
        "and leave the result table as it is",
    )
    return Problem(
        code="derived_differs",
        where=f"result.{name}",
        message=message.fill(count=f"{len(wrong):,}", total=f"{len(table):,}", rule=CHECKS[name]),
        count=len(wrong),
        examples=tuple(
            (int(row), f"{who} {where}: {old} ≠ {new}")
            for row, (who, where, old), new in zip(first, shown, derived[first], strict=True)
        ),
    )
