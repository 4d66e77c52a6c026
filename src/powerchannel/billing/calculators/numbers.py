"""Reading the arguments of a calculation strictly, and giving exact results back."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from typing import TypeAlias

from powerchannel.billing.records import PERIODS
from powerchannel.billing.reference.rounding import half_up
from powerchannel.errors import TableError, UnknownNameError
from powerchannel.registry import did_you_mean

__all__ = [
    "TOTAL",
    "Number",
    "Numbers",
    "by_period",
    "by_period_prices",
    "decimal_of",
    "fraction_of",
    "not_negative",
    "positive",
    "priced",
    "refused",
    "spread",
    "whole",
]

Number: TypeAlias = Decimal | str | int
"""A number as arguments have it: exact, never a float."""

Numbers: TypeAlias = Mapping[str, Number] | Number
"""One number, or one a period."""

TOTAL = "total"
_EXACT = Context(prec=40, rounding=ROUND_HALF_UP)


def fraction_of(value: Number, where: str) -> Fraction:
    """Return a number exactly (读入数值).

    Parameters
    ----------
    value : Decimal, str or int
        The number.
    where : str
        The name of the argument, for the message.

    Raises
    ------
    TypeError
        For a float, which cannot hold most decimals exactly, and any other type.
    TableError
        When it is no finite number.

    Examples
    --------
    >>> fraction_of("0.25", "ratio")
    Fraction(1, 4)
    """
    if isinstance(value, bool) or not isinstance(value, (Decimal, str, int)):
        kind = type(value).__name__
        raise TypeError(
            f"{where}: 需要 Decimal、文本或整数，而不是 {kind}；浮点数请先转为文本 / "
            f"a Decimal, text or an int is needed, not {kind}; turn a float into text first"
        )
    try:
        return Fraction(Decimal(value))
    except (ArithmeticError, ValueError):
        raise refused(
            "not_a_number",
            where,
            f"“{value}”不是数；请写作 0.25 之类",
            f"{str(value)!r} is no number; write it like 0.25",
        ) from None


def refused(code: str, where: str, zh: str, en: str) -> TableError:
    """Return the error of an argument that cannot be taken (参数错误)."""
    return TableError.of(code, where, zh, en)


def positive(value: Number, where: str) -> Fraction:
    """Return a number above 0 (读入正数).

    Raises
    ------
    TableError
        When it is 0 or less.
    """
    found = fraction_of(value, where)
    if found <= 0:
        raise refused(
            "not_positive",
            where,
            f"须大于 0，实为 {value}；请核对单位与数值",
            f"must be above 0, found {value}; check its unit and value",
        )
    return found


def not_negative(value: Number, where: str) -> Fraction:
    """Return a number that is 0 or more (读入非负数).

    Raises
    ------
    TableError
        When it is negative.
    """
    found = fraction_of(value, where)
    if found < 0:
        raise refused(
            "negative",
            where,
            f"不得为负，实为 {value}；请核对符号",
            f"must not be negative, found {value}; check its sign",
        )
    return found


def whole(value: Number, where: str) -> int:
    """Return a whole number that is 0 or more (读入非负整数).

    Raises
    ------
    TableError
        When it is negative or has a fraction.
    """
    found = not_negative(value, where)
    if found.denominator != 1:
        raise refused(
            "not_whole",
            where,
            f"须为整数，实为 {value}",
            f"a whole number is needed, found {value}",
        )
    return found.numerator


def decimal_of(value: Fraction) -> Decimal:
    """Return a fraction as a decimal: exact where it ends, else to 40 digits (转为小数).

    Examples
    --------
    >>> decimal_of(Fraction(1, 8))
    Decimal('0.125')
    """
    return _EXACT.divide(Decimal(value.numerator), Decimal(value.denominator))


def by_period(values: Numbers, where: str) -> dict[str, Fraction]:
    """Return one number as the total, or the parts of a mapping (按时段读入).

    Parameters
    ----------
    values : mapping of period to number, or number
        ``total`` may stand beside the parts, or alone.
    where : str
        The name of the argument.

    Returns
    -------
    dict of str to Fraction
        The parts in the order of the day, or ``total`` alone.

    Raises
    ------
    UnknownNameError
        For a period that there is not.
    TableError
        When nothing is given, or the total is not the sum of the parts.

    Examples
    --------
    >>> by_period({"valley": 2, "peak": "1.5", "total": "3.5"}, "kwh")
    {'peak': Fraction(3, 2), 'valley': Fraction(2, 1)}
    """
    parts, total = _read_periods(values, where)
    found = sum(parts.values(), Fraction(0))
    if parts and total is not None and found != total:
        stated, summed = decimal_of(total), decimal_of(found)
        raise refused(
            "total_is_not_the_sum",
            where,
            f"total 为 {stated}，各时段合计为 {summed}；请改正，或只给各时段",
            f"total is {stated}, the periods sum to {summed}; correct it, or give only them",
        )
    return parts or {TOTAL: total if total is not None else Fraction(0)}


def _read_periods(values: Numbers, where: str) -> tuple[dict[str, Fraction], Fraction | None]:
    if not isinstance(values, Mapping):
        return {}, fraction_of(values, where)
    if not values:
        raise refused(
            "nothing_given",
            where,
            "没有给出任何时段；请给一个数，或各时段的数",
            "no period is given; give one number, or one a period",
        )
    read = {name: fraction_of(each, f"{where}.{name}") for name, each in values.items()}
    total = read.pop(TOTAL, None)
    for name in read:
        if name not in PERIODS:
            raise _unknown_period(name, where)
    return {name: read[name] for name in PERIODS if name in read}, total


def _unknown_period(name: str, where: str) -> UnknownNameError:
    near = "".join(did_you_mean(name, PERIODS)[:1])
    known = ", ".join((*PERIODS, TOTAL))
    zh = f"；是否为 {near}？" if near else "。"
    en = f"; did you mean {near}?" if near else "."
    return UnknownNameError.of(
        "unknown_period",
        where,
        f"没有时段 {name!r}{zh}可用：{known}",
        f"there is no period {name!r}{en} Known: {known}",
    )


def spread(parts: Mapping[str, Fraction]) -> dict[str, Decimal]:
    """Return parts with their total, for a result (各时段与合计)."""
    shown = {name: decimal_of(value) for name, value in parts.items()}
    return {**shown, TOTAL: decimal_of(sum(parts.values(), Fraction(0)))}


def priced(energy: Mapping[str, Fraction], prices: Numbers) -> dict[str, Decimal]:
    """Return the amount of each line, rounded once, and their sum (按价计费).

    Parameters
    ----------
    energy : mapping of period to Fraction
        As `by_period` gives it. [kWh]
    prices : mapping of period to number, or number
        One price is charged on the total, in one line. [yuan/kWh]

    Raises
    ------
    TableError
        When a period has no price, or prices by period meet energy without periods.

    Examples
    --------
    >>> priced({"peak": Fraction(3, 2), "valley": Fraction(2)}, "0.5")
    {'total': Decimal('1.75')}
    """
    known = by_period_prices(prices)
    if TOTAL in known:
        energy = {TOTAL: sum(energy.values(), Fraction(0))}
    lines = {n: half_up(kwh * _price(known, n), 2) for n, kwh in energy.items()}
    return {**lines, TOTAL: sum(lines.values(), Decimal(0))}


def by_period_prices(prices: Numbers) -> dict[str, Fraction]:
    """Return prices by period; unlike energy they have no sum (按时段读入电价)."""
    parts, total = _read_periods(prices, "prices")
    return parts if total is None else {TOTAL: total}


def _price(prices: Mapping[str, Fraction], period: str) -> Fraction:
    if period not in prices:
        raise refused(
            "no_price",
            "prices",
            f"时段 {period} 没有电价（已给：{', '.join(prices)}）；请补上，或只给一个电价",
            f"period {period} has no price (given: {', '.join(prices)}); "
            "add it, or give one price for all",
        )
    return prices[period]
