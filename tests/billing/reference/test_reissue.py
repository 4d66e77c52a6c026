"""Bills cancelled and billed again, and bills settled in parts."""

from __future__ import annotations

from decimal import Decimal

import pytest
from attrs import evolve

from bills_by_hand import account, bill, days, row, rulebook, tariff, total_fen, transformer
from powerchannel.billing import difference, interim_settlement
from powerchannel.billing.records import GroupBill, Line

BOOK = rulebook(
    tariff(
        components=[{"code": "x", "group": "energy", "price": "0.5"}],
        capacity_charge={"mode": "capacity", "price_yuan_per_kva_month": "30"},
    )
)
UNIT = (transformer("t", "10"),)


def billed(kwh: str, span: str = "2025-01-01 2025-02-01") -> GroupBill:
    return bill([row(account(span=days(span)), kwh)], BOOK, transformers=UNIT)


def total(lines: tuple[Line, ...]) -> int:
    return sum(line.amount_fen for line in lines)


def test_a_closed_bill_is_reversed_line_by_line_and_billed_again() -> None:
    old, new = billed("1000"), billed("1100")
    found = difference(old, new)
    assert total(found) == total_fen(new) - total_fen(old) == 5000
    first, capacity, again, _ = found
    assert (first.quantity, first.amount_fen, again.amount_fen) == (Decimal(-1000), -50_000, 55_000)
    assert (first.note, again.note) != (None, None)
    assert capacity.note is not None
    assert capacity.note.en.startswith("reversed; 10 kVA")
    assert total(difference(old, old)) == 0
    nothing = evolve(old, lines=())
    assert total(difference(nothing, old)) == -total(difference(old, nothing)) == total_fen(old)


def test_the_month_less_what_was_billed_in_it() -> None:
    first, second = billed("300", "2025-01-01 2025-01-11"), billed("300", "2025-01-11 2025-01-21")
    month = billed("1000")
    found = interim_settlement(month, [first, second])
    assert total(found) == total_fen(month) - total_fen(first) - total_fen(second)
    assert [line.code for line in found[-2:]] == ["interim_settlement"] * 2
    assert found[: len(month.lines)] == month.lines
    assert interim_settlement(month, []) == month.lines


def test_bills_of_other_groups_are_refused() -> None:
    one = billed("1")
    other = evolve(one, group_id="h")
    with pytest.raises(ValueError, match="different groups: g, h"):
        difference(one, other)
    with pytest.raises(ValueError, match="not of group g"):
        interim_settlement(one, [other])
