"""What a field of a rulebook may be: the few types that a document can hold without loss."""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Literal, Union, get_args, get_origin

import attrs

from powerchannel.errors import PowerChannelError, Problem

__all__ = ["SCALARS", "fields_of", "join", "key_of", "members", "within", "without_none"]

SCALARS = (str, int, bool, Decimal, date)
"""The types of a single value."""


def fields_of(cls: type) -> tuple[attrs.Attribute[object], ...]:
    """Return the fields of a record class that stand in a document (记录的字段).

    Their types are resolved and sure to be of those that a document holds: `SCALARS`, `Literal`,
    ``tuple[X, ...]``, ``Mapping[str, X]``, attrs classes, and ``X | None`` of any of these.

    Parameters
    ----------
    cls : type
        An attrs class.

    Raises
    ------
    TypeError
        When it is no attrs class, or a field is of another type; that is a fault of the class,
        not of a document.
    """
    if not attrs.has(cls):
        raise TypeError(f"{cls!r} 不是 attrs 类 / is not an attrs class")
    attrs.resolve_types(cls)
    fields = tuple(field for field in attrs.fields(cls) if field.init)
    for field in fields:
        _check(field, f"{cls.__qualname__}.{field.name}")
    return fields


def _check(field: attrs.Attribute[object], where: str) -> None:
    declared, is_optional = without_none(field.type)
    if is_optional and field.default is not None:
        raise TypeError(
            f"{where}: 可以为空的字段，默认值应为 None（文件中不写即为空） / "
            "a field that may be None must default to None (absent means None in a document)"
        )
    if not _is_held(declared):
        raise TypeError(
            f"{where}: 规则集字段不能是 {declared!r} / a field of a rulebook cannot be "
            f"{declared!r}; str, int, bool, Decimal, date, Literal, X | None, tuple[X, ...], "
            "Mapping[str, X], attrs"
        )


def _is_held(declared: object) -> bool:
    arguments = get_args(declared)
    match get_origin(declared):
        case None:
            return declared in SCALARS or (isinstance(declared, type) and attrs.has(declared))
        case origin if origin is tuple:
            return arguments[1:] == (Ellipsis,) and _is_held(arguments[0])
        case origin if origin is Mapping:
            return arguments[0] is str and _is_held(arguments[1])
        case origin:
            return origin is Literal


def without_none(declared: object) -> tuple[object, bool]:
    """Return X and True for ``X | None``, any other type and False (去掉可空)."""
    others = [each for each in get_args(declared) if each is not types.NoneType]
    is_union = get_origin(declared) in (Union, types.UnionType)
    is_optional = is_union and len(others) == 1
    return (others[0] if is_optional else declared), is_optional


def key_of(field: attrs.Attribute[object]) -> str:
    """Return the key of a field, which is the name of the constructor's argument (字段的键)."""
    return field.alias or field.name


def members(record: object) -> Iterator[tuple[str, object]]:
    """Yield the keys and values that a record has in a document (记录的键与值).

    Parameters
    ----------
    record : object
        An instance of an attrs class; anything else has none.
    """
    cls = type(record)
    if attrs.has(cls):
        for field in attrs.fields(cls):
            if field.init:
                yield key_of(field), getattr(record, field.name)


def join(path: str, key: str | int) -> str:
    """Return the path of a value within another (路径拼接).

    Examples
    --------
    >>> join(join("$.steps", 1), "factor")
    '$.steps[1].factor'
    >>> join("$.points", "a b")
    "$.points['a b']"
    """
    if isinstance(key, int):
        return f"{path}[{key}]"
    is_plain = key.replace("-", "_").replace("_", "a").isalnum()
    return f"{path}.{key}" if is_plain else f"{path}[{key!r}]"


def within(error: Exception, path: str) -> list[Problem]:
    """Return the problems of a value as those of the document it stands in (问题归位).

    Parameters
    ----------
    error : Exception
        A `PowerChannelError`; any other is a fault of the program and is raised.
    path : str
        The path of the value, which takes the place of ``"$"``.
    """
    if not isinstance(error, PowerChannelError):
        raise error
    return [attrs.evolve(each, where=_moved(each.where, path)) for each in error.problems]


def _moved(where: str, path: str) -> str:
    return path + where[1:] if where.startswith("$") else path
