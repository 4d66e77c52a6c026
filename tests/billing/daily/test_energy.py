from __future__ import annotations

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from attrs import evolve, frozen
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from powerchannel.billing.daily import DailyEnergy, DayFlag, Limits, daily_energy
from powerchannel.billing.daily.readings import DailyReadings, collect
from powerchannel.billing.rules import Readings
from powerchannel.errors import TableError
from powerchannel.ids import Ids
from powerchannel.rulebook import Provenance
from powerchannel.tables import NO_NUMBER

RULES = Readings(provenance=Provenance(status="assumed", clause="test"))
START = date(2025, 1, 1)
UNKNOWN = NO_NUMBER


def readings_of(series: list[list[int]], days: int) -> DailyReadings:
    """One register a meter; `UNKNOWN` leaves a day out."""
    rows = [
        (f"{meter:03}", day, reading)
        for meter, readings in enumerate(series)
        for day, reading in enumerate(readings)
    ]
    return collect(
        Ids.from_text([meter for meter, _, _ in rows]),
        np.zeros(len(rows), np.int64),
        np.array([START + timedelta(days=day) for _, day, _ in rows], "datetime64[D]"),
        np.array([reading for _, _, reading in rows], np.int64),
        np.zeros(len(rows), np.uint8),
        register_names=("active_total",),
        start=START,
        end=START + timedelta(days=days),
    )


@frozen(kw_only=True)
class Meter:
    """One meter of an archive, as a clerk has it."""

    multiplier: Decimal
    digits: int
    capacity_va: int
    readings: list[int]


DAYS = 6
READINGS = st.one_of(st.just(UNKNOWN), st.integers(0, 300), st.integers(9_990_000, 9_999_999))


@st.composite
def meters(draw: st.DrawFn) -> Meter:
    rising = draw(st.lists(st.integers(0, 40), min_size=DAYS + 1, max_size=DAYS + 1))
    readings = list(np.cumsum(rising).tolist())
    for day, reading in draw(st.lists(st.tuples(st.integers(0, DAYS), READINGS), max_size=5)):
        readings[day] = reading
    return Meter(
        multiplier=draw(st.sampled_from(["1", "0.123", "20", "2000.5"]).map(Decimal)),
        digits=draw(st.sampled_from([0, 5])),
        capacity_va=draw(st.sampled_from([0, 3, 500, 10**6])),
        readings=readings,
    )


def limits_of(archive: list[Meter], reading_decimals: int) -> Limits:
    return Limits(
        multiplier=np.array([int(m.multiplier * 1000) for m in archive], np.int64),
        multiplier_decimals=3,
        reading_decimals=reading_decimals,
        integer_digits=np.array([m.digits for m in archive], np.int64),
        capacity_va=np.array([m.capacity_va for m in archive], np.int64),
    )


def whole(value: Decimal) -> int:
    return int(value.quantize(Decimal(1), ROUND_HALF_UP))


def by_hand(meter: Meter, decimals: int, *, interpolate: bool) -> tuple[list[int], list[DayFlag]]:
    known = [day for day, reading in enumerate(meter.readings) if reading != UNKNOWN]
    energy, flags = [0] * DAYS, [DayFlag.MISSING] * DAYS
    unit = meter.multiplier * 1000 / 10**decimals  # Wh a last digit

    def since(day: int) -> int:
        return whole((meter.readings[day] - meter.readings[known[0]]) * unit)

    for first, last in pairwise(known):
        flag = judged(meter, first, last, since(last) - since(first), decimals)
        if flag is None and last - first > 1 and not interpolate:
            flag = DayFlag.MISSING
        for day in range(first, last):
            if flag is None:
                total, days = since(last) - since(first), last - first
                upto = [whole(Decimal(total * (day - first + n)) / days) for n in (0, 1)]
                energy[day] = upto[1] - upto[0]
                flags[day] = DayFlag.INTERPOLATED if days > 1 else DayFlag.MEASURED
            else:
                flags[day] = flag
    return energy, flags


