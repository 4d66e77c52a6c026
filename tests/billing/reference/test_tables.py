"""Loss tables are looked up by capacity and band."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from energies_by_hand import band, job, lossy
from powerchannel.billing.reference.tables import table_row

ROWS = (
    band("160", "0", "5000", "40"),
    band("100", "5000", None, "60"),
    band("100", "0", "5000", "30"),
    band("200", "1000", "5000", "90"),
)
NAMED = lossy(loss_method="table", loss_table="s9")


@pytest.mark.parametrize(
    ("capacity", "energy", "expected"),
    [
        (100, 0, 30),
        (100, 5000, 30),
        (100, Fraction(50001, 10), 60),
        (100, 10**9, 60),
        (125, 10, 40),
        (50, 10, 30),
        (200, 1001, 90),
        (160, 5001, None),
        (200, 0, None),
        (200, 1000, None),
        (201, 10, None),
    ],
)
def test_the_next_larger_capacity_and_the_band(
    capacity: int, energy: Fraction | int, expected: int | None
) -> None:
    work = job(loss_tables=ROWS)
    row = table_row(work, NAMED, Decimal(capacity), Fraction(energy))
    assert (row.loss_kwh if row else None) == expected
    assert [n.is_fatal for n in work.notes.all()] == [True] * (row is None)


def test_another_table_is_not_looked_into() -> None:
    work = job(loss_tables=ROWS)
    other = lossy(loss_method="table", loss_table="s11")
    assert table_row(work, other, Decimal(100), Fraction(1)) is None
    (note,) = work.notes.all()
    assert "s11" in note.message.zh
