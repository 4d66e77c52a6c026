"""What bills have beside energy and capacity: given amounts, adjustments, late fees (附加费用)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from powerchannel.billing.batch.additions.adjustments import Adjustments
from powerchannel.billing.batch.additions.debts import Debts, FeeRates
from powerchannel.billing.batch.additions.givens import Givens
from powerchannel.billing.batch.columns.exact import Ints
from powerchannel.billing.batch.columns.keys import pair_places
from powerchannel.billing.batch.columns.printed import FindingColumn, LineColumn
from powerchannel.billing.records import Finding
from powerchannel.billing.state import GROUP
from powerchannel.memory import Rows

__all__ = ["After"]

Bools = NDArray[np.bool_]

_IDS = {"givens": "id", "adjustments": "account_id", "debts": "account_id"}
"""The column that names the account, of each table."""


@frozen(eq=False, kw_only=True)
class After:
    """What is added to bills behind all other charges (附加费用).

    Parameters
    ----------
    givens : Givens
        Amounts from outside.
    adjustments : Adjustments
        What is added.
    debts : Debts
        What was paid late.
    is_there : ndarray of bool, shape (rows,)
        Which account rows have any of it.
    """

    givens: Givens
    adjustments: Adjustments
    debts: Debts
    is_there: Bools

    @classmethod
    def of(
        cls,
        tables: Mapping[str, Rows],
        groups: Ints,
        owners: Ints,
        accounts: Mapping[str, NDArray[np.integer]],
        names: NDArray[np.object_],
    ) -> tuple[After, Mapping[str, Bools]]:
        """Lay out what is added to bills, and tell whose is not taken (取附加费用).

        That is also what belongs to no account of the month, and adjustments and debts of a group
        of several.

        Parameters
        ----------
        tables : mapping of table name to Rows
            With givens, adjustments and debts.
        groups : ndarray of int64
            The keys of the groups, ascending.
        owners : ndarray of int64
            The place of the group of each account row.
        accounts : mapping of column name to ndarray
            The account rows.
        names : ndarray of object
            The names that keys are over.

        Returns
        -------
        After
            Of the account rows.
        odd : mapping of table name to ndarray of bool, shape (groups,)
            The groups of which something is not taken.
        """
        if not any(len(tables[name]) for name in _IDS):
            return cls.none(len(owners)), {}
        found: dict[str, tuple[Rows, Ints]] = {}
        odd = {name: np.zeros(len(groups), np.bool_) for name in _IDS}
        known = accounts["account_id"].astype(np.int64, copy=False)
        for name, mask in odd.items():
            rows = tables[name]
            at = np.searchsorted(groups, rows[GROUP])
            row = pair_places(at, rows[_IDS[name]].astype(np.int64, copy=False), owners, known)
            mask[at[row < 0]] = True
            found[name] = rows.where(row >= 0), row[row >= 0]
        givens = Givens.of(*found["givens"], names)
        adjustments = Adjustments.of(*found["adjustments"], names)
        debts = Debts.of(*found["debts"], accounts["ended_on"])
        odd["givens"][owners[givens.at[givens.is_odd]]] = True
        odd["adjustments"][owners[adjustments.at[adjustments.is_odd]]] = True
        odd["debts"][owners[debts.at[debts.is_odd]]] = True
        is_there = np.zeros(len(owners), np.bool_)
        is_there[adjustments.at] = True
        is_there[debts.at] = True
        is_several = np.bincount(owners, minlength=len(groups)) > 1
        odd["adjustments"][owners[is_there]] |= is_several[owners[is_there]]
        is_there[givens.at] = True
        return cls(givens=givens, adjustments=adjustments, debts=debts, is_there=is_there), odd

    @classmethod
    def none(cls, count: int) -> After:
        """Return that of account rows to which nothing is added (无附加费用)."""
        no, nothing = np.zeros(0, np.int64), np.zeros(0, np.bool_)
        return cls(
            givens=Givens(at=no, kind=no, fen=no, codes=(), is_odd=nothing),
            adjustments=Adjustments(at=no, kind=no, nth=no, fen=no, kinds=(), is_odd=nothing),
            debts=Debts(at=no, nth=no, fen=no, days=no, later=no, is_odd=nothing),
            is_there=np.zeros(count, np.bool_),
        )

    def untaken(self, rows: Ints, rates: FeeRates | None) -> Bools:
        """Tell which of some bills have a debt of which the fee is not worked out here (所余欠费).

        Parameters
        ----------
        rows : ndarray of int64
            The places of their account rows.
        rates : FeeRates, optional
            Of their tariff.
        """
        if rates is not None or not len(self.debts.at):
            return np.zeros(len(rows), np.bool_)
        return self.debts.has(self._place(rows), len(rows))

    def ungiven(self, rows: Ints, known: Collection[str]) -> Bools:
        """Tell which of some bills have something given that is not taken here (所余给定值).

        Parameters
        ----------
        rows : ndarray of int64
            The places of their account rows.
        known : collection of str
            The components of which amounts are taken.
        """
        if not len(self.givens.at):
            return np.zeros(len(rows), np.bool_)
        return self.givens.untaken(known, self._place(rows), len(rows))

    def lines(
        self, rows: Ints, rates: FeeRates | None, groups: Mapping[str, str]
    ) -> list[LineColumn]:
        """Return the lines of some bills (附加费用行).

        Parameters
        ----------
        rows, rates
            As for `untaken`; with None none of them has a debt.
        groups : mapping of str to str
            The components of which amounts are given, and the group of each.
        """
        if not self.is_there[rows].any():
            return []
        place, count = self._place(rows), len(rows)
        fees = [] if rates is None else self.debts.lines(rates, place, count)
        given = self.givens.lines(groups, place, count)
        return [*given, *self.adjustments.lines(place, count), *fees]

    def findings(
        self, rows: Ints, lacking: Sequence[tuple[Finding, frozenset[str]]]
    ) -> tuple[FindingColumn, ...]:
        """Tell of amounts that should have come from outside, and did not (缺少的金额).

        Parameters
        ----------
        rows : ndarray of int64
            The places of the account rows of some bills.
        lacking : sequence of (Finding, frozenset of str)
            What is said of each, and under which codes it may come.
        """
        place = self._place(rows) if lacking and self.is_there[rows].any() else None
        return tuple(
            FindingColumn(
                code=found.code,
                zh=found.message.zh,
                en=found.message.en,
                mask=None if place is None else ~self._has(codes, place, len(rows)),
            )
            for found, codes in lacking
        )

    def _has(self, codes: Collection[str], place: Ints, count: int) -> Bools:
        found = self.adjustments.has(codes, place, count)
        return found | self.givens.has(codes, place, count)

    def _place(self, rows: Ints) -> Ints:
        place = np.full(len(self.is_there), -1)
        place[rows] = np.arange(len(rows))
        return place
