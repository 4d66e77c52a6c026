"""The bills of many groups that print the same lines, column by column (批量账单)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from powerchannel.billing.batch.exact import Ints
from powerchannel.money import decimal_text
from powerchannel.text import Text

__all__ = ["Block", "Choice", "LineColumn", "Numbers", "Texts", "Words", "words"]

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
    """A printed line that every bill of a block has; see `records.Line` (账单行列)."""

    code: str
    group: str
    period: str
    quantity: Numbers
    unit: str
    price: Words
    amount: Ints
    rule_id: Words
    status: str
    clause: str


@frozen(eq=False, kw_only=True)
class Block:
    """Bills that have the same registers, lines and values (同式账单).

    Parameters
    ----------
    groups, accounts, meters : ndarray of int64, shape (bills,)
        Keys over the names of the state.
    lines : tuple of LineColumn
        In the order in which they are printed.
    findings : tuple of (str, Text)
        Code and message of what every account should know.
    multiplier : ndarray of int64
        [1e-6]
    previous, current : mapping of register to ndarray of int64
        What was read [1e-6].
    metered, billed : mapping of period to ndarray of int64
        Energy in units of ``10**-metered_decimals`` and ``10**-billed_decimals``; under ``total``
        alone for a single rate.
    metered_decimals, billed_decimals : int
        As above.
    others : mapping of register to ndarray of int64
        What reverse and reactive registers counted, metered decimals.
    metered_reactive, reactive : ndarray of int64, optional
        Metered and billed decimals.
    metered_demand, demand : Numbers, optional
        [kW]
    factor : ndarray of int64, optional
        The power factor in hundredths; 0 for none.
    rate : Choice, optional
        The rate, where the power factor changes the bill [percent].
    fed_in : ndarray of int64, optional
        Billed decimals.
    feed_in_fen, feed_in_vat_fen : ndarray of int64, optional
        What is paid for it.
    """

    groups: Ints
    accounts: Ints
    meters: Ints
    lines: tuple[LineColumn, ...]
    findings: tuple[tuple[str, Text], ...] = ()
    multiplier: Ints
    previous: Mapping[str, Ints]
    current: Mapping[str, Ints]
    metered: Mapping[str, Ints]
    billed: Mapping[str, Ints]
    metered_decimals: int
    billed_decimals: int
    others: Mapping[str, Ints] = field(factory=dict)
    metered_reactive: Ints | None = None
    reactive: Ints | None = None
    metered_demand: Numbers | None = None
    demand: Numbers | None = None
    factor: Ints | None = None
    rate: Choice | None = None
    fed_in: Ints | None = None
    feed_in_fen: Ints | None = None
    feed_in_vat_fen: Ints | None = None

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
