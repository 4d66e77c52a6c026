"""The JSON Schema of a record class."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import ClassVar, Literal

import attrs
import pytest
from attrs import field, frozen

from powerchannel.rulebook import Provenance, json_schema
from powerchannel.text import Text

DECIMAL = {"type": ["number", "string"], "pattern": r"^-?[0-9]+(\.[0-9]+)?$"}


@frozen(kw_only=True)
class Node:
    """A node.

    With more to say.
    """

    provenance: Provenance
    children: tuple[Node, ...] = ()


@frozen(kw_only=True)
class Book:
    """A book (书)."""

    SCHEMA_VERSION: ClassVar[int] = 3

    schema_version: int
    kind: Literal["tree"]
    title: Text
    root: Node
    points: Mapping[str, Decimal]
    factor: Decimal = Decimal("1.5")
    since: date = date(2022, 3, 1)
    is_open: bool = False
    tags: tuple[str, ...] = field(factory=tuple)
    until: date | None = None


def test_the_schema_of_a_record() -> None:
    schema = json_schema(Book)
    definitions = schema.pop("$defs")
    assert schema == {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Book",
        "description": "A book (书).",
        "type": "object",
        "properties": {
            "schema_version": {"const": 3},
            "kind": {"enum": ["tree"]},
            "title": {"$ref": "#/$defs/Text"},
            "root": {"$ref": "#/$defs/Node"},
            "points": {"type": "object", "additionalProperties": DECIMAL},
            "factor": {**DECIMAL, "default": 1.5},
            "since": {"type": "string", "format": "date", "default": "2022-03-01"},
            "is_open": {"type": "boolean", "default": False},
            "tags": {"type": "array", "items": {"type": "string"}},
            "until": {"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}]},
        },
        "required": ["schema_version", "kind", "title", "root", "points"],
        "additionalProperties": False,
    }
    assert isinstance(definitions, dict)
    assert list(definitions) == ["Node", "Provenance", "Text"]
    assert definitions["Node"] == {
        "description": "A node.",
        "type": "object",
        "properties": {
            "provenance": {"$ref": "#/$defs/Provenance"},
            "children": {"type": "array", "items": {"$ref": "#/$defs/Node"}, "default": []},
        },
        "required": ["provenance"],
        "additionalProperties": False,
    }
    status = definitions["Provenance"]["properties"]["status"]
    assert status == {"enum": ["stated", "repaired", "assumed"]}


def test_a_record_within_itself_refers_to_the_root() -> None:
    schema = json_schema(Node)
    assert schema["properties"]["children"]["items"] == {"$ref": "#"}


def test_it_is_json() -> None:
    assert json.loads(json.dumps(json_schema(Book))) == json_schema(Book)


def test_two_classes_of_one_name_are_kept_apart() -> None:
    one = attrs.make_class("Same", {"a": field(type=int)})
    other = attrs.make_class("Same", {"b": field(type=int)})
    cls = attrs.make_class("Two", {"one": field(type=one), "other": field(type=other)})
    definitions = json_schema(cls)["$defs"]
    assert isinstance(definitions, dict)
    assert [list(each["properties"]) for each in definitions.values()] == [["a"], ["b"]]


def test_a_record_of_single_values_has_no_definitions() -> None:
    assert "$defs" not in json_schema(Text)


def test_only_records_have_a_schema() -> None:
    with pytest.raises(TypeError, match="attrs"):
        json_schema(dict)
