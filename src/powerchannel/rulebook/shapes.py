"""What a field of a rulebook may be: the few types that a document can hold without loss."""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Literal, TypeAlias, Union, get_args, get_origin

import attrs
from attrs import AttrsInstance, frozen

__all__ = [
    "Choice",
    "Field",
    "Keyed",
    "Many",
    "Record",
    "Scalar",
    "Shape",
    "fields_of",
    "join",
    "members",
    "record_shape",
]

_SCALARS = (str, int, bool, Decimal, date)


@frozen
class Scalar:
    """One value: str, int, bool, Decimal or date (单值)."""

    kind: type


@frozen
class Choice:
    """One of a few values, declared as ``Literal`` (可选值)."""

    values: tuple[object, ...]


@frozen
class Many:
    """A list of one shape, declared as ``tuple[X, ...]`` (列表)."""

    item: Shape


@frozen
class Keyed:
    """A table with free keys, declared as ``Mapping[str, X]`` (自由键表)."""

    value: Shape


@frozen
class Record:
    """A table with the keys of an attrs class (记录)."""

    cls: type[AttrsInstance]


Shape: TypeAlias = Scalar | Choice | Many | Keyed | Record


@frozen(kw_only=True)
class Field:
    """One field of a record class (字段).

    Parameters
    ----------
    key : str
        The key in a document, which is the name of the constructor's argument.
    shape : Shape
        What it holds.
    is_optional : bool
        Whether it may be None.
    is_required : bool
        Whether a document must have it.
    attribute : attrs.Attribute
        The field as attrs knows it.
    """

    key: str
    shape: Shape
    is_optional: bool
    is_required: bool
    attribute: attrs.Attribute[object]


def fields_of(cls: type[AttrsInstance]) -> tuple[Field, ...]:
    """Return the fields of a record class that stand in a document (记录的字段).

    Parameters
    ----------
    cls : type
        An attrs class.

    Raises
    ------
    TypeError
        When a field is of a type that a document cannot hold without loss; that is a fault of
        the class, not of a document.
    """
    attrs.resolve_types(cls)
    return tuple(_field(cls, attribute) for attribute in attrs.fields(cls) if attribute.init)


def record_shape(cls: type) -> Record:
    """Return the shape of a record class (记录类的形状).

    Raises
    ------
    TypeError
        When it is no attrs class.
    """
    if not attrs.has(cls):
        raise TypeError(f"{cls!r} 不是 attrs 类 / is not an attrs class")
    return Record(cls)


def _field(cls: type, attribute: attrs.Attribute[object]) -> Field:
    where = f"{cls.__qualname__}.{attribute.name}"
    declared, is_optional = _without_none(attribute.type)
    if is_optional and attribute.default is not None:
        raise TypeError(
            f"{where}: 可以为空的字段，默认值应为 None（文件中不写即为空） / "
            "a field that may be None must default to None (absent means None in a document)"
        )
    return Field(
        key=_key(attribute),
        shape=_shape(declared, where),
        is_optional=is_optional,
        is_required=attribute.default is attrs.NOTHING,
        attribute=attribute,
    )


def _without_none(declared: object) -> tuple[object, bool]:
    if get_origin(declared) not in (Union, types.UnionType):
        return declared, False
    others = [each for each in get_args(declared) if each is not type(None)]
    if len(others) == 1:
        return others[0], True
    return declared, False


def _shape(declared: object, where: str) -> Shape:
    arguments = get_args(declared)
    match get_origin(declared):
        case None if isinstance(declared, type):
            if declared in _SCALARS:
                return Scalar(declared)
            if attrs.has(declared):
                return Record(declared)
        case origin if origin is Literal:
            return Choice(arguments)
        case origin if origin is tuple and arguments[1:] == (Ellipsis,):
            return Many(_shape(arguments[0], where))
        case origin if origin is Mapping and arguments[0] is str:
            return Keyed(_shape(arguments[1], where))
    raise TypeError(
        f"{where}: 规则集字段不能是 {declared!r} / a field of a rulebook cannot be {declared!r}; "
        "str, int, bool, Decimal, date, Literal, X | None, tuple[X, ...], Mapping[str, X], attrs"
    )


def members(record: object) -> Iterator[tuple[str, object]]:
    """Yield the keys and values that a record has in a document (记录的键与值).

    Parameters
    ----------
    record : object
        An instance of an attrs class; anything else has none.
    """
    cls = type(record)
    if attrs.has(cls):
        for attribute in attrs.fields(cls):
            if attribute.init:
                yield _key(attribute), getattr(record, attribute.name)


def _key(attribute: attrs.Attribute[object]) -> str:
    return attribute.alias or attribute.name


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
