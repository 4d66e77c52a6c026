"""The graph of relations is checked before anything is taken off."""

from __future__ import annotations

import pytest

from energies_by_hand import energy, fatal, job, june, meter, one, relation, used
from powerchannel.billing.records import Relation
from powerchannel.billing.reference.relations import Relations

ACCOUNTS = tuple(june(name) for name in "abcd")
METERS = (meter("m", "a"), meter("n", "b"))


def checked(*relations: Relation) -> tuple[Relations, list[str]]:
    work = job(*ACCOUNTS, meters=METERS, relations=relations)
    return Relations.of(work), [n.code for n in work.notes.all()]


def test_parents_come_before_their_children_whatever_the_order() -> None:
    deep = relation("d", "c", "fixed_ratio", ratio="0.5")
    near = relation("c", "m", "fixed_quantity", quantity_kwh="10")
    sub = relation("n", "m", "sub_meter")
    for given in ((deep, near, sub), (sub, near, deep)):
        found, codes = checked(*given)
        assert codes == []
        assert [r.child_id for r in found.before] == ["c", "n", "d"]
        assert found.after == ()


def test_ratios_after_loss_and_all_below_them_wait_for_the_losses() -> None:
    late = relation("c", "a", "fixed_ratio", ratio="0.5", ratio_base="after_loss")
    below = relation("d", "c", "fixed_quantity", quantity_kwh="10")
    sub = relation("n", "m", "sub_meter")
    found, _ = checked(below, late, sub)
    assert [r.child_id for r in found.before] == ["n"]
    assert [r.child_id for r in found.after] == ["c", "d"]


@pytest.mark.parametrize(
    ("relations", "code"),
    [
        ([relation("x", "m", "sub_meter")], "relation_unknown"),
        ([relation("n", "x", "sub_meter")], "relation_unknown"),
        ([relation("c", "m", "fixed_quantity")], "relation_incomplete"),
        ([relation("c", "m", "fixed_quantity", quantity_kwh="-1")], "relation_incomplete"),
        ([relation("c", "m", "fixed_ratio")], "relation_incomplete"),
        ([relation("c", "m", "fixed_ratio", ratio="1.01")], "relation_incomplete"),
        ([relation("n", "m", "fixed_ratio", ratio="0.1")], "relation_incomplete"),
        ([relation("n", "m", "sub_meter"), relation("b", "c", "sub_meter")], "relation_twice"),
        ([relation("n", "m", "sub_meter"), relation("m", "n", "sub_meter")], "relation_cycle"),
        ([relation("n", "m", "sub_meter"), relation("a", "b", "sub_meter")], "relation_cycle"),
        ([relation("m", "m", "sub_meter")], "relation_cycle"),
    ],
)
def test_faults_are_fatal_and_take_nothing_off(relations: list[Relation], code: str) -> None:
    found, codes = checked(*relations)
    assert set(codes) == {code}
    assert found == Relations()


def test_a_fault_stops_the_bill() -> None:
    found = energy(
        *ACCOUNTS[:2],
        meters=METERS,
        readings=(*used("m", total="5"), *used("n", total="2")),
        relations=(relation("n", "m", "sub_meter"), relation("m", "n", "sub_meter")),
    )
    assert fatal(found) == ["relation_cycle"]
    assert "m > n" in one(found, "relation_cycle").message.en


def test_quantities_of_nothing_are_quantities() -> None:
    found, codes = checked(relation("c", "m", "fixed_quantity", quantity_kwh="0"))
    assert (codes, len(found.before)) == ([], 1)
