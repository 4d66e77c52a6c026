"""Which types a field may have, and how paths are written."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Literal, Optional

import attrs
import pytest
from attrs import field, frozen

from powerchannel.errors import TableError, UnknownNameError
from powerchannel.rulebook.shapes import fields_of, join, key_of, members, within, without_none
from powerchannel.text import Text

SAMPLE = Text("样", "sample")


@frozen(kw_only=True)
class Sample:
    name: str
    factors: tuple[Decimal, ...]
    points: Mapping[str, int]
    mode: Literal["product", "largest"] = "product"
    title: Text = SAMPLE
    since: date | None = None
    _hidden: bool = False
    derived: float = field(init=False, default=0.0)


def test_the_fields_of_a_record_are_those_of_its_constructor() -> None:
    keys = [key_of(field) for field in fields_of(Sample)]
    assert keys == ["name", "factors", "points", "mode", "title", "since", "hidden"]


def test_their_types_are_resolved() -> None:
    types = {field.name: field.type for field in fields_of(Sample)}
    assert types["factors"] == tuple[Decimal, ...]
    assert types["since"] == date | None


@pytest.mark.parametrize(
    ("declared", "bare"),
    [(date | None, (date, True)), (Optional[Text], (Text, True)), (int, (int, False))],  # noqa: UP045
)
def test_required_and_optional_are_told_apart(declared: object, bare: object) -> None:
    assert without_none(declared) == bare


@pytest.mark.parametrize(
    "declared",
    [
        float,
        object,
        list[int],
        dict[str, int],
        set[str],
        tuple[int, int],
        tuple[int | None, ...],
        Mapping[int, str],
        Mapping[str, str | None],
        int | str,
        int | str | None,
    ],
)
def test_a_type_that_a_document_cannot_hold_is_a_fault_of_the_class(declared: object) -> None:
    cls = attrs.make_class("Odd", {"value": field(type=declared)})
    with pytest.raises(TypeError, match=r"Odd\.value"):
        fields_of(cls)


def test_an_optional_field_must_default_to_none() -> None:
    cls = attrs.make_class("Odd", {"value": field(type=int | None, default=3)})
    with pytest.raises(TypeError, match="default to None"):
        fields_of(cls)


def test_only_attrs_classes_are_records() -> None:
    with pytest.raises(TypeError, match="attrs"):
        fields_of(dict)


def test_members_are_those_of_the_document() -> None:
    sample = Sample(name="a", factors=(), points={}, hidden=True)
    assert dict(members(sample))["hidden"] is True
    assert "derived" not in dict(members(sample))
    assert list(members("text")) == []


@pytest.mark.parametrize(
    ("key", "path"),
    [
        ("app", "$.app"),
        ("deep-valley_1", "$.deep-valley_1"),
        ("营业厅", "$.营业厅"),
        ("a.b", "$['a.b']"),
        ("", "$['']"),
        ("\ud800", r"$['\ud800']"),
        (3, "$[3]"),
    ],
)
def test_paths(key: str | int, path: str) -> None:
    assert join("$", key) == path


def test_problems_move_with_the_value_they_stand_in() -> None:
    inner = TableError.of("c", "$.steps[1]", "甲", "a")
    assert [each.where for each in within(inner, "$.streak")] == ["$.streak.steps[1]"]
    outer = UnknownNameError.of("c", "channel", "甲", "a")
    assert [each.where for each in within(outer, "$.code")] == ["$.code"]


def test_a_fault_of_the_program_is_no_problem_of_the_document() -> None:
    with pytest.raises(ZeroDivisionError):
        within(ZeroDivisionError(), "$")
