"""The bills of many groups that print the same lines, column by column (批量账单)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from powerchannel.billing.batch.exact import Ints
from powerchannel.money import decimal_text
from powerchannel.text import Text

if TYPE_CHECKING:
    from powerchannel.billing.batch.accounts import Billed

__all__ = [
    "Block",
    "Choice",
    "FindingColumn",
    "LineColumn",
    "MeterColumn",
    "NoteColumn",
    "Numbers",
    "RegisterColumn",
    "Texts",
    "Words",
    "words",
]

Texts: TypeAlias = NDArray[np.object_]


@frozen(eq=False)
class Numbers:
    """Exact decimals, one a bill (小数列).

    Parameters
    ----------
    values : ndarray of int64
        In units of ``10**-decimals``.
    decimals : int
        As above.
    shown : int or ndarray of int64, optional
        Decimals that are printed, where not all of them; what is cut off is 0.
    """

    values: Ints
    decimals: int
    shown: int | Ints | None = None

    def where(self, mask: NDArray[np.bool_]) -> Numbers:
        """Return some of them (筛选)."""
        shown = (
            self.shown if self.shown is None or isinstance(self.shown, int) else self.shown[mask]
        )
        return Numbers(self.values[mask], self.decimals, shown)

    def text(self) -> Texts:
        """Return them as they are printed (小数文本).

        Examples
        --------
        >>> Numbers(np.array([1200, -5000]), 3, np.array([1, 0])).text().tolist()
        ['1.2', '-5']
        """
        shown = self.decimals if self.shown is None else self.shown
        if isinstance(shown, int):
            return self._text(self.values, shown)
        out = np.empty(len(self.values), object)
        for decimals in np.unique(shown).tolist():
            mine = shown == decimals
            out[mine] = self._text(self.values[mine], decimals)
        return out

    def _text(self, values: Ints, shown: int) -> Texts:
        less = self.decimals - shown
        scaled = values // 10**less if less > 0 else values * 10**-less
        text = decimal_text(scaled, shown) if shown else scaled.astype(np.str_)
        return text.astype(object)


@frozen(eq=False)
class Choice:
    """One of a few texts, one a bill (选取的文本)."""

    texts: tuple[str, ...]
    index: Ints


Words: TypeAlias = "str | Choice"


def words(cells: Words, count: int) -> Texts:
    """Return texts, one a bill (展开文本).

    Examples
    --------
    >>> words("a", 2).tolist(), words(Choice(("x", "y"), np.array([1, 0])), 2).tolist()
    (['a', 'a'], ['y', 'x'])
    """
    if isinstance(cells, Choice):
        return np.array(cells.texts, object)[cells.index]
    return np.full(count, cells, object)


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


@frozen(eq=False, kw_only=True)
class Block:
    """Bills of account rows that have the same lines and values (同式账单).

    Parameters
    ----------
    groups, accounts : ndarray of int64, shape (bills,)
        Keys over the names of the state.
    ranks : ndarray of int64
        In the order of the accounts of a group.
    is_alone : ndarray of bool
        Which accounts are the only one of their group.
    lines : tuple of LineColumn
        In the order in which they are printed.
    findings : tuple of FindingColumn
        In the order in which they are told, behind the notes of the energy.
    energy : Billed
        What is billed.
    metered_decimals, billed_decimals : int
        Of its energy.
    metered_demand, demand : Numbers, optional
        [kW]
    factor : ndarray of int64, optional
        The power factor in hundredths; 0 for none.
    rate : Choice, optional
        The rate, where the power factor changes the bill [percent].
    fed_in : mapping of name to Numbers
        The results of what was fed in, where it is not 0.
    """

    groups: Ints
    accounts: Ints
    ranks: Ints
    is_alone: NDArray[np.bool_]
    lines: tuple[LineColumn, ...]
    findings: tuple[FindingColumn, ...] = ()
    energy: Billed
    metered_decimals: int
    billed_decimals: int
    metered_demand: Numbers | None = None
    demand: Numbers | None = None
    factor: Ints | None = None
    rate: Choice | None = None
    fed_in: Mapping[str, Numbers] = field(factory=dict)

    def __len__(self) -> int:
        return len(self.groups)

    @property
    def amount(self) -> Ints:
        """What each bill comes to [fen] (应收)."""
        return total([line.amount for line in self.lines], len(self))


def total(parts: list[Ints], count: int) -> Ints:
    """Return the sum of columns (列合计)."""
    out = np.zeros(count, np.int64)
    for part in parts:
        out += part
    return out
