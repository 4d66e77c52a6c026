"""Transformers and motors that came, went, or changed their state within a bill (设备变动)."""

from __future__ import annotations

from datetime import date

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from powerchannel.billing.batch.columns.cases import by_case
from powerchannel.billing.batch.columns.exact import Ints
from powerchannel.billing.batch.columns.keys import is_first, pair_places
from powerchannel.billing.batch.inputs.splits import Days
from powerchannel.billing.reference.days import days_360
from powerchannel.billing.tables.words import TRANSFORMER_KINDS, TRANSFORMER_STATUSES
from powerchannel.billing.tariff import CapacityCharge
from powerchannel.memory import Rows
from powerchannel.tables import NO_DAY

__all__ = ["Equipment"]

Bools = NDArray[np.bool_]

_STATUSES = [code.code for code in TRANSFORMER_STATUSES]
_RUNNING, _SUSPENDED, _HOT = (
    _STATUSES.index(name) for name in ("running", "suspended", "hot_standby")
)
_MOTOR = [code.code for code in TRANSFORMER_KINDS].index("hv_motor")
_EPOCH = date(1970, 1, 1).toordinal()
_ALWAYS, _NEVER = 1 - _EPOCH, 10**8
"""Days before and after all others."""


@frozen(eq=False, kw_only=True)
class Equipment:
    """The equipment of account rows where not all of it ran throughout (设备状态).

    Parameters
    ----------
    row : ndarray of int64, shape (states,)
        The place of the account row.
    kva : ndarray of int64
        Capacity [1e-4 kVA].
    begins, ends : ndarray of int64
        The days ``[begins, ends)``.
    status : ndarray of int64
        A place in `TRANSFORMER_STATUSES`.
    suspended_days : ndarray of int64
        How long a suspension lasted in all.
    is_transformer : ndarray of bool
        And no motor.
    is_odd : ndarray of bool, shape (rows,)
        What the batch leaves: interlocked, another account's, or two states at once.
    """

    row: Ints
    kva: Ints
    begins: Ints
    ends: Ints
    status: Ints
    suspended_days: Ints
    is_transformer: Bools
    is_odd: Bools

    @classmethod
    def of(
        cls, rows: Rows, at: Ints, owners: Ints, accounts: NDArray[np.integer], is_wanted: Bools
    ) -> Equipment:
        """Lay equipment out (取设备).

        Parameters
        ----------
        rows : Rows
            All equipment of some groups.
        at : ndarray of int64
            The place of the group of each.
        owners, accounts : ndarray of int64
            The place of the group, and the account, of each account row.
        is_wanted : ndarray of bool
            The account rows of which it is wanted.
        """
        if not is_wanted.any():
            return cls.none(len(owners))
        groups = np.unique(owners[is_wanted])
        kept = np.flatnonzero(np.isin(at, groups))
        begins, ends = (rows[c][kept].astype(np.int64) for c in ("started_on", "ended_on"))
        begins = np.where(begins == NO_DAY, _ALWAYS, begins)
        ends = np.where(ends == NO_DAY, _NEVER, ends)
        kept = kept[order := np.lexsort((begins, rows["transformer_id"][kept], at[kept]))]
        begins, ends = begins[order], ends[order]
        ids = rows["account_id"][kept].astype(np.int64)
        row = pair_places(at[kept], ids, owners, accounts.astype(np.int64, copy=False))
        is_new = is_first(at[kept], rows["transformer_id"][kept])
        status = rows["status"][kept].astype(np.int64)
        overlaps = np.zeros(len(kept), np.bool_)
        overlaps[1:] = ~is_new[1:] & (begins[1:] < ends[:-1])
        is_odd = (row < 0) | overlaps | (rows["interlock_group"][kept] != 0) | (status < 0)
        odd = np.zeros(len(owners), np.bool_)
        odd[np.isin(owners, at[kept][is_odd])] = True
        mine = row >= 0
        return cls(
            row=row[mine],
            kva=rows["capacity_kva"][kept][mine].astype(np.int64),
            begins=begins[mine],
            ends=ends[mine],
            status=status[mine],
            suspended_days=_suspended(is_new, status, begins, ends)[mine],
            is_transformer=(rows["kind"][kept] != _MOTOR)[mine],
            is_odd=odd,
        )

    @classmethod
    def none(cls, count: int) -> Equipment:
        """Return that of account rows of which all equipment ran throughout (无状态变化)."""
        no = np.zeros(0, np.int64)
        return cls(
            row=no,
            kva=no,
            begins=no,
            ends=no,
            status=no,
            suspended_days=no,
            is_transformer=np.zeros(0, np.bool_),
            is_odd=np.zeros(count, np.bool_),
        )

    def is_suspended(self, rows: Ints) -> Bools:
        """Tell which account rows have a suspension (有无暂停).

        Parameters
        ----------
        rows : ndarray of int64
            The account rows.
        """
        return np.isin(rows, self.row[self.status == _SUSPENDED])

    def charged(self, charge: CapacityCharge, rows: Ints, days: Days) -> Ints:
        """Return the capacity that is charged, times its days of months of 30 (计费容量天数).

        Parameters
        ----------
        charge : CapacityCharge
            The rules.
        rows : ndarray of int64
            The account rows.
        days : Days
            Of each of them.
        """
        is_short = self.suspended_days < charge.least_suspended_days
        counts = (self.status == _RUNNING) | (self.status == _HOT)
        return self._kva_days(counts | ((self.status == _SUSPENDED) & is_short), rows, days)

    def installed(self, rows: Ints, days: Days) -> Ints:
        """Return the capacity of transformers, whatever their state, times its days (合同容量天数).

        Parameters
        ----------
        rows, days
            As for `charged`.
        """
        return self._kva_days(self.is_transformer, rows, days)

    def _kva_days(self, counts: Bools, rows: Ints, days: Days) -> Ints:
        place = np.full(len(self.is_odd), -1)
        place[rows] = np.arange(len(rows))
        bill = place[self.row]
        mine = np.flatnonzero(counts & (bill >= 0))
        bill = bill[mine]
        first = np.maximum(self.begins[mine], days.begins[bill])
        last = np.minimum(self.ends[mine], days.ends[bill])
        there = first < last
        found = np.zeros(len(rows), np.int64)
        if there.any():
            (count,) = by_case(_days, first[there], last[there])
            np.add.at(found, bill[there], self.kva[mine][there] * count)
        return found


def _days(first: int, last: int) -> tuple[int]:
    return (days_360(date.fromordinal(_EPOCH + first), date.fromordinal(_EPOCH + last)),)


def _suspended(is_new: Bools, status: Ints, begins: Ints, ends: Ints) -> Ints:
    """Return how long each suspension lasted: states one after another are one."""
    if not len(status):
        return status
    goes_on = np.zeros(len(status), np.bool_)
    goes_on[1:] = ~is_new[1:] & (status[1:] == status[:-1]) & (begins[1:] == ends[:-1])
    run = np.cumsum(~goes_on) - 1
    starts = np.flatnonzero(~goes_on)
    lasts = np.append(starts[1:], len(status)) - 1
    return np.asarray((ends[lasts] - begins[starts])[run])
