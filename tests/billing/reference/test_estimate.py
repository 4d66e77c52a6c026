"""What stands in for a missing reading, method by method."""

from __future__ import annotations

from decimal import Decimal
from itertools import accumulate

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

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
from powerchannel.billing.reference.rounding import add

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


PAST = ("2024-06-01", "2024-07-01", "2025-05-02", "2025-06-01")
NEXT = "2025-08-01"
REGISTERS = ("active_peak", "active_flat", "active_valley", "reactive_forward", "active_total")
METHODS = ("interpolate", "last_average", "last_year", "check_meter")


@st.composite
def read_up(draw: st.DrawFn, meter_id: str, days: tuple[str, ...]) -> tuple[Reading, ...]:
    """Return readings of all registers, counting up in hundredths; the total is their sum."""
    steps = st.lists(st.integers(0, 40_000), min_size=len(days), max_size=len(days))
    counted = {name: draw(steps) for name in REGISTERS[:-1]}
    parts = [counted[name] for name in REGISTERS[:3]]
    counted["active_total"] = [sum(column) for column in zip(*parts, strict=True)]
    values = {
        name: [str(Decimal(value) / 100) for value in accumulate(column)]
        for name, column in counted.items()
    }
    return readings(meter_id, values, days)


def of_parts(*found: GroupEnergy) -> dict[str, Decimal]:
    """Return what some periods are billed for together."""
    rows = [of(one).energy_kwh for one in found]
    return add(*({p: v for p, v in row.items() if p != "total"} for row in rows))


@settings(max_examples=80)
@given(
    read_up("m", (*PAST, NEXT)),
    read_up("check", ("2025-06-01", "2025-07-01", NEXT)),
    st.sampled_from(METHODS),
    st.sampled_from(["1", "20", "30", "80", "1500", "0.5"]),
    st.sampled_from(["parts", "total"]),
)
def test_estimates_as_readings_are_settled_exactly(
    read: tuple[Reading, ...],
    beside: tuple[Reading, ...],
    method: str,
    multiplier: str,
    policy: str,
) -> None:
    """June by estimate and July against it come to what the real readings of both months do."""
    june_read = tuple(r for r in read if method == "interpolate" or str(r.read_on) != NEXT)
    meters = (meter(multiplier=multiplier, total_policy=policy, circuit_id="c"),)
    if method == "check_meter":
        meters = (*meters, meter("check", "", multiplier, circuit_id="c"))
        june_read, read = (*june_read, *beside), (*read, *beside)
    parts = {"meters": meters, "book": rulebook(estimation={"methods": [method]})}
    first = energy(readings=june_read, **parts)
    second = energy(june(span=f"2025-07-01 {NEXT}"), readings=(*read, *first.estimates), **parts)
    whole = energy(june(span=f"2025-06-01 {NEXT}"), readings=read, **parts)
    assert [fatal(found) for found in (first, second, whole)] == [[], [], []]
    assert of_parts(first, second) == of_parts(whole)
    reactive = [of(found).reactive_kvarh for found in (first, second, whole)]
    assert sum(value or 0 for value in reactive[:2]) == reactive[2]
    again = energy(readings=(*june_read, *first.estimates), **parts)
    assert (of(again).energy_kwh, again.estimates) == (of(first).energy_kwh, ())


def after_estimate(guess: str, real: str, **fields: object) -> GroupEnergy:
    """Return July between an estimate and a reading."""
    first = readings("m", {"active_total": (guess,)}, ("2025-07-01",))
    last = readings("m", {"active_total": (real,)}, (NEXT,))
    read = (*(evolve(r, status="estimated") for r in first), *last)
    return energy(june(span=f"2025-07-01 {NEXT}"), meters=(meter(**fields),), readings=read)


@pytest.mark.parametrize(
    ("guess", "real", "digits", "kwh", "code"),
    [
        ("1300", "1240", 4, "-60", "estimate_too_high"),
        ("9995", "9990", 4, "-5", "estimate_too_high"),
        ("9995", "9990", None, "-5", "estimate_too_high"),
        ("9995", "10", 4, "15", "rollover_applied"),
        ("3", "9990", 4, "-13", "estimate_too_high"),  # the estimate ran over, the register did not
        ("3", "8000", 4, "7997", ""),
    ],
)
def test_what_was_estimated_too_high_is_given_back(
    guess: str, real: str, digits: int | None, kwh: str, code: str
) -> None:
    found = after_estimate(guess, real, integer_digits=digits)
    assert billed(found) == {"total": kwh}
    assert fatal(found) == []
    assert set(codes(found)) == {"reading_estimated", code} - {""}


