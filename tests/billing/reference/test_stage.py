"""Lines, sums and what is given."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from bills_by_hand import account, given, group_of, row, rulebook, tariff
from powerchannel.billing.reference.segments import segments
from powerchannel.billing.reference.stage import (
    Rule,
    Stage,
    add_up,
    amount_fen,
    fatal,
    given_amounts,
    joined,
    lump,
    priced,
    remark,
    yuan,
)
from powerchannel.rulebook import Provenance

RULE = Rule.of("x", Provenance(status="repaired", clause="1"))


@pytest.mark.parametrize(
    ("amount", "fen"),
    [
        (Decimal("0.005"), 1),
        (Decimal("-0.005"), -1),
        (Fraction(1, 300), 0),
        (Decimal(10**20), 10**22),
    ],
)
def test_amounts_are_rounded_half_away_from_zero(amount: Decimal | Fraction, fen: int) -> None:
    assert amount_fen(amount) == fen


def test_a_line_is_a_quantity_at_a_price_or_an_amount() -> None:
    (segment,) = segments(row(account(), "10"), rulebook(tariff()))
    one = priced(
        segment,
        code="c",
        group="energy",
        period="peak",
        quantity=Decimal(3),
        price=Decimal("0.335"),
        rule=RULE,
    )
    assert (one.line.amount_fen, one.line.unit, one.segment) == (101, "kWh", segment)
    assert (one.line.rule_id, one.line.status, one.line.clause) == ("x", "repaired", "1")
    other = lump("a", code="c", group="fund", yuan=Decimal("-1.5"), rule=Rule(id="givens"))
    assert (other.line.amount_fen, other.line.quantity, other.segment) == (-150, None, None)
    assert add_up([one, other]) == -49
    assert yuan(-49) == Decimal("-0.49")


def test_a_rule_without_provenance_is_stated() -> None:
    assert Rule.of("x", None) == Rule(id="x", status="stated", clause="")


def test_stages_are_joined_in_order() -> None:
    told, stops = remark("one", "a", "甲", "one"), fatal("two", "a", "乙", "two")
    charge = lump("a", code="c", group="fund", yuan=Decimal(1), rule=RULE)
    key = ("a", "x", "total")
    both = joined(
        [
            Stage(charges=(charge,), values={key: Decimal(1)}, findings=(told,)),
            Stage(values={key: Decimal(2)}, findings=(stops,)),
        ]
    )
    assert (both.charges, dict(both.values), both.findings) == ((charge,), {key: 2}, (told, stops))
    assert (told.is_fatal, stops.is_fatal) == (False, True)
    assert joined([]) == Stage()


def test_what_is_given_for_a_group_of_one_is_given_for_its_account() -> None:
    rows = [row(account()), row(account("b"))]
    entries = (given("g", "x", "1"), given("a", "x", "2"), given("a", "y", "3", "peak"))
    alone, two = (group_of(some, givens=entries) for some in (rows[:1], rows))
    assert [one.value for one in given_amounts(alone, "a")["x"]] == [2]
    of_group = group_of(rows[:1], givens=entries[:1])
    assert [one.value for one in given_amounts(of_group, "a")["x"]] == [1]
    assert [one.value for one in given_amounts(two, "a")["x"]] == [2]
    assert list(given_amounts(two, "a")) == ["x", "y"]
    assert given_amounts(two, "b") == {}
