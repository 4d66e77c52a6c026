"""Contacts in the order of customer, business and time, cut into instances (联系序列)."""

from __future__ import annotations

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from powerchannel.tables import CheckedTable

__all__ = ["Steps", "order_steps"]

_HOUR_US = 3_600_000_000
_DAY_US = 24 * _HOUR_US


@frozen(eq=False, kw_only=True)
class Steps:
    """Contacts in the order of customer, business type and time, one entry each (联系序列).

    Channels and business types are positions in the catalogue, -1 for none; `at` is in UTC
    microseconds; an instance begins at each of `starts`.
    """

    customer: NDArray[np.int64]
    business_type: NDArray[np.int16]
    channel: NDArray[np.int16]
    at: NDArray[np.int64]
    is_failed: NDArray[np.bool_]
    is_rescued: NDArray[np.bool_]
    starts: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.at)

    @property
    def ends(self) -> NDArray[np.int64]:
        """The last contact of each instance (末次联系)."""
        return np.append(self.starts, len(self))[1:] - 1

    @property
    def follows(self) -> NDArray[np.bool_]:
        """Whether a contact has one before it in its instance (是否后续联系)."""
        out = np.ones(len(self), np.bool_)
        out[self.starts] = False
        return out


def order_steps(
    contacts: CheckedTable,
    customer: NDArray[np.int64],
    *,
    is_failed: NDArray[np.bool_],
    is_rescue: NDArray[np.bool_],
    gap_days: int,
    rescue_hours: int,
) -> Steps:
    """Put contacts in order and cut them into instances (排成联系序列).

    Parameters
    ----------
    contacts : CheckedTable
        The contacts.
    customer : ndarray of int64, shape (n,)
        The number of each contact's customer.
    is_failed, is_rescue : ndarray of bool, shape (n,)
        Whether a contact failed, and whether it was on a channel that a failure may lead to.
    gap_days : int
        An instance goes on while at most so many times 24 hours lie between contacts [days].
    rescue_hours : int
        Within so many hours a rescue follows a failure [hours].
    """
    channel, kind = contacts.codes("channel"), contacts.codes("business_type")
    at, outcome = contacts.times("contacted_at"), contacts.codes("outcome")
    is_rescued = _rescued(customer, at, is_failed, is_rescue, rescue_hours * _HOUR_US)
    group = customer * (int(kind.max(initial=0)) + 2) + kind + 1
    order = np.lexsort((outcome, channel, at, group))
    group, at = group[order], at[order]
    is_start = np.ones(len(order), np.bool_)
    is_start[1:] = (np.diff(group) != 0) | (np.diff(at) > gap_days * _DAY_US)
    return Steps(
        customer=customer[order],
        business_type=kind[order],
        channel=channel[order],
        at=at,
        is_failed=is_failed[order],
        is_rescued=is_rescued[order],
        starts=np.flatnonzero(is_start),
    )


def _rescued(
    customer: NDArray[np.int64],
    at: NDArray[np.int64],
    is_failed: NDArray[np.bool_],
    is_rescue: NDArray[np.bool_],
    within_us: int,
) -> NDArray[np.bool_]:
    """Tell which failures the same customer's use of a rescue channel followed in time."""
    rows = np.flatnonzero(is_failed | is_rescue)
    rows = rows[np.lexsort((at[rows], customer[rows]))]
    target = _next_later(customer[rows], at[rows], is_rescue[rows])
    has = is_failed[rows] & (target < len(rows))
    failure, rescue = rows[has], rows[target[has]]
    is_in_time = (customer[failure] == customer[rescue]) & (at[rescue] - at[failure] <= within_us)
    out = np.zeros(len(at), np.bool_)
    out[failure[is_in_time]] = True
    return out


def _next_later(
    who: NDArray[np.int64], when: NDArray[np.int64], wanted: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """Return the first wanted row after all rows of the same customer and instant, else the end."""
    rows = len(who)
    is_new = np.ones(rows, np.bool_)
    is_new[1:] = (np.diff(who) != 0) | (np.diff(when) != 0)
    after = np.append(np.flatnonzero(is_new), rows)[np.cumsum(is_new)]
    nearest = np.full(rows + 1, rows)
    nearest[:rows][wanted] = np.flatnonzero(wanted)
    return np.asarray(np.minimum.accumulate(nearest[::-1])[::-1][after], dtype=np.int64)
