from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from powerchannel.billing.calculators.numbers import (
    by_period,
    by_period_prices,
    decimal_of,
    fraction_of,
    not_negative,
    positive,
    priced,
    spread,
    whole,
)
from powerchannel.errors import TableError, UnknownNameError


@pytest.mark.parametrize("value", [0.5, True, None, [1]])
def test_what_is_not_exact_is_refused_with_the_way_out(value):
    with pytest.raises(TypeError, match="turn a float into text first"):
        fraction_of(value, "kwh")


@pytest.mark.parametrize("value", ["", "1,000", "nan", "Infinity", Decimal("NaN")])
def test_what_is_no_number_is_refused(value):
    with pytest.raises(TableError, match="kwh"):
        fraction_of(value, "kwh")


def test_bounds():
    assert positive("0.1", "x") == Fraction(1, 10)
    assert not_negative(0, "x") == 0
    assert whole("3.0", "x") == 3
    with pytest.raises(TableError, match="above 0"):
        positive(0, "x")
    with pytest.raises(TableError, match="check its sign"):
        not_negative("-0.01", "x")
    with pytest.raises(TableError, match="whole number"):
        whole("1.5", "x")


def test_what_does_not_end_has_forty_digits():
    assert decimal_of(Fraction(1, 3)) == Decimal("0." + "3" * 40)
    assert str(decimal_of(Fraction(450000, 9))) == "50000"


def test_periods_are_read_in_the_order_of_the_day():
    assert list(by_period({"valley": 1, "peak": 2}, "kwh")) == ["peak", "valley"]
    assert by_period(5, "kwh") == by_period({"total": 5}, "kwh") == {"total": 5}
    assert spread({"peak": Fraction(1), "flat": Fraction(2)})["total"] == 3


def test_a_total_that_is_not_the_sum_is_refused():
    with pytest.raises(TableError, match="total is 4, the periods sum to 3"):
        by_period({"peak": 1, "valley": 2, "total": 4}, "kwh")
    with pytest.raises(TableError, match="no period is given"):
        by_period({}, "kwh")


def test_a_period_that_there_is_not_is_refused():
    with pytest.raises(UnknownNameError, match="did you mean valley"):
        by_period({"vally": 1}, "kwh")
    with pytest.raises(UnknownNameError, match=r"Known: sharp, peak, flat, valley, deep_valley"):
        by_period({"night": 1}, "kwh")


def test_one_price_is_one_line():
    """Two lines of 0.005 would be 0.01 each; one line of 0.01 is 0.01."""
    energy = {"peak": Fraction(1, 100), "valley": Fraction(1, 100)}
    assert priced(energy, "0.5") == {"total": Decimal("0.01")}
    assert priced(energy, {"peak": "0.5", "valley": "0.5"})["total"] == Decimal("0.02")
    assert by_period_prices({"total": "0.5"}) == by_period_prices("0.5") == {"total": 0.5}


def test_a_period_without_a_price_is_refused():
    with pytest.raises(TableError, match=r"period valley has no price \(given: peak\)"):
        priced({"valley": Fraction(1)}, {"peak": "0.5"})
    with pytest.raises(TableError, match="period total has no price"):
        priced({"total": Fraction(1)}, {"peak": "0.5"})
