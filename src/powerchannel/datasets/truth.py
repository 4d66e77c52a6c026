"""The planted truth: what a good analysis of the tables should find out."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from powerchannel.datasets.contacts import Contacts
from powerchannel.datasets.frames import categorical, texts
from powerchannel.datasets.marks import month_start
from powerchannel.datasets.names import CHANNELS, CODES
from powerchannel.datasets.people import People, customer_ids
from powerchannel.datasets.personas import PERSONAS
from powerchannel.datasets.phrases import ASKS_APP, ASKS_WECHAT

__all__ = ["WINDOW_MONTHS", "truth_table"]

WINDOW_MONTHS = 6
"""The months up to the last that the truth counts: half a year."""

_CHANNELS = tuple(CHANNELS)
_PUSH_LINK = tuple(CODES["handling_mode"]).index("push_link")


def truth_table(people: People, contacts: Contacts, customers: int, as_of: int) -> pd.DataFrame:
    """Return what was planted for each customer (预设真值).

    Parameters
    ----------
    people : People
        Of whole blocks.
    contacts : Contacts
        All contacts, none of them dirty.
    customers : int
        How many customers there are.
    as_of : int
        The last month, since 1970-01. Contacts of this month and the five before are counted.

    Returns
    -------
    DataFrame
        customer_id, persona, preferred_channel, ``uses_`` and the code of each channel,
        asked_app, asked_wechat, pushed_app, pushed_wechat, evening_contacts.
    """
    recent = contacts.at >= month_start(as_of - WINDOW_MONTHS + 1)
    return pd.DataFrame(
        {
            "customer_id": texts(customer_ids(customers)),
            "persona": categorical(people.persona[:customers], [p.code for p in PERSONAS]),
            "preferred_channel": categorical(people.preferred[:customers], _CHANNELS),
        }
        | _uses(contacts, recent, customers)
        | _evidence(contacts, recent, customers)
    )


def _uses(
    contacts: Contacts, recent: NDArray[np.bool_], customers: int
) -> dict[str, NDArray[np.int32]]:
    width = len(_CHANNELS)
    cell = contacts.customer[recent].astype(np.int64) * width + contacts.channel[recent]
    uses = np.bincount(cell, minlength=customers * width).reshape(customers, width)
    return {f"uses_{code}": uses[:, k].astype(np.int32) for k, code in enumerate(_CHANNELS)}


def _evidence(
    contacts: Contacts, recent: NDArray[np.bool_], customers: int
) -> dict[str, NDArray[np.int32]]:
    def counted(of_kind: NDArray[np.bool_]) -> NDArray[np.int32]:
        rows = contacts.customer[recent & of_kind]
        return np.bincount(rows, minlength=customers).astype(np.int32)

    hour = contacts.at // 3600 % 24
    pushed = contacts.handling == _PUSH_LINK
    return {
        "asked_app": counted(_is_within(contacts.text, ASKS_APP)),
        "asked_wechat": counted(_is_within(contacts.text, ASKS_WECHAT)),
        "pushed_app": counted(pushed & (contacts.channel == _CHANNELS.index("app"))),
        "pushed_wechat": counted(pushed & (contacts.channel == _CHANNELS.index("wechat"))),
        "evening_contacts": counted((hour >= 20) | (hour < 8)),
    }


def _is_within(codes: NDArray[np.int16], positions: range) -> NDArray[np.bool_]:
    return (codes >= positions.start) & (codes < positions.stop)
