"""What changed from one rulebook to another."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import attrs
import pytest
from attrs import frozen

from powerchannel.rulebook import Difference, FrozenMapping, diff, diff_table


@frozen(kw_only=True)
class Step:
    months: int
    factor: Decimal = Decimal("1.1")


@frozen(kw_only=True)
class Rung:
    id: str
    points: int = 1


@frozen(kw_only=True)
class Book:
    name: str = "hebei"
    steps: tuple[Step, ...] = (Step(months=2),)
    ladder: tuple[Rung, ...] = (Rung(id="a"), Rung(id="b"))
    tags: tuple[str, ...] = ("x",)
    points: Mapping[str, int] = FrozenMapping({"app": 1})
    only: Step | None = None
    some: tuple[str, ...] | None = None


def changes(**change: object) -> list[tuple[str, object, object]]:
    return [(d.path, d.old, d.new) for d in diff(Book(), attrs.evolve(Book(), **change))]


def test_equal_rulebooks_do_not_differ() -> None:
    assert diff(Book(), Book()) == ()
    assert changes(steps=(Step(months=2, factor=Decimal("1.10")),)) == []


def test_a_value_that_changed() -> None:
    assert diff(Book(), Book(name="shandong")) == (
        Difference(path="$.name", old="hebei", new="shandong"),
    )
    assert changes(steps=(Step(months=2, factor=Decimal("1.2")),)) == [
        ("$.steps[0].factor", Decimal("1.1"), Decimal("1.2"))
    ]


def test_a_list_of_single_values_changes_as_a_whole() -> None:
    assert changes(tags=("x", "y")) == [("$.tags", ("x",), ("x", "y"))]


def test_what_came_and_what_went_is_told_value_by_value() -> None:
    assert changes(only=Step(months=3)) == [
        ("$.only.months", None, 3),
        ("$.only.factor", None, Decimal("1.1")),
    ]
    assert changes(steps=()) == [
        ("$.steps[0].months", 2, None),
        ("$.steps[0].factor", Decimal("1.1"), None),
    ]
    assert changes(points=FrozenMapping({"wechat": 1})) == [
        ("$.points.app", 1, None),
        ("$.points.wechat", None, 1),
    ]


def test_an_empty_list_is_not_no_list() -> None:
    assert changes(some=()) == [("$.some", None, ())]


def test_items_are_matched_by_their_id() -> None:
    assert changes(ladder=(Rung(id="new", points=5), Rung(id="a"), Rung(id="b", points=2))) == [
        ("$.ladder.b.points", 1, 2),
        ("$.ladder.new.id", None, "new"),
        ("$.ladder.new.points", None, 5),
    ]


def test_items_whose_ids_repeat_are_matched_by_their_place() -> None:
    twice = Book(ladder=(Rung(id="a", points=2), Rung(id="a")))
    once = Book(ladder=(Rung(id="a"),))
    assert [each.path for each in diff(once, twice)] == [
        "$.ladder[0].points",
        "$.ladder[1].id",
        "$.ladder[1].points",
    ]


def test_another_order_of_the_same_items_is_a_difference() -> None:
    assert changes(ladder=(Rung(id="b"), Rung(id="a"))) == [("$.ladder", ("a", "b"), ("b", "a"))]


def test_the_table_has_a_row_a_difference() -> None:
    new = Book(tags=(), name="鲁", steps=(Step(months=2, factor=Decimal("1.25")),))
    table = diff_table(Book(), attrs.evolve(new, only=Step(months=3)))
    assert table.columns.tolist() == ["path", "old", "new"]
    assert table.fillna("—").values.tolist() == [
        ["$.name", "hebei", "鲁"],
        ["$.steps[0].factor", "1.1", "1.25"],
        ["$.tags", '["x"]', "[]"],
        ["$.only.months", "—", "3"],
        ["$.only.factor", "—", "1.1"],
    ]


@pytest.mark.parametrize("new", [Book(), Book(name="x")])
def test_the_columns_are_text_even_when_empty(new: Book) -> None:
    assert [str(each) for each in diff_table(Book(), new).dtypes] == ["string"] * 3
