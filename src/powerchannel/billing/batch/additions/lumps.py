"""Lines of fixed amounts that some bills have (定额账单行)."""

from __future__ import annotations

import numpy as np

from powerchannel.billing.batch.columns.exact import Ints
from powerchannel.billing.batch.columns.printed import LineColumn
from powerchannel.billing.reference.stage import Rule

__all__ = ["MOST_A_BILL", "MOST_FEN", "lump"]

MOST_A_BILL = 32
"""Lines of one kind that a bill has at most, else by the reference."""
MOST_FEN = 10**15
"""Of a line: as many lines as a bill has do not pass int64."""


def lump(code: str, group: str, rule: Rule, rows: Ints, fen: Ints, count: int) -> LineColumn:
    """Return the line of an amount that some bills have (定额账单行).

    Parameters
    ----------
    code, group, rule
        Of the line.
    rows, fen : ndarray of int64
        Which bills, and what each pays.
    count : int
        Bills.
    """
    amount, mask = np.zeros(count, np.int64), np.zeros(count, np.bool_)
    amount[rows], mask[rows] = fen, True
    return LineColumn(
        code=code,
        group=group,
        period="total",
        quantity=None,
        unit="yuan",
        price="",
        amount=amount,
        rule_id=rule.id,
        status=rule.status,
        clause=rule.clause,
        mask=None if mask.all() else mask,
    )
