"""What stands in for a missing reading, method by method."""

from __future__ import annotations

import pytest
from attrs import evolve

from bills_by_hand import rulebook
from energies_by_hand import (
    billed,
    codes,
    energy,
    fatal,
    job,
    june,
    lossy,
    meter,
    of,
    one,
    readings,
    used,
)
from powerchannel.billing.records import GroupEnergy, Reading
from powerchannel.billing.reference.estimate import estimate, estimated_in_a_row
from powerchannel.billing.reference.readings import series

START = readings("m", {"active_total": ("1000",)}, ("2025-06-01",))


def by(*methods: str, read: tuple[Reading, ...] = START, **parts: object) -> GroupEnergy:
    rules = {"methods": list(methods), **parts.pop("rules", {})}  # type: ignore[dict-item]
    meters = parts.pop("meters", (meter(),))
    return energy(book=rulebook(estimation=rules), meters=meters, readings=read, **parts)


def before(*values: str, on: tuple[str, ...]) -> tuple[Reading, ...]:
    return (*readings("m", {"active_total": values}, on), *START)


def test_interpolation_lies_between_the_readings_on_either_side() -> None:
    days = ("2025-06-21", "2025-07-11")
    found = by(
        "interpolate", read=(*START, *readings("m", {"active_total": ("1200", "1400")}, days))
    )
    assert billed(found) == {"total": "300"}
    assert codes(found) == ["estimated"]
    assert "interpolate" in one(found, "estimated").message.en
    assert found.registers[0].is_estimated
    assert (found.registers[0].previous, found.registers[0].current) == (1000, None)


def test_interpolation_finds_a_missing_start_too() -> None:
    days = ("2025-05-22", "2025-06-11", "2025-07-01")
    read = readings("m", {"active_total": ("0", "200", "500")}, days)
    assert billed(by("interpolate", read=read)) == {"total": "400"}


def test_interpolation_passes_a_rollover() -> None:
    days = ("2025-06-01", "2025-06-21", "2025-07-11")
    read = readings("m", {"active_total": ("9000", "9800", "200")}, days)
    found = by("interpolate", read=read, meters=(meter(integer_digits=4),))
    assert billed(found) == {"total": "1000"}


@pytest.mark.parametrize("read", [START, before("700", on=("2025-05-12",))])
def test_nothing_lies_between_readings_of_one_side(read: tuple[Reading, ...]) -> None:
    assert fatal(by("interpolate", read=read)) == ["reading_missing"]


def test_the_last_period_s_daily_average() -> None:
    # 31 days of May: 310 kWh; the reading of a week ago is no period.
    read = before("690", "990", on=("2025-05-01", "2025-05-25"))
    assert billed(by("last_average", read=read)) == {"total": "300"}
    assert fatal(by("last_average")) == ["reading_missing"]


def test_last_year_times_growth() -> None:
    read = before("100", "300", on=("2024-06-01", "2024-07-01"))
    assert billed(by("last_year", read=read)) == {"total": "200"}
    found = by("last_year", read=read, rules={"growth_ratio": "1.1"})
    assert billed(found) == {"total": "220"}
    half_known = before("100", on=("2024-06-01",))
    assert fatal(by("last_year", read=half_known)) == ["reading_missing"]


def test_a_check_meter_less_the_others_on_its_circuit() -> None:
    meters = (
        meter(circuit_id="c"),
        meter("n", "b", circuit_id="c"),
        meter("check", "", "10", circuit_id="c"),
    )
    read = (*START, *used("n", total="120"), *used("check", total="50"))
    found = by("check_meter", read=read, meters=meters, rules={"most_in_a_row": 1})
    assert fatal(found) == []
    assert billed(found) == {"total": "380"}
    alone = by("check_meter", read=(*START, *used("check", total="50")), meters=meters[:1])
    assert fatal(alone) == ["reading_missing"]
    unread = by("check_meter", read=(*START, *used("check", total="50")), meters=meters)
    assert fatal(unread) == ["reading_missing"]


def test_capacity_hours_for_a_single_rate_only() -> None:
    transformer = lossy(kva="10", loss_method="none")
    found = by("capacity_hours", transformers=(transformer,), rules={"capacity_hours_per_day": "4"})
    assert billed(found) == {"total": "1200"}
    flat = readings("m", {"active_flat": ("1",)}, ("2025-06-01",))
    read = (*START, *flat)
    assert "reading_missing" in fatal(by("capacity_hours", read=read, transformers=(transformer,)))
    assert fatal(by("capacity_hours")) == ["reading_missing"]


def test_methods_go_in_the_order_of_the_rulebook() -> None:
    read = before("690", on=("2025-05-01",))
    transformer = lossy(kva="10", loss_method="none")
    first = by("last_average", "capacity_hours", read=read, transformers=(transformer,))
    second = by("capacity_hours", "last_average", read=read, transformers=(transformer,))
    assert (billed(first), billed(second)) == ({"total": "300"}, {"total": "2400"})


def test_an_estimate_never_passes_what_the_capacity_allows() -> None:
    read = before("0", on=("2025-05-02",))
    found = by("last_average", read=read, transformers=(lossy(kva="1", loss_method="none"),))
    assert billed(found) == {"total": "720"}


def test_never_more_often_in_a_row_than_allowed() -> None:
    guessed = tuple(evolve(r, status="estimated") for r in START)
    read = (*readings("m", {"active_total": ("700",)}, ("2025-05-02",)), *guessed)
    refused = by("last_average", read=read)
    assert set(codes(refused)) >= {"estimated_in_a_row", "reading_missing"}
    assert fatal(refused) == ["reading_missing"]
    twice = by("last_average", read=read, rules={"most_in_a_row": 2})
    assert billed(twice) == {"total": "300"}
    known = series(job(readings=read), "m", "active_total")
    assert estimated_in_a_row(known, START[0].read_on) == 1


def test_no_method_no_estimate() -> None:
    work = job(meters=(meter(),), readings=START, book=rulebook(estimation={"methods": []}))
    row = june()
    assert estimate(work, meter(), "active_total", row.started_on, row.ended_on) is None
    assert of(by()).energy_kwh["total"] == 0
    assert fatal(by()) == ["reading_missing"]


def test_the_next_reading_settles_an_estimate() -> None:
    """An estimated reading that turned out too high leaves less for the next period."""
    guess = readings("m", {"active_total": ("1300",)}, ("2025-07-01",))
    july = readings("m", {"active_total": ("1500",)}, ("2025-08-01",))
    read = (*START, *(evolve(r, status="estimated") for r in guess), *july)
    first = energy(meters=(meter(),), readings=read)
    second = energy(june(span="2025-07-01 2025-08-01"), meters=(meter(),), readings=read)
    assert (billed(first), billed(second)) == ({"total": "300"}, {"total": "200"})