def test_an_estimate_runs_over_like_its_register() -> None:
    read = readings("m", {"active_total": ("9600", "9900")}, ("2025-05-02", "2025-06-01"))
    found = by("last_average", read=read, meters=(meter(integer_digits=4),))
    (guess,) = found.estimates
    assert (guess.reading, str(guess.read_on), guess.status) == (200, "2025-07-01", "estimated")
    assert by("last_average", read=before("700", on=("2025-05-02",))).estimates[0].reading == 1300


def test_a_missing_beginning_is_told_from_the_end() -> None:
    days = ("2025-05-22", "2025-06-11", "2025-07-01")
    read = readings("m", {"active_total": ("0", "200", "500")}, days)
    (guess,) = by("interpolate", read=read).estimates
    assert (guess.reading, str(guess.read_on)) == (100, "2025-06-01")


def test_a_register_read_on_neither_end_is_told_at_both() -> None:
    days = ("2025-05-22", "2025-06-11", "2025-07-11")
    read = readings("m", {"active_total": ("0", "200", "500")}, days)
    found = by("interpolate", read=read)
    assert billed(found) == {"total": "300"}
    assert codes(found) == ["estimated"]
    assert [(str(g.read_on), g.reading) for g in found.estimates] == [
        ("2025-06-01", 100),
        ("2025-07-01", 400),
    ]
    again = by("interpolate", read=(*read, *found.estimates))
    assert (billed(again), again.estimates) == ({"total": "300"}, ())


def test_both_ends_are_told_by_the_average_of_the_days_before() -> None:
    days = ("2025-04-02", "2025-05-02", "2025-05-22")
    read = readings("m", {"active_total": ("0", "300", "700")}, days)
    found = by("last_average", read=read, meters=(meter(multiplier="2"),))
    # 800 kWh in the last 20 days are 40 a day: 400 to the beginning of June, 1200 in it
    assert billed(found) == {"total": "1200"}
    assert [(str(g.read_on), g.reading) for g in found.estimates] == [
        ("2025-06-01", 900),
        ("2025-07-01", 1500),
    ]


def test_nothing_is_told_of_a_register_that_was_never_read_before() -> None:
    later = readings("m", {"active_total": ("500",)}, ("2025-07-11",))
    parts = {"transformers": (lossy(loss_method="none"),), "read": later}
    found = by("capacity_hours", rules={"capacity_hours_per_day": "8"}, **parts)
    assert billed(found) == {"total": "24000"}
    assert found.estimates == ()


def test_a_meter_without_any_reading_is_billed_by_its_capacity() -> None:
    parts = {"transformers": (lossy(loss_method="none"),), "read": ()}
    found = by("capacity_hours", rules={"capacity_hours_per_day": "8"}, **parts)
    assert billed(found) == {"total": "24000"}
    assert codes(found) == ["estimated"]
    assert found.registers[0].is_estimated


def test_a_multiplier_with_many_decimals_leaves_an_estimate_fine() -> None:
    read = before("700", on=("2025-05-02",))
    found = by("last_average", read=read, meters=(meter(multiplier="1.000007"),))
    assert billed(found) == {"total": "300"}
    assert found.estimates[0].reading == 1300


def test_a_total_is_estimated_no_lower_than_its_parts() -> None:
    """Parts 10.6 each and a total of 31.8 less flat: 11 + 11 + 11 is more than 32."""
    values = {f"active_{p}": ("0", "10.6") for p in ("peak", "valley", "sharp")}
    read = readings("m", {**values, "active_total": ("0", "31.8")}, ("2025-05-02", "2025-06-01"))
    found = by("last_average", read=read, meters=(meter(total_policy="total"),))
    assert billed(found) == {"sharp": "11", "peak": "11", "valley": "11", "total": "33"}
    shown = {guess.register: str(guess.reading.normalize()) for guess in found.estimates}
    assert shown["active_total"] == "64.8"