def judged(meter: Meter, first: int, last: int, energy: int, decimals: int) -> DayFlag | None:
    most = whole(meter.capacity_va * 24 * (last - first) * RULES.plausible_load_factor)
    step = meter.readings[last] - meter.readings[first]
    if step < 0:
        size = 10 ** (meter.digits + decimals)
        turned = step + size
        if meter.digits and turned >= 0:
            after = whole(turned * meter.multiplier * 1000 / 10**decimals)
            is_high = meter.readings[first] >= size * RULES.rollover_from_ratio
            if is_high or (meter.capacity_va and after <= most):
                return DayFlag.ROLLOVER
        return DayFlag.NEGATIVE
    return DayFlag.TOO_LARGE if meter.capacity_va and energy > most else None


@given(st.lists(meters(), min_size=1, max_size=5), st.sampled_from([0, 2, 4]), st.booleans())
def test_each_day_comes_out_as_by_hand(
    archive: list[Meter], decimals: int, interpolate: bool
) -> None:
    readings = readings_of([meter.readings for meter in archive], DAYS)
    found = daily_energy(readings, limits_of(archive, decimals), RULES, interpolate=interpolate)
    for at, meter in enumerate(archive):
        energy, flags = by_hand(meter, decimals, interpolate=interpolate)
        assert [DayFlag(flag) for flag in found.flags[at]] == flags
        assert found.energy_wh[at].tolist() == energy


@given(st.lists(meters(), min_size=1, max_size=5), st.sampled_from([0, 2, 4]))
def test_days_sum_to_the_difference_of_the_month(archive: list[Meter], decimals: int) -> None:
    readings = readings_of([meter.readings for meter in archive], DAYS)
    limits = limits_of(archive, decimals)
    for interpolate in (False, True):
        found = daily_energy(readings, limits, RULES, interpolate=interpolate)
        for at, meter in enumerate(archive):
            ends = [reading for reading in meter.readings if reading != UNKNOWN]
            month = (
                whole((ends[-1] - ends[0]) * meter.multiplier * 1000 / 10**decimals) if ends else 0
            )
            assert found.difference_wh[at] == month
            assert found.energy_wh[at].sum() + found.withheld_wh[at] == month
            if (found.flags[at] <= DayFlag.INTERPOLATED).all():
                assert found.spans_all_days[at]
                assert found.withheld_wh[at] == 0


def plain(values: list[int], *, interpolate: bool = False, **archive: object) -> DailyEnergy:
    limits = Limits(multiplier=np.array([10]), **archive)
    return daily_energy(
        readings_of([values], len(values) - 1), limits, RULES, interpolate=interpolate
    )


def flags(found: DailyEnergy) -> list[str]:
    return [DayFlag(flag).name for flag in found.flags[0]]


def test_a_gap_is_flagged_and_only_filled_when_asked() -> None:
    values = [1000, 1100, UNKNOWN, UNKNOWN, 1201, 1300]
    found = plain(values)
    assert flags(found) == ["MEASURED", "MISSING", "MISSING", "MISSING", "MEASURED"]
    assert found.energy_wh.tolist() == [[10_000, 0, 0, 0, 9_900]]
    assert found.withheld_wh.tolist() == [10_100]
    filled = plain(values, interpolate=True)
    assert flags(filled)[1:4] == ["INTERPOLATED"] * 3
    assert filled.energy_wh.tolist() == [[10_000, 3_367, 3_366, 3_367, 9_900]]
    assert filled.withheld_wh.tolist() == [0]


def test_nothing_is_extrapolated() -> None:
    found = plain([UNKNOWN, 1000, 1100, UNKNOWN], interpolate=True)
    assert flags(found) == ["MISSING", "MEASURED", "MISSING"]
    assert not found.spans_all_days[0]
    assert found.difference_wh.tolist() == [10_000]


