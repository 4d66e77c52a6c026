"""When a computed value is the one expected: half-up at the decimals that were written."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation, localcontext
from typing import TypeAlias

import numpy as np

__all__ = ["Cell", "Key", "Value", "agrees", "as_text", "number_of"]

Cell: TypeAlias = str | int | bool | Decimal | date
"""What a case file writes into one cell."""

Value: TypeAlias = str | int | float | bool | Decimal | date | np.generic | None
"""What a domain computes; None is no value."""

Key: TypeAlias = tuple[str, ...]
"""What names one value, in the order of the columns of ``[expect]`` that name it."""

_MOST_DIGITS = 400  # enough for any float64 at any number of decimals a person writes
_FLOAT64_DIGITS = 15  # what follows is noise of the last binary place, such as 6 x 1.2


def agrees(found: Value, expected: Cell, tolerance: Cell = "") -> bool:
    """Tell whether a value is the one a case expects (是否相符).

    Parameters
    ----------
    found : Value
        What was computed.
    expected : Cell
        What the case writes. An empty text expects no value. A number is compared half-up at the
        decimals written: 2.2 fits "2" and "2.2" but not "2.20001".
    tolerance : Cell
        Where it is given, the largest difference allowed instead.

    Examples
    --------
    >>> agrees(np.float32(10.08), "10.08"), agrees(2.5, "3"), agrees(2.5, "2")
    (True, True, False)
    >>> agrees(2.53, "2.5", "0.02"), agrees(None, "")
    (False, True)
    """
    number = None if isinstance(found, str) else number_of(found)
    wanted = number_of(expected)
    if wanted is None or number is None:
        return as_text(found) == as_text(expected)
    allowed = number_of(tolerance)
    with localcontext() as context:
        context.prec = _MOST_DIGITS
        if allowed is not None:
            return abs(number - wanted) <= allowed
        places = Decimal(1).scaleb(min(0, int(wanted.as_tuple().exponent)))
        return number.quantize(places, rounding=ROUND_HALF_UP) == wanted


def number_of(value: Value) -> Decimal | None:
    """Return a value as the decimal that a person reads, or None where it is no number (取数).

    A binary float is read as it prints: float32 by its shortest text, float64 by 15 digits.
    """
    if value is None or isinstance(value, bool | np.bool_ | date):
        return None
    if isinstance(value, float):
        return _decimal(f"{value:.{_FLOAT64_DIGITS}g}")
    return _decimal(str(value).strip())


def _decimal(text: str) -> Decimal | None:
    try:
        found = Decimal(text)
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def as_text(value: Value) -> str:
    """Return a value as a case file would write it; no value is empty (写作文本)."""
    match value:
        case None:
            return ""
        case bool() | np.bool_():
            return "true" if value else "false"
        case date():
            return value.isoformat()
        case str():
            return value
    number = number_of(value)
    return str(value) if number is None else f"{number:f}"
