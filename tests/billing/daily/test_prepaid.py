from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from powerchannel.billing.daily.prepaid import MonthToDate, PrepaidState, Thresholds, month_to_date
from powerchannel.errors import ReconciliationError, TableError
from powerchannel.ids import Ids

FEN = st.integers(-(10**7), 10**7)
PLENTY = Thresholds(remind_fen=0, urge_fen=0)


@st.composite
def books(draw: st.DrawFn) -> tuple[list[list[int]], list[int], list[list[int]], list[bool]]:
    """Bills to date, balances, three thresholds and whether it may be stopped, an account each."""
    days, accounts = draw(st.integers(1, 6)), draw(st.integers(1, 4))
    small = st.integers(-30, 30)
    bills = draw(
        st.lists(
            st.lists(small, min_size=days, max_size=days), min_size=accounts, max_size=accounts
        )
    )
    sized = {"min_size": accounts, "max_size": accounts}
    balances = draw(st.lists(small, **sized))
    limits = draw(st.lists(st.lists(small, min_size=3, max_size=3).map(sorted), **sized))
    return bills, balances, limits, draw(st.lists(st.booleans(), **sized))


def state_of(available: int, limits: list[int], *, may_stop: bool) -> PrepaidState:
    stop, urge, remind = limits
    if available <= 0 or available < stop:
        return PrepaidState.STOP if may_stop else PrepaidState.URGE
    if available < urge:
        return PrepaidState.URGE
    return PrepaidState.REMIND if available < remind else PrepaidState.NORMAL


@given(books())
def test_each_day_comes_out_as_by_hand(
    book: tuple[list[list[int]], list[int], list[list[int]], list[bool]],
) -> None:
    bills, balances, limits, may_stop = book
    stop, urge, remind = np.array(limits).T
    found = month_to_date(
        np.array(bills),
        balance_fen=np.array(balances),
        thresholds=Thresholds(
            remind_fen=remind, urge_fen=urge, stop_fen=stop, may_stop=np.array(may_stop)
        ),
    )
    for at, (balance, totals) in enumerate(zip(balances, bills, strict=True)):
        yesterday = 0
        for day, total in enumerate(totals):
            balance -= total - yesterday
            assert found.charges_fen[at, day] == total - yesterday
            assert found.available_fen[at, day] == balance
            state = state_of(balance, limits[at], may_stop=may_stop[at])
            assert PrepaidState(found.states[at, day]) == state
            yesterday = total


@pytest.mark.parametrize(
    ("left", "state"),
    [(30, "NORMAL"), (29, "REMIND"), (20, "REMIND"), (19, "URGE"), (10, "URGE"), (9, "STOP")],
)
def test_a_threshold_is_reached_below_it(left: int, state: str) -> None:
    found = month_to_date(
        np.array([[0]]),
        balance_fen=np.array([left]),
        thresholds=Thresholds(remind_fen=30, urge_fen=20, stop_fen=10),
    )
    assert PrepaidState(found.states[0, 0]).name == state


@given(st.lists(st.lists(FEN, min_size=3, max_size=3), min_size=1, max_size=5))
def test_the_days_sum_to_the_bill(bills: list[list[int]]) -> None:
    totals = np.array(bills)
    found = month_to_date(totals, balance_fen=np.zeros(len(bills), np.int64), thresholds=PLENTY)
    found.reconcile(totals[:, -1])
    np.testing.assert_array_equal(found.measured_fen, totals[:, -1])
    other = totals[:, -1].copy()
    other[0] += 5
    words = r"the days of 1 accounts .*account 0: 0.05 yuan off"
    with pytest.raises(ReconciliationError, match=words):
        found.reconcile(other)


def test_the_table_has_a_row_a_day() -> None:
    found = month_to_date(
        np.array([[800, 1700], [5, 0]]),
        balance_fen=np.array([900, 2000]),
        thresholds=Thresholds(remind_fen=1000, urge_fen=500),
    )
    table = found.table(Ids.from_text(["0017", "9"]), date(2025, 1, 31))
    assert table.to_dict("list") == {
        "account_id": ["0017", "0017", "9", "9"],
        "day": list(np.array(["2025-01-31", "2025-02-01"] * 2, "datetime64[s]")),
        "charge_yuan": ["8.00", "9.00", "0.05", "-0.05"],
        "available_yuan": ["1.00", "-8.00", "19.95", "20.00"],
        "state": ["urge", "stop", "normal", "normal"],
    }


def plain(bills: NDArray[np.int64], balance: NDArray[np.int64], **limits: object) -> MonthToDate:
    thresholds = Thresholds(**({"remind_fen": 0, "urge_fen": 0} | limits))
    return month_to_date(bills, balance_fen=balance, thresholds=thresholds)


BILLS, BALANCE = np.array([[1, 2], [3, 4]]), np.array([5, 6])


@pytest.mark.parametrize(
    ("bills", "balance", "limits", "error", "words"),
    [
        (BILLS, np.array([5]), {}, TableError, r"the shape is \(1,\), not \(2,\)"),
        (BILLS, BILLS, {}, TableError, r"not \(2,\)"),
        (BILLS[0], BALANCE, {}, TableError, "give one an account"),
        (BILLS, BALANCE, {"remind_fen": np.array([1, 2, 3])}, TableError, r"\(3,\), not \(2,\)"),
        (BILLS, BALANCE, {"urge_fen": np.array([0, 1])}, TableError, r"1 accounts .*account 1"),
        (
            BILLS,
            BALANCE,
            {"stop_fen": np.array([7, 8])},
            TableError,
            "2 accounts are not remind >= urge >= stop",
        ),
        (BILLS / 2, BALANCE, {}, TypeError, "int64 fen, not float64"),
        (BILLS, BALANCE / 2, {}, TypeError, "balance_fen"),
        (BILLS + 2**62, BALANCE, {}, OverflowError, "4 amounts pass"),
        (BILLS, -BALANCE * 2**60, {}, OverflowError, "2 amounts pass"),
    ],
)
def test_what_is_refused(
    bills: NDArray[np.int64],
    balance: NDArray[np.int64],
    limits: dict[str, object],
    error: type[Exception],
    words: str,
) -> None:
    with pytest.raises(error, match=words):
        plain(bills, balance, **limits)
