"""Provenance, frozen mappings, and the list of rules."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Mapping

import pytest
from attrs import evolve, field, frozen
from hypothesis import given, settings
from hypothesis import strategies as st

from powerchannel.rulebook import FrozenMapping, Provenance, rules

law = settings(deadline=None, derandomize=True)
STATED = Provenance(status="stated", clause="S0 2.2", quote="连续2个月")
ASSUMED = Provenance(status="assumed", clause="—")
TABLES = st.dictionaries(st.text(max_size=3), st.integers(), max_size=5)


@frozen(kw_only=True)
class Rung:
    id: str
    provenance: Provenance
    points: Mapping[str, int] = field(converter=FrozenMapping)


@frozen(kw_only=True)
class Step:
    provenance: Provenance
    months: int


@frozen(kw_only=True)
class Latent:
    provenance: Provenance
    ladder: tuple[Rung, ...]
    cap: int
    fallback: Step | None = None


@frozen(kw_only=True)
class Group:
    steps: tuple[Step, ...]


@frozen(kw_only=True)
class Book:
    name: str
    latent: Latent
    group: Group
    named: Mapping[str, Step]


def book() -> Book:
    rung = Rung(id="phone_registered", provenance=ASSUMED, points={"app": 2})
    return Book(
        name="hebei",
        latent=Latent(provenance=STATED, ladder=(rung,), cap=6),
        group=Group(steps=(Step(provenance=STATED, months=2),)),
        named=FrozenMapping({"a b": Step(provenance=ASSUMED, months=3)}),
    )


def test_every_rule_is_listed_with_its_id_and_provenance() -> None:
    assert [(rule.id, rule.provenance) for rule in rules(book())] == [
        ("latent", STATED),
        ("latent.ladder.phone_registered", ASSUMED),
        ("group.steps[0]", STATED),
        ("named['a b']", ASSUMED),
    ]


def test_the_document_itself_is_a_rule_where_it_has_a_provenance() -> None:
    @frozen(kw_only=True)
    class Prices:
        schema_version: int
        name: str
        price: int
        step: Step
        provenance: Provenance | None

    prices = Prices(
        schema_version=1,
        name="home",
        price=5,
        step=Step(provenance=ASSUMED, months=3),
        provenance=STATED,
    )
    first, second = rules(prices)
    assert (first.id, first.provenance, first.values) == ("$", STATED, {"price": 5})
    assert second.id == "step"
    assert [rule.id for rule in rules(evolve(prices, provenance=None))] == ["step"]


def test_a_rule_shows_its_own_values_and_not_those_of_rules_within() -> None:
    values = {rule.id: rule.values for rule in rules(book())}
    assert values["latent"] == {"cap": 6, "fallback": None}
    assert values["latent.ladder.phone_registered"] == {"points": {"app": 2}}
    assert values["group.steps[0]"] == {"months": 2}


@law
@given(TABLES)
def test_a_frozen_mapping_is_what_it_was_made_of(table: dict[str, int]) -> None:
    frozen_table = FrozenMapping(table)
    assert frozen_table == table
    assert list(frozen_table) == sorted(table)
    assert len(frozen_table) == len(table)


@law
@given(TABLES)
def test_equal_frozen_mappings_behave_the_same(table: dict[str, int]) -> None:
    one = FrozenMapping(table)
    other = FrozenMapping(dict(reversed(table.items())))
    assert one == other
    assert hash(one) == hash(other)
    assert repr(one) == repr(other)


@law
@given(TABLES)
def test_a_frozen_mapping_travels(table: dict[str, int]) -> None:
    one = FrozenMapping(table)
    assert pickle.loads(pickle.dumps(one)) == one
    assert copy.deepcopy(one) == one


def test_a_frozen_mapping_does_not_follow_its_source() -> None:
    source = {"app": 1}
    table = FrozenMapping(source)
    source["app"] = 2
    assert table["app"] == 1
    with pytest.raises(TypeError):
        table["app"] = 3


def test_a_record_with_a_frozen_mapping_is_hashable() -> None:
    assert len({book(), book()}) == 1
