"""Who took up the app or the WeChat account, registered a phone there, and bound an account."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from attrs import frozen
from numpy.typing import NDArray

from powerchannel.datasets.frames import categorical
from powerchannel.datasets.names import CHANNELS, CODES
from powerchannel.datasets.people import People, customer_ids
from powerchannel.datasets.personas import PERSONAS
from powerchannel.datasets.streams import BLOCK, stream

__all__ = ["ADOPTED", "Adoption", "draw_adoption", "facts_table", "is_adopted"]

_CHANNELS = tuple(CHANNELS)
_FACTS = tuple(CODES["fact"])

ADOPTED: Final = tuple(_CHANNELS.index(code) for code in ("app", "wechat"))
"""Positions of the channels that a customer has to adopt before using them."""

_LADDERS = np.array(
    [
        [_FACTS.index(fact) for fact in (first, "phone_registered", "account_bound")]
        for first in ("installed", "followed")
    ]
)
_NEWCOMERS = np.array([persona.code == "newcomer" for persona in PERSONAS])
_EVER_RATIO = np.array([0.45, 0.5])[:, None]
_DAY = 86_400
_START = np.datetime64("2015-01-01", "s").astype(np.int64)
_EARLY_DAYS = 6 * 365
_LATE_DAYS = 12 * 365
_NEVER = np.datetime64("9999-01-01", "s").astype(np.int64)


@frozen(kw_only=True, eq=False)
class Adoption:
    """When each customer climbed each rung, in seconds of local time (采用时间).

    Parameters
    ----------
    since : ndarray of int64, of shape (2, 3, n)
        App and WeChat account; installed or followed, phone registered, account bound; customer.
    until : ndarray of int64, of shape (2, n)
        When all of it ended.
    """

    since: NDArray[np.int64]
    until: NDArray[np.int64]


def draw_adoption(people: People, seed: int) -> Adoption:
    """Draw the adoption of the app and the WeChat account by everybody (抽取采用时间).

    Parameters
    ----------
    people : People
        Whole blocks of customers.
    seed : int
        The seed of the province.
    """
    blocks = [
        stream(seed, "facts", block).random((9, 2, BLOCK), dtype=np.float32)
        for block in range(len(people) // BLOCK)
    ]
    u = np.concatenate(blocks, axis=2).astype(np.float64)
    prefers = people.preferred == np.array(ADOPTED)[:, None]
    first = np.where(prefers | (u[0] < _EVER_RATIO), _first_day(people, prefers, u), _NEVER)
    registered = np.where(u[3] < 0.8, _later(first, u[4], 0, 60), _NEVER)
    bound = np.where(u[5] < 0.8, _later(registered, u[6], 0, 90), _NEVER)
    ends = ~prefers & (u[7] < 0.12)
    return Adoption(
        since=np.stack([first, registered, bound], axis=1),
        until=np.where(ends, _later(first, u[8], 200, 1500), _NEVER),
    )


def _first_day(
    people: People, prefers: NDArray[np.bool_], u: NDArray[np.float64]
) -> NDArray[np.int64]:
    early = prefers & ~_NEWCOMERS[people.persona]
    days = np.where(early, u[1] ** 2 * _EARLY_DAYS, u[1] * _LATE_DAYS).astype(np.int64)
    return np.asarray(_START + days * _DAY + (u[2] * _DAY).astype(np.int64))


def _later(
    start: NDArray[np.int64], u: NDArray[np.float64], least_days: int, most_days: int
) -> NDArray[np.int64]:
    seconds = ((least_days + u * (most_days - least_days)) * _DAY).astype(np.int64)
    return np.asarray(np.minimum(start + seconds, _NEVER))


def is_adopted(
    adoption: Adoption,
    customer: NDArray[np.integer],
    channel: NDArray[np.int8],
    at: NDArray[np.int64],
) -> NDArray[np.bool_]:
    """Return whether a customer can use a channel at a time (渠道可用).

    Parameters
    ----------
    adoption : Adoption
        Of whole blocks.
    customer, channel, at : ndarray of shape (n,)
        Positions of the customer and the channel, and local time [s since 1970].
    """
    possible = np.ones(len(channel), dtype=np.bool_)
    for nth, adopted in enumerate(ADOPTED):
        rows = np.flatnonzero(channel == adopted)
        who, when = customer[rows], at[rows]
        first, last = adoption.since[nth, 0, who], adoption.until[nth, who]
        possible[rows] = (first <= when) & (when < last)
    return possible


def facts_table(adoption: Adoption, customers: int, end: int) -> pd.DataFrame:
    """Return the facts known at the end of the last month (渠道事实表).

    Parameters
    ----------
    adoption : Adoption
        Of whole blocks.
    customers : int
        How many customers to list.
    end : int
        Local time [s since 1970]; what happens then or later is not known yet.

    Returns
    -------
    DataFrame
        customer_id, channel, fact, since, until; ordered by customer, channel, rung.
    """
    since = adoption.since[:, :, :customers].transpose(2, 0, 1)
    customer, nth, rung = np.nonzero(since < end)
    until = adoption.until[nth, customer]
    ended = np.where(until < end, until.astype("M8[s]"), np.datetime64("NaT", "s"))
    return pd.DataFrame(
        {
            "customer_id": categorical(customer.astype(np.int32), customer_ids(customers)),
            "channel": categorical(np.array(ADOPTED, dtype=np.int8)[nth], _CHANNELS),
            "fact": categorical(_LADDERS[nth, rung].astype(np.int8), _FACTS),
            "since": since[customer, nth, rung].astype("M8[s]").astype("M8[us]"),
            "until": ended.astype("M8[us]"),
        }
    )
