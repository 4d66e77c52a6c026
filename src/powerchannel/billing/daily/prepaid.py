"""What a prepaid account has left, day by day (费控测算).

Each day the whole bill of the month to date is made anew; what it grew by is the charge of the
day. So tiers, power factor and demand need no rule of their own, and the days sum to the bill.
"""

from __future__ import annotations

from datetime import date
from enum import IntEnum

import numpy as np
import pandas as pd
from attrs import frozen
from numpy.typing import NDArray

from powerchannel.errors import ReconciliationError, TableError
from powerchannel.ids import Ids
from powerchannel.money import Integers, decimal_text, exact_decimal

__all__ = ["MonthToDate", "PrepaidState", "Thresholds", "month_to_date"]

_LARGEST_FEN = 2**61  # a sum or difference of two fits int64


class PrepaidState(IntEnum):
    """What an available balance calls for (费控状态)."""

    NORMAL = 0
    """Nothing (正常)."""
    REMIND = 1
    """A reminder (提醒)."""
    URGE = 2
    """Urging (催费)."""
    STOP = 3
    """Disconnection is due, after notice (停电)."""


@frozen(kw_only=True, eq=False)
class Thresholds:
    """Below which balance something is called for (费控阈值).

    Parameters
    ----------
    remind_fen, urge_fen, stop_fen : int or ndarray of int64, shape (accounts,)
        Below it the state is reached; none below the next. A balance that is used up, 0 or less,
        calls for disconnection whatever the threshold [fen].
    may_stop : ndarray of bool, shape (accounts,), optional
        Whether an account may be disconnected at all; others are urged instead.
    """

    remind_fen: Integers
    urge_fen: Integers
    stop_fen: Integers = 0
    may_stop: NDArray[np.bool_] | None = None

    def states(self, available_fen: NDArray[np.int64]) -> NDArray[np.uint8]:
        """Return the `PrepaidState` of each balance (状态判定).

        Parameters
        ----------
        available_fen : ndarray of int64, shape (accounts, days)
            [fen]

        Raises
        ------
        TableError
            When thresholds are not in order, or of another length.
        """
        accounts = len(available_fen)
        remind, urge, stop = (
            _column(values, accounts) for values in (self.remind_fen, self.urge_fen, self.stop_fen)
        )
        if (is_bad := (remind < urge) | (urge < stop)).any():
            raise _bad_order(is_bad)
        may_stop = np.ones(accounts, np.bool_) if self.may_stop is None else self.may_stop
        is_out = (available_fen <= 0) | (available_fen < stop)
        states = (available_fen < remind).astype(np.uint8)
        states[(available_fen < urge) | is_out] = PrepaidState.URGE
        states[is_out & may_stop[:, None]] = PrepaidState.STOP
        return states


@frozen(kw_only=True, eq=False)
class MonthToDate:
    """The charges of each day, and what was left after it (月累计测算).

    Parameters
    ----------
    charges_fen : ndarray of int64, shape (accounts, days)
        The measured charge of each day; less than 0 where the bill shrank [fen].
    available_fen : ndarray of int64, shape (accounts, days)
        The balance less the charges up to that day, not settled yet [fen].
    states : ndarray of uint8, shape (accounts, days)
        Values of `PrepaidState`.
    """

    charges_fen: NDArray[np.int64]
    available_fen: NDArray[np.int64]
    states: NDArray[np.uint8]

    @property
    def measured_fen(self) -> NDArray[np.int64]:
        """The charges of all days, which the bill of the month replaces (测算电费合计) [fen]."""
        sums: NDArray[np.int64] = self.charges_fen.sum(axis=1)
        return sums

    def reconcile(self, bill_fen: NDArray[np.int64]) -> None:
        """Check that the days sum to the bill of the month (与月账单核对).

        Parameters
        ----------
        bill_fen : ndarray of int64, shape (accounts,)
            The bills issued [fen].

        Raises
        ------
        ReconciliationError
            When they do not; says how many and by how much the first.
        """
        difference = _fen(bill_fen, "bill_fen") - self.measured_fen
        if (differs := difference != 0).any():
            raise _not_reconciled(differs, difference)

    def table(self, accounts: Ids, first_day: date) -> pd.DataFrame:
        """Return one row an account and day (逐日测算表).

        Parameters
        ----------
        accounts : Ids
            The accounts, as the bills were given.
        first_day : date
            The first day of the month.
        """
        days = self.charges_fen.shape[1]
        dates = np.datetime64(first_day, "D") + np.arange(days)
        names = np.array([state.name.lower() for state in PrepaidState], dtype=object)
        return pd.DataFrame(
            {
                "account_id": np.repeat(accounts.to_text(), days),
                "day": np.tile(dates.astype("datetime64[s]"), len(accounts)),
                "charge_yuan": decimal_text(self.charges_fen.ravel(), 2).astype(object),
                "available_yuan": decimal_text(self.available_fen.ravel(), 2).astype(object),
                "state": names[self.states.ravel()],
            }
        )


