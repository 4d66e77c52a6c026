"""The amounts that are added to many bills (调整)."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from powerchannel.billing.batch.additions.givens import is_name
from powerchannel.billing.batch.additions.lumps import MOST_A_BILL, MOST_FEN, lump
from powerchannel.billing.batch.columns.cases import cases
from powerchannel.billing.batch.columns.exact import Ints
from powerchannel.billing.batch.columns.keys import nth_of
from powerchannel.billing.batch.columns.printed import LineColumn
from powerchannel.billing.reference.stage import Rule
from powerchannel.ids import Ids
from powerchannel.memory import Rows

__all__ = ["Adjustments"]

Bools = NDArray[np.bool_]

_MOST_KINDS = 64


@frozen(eq=False, kw_only=True)
class Adjustments:
    """The amounts that are added to some bills, in the order in which they are printed (调整).

    Parameters
    ----------
    at : ndarray of int64, shape (adjustments,)
        The place of the account row.
    kind : ndarray of int64
        A place in `kinds`.
    nth : ndarray of int64
        How many of its kind stand before it in the bill.
    fen : ndarray of int64
        What is added.
    kinds : tuple of (str, str)
        Subtotal and code, in order.
    is_odd : ndarray of bool
        What the batch leaves: a rare kind, too many of one, too much, a name of a result.
    """

    at: Ints
    kind: Ints
    nth: Ints
    fen: Ints
    kinds: tuple[tuple[str, str], ...]
    is_odd: Bools

    @classmethod
    def of(cls, rows: Rows, at: Ints, names: NDArray[np.object_]) -> Adjustments:
        """Lay the rows of some accounts out (取调整).

        Parameters
        ----------
        rows : Rows
            The adjustments.
        at : ndarray of int64
            The place of the account row of each.
        names : ndarray of object
            The names that keys are over.
        """
        kinds, kind = _kinds(rows, names)
        fen = rows["amount_yuan"].astype(np.int64)
        order = np.lexsort((fen, kind, at))
        at, kind, fen = at[order], kind[order], fen[order]
        nth = nth_of(at * (len(kinds) + 1) + kind)
        is_taken = np.array([all(map(is_name, names)) for names in kinds], np.bool_)
        count = np.bincount(kind, minlength=len(kinds))
        is_taken[np.argsort(-count, kind="stable")[_MOST_KINDS:]] = False
        is_odd = ~is_taken[kind] | (nth >= MOST_A_BILL) | (np.abs(fen) > MOST_FEN)
        return cls(at=at, kind=kind, nth=nth, fen=fen, kinds=kinds, is_odd=is_odd)

    def lines(self, place: Ints, count: int) -> Iterator[LineColumn]:
        """Yield the lines of some bills (调整行).

        Parameters
        ----------
        place : ndarray of int64, shape (rows,)
            Which bill each account row is; -1 for none.
        count : int
            Bills.
        """
        rule = Rule(id="adjustments")
        bill = place[self.at]
        for k, (group, code) in enumerate(self.kinds):
            mine = (self.kind == k) & (bill >= 0)
            for nth in range(int(self.nth[mine].max(initial=-1)) + 1):
                rows = np.flatnonzero(mine & (self.nth == nth))
                yield lump(code, group, rule, bill[rows], self.fen[rows], count)

    def has(self, codes: Collection[str], place: Ints, count: int) -> Bools:
        """Tell which bills have an adjustment of some code (有无某代码).

        Parameters
        ----------
        codes : collection of str
            Any of them.
        place, count
            As for `lines`.
        """
        is_wanted = np.array([code in codes for _, code in self.kinds], np.bool_)
        found = np.zeros(count, np.bool_)
        bill = place[self.at]
        found[bill[is_wanted[self.kind] & (bill >= 0)]] = True
        return found


def _kinds(rows: Rows, names: NDArray[np.object_]) -> tuple[tuple[tuple[str, str], ...], Ints]:
    """Return the distinct pairs of subtotal and code in order, and which each row is."""
    distinct, inverse = cases(rows["group"], rows["code"])
    keys = np.array(distinct, np.int64).reshape(-1)
    texts = [text or "" for text in Ids(keys, names).to_text().tolist()]
    found = list(zip(texts[::2], texts[1::2], strict=True))
    order = sorted(range(len(found)), key=found.__getitem__)
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    return tuple(found[i] for i in order), rank[inverse]
