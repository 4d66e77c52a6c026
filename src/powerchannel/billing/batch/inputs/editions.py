"""Which edition of which tariff holds for each account row (电价版本)."""

from __future__ import annotations

from datetime import date

import numpy as np
from numpy.typing import NDArray

from powerchannel.billing.batch.columns.exact import Ints
from powerchannel.billing.batch.columns.keys import distinct
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
        self._editions: list[Tariff] = []
        self._places: dict[tuple[int, int], int] = {}
        self.tariffs: list[tuple[Tariff, ...]] = []

    def of(
        self, tariffs: NDArray[np.integer], begins: NDArray[np.integer], ends: NDArray[np.integer]
    ) -> Ints:
        """Return the editions of each row (各行电价版本).

        Parameters
        ----------
        tariffs : ndarray of int64
            Keys of names.
        begins, ends : ndarray of int32
            The days.

        Returns
        -------
        ndarray of int64
            Places in `tariffs`, of all editions that come into force within the row; -1 where
            there is none that can be billed with on the first or the last day.
        """
        found = np.full(len(tariffs), -1)
        for key in distinct(tariffs):
            mine, spans = tariffs == key, self._of(key)
            for first, last, place in spans:
                begun = mine & (begins >= first) & (begins < last)
                found[begun] = self._place(place, place)
                if (begun & (ends > last)).any():
                    found[begun & (ends > last)] = -1
                    for since, until, other in spans:
                        both = begun & (ends > last) & (ends > since) & (ends <= until)
                        found[both] = self._place(place, other)
        return found

    def changes(self, place: int) -> tuple[int, ...]:
        """Return the days on which an edition follows another (变价日).

        Parameters
        ----------
        place : int
            In `tariffs`.
        """
        return tuple(_day(tariff.effective_from, _ALWAYS) for tariff in self.tariffs[place][1:])

    def _place(self, first: int, last: int) -> int:
        """Return the place of editions one after another."""
        if (first, last) not in self._places:
            self._places[first, last] = len(self.tariffs)
            self.tariffs.append(tuple(self._editions[first : last + 1]))
        return self._places[first, last]

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
        first = len(self._editions)
        self._editions += books
        return [
            (_day(book.effective_from, _ALWAYS), _day(book.effective_to, _NEVER), first + i)
            for i, book in enumerate(books)
        ]


def _day(day: date | None, otherwise: int) -> int:
    return otherwise if day is None else day.toordinal() - _EPOCH
