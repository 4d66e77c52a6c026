"""Rows split where the price changes and all meters were read."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from attrs import evolve

from bills_by_hand import account, amounts, group_of, row, rulebook, tariff
from powerchannel.billing.records import Group, Meter, Reading
from powerchannel.billing.reference.charges import group_bill
from powerchannel.billing.reference.editions import split_where_read
from powerchannel.billing.reference.energy import group_energy

BOOK = rulebook(
    tariff(catalogue_price="1", effective_to="2025-01-11"),
    tariff(catalogue_price="2", effective_from="2025-01-11"),
)


def readings(meter: str, *values: tuple[str, str], register: str = "active_total") -> list[Reading]:
    return [
        Reading(
            meter_id=meter,
            register=register,
            read_on=date.fromisoformat(day),
            reading=Decimal(shown),
        )
        for day, shown in values
    ]


ENDS = (("2025-01-01", "100"), ("2025-02-01", "410"))
CHANGE = ("2025-01-11", "150")


def group(*read: Reading, **parts: object) -> Group:
    one = account(year_to_date_kwh=Decimal(77))
    parts.setdefault("meters", (Meter(meter_id="m", account_id="a"),))
    return group_of([row(one)], readings=read, **parts)


def spans(of: Group) -> list[tuple[int, Decimal | None]]:
    return [(one.started_on.day, one.year_to_date_kwh) for one in of.accounts]


def test_a_reading_on_the_day_of_a_change_splits_the_row() -> None:
    found = split_where_read(group(*readings("m", *ENDS, CHANGE)), BOOK)
    assert spans(found) == [(1, Decimal(77)), (11, None)]
    billed = group_bill(found, group_energy(found, BOOK), BOOK)
    assert amounts(billed, "catalogue") == [5000, 52_000]


def test_without_one_the_energy_is_shared_by_days() -> None:
    one = group(*readings("m", *ENDS))
    assert split_where_read(one, BOOK) == one
    billed = group_bill(one, group_energy(one, BOOK), BOOK)
    assert amounts(billed, "catalogue") == [10_000, 42_000]


@pytest.mark.parametrize(
    "more",
    [
        [evolve(readings("m", CHANGE)[0], status="failed")],
        [*readings("m", CHANGE), *readings("m", *ENDS, register="active_peak")],
    ],
)
def test_a_bad_reading_or_part_of_the_registers_does_not_split(more: list[Reading]) -> None:
    assert len(split_where_read(group(*readings("m", *ENDS), *more), BOOK).accounts) == 1


def test_every_meter_that_hangs_then_must_be_read() -> None:
    meters = (Meter(meter_id="m", account_id="a"), Meter(meter_id="n", account_id="a"))
    read = readings("m", *ENDS, CHANGE)
    one = group(*read, meters=meters)
    assert len(split_where_read(one, BOOK).accounts) == 1
    gone = (meters[0], evolve(meters[1], removed_on=date(2025, 1, 5)))
    assert len(split_where_read(group(*read, meters=gone), BOOK).accounts) == 2
    assert len(split_where_read(group(*read, meters=()), BOOK).accounts) == 1


def test_other_readings_and_unknown_tariffs_change_nothing() -> None:
    read = readings("m", *ENDS, ("2025-01-12", "160"))
    assert len(split_where_read(group(*read), BOOK).accounts) == 1
    one = group(*readings("m", *ENDS, CHANGE))
    assert split_where_read(one, rulebook()) == one
