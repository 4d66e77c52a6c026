"""The contacts: who got in touch when, through which channel, about what, and how it ended."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
from attrs import evolve, fields, frozen
from numpy.typing import NDArray

from powerchannel.datasets.adoption import Adoption, is_adopted
from powerchannel.datasets.frames import categorical, texts
from powerchannel.datasets.marks import month_start
from powerchannel.datasets.names import CHANNELS, CODES
from powerchannel.datasets.people import People, customer_ids, phones
from powerchannel.datasets.personas import (
    BUSINESS_BY_CHANNEL,
    HANDLING_BY_CHANNEL,
    HAS_PHONE_BY_CHANNEL,
    MACHINE_USES,
    OTHERS_BY_PERSONA,
    OUTCOME_BY_HANDLING,
    PERSONAS,
    SEASONS,
    SOURCE_SYSTEMS,
)
from powerchannel.datasets.phrases import AFTER_FAILURE, ASKS_APP, ASKS_WECHAT, TEXTS, text_codes
from powerchannel.datasets.streams import (
    BLOCK,
    choose,
    fixed_digits,
    poisson_cumulative,
    stream,
    whole,
)

__all__ = ["MOST_CUSTOMERS", "Contacts", "contacts_table", "draw_contacts", "source_keys"]

MOST_CUSTOMERS = 80_000_000
"""With more, their source keys and those of dirty rows would meet."""

_HOTLINE, _HALL, _APP, _WECHAT, _ALIPAY, _SMS, _BANK, _PORTAL = range(len(CHANNELS))
_HANDLING = tuple(CODES["handling_mode"])
_AGENT, _COUNTER, _PUSH_LINK = (_HANDLING.index(m) for m in ("agent", "counter", "push_link"))
_PAYMENT, _CONSULTATION = (
    tuple(CODES["business_type"]).index(code) for code in ("payment", "consultation")
)
_RESOLVED, _FAILED = (tuple(CODES["outcome"]).index(code) for code in ("resolved", "failed"))

_LEVELS = np.array([0.5, 0.8, 1.1, 1.6])
_MOST_OCCASIONAL = 24
_FOLLOW_UP_RATIO = 0.35
_LATEST_FOLLOW_UP = 20 * 3600
_FIRST_FOLLOW_UP = 500
"""Where the numbers of follow-up contacts begin: above those of a customer's other contacts."""

_LOYALTY = np.array([p.loyalty_ratio for p in PERSONAS], dtype=np.float32)
_HABIT = np.array([p.habit_ratio for p in PERSONAS], dtype=np.float32)
_OCCASIONAL = np.array([p.occasional_count for p in PERSONAS])
_EVENING = np.array([p.evening_ratio for p in PERSONAS], dtype=np.float32)
_PUSH = np.array([p.push_ratio for p in PERSONAS], dtype=np.float32)
_CURIOUS = np.array([p.curious_ratio for p in PERSONAS], dtype=np.float32)
_SEASON = np.array([SEASONS[p.season] for p in PERSONAS])
_MACHINE = np.array([p.is_machine for p in PERSONAS])


@frozen(kw_only=True, eq=False)
class Contacts:
    """Contacts as positions in pools, one entry a contact (联系记录).

    Parameters
    ----------
    customer : ndarray of int32
        Position of the customer.
    at : ndarray of int64
        Local time [s since 1970].
    channel, business, handling, outcome : ndarray of int8
        Positions in the codes of those columns.
    text : ndarray of int16
        Position in the request texts; -1 for none.
    has_phone : ndarray of bool
        Whether the record holds the customer's phone number.
    nth : ndarray of int16
        Number of the contact among those of the customer in the month.
    """

    customer: NDArray[np.int32]
    at: NDArray[np.int64]
    channel: NDArray[np.int8]
    business: NDArray[np.int8]
    handling: NDArray[np.int8]
    outcome: NDArray[np.int8]
    text: NDArray[np.int16]
    has_phone: NDArray[np.bool_]
    nth: NDArray[np.int16]

    def __len__(self) -> int:
        return len(self.customer)

    def take(self, rows: NDArray[np.intp]) -> Contacts:
        """Return some of the contacts, in the order asked for (取行)."""
        return Contacts(**{f.name: getattr(self, f.name)[rows] for f in fields(Contacts)})

    @classmethod
    def joined(cls, parts: Sequence[Contacts]) -> Contacts:
        """Return the contacts of all parts, one part after another (合并)."""
        names = [f.name for f in fields(Contacts)]
        return cls(**{name: np.concatenate([getattr(p, name) for p in parts]) for name in names})


