"""Rounding is exact and away from zero; shares sum to what they share."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from powerchannel.billing.reference.rounding import add, by_period, half_up, share, total_of

AMOUNTS = st.decimals(-(10**12), 10**12, places=4)
WEIGHTS = st.lists(st.decimals(0, 10**9, places=2), min_size=1, max_size=6)
PARTS = st.dictionaries(
    st.sampled_from(["sharp", "peak", "flat", "valley", "deep_valley"]),
    st.decimals(0, 10**7, places=2),
    min_size=1,
)


@pytest.mark.parametrize(
    ("value", "decimals", "expected"),
    [
        (Fraction(1, 2), 0, "1"),
        (Fraction(-1, 2), 0, "-1"),
        (Fraction(-49, 100), 0, "0"),
        (Decimal("2.675"), 2, "2.68"),
        (Fraction(1, 3), 6, "0.333333"),
        (7, 2, "7.00"),
        (Decimal("123456789012345678901234567890.5"), 0, "123456789012345678901234567891"),
    ],
)
def test_half_away_from_zero(value: Fraction | Decimal | int, decimals: int, expected: str) -> None:
    assert str(half_up(value, decimals)) == expected


@given(AMOUNTS, st.integers(0, 3))
def test_it_is_what_decimal_does(value: Decimal, decimals: int) -> None:
    exact = Context(prec=40, rounding=ROUND_HALF_UP)
    assert half_up(value, decimals) == exact.quantize(value, Decimal(1).scaleb(-decimals))


@given(AMOUNTS, WEIGHTS)
def test_shares_sum_to_the_total_and_none_changes_sign(
    total: Decimal, weights: list[Decimal]
) -> None:
    shares = share(total, weights, 0)
    assert sum(shares, Decimal(0)) == total
    assert all(part * total >= 0 for part in shares)
    whole = sum(map(Fraction, weights), Fraction(0)) or None
    for part, weight in zip(shares, weights, strict=True):
        ideal = Fraction(total) * (Fraction(weight) / whole if whole else Fraction(1, len(weights)))
        assert abs(Fraction(part) - ideal) <= 1


def test_the_cuts_are_whole_and_the_rest_is_in_the_last_share_with_weight() -> None:
    assert share(Decimal("10.55"), [1, 1, 0], 0) == (5, Decimal("5.55"), 0)
    assert share(Decimal(100), [0, 0], 0) == (50, 50)
    assert share(Decimal(100), [], 0) == ()


def test_periods_leave_what_does_not_divide_to_flat() -> None:
    energy = {"peak": Decimal(1), "flat": Decimal(1), "valley": Decimal(1)}
    found = by_period(Decimal("100.4"), energy, 0, "proportional")
    assert found == {"peak": 33, "flat": Decimal("34.4"), "valley": 33}
    assert by_period(Decimal(7), energy, 0, "flat") == {"peak": 0, "flat": 7, "valley": 0}
    assert by_period(Decimal(7), {"total": Decimal(3)}, 0, "proportional") == {"total": 7}
    assert by_period(Decimal(7), {}, 0, "flat") == {"total": 7}


def test_a_remainder_never_goes_to_a_period_without_energy_nor_turns_one_negative() -> None:
    halves = {"sharp": Decimal(1), "peak": Decimal(1)}
    assert by_period(Decimal(1), halves, 0, "proportional") == {"sharp": 1, "peak": 0}
    assert by_period(Decimal(1), {**halves, "flat": Decimal(0)}, 0, "proportional")["flat"] == 0
    quarters = dict.fromkeys(("sharp", "peak", "valley", "deep_valley"), Decimal("24.9"))
    found = by_period(Decimal(2), {**quarters, "flat": Decimal("0.4")}, 0, "proportional")
    assert min(found.values()) >= 0
    assert by_period(Decimal(5), {"peak": Decimal(0), "flat": Decimal(0)}, 0, "proportional") == {
        "peak": 0,
        "flat": 5,
    }


@given(st.decimals(0, 10**6, places=2), PARTS, st.sampled_from(["proportional", "flat"]))
def test_periods_conserve_energy(total: Decimal, parts: dict[str, Decimal], policy: str) -> None:
    found = by_period(total, parts, 0, policy)
    assert total_of(found) == total
    assert set(found) == set(parts)
    assert min(found.values()) >= 0


def test_a_single_rate_is_flat_beside_parts_only() -> None:
    single, parts = {"total": Decimal(2)}, {"valley": Decimal(1), "peak": Decimal(4)}
    assert add(single, single) == {"total": 4}
    assert add(single, parts) == {"peak": 4, "flat": 2, "valley": 1}
    assert list(add(parts)) == ["peak", "valley"]
    assert add() == {}
