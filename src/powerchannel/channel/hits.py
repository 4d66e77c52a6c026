"""First choices against what customers used later: an agreement, never an effect (命中率).

Nobody was steered at random, so a hit shows that a habit went on, not that a choice moved it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from statistics import NormalDist
from typing import TypeAlias

import numpy as np
import pandas as pd
from attrs import field, frozen
from numpy.typing import NDArray

from powerchannel.channel.batch import Engine
from powerchannel.channel.reference import tie_order
from powerchannel.channel.result import Result
from powerchannel.channel.state import State
from powerchannel.errors import MergeError, TableError
from powerchannel.periods import format_month, window
from powerchannel.text import Text

__all__ = ["CHOOSERS", "HitRates", "hit_rates", "wilson"]

_Codes: TypeAlias = NDArray[np.intp]
_Counts: TypeAlias = NDArray[np.int64]

_NORMAL_975 = NormalDist().inv_cdf(0.975)
_COUNTED = ("used", "most_used", "chosen")

CHOOSERS = {
    "first_choice": Text("首推渠道", "the first choice"),
    "most_used": Text("窗口内最常用渠道", "the channel used most in the window"),
    "last_used": Text("窗口内最近使用渠道", "the channel used last in the window"),
    "most_popular": Text("全体客户最常见渠道", "the channel that most customers use"),
}
"""Who chooses in `hit_rates`: the rules, and three simple ways to compare them with."""

_NOTE = Text(
    "仅为描述性吻合，不是引流效果：客户并未随机分组，首推与后来的使用都出自同样的习惯。",
    "Descriptive agreement only, not an effect: nobody was assigned at random, and the first "
    "choice and the later use spring from the same habits.",
)


@frozen(eq=False, kw_only=True)
class HitRates:
    """How often a channel chosen as of a month was used in the months after (命中率).

    Parameters
    ----------
    as_of : str
        The month of the choice.
    months, months_seen : tuple of str
        The months after it that were asked about, and those of them with any use in the data.
    customers : int
        Customers with a first choice and a later contact: the denominator of every rate [count].
    without_choice : int
        Customers with a later contact but no first choice, left out [count].
    table : DataFrame
        chooser, measure ("used": the channel was used at all later; "most_used": no channel was
        used more), hits, customers, rate, low, high (95 % Wilson interval), chosen (customers of
        the denominator for whom the chooser has a channel; the others are misses).
    note : Text
        What the rates are not.
    """

    as_of: str
    months: tuple[str, ...]
    months_seen: tuple[str, ...]
    customers: int
    without_choice: int
    table: pd.DataFrame
    note: Text = field(default=_NOTE)

    def __repr__(self) -> str:
        return (
            f"<channel.HitRates as of {self.as_of}, seen in {', '.join(self.months_seen)}: "
            f"{self.customers:,} customers>\n{self.table.to_string(index=False)}\n{self.note.en}"
        )

    def _repr_html_(self) -> str:
        return f"{self.table.to_html(index=False)}<p>{self.note.zh}<br>{self.note.en}</p>"


def hit_rates(result: Result, later_state: State, *, months: int = 3) -> HitRates:
    """Compare first choices with what customers used in the months after (命中率检验).

    For customers with a first choice and any contact in the months M+1 to M+k: was the chosen
    channel used at all, and was it the most used one (equals count)? The same is asked of three
    simple choosers, which see the window of the rules up to M and nothing later; the outcome is
    read from the months after M and nothing earlier. Source: S0 section 2.2
    (不断的优化、测试、验证和完善).

    Parameters
    ----------
    result : Result
        The choices as of month M.
    later_state : State
        What happened since; earlier months in it are not looked at.
    months : int
        How many months after M [months].

    Raises
    ------
    MergeError
        When the later state was made with another channel catalogue.
    TableError
        When it has no use in the months asked about.

    Examples
    --------
    >>> from powerchannel import channel, load_rulebook
    >>> contacts = {
    ...     "customer_id": ["017", "017", "025", "025"],
    ...     "channel": ["app", "app", "hall", "app"],
    ...     "contacted_at": ["2022-03-05", "2022-04-05", "2022-03-07", "2022-05-07"],
    ... }
    >>> state = channel.aggregate(channel.check(contacts=contacts))
    >>> result = channel.evaluate(state, load_rulebook("hebei-2022"), as_of="2022-03")
    >>> hit_rates(result, state).table[["chooser", "hits", "customers"]].values[0].tolist()
    ['first_choice', 1, 2]
    """
    asked = window(result.month + months, months)
    seen = _seen(result, later_state, asked)
    counts, customers = np.zeros((len(CHOOSERS), len(_COUNTED)), np.int64), 0
    for choices, later in _blocks(result, later_state, asked):
        counts += np.stack([_hits(choices[name], later) for name in CHOOSERS])
        customers += len(later)
    contacted = _distinct(_cells(later_state, asked) // len(later_state.channels))
    return HitRates(
        as_of=result.as_of,
        months=_names(asked),
        months_seen=seen,
        customers=customers,
        without_choice=len(contacted) - customers,
        table=_rates(counts, customers),
    )


def _seen(result: Result, later: State, asked: NDArray[np.int32]) -> tuple[str, ...]:
    """Return the months asked about that the later state holds, or say that it holds none."""
    if later.catalogue != result.state.catalogue:
        raise MergeError.of(
            "other_catalogue",
            "later_state",
            f"后来的状态用另一个渠道目录汇总（{list(later.channels)}）；请用同一目录重新汇总",
            f"the later state was made with another channel catalogue ({list(later.channels)}); "
            "aggregate it again with the catalogue of the result",
        )
    seen = asked[np.isin(asked, list(later.planes))]
    if not len(seen):
        span, last = "..".join(_names(asked[[0, -1]])), "".join(later.months[-1:]) or "-"
        raise TableError.of(
            "no_later_months",
            "later_state",
            f"后来的状态在 {span} 无使用记录（最后为 {last}）；请汇总 {result.as_of} 之后的数据",
            f"the later state has no use in {span} (its last month: {last}); aggregate contacts "
            f"made after {result.as_of}",
        )
    return _names(seen)


def _names(months: NDArray[np.int32]) -> tuple[str, ...]:
    return tuple(format_month(m) for m in months.tolist())


def _blocks(
    result: Result, later_state: State, asked: NDArray[np.int32]
) -> Iterator[tuple[Mapping[str, _Codes], _Counts]]:
    """Give every chooser's channel, and the later uses, of the customers that count."""
    state, rulebook = result.state, result.rulebook
    order = np.array(tie_order(rulebook), np.intp)
    past = window(result.month, rulebook.window.months)
    popular = _popular(state, past, order)
    rows = later_state.customers.positions(state.customers)
    for block in Engine(state, rulebook, result.month).blocks():
        stop = block.start + len(block.choices.first)
        later = _later_uses(later_state, rows[block.start : stop], asked)
        counts = (block.choices.first >= 0) & later.any(axis=1)
        uses = _uses(state, past, block.start, stop)[:, counts]
        choices = {
            "first_choice": block.choices.first[counts].astype(np.intp),
            "most_used": _most(uses.sum(axis=0, dtype=np.int64), order),
            "last_used": _last(uses, order),
            "most_popular": np.full(uses.shape[1], popular, np.intp),
        }
        yield choices, later[counts]


