"""Random tariffs mean the same in both languages, and have all that is to be compared."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import numpy as np
import pytest

from benchmarks.billing.profiles import Profiles
from benchmarks.billing.random_tariffs import MONTHS, YEAR, RandomTariff, Season, WorkingWeek
from powerchannel.billing import supported
from powerchannel.billing.intervals import compile_calendar
from powerchannel.billing.records import PERIODS
from powerchannel.holidays import DayKind

SOME = [RandomTariff(number=number) for number in range(200)]


def season_of(one: RandomTariff, month: int) -> Season:
    return next(s for s in one.seasons if s.first <= month < s.end)


def test_every_kind_is_among_them() -> None:
    kinds = Counter(
        (len(one.periods) > 1, len(one.increments) > 1, one.seasons[0].demand is not None)
        for one in SOME
    )
    assert len(kinds) == 8
    assert min(kinds.values()) >= 4
    assert {len(one.seasons) for one in SOME} == {1, 3}
    assert {len(one.periods) for one in SOME} == {1, 2, 3, 4, 5}
    assert {bool(one.fixed) for one in SOME} == {True, False}


def test_we_can_bill_with_all_of_them() -> None:
    assert not [reason for one in SOME[:60] for e in one.editions() for reason in supported(e)]


def test_the_seasons_are_the_year() -> None:
    for one in SOME:
        assert [m for s in one.seasons for m in range(s.first, s.end)] == list(range(1, 13))


def test_the_week_is_that_of_the_calendar() -> None:
    days = [MONTHS[0] + timedelta(days=n) for n in range(365)]
    kinds = WorkingWeek().kind(np.array(days, "datetime64[D]"))
    assert MONTHS[0] == date(YEAR, 1, 1)
    assert MONTHS[0].weekday() == 0
    expected = [DayKind.WEEKEND if day.weekday() > 4 else DayKind.WORKDAY for day in days]
    assert kinds.tolist() == expected


@pytest.mark.parametrize("number", [n for n, one in enumerate(SOME) if len(one.periods) > 2][:6])
def test_each_hour_costs_the_same_in_both_languages(number: int) -> None:
    one = SOME[number]
    rates = one.rates()
    table = compile_calendar(one.editions()[0].time_of_use.calendar, day_types=WorkingWeek())
    first = {row[0]: row[4] for row in rates["ur_ec_tou_mat"] if row[1] == 1}
    for name, day in (("weekday", 3), ("weekend", 6)):
        for month in range(1, 13):
            when = np.datetime64(MONTHS[month - 1], "D") + np.arange(7)
            when = when[(when.astype(np.int64) + 3) % 7 == day]
            codes = table.codes_of_days(when)[0][:: 60 // table.step_minutes]
            prices = [float(season_of(one, month).prices[PERIODS[code]]) for code in codes]
            row = rates[f"ur_ec_sched_{name}"][month - 1]
            assert [first[place] for place in row] == prices


def test_a_profile_is_the_same_each_time_and_has_the_length_of_its_year() -> None:
    for one in SOME[:4]:
        profile = one.energy_wh()
        assert len(profile) == 365 * 24 * 60 // one.minutes
        assert (profile >= 0).all()
        np.testing.assert_array_equal(profile, one.energy_wh())


def test_profiles_are_of_a_tariff_with_all_that_is_measured() -> None:
    made = Profiles(count=3)
    assert made.energy_wh.shape == (3, 35_040)
    assert len(made.tariff.periods) > 3
    assert all(season.demand for season in made.tariff.seasons)
    assert not made.tariff.fixed