def draw_contacts(
    people: People, adoption: Adoption, months: Iterable[int], customers: int, seed: int
) -> Contacts:
    """Draw the contacts of the first customers in some months, in order of time (抽取联系记录).

    Parameters
    ----------
    people, adoption : People and Adoption
        Of whole blocks.
    months : iterable of int
        Months since 1970-01, ascending.
    customers : int
        How many customers to keep.
    seed : int
        The seed of the province.
    """
    return Contacts.joined([_month(people, adoption, month, customers, seed) for month in months])


def _month(people: People, adoption: Adoption, month: int, customers: int, seed: int) -> Contacts:
    blocks = range(len(people) // BLOCK)
    contacts = Contacts.joined([_block(people, adoption, b, month, seed) for b in blocks])
    rows = np.flatnonzero(contacts.customer < customers)
    # The drawn order is customer by customer, so a stable sort by time settles ties for good.
    return contacts.take(rows[np.argsort(contacts.at[rows], kind="stable")])


def _block(people: People, adoption: Adoption, block: int, month: int, seed: int) -> Contacts:
    draws = stream(seed, "contacts", block, month)
    counts, is_habitual = _counts(people, block, month, draws)
    customer = np.repeat(np.arange(block * BLOCK, (block + 1) * BLOCK, dtype=np.int32), counts)
    nth = np.arange(len(customer)) - np.repeat(np.cumsum(counts) - counts, counts)
    habit = (nth == 0) & np.repeat(is_habitual, counts)
    u = draws.random((13, len(customer)), dtype=np.float32)
    wanted = _wanted_channel(people, customer, habit, u[:2])
    at = _times(people, customer, habit, month, wanted, u[2:5])
    usable = is_adopted(adoption, customer, wanted, at)
    channel = np.where(usable, wanted, np.int8(_HOTLINE))
    persona = people.persona[customer]
    contacts = _contents(customer, at, channel, persona, habit, nth.astype(np.int16), u[5:11])
    return _with_follow_ups(contacts, month, u[11:])


def _counts(
    people: People, block: int, month: int, draws: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return each customer's number of contacts in the month, and whether one is a habit."""
    members = slice(block * BLOCK, (block + 1) * BLOCK)
    persona = people.persona[members]
    u = draws.random((3, BLOCK), dtype=np.float32)
    is_habitual = u[0] < _HABIT[persona]
    means = (_OCCASIONAL * _SEASON[:, month % 12])[:, None] * _LEVELS
    occasional = poisson_cumulative(means, _MOST_OCCASIONAL)[persona, people.level[members]]
    half = MACHINE_USES // 2
    calls = np.where(_MACHINE[persona], half + whole(u[2], half + 1), 0)
    return is_habitual + choose(occasional, u[1]) + calls, is_habitual


def _wanted_channel(
    people: People,
    customer: NDArray[np.int32],
    habit: NDArray[np.bool_],
    u: NDArray[np.float32],
) -> NDArray[np.int8]:
    persona = people.persona[customer]
    loyal = habit | (u[0] < _LOYALTY[persona])
    return np.where(loyal, people.preferred[customer], choose(OTHERS_BY_PERSONA[persona], u[1]))


def _times(
    people: People,
    customer: NDArray[np.int32],
    habit: NDArray[np.bool_],
    month: int,
    channel: NDArray[np.int8],
    u: NDArray[np.float32],
) -> NDArray[np.int64]:
    start = month_start(month)
    days = (month_start(month + 1) - start) // 86_400
    usual = np.clip(people.habit_day[customer] - 2 + whole(u[0], 3), 0, 27)
    day = np.where(habit, usual, whole(u[0], days))
    counter_hours = (channel == _HALL) | (channel == _BANK)
    evening = ~counter_hours & (u[1] < _EVENING[people.persona[customer]])
    part = u[2].astype(np.float64)
    daytime = np.where(counter_hours, 9 + 8 * part, 8 + 12 * part)
    # Squared: most of the night's contacts come soon after 20:00.
    hour = np.where(evening, (20 + 12 * part**2) % 24, daytime)
    return np.asarray(start + day * 86_400 + (hour * 3600).astype(np.int64))


_PAYS = np.isin(np.arange(len(CHANNELS)), (_HALL, _APP, _WECHAT, _ALIPAY, _BANK, _PORTAL))
_IS_PUSHED = np.isin(np.arange(len(CHANNELS)), (_APP, _WECHAT))
_IS_ASKED = np.isin(np.arange(len(CHANNELS)), (_HOTLINE, _HALL))
_IS_ONLINE = np.isin(np.arange(len(CHANNELS)), (_APP, _WECHAT, _ALIPAY, _PORTAL))
_IS_SPOKEN = np.isin(np.arange(len(_HANDLING)), (_AGENT, _COUNTER))


def _contents(
    customer: NDArray[np.int32],
    at: NDArray[np.int64],
    channel: NDArray[np.int8],
    persona: NDArray[np.int8],
    habit: NDArray[np.bool_],
    nth: NDArray[np.int16],
    u: NDArray[np.float32],
) -> Contacts:
    handling = choose(HANDLING_BY_CHANNEL[channel], u[1])
    handling[_IS_PUSHED[channel] & (u[3] < _PUSH[persona])] = _PUSH_LINK
    spoken = _IS_SPOKEN[handling]
    asks = spoken & _IS_ASKED[channel] & ~habit & (u[3] < _CURIOUS[persona])
    business = choose(BUSINESS_BY_CHANNEL[channel], u[0])
    business[habit & _PAYS[channel]] = _PAYMENT
    business[asks] = _CONSULTATION
    text = np.where(spoken, text_codes(business, u[4]), np.int16(-1))
    text[asks] = _within(range(ASKS_APP.start, ASKS_WECHAT.stop), u[4, asks])
    return Contacts(
        customer=customer,
        at=at,
        channel=channel,
        business=business,
        handling=handling,
        outcome=choose(OUTCOME_BY_HANDLING[handling], u[2]),
        text=text,
        has_phone=u[5] < HAS_PHONE_BY_CHANNEL[channel],
        nth=nth,
    )


def _within(positions: range, u: NDArray[np.float32]) -> NDArray[np.int16]:
    return (positions.start + whole(u, len(positions))).astype(np.int16)


def _with_follow_ups(contacts: Contacts, month: int, u: NDArray[np.float32]) -> Contacts:
    """Add the calls to the hotline of those for whom an online channel just failed."""
    failed = (contacts.outcome == _FAILED) & _IS_ONLINE[contacts.channel]
    at = contacts.at + 600 + whole(u[1], _LATEST_FOLLOW_UP)
    # A call on the next month's side is left out: a month must not depend on the one before.
    rows = np.flatnonzero(failed & (u[0] < _FOLLOW_UP_RATIO) & (at < month_start(month + 1)))
    same = contacts.take(rows)
    calls = evolve(
        same,
        at=at[rows],
        channel=np.full_like(same.channel, _HOTLINE),
        handling=np.full_like(same.handling, _AGENT),
        outcome=np.full_like(same.outcome, _RESOLVED),
        text=_within(AFTER_FAILURE, u[0, rows] / np.float32(_FOLLOW_UP_RATIO)),
        has_phone=np.ones_like(same.has_phone),
        nth=same.nth + np.int16(_FIRST_FOLLOW_UP),
    )
    return Contacts.joined([contacts, calls])


def source_keys(
    month: NDArray[np.int64], serial: NDArray[np.int64], nth: NDArray[np.int64]
) -> NDArray[np.bytes_]:
    """Return source keys: year and month, eight digits of a serial, three of a number (来源键).

    Parameters
    ----------
    month : ndarray of shape (n,)
        Months since 1970-01.
    serial : ndarray of shape (n,)
        Of the customer, counted from 1.
    nth : ndarray of shape (n,)
        Number of the contact in the month.

    Examples
    --------
    >>> source_keys(np.array([626]), np.array([17]), np.array([2]))[0].decode()
    '20220300000017002'
    """
    calendar = (1970 + month // 12) * 100 + month % 12 + 1
    return fixed_digits((calendar * 100_000_000 + serial) * 1000 + nth, 17)


def contacts_table(contacts: Contacts, people: People, customers: int) -> pd.DataFrame:
    """Return the table of contacts (联系记录表).

    Parameters
    ----------
    contacts : Contacts
        In order of time.
    people : People
        Of whole blocks.
    customers : int
        How many customers there are.

    Returns
    -------
    DataFrame
        The columns of the contacts of the channel domain.
    """
    stamps = contacts.at.astype("M8[s]")
    phone = np.where(contacts.has_phone, people.phone_of[contacts.customer], np.int32(-1))
    month = stamps.astype("M8[M]").astype(np.int64)
    keys = source_keys(month, contacts.customer + np.int64(1), contacts.nth.astype(np.int64))
    return pd.DataFrame(
        {
            "customer_id": categorical(contacts.customer, customer_ids(customers)),
            "channel": categorical(contacts.channel, tuple(CHANNELS)),
            "contacted_at": stamps.astype("M8[us]"),
            "business_type": categorical(contacts.business, tuple(CODES["business_type"])),
            "handling_mode": categorical(contacts.handling, _HANDLING),
            "request_text": categorical(contacts.text, TEXTS),
            "contact": categorical(phone, phones(customers)),
            "outcome": categorical(contacts.outcome, tuple(CODES["outcome"])),
            "source_system": categorical(contacts.channel, SOURCE_SYSTEMS),
            "source_key": texts(keys),
        },
        copy=False,
    )
