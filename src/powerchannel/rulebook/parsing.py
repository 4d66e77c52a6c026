"""From text to a document: TOML and JSON with exact numbers, and no key twice."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Literal, TypeAlias

from powerchannel.errors import Problem, RulebookError
from powerchannel.rulebook.scalars import unexpected
from powerchannel.rulebook.shapes import join, within
from powerchannel.text import Text

__all__ = ["Format", "parse"]

Format: TypeAlias = Literal["toml", "json"]

_FULL_WIDTH = "“”‘’，：；＝＃［］｛｝【】"
_MOST_SHOWN = 60


def parse(text: str, format: Format, where: str) -> Mapping[str, object]:  # noqa: A002
    """Return the document that a text holds, decimals as `Decimal` (解析文本).

    Parameters
    ----------
    text : str
        The text of a file.
    format : {"toml", "json"}
        How it is written.
    where : str
        The path of the document, for messages.

    Raises
    ------
    RulebookError
        When the text is not TOML or JSON, holds a key twice, or is no table of keys and values.
    """
    if format not in _PARSERS:
        raise ValueError(f"格式只有 toml 与 json / format is 'toml' or 'json', not {format!r}")
    repeated: list[str] = []
    try:
        document = _unfold(_PARSERS[format](text), where, repeated)
    except ValueError as error:
        raise _syntax_error(error, text, format, where) from error
    except RecursionError:
        raise RulebookError.of(
            "too_deep", where, "嵌套层数过多；请展平", "nested too deeply; make it flatter"
        ) from None
    if repeated:
        raise RulebookError([_repetition(path) for path in repeated])
    if not isinstance(document, dict):
        raise RulebookError(within(unexpected(Mapping, document), where))
    return document


class _Pairs(list[tuple[str, object]]):
    """The keys and values of a JSON object as they stand, repeated ones too."""


def _number(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:  # an exponent that Decimal itself cannot hold
        return Decimal("NaN")


def _parse_json(text: str) -> object:
    return json.loads(text, parse_float=_number, parse_constant=_number, object_pairs_hook=_Pairs)


def _parse_toml(text: str) -> object:
    return tomllib.loads(text, parse_float=_number)


_PARSERS: Mapping[str, Callable[[str], object]] = {"json": _parse_json, "toml": _parse_toml}


def _repetition(path: str) -> Problem:
    words = Text("此键写了两次；请删去一个", "this key stands twice; remove one of them")
    return Problem(code="repeated_key", where=path, message=words)


def _unfold(value: object, path: str, repeated: list[str]) -> object:
    if isinstance(value, _Pairs):
        document: dict[str, object] = {}
        for key, each in value:
            here = join(path, key)
            if key in document:
                repeated.append(here)
            document[key] = _unfold(each, here, repeated)
        return document
    if isinstance(value, list):
        return [_unfold(each, join(path, i), repeated) for i, each in enumerate(value)]
    return value


def _syntax_error(error: ValueError, text: str, name: str, where: str) -> RulebookError:
    line, column = _place(error, text)
    shown = text.split("\n")[line - 1].strip()[:_MOST_SHOWN]
    reason = re.split(r" \(at |: line |: value has", str(error))[0]
    hint = _full_width_hint(shown)
    return RulebookError.of(
        "repeated_key" if re.match("Cannot (overwrite|declare)", reason) else "syntax",
        where,
        f"第 {line} 行第 {column} 列不是正确的 {name.upper()}：{shown!r}（{reason}）{hint.zh}",
        f"line {line}, column {column} is not valid {name.upper()}: {shown!r} ({reason}){hint.en}",
    )


def _place(error: ValueError, text: str) -> tuple[int, int]:
    if isinstance(error, json.JSONDecodeError):
        return error.lineno, error.colno
    numbers = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
    if numbers:
        return int(numbers[1]), int(numbers[2])
    lines = text.split("\n")
    return len(lines), len(lines[-1]) + 1


def _full_width_hint(line: str) -> Text:
    if any(char in _FULL_WIDTH for char in line):
        return Text("；请检查此行的全角标点", "; check the full-width punctuation of this line")
    return Text("", "")
