"""Printed rows add up to the account they belong to."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from bills_by_hand import given
from energies_by_hand import energy, june, meter, readings, relation, s9, used, wire

HALVES = (june(span="2025-06-01 2025-06-16"), june(span="2025-06-16 2025-07-01"))


def test_a_row_reads_as_a_bill_prints_it() -> None:
    found = energy(
        meters=(meter(multiplier="100", metering_side="low", line_id="l"),),
        readings=readings("m", {"active_total": ("10", "110"), "reactive_forward": ("1", "2")}),
        transformers=(s9(load_shape_factor="1.05"),),
        lines=(wire(loss_ratio="0.02"),),
    )
    row, reactive = found.registers
    assert (row.register, row.previous, row.current, row.multiplier) == (
        "active_total",
        10,
        110,
        100,
    )
    assert (row.metered_kwh, row.transformer_loss_kwh, row.line_loss_kwh) == (
        10000,
        Decimal("230.68"),  # 208.8 + 1.05 x 1.5 x (10000^2 + 100^2) / (100^2 x 720)
        205,
    )
    assert (row.added_kwh, row.billed_kwh) == (Decimal("0.32"), 10436)
    assert (reactive.register, reactive.metered_kwh, reactive.current) == (
        "reactive_forward",
        100,
        2,
    )


def test_rows_of_each_part_of_a_period() -> None:
    days = ("2025-06-01", "2025-06-16", "2025-07-01")
    read = readings("m", {"active_total": ("0", "70", "100")}, days)
    found = energy(*HALVES, meters=(meter(),), readings=read)
    assert [(r.previous, r.current) for r in found.registers] == [(0, 70), (70, 100)]
    unread = energy(*HALVES, meters=(meter(),), readings=(read[0], read[2]))
    assert [(r.previous, r.current) for r in unread.registers] == [(0, None), (None, 100)]


def test_what_has_no_meter_has_a_row_without_readings() -> None:
    found = energy(
        june("a"),
        june("b"),
        meters=(meter(),),
        readings=used("m", total="100"),
        relations=(relation("b", "m", "fixed_quantity", quantity_kwh="30"),),
    )
    row = found.registers[1]
    assert (row.meter_id, row.account_id, row.previous, row.current) == ("", "b", None, None)
    assert (row.added_kwh, row.billed_kwh) == (30, 30)


def test_reverse_registers_are_printed_and_not_billed() -> None:
    found = energy(
        meters=(meter(),), readings=used("m", total="5", reverse_active_peak="3", max_demand="1")
    )
    assert [(r.register, r.period, r.metered_kwh) for r in found.registers] == [
        ("active_total", "total", 5),
        ("reverse_active_peak", "peak", 3),
    ]


def test_given_energy_is_what_the_first_row_adds() -> None:
    found = energy(
        meters=(meter(),),
        readings=used("m", total="5"),
        givens=(given("a", "billed_energy_kwh", "50"),),
    )
    (row,) = found.registers
    assert (row.metered_kwh, row.added_kwh) == (5, 45)
    (row,) = energy(givens=(given("a", "billed_energy_kwh", "50"),)).registers
    assert (row.meter_id, row.added_kwh, row.multiplier) == ("", 50, 1)
    assert energy().registers == ()


def test_a_single_rate_row_is_flat_where_the_account_has_periods() -> None:
    found = energy(
        meters=(meter(), meter("n")), readings=(*used("m", peak="1.4"), *used("n", total="2.4"))
    )
    assert [(r.meter_id, r.register, r.period) for r in found.registers] == [
        ("m", "active_peak", "peak"),
        ("n", "active_total", "flat"),
    ]
    assert [r.billed_kwh for r in found.registers] == [1, 2]


def test_only_legs_of_the_days_of_a_row_are_printed() -> None:
    days = ("2025-06-16", "2025-07-01")
    found = energy(
        *HALVES,
        meters=(meter(installed_on=date(2025, 6, 16)),),
        readings=readings("m", {"active_total": ("0", "8")}, days),
    )
    assert [r.billed_kwh for r in found.registers] == [8]
    assert [e.energy_kwh["total"] for e in found.accounts] == [0, 8]


def test_what_rounding_adds_stands_in_the_first_row_of_a_period() -> None:
    read = (*used("m", peak="3.5", flat="4"), *used("n", total="2.75"))
    found = energy(meters=(meter(), meter("n")), readings=read)
    assert [(r.period, str(r.added_kwh), r.billed_kwh) for r in found.registers] == [
        ("peak", "0.50", 4),
        ("flat", "0.25", Decimal("4.25")),
        ("flat", "0", Decimal("2.75")),
    ]
