from __future__ import annotations

from decimal import Decimal, localcontext
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from powerchannel.errors import TableError
from powerchannel.money import (
    allocate,
    charge_fen,
    decimal_text,
    divide_half_up,
    exact_decimal,
    exact_integer,
    fen_from_yuan,
    multiply_divide_half_up,
    price_from_yuan,
    yuan_from_fen,
)

INT64_MIN, INT64_MAX = -(2**63), 2**63 - 1

# Uniform over magnitudes as well as values, for wide products are rare among small numbers.
int64s = st.one_of(
    st.integers(INT64_MIN, INT64_MAX),
    st.integers(-1000, 1000),
    st.sampled_from([INT64_MIN, INT64_MIN + 1, -(2**32), 2**32, 2**32 - 1, 2**62, INT64_MAX]),
)
divisors = int64s.filter(bool)


def half_up(value: Fraction) -> int:
    """Round half away from zero, in Python integers."""
    whole = (2 * abs(value.numerator) + value.denominator) // (2 * value.denominator)
    return whole if value >= 0 else -whole


def _array(*values: int) -> NDArray[np.int64]:
    return np.array(values, dtype=np.int64)


@given(int64s, int64s, divisors)
@example(INT64_MIN, INT64_MIN, INT64_MIN)
@example(INT64_MIN, 1, 1)
@example(INT64_MIN, 1, -1)
@example(2**32 - 1, 2**32 + 1, 2)
@example(2**32 - 1, 2**32 + 1, -2)
@example(2**62, 2**62, 2**60)
@example(INT64_MAX, INT64_MAX, INT64_MAX)
@example(INT64_MAX, 3, 6)
@example(-INT64_MAX, 3, 6)
def test_a_product_is_divided_exactly_or_refused(a: int, b: int, divisor: int) -> None:
    ideal = half_up(Fraction(a * b, divisor))
    if INT64_MIN <= ideal <= INT64_MAX:
        assert int(multiply_divide_half_up(a, b, divisor)) == ideal
    else:
        with pytest.raises(OverflowError, match="pass int64"):
            multiply_divide_half_up(a, b, divisor)


@given(st.lists(st.tuples(int64s, int64s, divisors), min_size=1, max_size=30))
def test_every_row_of_an_array_is_exact(rows: list[tuple[int, int, int]]) -> None:
    ideals = [half_up(Fraction(a * b, d)) for a, b, d in rows]
    kept = [row for row, i in zip(rows, ideals, strict=True) if INT64_MIN <= i <= INT64_MAX]
    a, b, divisor = np.array(kept, dtype=np.int64).reshape(-1, 3).T
    result = multiply_divide_half_up(a, b, divisor)
    assert result.tolist() == [i for i in ideals if INT64_MIN <= i <= INT64_MAX]
    assert result.dtype == np.int64


