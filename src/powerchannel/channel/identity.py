"""Who is who: phones in one form, and phones that several customers share (身份).

The unit of scoring is the customer number. A phone may belong to many customers and a customer may
have many phones: both are reported here, and nothing is ever merged because of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pandas as pd
from attrs import evolve, frozen
from numpy.typing import NDArray

from powerchannel.ids import Ids
from powerchannel.tables.raw import Raw, object_array

if TYPE_CHECKING:
    from powerchannel.channel.tables import Tables

__all__ = ["customer_contacts", "normalise_phone", "normalise_phones", "shared_contacts"]

_Namer: TypeAlias = Callable[[NDArray[np.int64]], NDArray[np.object_]]

_NAMES_SHOWN = 3
_MOBILE_DIGITS = 11
_LONGEST_CELL = 40  # no single number is longer, however it is written

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−﹣－"), ord("-"))
# A phone copied from an address book carries marks of writing direction that nobody sees.
_INVISIBLE = dict.fromkeys(
    (0xAD, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206A), 0xFEFF)
)
_TO_PLAIN: dict[int, int | None] = {**_FULL_WIDTH, **_DASHES, **_INVISIBLE}

_SEPARATORS = re.compile(r"[\s\-().]")
_EXTENSION = re.compile(
    r"(.+?)\s*(?:转分机|分机|转|ext\.?|x|#|-)[\s:]*([0-9]{1,6})", flags=re.IGNORECASE
)
_SPREADSHEET = re.compile(r"([0-9]{11})\.0+")  # a column of phones once read as numbers
_MOBILE = re.compile(r"(?:\+?86|0086)?0?(1[3-9][0-9]{9})")
# Beijing 010 and the 02x cities have two digits behind the 0, all other places three.
_LANDLINE = re.compile(r"(?:(?:\+86|0086)0?|(?:86)?0)(10|2[0-9]|[3-9][0-9]{2})([2-9][0-9]{6,7})")


def normalise_phone(text: str) -> str:
    """Return a phone number in one form; anything else as it stands (电话规范化).

    Blanks, dashes, dots, brackets, full-width characters and the country code go; a landline keeps
    its area code, and an extension stays behind a dash. A cell with several numbers, a number
    without its area code or an account name is left alone but for blanks around it.

    Parameters
    ----------
    text : str
        The cell.

    Examples
    --------
    >>> [normalise_phone(text) for text in (" +86 138-0000-0000 ", "(0311) 8888 8888", "wx_01")]
    ['13800000000', '0311-88888888', 'wx_01']
    >>> normalise_phone("０１０－８８８８８８８８转801"), normalise_phone("13800000000/13900000000")
    ('010-88888888-801', '13800000000/13900000000')
    """
    plain = text.translate(_TO_PLAIN).strip()
    found = _phone(plain) if len(plain) <= _LONGEST_CELL else None
    return found or text.strip()


def _phone(plain: str) -> str | None:
    parts = _EXTENSION.fullmatch(plain)
    main = _number(parts[1]) if parts else None
    return f"{main}-{parts[2]}" if parts and main else _number(plain)


def _number(plain: str) -> str | None:
    spoilt = _SPREADSHEET.fullmatch(plain)
    digits = spoilt[1] if spoilt else _SEPARATORS.sub("", plain)
    mobile = _MOBILE.fullmatch(digits)
    if mobile:
        return mobile[1]
    landline = _LANDLINE.fullmatch(digits)
    return f"0{landline[1]}-{landline[2]}" if landline else None


def normalise_phones(contact: Raw) -> Raw:
    """Normalise a column of contacts, each distinct value once (电话列规范化).

    Parameters
    ----------
    contact : Raw
        The column.

    Returns
    -------
    Raw
        Distinct values and codes; two of the values may have become the same phone.
    """
    pooled = contact.pooled()
    others = np.flatnonzero(~_are_in_form(pooled.values))
    if not len(others):
        return pooled
    words = pooled.words()
    words[others] = object_array(normalise_phone(w) if w else w for w in words[others])
    return evolve(pooled, values=words)


def _are_in_form(values: NDArray[np.generic]) -> NDArray[np.bool_]:
    """Tell which cells stay as they are: most are the digits of a mobile, without a leading 0."""
    width = values.dtype.itemsize
    if values.dtype.kind != "S" or width < _MOBILE_DIGITS or not len(values):
        return np.zeros(len(values), np.bool_)
    grid = np.ascontiguousarray(values).view(np.uint8).reshape(-1, width)
    digits = grid[:, :_MOBILE_DIGITS] - np.uint8(ord("0"))
    is_number = (digits <= 9).all(axis=1) & (grid[:, _MOBILE_DIGITS:] == 0).all(axis=1)
    return np.asarray(is_number & (digits[:, 0] > 0), dtype=np.bool_)


def shared_contacts(tables: Tables) -> pd.DataFrame:
    """Return each phone or account that several customers use; none is merged (共用联系方式).

    One phone, many customer numbers: a family, a landlord, an agent, or a stand-in such as "none"
    typed by a clerk. Source: S0 section 2.1 (同一号码的多条记录); the reading that a phone never
    joins customers is assumed.

    Parameters
    ----------
    tables : Tables
        From `check`, which has brought the phones into one form.

    Returns
    -------
    DataFrame
        contact, customer_count [count], customer_ids (the first three, as text), contacts [count
        of rows]; the most shared first.

    Examples
    --------
    >>> from powerchannel import channel
    >>> contacts = {
    ...     "customer_id": ["017", "025", "033"],
    ...     "channel": ["app", "hall", "app"],
    ...     "contacted_at": ["2022-03-01"] * 3,
    ...     "contact": ["138 0000 0000", "+8613800000000", "0311-88888888"],
    ... }
    >>> shared_contacts(channel.check(contacts=contacts)).values.tolist()
    [['13800000000', 2, '017, 025', 2]]
    """
    links = _Links.of(tables)
    found = _several(links.contact, links.customer, len(links.customers), links.customer_names)
    table = pd.DataFrame(
        {
            "contact": links.texts[found.owners],
            "customer_count": found.counts,
            "customer_ids": found.shown,
            "contacts": found.rows,
        }
    )
    return _most_first(table.astype({"contact": "str", "customer_ids": "str"}), "customer_count")


def customer_contacts(tables: Tables) -> pd.DataFrame:
    """Return each customer who uses several phones or accounts (一户多联系方式).

    Parameters
    ----------
    tables : Tables
        From `check`.

    Returns
    -------
    DataFrame
        customer_id, contact_count [count], contact_texts (the first three, as text), contacts
        [count of rows]; those with most first.

    Examples
    --------
    >>> from powerchannel import channel
    >>> contacts = {
    ...     "customer_id": ["017", "017"],
    ...     "channel": ["app", "hall"],
    ...     "contacted_at": ["2022-03-01"] * 2,
    ...     "contact": ["13800000000", "0311-88888888"],
    ... }
    >>> customer_contacts(channel.check(contacts=contacts)).values.tolist()
    [['017', 2, '0311-88888888, 13800000000', 2]]
    """
    links = _Links.of(tables)
    found = _several(links.customer, links.contact, len(links.texts), links.contact_names)
    table = pd.DataFrame(
        {
            "customer_id": links.customer_names(found.owners),
            "contact_count": found.counts,
            "contact_texts": found.shown,
            "contacts": found.rows,
        }
    )
    return _most_first(
        table.astype({"customer_id": "str", "contact_texts": "str"}), "contact_count"
    )


@frozen(eq=False, kw_only=True)
class _Links:
    """Which customer used which contact, one entry for each row that names one."""

    customers: Ids
    texts: NDArray[np.object_]
    customer: NDArray[np.int64]
    contact: NDArray[np.int64]

    @classmethod
    def of(cls, tables: Tables) -> _Links:
        table = tables.checked["contacts"]
        customers, customer = table.ids("customer_id").unique()
        contact, texts = _contact_codes(table.text("contact"), table.rows)
        given = contact >= 0
        return cls(
            customers=customers, texts=texts, customer=customer[given], contact=contact[given]
        )

    def customer_names(self, rows: NDArray[np.int64]) -> NDArray[np.object_]:
        return self.customers.take(rows).to_text()

    def contact_names(self, rows: NDArray[np.int64]) -> NDArray[np.object_]:
        return np.asarray(self.texts[rows], dtype=object)


def _contact_codes(contact: Raw | None, rows: int) -> tuple[NDArray[np.int64], NDArray[np.object_]]:
    """Return the place of each row's contact among the sorted texts, -1 for none."""
    if contact is None:
        return np.full(rows, -1, np.int64), np.zeros(0, dtype=object)
    pooled = contact.pooled()
    words = pooled.words()
    places, texts = pd.factorize(words, sort=True)
    return pooled.spread(places.astype(np.int64), null=-1), np.asarray(texts, dtype=object)


