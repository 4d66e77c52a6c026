from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from powerchannel.theft.simulate.phasors import Phasors
from powerchannel.theft.simulate.readings import (
    METER_DIGITS,
    Readings,
    Resolution,
    around,
    faulty_data,
    read,
)


def phasors(n=1):
    return Phasors(
        voltage=np.full((n, 3), 219.97 + 0j),
        current=np.full((n, 3), 1.2346 - 0.4j),
        neutral=np.full(n, 1.23456 + 0j),
    )


def test_exact_readings_are_the_phasors():
    shown = read(phasors(), noise=0.0, resolution=None, rng=np.random.default_rng(0))
    assert shown.voltage[0, 0] == 219.97
    assert shown.active[0, 0] == pytest.approx(219.97 * 1.2346 / 1000)
    assert shown.reactive[0, 0] == pytest.approx(219.97 * 0.4 / 1000)
    assert shown.neutral[0] == 1.23456


def test_readings_have_the_digits_of_the_meter():
    shown = read(phasors(), noise=0.0, resolution=METER_DIGITS, rng=np.random.default_rng(0))
    assert shown.voltage[0, 0] == 220.0
    assert shown.current[0, 0] == 1.298
    assert shown.active[0, 0] == 0.2716
    assert shown.neutral[0] == 1.235


def test_a_reading_of_nothing_has_no_sign():
    tiny = Phasors(
        voltage=np.ones((1, 3)) + 0j, current=-1e-9 * np.ones((1, 3)) + 0j, neutral=np.zeros(1) + 0j
    )
    shown = read(tiny, noise=0.0, resolution=METER_DIGITS, rng=np.random.default_rng(0))
    assert not np.signbit(shown.active).any()


def test_noise_is_relative_and_each_quantity_has_its_own():
    shown = read(phasors(20_000), noise=0.01, resolution=None, rng=np.random.default_rng(0))
    for column, exact in ((shown.voltage, 219.97), (shown.active, 219.97 * 1.2346 / 1000)):
        assert column.mean() == pytest.approx(exact, rel=1e-3)
        assert column.std() / exact == pytest.approx(0.01, rel=0.02)
    assert abs(np.corrcoef(shown.voltage[:, 0], shown.active[:, 0])[0, 1]) < 0.05


def readings_of(n):
    columns = np.arange(3.0 * n).reshape(n, 3) + 1
    return Readings(
        voltage=columns, current=columns, active=columns, reactive=columns, neutral=columns[:, 0]
    )


def test_stuck_readings_stay_as_they_were():
    is_faulty = np.array([False, True, True, True, False])
    shown = faulty_data(readings_of(5), is_faulty, "stuck")
    assert shown.voltage[:, 0].tolist() == [1, 4, 4, 4, 13]
    assert shown.neutral.tolist() == [1, 4, 4, 4, 13]


def test_every_seventh_reading_has_a_spike():
    shown = faulty_data(readings_of(16), np.arange(16) > 0, "spikes")
    spikes = np.flatnonzero(shown.active[:, 0] != readings_of(16).active[:, 0])
    assert spikes.tolist() == [1, 8, 15]
    assert shown.active[1, 0] == 400
    assert shown.voltage[1, 0] == 40


def test_right_data_are_left_alone():
    readings = readings_of(3)
    assert faulty_data(readings, np.ones(3, dtype=bool), "right") is readings
    assert faulty_data(readings, np.zeros(3, dtype=bool), "stuck") is readings


@given(steps=st.integers(1, 10_000), digit=st.sampled_from([0.1, 0.001, 0.0001, 0.05]))
def test_a_digit_beside_a_threshold_is_beside_it(steps, digit):
    threshold = round(steps * digit, 10)
    below, at, above = around(threshold, digit)
    assert below < at < above
    assert (below, above) == (round((steps - 1) * digit, 10), round((steps + 1) * digit, 10))


def test_a_threshold_between_two_digits_has_its_neighbours():
    assert around(0.00725, 0.001) == (0.007, 0.00725, 0.008)


def test_a_meter_may_have_other_digits():
    coarse = Resolution(voltage_v=1.0, current_a=0.5, power_kw=0.01)
    shown = read(phasors(), noise=0.0, resolution=coarse, rng=np.random.default_rng(0))
    assert (shown.voltage[0, 0], shown.current[0, 0], shown.active[0, 0]) == (220, 1.5, 0.27)
