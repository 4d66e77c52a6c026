"""The periods that prices may stand under (电价时段)."""

from __future__ import annotations

from collections.abc import Mapping

from powerchannel.billing.records import PERIODS
from powerchannel.rulebook.checks import refuse, unknown_names
from powerchannel.text import Text

__all__ = ["PRICE_PERIODS", "known_periods"]

PRICE_PERIODS: tuple[str, ...] = (*PERIODS, "total")
"""The periods that prices may stand under; ``total`` is the price of energy without periods."""


def known_periods(_: object, __: object, value: Mapping[str, object]) -> None:
    """Refuse prices under anything but a period or ``total`` (未知时段)."""
    refuse(unknown_names(Text("时段", "period"), value, PRICE_PERIODS))
