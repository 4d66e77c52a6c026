from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from powerchannel.billing.calculators import (
    current_transformer_correction,
    meter_error_correction,
    wiring_correction,
)
from powerchannel.errors import TableError, UnknownNameError

KWH = st.decimals(0, 10**9, places=2)
RATIOS = st.lists(st.integers(1, 400), min_size=1, max_size=3)


def test_a_slow_meter_is_corrected_for_half_the_time():
    """COR-03: 900,000 kWh recorded 10 % slow: 1,000,000 in truth, half of 100,000 to be paid."""
    found = meter_error_correction(metered_kwh=900000, error="-0.10")
    assert found.corrected_kwh == {"total": Decimal(1000000)}
    assert found.supplement_kwh == {"total": Decimal(50000)}
    assert found.corrected_amount_yuan is None


def test_a_fast_meter_is_refunded():
    """1,050 recorded at +5 % are 1,000; the whole time at 0.5 yuan: -50 kWh, -25 yuan."""
    found = meter_error_correction(metered_kwh=1050, error="0.05", period_share=1, prices="0.5")
    assert found.supplement_kwh["total"] == -50
    assert found.supplement_yuan == {"total": Decimal("-25.00")}
    assert found.corrected_amount_yuan == {"total": Decimal("500.00")}


@pytest.mark.parametrize(
    ("wiring", "count", "factor"),
    [
        ("34", 0, 1),
        ("34", 1, 3),
        ("34", 2, -3),
        ("34", 3, -1),
        ("three_phase_four_wire", 1, 3),
        ("三相四线", "1", 3),
        (34, ["u"], 3),
        ("3p4w", ("u", "w"), -3),
        ("33", 2, -1),
        ("33", 0, 1),
        ("12", 1, -1),
    ],
)
def test_the_factor_of_a_wiring(wiring, count, factor):
    """Of n equal elements k are negative: n P over (n - 2k) P."""
    found = wiring_correction(wiring=wiring, reversed_current_transformers=count, metered_kwh=100)
    assert found.correction_factor == factor
    assert found.correction_rate == factor - 1
    assert found.supplement_kwh["total"] == 100 * (factor - 1)


def test_a_meter_that_ran_backwards_is_charged():
    """Two of three reversed: -500 recorded, K = -3, so 1,500 are right and 2,000 are missing."""
    found = wiring_correction(wiring="34", reversed_current_transformers=2, metered_kwh=-500)
    assert found.corrected_kwh["total"] == 1500
    assert found.supplement_kwh["total"] == 2000


def test_the_factor_holds_for_every_register_and_each_line_is_rounded():
    """K = 3: 2 x 10.01 at 1.0005 = 20.03001 and 2 x 5.55 at 0.3333 = 3.69963: 20.03 + 3.70."""
    found = wiring_correction(
        wiring="34",
        reversed_current_transformers=1,
        metered_kwh={"peak": "10.01", "valley": "5.55"},
        prices={"peak": "1.0005", "valley": "0.3333"},
    )
    assert found.supplement_kwh == {
        "peak": Decimal("20.02"),
        "valley": Decimal("11.1"),
        "total": Decimal("31.12"),
    }
    assert found.supplement_yuan == {
        "peak": Decimal("20.03"),
        "valley": Decimal("3.70"),
        "total": Decimal("23.73"),
    }


def test_one_of_two_is_refused_with_its_reason():
    with pytest.raises(TableError, match="tanφ"):
        wiring_correction(wiring="33", reversed_current_transformers=1, metered_kwh=100)


def test_what_a_wiring_has_not_is_refused():
    with pytest.raises(TableError, match="3 只电流互感器"):
        wiring_correction(wiring="34", reversed_current_transformers=4, metered_kwh=100)
    with pytest.raises(TableError, match="须为整数"):
        wiring_correction(wiring="34", reversed_current_transformers="0.5", metered_kwh=100)
    with pytest.raises(UnknownNameError, match="did you mean three_phase_four_wire"):
        wiring_correction(
            wiring="three_phase_fourwire", reversed_current_transformers=1, metered_kwh=1
        )


