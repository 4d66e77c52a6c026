"""What a manager looks at every month: volumes, penetration, participation, change (看板).

Every share stands beside its numerator and its denominator. Customers are those that the state
knows: one who never had a contact, a fact or a mark is in no denominator here.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from powerchannel.channel.catalogue import Catalogue
from powerchannel.channel.planes import LIMIT, Plane
from powerchannel.channel.result import Result
from powerchannel.channel.rules import FACTS
from powerchannel.channel.state import State
from powerchannel.errors import MergeError, RulebookError
from powerchannel.periods import month_end_us, parse_month, window
from powerchannel.text import Lang, Text

__all__ = [
    "NO_CHOICE",
    "TITLES",
    "active_customers",
    "channel_volumes",
    "choice_changes",
    "electronic_channels",
    "electronic_penetration",
    "participation",
    "titled",
]

NO_CHOICE = "no_choice"
"""Stands in `choice_changes` for a customer without a first choice, or not yet known."""

_PEOPLE = ("phone", "hall")
_MONTHS = 12
_WINDOW = 6

TITLES: Mapping[str, Text] = MappingProxyType(
    {
        "month": Text("月份", "month"),
        "channel": Text("渠道", "channel"),
        "fact": Text("事实", "fact"),
        "uses": Text("业务量", "uses"),
        "all_uses": Text("全渠道业务量", "uses of all channels"),
        "use_share": Text("业务量占比", "share of uses"),
        "full_counts": Text("达到计数上限的格数", "counts at their limit"),
        "customers": Text("客户数", "customers"),
        "active_customers": Text("活跃客户数", "active customers"),
        "customer_share": Text("占活跃客户比例", "share of active customers"),
        "known_customers": Text("有记录的客户数", "known customers"),
        "active_share": Text("活跃率", "active share"),
        "electronic_uses": Text("电子渠道业务量", "uses of electronic channels"),
        "electronic_use_share": Text("电子渠道业务量占比", "electronic share of uses"),
        "electronic_customers": Text("电子渠道客户数", "customers of electronic channels"),
        "electronic_share": Text("电子渠道渗透率", "electronic penetration"),
        "holders": Text("具备该事实的客户数", "customers with the fact"),
        "holder_share": Text("占有记录客户比例", "share of known customers"),
        "users": Text("其中窗口内使用过的客户数", "of these, used it in the window"),
        "participation": Text("客户参与度", "participation"),
        "from_choice": Text("原首推渠道", "first choice before"),
        "to_choice": Text("现首推渠道", "first choice after"),
        "from_customers": Text("原首推客户数", "customers before"),
        "to_customers": Text("现首推客户数", "customers after"),
        "from_share": Text("占原首推客户比例", "share of those before"),
    }
)
"""Column titles of the tables here."""


def titled(table: pd.DataFrame, *, lang: Lang = "zh") -> pd.DataFrame:
    """Return a table of the board with its columns titled for people (列名译文).

    Parameters
    ----------
    table : DataFrame
        Any table of this module.
    lang : {"zh", "en"}
        The language.

    Examples
    --------
    >>> titled(pd.DataFrame({"month": [], "uses": []})).columns.tolist()
    ['月份', '业务量']
    """
    return table.rename(columns={name: text.pick(lang) for name, text in TITLES.items()})


def electronic_channels(catalogue: Catalogue) -> tuple[str, ...]:
    """Return the channels where no person serves: neither phone nor hall (电子渠道).

    Parameters
    ----------
    catalogue : Catalogue
        Such as ``rulebook.catalogue``.

    Examples
    --------
    >>> from powerchannel import load_rulebook
    >>> electronic_channels(load_rulebook("hebei-2022").catalogue)
    ('app', 'wechat', 'alipay', 'sms', 'bank', 'portal')
    """
    return tuple(c.code for c in catalogue.channels if c.medium not in _PEOPLE)


def channel_volumes(state: State, *, as_of: str, months: int = _MONTHS) -> pd.DataFrame:
    """Return the uses and customers of each channel, month by month (渠道业务量).

    Parameters
    ----------
    state : State
        From `aggregate`.
    as_of : str
        The last month shown.
    months : int
        How many months are shown [months].

    Returns
    -------
    DataFrame
        month, channel, uses, all_uses [count], use_share, customers, active_customers [count],
        customer_share, full_counts: monthly counts of a customer that reached 255, where `uses`
        is a lower bound.

    Examples
    --------
    >>> from powerchannel import channel
    >>> contacts = {
    ...     "customer_id": ["017", "017", "025"],
    ...     "channel": ["app", "hall", "app"],
    ...     "contacted_at": ["2022-03-05"] * 3,
    ... }
    >>> state = channel.aggregate(channel.check(contacts=contacts))
    >>> volumes = channel_volumes(state, as_of="2022-03", months=1)
    >>> volumes.loc[volumes.uses > 0, ["channel", "uses", "all_uses"]].values.tolist()
    [['hall', 1, 3], ['app', 2, 3]]
    """
    shown, size = window(parse_month(as_of), months), len(state.channels)
    planes = [_plane(state, m) for m in shown.tolist()]
    uses = np.array([_by_channel(p, p.counts.astype(np.int64)) for p in planes])
    customers = np.array([_by_channel(p, np.ones(len(p.cells), np.int64)) for p in planes])
    full = np.array([_by_channel(p, (p.counts == LIMIT).astype(np.int64)) for p in planes])
    active = np.array([len(_customers(p)) for p in planes])
    table = pd.DataFrame(
        {
            "month": np.repeat(_dates(shown), size),
            "channel": _named(np.tile(np.arange(size), months), state.channels),
            "uses": uses.reshape(-1),
            "all_uses": np.repeat(uses.sum(axis=1), size),
            "customers": customers.reshape(-1),
            "active_customers": np.repeat(active, size),
            "full_counts": full.reshape(-1),
        }
    )
    table.insert(4, "use_share", table["uses"] / table["all_uses"])
    table.insert(7, "customer_share", table["customers"] / table["active_customers"])
    return table


def active_customers(state: State, *, as_of: str, months: int = _MONTHS) -> pd.DataFrame:
    """Return how many customers used any channel, month by month (活跃客户).

    Parameters
    ----------
    state : State
        From `aggregate`.
    as_of : str
        The last month shown.
    months : int
        How many months are shown [months].

    Returns
    -------
    DataFrame
        month, uses, active_customers, known_customers (all of the state, whenever they came)
        [count], active_share.
    """
    shown = window(parse_month(as_of), months)
    planes = [_plane(state, m) for m in shown.tolist()]
    table = pd.DataFrame(
        {
            "month": _dates(shown),
            "uses": [int(p.counts.sum(dtype=np.int64)) for p in planes],
            "active_customers": [len(_customers(p)) for p in planes],
            "known_customers": len(state),
        }
    )
    return table.assign(active_share=table["active_customers"] / table["known_customers"])


def electronic_penetration(
    state: State,
    catalogue: Catalogue,
    *,
    as_of: str,
    months: int = _MONTHS,
    window_months: int = _WINDOW,
) -> pd.DataFrame:
    """Return how far electronic channels reach, month by month (电子渠道渗透率).

    Each row looks back over a window that ends with its month: the share of active customers who
    used an electronic channel at all, and the share of uses that were electronic. The paper names
    the measure (S0, 电子渠道的客户渗透率) without defining it; the definition is assumed.

    Parameters
    ----------
    state : State
        From `aggregate`.
    catalogue : Catalogue
        Tells which channels are electronic; the one that the state was made with.
    as_of : str
        The last month shown.
    months : int
        How many months are shown [months].
    window_months : int
        How long each looks back [months].

    Returns
    -------
    DataFrame
        month, electronic_customers, active_customers [count], electronic_share,
        electronic_uses, uses [count], electronic_use_share.

    Raises
    ------
    RulebookError
        When the state was made with another catalogue.
    """
    _check_catalogue(state, catalogue)
    is_electronic = np.isin(state.channels, electronic_channels(catalogue))
    shown = window(parse_month(as_of), months)
    _, never = window(int(shown[0]), window_months), int(shown[0]) - window_months
    last_use, last_electronic = np.full((2, len(state)), never, np.int32)
    totals, rows = [], []
    for month in range(never + 1, int(shown[-1]) + 1):
        plane = _plane(state, month)
        electronic = is_electronic[plane.cells % len(state.channels)]
        last_use[_customers(plane)] = month
        last_electronic[plane.cells[electronic] // len(state.channels)] = month
        counts = plane.counts.astype(np.int64)
        totals.append((counts[electronic].sum(), counts.sum()))
        if month >= shown[0]:
            since = month - window_months
            uses = np.sum(totals[-window_months:], axis=0)
            rows.append(((last_electronic > since).sum(), (last_use > since).sum(), *uses))
    names = ["electronic_customers", "active_customers", "electronic_uses", "uses"]
    table = pd.DataFrame(np.array(rows, np.int64), columns=names)
    table.insert(0, "month", _dates(shown))
    share = table["electronic_customers"] / table["active_customers"]
    table.insert(3, "electronic_share", share)
    return table.assign(electronic_use_share=table["electronic_uses"] / table["uses"])


def participation(state: State, *, as_of: str, months: int = _WINDOW) -> pd.DataFrame:
    """Return who follows, installed or bound a channel, and who of them uses it (客户参与度).

    Parameters
    ----------
    state : State
        From `aggregate`.
    as_of : str
        Facts count that stand at the end of this month.
    months : int
        Uses count in so many months ending with it [months].

    Returns
    -------
    DataFrame
        channel, fact, holders, known_customers [count], holder_share, users (holders with a use
        of the channel in the window) [count], participation = users / holders. A row for each
        channel and fact that the state has ever held.
    """
    month, size = parse_month(as_of), len(state.channels)
    facts, end = state.facts, month_end_us(month)
    kinds = np.flatnonzero(np.bincount(facts["channel"] * len(FACTS) + facts["fact"]))
    held = facts.where((facts["since"] < end) & (facts["until"] >= end))
    cells = held["customer"] * size + held["channel"]
    holders = cells * len(FACTS) + held["fact"]
    holders = holders[np.diff(holders, prepend=-1) > 0]  # facts are sorted by customer, channel
    used = [_plane(state, m).cells for m in window(month, months).tolist()]
    is_user = pd.Index(holders // len(FACTS)).isin(np.concatenate(used))
    kind = holders % (size * len(FACTS))
    counts = [np.bincount(k, minlength=size * len(FACTS))[kinds] for k in (kind, kind[is_user])]
    table = pd.DataFrame(
        {
            "channel": _named(kinds // len(FACTS), state.channels),
            "fact": _named(kinds % len(FACTS), FACTS),
            "holders": counts[0],
            "known_customers": len(state),
            "users": counts[1],
        }
    )
    table.insert(4, "holder_share", table["holders"] / table["known_customers"])
    return table.assign(participation=table["users"] / table["holders"])


def choice_changes(before: Result, after: Result) -> pd.DataFrame:
    """Return how first choices moved from one result to another (首推渠道变化).

    What moved is described, not why: months, rules or customers may have changed between the two.

    Parameters
    ----------
    before, after : Result
        Two results over the same channels: of two months, or by two rulebooks.

    Returns
    -------
    DataFrame
        from_choice, to_choice, customers, from_customers, to_customers [count], from_share =
        customers / from_customers. All customers of either result; `NO_CHOICE` where one has none
        or is not known.

    Raises
    ------
    MergeError
        When the results have different channels.
    """
    if before.state.channels != after.state.channels:
        raise MergeError.of(
            "other_catalogue",
            "after",
            f"两个结果的渠道不同（{list(before.state.channels)} 与 {list(after.state.channels)}）；"
            "请用同一目录重新计分",
            f"the results have different channels ({list(before.state.channels)} and "
            f"{list(after.state.channels)}); evaluate both with one catalogue",
        )
    customers, here, there = before.state.customers.union(after.state.customers)
    size = len(before.state.channels) + 1
    old, new = _choices(before, here, len(customers)), _choices(after, there, len(customers))
    counts = np.bincount(old * size + new, minlength=size * size).reshape(size, size)
    names = (*before.state.channels, NO_CHOICE)
    table = pd.DataFrame(
        {
            "from_choice": _named(np.repeat(np.arange(size), size), names),
            "to_choice": _named(np.tile(np.arange(size), size), names),
            "customers": counts.reshape(-1),
            "from_customers": np.repeat(counts.sum(axis=1), size),
            "to_customers": np.tile(counts.sum(axis=0), size),
        }
    )
    return table.assign(from_share=table["customers"] / table["from_customers"])


def _choices(result: Result, rows: NDArray[np.int64], customers: int) -> NDArray[np.int64]:
    """Return each customer's first choice; the place behind the last channel for none."""
    nothing = len(result.state.channels)
    found = np.asarray(result.wide["first_choice"].cat.codes, dtype=np.int64)
    out = np.full(customers, nothing)
    out[rows] = np.where(found < 0, nothing, found)
    return out


