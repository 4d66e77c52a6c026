"""What the fields of rules are held against, and the words that refuse them (规则字段检查)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, TypeAlias

from powerchannel.errors import Problem, RulebookError, UnknownNameError
from powerchannel.registry import Registry
from powerchannel.rulebook.shapes import join, within
from powerchannel.text import Text

__all__ = [
    "Check",
    "above",
    "all_of",
    "at_least",
    "between",
    "each",
    "is_named",
    "once",
    "problem",
    "refuse",
    "unknown_names",
]

Check: TypeAlias = Callable[[object, Any, Any], None]
"""A validator of an attrs field."""


def problem(where: str, zh: str, en: str, *, code: str = "invalid") -> Problem:
    """Return a problem at a path (问题)."""
    return Problem(code=code, where=where, message=Text(zh, en))


def refuse(problems: Iterable[Problem]) -> None:
    """Raise one error with all problems, if there are any (一并拒绝)."""
    found = list(problems)
    if found:
        raise RulebookError(found)


def at_least(least: int) -> Check:
    """Return the check that a number is not below another; None passes (下限)."""

    def check(_: object, __: object, value: Decimal | int | None) -> None:
        if value is not None and value < least:
            raise ValueError(Text(f"{value} 应不小于 {least}", f"{value} must be at least {least}"))

    return check


def above(least: int) -> Check:
    """Return the check that a number is above another; None passes (须大于)."""

    def check(_: object, __: object, value: Decimal | int | None) -> None:
        if value is not None and value <= least:
            raise ValueError(Text(f"{value} 应大于 {least}", f"{value} must be above {least}"))

    return check


def between(least: int, most: int) -> Check:
    """Return the check that a number lies in a range, ends included; None passes (范围)."""

    def check(_: object, __: object, value: Decimal | int | None) -> None:
        if value is not None and not least <= value <= most:
            raise ValueError(
                Text(
                    f"{value} 应在 {least} 与 {most} 之间",
                    f"{value} must lie between {least} and {most}",
                )
            )

    return check


def all_of(*checks: Check) -> Check:
    """Return the check that makes several, and tells what each refuses (逐项检查)."""

    def check(record: object, attribute: object, value: object) -> None:
        refuse(found for one in checks for found in _refusals(one, record, attribute, value, "$"))

    return check


def each(check: Check) -> Check:
    """Return the check of every item of a list or table, each at its own path (逐个检查)."""

    def check_items(record: object, attribute: object, value: object) -> None:
        refuse(
            found
            for key, item in _items(value)
            for found in _refusals(check, record, attribute, item, join("$", key))
        )

    return check_items


def _refusals(
    check: Check, record: object, attribute: object, value: object, where: str
) -> list[Problem]:
    try:
        check(record, attribute, value)
    except RulebookError as error:
        return within(error, where)
    except ValueError as error:
        return [Problem(code="invalid", where=where, message=error.args[0])]
    return []


def _items(value: object) -> Iterator[tuple[str | int, object]]:
    if isinstance(value, Mapping):
        yield from value.items()
    elif isinstance(value, Sequence):
        yield from enumerate(value)


def is_named(_: object, __: object, value: str) -> None:
    """Refuse an empty name (名称不可为空)."""
    if not value.strip():
        raise ValueError(Text("名称不可为空；请填写", "the name is empty; write one"))


def once(_: object, __: object, value: Sequence[object]) -> None:
    """Refuse a list that has something twice (不可重复)."""
    twice = [
        problem(
            f"$[{i}]",
            f"{item} 已有；请删去一个",
            f"{item} stands above; remove one of them",
            code="repeated",
        )
        for i, item in enumerate(value)
        if item in value[:i]
    ]
    refuse(twice)


def unknown_names(what: Text, names: Iterable[str], known: Iterable[str]) -> Iterator[Problem]:
    """Yield a problem for each key that is not a known name, with those that are (未知名称).

    Parameters
    ----------
    what : Text
        What the names name.
    names : iterable of str
        The keys of a table; the path of each problem is that of the key.
    known : iterable of str
        The names there are.
    """
    registry = Registry(what, dict.fromkeys(known))
    for name in names:
        try:
            registry.get(name)
        except UnknownNameError as error:
            yield from within(error, join("$", name))
