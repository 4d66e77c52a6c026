"""The preference rules as the scoring loop takes them: a few numbers, packed for both paths."""

from __future__ import annotations

import struct

from attrs import frozen

__all__ = [
    "CHANNELS",
    "COMPLAINT",
    "DISLIKE",
    "LATENT",
    "MAX_DIGITS",
    "MAX_MONTHS",
    "MAX_SHARDS",
    "MAX_STEPS",
    "NOWHERE",
    "NO_CHOICE",
    "LoopRules",
]

CHANNELS = 8
"""Channels of a plane: a customer and month is one 64-bit word."""
MAX_DIGITS = 18
"""Digits of an id that is held as an integer."""
MAX_MONTHS = 8
MAX_STEPS = 4
MAX_SHARDS = 64
LATENT, COMPLAINT, DISLIKE = 0x3F, 0x40, 0x80
"""Bits of a modifier: latent points, a complaint in the window, a live dislike."""
NO_CHOICE = 255
NOWHERE = 255
_UNREACHED = 99
_LAYOUT = struct.Struct("8d2d4d4q3q8q")


@frozen(kw_only=True)
class LoopRules:
    """What the loop multiplies with (循环系数).

    Parameters
    ----------
    points : tuple of float
        Points per use of each of the 8 channels.
    streak : tuple of (int, float)
        Months and factor, at least 1, of each step, ascending; at most 4. The run ends in the last
        month.
    frequency : float
        The factor for many uses, at least 1.
    complaint : float
        The factor for a complaint.
    more_than : int
        Uses above which `frequency` applies; 0 to 255.
    cap : int
        At most so many uses a channel and month count; at most 255 in all months together.
    is_largest : bool
        Whether the larger of streak and frequency counts alone.
    tie_order : tuple of int
        Channels in the order in which they win a tie.
    """

    points: tuple[float, ...]
    streak: tuple[tuple[int, float], ...]
    frequency: float
    complaint: float
    more_than: int
    cap: int
    is_largest: bool
    tie_order: tuple[int, ...]

    def pack(self) -> bytes:
        """Return the rules as the compiled loop reads them (打包)."""
        steps = [*self.streak, *[(_UNREACHED, 1.0)] * (MAX_STEPS - len(self.streak))]
        return _LAYOUT.pack(
            *self.points,
            self.frequency,
            self.complaint,
            *(factor for _, factor in steps),
            *(months for months, _ in steps),
            self.cap,
            self.more_than,
            self.is_largest,
            *self.tie_order,
        )