def _uses(state: State, months: NDArray[np.int32], start: int, stop: int) -> NDArray[np.uint8]:
    """Return uses as recorded, shape (months, customers, channels); no rule touches them."""
    out = np.zeros((len(months), stop - start, len(state.channels)), np.uint8)
    for plane, month in zip(out, months.tolist(), strict=True):
        if month in state.planes:
            plane[:] = state.planes[month].dense(start, stop)
    return out


def _later_uses(state: State, rows: NDArray[np.int64], months: NDArray[np.int32]) -> _Counts:
    """Return the uses of the customers at ascending rows; none at row -1."""
    known = rows >= 0
    out = np.zeros((len(rows), len(state.channels)), np.int64)
    if known.any():
        first, last = int(rows[known][0]), int(rows[known][-1])
        out[known] = _uses(state, months, first, last + 1)[:, rows[known] - first].sum(
            axis=0, dtype=np.int64
        )
    return out


def _most(uses: NDArray[np.integer], order: _Codes) -> _Codes:
    """Return the channel with most uses, -1 for none; among equals the order for ties decides."""
    best = order[np.argmax(uses[:, order], axis=1)]
    return np.where(uses.any(axis=1), best, -1)


def _last(uses: NDArray[np.uint8], order: _Codes) -> _Codes:
    """Return the channel used most in the last month with a use, -1 for none."""
    found = np.full(uses.shape[1], -1, np.intp)
    for month in uses[::-1]:
        found = np.where(found < 0, _most(month, order), found)
    return found