def test_one_wrong_transformer_of_three():
    """A 300/5 for a 200/5 in one phase: 3 / (2 + 40/60) = 1.125; 50,000 x 0.125 = 6,250."""
    found = current_transformer_correction(
        billed_ratio=40, actual_ratios=[40, 40, 60], metered_kwh=50000, prices="0.8"
    )
    assert found.correction_factor == Decimal("1.125")
    assert found.supplement_kwh["total"] == 6250
    assert found.supplement_yuan == {"total": Decimal("5000.00")}


def test_the_rate_is_rounded_where_practice_does():
    """30 for 40 in one phase: 3 / (2 + 40/30) = 0.9, of two 6/7: -14.2857... % reads -14.29 %."""
    found = current_transformer_correction(
        billed_ratio=40, actual_ratios=["40", 30, 30], metered_kwh=11000
    )
    assert Fraction(found.correction_rate).limit_denominator(100) == Fraction(-2, 11)
    rounded = current_transformer_correction(
        billed_ratio=40, actual_ratios=[40, 30, 30], metered_kwh=11000, correction_rate_decimals=4
    )
    assert rounded.correction_rate == Decimal("-0.1818")
    assert rounded.supplement_kwh["total"] == Decimal("-1999.8")
    assert rounded.corrected_kwh["total"] == Decimal("9000.2")


def test_phases_that_cancel_out_are_refused():
    with pytest.raises(TableError, match="recorded nothing"):
        current_transformer_correction(billed_ratio=40, actual_ratios=[40, -40], metered_kwh=0)
    with pytest.raises(TableError, match="recorded nothing"):
        meter_error_correction(metered_kwh=0, error=-1)


@pytest.mark.parametrize("ratios", [[], "404", [40, 0, 40]])
def test_ratios_that_are_none_are_refused(ratios):
    with pytest.raises(TableError, match="actual_ratios"):
        current_transformer_correction(billed_ratio=40, actual_ratios=ratios, metered_kwh=1)


def test_a_share_is_between_0_and_1():
    with pytest.raises(TableError, match=r"half is 0\.5"):
        meter_error_correction(metered_kwh=1, error=0, period_share=50)


@given(KWH, RATIOS)
def test_right_transformers_change_nothing_and_the_order_of_phases_does_not_matter(kwh, ratios):
    right = current_transformer_correction(billed_ratio=7, actual_ratios=[7, 7, 7], metered_kwh=kwh)
    assert right.supplement_kwh["total"] == 0
    one = current_transformer_correction(billed_ratio=7, actual_ratios=ratios, metered_kwh=kwh)
    other = current_transformer_correction(
        billed_ratio=7, actual_ratios=ratios[::-1], metered_kwh=kwh
    )
    assert one == other


@given(KWH, st.integers(0, 3))
def test_a_reversed_transformer_is_one_of_negative_ratio(kwh, count):
    ratios = [-20] * count + [20] * (3 - count)
    by_ratio = current_transformer_correction(
        billed_ratio=20, actual_ratios=ratios, metered_kwh=kwh, prices="0.5"
    )
    by_wiring = wiring_correction(
        wiring="34", reversed_current_transformers=count, metered_kwh=kwh, prices="0.5"
    )
    assert by_ratio == by_wiring


@given(st.dictionaries(st.sampled_from(["sharp", "peak", "flat"]), KWH, min_size=1))
def test_the_parts_sum_to_the_total(parts):
    found = wiring_correction(
        wiring="34", reversed_current_transformers=1, metered_kwh=parts, prices="0.51"
    )
    assert found.metered_kwh["total"] == sum(parts.values())
    assert found.corrected_kwh["total"] == 3 * sum(parts.values())
    for name, kwh in parts.items():
        assert found.supplement_kwh[name] == 2 * kwh