def month_to_date(
    bills_fen: NDArray[np.int64], *, balance_fen: NDArray[np.int64], thresholds: Thresholds
) -> MonthToDate:
    """Return what each day cost and what was left after it (月累计测算).

    ``charge of a day = bill of the month to date - bill to the day before``; ``available = balance
    - charges that are not settled``.

    Parameters
    ----------
    bills_fen : ndarray of int64, shape (accounts, days)
        The total of the month up to and with each day, by the same rules as the bill [fen].
    balance_fen : ndarray of int64, shape (accounts,)
        The balance, from which none of these charges has been taken yet [fen].
    thresholds : Thresholds
        When to remind, urge and stop.

    Raises
    ------
    TableError
        When the balances are not one an account, or the thresholds out of order.
    OverflowError
        When an amount is too large to be added to another.

    Examples
    --------
    >>> found = month_to_date(
    ...     np.array([[800, 1_700, 2_500]]),
    ...     balance_fen=np.array([2_400]),
    ...     thresholds=Thresholds(remind_fen=1_000, urge_fen=500),
    ... )
    >>> found.charges_fen.tolist(), found.available_fen.tolist()
    ([[800, 900, 800]], [[1600, 700, -100]])
    >>> [PrepaidState(state).name for state in found.states[0]]
    ['NORMAL', 'REMIND', 'STOP']
    """
    bills, balance = _fen(bills_fen, "bills_fen"), _fen(balance_fen, "balance_fen")
    if balance.shape != bills.shape[:1] or bills.ndim != 2:
        raise _bad_shape("balance_fen", balance.shape, bills.shape[:1])
    available = balance[:, None] - bills
    return MonthToDate(
        charges_fen=np.diff(bills, axis=1, prepend=0),
        available_fen=available,
        states=thresholds.states(available),
    )


def _fen(values: NDArray[np.int64], where: str) -> NDArray[np.int64]:
    if values.dtype != np.int64:
        raise TypeError(
            f"{where} 须为 int64 分，而不是 {values.dtype} / is int64 fen, not {values.dtype}"
        )
    if (is_bad := (values > _LARGEST_FEN) | (values < -_LARGEST_FEN)).any():
        count, first = int(is_bad.sum()), int(values[is_bad][0])
        raise OverflowError(
            f"{where}：{count} 个金额超出 ±{_LARGEST_FEN} 分（如 {first}）；请核对单位 / "
            f"{count} amounts pass {_LARGEST_FEN} fen (such as {first}); check the unit"
        )
    return values


def _column(values: Integers, accounts: int) -> NDArray[np.int64]:
    column = np.atleast_1d(np.asarray(values, np.int64))
    if len(column) not in (1, accounts):
        raise _bad_shape("thresholds", column.shape, (accounts,))
    return column[:, None]


def _bad_shape(where: str, found: tuple[int, ...], wanted: tuple[int, ...]) -> TableError:
    return TableError.of(
        "bad_shape",
        where,
        f"形状为 {found}，应为 {wanted}；每户一个",
        f"the shape is {found}, not {wanted}; give one an account",
    )


def _bad_order(is_bad: NDArray[np.bool_]) -> TableError:
    count, first = int(is_bad.sum()), int(np.flatnonzero(is_bad)[0])
    return TableError.of(
        "bad_thresholds",
        "thresholds",
        f"{count} 户的阈值不满足 提醒 ≥ 催费 ≥ 停电（第一个：第 {first} 户）；请更正",
        f"the thresholds of {count} accounts are not remind >= urge >= stop "
        f"(first: account {first}); correct them",
        count=count,
    )


def _not_reconciled(
    differs: NDArray[np.bool_], difference: NDArray[np.int64]
) -> ReconciliationError:
    count, first = int(differs.sum()), int(np.flatnonzero(differs)[0])
    yuan = exact_decimal(int(difference[first]), 2)
    return ReconciliationError.of(
        "not_reconciled",
        "month_to_date",
        f"{count} 户逐日测算之和不等于月账单（第 {first} 户差 {yuan} 元）；"
        "请用同一规则集与示数重算最后一日",
        f"the days of {count} accounts do not sum to the bill (account {first}: {yuan} yuan off); "
        "compute the last day with the rulebook and readings of the bill",
        count=count,
    )
