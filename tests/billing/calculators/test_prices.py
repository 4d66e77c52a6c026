from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from powerchannel.billing.calculators import (
    average_price,
    derived_prices,
    energy_for_average_price,
    time_of_use_effect,
)
from powerchannel.errors import TableError

KWH = st.integers(1, 10**9)


def test_an_average_price_and_the_energy_that_lowers_it():
    """AVG-01: 2,000 kVA x 10 + 100,000 x 0.20 = 40,000 yuan: 0.4. For 0.35: 20,000 / 0.15."""
    assert average_price(amount_yuan=40000, energy_kwh=100000).average_price_yuan_per_kwh == (
        Decimal("0.4")
    )
    found = energy_for_average_price(fixed_charge_yuan=20000, price="0.20", target_price="0.35")
    assert round(found.energy_kwh, 3) == Decimal("133333.333")


def test_the_average_price_of_a_real_bill():
    """EX-01: 327,024.56 yuan for 511,800 kWh print as 0.64."""
    found = average_price(amount_yuan="327024.56", energy_kwh=511800, decimals=2)
    assert str(found.average_price_yuan_per_kwh) == "0.64"


def test_the_average_price_with_time_of_use():
    """REC-01: 20,000 + 400,000 x 0.30 + 400,000 x 0.20 + 200,000 x 0.10 = 240,000 yuan: 0.24."""
    amount = 20000 + 400000 * Decimal("0.3") + 400000 * Decimal("0.2") + 200000 * Decimal("0.1")
    found = average_price(amount_yuan=amount, energy_kwh=1000000)
    assert found.average_price_yuan_per_kwh == Decimal("0.24")


def test_no_energy_has_no_average():
    with pytest.raises(TableError, match="energy_kwh"):
        average_price(amount_yuan=1, energy_kwh=0)
    with pytest.raises(TableError, match="no energy reaches it"):
        energy_for_average_price(fixed_charge_yuan=1, price="0.5", target_price="0.5")


@given(KWH, KWH)
def test_the_energy_for_an_average_has_that_average(fixed, kwh):
    target = average_price(amount_yuan=fixed + kwh, energy_kwh=kwh, decimals=30)
    price = target.average_price_yuan_per_kwh
    found = energy_for_average_price(fixed_charge_yuan=fixed, price=1, target_price=price)
    assert abs(found.energy_kwh - kwh) < Decimal("1e-6") * kwh


def test_prices_follow_from_the_flat_one():
    """TOU-01: peak 0.1515 x 1.6, critical peak 20 % on it, valley 0.1515 x 0.38."""
    found = derived_prices(
        price="0.1515", peak_factor="1.6", valley_factor="0.38", sharp_factor="1.2"
    )
    assert found.prices["peak"] == Decimal("0.2424")
    assert found.prices["sharp"] == Decimal("0.29088")
    assert found.prices["flat"] == Decimal("0.1515")
    assert found.prices["valley"] == found.prices["deep_valley"] == Decimal("0.05757")


def test_the_critical_peak_and_the_deep_valley_may_stand_on_flat():
    """1 x 1.8 and 1 x 0.2, where on peak and valley they would be 2.7 and 0.1; rounded to 1."""
    found = derived_prices(
        price=1,
        peak_factor="1.5",
        valley_factor="0.5",
        sharp_factor="1.85",
        sharp_on="flat",
        deep_valley_factor="0.2",
        deep_valley_on="flat",
        price_decimals=1,
    )
    assert str(found.prices["sharp"]) == "1.9"
    assert str(found.prices["deep_valley"]) == "0.2"


def test_what_time_of_use_changes():
    """REC-02: 20,000 x 1.6 + 30,000 + 50,000 x 0.4 = 82,000 of 100,000: 18 % less."""
    found = time_of_use_effect(
        energy_kwh={"peak": 20000, "flat": 30000, "valley": 50000, "total": 100000},
        factors={"peak": "1.6", "valley": "0.4"},
    )
    assert found.flat_equivalent_kwh == 82000
    assert found.change_percent == -18


@given(st.dictionaries(st.sampled_from(["peak", "flat", "valley"]), KWH, min_size=1))
def test_one_factor_for_all_is_its_own_effect(energy):
    found = time_of_use_effect(energy_kwh=energy, factors=dict.fromkeys(energy, "1.25"))
    assert found.change_percent == 25


def test_time_of_use_of_nothing_is_refused():
    with pytest.raises(TableError, match="sum to more than 0"):
        time_of_use_effect(energy_kwh={"peak": 0}, factors={"peak": 2})
