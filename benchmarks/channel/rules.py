"""The rules of ``hebei-2022`` as the peers' queries state them; a test holds them to the rulebook.

Contacts are dates, so there is no evening evidence, and there are no facts: no latent points.
score = uses (at most 31 a month) x streak x frequency x complaint, 0 under a live dislike.
"""

from __future__ import annotations

__all__ = [
    "AS_OF",
    "BITS",
    "CAP",
    "CHANNELS",
    "COMPLAINED",
    "COMPLAINT",
    "DISLIKED",
    "END",
    "FREQUENCY",
    "MASK",
    "MONTHS",
    "MONTH_STARTS",
    "MORE_THAN",
    "STREAK_OF_2",
    "STREAK_OF_3",
    "TIES",
    "WEIGHTS",
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

BITS = 10
MASK = (1 << BITS) - 1
WEIGHTS = tuple(1 << BITS * month for month in range(MONTHS))
"""What a use in each month adds to the counts of six months packed in 64 bits, so that one sum
counts them all: 10 bits a month, for up to 1,023 uses of a channel in a month."""
COMPLAINED, DISLIKED = 1 << 60, 1 << 61
"""Marks above the counts: a row with a mark does the work of a join."""
