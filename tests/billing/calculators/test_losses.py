from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from powerchannel.billing.calculators import grid_loss_rate, transformer_power_loss
from powerchannel.errors import TableError

S9 = {"capacity_kva": 100, "no_load_loss_kw": "0.29", "load_loss_kw": "1.50"}
REACTIVE = {"no_load_current_percent": "1.6", "short_circuit_voltage_percent": 4}


@pytest.mark.parametrize(("no_load", "kwh"), [("0.29", "1288.8"), ("0.20", "1224")])
def test_a_month_at_rated_load(no_load, kwh):
    """LOSS-03: (0.29 + 1.50) x 720 h = 1288.8 and (0.20 + 1.50) x 720 h = 1224 kWh."""
    found = transformer_power_loss(
        capacity_kva=100, no_load_loss_kw=no_load, load_loss_kw="1.50", load_ratio=1, hours=720
    )
    assert found.annual_loss_kwh == found.active_loss_kwh == Decimal(kwh)
    assert found.reactive_loss_kvar is None
    assert found.reactive_loss_kvarh is None


def test_a_reactive_loss_is_turned_into_active():
    """b = 0.5: dP = 0.29 + 0.25 x 1.5 = 0.665; dQ = (1.6 + 0.25 x 4) % of 100 = 2.6;

    dPz = 0.665 + 0.1 x 2.6 = 0.925; in 8,760 h 8,103 kWh.
    """
    found = transformer_power_loss(
        **S9, **REACTIVE, load_ratio="0.5", reactive_equivalent_kw_per_kvar="0.1", hours=8760
    )
    assert found.active_loss_kw == Decimal("0.665")
    assert found.reactive_loss_kvar == Decimal("2.6")
    assert found.comprehensive_loss_kw == Decimal("0.925")
    assert found.annual_loss_kwh == 8103
    assert found.active_loss_kwh == Decimal("5825.4")
    assert found.reactive_loss_kvarh == 22776


def test_steps_between_are_rounded_where_asked():
    """As above with one decimal: 0.7, 2.6, 0.7 + 0.26 = 0.96, which is 1.0."""
    found = transformer_power_loss(
        **S9,
        **REACTIVE,
        load_ratio="0.5",
        reactive_equivalent_kw_per_kvar="0.1",
        hours=8760,
        intermediate_decimals=1,
    )
    assert found.active_loss_kw == Decimal("0.7")
    assert found.comprehensive_loss_kw == 1
    assert found.annual_loss_kwh == 8760


def test_half_of_what_is_needed_is_refused():
    with pytest.raises(TableError, match="leave the equivalent out"):
        transformer_power_loss(**S9, load_ratio=1, hours=1, reactive_equivalent_kw_per_kvar="0.1")
    with pytest.raises(TableError, match="give both or neither"):
        transformer_power_loss(**S9, load_ratio=1, hours=1, no_load_current_percent=1)
    with pytest.raises(TableError, match="give both or neither"):
        transformer_power_loss(**S9, load_ratio=1, hours=1, short_circuit_voltage_percent=4)


@given(st.decimals(0, 2, places=3), st.decimals(0, 2, places=3))
def test_more_load_never_loses_less(one, other):
    low, high = sorted((one, other))
    less, more = (transformer_power_loss(**S9, load_ratio=b, hours=720) for b in (low, high))
    assert less.annual_loss_kwh <= more.annual_loss_kwh


def test_the_loss_rate_of_a_grid():
    """1,000 x 0.95 + 100 - 50 = 1,000 supplied, 940 sold: 6 %."""
    found = grid_loss_rate(
        generated_kwh=1000,
        own_use_ratio="0.05",
        purchased_kwh=100,
        exported_kwh=50,
        sold_kwh=940,
    )
    assert (found.supplied_kwh, found.loss_kwh, found.loss_rate_percent) == (1000, 60, 6)


def test_a_grid_that_supplied_nothing_has_no_rate():
    with pytest.raises(TableError, match="no rate"):
        grid_loss_rate(purchased_kwh=10, exported_kwh=10, sold_kwh=0)
    with pytest.raises(TableError, match=r"5 % is 0\.05"):
        grid_loss_rate(generated_kwh=10, own_use_ratio=5, sold_kwh=0)


@given(st.integers(1, 10**12), st.integers(0, 10**12))
def test_what_is_sold_and_lost_was_supplied(purchased, sold):
    found = grid_loss_rate(purchased_kwh=purchased, sold_kwh=sold)
    assert found.loss_kwh + sold == found.supplied_kwh
    assert (found.loss_rate_percent < 0) == (sold > purchased)
