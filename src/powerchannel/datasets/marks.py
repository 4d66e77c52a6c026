"""What customers say about channels: dislikes, withdrawn or not, and complaints."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from powerchannel.datasets.frames import categorical
from powerchannel.datasets.names import CHANNELS
from powerchannel.datasets.people import People, customer_ids
from powerchannel.datasets.personas import channel_table
from powerchannel.datasets.streams import BLOCK, choose, stream, whole

__all__ = ["complaints_table", "dislikes_table", "month_start"]

_CHANNELS = tuple(CHANNELS)
_DAY = 86_400
_DISLIKE_RATIO = 0.0015  # of the customers, each month
_WITHDRAWAL_RATIO = 0.35
_WITHDRAWAL_DAYS = 200
_COMPLAINT_RATIO = 0.002
_OWN_CHANNEL_RATIO = 0.5
_DISLIKED = channel_table(
    {"sms": 0.3, "hotline": 0.2, "app": 0.15, "wechat": 0.15, "hall": 0.1}
    | {"portal": 0.04, "alipay": 0.03, "bank": 0.03}
)[0]
_COMPLAINED = channel_table({"hotline": 0.35, "hall": 0.35, "app": 0.2, "wechat": 0.1})[0]


def month_start(month: int) -> int:
    """Return the first moment of a month [s of local time since 1970] (月初).

    Examples
    --------
    >>> month_start(0), month_start(1)
    (0, 2678400)
    """
    return int(np.datetime64(month, "M").astype("M8[s]").astype(np.int64))


def dislikes_table(
    people: People, customers: int, months: Iterable[int], end: int, seed: int
) -> pd.DataFrame:
    """Return who said they dislike a channel, and who took it back (不喜欢渠道表).

    Parameters
    ----------
    people : People
        Everybody drawn.
    customers : int
        How many of them to list.
    months : iterable of int
        Months since 1970-01.
    end : int
        Local time [s since 1970]; a withdrawal then or later is not known yet.
    seed : int
        The seed of the province.

    Returns
    -------
    DataFrame
        customer_id, channel, disliked_at, withdrawn_at; ordered by time.
    """
    customer, at, u = _events(people, months, seed, "dislikes", _DISLIKE_RATIO)
    customer, at, u = _in_order(customer, at, u, customers)
    withdrawn = at + _DAY + whole(u[1], _WITHDRAWAL_DAYS * _DAY)
    is_known = (u[2] < _WITHDRAWAL_RATIO) & (withdrawn < end)
    taken_back = np.where(is_known, withdrawn.astype("M8[s]"), np.datetime64("NaT", "s"))
    return pd.DataFrame(
        {
            "customer_id": categorical(customer, customer_ids(customers)),
            "channel": categorical(choose(_DISLIKED, u[0]), _CHANNELS),
            "disliked_at": at.astype("M8[s]").astype("M8[us]"),
            "withdrawn_at": taken_back.astype("M8[us]"),
        }
    )


def complaints_table(
    people: People, customers: int, months: Iterable[int], seed: int
) -> pd.DataFrame:
    """Return who complained about a channel, and when (渠道投诉表).

    Parameters
    ----------
    people : People
        Everybody drawn.
    customers : int
        How many of them to list.
    months : iterable of int
        Months since 1970-01.
    seed : int
        The seed of the province.

    Returns
    -------
    DataFrame
        customer_id, channel, complained_at; ordered by time.
    """
    customer, at, u = _events(people, months, seed, "complaints", _COMPLAINT_RATIO)
    customer, at, u = _in_order(customer, at, u, customers)
    own = u[1] < _OWN_CHANNEL_RATIO
    channel = np.where(own, people.preferred[customer], choose(_COMPLAINED, u[0]))
    return pd.DataFrame(
        {
            "customer_id": categorical(customer, customer_ids(customers)),
            "channel": categorical(channel.astype(np.int8), _CHANNELS),
            "complained_at": at.astype("M8[s]").astype("M8[us]"),
        }
    )


_Events = tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.float32]]


def _events(people: People, months: Iterable[int], seed: int, table: str, ratio: float) -> _Events:
    """Draw who has an event in which month, when, and three further draws for each."""
    parts = [
        _month_events(block, month, seed, table, ratio)
        for month in months
        for block in range(len(people) // BLOCK)
    ]
    customer, at, u = zip(*parts, strict=True)
    return np.concatenate(customer), np.concatenate(at), np.concatenate(u, axis=1)


def _month_events(block: int, month: int, seed: int, table: str, ratio: float) -> _Events:
    u = stream(seed, table, block, month).random((5, BLOCK), dtype=np.float32)
    who = np.flatnonzero(u[0] < ratio).astype(np.int32)
    start, end = month_start(month), month_start(month + 1)
    at = start + whole(u[1, who], end - start)
    return who + np.int32(block * BLOCK), at, u[2:, who]


def _in_order(
    customer: NDArray[np.int32], at: NDArray[np.int64], u: NDArray[np.float32], customers: int
) -> _Events:
    rows = np.flatnonzero(customer < customers)
    # A stable order, so that customers added to the province do not move the others about.
    rows = rows[np.lexsort((customer[rows], at[rows]))]
    return customer[rows], at[rows], u[:, rows]
