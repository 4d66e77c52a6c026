"""From a record to text: canonical JSON for systems and digests, TOML for people."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal

import attrs

from powerchannel.errors import Problem, RulebookError
from powerchannel.rulebook.parsing import Format
from powerchannel.rulebook.reading import structure
from powerchannel.rulebook.records import RulebookRecord
from powerchannel.rulebook.scalars import fits
from powerchannel.rulebook.shapes import join, members
from powerchannel.text import Text

__all__ = ["canonical", "digest", "dumps", "plain"]


def dumps(rulebook: RulebookRecord, *, format: Format = "json") -> str:  # noqa: A002
    """Write a rulebook as text, so that `loads` gives the same rulebook again (写成文本).

    Parameters
    ----------
    rulebook : RulebookRecord
        The record.
    format : {"json", "toml"}
        ``"json"``: canonical, one line, keys in order, numbers in plain digits; ``"toml"``: for
        people, keys as the class has them (needs the package tomli-w). Fields that are None are
        left out of both.

    Returns
    -------
    str
        The text. Equal rulebooks give the same JSON, ``1.10`` and ``1.1`` alike.

    Raises
    ------
    RulebookError
        When the record holds a value that would not come back as it is, such as a float.
    ImportError
        When TOML is asked for and tomli-w is not installed.

    Examples
    --------
    >>> from attrs import frozen
    >>> @frozen(kw_only=True)
    ... class Book:
    ...     name: str
    ...     factor: Decimal
    >>> dumps(Book(name="冀", factor=Decimal("1.10")))
    '{"factor":1.1,"name":"冀"}'
    """
    if format not in ("json", "toml"):
        raise ValueError(f"格式只有 toml 与 json / format is 'toml' or 'json', not {format!r}")
    document = _readable(rulebook)
    return canonical(document) if format == "json" else _toml_writer()(document)


def digest(rulebook: RulebookRecord) -> str:
    """Return the fingerprint of a rulebook: equal rulebooks, equal digests (摘要).

    Parameters
    ----------
    rulebook : RulebookRecord
        The record.

    Returns
    -------
    str
        ``"sha256:"`` and the SHA-256 of its canonical JSON in UTF-8, in hexadecimal.

    Raises
    ------
    RulebookError
        As `dumps`.

    Examples
    --------
    >>> from attrs import frozen
    >>> @frozen(kw_only=True)
    ... class Book:
    ...     months: int
    >>> digest(Book(months=6))[:15]
    'sha256:18d292d1'
    """
    return "sha256:" + hashlib.sha256(dumps(rulebook).encode()).hexdigest()


def plain(value: object) -> object:
    """Return a value as a document holds it: dict, list and scalars (转为文档值).

    Fields that are None are left out; Decimals lose their idle zeros, whole ones become int.
    """
    if attrs.has(type(value)):
        return _plain_record(value)
    if isinstance(value, Mapping):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, (tuple, list)):
        return [plain(each) for each in value]
    if isinstance(value, Decimal) and value.is_finite():
        return _plain_number(value)
    return value


def _plain_record(record: object) -> dict[str, object]:
    return {key: plain(value) for key, value in members(record) if value is not None}


def _plain_number(value: Decimal) -> Decimal | int:
    if value == 0:
        return 0
    sign, digits, exponent = value.as_tuple()
    idle = len(digits) - len("".join(map(str, digits)).rstrip("0"))
    exponent = int(exponent) + idle
    bare = Decimal((sign, digits[: len(digits) - idle], exponent))
    return int(bare) if exponent >= 0 and fits(bare) else bare


def _readable(rulebook: RulebookRecord) -> dict[str, object]:
    """Return the document, once it is sure that it reads back as the very record."""
    document = _plain_record(rulebook)
    again = structure(type(rulebook), document)
    if again == rulebook:
        return document
    words = Text(
        "此值写出后读回不同；请用 tuple、FrozenMapping 与 Decimal",
        "this value would not read back the same; use tuple, FrozenMapping and Decimal",
    )
    pairs = zip(members(rulebook), members(again), strict=True)
    changed = [key for (key, value), (_, other) in pairs if value != other]
    raise RulebookError(
        [Problem(code="not_plain", where=join("$", key), message=words) for key in changed]
    )


def canonical(value: object) -> str:
    """Return a document's canonical JSON (规范 JSON).

    Parameters
    ----------
    value : object
        As `plain` returns it.

    Examples
    --------
    >>> canonical({"b": Decimal("1.25"), "a": ["户", True]})
    '{"a":["户",true],"b":1.25}'
    """
    match value:
        case dict():
            pairs = (f"{canonical(key)}:{canonical(value[key])}" for key in sorted(value))
            return "{" + ",".join(pairs) + "}"
        case list():
            return "[" + ",".join(map(canonical, value)) + "]"
        case Decimal():
            return format(value, "f")
        case date():
            return f'"{value.isoformat()}"'
    return json.dumps(value, ensure_ascii=False)


def _toml_writer() -> Callable[[Mapping[str, object]], str]:
    try:
        import tomli_w
    except ImportError as error:
        raise ImportError(
            '写 TOML 需要 tomli-w：pip install tomli-w，或用 format="json" / '
            'writing TOML needs tomli-w: pip install tomli-w, or use format="json"'
        ) from error
    return tomli_w.dumps
