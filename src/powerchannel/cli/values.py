"""Values of options, from the words of a command; what is wrong with one is said at once."""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from powerchannel.cli.inputs import Assignment

__all__ = [
    "amount",
    "assignment",
    "count",
    "month",
    "seed",
    "share",
    "span",
    "threads",
]

_MOST_THREADS = 64


def assignment(option: str) -> Callable[[str], Assignment]:
    """Return what reads the value of ``--column`` or ``--set`` (列赋值)."""

    def parse(word: str) -> Assignment:
        from powerchannel.cli.inputs import Assignment

        try:
            return Assignment.parse(word)
        except ValueError:
            form = "NAME=HEADER" if option == "--column" else "NAME=VALUE"
            raise _wrong(word, f"应写成 / must read [TABLE.]{form}") from None

    return parse


def month(word: str) -> str:
    """Read a month (月份).

    Examples
    --------
    >>> month("2022-03")
    '2022-03'
    """
    from powerchannel.errors import PowerChannelError
    from powerchannel.periods import format_month, parse_month

    try:
        return format_month(parse_month(word))
    except PowerChannelError:
        raise _wrong(word, "不是月份 / is not a month: 2022-03") from None


def count(word: str) -> int:
    """Read a whole number above 0 (正整数)."""
    if not word.isdecimal() or int(word) == 0:
        raise _wrong(word, "应为正整数 / must be a whole number above 0")
    return int(word)


def threads(word: str) -> int:
    """Read a number of threads (线程数)."""
    found = count(word)
    if found > _MOST_THREADS:
        raise _wrong(word, f"应不超过 / must be at most {_MOST_THREADS}")
    return found


def seed(word: str) -> int:
    """Read what a random choice is made with: a whole number from 0 on (随机种子)."""
    if not word.isdecimal():
        raise _wrong(word, "应为非负整数 / must be a whole number from 0 on")
    return int(word)


def amount(word: str) -> float:
    """Read a number from 0 on (非负数)."""
    found = _number(word)
    if not 0 <= found < math.inf:
        raise _wrong(word, "应为非负数 / must be a number from 0 on")
    return found


def span(word: str) -> float:
    """Read a number above 0 (正数)."""
    found = _number(word)
    if not 0 < found < math.inf:
        raise _wrong(word, "应为正数 / must be a number above 0")
    return found


def share(word: str) -> float:
    """Read a share (占比).

    Examples
    --------
    >>> share("0.05")
    0.05
    """
    found = _number(word)
    if not 0 <= found <= 1:
        raise _wrong(word, "应在 0 与 1 之间 / must be within 0 and 1")
    return found


def _number(word: str) -> float:
    """Return the number, or NaN, which is within no bounds."""
    try:
        return float(word)
    except ValueError:
        return math.nan


def _wrong(word: str, what: str) -> argparse.ArgumentTypeError:
    return argparse.ArgumentTypeError(f"{word!r} {what}")
