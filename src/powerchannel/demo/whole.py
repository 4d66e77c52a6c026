"""The whole demonstration (完整演示)."""

from __future__ import annotations

from collections.abc import Iterator

from powerchannel.demo.bills import bill_lines
from powerchannel.demo.channels import channel_lines
from powerchannel.demo.suspects import suspect_lines
from powerchannel.demo.telling import Clock
from powerchannel.text import Lang

__all__ = ["demo_lines"]


def demo_lines(*, customers: int = 2000, lang: Lang = "zh", seed: int = 1) -> Iterator[str]:
    """Run the main jobs on made-up data and tell how it went (演示).

    Parameters
    ----------
    customers : int
        How many customers the province of the first part has [count].
    lang : {"zh", "en"}
        The language.
    seed : int
        The same seed gives the same data.

    Yields
    ------
    str
        What came in, what was left out and why, first choices, customers to steer, one customer
        explained; a few bills, one of them explained, and one that an audit blocks; whom to
        inspect, how many of those planted are on that list, and one suspect explained; and how
        long it took.
    """
    clock = Clock()
    yield from channel_lines(clock, customers, lang, seed)
    yield from bill_lines(clock, lang, seed)
    yield from suspect_lines(clock, lang, seed)
    yield clock.line(lang)
