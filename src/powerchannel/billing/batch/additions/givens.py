"""Amounts that come from outside, such as what the market settled with a customer (给定金额)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from powerchannel.billing.batch.additions.lumps import lump
from powerchannel.billing.batch.columns.exact import Ints, quotient
from powerchannel.billing.batch.columns.keys import distinct, nth_of
from powerchannel.billing.batch.columns.printed import LineColumn
from powerchannel.billing.printing.frames import is_money
from powerchannel.billing.reference.givens import OF_ACCOUNTS
from powerchannel.billing.reference.power_factor import CHARGE
from powerchannel.billing.reference.prices import CATALOGUE
from powerchannel.billing.reference.stage import Rule
from powerchannel.billing.tables.words import PERIOD_CODES
from powerchannel.billing.tariff import GROUPS, Tariff
from powerchannel.ids import Ids
from powerchannel.memory import Rows

__all__ = ["Givens", "givable", "is_name"]

Bools = NDArray[np.bool_]

_TOTAL = [code.code for code in PERIOD_CODES].index("total")
_UNITS_A_FEN = 10**6
_MOST_KINDS = 64


def is_name(name: str) -> bool:
    """Tell whether a name is of money, and not that of a result of another stage (是否金额名).

    Examples
    --------
    >>> is_name("refund"), is_name("amount_yuan"), is_name("billed_energy_kwh")
    (True, False, False)
    """
    return is_money(name) and not name.endswith("_yuan") and name != CHARGE


def givable(tariffs: Sequence[Tariff]) -> Mapping[str, str]:
    """Return the components of which amounts are taken here, and their groups (可给定的组成).

    Those that come from outside in every edition: nothing is charged that they stand for.

    Parameters
    ----------
    tariffs : sequence of Tariff
        The editions, one after another.
    """
    every = [component for tariff in tariffs for component in tariff.components]
    others = {c.code for c in every if not c.given} | {c.group for c in every}
    others |= {*GROUPS, *OF_ACCOUNTS, CATALOGUE}
    return {
        c.code: c.group
        for c in every
        if c.code not in others
        and not c.code.startswith("tier_")
        and is_name(c.code)
        and is_name(c.group)
    }


@frozen(eq=False, kw_only=True)
class Givens:
    """The amounts that are given for some accounts (给定金额).

    Parameters
    ----------
    at : ndarray of int64, shape (givens,)
        The place of the account row.
    kind : ndarray of int64
        A place in `codes`.
    fen : ndarray of int64
        The amount.
    codes : tuple of str
        What is given, in order.
    is_odd : ndarray of bool
        What the batch leaves: by period, twice, of too many kinds.
    """

    at: Ints
    kind: Ints
    fen: Ints
    codes: tuple[str, ...]
    is_odd: Bools

    @classmethod
    def of(cls, rows: Rows, at: Ints, names: NDArray[np.object_]) -> Givens:
        """Lay the rows of some accounts out (取给定值).

        Parameters
        ----------
        rows : Rows
            What is given.
        at : ndarray of int64
            The place of the account row of each.
        names : ndarray of object
            The names that keys are over.
        """
        keys = np.array(distinct(rows["quantity"]), np.int64)
        texts = [text or "" for text in Ids(keys, names).to_text().tolist()]
        rank = np.argsort(np.argsort(np.array(texts, object)))
        kind = rank[np.searchsorted(keys, rows["quantity"])]
        order = np.lexsort((kind, at))
        at, kind = at[order], kind[order]
        fen = quotient(rows["value"][order].astype(np.int64), 1, _UNITS_A_FEN)
        is_odd = (rows["period"][order] > _TOTAL) | (kind >= _MOST_KINDS)
        is_odd |= nth_of(at * (len(keys) + 1) + kind) > 0
        return cls(at=at, kind=kind, fen=fen, codes=tuple(sorted(texts)), is_odd=is_odd)

    def untaken(self, known: Collection[str], place: Ints, count: int) -> Bools:
        """Tell which bills have anything given but amounts of known components (所余给定值).

        Parameters
        ----------
        known : collection of str
            The codes of the components.
        place : ndarray of int64, shape (rows,)
            Which bill each account row is; -1 for none.
        count : int
            Bills.
        """
        return self.has([code for code in self.codes if code not in known], place, count)

    def lines(self, groups: Mapping[str, str], place: Ints, count: int) -> Iterator[LineColumn]:
        """Yield the lines of some bills (给定金额行).

        Parameters
        ----------
        groups : mapping of str to str
            The group of each component.
        place, count
            As for `untaken`.
        """
        rule = Rule(id="givens")
        bill = place[self.at]
        for kind, code in enumerate(self.codes):
            rows = np.flatnonzero((self.kind == kind) & (bill >= 0))
            if len(rows):
                yield lump(code, groups[code], rule, bill[rows], self.fen[rows], count)

    def has(self, codes: Collection[str], place: Ints, count: int) -> Bools:
        """Tell which bills have any of some codes given (有无给定).

        Parameters
        ----------
        codes : collection of str
            Any of them.
        place, count
            As for `untaken`.
        """
        is_wanted = np.array([code in codes for code in self.codes], np.bool_)
        found = np.zeros(count, np.bool_)
        bill = place[self.at]
        found[bill[is_wanted[self.kind] & (bill >= 0)]] = True
        return found
