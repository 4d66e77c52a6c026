from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from powerchannel.errors import TableError
from powerchannel.rulebook import Provenance
from powerchannel.theft.recovery import (
    Estimate,
    Mistake,
    RecoveryRules,
    UnknownStart,
    mistake_window,
    presumed_kwh,
    rated_capacity_kw,
    theft_window,
)


def clause(name):
    return Provenance(status="stated", clause=name)


RULES = RecoveryRules(
    unknown_start=UnknownStart(
        days=180,
        power_hours_per_day=Decimal(12),
        lighting_hours_per_day=Decimal(6),
        provenance=clause("103"),
    ),
    wiring_mistake=Mistake(time_share=Decimal(1), provenance=clause("81.1")),
    voltage_fault=Mistake(time_share=Decimal(1), provenance=clause("81.2")),
    meter_error=Mistake(time_share=Decimal("0.5"), provenance=clause("80.1")),
    estimate=Estimate(
        balance_ratio=Decimal("0.02"), unbalance_ratio=Decimal("0.2"), provenance=clause("ours")
    ),
)
FOUND = date(2025, 7, 1)


def test_a_theft_that_nobody_can_date_lasted_180_days():
    window = theft_window(FOUND, RULES, load_kind="lighting")
    assert (window.days, window.hours_per_day) == (180, 6)
    assert not window.is_start_known
    assert window.ended_on == FOUND
    assert window.provenance.clause == "103"


def test_a_known_start_is_taken():
    window = theft_window(FOUND, RULES, load_kind="power", started_on=date(2025, 6, 1))
    assert (window.days, window.hours_per_day, window.is_start_known) == (30, 12, True)


@pytest.mark.parametrize(
    ("kind", "share", "article"),
    [("wiring_mistake", 1, "81.1"), ("voltage_fault", 1, "81.2"), ("meter_error", 0.5, "80.1")],
)
def test_an_error_has_its_own_clause(kind, share, article):
    window = mistake_window(kind, began_on=date(2025, 1, 1), corrected_on=FOUND, rules=RULES)
    assert (window.days, window.time_share, window.provenance.clause) == (181, share, article)


def test_what_ends_before_it_starts_is_refused():
    later = FOUND + timedelta(days=1)
    with pytest.raises(TableError, match="check the dates"):
        theft_window(FOUND, RULES, load_kind="power", started_on=later)
    with pytest.raises(TableError, match="check the dates"):
        mistake_window("meter_error", began_on=later, corrected_on=FOUND, rules=RULES)


@pytest.mark.parametrize(
    ("wiring", "volt", "ampere", "ratio", "capacity"),
    [
        ("single_phase", 220, 5, 1, 1.1),
        ("34", 220, 1.5, 40, 39.6),
        ("33", 100, 5, 2000, 1000 * 3**0.5),
    ],
)
def test_the_capacity_of_the_rated_current(wiring, volt, ampere, ratio, capacity):
    found = rated_capacity_kw(wiring, rated_voltage_v=volt, rated_current_a=ampere, ratio=ratio)
    assert found == pytest.approx(capacity)


def test_what_is_presumed_is_capacity_times_hours_less_what_was_billed():
    """1.1 kW x 180 d x 6 h = 1,188 kWh, 200 of them billed."""
    window = theft_window(FOUND, RULES, load_kind="lighting")
    assert presumed_kwh(window, 1.1) == pytest.approx(1188)
    assert presumed_kwh(window, 1.1, billed_kwh=200) == pytest.approx(988)


@given(capacity=st.floats(0, 1e4), billed=st.floats(0, 1e9))
def test_nothing_is_owed_back_to_a_thief(capacity, billed):
    window = theft_window(FOUND, RULES, load_kind="power")
    assert presumed_kwh(window, capacity, billed_kwh=billed) >= 0
