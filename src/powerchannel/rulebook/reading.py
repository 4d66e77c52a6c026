"""From a document to a record: strict, and with every problem at its path."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

import attrs
from attrs import AttrsInstance

from powerchannel.errors import PowerChannelError, Problem, RulebookError
from powerchannel.registry import did_you_mean
from powerchannel.rulebook.records import FrozenMapping
from powerchannel.rulebook.scalars import NAMES, Fault, found, read_choice, read_scalar, unexpected
from powerchannel.rulebook.shapes import (
    Choice,
    Field,
    Keyed,
    Many,
    Record,
    Scalar,
    Shape,
    fields_of,
    join,
    record_shape,
)
from powerchannel.text import Text

__all__ = ["structure"]

T = TypeVar("T")

_NOTHING = object()  # in place of a value that is at fault
_ABSENT = object()  # in place of a value that the document leaves to the class
_RULE_ERRORS = (ValueError, TypeError, PowerChannelError)
_MOST_SHOWN = 100


def structure(cls: type[T], document: Mapping[str, object], *, where: str = "$") -> T:
    """Make a record of a document, or say all that is wrong with it (文档转记录).

    Nothing is converted by guess: ``true`` is no number, ``6.7`` no integer, ``5`` no text, a text
    no list. A number may be an int or a Decimal, never a binary float; a date may be a date or
    ``"2022-03-01"``; a key that may be None may be absent. Mappings become `FrozenMapping`.

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
    shape = record_shape(cls)
    _refuse_other_version(cls, document, where)
    reader = _Reader()
    record = reader.read(shape, document, where)
    if reader.problems or not isinstance(record, cls):
        raise RulebookError(reader.problems)
    return record


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


