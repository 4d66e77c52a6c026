"""TOML and JSON text: exact numbers, no key twice, errors with their line."""

from __future__ import annotations

from decimal import Decimal

import pytest

from powerchannel.errors import RulebookError
from powerchannel.rulebook.parsing import Format, parse


def failure(text: str, syntax: Format) -> RulebookError:
    with pytest.raises(RulebookError) as caught:
        parse(text, syntax, "$")
    return caught.value


@pytest.mark.parametrize(
    ("text", "syntax"),
    [('{"a": 1.10, "b": 1, "c": 1e2}', "json"), ("a = 1.10\nb = 1\nc = 1e2", "toml")],
)
def test_numbers_are_exact(text: str, syntax: Format) -> None:
    document = parse(text, syntax, "$")
    assert document == {"a": Decimal("1.10"), "b": 1, "c": Decimal("1e2")}
    assert [type(value) for value in document.values()] == [Decimal, int, Decimal]


@pytest.mark.parametrize(
    ("text", "syntax"),
    [
        ('{"a": NaN, "b": -Infinity, "c": 1e99999999999999999999}', "json"),
        ("a = nan\nb = -inf\nc = 1e99999999999999999999", "toml"),
    ],
)
def test_what_is_not_finite_is_left_to_the_reader(text: str, syntax: Format) -> None:
    values = parse(text, syntax, "$").values()
    assert [isinstance(value, Decimal) and value.is_finite() for value in values] == [False] * 3


def test_every_repeated_key_of_json_is_named_by_its_path() -> None:
    error = failure('{"a": {"b": 1, "b": 2}, "c": [{"d": 1, "d": 1}], "a": 3}', "json")
    assert [(each.code, each.where) for each in error.problems] == [
        ("repeated_key", "$.a.b"),
        ("repeated_key", "$.c[0].d"),
        ("repeated_key", "$.a"),
    ]


@pytest.mark.parametrize("text", ["a = 1\na = 2\n", "[t]\na = 1\n\n[t]\nb = 2\n"])
def test_a_repeated_key_of_toml_is_told_from_other_faults(text: str) -> None:
    assert failure(text, "toml").problems[0].code == "repeated_key"


@pytest.mark.parametrize(
    ("text", "syntax", "line", "shown"),
    [
        ("a = 1\nb = = 2\n", "toml", 2, "b = = 2"),
        ("a = 1\nb = 2022-02-30\n", "toml", 2, "b = 2022-02-30"),
        ("a = 1\nb = [1,\n", "toml", 3, ""),
        ('{"a": 1,\n "b": }', "json", 2, '"b": }'),
        ("", "json", 1, ""),
        ('{"a": ' + "9" * 5000 + "}", "json", 1, "999"),
    ],
)
def test_a_syntax_error_shows_its_line(text: str, syntax: Format, line: int, shown: str) -> None:
    error = failure(text, syntax)
    assert error.problems[0].code == "syntax"
    assert f"第 {line} 行" in error.render("zh")
    assert f"line {line}, column" in error.render("en")
    assert shown in error.render("en")
    assert len(str(error)) < 600


def test_full_width_punctuation_is_pointed_out() -> None:
    error = failure("a ＝ 1", "toml")
    assert "全角标点" in error.render("zh")
    assert "full-width" in error.render("en")
    assert "full-width" not in failure("a : 1", "toml").render("en")


@pytest.mark.parametrize(
    ("text", "syntax"),
    [("[" * 100_000, "json"), ('{"a":' * 100_000, "json"), ("a = " + "[" * 100_000, "toml")],
)
def test_a_document_too_deep_is_refused(text: str, syntax: Format) -> None:
    assert failure(text, syntax).problems[0].code in ("too_deep", "syntax")


@pytest.mark.parametrize("text", ["[]", "3", "null", '"kind"'])
def test_a_document_is_a_table(text: str) -> None:
    assert failure(text, "json").problems[0].code == "wrong_type"


def test_there_are_two_formats() -> None:
    with pytest.raises(ValueError, match="yaml"):
        parse("", "yaml", "$")
