from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from powerchannel.errors import TableError, UnknownNameError
from powerchannel.theft.recovery import correction_factor, correction_formula, undefined_reason
from powerchannel.theft.simulate import FAULTS, faults, meter

LISTED = faults()
METERING = LISTED[LISTED["cause"].isin(["theft", "meter_fault", "wiring_mistake"])]
CASES = list(zip(METERING["wiring"], METERING["fault"], strict=True))
FOUR, THREE = "three_phase_four_wire", "three_phase_three_wire"
ANGLES = st.floats(-1.5, 1.5)


def agree(factor, simulated):
    if math.isnan(factor) or math.isnan(simulated):
        return math.isnan(factor) and math.isnan(simulated)
    return factor == pytest.approx(simulated, rel=1e-9)


@pytest.mark.parametrize(("wiring", "fault"), CASES)
def test_the_closed_form_is_what_the_phasors_give(wiring, fault):
    """Two ways to the same number: a textbook formula, and the sum of U I cos of the elements."""
    fractions = (None,) if FAULTS.get(fault).fraction is None else (None, 0.15, 1.0)
    angles = np.linspace(-1.49, 1.49, 24)
    for fraction in fractions:
        found = meter(wiring, fault, phi_rad=angles, fraction=fraction, minutes=24)
        factors = correction_factor(wiring, fault, angles, fraction=fraction)
        is_defined = found.recorded_kw > 1e-9 * found.true_kw
        np.testing.assert_array_equal(np.isnan(factors), ~is_defined)
        simulated = found.true_kw[is_defined] / found.recorded_kw[is_defined]
        np.testing.assert_allclose(factors[is_defined], simulated, rtol=1e-9)


@given(case=st.sampled_from(CASES), phi=ANGLES)
def test_the_factor_is_that_of_the_energy_of_the_simulator(case, phi):
    wiring, fault = case
    assert agree(
        correction_factor(wiring, fault, phi),
        meter(*case, phi_rad=phi, minutes=1).correction_factor,
    )


@pytest.mark.parametrize(
    ("wiring", "fault", "phi", "factor"),
    [
        (FOUR, "voltage_open_a", 0.7, 1.5),
        (FOUR, "current_open_c", -0.2, 1.5),
        (FOUR, "voltage_open_ab", 0.7, 3.0),
        (FOUR, "current_reversed_b", 0.7, 3.0),
        (FOUR, "phase_sequence_reversed", 0.7, 1.0),
        (FOUR, "voltages_rotated", math.pi / 3, 1.0),
        (THREE, "voltage_open_b", 0.7, 2.0),
        (THREE, "voltage_open_a", 0.0, 2.0),
        (THREE, "current_open_c", 0.0, 2.0),
        (THREE, "voltage_open_a", math.pi / 6, 2 * 3**0.5 / (3**0.5 + 3**-0.5)),
        (THREE, "voltage_open_c", math.pi / 6, 3.0),
        (THREE, "current_reversed_a", math.pi / 4, 3**0.5),
        (THREE, "current_reversed_c", -math.pi / 4, 3**0.5),
        ("single_phase", "live_neutral_exchanged", 0.3, 1.0),
        ("single_phase", "live_shunted", 0.3, 2.5),
        (FOUR, "overvoltage", 0.3, 1.0),
    ],
)
def test_factors_of_the_textbook(wiring, fault, phi, factor):
    assert correction_factor(wiring, fault, phi) == pytest.approx(factor, rel=1e-12)


@given(phi=ANGLES)
def test_the_two_elements_of_three_wires_make_the_whole(phi):
    """1/K of a lost element is the share of the other one."""
    shares = [
        1.0 / correction_factor(THREE, f"voltage_open_{phase}", phi)
        for phase in "ac"
        if not math.isnan(correction_factor(THREE, f"voltage_open_{phase}", phi))
    ]
    if len(shares) == 2:
        assert sum(shares) == pytest.approx(1.0)


@given(case=st.sampled_from(CASES), angles=st.lists(ANGLES, min_size=1, max_size=5))
def test_an_array_of_angles_gives_the_factor_of_each(case, angles):
    factors = correction_factor(*case, np.array(angles))
    singly = [correction_factor(*case, phi) for phi in angles]
    np.testing.assert_array_equal(factors, singly)


@given(case=st.sampled_from(CASES), phi=st.floats(-3.2, 3.2))
def test_there_is_a_reason_where_there_is_no_factor_and_only_there(case, phi):
    reason = undefined_reason(*case, phi)
    assert (reason is not None) == math.isnan(correction_factor(*case, phi))
    if reason is not None:
        assert reason.zh
        assert reason.en


@pytest.mark.parametrize(
    ("fault", "phi", "word"),
    [
        ("currents_swapped_ab", 0.3, "nothing"),
        ("total_voltage_loss", 0.3, "nothing"),
        ("current_reversed_ab", 0.3, "backwards"),
        ("voltages_rotated", 0.3, "backwards"),
        ("voltage_open_a", 2.0, "consumed"),
    ],
)
def test_the_reason_says_what_happened(fault, phi, word):
    assert word in undefined_reason(FOUR, fault, phi).en


def test_a_load_of_three_wires_with_a_reversed_transformer_needs_a_lag():
    assert math.isnan(correction_factor(THREE, "current_reversed_a", 0.0))
    assert "nothing" in undefined_reason(THREE, "current_reversed_a", 0.0).en
    assert "backwards" in undefined_reason(THREE, "current_reversed_a", -0.3).en


def test_formulas_are_printed():
    assert correction_formula("33", "voltage_open_c") == "K = 2√3 / (√3 - tanφ)"
    assert correction_formula("34", "currents_swapped_ab") == "P' = 0"
    assert correction_formula("34", "overvoltage") == "K = 1"


def test_what_there_is_not_is_refused():
    with pytest.raises(UnknownNameError, match="voltage_open_a"):
        correction_factor(FOUR, "voltage_opn_a", 0.3)
    with pytest.raises(TableError, match="three_phase_four_wire"):
        correction_factor(THREE, "current_open_b", 0.3)
