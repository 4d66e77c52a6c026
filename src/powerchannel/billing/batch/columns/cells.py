"""Cells of many bills: exact decimals, and texts of which there are few (批量单元格)."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from powerchannel.billing.batch.columns.exact import Ints
from powerchannel.money import decimal_text

__all__ = ["Choice", "Numbers", "Texts", "Words", "words"]

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
