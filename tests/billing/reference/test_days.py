"""Days and months of 30 days, of the calendar, and of billing."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given as generate
from hypothesis import strategies as st

from powerchannel.billing.reference.days import (
    add_months,
    days_360,
    month_chunks,
    months_between,
    next_month,
)

DAYS = st.dates(date(2020, 1, 1), date(2030, 1, 1))


@pytest.mark.parametrize(
    ("begins", "ends", "count"),
    [
        ("2025-01-24", "2025-02-12", 18),
        ("2025-02-12", "2025-02-24", 12),
        ("2025-02-01", "2025-03-01", 30),
        ("2025-01-31", "2025-02-01", 1),
        ("2024-12-16", "2025-01-16", 30),
    ],
)
def test_months_have_thirty_days(begins: str, ends: str, count: int) -> None:
    assert days_360(date.fromisoformat(begins), date.fromisoformat(ends)) == count


@generate(DAYS, DAYS, DAYS)
def test_parts_of_days_add_up(a: date, b: date, c: date) -> None:
    first, second, third = sorted((a, b, c))
    assert days_360(first, second) + days_360(second, third) == days_360(first, third)
    assert days_360(first, second) >= 0


def test_months_go_on() -> None:
    assert next_month(date(2024, 12, 31)) == date(2025, 1, 1)
    assert add_months(date(2024, 11, 30), 3) == date(2025, 2, 28)
    assert add_months(date(2025, 3, 31), -1) == date(2025, 2, 28)


def test_from_the_end_of_a_month_to_the_end_of_another_is_whole() -> None:
    assert months_between(date(2025, 1, 31), date(2025, 2, 28)) == 1
    assert months_between(date(2025, 1, 30), date(2025, 2, 28)) == Fraction(28, 30)
    assert months_between(date(2025, 1, 10), date(2025, 3, 10)) == 2


def test_months_are_cut_from_the_first_day() -> None:
    assert list(month_chunks(date(2025, 1, 31), date(2025, 3, 20))) == [
        (date(2025, 1, 31), date(2025, 2, 28), True),
        (date(2025, 2, 28), date(2025, 3, 20), False),
    ]
    assert list(month_chunks(date(2025, 1, 1), date(2025, 1, 1))) == []
