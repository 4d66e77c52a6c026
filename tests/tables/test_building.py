from __future__ import annotations

from decimal import Decimal

from powerchannel.tables.building import code, day, flag, moment, name, number
from powerchannel.text import Text

WORD = Text("列", "column")


def test_each_builder_makes_its_kind() -> None:
    made = [f("x", WORD, WORD, "别名") for f in (name, number, day, moment, flag)]
    made.append(code("x", WORD, WORD, (), "别名"))
    assert [c.kind for c in made] == ["id", "decimal", "date", "time", "flag", "code"]
    assert all(c.aliases == ("别名",) and not c.is_required for c in made)


def test_numbers_are_exact_and_not_negative_unless_said() -> None:
    usual = number("x", WORD, WORD)
    assert (usual.minimum, usual.is_measured) == (Decimal(0), False)
    signed = number("x", WORD, WORD, minimum=None, is_measured=True)
    assert (signed.minimum, signed.is_measured) == (None, True)
