"""Laws that hold for any record: round trip, digest, diff, schema, and no surprise in reading."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import ClassVar, Literal

from attrs import evolve, field, frozen
from attrs.validators import ge
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from powerchannel.errors import RulebookError
from powerchannel.registry import Registry
from powerchannel.rulebook import (
    FrozenMapping,
    Provenance,
    diff,
    digest,
    dumps,
    json_schema,
    loads,
    structure,
)
from powerchannel.rulebook.writing import canonical, plain
from powerchannel.text import Text


@frozen(kw_only=True)
class Rung:
    id: str
    provenance: Provenance
    points: Mapping[str, Decimal]


@frozen(kw_only=True)
class Streak:
    provenance: Provenance
    months: int = field(validator=ge(1))
    factors: tuple[Decimal, ...]
    mode: Literal["ending", "longest", 3, True] = "ending"
    before: Streak | None = None


@frozen(kw_only=True)
class Rich:
    SCHEMA_VERSION: ClassVar[int] = 2

    kind: Literal["rich"] = "rich"
    schema_version: int = 2
    name: str
    title: Text
    effective_from: date | None = None
    streak: Streak
    ladder: tuple[Rung, ...] = ()
    grid: tuple[tuple[int, ...], ...] = ()
    nested: Mapping[str, Mapping[str, Rung]] = FrozenMapping({})
    is_strict: bool = True
    note: str | None = None


law = settings(
    max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
KINDS = Registry(Text("类别", "kind"), {"rich": f"{__name__}:Rich"})

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
integers = st.integers(-(2**63), 2**63 - 1)
decimals = st.decimals(-(10**9), 10**9, allow_nan=False, allow_infinity=False, places=8)
numbers = decimals | st.integers(-(10**27), 10**27).map(Decimal)


def table(values: st.SearchStrategy[object]) -> st.SearchStrategy[FrozenMapping[object]]:
    return st.dictionaries(text, values, max_size=3).map(FrozenMapping)


provenances = st.builds(
    Provenance,
    status=st.sampled_from(["stated", "repaired", "assumed"]),
    clause=text,
    quote=text,
    note=text,
)
rungs = st.builds(Rung, id=text, provenance=provenances, points=table(numbers))
streaks = st.recursive(
    st.none(),
    lambda before: st.builds(
        Streak,
        provenance=provenances,
        months=st.integers(1, 9),
        factors=st.lists(numbers, max_size=3).map(tuple),
        mode=st.sampled_from(["ending", "longest", 3, True]),
        before=before,
    ),
    max_leaves=3,
)
books = st.builds(
    Rich,
    name=text,
    title=st.builds(Text, text, text),
    effective_from=st.none() | st.dates(),
    streak=streaks.filter(bool),
    ladder=st.lists(rungs, max_size=3, unique_by=lambda rung: rung.id).map(tuple),
    grid=st.lists(st.lists(integers, max_size=2).map(tuple), max_size=2).map(tuple),
    nested=table(table(rungs)),
    is_strict=st.booleans(),
    note=st.none() | text,
)
junk = st.one_of(
    st.none(),
    st.booleans(),
    integers,
    st.just(1 << 20_000),
    st.floats(),
    st.decimals(),
    st.text(max_size=4),
    st.sampled_from([date(2022, 3, 1), "2022-03-01", datetime(2022, 3, 1), time(1), object()]),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=3) | st.integers(), st.integers(), max_size=2),
)


@law
@given(books, st.sampled_from(["json", "toml"]))
def test_what_is_written_reads_back_the_same(book: Rich, syntax: Literal["json", "toml"]) -> None:
    again = loads(dumps(book, format=syntax), format=syntax, kinds=KINDS)
    assert again == book
    assert hash(again) == hash(book)
    assert digest(again) == digest(book)


@law
@given(books)
def test_canonical_json_is_json(book: Rich) -> None:
    written = dumps(book)
    assert json.loads(written).keys() == plain(book).keys()
    assert canonical(plain(loads(written, format="json", kinds=KINDS))) == written


@law
@given(books, books)
def test_the_digest_the_diff_and_equality_agree(one: Rich, other: Rich) -> None:
    mixed = evolve(one, ladder=other.ladder, nested=other.nested, note=other.note)
    for new in (other, mixed, one):
        assert (diff(one, new) == ()) == (one == new)
        assert (digest(one) == digest(new)) == (one == new)


@law
@given(books, books)
def test_a_diff_turned_round_is_the_diff_of_the_turned_pair(one: Rich, other: Rich) -> None:
    forth = {(d.path, repr(d.old), repr(d.new)) for d in diff(one, other)}
    back = {(d.path, repr(d.new), repr(d.old)) for d in diff(other, one)}
    assert forth == back


@law
@given(books)
def test_what_is_written_meets_the_schema(book: Rich) -> None:
    assert meets(json.loads(dumps(book)), json_schema(Rich))


@law
@given(books, st.lists(st.tuples(st.randoms(), junk), min_size=1, max_size=3))
def test_a_mutated_document_gives_a_record_or_its_problems(
    book: Rich, mutations: list[tuple[random.Random, object]]
) -> None:
    document = plain(book)
    for chance, value in mutations:
        mutate(document, chance, value)
    outcome = record_or_error(lambda: structure(Rich, document))
    if isinstance(outcome, RulebookError):
        assert outcome.problems
        assert all(problem.where.startswith("$") for problem in outcome.problems)
        assert str(outcome).encode("utf-8")
    else:
        assert structure(Rich, plain(outcome)) == outcome


@law
@given(books, st.sampled_from(["json", "toml"]), st.data())
def test_a_mutated_text_gives_a_record_or_its_problems(
    book: Rich, syntax: Literal["json", "toml"], data: st.DataObject
) -> None:
    written = dumps(book, format=syntax)
    place = data.draw(st.integers(0, len(written)))
    until = data.draw(st.integers(place, min(place + 4, len(written))))
    changed = written[:place] + data.draw(st.text(max_size=3)) + written[until:]
    outcome = record_or_error(lambda: loads(changed, format=syntax, kinds=KINDS))
    assert isinstance(outcome, Rich) or str(outcome).encode("utf-8")


def test_the_schema_refuses_what_the_reader_refuses() -> None:
    provenance = {"status": "stated", "clause": "1"}
    streak = {"provenance": provenance, "months": 2, "factors": [1.5]}
    good = {"schema_version": 2, "kind": "rich", "name": "", "title": {"zh": "", "en": ""}}
    good["streak"] = streak
    schema = json_schema(Rich)
    assert meets(good, schema)
    assert meets({**good, "streak": {**streak, "factors": [1, "-1.50"]}}, schema)
    for bad in (
        {**good, "colour": 1},
        {**good, "schema_version": 1},
        {**good, "streak": {**streak, "mode": "never"}},
        {**good, "streak": {**streak, "before": {**streak, "months": "2"}}},
        {**good, "grid": [[1, "2"]]},
        {**good, "effective_from": "yesterday"},
        {**good, "streak": {**streak, "factors": ["1_5"]}},
        {key: value for key, value in good.items() if key != "title"},
    ):
        assert not meets(bad, schema)


def record_or_error(read: Callable[[], object]) -> object:
    try:
        return read()
    except RulebookError as error:
        return error


def mutate(document: object, chance: random.Random, value: object) -> None:
    """Replace, add or remove one value somewhere in the document."""
    place = chance.choice(containers(document))
    keys = list(place) if isinstance(place, dict) else list(range(len(place)))
    match chance.choice(["replace", "remove", "add"]):
        case "replace" if keys:
            place[chance.choice(keys)] = value
        case "remove" if keys:
            del place[chance.choice(keys)]
        case _ if isinstance(place, dict):
            place[chance.choice(["months", "facter", "", "\ud800", 7])] = value
        case _:
            place.append(value)


def containers(value: object) -> list[dict[object, object] | list[object]]:
    if not isinstance(value, (dict, list)):
        return []
    inner = value.values() if isinstance(value, dict) else value
    return [value, *(deep for each in inner for deep in containers(each))]


TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "integer": int,
    "number": (int, float),
    "null": type(None),
}


def meets(value: object, schema: dict[str, object], root: dict[str, object] | None = None) -> bool:
    """Validate against the keywords that `json_schema` uses; any other keyword is an error."""
    root = schema if root is None else root
    return all(_meets(word, rule, value, schema, root) for word, rule in schema.items())


def _meets(word, rule, value, schema, root) -> bool:
    match word:
        case "$schema" | "$defs" | "title" | "description" | "default":
            return True
        case "$ref":
            target = root
            for key in rule.split("/")[1:]:
                target = target[key]
            return meets(value, target, root)
        case "type" if isinstance(rule, list):
            return any(_meets("type", each, value, schema, root) for each in rule)
        case "type":
            is_bool = isinstance(value, bool)
            return isinstance(value, TYPES[rule]) and (is_bool == (rule == "boolean"))
        case "pattern":
            return not isinstance(value, str) or re.search(rule, value) is not None
        case "const":
            return type(value) is type(rule) and value == rule
        case "enum":
            return any(type(value) is type(each) and value == each for each in rule)
        case "format":
            return rule == "date" and re.fullmatch(r"\d{4}-\d\d-\d\d", str(value)) is not None
        case "anyOf":
            return any(meets(value, each, root) for each in rule)
        case "items":
            return all(meets(each, rule, root) for each in value)
        case "required":
            return isinstance(value, dict) and value.keys() >= set(rule)
        case "properties":
            return isinstance(value, dict) and all(
                meets(value[key], each, root) for key, each in rule.items() if key in value
            )
        case "additionalProperties" if rule is False:
            return value.keys() <= schema["properties"].keys()
        case "additionalProperties":
            return isinstance(value, dict) and all(
                meets(each, rule, root) for each in value.values()
            )
    raise AssertionError(f"unknown keyword {word}")
