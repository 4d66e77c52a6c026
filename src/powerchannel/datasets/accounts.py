"""The accounts: one for most customers, several for landlords, shops and works."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from powerchannel.datasets.frames import categorical, texts
from powerchannel.datasets.people import People, customer_ids
from powerchannel.datasets.streams import (
    BLOCK,
    block_count,
    choose,
    cumulative,
    fixed_digits,
    stream,
)

__all__ = ["MOST_ACCOUNTS", "accounts_table"]

MOST_ACCOUNTS = 4
"""The most accounts of one customer."""

# One row a kind of customer: residential, commercial, industrial.
_COUNT = cumulative(
    np.array([[0.97, 0.02, 0.007, 0.003], [0.7, 0.2, 0.07, 0.03], [0.4, 0.3, 0.2, 0.1]])
)
_VOLTAGE_V = np.array([[220, 220, 220], [220, 380, 10_000], [380, 10_000, 35_000]])
_CAPACITY_KVA = np.array([[4, 8, 12], [12, 50, 315], [100, 800, 6300]])
_SIZE = cumulative(np.array([0.3, 0.6, 0.1]))
_LATEST_OPENING = np.datetime64("2014-12-31", "D")


def accounts_table(people: People, customers: int, seed: int) -> pd.DataFrame:
    """Return the table of accounts (户号表).

    Parameters
    ----------
    people : People
        Everybody drawn.
    customers : int
        How many of them to list.
    seed : int
        The seed of the province.

    Returns
    -------
    DataFrame
        account_id, customer_id, voltage_v [V], capacity_kva [kVA], opened_on.
    """
    u = _draws(customers, seed)
    count = 1 + choose(_COUNT[people.kind[:customers]], u[0, :, 0])
    customer, nth = np.nonzero(np.arange(MOST_ACCOUNTS) < count[:, None])
    kind = people.kind[customer]
    size = choose(_SIZE, u[1, customer, nth])
    return pd.DataFrame(
        {
            "account_id": texts(_account_ids(customer, nth)),
            "customer_id": categorical(customer.astype(np.int32), customer_ids(customers)),
            "voltage_v": _VOLTAGE_V[kind, size],
            "capacity_kva": _CAPACITY_KVA[kind, size],
            "opened_on": _openings(people, customer, nth, u[2]).astype("M8[s]"),
        }
    )


def _draws(customers: int, seed: int) -> NDArray[np.float32]:
    shape = (3, BLOCK, MOST_ACCOUNTS)
    drawn = [
        stream(seed, "accounts", block).random(shape, dtype=np.float32)
        for block in range(block_count(customers))
    ]
    return np.concatenate(drawn, axis=1)[:, :customers]


def _account_ids(customer: NDArray[np.intp], nth: NDArray[np.intp]) -> NDArray[np.bytes_]:
    return fixed_digits(3_000_000_010 + customer * 10 + nth, 10)


def _openings(
    people: People, customer: NDArray[np.intp], nth: NDArray[np.intp], u: NDArray[np.float32]
) -> NDArray[np.datetime64]:
    first = people.opened_on[customer]
    days = (_LATEST_OPENING - first).astype(np.int64)
    # A customer opens with the first account; the others follow.
    later = np.where(nth == 0, 0, u[customer, nth] * days).astype(np.int64)
    return np.asarray(first + later.astype("m8[D]"))
