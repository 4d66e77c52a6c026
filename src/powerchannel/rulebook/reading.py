"""From a document to a record: strict, and with every problem at its path.

cattrs does the structuring; here are the hooks that make it strict, and the words for what it
finds. A hook raises a `RulebookError` whose paths begin at its own value, ``"$"``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, TypeAlias, TypeVar, cast, get_args, get_origin

import attrs
from cattrs import ClassValidationError, Converter, ForbiddenExtraKeysError, IterableValidationError
from cattrs.gen import make_dict_structure_fn

from powerchannel.errors import PowerChannelError, Problem, RulebookError
from powerchannel.registry import did_you_mean
from powerchannel.rulebook.records import FrozenMapping
from powerchannel.rulebook.scalars import (
    NAMES,
    found,
    read_choice,
    read_scalar,
    refusal,
    unexpected,
)
from powerchannel.rulebook.shapes import SCALARS, fields_of, join, key_of, within
from powerchannel.text import Text

__all__ = ["structure"]

T = TypeVar("T")
_Hook: TypeAlias = Callable[[object, Any], Any]
_Field: TypeAlias = "attrs.Attribute[Any]"

_MOST_SHOWN = 100


def structure(cls: type[T], document: Mapping[str, object], *, where: str = "$") -> T:
    """Make a record of a document, or say all that is wrong with it (文档转记录).

    Nothing is converted by guess: ``true`` is no number, ``6.7`` no integer, ``5`` no text, a text
    no list. A decimal may be an int, a Decimal or a text like ``"0.02"``, never a binary float;
    a date may be a date or ``"2022-03-01"``; a key that may be None may be absent. Mappings become
    `FrozenMapping`.

    A validator of a field, or ``__attrs_post_init__``, refuses by raising ValueError or TypeError,
    with a `Text` or a str, or by a `PowerChannelError`; a path such as ``"$.steps[1]"`` in the
    latter is taken from the value that is checked.

    Parameters
    ----------
    cls : type
        An attrs class of `str`, `int`, `bool`, `Decimal`, `date`, `Literal`, ``X | None``,
        ``tuple[X, ...]``, ``Mapping[str, X]`` and records of these. Where it has a class attribute
        ``SCHEMA_VERSION``, a document with another ``schema_version`` is refused.
    document : mapping of str to object
        As TOML or JSON give it, with decimals as `Decimal`.
    where : str
        The path of the document itself, put before the path of each problem.

    Returns
    -------
    cls
        The record.

    Raises
    ------
    RulebookError
        With every problem: unknown, missing and mistyped keys, and what the validators of the
        class refuse.
    TypeError
        When `cls` declares a type that a document cannot hold.

    Examples
    --------
    >>> from attrs import frozen
    >>> @frozen(kw_only=True)
    ... class Streak:
    ...     months: int
    >>> structure(Streak, {"months": 2})
    Streak(months=2)
    >>> try:
    ...     structure(Streak, {"months": True})
    ... except RulebookError as error:
    ...     print(error.render("en"))
    $.months: an integer is expected, found the truth value true
    """
    fields_of(cls)
    _refuse_other_version(cls, document, where)
    try:
        return _CONVERTER.structure(document, cls)
    except PowerChannelError as error:
        raise RulebookError(within(error, where)) from None


def _refuse_other_version(cls: type, document: object, where: str) -> None:
    known = getattr(cls, "SCHEMA_VERSION", None)
    version = document.get("schema_version") if isinstance(document, Mapping) else None
    if known is None or not isinstance(version, int) or version == known:
        return
    raise RulebookError.of(
        "unknown_schema_version",
        join(where, "schema_version"),
        f"本库读取结构版本 {known}，实为{found(version).zh}；"
        "请换用与之相配的 powerchannel，或按新结构改写",
        f"this library reads schema version {known}, found {found(version).en}; "
        "use the powerchannel that fits it, or rewrite the document",
    )


def _list_hook(declared: Any) -> _Hook:
    item = get_args(declared)[0]

    def read(value: object, _: object) -> tuple[object, ...]:
        if not isinstance(value, (list, tuple)):
            raise unexpected(tuple, value)
        problems = list(_repeated_ids(value)) if attrs.has(item) else []
        try:
            items = tuple(_CONVERTER.structure(value, list[item]))  # type: ignore[valid-type]
        except IterableValidationError as error:
            problems = [*_of_each(error, int), *problems]
        if problems:
            raise RulebookError(problems)
        return items

    return read


def _repeated_ids(items: Sequence[object]) -> Iterator[Problem]:
    seen: set[str] = set()
    for index, item in enumerate(items):
        identity = item.get("id") if isinstance(item, Mapping) else None
        if not isinstance(identity, str):
            continue
        if identity in seen:
            words = Text("{id} 已有；各项的 id 须不同", "{id} stands above; ids must differ")
            message = words.fill(id=repr(identity))
            yield Problem(code="repeated_id", where=f"$[{index}].id", message=message)
        seen.add(identity)


def _table_hook(declared: Any) -> _Hook:
    inner = get_args(declared)[1]

    def read(value: object, _: object) -> FrozenMapping[object]:
        if not isinstance(value, Mapping):
            raise unexpected(Mapping, value)
        try:
            return FrozenMapping(_CONVERTER.structure(value, dict[str, inner]))  # type: ignore[valid-type]
        except IterableValidationError as error:
            raise RulebookError(_of_each(error, _shown)) from None

    return read


def _of_each(error: IterableValidationError, key: Callable[[Any], str | int]) -> list[Problem]:
    noted, _ = error.group_exceptions()
    return [each for fault, note in noted for each in within(fault, join("$", key(note.index)))]


def _record_hook(cls: type) -> _Hook:
    fields = {field.name: field for field in fields_of(cls)}
    build = cast(_Hook, make_dict_structure_fn(cls, _CONVERTER, _cattrs_use_alias=True))

    def read(value: object, _: object) -> object:
        if not isinstance(value, Mapping):
            raise unexpected(Mapping, value)
        # cattrs makes a sentence of the keys it does not know: they must be text.
        document = {_shown(key): each for key, each in value.items()}
        try:
            return build(document, cls)
        except ClassValidationError as error:
            raise RulebookError(_of_record(error, fields, document)) from None

    return read


def _of_record(
    error: ClassValidationError, fields: Mapping[str, _Field], document: Mapping[str, object]
) -> Iterator[Problem]:
    noted, others = error.group_exceptions()
    well = dict(fields)
    for fault, note in noted:
        yield from _of_field(fault, well.pop(note.name), document)
    refused = list(_refused(_bare(error.cl, well.values(), document), well.values()))
    yield from refused
    for fault in others:
        if isinstance(fault, ForbiddenExtraKeysError):
            yield from _unknown_keys(fault.extra_fields, [key_of(f) for f in fields.values()])
        elif not refused:
            yield from within(_in_words(fault), "$")


def _of_field(fault: Exception, field: _Field, document: Mapping[str, object]) -> list[Problem]:
    if key_of(field) not in document:
        words = Text("缺少此键；应为{what}", "this key is missing; {what} is expected")
        fault = refusal("missing_key", words.fill(what=_expected(field.type)))
    return within(fault, join("$", key_of(field)))


def _expected(declared: Any) -> Text:
    origin, names = get_origin(declared), ", ".join(map(str, get_args(declared)))
    if origin is Literal:
        return Text(f"下列之一：{names}", f"one of {names}")
    return NAMES.get(origin or declared, NAMES[Mapping])


def _unknown_keys(unknown: Iterable[str], known: Sequence[str]) -> Iterator[Problem]:
    names = ", ".join(known)
    for key in sorted(unknown):
        near = did_you_mean(key, known)[:1]
        zh = "".join(f"；是否为 {name!r}？" for name in near) or "。"
        en = "".join(f"; did you mean {name!r}?" for name in near) or "."
        message = Text(
            f"没有名为 {key!r} 的键{zh}此处的键有：{names}",
            f"there is no key {key!r}{en} The keys here are: {names}",
        )
        yield Problem(code="unknown_key", where=join("$", key), message=message)


def _bare(cls: type[object], fields: Iterable[_Field], document: Mapping[str, object]) -> object:
    """Return an unchecked instance with these fields alone."""
    bare = cls.__new__(cls)
    for field in fields:
        value: Any = field.default
        if key_of(field) in document:
            value = _CONVERTER.structure(document[key_of(field)], cast(type, field.type))
        elif hasattr(value, "factory"):
            if value.takes_self:
                continue
            value = value.factory()
        object.__setattr__(bare, field.name, value)
    return bare


def _refused(bare: object, fields: Iterable[_Field]) -> Iterator[Problem]:
    # The constructor stops at its first validator and does not say which; here each one runs.
    for field in fields:
        try:
            if field.validator is not None:
                field.validator(bare, field, getattr(bare, field.name))
        except AttributeError:
            continue  # it looks at a field that is itself at fault
        except (ValueError, TypeError, PowerChannelError) as error:
            yield from within(_in_words(error), join("$", key_of(field)))


def _in_words(error: Exception) -> Exception:
    if isinstance(error, PowerChannelError) or not isinstance(error, (ValueError, TypeError)):
        return error
    words = error.args[0] if error.args else type(error).__name__
    if not isinstance(words, Text):
        words = Text(f"不合规则：{words}", str(words))
    return refusal("invalid", words)


def _shown(key: object) -> str:
    text = key if isinstance(key, str) else repr(key)
    return text if len(text) <= _MOST_SHOWN else text[:_MOST_SHOWN] + "…"


def _is(origin: object) -> Callable[[object], bool]:
    return lambda declared: get_origin(declared) == origin


def _converter() -> Converter:
    converter = Converter(forbid_extra_keys=True, detailed_validation=True)
    for kind in SCALARS:
        converter.register_structure_hook(kind, lambda value, kind: read_scalar(kind, value))
    converter.register_structure_hook_func(
        _is(Literal), lambda value, declared: read_choice(get_args(declared), value)
    )
    converter.register_structure_hook_factory(_is(tuple), _list_hook)
    converter.register_structure_hook_factory(_is(Mapping), _table_hook)
    converter.register_structure_hook_factory(attrs.has, _record_hook)
    return converter


_CONVERTER = _converter()
