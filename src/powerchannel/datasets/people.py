"""The customers: who they are, and what makes each of them act as it does."""

from __future__ import annotations

import numpy as np
import pandas as pd
from attrs import frozen
from numpy.typing import NDArray

from powerchannel.datasets.frames import categorical, texts
from powerchannel.datasets.personas import KINDS, PERSONA_BY_KIND, PREFERRED_BY_PERSONA
from powerchannel.datasets.streams import (
    BLOCK,
    block_count,
    choose,
    cumulative,
    fixed_digits,
    stream,
    whole,
)

__all__ = ["People", "customer_ids", "customers_table", "draw_people", "phones"]

_DISTRICTS = ("城东区", "城西区", "城南区", "城北区", "开发区", "临江县", "平原县", "青山县")
_DISTRICT = cumulative(np.array([0.2, 0.17, 0.13, 0.12, 0.08, 0.1, 0.12, 0.08]))
_KIND = cumulative(np.array(list(KINDS.values())))
_FIRST_OPENING = np.datetime64("1992-01-01", "D")
_OPENING_DAYS = 8401  # ends with 2014: every customer is there before the first month there can be
_SHARED_PHONE_RATIO = 0.03


@frozen(kw_only=True, eq=False)
class People:
    """Every customer of whole blocks, one entry a customer (客户隐变量).

    Parameters
    ----------
    kind : ndarray of int8
        Position in `KINDS`.
    persona : ndarray of int8
        Position in `PERSONAS`.
    preferred : ndarray of int8
        The latent preferred channel, a position in the channels.
    level : ndarray of int8
        How lively the customer is for its persona, 0 to 3.
    habit_day : ndarray of int8
        Day of the month of the habitual contact, 1 to 28.
    district : ndarray of int8
        Position in the districts.
    phone_of : ndarray of int32
        The customer whose phone this one uses: mostly its own.
    opened_on : ndarray of datetime64[D]
        Day of opening.
    """

    kind: NDArray[np.int8]
    persona: NDArray[np.int8]
    preferred: NDArray[np.int8]
    level: NDArray[np.int8]
    habit_day: NDArray[np.int8]
    district: NDArray[np.int8]
    phone_of: NDArray[np.int32]
    opened_on: NDArray[np.datetime64]

    def __len__(self) -> int:
        return len(self.kind)


def draw_people(customers: int, seed: int) -> People:
    """Draw customers, whole blocks of them (抽取客户).

    Parameters
    ----------
    customers : int
        How many are wanted; the last block may hold more.
    seed : int
        The seed of the province.

    Examples
    --------
    >>> len(draw_people(10, 1)) == BLOCK
    True
    """
    blocks = range(block_count(customers))
    shape = (8, BLOCK)
    u = np.concatenate(
        [stream(seed, "customers", block).random(shape, dtype=np.float32) for block in blocks],
        axis=1,
    )
    kind = choose(_KIND, u[0])
    persona = choose(PERSONA_BY_KIND[kind], u[1])
    return People(
        kind=kind,
        persona=persona,
        preferred=choose(PREFERRED_BY_PERSONA[persona], u[2]),
        level=whole(u[3], 4).astype(np.int8),
        habit_day=(1 + whole(u[4], 28)).astype(np.int8),
        district=choose(_DISTRICT, u[5]),
        phone_of=_phone_owners(u[6] < _SHARED_PHONE_RATIO),
        opened_on=_FIRST_OPENING + whole(u[7], _OPENING_DAYS).astype("m8[D]"),
    )


def _phone_owners(shares: NDArray[np.bool_]) -> NDArray[np.int32]:
    own = np.arange(len(shares), dtype=np.int32)
    # A family or a landlord: the phone of the customer before, within a block.
    return own - (shares & (own % BLOCK > 0)).astype(np.int32)


def customer_ids(customers: int) -> NDArray[np.bytes_]:
    """Return the customer numbers: 01, then eleven digits that count from 1 (客户编号).

    Examples
    --------
    >>> customer_ids(17)[-1].decode()
    '0100000000017'
    """
    return fixed_digits(100_000_000_001 + np.arange(customers), 13)


def phones(customers: int) -> NDArray[np.bytes_]:
    """Return a phone number for each customer: 11 digits that begin with 10 (联系电话).

    Mobile numbers in China begin with 13 to 19, so these ring nowhere.

    Examples
    --------
    >>> phones(17)[-1].decode()
    '10000000017'
    """
    return fixed_digits(10_000_000_001 + np.arange(customers), 11)


def customers_table(people: People, customers: int) -> pd.DataFrame:
    """Return the table of customers (客户表).

    Parameters
    ----------
    people : People
        Everybody drawn.
    customers : int
        How many of them to list.

    Returns
    -------
    DataFrame
        customer_id, kind, district, phone, opened_on.
    """
    return pd.DataFrame(
        {
            "customer_id": texts(customer_ids(customers)),
            "kind": categorical(people.kind[:customers], tuple(KINDS)),
            "district": categorical(people.district[:customers], _DISTRICTS),
            "phone": texts(phones(customers)[people.phone_of[:customers]]),
            "opened_on": people.opened_on[:customers].astype("M8[s]"),
        }
    )