@frozen(eq=False, kw_only=True)
class _Several:
    """Owners with more than one member: how many, the first few by name, and how many rows."""

    owners: NDArray[np.int64]
    counts: NDArray[np.int64]
    shown: NDArray[np.object_]
    rows: NDArray[np.int64]


def _several(
    owner: NDArray[np.int64], member: NDArray[np.int64], members: int, names: _Namer
) -> _Several:
    pairs = np.sort(owner * members + member)
    pairs = pairs[np.diff(pairs, prepend=-1) > 0]
    owners, joined = np.divmod(pairs, max(members, 1))
    starts = np.flatnonzero(np.diff(owners, prepend=-1))
    counts = np.diff(starts, append=len(pairs))
    starts, counts = starts[counts > 1], counts[counts > 1]
    shown = names(joined[starts])
    for place in range(1, _NAMES_SHOWN):
        has = counts > place
        shown[has] += ", " + names(joined[starts[has] + place])
    rows = np.bincount(owner)[owners[starts]] if len(starts) else np.zeros(0, np.int64)
    return _Several(owners=owners[starts], counts=counts, shown=shown, rows=rows)


def _most_first(table: pd.DataFrame, count: str) -> pd.DataFrame:
    names = [count, table.columns[0]]
    return table.sort_values(names, ascending=[False, True], ignore_index=True)
