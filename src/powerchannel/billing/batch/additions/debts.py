"""Late fees of many bills (违约金)."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import lcm

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from powerchannel.billing.batch.additions.lumps import MOST_A_BILL, MOST_FEN, lump
from powerchannel.billing.batch.columns.exact import Ints, quotient
from powerchannel.billing.batch.columns.keys import nth_of
from powerchannel.billing.batch.columns.printed import LineColumn
from powerchannel.billing.penalties import LateFee
from powerchannel.billing.reference.fees import LATE_FEE
from powerchannel.billing.reference.stage import Rule
from powerchannel.billing.tariff import Category
from powerchannel.memory import Rows
from powerchannel.tables import NO_DAY

__all__ = ["Debts", "FeeRates"]

Bools = NDArray[np.bool_]

_MOST_DENOMINATOR = 10**12


@frozen(kw_only=True)
class FeeRates:
    """The late fee of a kind of customer in whole numbers (违约金费率).

    Parameters
    ----------
    rule : Rule
        What its lines follow from.
    within, across : int
        The rates of a day, in units of ``1 / base``.
    base : int
        As above.
    is_whole : bool
        Whether the rate of later years holds for all days.
    least_fen : int
        What is charged at least.
    """

    rule: Rule
    within: int
    across: int
    base: int
    is_whole: bool
    least_fen: int

    @classmethod
    def of(cls, rule: LateFee, category: Category | None) -> FeeRates | None:
        """Lay the rates out; None where they have too many decimals (违约金费率)."""
        within, across = (Fraction(rate) for rate in rule.rates(category))
        base, least = lcm(within.denominator, across.denominator), Fraction(rule.least_yuan) * 100
        if base > _MOST_DENOMINATOR or least >= _MOST_DENOMINATOR:
            return None
        return cls(
            rule=Rule.of(LATE_FEE, rule.provenance),
            within=int(within * base),
            across=int(across * base),
            base=base,
            is_whole=rule.cross_year_span == "whole",
            least_fen=int(least + Fraction(1, 2)),
        )


@frozen(eq=False, kw_only=True)
class Debts:
    """What some accounts paid late or still owe, in the order in which it is printed (欠费).

    Parameters
    ----------
    at : ndarray of int64, shape (debts,)
        The place of the account row.
    nth : ndarray of int64
        How many of its debts stand before it in the bill.
    fen : ndarray of int64
        What was owed.
    days, later : ndarray of int64
        Days it was late, and those of them after the year in which it was due.
    is_odd : ndarray of bool
        What the batch leaves: too many, or too much.
    """

    at: Ints
    nth: Ints
    fen: Ints
    days: Ints
    later: Ints
    is_odd: Bools

    @classmethod
    def of(cls, rows: Rows, at: Ints, ends: NDArray[np.integer]) -> Debts:
        """Lay the rows of some accounts out (取欠费).

        Parameters
        ----------
        rows : Rows
            The debts.
        at : ndarray of int64
            The place of the account row of each.
        ends : ndarray of int64
            The last day of the bill of each account row.
        """
        fen, due, paid = (rows[c].astype(np.int64) for c in ("amount_yuan", "due_on", "paid_on"))
        paid = np.where(rows["paid_on"] == NO_DAY, ends[at], paid)
        order = np.lexsort((paid, fen, due, at))
        at, fen, due, paid = at[order], fen[order], due[order], paid[order]
        nth = nth_of(at)
        next_year = due.astype("datetime64[D]").astype("datetime64[Y]") + 1
        last = next_year.astype("datetime64[D]").astype(np.int64) - 1
        days, later = np.maximum(paid - due, 0), np.maximum(paid - last, 0)
        is_odd = (nth >= MOST_A_BILL) | (fen.astype(np.float64) * days > MOST_FEN)
        return cls(at=at, nth=nth, fen=fen, days=days, later=later, is_odd=is_odd)

    def lines(self, rates: FeeRates, place: Ints, count: int) -> Iterator[LineColumn]:
        """Yield the fees of some bills (违约金行).

        Parameters
        ----------
        rates : FeeRates
            Of their tariff.
        place : ndarray of int64, shape (rows,)
            Which bill each account row is; -1 for none.
        count : int
            Bills.
        """
        bill = place[self.at]
        for nth in range(int(self.nth[bill >= 0].max(initial=-1)) + 1):
            rows = np.flatnonzero((bill >= 0) & (self.nth == nth))
            fen = self._fees(rates, rows)
            yield lump(LATE_FEE, LATE_FEE, rates.rule, bill[rows], fen, count)

    def has(self, place: Ints, count: int) -> Bools:
        """Tell which bills have a debt (有无欠费).

        Parameters
        ----------
        place, count
            As for `lines`.
        """
        bill = place[self.at]
        return np.bincount(bill[bill >= 0], minlength=count) > 0

    def _fees(self, rates: FeeRates, rows: Ints) -> Ints:
        days, later = self.days[rows], self.later[rows]
        if rates.is_whole:
            later = np.where(later > 0, days, 0)
        parts = rates.within * (days - later) + rates.across * later
        fees = np.maximum(quotient(self.fen[rows], parts, rates.base), rates.least_fen)
        return np.where(days > 0, fees, 0)