def _check_catalogue(state: State, catalogue: Catalogue) -> None:
    if state.catalogue != catalogue.digest:
        raise RulebookError.of(
            "other_catalogue",
            "$.catalogue",
            f"状态用另一个渠道目录汇总（{list(state.channels)}），与所给目录不同；请传入汇总时的目录",
            f"the state was made with another channel catalogue ({list(state.channels)}) than the "
            "one given; pass the one it was aggregated with",
        )


def _plane(state: State, month: int) -> Plane:
    nothing = np.zeros(0, np.int64)
    empty = Plane((len(state), len(state.channels)), nothing, nothing.astype(np.uint8))
    return state.planes.get(month, empty)


def _by_channel(plane: Plane, values: NDArray[np.int64]) -> NDArray[np.int64]:
    out = np.zeros(plane.shape[1], np.int64)
    np.add.at(out, plane.cells % plane.shape[1], values)
    return out


def _customers(plane: Plane) -> NDArray[np.int64]:
    """Return the customers with a use, once: cells ascend, so each customer's stand together."""
    customers = plane.cells // plane.shape[1]
    return customers[np.diff(customers, prepend=-1) > 0]


def _dates(months: NDArray[np.int32]) -> NDArray[np.datetime64]:
    return months.astype("datetime64[M]").astype("datetime64[s]")


def _named(codes: NDArray[np.integer], names: tuple[str, ...]) -> pd.Categorical:
    categories = pd.Index(list(names), dtype=object)
    return pd.Categorical.from_codes(codes.astype(np.int64), categories=categories)
