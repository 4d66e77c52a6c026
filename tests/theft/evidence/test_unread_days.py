"""What may have been lost before the first reading, through the door."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from powerchannel import load_rulebook, theft

DAYS = pd.date_range("2025-01-01", "2025-03-31")
READ_FROM = pd.Timestamp("2025-03-12")
READ_DAYS = 20


def result(fault: str, *, fault_from_days: int = 0, installed_on: str = "") -> theft.Result:
    """Ninety days of daily energy, every ten alike, the last twenty of them read hour by hour."""
    load = 1.0 + 0.02 * (np.arange(READ_DAYS * 24) // 24 % 10)
    found = theft.simulate.meter(
        "34",
        fault,
        current_a=load,
        minutes=READ_DAYS * 1440,
        step_minutes=60,
        fault_from_minutes=fault_from_days * 1440,
        started_at=str(READ_FROM),
        customer_id="a",
        meter_id="M",
    )
    times = found.lost_kwh / (found.true_kw - found.recorded_kw).sum()
    true, recorded = (
        kilowatts.reshape(READ_DAYS, 24).sum(axis=1) * times
        for kilowatts in (found.true_kw, found.recorded_kw)
    )
    days = DAYS
    daily = np.append(np.tile(recorded[:10], (len(DAYS) - READ_DAYS) // 10), recorded)
    if installed_on:
        daily = np.where(days < installed_on, np.tile(true[:10], len(DAYS) // 10), daily)
    on = days.strftime("%Y-%m-%d")
    tables = theft.check(
        points=found.points.assign(installed_on=installed_on),
        phase_readings=found.phase_readings,
        daily={"customer_id": ["a"] * len(DAYS), "on": on, "energy_kwh": daily},
    )
    state = theft.aggregate(tables)
    return theft.evaluate(state, load_rulebook("dlt698-theft"), as_of="2025-03")


def lost(found: theft.Result) -> tuple[str, float, float, float]:
    row = found.table.iloc[0]
    told = float(found.episodes["lost_kwh"].sum())
    three = (float(row[name]) / told for name in ("lost_kwh", "lost_kwh_low", "lost_kwh_high"))
    kwh, low, high = three
    return str(row["cause"]), kwh, low, high


def test_a_wiring_mistake_was_there_since_the_meter_was_put_up() -> None:
    """90 days instead of 20, in the estimate too; the lower end is what was seen."""
    cause, kwh, low, high = lost(result("current_reversed_a"))
    assert cause == "wiring_mistake"
    assert kwh == pytest.approx(90 / 20, rel=5e-3)
    assert low == pytest.approx(0.98, rel=1e-6)
    assert high == pytest.approx(1.02 * 90 / 20, rel=5e-3)


def test_no_day_of_the_meter_before_counts() -> None:
    """The new one recorded a third from its first day on."""
    _, kwh, _, high = lost(result("current_reversed_a", installed_on="2025-02-10"))
    assert kwh == pytest.approx(50 / 20, rel=5e-3)
    assert high == pytest.approx(1.02 * 50 / 20, rel=5e-3)


def test_of_a_fault_only_the_upper_end_holds_what_nobody_saw() -> None:
    cause, kwh, low, high = lost(result("voltage_open_b"))
    assert (cause, kwh) == ("meter_fault", pytest.approx(1))
    assert low == pytest.approx(0.98)
    assert high == pytest.approx(1.02 * 90 / 20, rel=5e-3)


def test_what_began_while_it_was_read_is_lost_since_then() -> None:
    cause, kwh, _, high = lost(result("voltage_open_b", fault_from_days=5))
    assert (cause, kwh, high) == ("meter_fault", pytest.approx(1), pytest.approx(1.02))


def test_the_explanation_says_so() -> None:
    said = "before the first reading"
    assert said in str(result("voltage_open_b").explain("a", lang="en"))
    assert "首个读数之前" in str(result("voltage_open_b").explain("a"))
    later = result("voltage_open_b", fault_from_days=5)
    assert said not in str(later.explain("a", lang="en"))
