"""The rules of ``hebei-2022`` as the peers' queries state them; a test holds them to the rulebook.

Contacts are dates, so there is no evening evidence, and there are no facts: no latent points.
score = uses (at most 31 a month) x streak x frequency x complaint, 0 under a live dislike.
"""

from __future__ import annotations

from attrs import frozen

__all__ = [
    "AS_OF",
    "CAP",
    "CHANNELS",
    "COMPLAINED",
    "COMPLAINT",
    "DISLIKED",
    "END",
    "FREQUENCY",
    "MONTHS",
    "MONTH_STARTS",
    "MORE_THAN",
    "STREAK_OF_2",
    "STREAK_OF_3",
    "TIES",
    "Packing",
]

AS_OF = "2022-03"
MONTHS = 6
MONTH_STARTS = ("2021-10-01", "2021-11-01", "2021-12-01", "2022-01-01", "2022-02-01", "2022-03-01")
END = "2022-04-01"
"""The first day after the window, which begins with ``MONTH_STARTS[0]``."""

CHANNELS = ("hotline", "hall", "app", "wechat", "alipay", "sms", "bank", "portal")
TIES = ("app", "sms", "portal", "hotline", "hall", "wechat", "alipay", "bank")
"""Channels in the order in which they win a tie: owned first, then cheaper, then as above."""

CAP = 31
STREAK_OF_2, STREAK_OF_3 = 1.1, 1.2
MORE_THAN, FREQUENCY = 4, 1.4
COMPLAINT = 0.5

COMPLAINED, DISLIKED = 1 << 60, 1 << 61
"""Marks above the counts of the first packed word: a row with a mark does the work of a join."""


@frozen
class Packing:
    """The counts of six months in one or two 64-bit words, so that one sum counts them all.

    One word has 10 bits a month, for up to 1,023 uses of a channel in a month; where customers are
    skewed there are more, and two words have 20 bits a month.
    """

    words: int = 1

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the words."""
        return tuple(f"word_{word}" for word in range(self.words))

    @property
    def mask(self) -> int:
        """What one count leaves of a word that was shifted."""
        return (1 << self._bits) - 1

    def place(self, month: int) -> tuple[int, int]:
        """Return the word of a month and how far its count stands from the right."""
        return month // self._per_word, month % self._per_word * self._bits

    def weights(self, word: int) -> tuple[int, ...]:
        """Return what a use in each month adds to a word."""
        places = (self.place(month) for month in range(MONTHS))
        return tuple(1 << shift if at == word else 0 for at, shift in places)

    @property
    def _per_word(self) -> int:
        return MONTHS // self.words

    @property
    def _bits(self) -> int:
        return 60 // self._per_word
