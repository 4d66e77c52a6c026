from __future__ import annotations

from itertools import combinations

import pytest

from powerchannel.theft.simulate.circuit_faults import circuit_faults

FAULTS = {fault.name: fault for fault in circuit_faults()}
FOUR, THREE = "three_phase_four_wire", "three_phase_three_wire"


def test_every_phase_of_four_wires_can_lose_its_voltage_or_its_current_or_have_it_reversed():
    for phase in "abc":
        for name in ("voltage_open", "voltage_weak", "current_open", "current_reversed"):
            assert FOUR in FAULTS[f"{name}_{phase}"].wirings
            assert FAULTS[f"{name}_{phase}"].signs_in(FOUR)[0].phases == phase


def test_every_pair_of_four_wires_can_be_exchanged():
    for pair in map("".join, combinations("abc", 2)):
        first, second = ("abc".index(phase) for phase in pair)
        order = FAULTS[f"currents_swapped_{pair}"].effect.current_order
        assert (order[first], order[second]) == (second, first)
        assert FAULTS[f"voltages_swapped_{pair}"].effect.voltage_order == order


def test_three_wires_have_no_current_of_b():
    with_b = {
        name for name, fault in FAULTS.items() if THREE in fault.wirings and "current" in name
    }
    assert not {name for name in with_b if "b" in name.rsplit("_", 1)[1]}


def test_without_the_lead_of_b_both_elements_of_three_wires_show_it():
    assert FAULTS["voltage_open_b"].signs_in(THREE)[0].rule == "total_voltage_loss"
    assert FAULTS["voltage_weak_b"].signs_in(THREE)[0].phases == "ac"
    assert FAULTS["voltage_open_b"].signs_in(FOUR)[0].phases == "b"


def test_only_degrees_have_a_fraction():
    for fault in FAULTS.values():
        assert fault.effect.has_fraction == (fault.fraction is not None)


@pytest.mark.parametrize("name", ["voltage_weak_a", "current_shunted_a"])
def test_a_fraction_is_a_share(name):
    assert 0 < FAULTS[name].fraction < 1
