"""Why a group is left to the reference (转逐户原因)."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["REASONS", "Codes", "reason"]

Codes: TypeAlias = NDArray[np.uint8]

REASONS = (
    "",
    "several_rows",
    "tariff",
    "tariff_changes",
    "meters",
    "relations",
    "lines",
    "givens",
    "incidents",
    "adjustments",
    "debts",
    "transformer_loss",
    "transformer_states",
    "readings",
    "backwards",
    "total_and_parts",
    "too_large",
    "price_missing",
    "power_factor",
    "demand",
    "year_to_date",
    "intervals",
)
"""Why a group is left to the reference; the first is: it is not."""


def reason(name: str) -> int:
    """Return the number of a reason (原因代码).

    Examples
    --------
    >>> REASONS[reason("givens")]
    'givens'
    """
    return REASONS.index(name)