def _popular(state: State, months: NDArray[np.int32], order: _Codes) -> int:
    """Return the channel with most customers: one machine that calls all day is one customer."""
    size = len(state.channels)
    users = np.bincount(_cells(state, months) % size, minlength=size)
    return int(_most(users[None, :], order)[0])


def _cells(state: State, months: NDArray[np.int32]) -> NDArray[np.int64]:
    """Return each customer and channel with a use in some months, once, ascending."""
    found = [state.planes[m].cells for m in months.tolist() if m in state.planes]
    return _distinct(np.sort(np.concatenate([np.zeros(0, np.int64), *found])))


def _distinct(ascending: NDArray[np.int64]) -> NDArray[np.int64]:
    """Drop repeats; the hashing of `numpy.unique` takes seconds where keys lie close together."""
    return ascending[np.diff(ascending, prepend=-1) > 0]


def _hits(choice: _Codes, later: _Counts) -> _Counts:
    has = choice >= 0
    uses = np.where(has, later[np.arange(len(choice)), choice], 0)
    is_most = (uses > 0) & (uses == later.max(axis=1))
    return np.array([(uses > 0).sum(), is_most.sum(), has.sum()], np.int64)


def _rates(counts: _Counts, customers: int) -> pd.DataFrame:
    *measures, _ = _COUNTED
    table = pd.DataFrame(
        {
            "chooser": [name for name in CHOOSERS for _ in measures],
            "measure": measures * len(CHOOSERS),
            "hits": counts[:, :-1].reshape(-1),
            "customers": customers,
        }
    )
    low, high = wilson(table["hits"].to_numpy(np.int64), table["customers"].to_numpy(np.int64))
    table["rate"] = table["hits"] / table["customers"]
    return table.assign(low=low, high=high, chosen=np.repeat(counts[:, -1], len(measures)))


def wilson(
    hits: NDArray[np.int64], total: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the Wilson score interval of a share at 95 % confidence (威尔逊区间).

    ``(p + z²/2n ± z sqrt(p(1-p)/n + z²/4n²)) / (1 + z²/n)``, with p = hits / n. Source: E. B.
    Wilson, J. Amer. Statist. Assoc. 22 (1927) 209-212.

    Parameters
    ----------
    hits, total : ndarray of int64, shape (n,)
        Numerators and denominators [count].

    Returns
    -------
    low, high : ndarray of float64, shape (n,)
        NaN where the total is 0.

    Examples
    --------
    >>> low, high = wilson(np.array([8]), np.array([10]))
    >>> print(f"{low[0]:.4f} {high[0]:.4f}")
    0.4902 0.9433
    """
    z, n = _NORMAL_975, np.where(total > 0, total, np.nan)
    share, square = hits / n, z * z / n
    middle = share + square / 2
    reach = z * np.sqrt(share * (1 - share) / n + square / (4 * n))
    low, high = (middle - reach) / (1 + square), (middle + reach) / (1 + square)
    return np.clip(low, 0.0, 1.0), np.clip(high, 0.0, 1.0)
