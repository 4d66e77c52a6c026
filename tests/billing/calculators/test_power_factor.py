from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from powerchannel.billing.calculators import power_factor_correction
from powerchannel.billing.rules import PowerFactorTable
from powerchannel.errors import TableError
from powerchannel.rulebook import Provenance

STATED = Provenance(status="stated", clause="水电财字〔1983〕215号")


def rate_090(c: int) -> Decimal:
    """The closed form of the table for 0.90, by hundredths."""
    if c >= 95:
        return Decimal("-0.75")
    if c >= 90:
        return Decimal("-0.15") * (c - 90)
    if c >= 70:
        return Decimal("0.5") * (90 - c)
    return Decimal(10 + 70 - c) if c >= 65 else Decimal(15 + 2 * (65 - c))


TABLE = PowerFactorTable(
    standard=Decimal("0.90"),
    percent={f"{Decimal(c) / 100:.2f}": rate_090(c) for c in range(50, 101)},
    provenance=STATED,
)


def correct(active, before, after, billed, standard="0.9"):
    return power_factor_correction(
        active_kwh=active,
        reactive_before_kvarh=before,
        reactive_after_kvarh=after,
        power_factor_standard=standard,
        billed_amount_yuan=billed,
        power_factor_tables=[TABLE],
    )


def test_compensation_refunds():
    """80,000 kWh with 60,000 kvarh: 0.80, +5 %; with 26,295 kvarh: 80,000 / 84,210.5 = 0.95.

    Of 10,500 yuan 10,000 are the base; at -0.75 % they are 9,925.
    """
    found = correct(80000, 60000, 26295, 10500)
    assert (found.power_factor_before, found.power_factor) == (Decimal("0.80"), Decimal("0.95"))
    assert found.power_factor_rate_before_percent == 5
    assert found.power_factor_rate_percent == Decimal("-0.75")
    assert found.base_amount_yuan == 10000
    assert found.corrected_amount_yuan == Decimal("9925.00")
    assert found.supplement_yuan == Decimal("-575.00")


def test_the_deep_region():
    """PF-03: 0.60 against 0.90 is +25 %; 3 : 4 is 0.60. 0.40 is 45 + 10 x 2 = 65 %."""
    found = correct(3000, 4000, 0, 1250)
    assert found.power_factor_rate_before_percent == 25
    assert found.base_amount_yuan == 1000
    assert found.power_factor == 1
    assert correct(40, 0, "91.6515139", 1).power_factor_rate_percent == 65


@pytest.mark.parametrize(
    ("active", "reactive", "factor"),
    [("24", "7", "0.96"), ("7", "24", "0.28"), ("9", "40", "0.22"), ("39", "80", "0.44")],
)
def test_the_factor_is_rounded_half_up(active, reactive, factor):
    """24/25 = 0.96, 7/25 = 0.28, 9/41 = 0.2195 and 39/89 = 0.4382."""
    assert correct(active, 0, reactive, 1).power_factor == Decimal(factor)


def test_the_factor_turns_where_the_square_root_would_be_a_tie():
    """0.955 needs R/A = sqrt(1 - 0.955**2) / 0.955 = 0.310582...; no rational R/A meets it."""
    assert correct(10**9, 0, 310580000, 1).power_factor == Decimal("0.96")
    assert correct(10**9, 0, 310584000, 1).power_factor == Decimal("0.95")


@given(st.integers(1, 10**9), st.integers(0, 10**10))
def test_the_factor_is_the_nearest_hundredth(active, reactive):
    """Squared, so that nothing is rounded: (c - 1/2)**2 S <= (100 A)**2 < (c + 1/2)**2 S."""
    c = int(correct(active, 0, reactive, 1).power_factor * 100)
    total = active**2 + reactive**2
    assert (2 * c + 1) ** 2 * total > (200 * active) ** 2
    assert c == 0 or (2 * c - 1) ** 2 * total <= (200 * active) ** 2


@given(st.integers(1, 10**6), st.integers(0, 10**6), st.integers(0, 10**8))
def test_the_same_reactive_energy_changes_nothing(active, reactive, fen):
    found = correct(active, reactive, reactive, Decimal(fen) / 100)
    assert found.supplement_yuan == 0


def test_no_active_energy_or_no_table_is_refused():
    with pytest.raises(TableError, match="active_kwh"):
        correct(0, 1, 1, 1)
    with pytest.raises(TableError, match=r"no table for the standard 0\.85; known: 0\.90"):
        correct(1, 1, 1, 1, standard="0.85")
