"""Which edition of which tariff holds for each account row (电价版本)."""

from __future__ import annotations

from datetime import date

import numpy as np
from numpy.typing import NDArray

from powerchannel.billing.batch.exact import Ints
from powerchannel.billing.rules import Rulebook
from powerchannel.billing.tariff import Tariff, editions
from powerchannel.billing.tariff.supported import supported
from powerchannel.ids import Ids

__all__ = ["Editions"]

_EPOCH = date(1970, 1, 1).toordinal()
_ALWAYS, _NEVER = -(2**31), 2**31 - 1


class Editions:
    """The tariffs of a rulebook by the key of their name, looked up once (电价版本表).

    Parameters
    ----------
    rulebook : Rulebook
        With the tariffs.
    names : ndarray of object
        The names that keys are over.
    """

    def __init__(self, rulebook: Rulebook, names: NDArray[np.object_]) -> None:
        self._rulebook, self._names = rulebook, names
        self._spans: dict[int, tuple[tuple[int, int, int], ...]] = {}
        self.tariffs: list[Tariff] = []

    def of(
        self, tariffs: NDArray[np.integer], begins: NDArray[np.integer], ends: NDArray[np.integer]
    ) -> tuple[Ints, NDArray[np.bool_]]:
        """Return the edition of each row, and where it changes within the row (各行电价版本).

        Parameters
        ----------
        tariffs : ndarray of int64
            Keys of names.
        begins, ends : ndarray of int32
            The days.

        Returns
        -------
        editions : ndarray of int64
            Places in `tariffs`; -1 where there is none that can be billed with.
        has_changed : ndarray of bool
            Whether another edition comes into force.
        """
        found = np.full(len(tariffs), -1)
        has_changed = np.zeros(len(tariffs), np.bool_)
        for key in np.unique(tariffs).tolist():
            mine = tariffs == key
            for first, last, place in self._of(key):
                begun = mine & (begins >= first) & (begins < last)
                found[begun] = place
                has_changed |= begun & (ends > last)
        return found, has_changed

    def _of(self, key: int) -> tuple[tuple[int, int, int], ...]:
        if key not in self._spans:
            self._spans[key] = tuple(self._read(key))
        return self._spans[key]

    def _read(self, key: int) -> list[tuple[int, int, int]]:
        name = Ids(np.array([key], np.int64), self._names).to_text()[0]
        if not any(tariff.name == name for tariff in self._rulebook.tariffs):
            return []
        books = editions(self._rulebook.tariffs, name).books
        if any(supported(book) for book in books):
            return []
        first = len(self.tariffs)
        self.tariffs += books
        return [
            (_day(book.effective_from, _ALWAYS), _day(book.effective_to, _NEVER), first + i)
            for i, book in enumerate(books)
        ]


def _day(day: date | None, otherwise: int) -> int:
    return otherwise if day is None else day.toordinal() - _EPOCH