def test_a_register_that_ran_over_is_left_to_a_person() -> None:
    values = [9_990_000, 9_999_000, 500, 1_000]
    assert flags(plain(values)) == ["MEASURED", "NEGATIVE", "MEASURED"]
    found = plain(values, integer_digits=np.array([5]))
    assert flags(found) == ["MEASURED", "ROLLOVER", "MEASURED"]
    assert found.energy_wh.tolist() == [[900_000, 0, 50_000]]


@pytest.mark.parametrize(
    ("capacity", "flag"), [(0, "NEGATIVE"), (24_000, "NEGATIVE"), (2_400_000, "ROLLOVER")]
)
def test_a_fall_from_below_runs_over_where_the_energy_is_plausible(
    capacity: int, flag: str
) -> None:
    # From 50,000.00 to 10.00 of 99,999.99 it took 50,010 kWh x 10, if it ran over.
    archive = {"integer_digits": np.array([5]), "capacity_va": np.array([capacity * 8])}
    assert flags(plain([5_000_000, 1_000], **archive)) == [flag]


@pytest.mark.parametrize(("stood", "flag"), [(9, "NEGATIVE"), (10, "ROLLOVER")])
def test_a_share_of_the_range_is_reached_from_above(stood: int, flag: str) -> None:
    rules = evolve(RULES, rollover_from_ratio=Decimal("0.095"))  # of 100
    limits = Limits(
        multiplier=np.array([1]), reading_decimals=1, integer_digits=np.array([1], np.int64)
    )
    assert flags(daily_energy(readings_of([[stood, 0]], 1), limits, rules)) == [flag]


def test_more_than_the_capacity_takes_is_rejected() -> None:
    # 10 kVA take 10 x 24 x 1.2 = 288 kWh a day.
    archive = {"capacity_va": np.array([10_000])}
    assert flags(plain([0, 2_880, 5_761], **archive)) == ["MEASURED", "TOO_LARGE"]
    assert flags(plain([0, UNKNOWN, 5_761], **archive)) == ["TOO_LARGE"] * 2
    tight = evolve(RULES, plausible_load_factor=Decimal(1))
    limits = Limits(multiplier=np.array([10]), **archive)
    found = daily_energy(readings_of([[0, 2_880]], 1), limits, tight)
    assert flags(found) == ["TOO_LARGE"]


def test_fractions_of_a_watt_hour_are_not_lost_over_days() -> None:
    limits = Limits(multiplier=np.array([1]), reading_decimals=4)  # 0.1 Wh a digit
    found = daily_energy(readings_of([[0, 4, 8, 12, 16]], 4), limits, RULES)
    assert found.energy_wh.tolist() == [[0, 1, 0, 1]]
    assert found.difference_wh.tolist() == [2]


def test_the_table_has_a_row_a_day() -> None:
    table = plain([1000, 1100, UNKNOWN]).table
    assert table.columns.tolist() == ["meter_id", "register", "day", "energy_wh", "flag"]
    assert table["energy_wh"].isna().tolist() == [False, True]
    assert table["flag"].tolist() == ["measured", "missing"]
    assert table["day"].tolist() == [pd.Timestamp("2025-01-01"), pd.Timestamp("2025-01-02")]
    assert table["register"].tolist() == ["active_total"] * 2


def test_no_readings_no_days() -> None:
    found = daily_energy(readings_of([], 3), Limits(multiplier=np.empty(0, np.int64)), RULES)
    assert found.energy_wh.shape == (0, 3)
    assert len(found.table) == 0


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("multiplier", np.array([1, 1])),
        ("multiplier", np.array([0])),
        ("integer_digits", np.array([10])),
        ("capacity_va", np.array([-1])),
        ("capacity_va", np.array([NO_NUMBER])),
    ],
)
def test_an_archive_that_does_not_fit_is_refused(name: str, values: NDArray[np.int64]) -> None:
    limits = evolve(Limits(multiplier=np.array([10])), **{name: values})
    with pytest.raises(TableError, match=rf"{name}.*1 are not; check the archive"):
        daily_energy(readings_of([[1, 2]], 1), limits, RULES)
