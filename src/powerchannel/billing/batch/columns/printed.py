"""What many bills print, column by column: lines, registers, meters, what is told (打印列)."""

from __future__ import annotations

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from powerchannel.billing.batch.columns.cells import Numbers, Words
from powerchannel.billing.batch.columns.exact import Ints
from powerchannel.text import Text

__all__ = ["FindingColumn", "LineColumn", "MeterColumn", "NoteColumn", "RegisterColumn"]


@frozen(eq=False, kw_only=True)
class LineColumn:
    """A printed line of the bills of a block; see `records.Line` (账单行列).

    Parameters
    ----------
    quantity : Numbers, optional
        None for an amount that is no quantity at a price.
    amount : ndarray of int64
        [fen]; 0 where a bill has no such line.
    mask : ndarray of bool, optional
        The bills that have it; None for all.
    """

    code: str
    group: str
    period: str
    quantity: Numbers | None
    unit: str
    price: Words
    amount: Ints
    rule_id: Words
    status: Words
    clause: Words
    mask: NDArray[np.bool_] | None = None


@frozen(eq=False, kw_only=True)
class FindingColumn:
    """What a person should know of the bills of a block, each of its account (提示列).

    Parameters
    ----------
    code : str
        Its code.
    zh, en : words
        The message.
    mask : ndarray of bool, optional
        The bills that have it; None for all.
    is_last : bool
        Whether it stands behind those of all accounts of the group.
    """

    code: str
    zh: Words
    en: Words
    mask: NDArray[np.bool_] | None = None
    is_last: bool = False


@frozen(eq=False, kw_only=True)
class NoteColumn:
    """What the energy of some bills of a block is to be told of (电量提示列).

    Parameters
    ----------
    bill : ndarray of int64
        Which bill each is of.
    ids : ndarray of int64
        The key of the meter or account.
    code : str
        Its code.
    messages : Text or tuple of Text
        What it says: to all, or to each.
    """

    bill: Ints
    ids: Ints
    code: str
    messages: Text | tuple[Text, ...]

    def where(self, mask: NDArray[np.bool_]) -> NoteColumn:
        """Return those of some of the bills (筛选)."""
        place = np.cumsum(mask) - 1
        kept = np.flatnonzero(mask[self.bill])
        texts = self.messages
        return NoteColumn(
            bill=place[self.bill[kept]],
            ids=self.ids[kept],
            code=self.code,
            messages=texts if isinstance(texts, Text) else tuple(texts[i] for i in kept.tolist()),
        )


@frozen(eq=False, kw_only=True)
class RegisterColumn:
    """A printed row of a register of the bills of a block; see `records.RegisterRow` (示数行列).

    Parameters
    ----------
    bill : ndarray of int64, optional
        Which bill each row is of; None for one a bill.
    order : ndarray of int64
        Its place among those of its bill.
    meter : ndarray of int64, optional
        Keys; None where there is no meter.
    register, period : str
        What was counted.
    previous, current : ndarray of int64, optional
        What was read [1e-6].
    multiplier : ndarray of int64, optional
        [1e-6]; 1 where there is none.
    metered : Numbers, optional
        What was counted; 0 where it is None, as with what follows.
    transformer, line, added : Numbers, optional
        What losses, and all else, add to it.
    """

    bill: Ints | None = None
    order: Ints
    meter: Ints | None
    register: str
    period: str
    previous: Ints | None = None
    current: Ints | None = None
    multiplier: Ints | None = None
    metered: Numbers | None = None
    transformer: Numbers | None = None
    line: Numbers | None = None
    added: Numbers | None = None


@frozen(eq=False, kw_only=True)
class MeterColumn:
    """A result of meters of the bills of a block (计量点结果列).

    Parameters
    ----------
    bill : ndarray of int64, optional
        Which bill each meter is of; None for one a bill.
    meter : ndarray of int64
        Keys.
    name, period : str
        Which result.
    cells : Numbers
        As printed.
    """

    bill: Ints | None = None
    meter: Ints
    name: str
    period: str
    cells: Numbers