class _Reader:
    """Walks a document along the shape of a class and collects what is wrong."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def read(self, shape: Shape, value: object, path: str) -> object:
        """Return the value in its shape, or `_NOTHING` after a problem was noted."""
        try:
            match shape:
                case Scalar(kind):
                    return read_scalar(kind, value)
                case Choice(values):
                    return read_choice(values, value)
                case Many(item):
                    return self._many(item, value, path)
                case Keyed(inner):
                    return self._keyed(inner, value, path)
                case Record(cls):
                    return self._record(cls, value, path)
        except Fault as fault:
            return self._note(fault.code, path, fault.message)

    def _note(self, code: str, path: str, message: Text) -> object:
        self.problems.append(Problem(code=code, where=path, message=message))
        return _NOTHING

    def _many(self, item: Shape, value: object, path: str) -> object:
        if not isinstance(value, (list, tuple)):
            raise unexpected(tuple, value)
        items = [self.read(item, each, join(path, i)) for i, each in enumerate(value)]
        self._refuse_repeated_ids(items, path)
        return _NOTHING if _NOTHING in items else tuple(items)

    def _refuse_repeated_ids(self, items: Sequence[object], path: str) -> None:
        seen: set[object] = set()
        for index, item in enumerate(items):
            identity = getattr(item, "id", None) if attrs.has(type(item)) else None
            if identity is not None and identity in seen:
                here = join(join(path, index), "id")
                words = Text("{id} 已有；各项的 id 须不同", "{id} stands above; ids must differ")
                self._note("repeated_id", here, words.fill(id=repr(identity)))
            seen.add(identity)

    def _keyed(self, inner: Shape, value: object, path: str) -> object:
        if not isinstance(value, Mapping):
            raise unexpected(Mapping, value)
        keys = [self.read(Scalar(str), key, join(path, _shown(key))) for key in value]
        values = [self.read(inner, each, join(path, _shown(key))) for key, each in value.items()]
        if _NOTHING in keys or _NOTHING in values:
            return _NOTHING
        return FrozenMapping({str(key): each for key, each in zip(keys, values, strict=True)})

    def _record(self, cls: type[AttrsInstance], value: object, path: str) -> object:
        if not isinstance(value, Mapping):
            raise unexpected(Mapping, value)
        fields, before = fields_of(cls), len(self.problems)
        self._refuse_unknown_keys(fields, value, path)
        values = {field.key: self._field(field, value, path) for field in fields}
        if len(self.problems) > before:
            self._validate(_bare(cls, fields, values), fields, path)
            return _NOTHING
        try:
            return cls(**{key: each for key, each in values.items() if each is not _ABSENT})
        except _RULE_ERRORS as error:
            self._validate(_bare(cls, fields, values), fields, path)
            return _NOTHING if len(self.problems) > before else self._note_error(error, path)

    def _refuse_unknown_keys(
        self, fields: Sequence[Field], value: Mapping[object, object], path: str
    ) -> None:
        known = [field.key for field in fields]
        for key in value:
            if key not in known:
                self._note("unknown_key", join(path, _shown(key)), _unknown(_shown(key), known))

    def _field(self, field: Field, value: Mapping[object, object], path: str) -> object:
        here = join(path, field.key)
        if field.key in value:
            given = value[field.key]
            is_absent = field.is_optional and given is None
            return None if is_absent else self.read(field.shape, given, here)
        if field.is_required:
            words = Text("缺少此键；应为{what}", "this key is missing; {what} is expected")
            return self._note("missing_key", here, words.fill(what=_expected(field.shape)))
        return _ABSENT

    def _validate(self, bare: AttrsInstance, fields: Sequence[Field], path: str) -> None:
        # The constructor stops at its first validator and does not say which; here each one runs.
        for field in fields:
            name, validator = field.attribute.name, field.attribute.validator
            if validator is None or not hasattr(bare, name):
                continue
            try:
                validator(bare, field.attribute, getattr(bare, name))
            except _RULE_ERRORS as error:
                self._note_error(error, join(path, field.key))
            except AttributeError:
                continue  # it looks at a field that is itself at fault

    def _note_error(self, error: Exception, path: str) -> object:
        if isinstance(error, PowerChannelError):
            self.problems.extend(_within(each, path) for each in error.problems)
            return _NOTHING
        words = error.args[0] if error.args else type(error).__name__
        if not isinstance(words, Text):
            words = Text(f"不合规则：{words}", str(words))
        return self._note("invalid", path, words)


def _expected(shape: Shape) -> Text:
    match shape:
        case Scalar(kind):
            return NAMES[kind]
        case Choice(values):
            names = ", ".join(map(str, values))
            return Text(f"下列之一：{names}", f"one of {names}")
        case Many():
            return NAMES[tuple]
    return NAMES[Mapping]


def _bare(
    cls: type[AttrsInstance], fields: Sequence[Field], values: Mapping[str, object]
) -> AttrsInstance:
    """Return an unchecked instance, without the fields that are at fault."""
    bare = cls.__new__(cls)
    for field in fields:
        value = values[field.key]
        if value is _ABSENT:
            value = _default(field)
        if value is not _NOTHING:
            object.__setattr__(bare, field.attribute.name, value)
    return bare


def _default(field: Field) -> object:
    default = field.attribute.default
    if getattr(default, "takes_self", False):
        return _NOTHING
    make = getattr(default, "factory", None)
    return make() if make else default


def _within(problem: Problem, path: str) -> Problem:
    is_path = problem.where.startswith("$")
    return attrs.evolve(problem, where=path + problem.where[1:] if is_path else path)


def _shown(key: object) -> str:
    text = key if isinstance(key, str) else repr(key)
    return text if len(text) <= _MOST_SHOWN else text[:_MOST_SHOWN] + "…"


def _unknown(key: str, known: Sequence[str]) -> Text:
    names = ", ".join(known)
    near = did_you_mean(key, known)[:1]
    zh = "".join(f"；是否为 {name!r}？" for name in near) or "。"
    en = "".join(f"; did you mean {name!r}?" for name in near) or "."
    return Text(
        f"没有名为 {key!r} 的键{zh}此处的键有：{names}",
        f"there is no key {key!r}{en} The keys here are: {names}",
    )