@given(int64s, st.integers(1, 2**40))
def test_ties_go_away_from_zero(whole: int, half: int) -> None:
    # (2 w + 1) * h / (2 h) is w and a half.
    odd = 2 * (whole // 4) + 1
    expected = (odd + 1) // 2 if odd > 0 else (odd - 1) // 2
    assert int(multiply_divide_half_up(odd, half, 2 * half)) == expected
    assert int(multiply_divide_half_up(-odd, half, 2 * half)) == -expected


@given(int64s, divisors)
@example(INT64_MIN, -1)
def test_a_quotient_is_rounded_half_up(numerator: int, denominator: int) -> None:
    ideal = half_up(Fraction(numerator, denominator))
    if ideal > INT64_MAX:
        with pytest.raises(OverflowError):
            divide_half_up(numerator, denominator)
    else:
        assert int(divide_half_up(numerator, denominator)) == ideal


def test_a_rounding_that_carries_past_64_bits_does_not_wrap() -> None:
    # 2**65 - 1 = 31 * 8191 * ..., halved and rounded up, is 2**64: 0 if it wrapped.
    a, b = 31 * 8191, (2**65 - 1) // (31 * 8191)
    assert a * b == 2**65 - 1
    with pytest.raises(OverflowError):
        multiply_divide_half_up(a, b, 2)


def test_shapes_are_broadcast() -> None:
    result = multiply_divide_half_up(_array(1, 2, 3), _array(10, 20)[:, None], 10)
    assert result.tolist() == [[1, 2, 3], [2, 4, 6]]
    assert multiply_divide_half_up(3, 5, 2).shape == ()
    assert multiply_divide_half_up(_array(), 5, 2).tolist() == []


def test_smaller_integers_are_widened() -> None:
    assert divide_half_up(np.array([-128], dtype=np.int8), 1).tolist() == [-128]  # type: ignore[arg-type]


@pytest.mark.parametrize("value", [1.5, np.array([1.0]), np.array([2**63], np.uint64), 2**63, True])
def test_what_is_no_int64_is_refused(value: object) -> None:
    with pytest.raises(TypeError, match="int64 integers are needed"):
        multiply_divide_half_up(value, 1, 1)  # type: ignore[arg-type]


def test_an_array_with_a_zero_divisor_is_refused() -> None:
    with pytest.raises(ZeroDivisionError):
        divide_half_up(_array(1, 2), _array(1, 0))


def test_an_overflow_names_the_first_row_and_how_many() -> None:
    with pytest.raises(OverflowError, match=r"2 results pass int64 \(first: row 1,"):
        multiply_divide_half_up(_array(1, INT64_MAX, INT64_MAX), 2, 1)


@given(st.integers(-(10**15), 10**15), st.integers(0, 10**9))
def test_a_charge_is_energy_times_price_rounded_once(energy_wh: int, price_e8: int) -> None:
    yuan = Fraction(energy_wh, 1000) * Fraction(price_e8, 10**8)
    assert int(charge_fen(energy_wh, price_e8)) == half_up(yuan * 100)


@pytest.mark.parametrize(
    ("kwh", "price", "yuan"),
    [
        (100, "0.5203", "52.03"),
        (1, "0.005", "0.01"),
        (-1, "0.005", "-0.01"),
        (1, "0.00499999", "0"),
    ],
)
def test_charges_by_hand(kwh: int, price: str, yuan: str) -> None:
    assert int(charge_fen(kwh * 1000, price_from_yuan(price))) == fen_from_yuan(yuan)


@given(
    st.integers(INT64_MIN, INT64_MAX),
    st.lists(st.integers(0, 2**57), min_size=1, max_size=40).filter(any),
)
def test_shares_sum_to_the_total_and_are_within_a_unit(total: int, weights: list[int]) -> None:
    shares = allocate(total, _array(*weights)).tolist()
    assert sum(shares) == total
    for share, weight in zip(shares, weights, strict=True):
        assert abs(share - Fraction(total * weight, sum(weights))) < 1


@given(st.integers(0, 1000), st.lists(st.integers(0, 50), min_size=1, max_size=12).filter(any))
def test_units_left_over_go_to_the_largest_remainders_in_order(
    total: int, weights: list[int]
) -> None:
    ideals = [Fraction(total * weight, sum(weights)) for weight in weights]
    floors = [int(ideal) for ideal in ideals]
    order = sorted(range(len(weights)), key=lambda i: (floors[i] - ideals[i], i))
    for i in order[: total - sum(floors)]:
        floors[i] += 1
    assert allocate(total, _array(*weights)).tolist() == floors
    assert allocate(-total, _array(*weights)).tolist() == [-share for share in floors]


def test_nothing_is_shared_by_no_weight() -> None:
    assert allocate(0, _array(0, 0)).tolist() == [0, 0]
    assert allocate(0, _array()).tolist() == []


@pytest.mark.parametrize(("total", "weights"), [(1, [0, 0]), (1, []), (5, [3, -1]), (0, [-1])])
def test_weights_that_cannot_share_are_refused(total: int, weights: list[int]) -> None:
    with pytest.raises(TableError) as caught:
        allocate(total, _array(*weights))
    assert caught.value.problems[0].count == sum(weight < 0 for weight in weights)


def test_weights_that_sum_past_int64_are_refused() -> None:
    with pytest.raises(OverflowError):
        allocate(1, _array(INT64_MAX, 1))


@given(st.integers(-INT64_MAX, INT64_MAX), st.integers(1, 12))
def test_integers_and_decimals_there_and_back(value: int, decimals: int) -> None:
    decimal = exact_decimal(value, decimals)
    assert decimal == Fraction(value, 10**decimals)
    assert exact_integer(decimal, decimals, where="x") == value
    assert exact_integer(f"{decimal:f}", decimals, where="x") == value
    assert decimal_text(_array(value), decimals).tolist() == [f"{decimal:f}"]


def test_text_keeps_the_shape() -> None:
    assert decimal_text(_array(1, INT64_MIN)[:, None], 2).tolist() == [
        ["0.01"],
        ["-92233720368547758.08"],
    ]
    assert decimal_text(np.array(5), 2).shape == ()
    assert decimal_text(_array(5, -10, INT64_MIN), 0).tolist() == ["5", "-10", str(INT64_MIN)]


def test_decimals_do_not_depend_on_the_callers_precision() -> None:
    with localcontext(prec=3):
        assert yuan_from_fen(123456789) == Decimal("1234567.89")
        assert fen_from_yuan("1234567.89") == 123456789


@pytest.mark.parametrize(
    ("value", "fen"),
    [("12.30", 1230), (Decimal("-0.05"), -5), (7, 700), ("1.2300", 123), ("1e3", 100000)],
)
def test_yuan_become_fen(value: Decimal | str | int, fen: int) -> None:
    assert fen_from_yuan(value) == fen


@pytest.mark.parametrize(
    "value",
    ["12.345", "abc", "", "1,000", "NaN", "Infinity", "1e20", "1e999999999", "1e-999999999"],
)
def test_what_is_no_whole_number_of_fen_is_refused(value: str) -> None:
    with pytest.raises(TableError, match="at most 2 decimals") as caught:
        fen_from_yuan(value)
    assert "至多 2 位小数" in str(caught.value)
    assert repr(value) in str(caught.value)


@pytest.mark.parametrize("value", [12.3, True, None, np.float64(1)])
def test_a_float_is_no_amount(value: object) -> None:
    with pytest.raises(TypeError, match="Decimal, text or an int is needed"):
        fen_from_yuan(value)  # type: ignore[arg-type]


def test_a_price_has_eight_decimals() -> None:
    assert price_from_yuan("0.52034567") == 52034567
    with pytest.raises(TableError, match="at most 8 decimals"):
        price_from_yuan("0.520345678")
