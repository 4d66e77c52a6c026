"""Calendars cover every minute once; prices move by exact factors."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from powerchannel.billing.tariff.time_of_use import DAY_TYPES, Calendar, TimeOfUse
from powerchannel.errors import RulebookError
from powerchannel.rulebook import Provenance, structure

ASSUMED = Provenance(status="assumed", clause="test")
DAY = {"period": "peak", "from_time": "08:00", "to_time": "22:00"}
NIGHT = {"period": "valley", "from_time": "22:00", "to_time": "08:00"}


def calendar(*spans: dict[str, object]) -> Calendar:
    document = {"spans": list(spans), "provenance": {"status": "assumed", "clause": "test"}}
    return structure(Calendar, document)


def refused(*spans: dict[str, object]) -> RulebookError:
    with pytest.raises(RulebookError) as caught:
        calendar(*spans)
    return caught.value


def test_a_span_past_midnight_is_the_end_and_the_beginning_of_its_days() -> None:
    hours = calendar(DAY, NIGHT).hours(1, "workday")
    assert hours == ((0, 480, "valley"), (480, 1320, "peak"), (1320, 1440, "valley"))


def test_a_span_that_names_months_or_day_types_goes_before_one_that_does_not() -> None:
    summer = {**DAY, "period": "sharp", "from_time": "12:00", "to_time": "14:00", "months": [7, 8]}
    holiday = {"period": "flat", "from_time": "08:00", "to_time": "09:00", "day_types": ["holiday"]}
    found = calendar(summer, DAY, NIGHT, holiday)
    assert (720, 840, "sharp") in found.hours(7, "weekend")
    assert found.hours(6, "weekend") == calendar(DAY, NIGHT).hours(6, "weekend")
    assert (480, 540, "flat") in found.hours(7, "holiday")
    assert (480, 540, "flat") not in found.hours(7, "workday")
    assert found.periods == ("sharp", "peak", "valley", "flat")


@pytest.mark.parametrize(
    ("change", "where", "told"),
    [
        ({"to_time": "21:59"}, "$.spans", "21:59 to 22:00 is in no period"),
        ({"to_time": "22:01"}, "$.spans[1]", "22:00 to 22:01 is in spans[0]"),
        ({"months": [1, 2]}, "$.spans", "months 3, 4, 5, 6, 7, 8, 9, 10, 11, 12;"),
        ({"day_types": ["holiday"]}, "$.spans", "workday, weekend, make_up_workday"),
        ({"to_time": "08:00"}, "$.spans[0].to_time", "00:00 to 24:00"),
        ({"to_time": "24:30"}, "$.spans[0].to_time", "must read like 08:30"),
        ({"from_time": "24:00"}, "$.spans[0].from_time", "must read like 08:30"),
        ({"from_time": "8:00"}, "$.spans[0].from_time", "must read like 08:30"),
        ({"months": [0]}, "$.spans[0].months[0]", "between 1 and 12"),
        ({"day_types": ["workday", "workday"]}, "$.spans[0].day_types[1]", "stands above"),
        ({"day_types": ["sunday"]}, "$.spans[0].day_types[0]", "workday, weekend"),
        ({"period": "noon"}, "$.spans[0].period", "sharp, peak, flat, valley, deep_valley"),
    ],
)
def test_a_calendar_with_a_fault_is_refused_at_its_path(
    change: dict[str, object], where: str, told: str
) -> None:
    error = refused({**DAY, **change}, NIGHT)
    assert error.problems[0].where == where
    assert told in error.render("en")
    assert "{" not in error.render("zh")


def test_all_gaps_and_overlaps_are_told_at_once() -> None:
    error = refused({**DAY, "to_time": "20:00"}, {**NIGHT, "to_time": "09:00"})
    assert [(p.code, p.where) for p in error.problems] == [
        ("overlap", "$.spans[1]"),
        ("gap", "$.spans"),
    ]


def test_two_named_spans_of_one_day_may_not_overlap() -> None:
    july = {**DAY, "period": "sharp", "months": [7]}
    weekend = {**DAY, "period": "flat", "day_types": ["weekend"]}
    assert refused(DAY, NIGHT, july, weekend).problems[0].where == "$.spans[3]"
    assert (
        calendar(DAY, NIGHT, july, {**weekend, "months": [6]}).hours(6, "weekend")[1][2] == "flat"
    )


def test_an_empty_calendar_covers_nothing() -> None:
    assert "00:00 to 24:00" in refused().render("en")


@given(st.lists(st.integers(1, 1439), unique=True, min_size=1, max_size=6), st.integers(0, 5))
def test_any_day_cut_in_parts_is_covered_once(cuts: list[int], missing: int) -> None:
    marks = [f"{m // 60:02d}:{m % 60:02d}" for m in sorted(cuts)]
    periods = ("sharp", "peak", "flat", "valley", "deep_valley")
    pairs = list(zip(["00:00", *marks], [*marks, "24:00"], strict=True))
    spans = [
        {"period": periods[i % 5], "from_time": start, "to_time": end}
        for i, (start, end) in enumerate(pairs)
    ]
    hours = calendar(*spans).hours(5, DAY_TYPES[0])
    assert [start for start, _, _ in hours] == [0, *sorted(cuts)]
    assert sum(end - start for start, end, _ in hours) == 1440
    del spans[missing % len(spans)]
    assert {p.code for p in refused(*spans).problems} == {"gap"}


def test_prices_of_the_chongqing_bill() -> None:
    """TOU-01: the critical peak is on the peak, not on the flat price."""
    rule = TimeOfUse(
        peak_factor=1 + Decimal("0.60"),
        valley_factor=1 - Decimal("0.62"),
        sharp_factor=1 + Decimal("0.20"),
        provenance=ASSUMED,
    )
    prices = rule.prices(Decimal("0.1515"))
    assert prices["peak"] == Decimal("0.2424")
    assert prices["sharp"] == Decimal("0.29088")
    assert prices["valley"] == prices["deep_valley"] == Decimal("0.05757")
    assert prices["flat"] == prices["total"] == Decimal("0.1515")
    june = rule.prices(Decimal("0.1529"))
    assert (june["peak"], june["valley"]) == (Decimal("0.24464"), Decimal("0.058102"))


def test_the_critical_peak_and_the_deep_valley_on_flat() -> None:
    rule = TimeOfUse(
        peak_factor=Decimal("1.7"),
        valley_factor=Decimal("0.3"),
        sharp_factor=Decimal(2),
        sharp_on="flat",
        deep_valley_factor=Decimal("0.1"),
        deep_valley_on="flat",
        provenance=ASSUMED,
    )
    prices = rule.prices(Decimal("0.5"))
    assert (prices["sharp"], prices["deep_valley"]) == (Decimal(1), Decimal("0.05"))


def test_derived_prices_are_rounded_once_and_away_from_zero_where_the_tariff_says() -> None:
    rule = TimeOfUse(
        peak_factor=Decimal("1.5"),
        sharp_factor=Decimal("1.25"),
        price_decimals=4,
        provenance=ASSUMED,
    )
    prices = rule.prices(Decimal("0.12345"))
    assert prices["peak"] == Decimal("0.1852")  # 0.185175
    assert prices["sharp"] == Decimal("0.2315")  # 0.23146875, not 0.1852 x 1.25
    assert prices["flat"] == Decimal("0.12345")
    assert rule.prices(Decimal("-0.0001"))["peak"] == Decimal("-0.0002")


_NUMBERS = st.decimals(min_value="0.0001", max_value="9", places=12)


@given(_NUMBERS, _NUMBERS, _NUMBERS, st.decimals(min_value="-9", max_value="9", places=27))
def test_prices_are_exact(peak: Decimal, sharp: Decimal, valley: Decimal, flat: Decimal) -> None:
    rule = TimeOfUse(peak_factor=peak, sharp_factor=sharp, valley_factor=valley, provenance=ASSUMED)
    prices = {period: Fraction(price) for period, price in rule.prices(flat).items()}
    assert prices["sharp"] == Fraction(flat) * Fraction(peak) * Fraction(sharp)
    assert prices["deep_valley"] == prices["valley"] == Fraction(flat) * Fraction(valley)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("peak_factor", "0"),
        ("valley_factor", "-1"),
        ("sharp_factor", "0"),
        ("deep_valley_factor", "0"),
        ("price_decimals", -1),
        ("sharp_on", "valley"),
    ],
)
def test_a_factor_out_of_bounds_is_refused(key: str, value: object) -> None:
    document = {key: value, "provenance": {"status": "assumed", "clause": "test"}}
    with pytest.raises(RulebookError) as caught:
        structure(TimeOfUse, document)
    assert [p.where for p in caught.value.problems] == [f"$.{key}"]
