"""Short ways to say what a column is, for the contracts of domains (列的简写)."""

from __future__ import annotations

from decimal import Decimal

from powerchannel.tables.schema import Column, Vocabulary
from powerchannel.text import Text

__all__ = ["code", "day", "flag", "moment", "name", "number"]


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
    is_measured: bool = False,
) -> Column:
    """Return a column of numbers, exact unless measured, not negative unless said (数值列)."""
    return Column(
        name=column,
        kind="decimal",
        title=title,
        description=meaning,
        is_required=is_required,
        aliases=aliases,
        decimals=decimals,
        is_measured=is_measured,
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


def moment(
    column: str, title: Text, meaning: Text, *aliases: str, is_required: bool = False
) -> Column:
    """Return a column of time stamps (时刻列)."""
    return Column(
        name=column,
        kind="time",
        title=title,
        description=meaning,
        is_required=is_required,
        aliases=aliases,
    )


def flag(column: str, title: Text, meaning: Text, *aliases: str) -> Column:
    """Return a column of yes or no (是否列)."""
    return Column(name=column, kind="flag", title=title, description=meaning, aliases=aliases)
