"""Which types a field may have, and how paths are written."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Literal

import attrs
import pytest
from attrs import field, frozen

from powerchannel.rulebook.shapes import (
    Choice,
    Keyed,
    Many,
    Record,
    Scalar,
    fields_of,
    join,
    members,
    record_shape,
)
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


def test_each_declared_type_has_its_shape() -> None:
    shapes = {each.key: each.shape for each in fields_of(Sample)}
    assert shapes == {
        "name": Scalar(str),
        "factors": Many(Scalar(Decimal)),
        "points": Keyed(Scalar(int)),
        "mode": Choice(("product", "largest")),
        "title": Record(Text),
        "since": Scalar(date),
        "hidden": Scalar(bool),
    }


def test_required_and_optional_are_told_apart() -> None:
    fields = {each.key: each for each in fields_of(Sample)}
    assert [key for key, each in fields.items() if each.is_required] == [
        "name",
        "factors",
        "points",
    ]
    assert [key for key, each in fields.items() if each.is_optional] == ["since"]


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
    assert record_shape(Sample) == Record(Sample)
    with pytest.raises(TypeError, match="attrs"):
        record_shape(dict)


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
