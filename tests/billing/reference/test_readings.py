"""Readings, differences, rollover and what lies between."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from energies_by_hand import billed, codes, energy, fatal, job, lossy, meter, readings, used
from powerchannel.billing.records import Reading
from powerchannel.billing.reference.readings import (
    between,
    capacity_of,
    difference,
    is_estimated,
    is_usable,
    plausible_kwh,
    series,
    spread,
    step_between,
    tell_conflicts,
)

FIRST, MIDDLE, LAST = date(2025, 6, 1), date(2025, 6, 11), date(2025, 7, 1)


def reading(value: str, day: date = FIRST, status: str = "") -> Reading:
    return Reading(
        meter_id="m", register="active_total", read_on=day, reading=Decimal(value), status=status
    )


def test_the_difference_times_the_multiplier() -> None:
    ct_and_pt = meter(multiplier="2000")  # CT 100/5 x PT 10000/100
    assert difference(ct_and_pt, "active_total", Decimal("3.1"), Decimal("5.35")) == 4500
    assert difference(meter(), "active_total", Decimal(5), Decimal(4)) is None
    assert difference(meter(), "reactive_net", Decimal(5), Decimal(4)) == -1


@given(
    st.decimals(0, Decimal("99999.99"), places=2),
    st.decimals(0, Decimal("99999.99"), places=2),
    st.sampled_from(["1", "20", "3000", "1.5"]),
)
def test_rollover_is_the_plain_difference_modulo_the_range(
    counted: Decimal, start: Decimal, multiplier: str
) -> None:
    digits = meter(multiplier=multiplier, integer_digits=5)
    step = difference(digits, "active_total", start, (start + counted) % 10**5)
    assert step == Fraction(counted) * Fraction(multiplier)


def test_only_good_and_estimated_readings_count() -> None:
    assert [
        is_usable(reading("1", status=s))
        for s in ("", "ok", "late", "estimated", "missing", "suspect", "failed")
    ] == [True, True, True, True, False, False, False]
    assert is_estimated(reading("1", status="estimated"))
    assert not is_estimated(reading("1"))


def test_a_series_prefers_what_was_read_and_tells_of_conflicts() -> None:
    both = job(readings=(reading("5", status="estimated"), reading("4")), meters=(meter(),))
    assert series(both, "m", "active_total")[FIRST].reading == 4
    assert both.notes.all() == ()
    conflict = job(readings=(reading("5"), reading("4", status="late")), meters=(meter(),))
    assert series(conflict, "m", "active_total")[FIRST].reading == 4
    tell_conflicts(conflict, "m", "active_total", [LAST])
    assert conflict.notes.all() == ()
    tell_conflicts(conflict, "m", "active_total", [FIRST])
    assert [(n.code, n.is_fatal) for n in conflict.notes.all()] == [("reading_conflict", True)]


def test_only_readings_that_a_bill_uses_stop_it() -> None:
    """Two readings that differ on an old day are no reason to bill nothing any more."""
    old = readings("m", {"active_total": ("1",)}, ("2025-05-01",))
    again = tuple(evolve(r, reading=Decimal(2), status="late") for r in old)
    used_now = used("m", total="100")
    assert fatal(energy(meters=(meter(),), readings=(*old, *again, *used_now))) == []
    other = evolve(used_now[1], reading=Decimal(101), status="late")
    found = energy(meters=(meter(),), readings=(*used_now, other))
    assert fatal(found) == ["reading_conflict"]
    same = job(readings=(reading("5"), reading("5.0")), meters=(meter(),))
    series(same, "m", "active_total")
    assert same.notes.all() == ()


@pytest.mark.parametrize(
    ("start", "end", "digits", "kva", "expected"),
    [
        ("9000", "10", 4, None, "rollover_applied"),
        ("8999", "10", 4, None, "reading_backward"),
        ("9999", "10", None, None, "reading_backward"),
        ("5000", "4950", 4, None, "reading_backward"),
        ("5000", "1000", 4, "10", "rollover_applied"),
        ("5000", "4950", 4, "10", "reading_backward"),
    ],
)
def test_a_register_runs_over_near_its_range_or_where_it_is_plausible(
    start: str, end: str, digits: int | None, kva: str | None, expected: str
) -> None:
    found = energy(
        meters=(meter(integer_digits=digits),),
        readings=readings("m", {"active_total": (start, end)}),
        transformers=() if kva is None else (lossy(kva=kva, loss_method="none"),),
    )
    assert codes(found) == [expected]
    assert bool(fatal(found)) == (expected == "reading_backward")


def test_plausible_is_up_to_the_factor_of_the_rulebook() -> None:
    # 10 kVA x 24 h x 30 days x 1.2 = 8640 kWh
    for end, expected in (("3640", "rollover_applied"), ("3640.01", "reading_backward")):
        found = energy(
            meters=(meter(integer_digits=4),),
            readings=readings("m", {"active_total": ("5000", end)}),
            transformers=(lossy(kva="10", loss_method="none"),),
        )
        assert codes(found) == [expected]


def test_a_reading_in_between_may_show_that_it_came_near_its_range() -> None:
    days = ("2025-06-01", "2025-06-20", "2025-07-01")
    found = energy(
        meters=(meter(integer_digits=4),),
        readings=readings("m", {"active_total": ("5000", "9500", "10")}, days),
    )
    assert (codes(found), billed(found)) == (["rollover_applied"], {"total": "5010"})


def test_a_step_tells_whether_it_ran_over() -> None:
    work = job(meters=(meter(),))
    digits = evolve(meter(), integer_digits=2)
    known = {FIRST: reading("95"), LAST: reading("5", LAST)}
    assert step_between(work, digits, "active_total", known, FIRST, LAST) == (10, True)
    onward = {FIRST: reading("5"), LAST: reading("95", LAST)}
    assert step_between(work, digits, "active_total", onward, FIRST, LAST) == (90, False)
    assert step_between(work, digits, "reactive_net", known, FIRST, LAST) == (-90, False)


def test_days_between_share_by_days_and_by_cumulative_rounding() -> None:
    upto = {FIRST: Decimal(0), LAST: Decimal(1)}
    assert spread(upto, [FIRST, MIDDLE, LAST]) == (0, Fraction(1, 3), 1)
    assert between([Fraction(0), Fraction(1, 2), Fraction(1)], 0) == (1, 0)


def test_capacity_is_that_of_a_transformer_or_of_all_of_an_account() -> None:
    states = (
        lossy("t", "100"),
        lossy("t", "100", status="suspended"),
        lossy("u", "50"),
        lossy("v", "7", of="b"),
    )
    work = job(transformers=states)
    assert (capacity_of(work, "a"), capacity_of(work, "a", "u"), capacity_of(work, "c")) == (
        150,
        50,
        0,
    )
    assert plausible_kwh(work, meter(), 2) == 150 * 48
    assert plausible_kwh(work, meter(of="c"), 2) is None
