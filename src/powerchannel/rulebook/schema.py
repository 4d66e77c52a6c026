"""The JSON Schema of a record class, for editors and for systems in other languages."""

from __future__ import annotations

import inspect
import json
from collections.abc import Mapping
from copy import deepcopy
from datetime import date
from decimal import Decimal
from typing import Any, Literal, get_args, get_origin

import attrs

from powerchannel.rulebook.scalars import DECIMAL_TEXT
from powerchannel.rulebook.shapes import fields_of, key_of, without_none
from powerchannel.rulebook.writing import canonical, plain

__all__ = ["json_schema"]

_SCALARS: Mapping[type, dict[str, object]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    bool: {"type": "boolean"},
    Decimal: {"type": ["number", "string"], "pattern": f"^{DECIMAL_TEXT}$"},
    date: {"type": "string", "format": "date"},
}


def json_schema(cls: type) -> dict[str, object]:
    """Return the JSON Schema of a record class, draft 2020-12 (导出 JSON Schema).

    It says what keys and types there are; what the validators of the class ask for is not in it.

    Parameters
    ----------
    cls : type
        An attrs class, as for `structure`.

    Returns
    -------
    dict of str to object
        Made of dict, list, str, int, float, bool and None, ready for `json.dumps`.

    Raises
    ------
    TypeError
        When `cls` is no attrs class, or declares a type that a document cannot hold.

    Examples
    --------
    >>> from attrs import frozen
    >>> @frozen(kw_only=True)
    ... class Streak:
    ...     months: int
    >>> json_schema(Streak)["required"]
    ['months']
    """
    definitions = _Definitions(cls)
    schema: dict[str, object] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": cls.__name__,
        **definitions.record(cls),
    }
    if definitions.bodies:
        schema["$defs"] = dict(sorted(definitions.bodies.items()))
    return schema


class _Definitions:
    """The schemas of nested records, each once."""

    def __init__(self, root: type) -> None:
        self.bodies: dict[str, object] = {}
        self._references = {root: "#"}

    def record(self, cls: type) -> dict[str, object]:
        """Return the schema of a record class."""
        fields = fields_of(cls)
        description = inspect.cleandoc(cls.__doc__ or "").split("\n")[0]
        schema: dict[str, object] = {"description": description} if description else {}
        schema["type"] = "object"
        schema["properties"] = {key_of(field): self._property(cls, field) for field in fields}
        schema["required"] = [key_of(f) for f in fields if f.default is attrs.NOTHING]
        schema["additionalProperties"] = False
        return schema

    def _property(self, cls: type, field: attrs.Attribute[object]) -> dict[str, object]:
        if field.name == "schema_version" and hasattr(cls, "SCHEMA_VERSION"):
            return {"const": cls.SCHEMA_VERSION}
        declared, is_optional = without_none(field.type)
        schema = self._schema(declared)
        if is_optional:
            return {"anyOf": [schema, {"type": "null"}]}
        if field.default is attrs.NOTHING or hasattr(field.default, "factory"):
            return schema
        return {**schema, "default": json.loads(canonical(plain(field.default)))}

    def _schema(self, declared: Any) -> dict[str, object]:
        if declared in _SCALARS:
            return deepcopy(_SCALARS[declared])
        if attrs.has(declared):
            return {"$ref": self._reference(declared)}
        arguments = get_args(declared)
        if get_origin(declared) is Literal:
            return {"enum": list(arguments)}
        if get_origin(declared) is tuple:
            return {"type": "array", "items": self._schema(arguments[0])}
        return {"type": "object", "additionalProperties": self._schema(arguments[1])}

    def _reference(self, cls: type) -> str:
        if cls not in self._references:
            name = cls.__name__ if cls.__name__ not in self.bodies else _long_name(cls)
            self._references[cls] = f"#/$defs/{name}"
            self.bodies[name] = {}  # taken, before its own fields look for a name
            self.bodies[name] = self.record(cls)
        return self._references[cls]


def _long_name(cls: type) -> str:
    return f"{cls.__module__}.{cls.__qualname__}"
