"""Short ways to say what a column of a billing table is (计费列)."""

from __future__ import annotations

from decimal import Decimal

from powerchannel.tables import Column, Vocabulary
from powerchannel.text import Text

__all__ = ["METER", "code", "day", "flag", "name", "number", "period_end"]


def name(
    column: str, title: Text, meaning: Text, *aliases: str, is_required: bool = False
) -> Column:
    """Return a column of ids or names (编号列)."""
    return Column(
        name=column,
        kind="id",
        title=title,
        description=meaning,
        is_required=is_required,
        aliases=aliases,
    )


def code(
    column: str,
    title: Text,
    meaning: Text,
    codes: Vocabulary,
    *aliases: str,
    is_required: bool = False,
    default: str = "",
) -> Column:
    """Return a column of codes (代码列)."""
    return Column(
        name=column,
        kind="code",
        title=title,
        description=meaning,
        is_required=is_required,
        aliases=aliases,
        codes=codes,
        default=default,
    )


def number(
    column: str,
    title: Text,
    meaning: Text,
    *aliases: str,
    decimals: int = 4,
    minimum: Decimal | None = Decimal(0),
    maximum: Decimal | None = None,
    unit: str = "",
    is_required: bool = False,
) -> Column:
    """Return a column of exact numbers, not negative unless said (数值列)."""
    return Column(
        name=column,
        kind="decimal",
        title=title,
        description=meaning,
        is_required=is_required,
        aliases=aliases,
        decimals=decimals,
        minimum=minimum,
        maximum=maximum,
        unit=unit,
    )


def day(
    column: str,
    title: Text,
    meaning: Text,
    *aliases: str,
    is_required: bool = False,
    is_any_year: bool = False,
) -> Column:
    """Return a column of days (日期列)."""
    return Column(
        name=column,
        kind="date",
        title=title,
        description=meaning,
        is_required=is_required,
        aliases=aliases,
        is_any_year=is_any_year,
    )


def flag(column: str, title: Text, meaning: Text, *aliases: str) -> Column:
    """Return a column of yes or no (是否列)."""
    return Column(name=column, kind="flag", title=title, description=meaning, aliases=aliases)


def period_end(zh: str, en: str) -> Column:
    """Return the column of the billing period that a row belongs to (账期止)."""
    return day(
        "period_ended_on",
        Text("账期结束日期", "period ended on"),
        Text(f"所属计费期之后的第一天，{zh}", f"the first day after its billing period; {en}"),
        *("账期止", "计费期止"),
    )


METER = name(
    "meter_id",
    Text("表号", "meter"),
    Text("电能表或计量点的编号", "the meter or metering point"),
    *("电表编号", "电能表编号", "表计编号", "计量点编号", "资产编号"),
    is_required=True,
)
"""Whose registers and intervals they are (表号列)."""
