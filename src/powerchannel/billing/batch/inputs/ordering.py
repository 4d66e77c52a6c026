"""The rows of accounts and meters in the order in which bills print them (行序)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from powerchannel.billing.batch.columns.exact import Ints
from powerchannel.billing.batch.columns.keys import Keys, is_first, pair_places, runs, text_ranks
from powerchannel.memory.rows import Rows

__all__ = ["account_rows", "by_text", "first_of", "in_order", "is_torn"]

Bools = NDArray[np.bool_]


def first_of(owners: Ints) -> Ints:
    """Return the first account row of each group (各组首行).

    Parameters
    ----------
    owners : ndarray of int64
        The place of the group of each account row, ascending; every group has one.

    Examples
    --------
    >>> first_of(np.array([0, 0, 1])).tolist()
    [0, 2]
    """
    return np.flatnonzero(is_first(owners))


def account_rows(
    at: Ints, account: Keys, owners: Ints, accounts: Mapping[str, NDArray[np.integer]]
) -> Ints:
    """Return the row of each account of some groups, the first of several; -1 for none (账户行).

    Parameters
    ----------
    at, account : ndarray of int64
        Places of groups, and keys of accounts.
    owners : ndarray of int64
        The place of the group of each account row.
    accounts : mapping of column name to ndarray
        The account rows, sorted by group.
    """
    first = first_of(owners).take(at)
    row = np.where(accounts["account_id"][first] == account, first, -1)
    lost = np.flatnonzero(row < 0)
    if len(lost):
        row[lost] = pair_places(at[lost], account[lost], owners, accounts["account_id"])
    return row


def by_text(at: Ints, ids: Keys, days: Keys, names: NDArray[np.object_]) -> Ints | None:
    """Return the order of groups, texts and days; None where the rows have it already (文本序).

    Parameters
    ----------
    at : ndarray of int64
        The place of the group of each row, ascending.
    ids : ndarray of int64
        Keys over the names.
    days : ndarray of int32
        Of rows of one id.
    names : ndarray of object
        The names.
    """
    starts, counts = runs(at)
    if len(starts) == len(at):
        return None
    many = np.flatnonzero(np.repeat(counts > 1, counts))
    if _is_by_text(at[many], ids[many]):
        return None
    rank = text_ranks(ids[many].astype(np.int64), names)
    order = np.arange(len(at))
    order[many] = many[np.lexsort((days[many], rank, at[many]))]
    return order


def in_order(
    rows: Rows, owners: Ints, names: NDArray[np.object_]
) -> Mapping[str, NDArray[np.integer]]:
    """Return account rows in the order of groups, of the texts of accounts, and of days (账户行).

    Parameters
    ----------
    rows : Rows
        The accounts of some groups.
    owners : ndarray of int64
        The place of the group of each, ascending.
    names : ndarray of object
        The names that keys are over.
    """
    order = by_text(owners, rows["account_id"], rows["started_on"], names)
    return rows.columns if order is None else {n: v[order] for n, v in rows.columns.items()}


def is_torn(accounts: Mapping[str, NDArray[np.integer]], owners: Ints) -> Bools:
    """Tell which rows have other days than the one before in their group, or its account (异期行).

    Parameters
    ----------
    accounts : mapping of column name to ndarray
        From `in_order`.
    owners : ndarray of int64
        As there.
    """
    found = np.zeros(len(owners), np.bool_)
    is_next = owners[1:] == owners[:-1]
    for column in ("started_on", "ended_on"):
        found[1:] |= is_next & (accounts[column][1:] != accounts[column][:-1])
    found[1:] |= is_next & (accounts["account_id"][1:] == accounts["account_id"][:-1])
    return found


def _is_by_text(at: Ints, ids: Keys) -> bool:
    """Tell whether rows are in order as they are: numbers of as many digits, each once."""
    is_next = at[1:] == at[:-1]
    digits = {len(str(int(key))) for key in (ids.min(), ids.max())}
    return bool(ids.min() > 0 and len(digits) == 1 and (ids[1:] > ids[:-1])[is_next].all())
