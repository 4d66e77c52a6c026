"""Canonical JSON, TOML, and digests."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

import attrs
import pytest
from attrs import field, frozen
from hypothesis import given, settings
from hypothesis import strategies as st

from powerchannel.errors import RulebookError
from powerchannel.rulebook import FrozenMapping, digest, dumps
from powerchannel.rulebook.writing import canonical, plain

law = settings(deadline=None, derandomize=True)


@frozen(kw_only=True)
class Book:
    name: str = "冀"
    factor: Decimal = Decimal("1.10")
    points: Mapping[str, Decimal] = FrozenMapping({"b": Decimal(2), "a": Decimal("0.5")})
    since: date = date(2022, 3, 1)
    is_open: bool = True
    tags: tuple[str, ...] = ("x", "y")
    note: str | None = None


def test_json_is_canonical() -> None:
    assert dumps(Book()) == (
        '{"factor":1.1,"is_open":true,"name":"冀","points":{"a":0.5,"b":2},'
        '"since":"2022-03-01","tags":["x","y"]}'
    )


def test_toml_is_in_the_order_of_the_class() -> None:
    assert dumps(Book(tags=()), format="toml") == (
        'name = "冀"\nfactor = 1.1\nsince = 2022-03-01\nis_open = true\ntags = []\n\n'
        "[points]\na = 0.5\nb = 2\n"
    )


def test_the_digest_is_that_of_the_canonical_json() -> None:
    expected = hashlib.sha256(dumps(Book()).encode("utf-8")).hexdigest()
    assert digest(Book()) == f"sha256:{expected}"


@pytest.mark.parametrize("text", ["1.1", "1.10", "11E-1", "1.1000000"])
def test_equal_numbers_give_equal_digests(text: str) -> None:
    assert digest(Book(factor=Decimal(text))) == digest(Book())


def test_the_order_of_keys_does_not_matter_and_a_value_does() -> None:
    turned = attrs.evolve(Book(), points={"a": Decimal("0.50"), "b": Decimal("2")})
    assert digest(turned) == digest(Book())
    assert digest(attrs.evolve(Book(), name="鲁")) != digest(Book())


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("0", "0"),
        ("-0.00", "0"),
        ("0E+9", "0"),
        ("1E+3", "1000"),
        ("-12.3400", "-12.34"),
        ("1E-8", "0.00000001"),
        ("100", "100"),
        ("123456789012345678901234567.1234567890123456789012345678", None),
    ],
)
def test_numbers_are_written_in_plain_digits(text: str, written: str | None) -> None:
    assert canonical(plain(Decimal(text))) == (written or text)


@law
@given(st.decimals(-(10**9), 10**9, allow_nan=False, allow_infinity=False, places=9))
def test_a_number_is_written_exactly(value: Decimal) -> None:
    written = canonical(plain(value))
    assert Decimal(written) == value
    assert "e" not in written.lower()
    assert not ("." in written and written.endswith("0"))


@law
@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_text_is_json_text(text: str) -> None:
    assert json.loads(canonical(text)) == text


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"factor": 1.1}, "$.factor"),
        ({"factor": Decimal("NaN")}, "$.factor"),
        ({"factor": Decimal("1E+9999999")}, "$.factor"),
        ({"name": 3}, "$.name"),
        ({"name": "\ud800"}, "$.name"),
        ({"is_open": 1}, "$.is_open"),
        ({"since": datetime(2022, 3, 1)}, "$.since"),
        ({"tags": ["x"]}, "$.tags"),
        ({"tags": "xy"}, "$.tags"),
        ({"points": {1: 2}}, "$.points.1"),
    ],
)
def test_what_would_not_come_back_is_not_written(change: dict[str, object], path: str) -> None:
    for write in (dumps, digest):
        with pytest.raises(RulebookError) as caught:
            write(attrs.evolve(Book(), **change))
        assert [each.where for each in caught.value.problems] == [path]


def test_a_number_of_the_other_exact_type_is_written() -> None:
    assert digest(attrs.evolve(Book(), factor=2)) == digest(Book(factor=Decimal("2.0")))


def test_the_argument_names_are_the_keys() -> None:
    fields = {"_hidden": field(type=int), "twice": field(init=False, default=2)}
    cls = attrs.make_class("Odd", fields)
    assert dumps(cls(hidden=1)) == '{"hidden":1}'


def test_toml_without_its_writer_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tomli_w", None)
    with pytest.raises(ImportError, match="pip install tomli-w"):
        dumps(Book(), format="toml")
    assert dumps(Book())


def test_there_are_two_formats() -> None:
    with pytest.raises(ValueError, match="yaml"):
        dumps(Book(), format="yaml")
