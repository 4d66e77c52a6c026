"""Account rows split where the price changes."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given as generate
from hypothesis import strategies as st

from bills_by_hand import account, days, row, rulebook, tariff
from powerchannel.billing.reference.segments import by_account, cut, parts_of, pieces, segments
from powerchannel.errors import NotInForceError, UnknownNameError


def editions(*changes: str) -> tuple[object, ...]:
    days_ = [None, *changes, None]
    return tuple(
        tariff(
            **{
                key: day
                for key, day in (("effective_from", begins), ("effective_to", ends))
                if day is not None
            }
        )
        for begins, ends in pairwise(days_)
    )


def test_a_row_with_one_edition_is_one_segment() -> None:
    one = row(account(), {"peak": "10", "flat": "20"})
    (segment,) = segments(one, rulebook(tariff()))
    assert (segment.row, segment.days, segment.account_id) == (one, 31, "a")
    assert segment.energy_kwh == {"peak": 10, "flat": 20, "total": 30}


def test_energy_is_shared_by_days_each_period_for_itself() -> None:
    book = rulebook(*editions("2025-01-11"))  # type: ignore[arg-type]
    first, second = segments(row(account(), {"peak": "10", "flat": "20"}), book)
    assert first.energy_kwh == {"peak": 3, "flat": 6, "total": 9}
    assert second.energy_kwh == {"peak": 7, "flat": 14, "total": 21}
    assert (first.ended_on, second.started_on) == (date(2025, 1, 11), date(2025, 1, 11))


@generate(
    st.lists(st.integers(1, 30), min_size=1, max_size=4, unique=True),
    st.decimals(0, 10**6, places=2),
    st.decimals(0, 10**6, places=2),
)
def test_shares_sum_to_the_energy(changes: list[int], peak: Decimal, flat: Decimal) -> None:
    turns = [(date(2025, 1, 1) + timedelta(days=n)).isoformat() for n in sorted(changes)]
    book = rulebook(*editions(*turns))  # type: ignore[arg-type]
    found = segments(row(account(), {"peak": str(peak), "flat": str(flat)}), book)
    assert len(found) == len(changes) + 1
    for period, kwh in (("peak", peak), ("flat", flat), ("total", peak + flat)):
        assert sum(segment.energy_kwh[period] for segment in found) == kwh
    assert all(kwh >= 0 for segment in found for kwh in segment.energy_kwh.values())


def test_a_tariff_must_be_there_through_the_whole_row() -> None:
    with pytest.raises(UnknownNameError):
        segments(row(account(tariff="other")), rulebook(tariff()))
    for when in ({"effective_to": "2025-01-31"}, {"effective_from": "2025-01-02"}):
        with pytest.raises(NotInForceError):
            pieces(rulebook(tariff(**when)), "main", *days("2025-01-01 2025-02-01"))


def test_days_are_cut_at_the_changes_inside_them() -> None:
    span = days("2025-01-01 2025-02-01")
    middle = date(2025, 1, 9)
    assert cut(*span, [middle, middle, span[0], date(2026, 1, 1)]) == [
        (span[0], middle),
        (middle, span[1]),
    ]
    assert cut(span[0], span[0], []) == [(span[0], span[0])]


def test_energy_without_periods_is_the_total() -> None:
    assert parts_of({"total": Decimal(5)}) == {"total": 5}
    assert list(parts_of({"valley": Decimal(1), "peak": Decimal(2), "total": Decimal(3)})) == [
        "peak",
        "valley",
    ]
    assert parts_of({}) == {"total": 0}


def test_segments_are_listed_by_account_and_day() -> None:
    late, early = days("2025-01-12 2025-02-01"), days("2025-01-01 2025-01-12")
    rows = [row(account("b")), row(account(span=late)), row(account(span=early))]
    found = by_account(segment for one in rows for segment in segments(one, rulebook(tariff())))
    assert list(found) == ["a", "b"]
    assert [segment.started_on.day for segment in found["a"]] == [1, 12]
