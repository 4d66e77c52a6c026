from __future__ import annotations

from powerchannel.theft.simulate.other_faults import other_faults

FAULTS = {fault.name: fault for fault in other_faults()}
CAUSES = {
    "outage",
    "vacancy",
    "photovoltaic",
    "meter_replacement",
    "data_fault",
    "wiring_mistake",
    "theft",
    "cannot_tell",
    "normal",
}


def test_every_cause_outside_the_circuits_can_be_planted():
    assert {fault.cause for fault in FAULTS.values()} == CAUSES


def test_a_dead_phase_has_neither_voltage_nor_load():
    effect = FAULTS["phase_dead_b"].effect
    assert effect.supply == effect.load == (1.0, 0.0, 1.0)


def test_every_flag_that_a_fault_raises_is_one_of_its_signs():
    for fault in FAULTS.values():
        assert set(fault.effect.events) <= {sign.rule for sign in fault.signs}


def test_a_fault_of_degree_has_a_fraction_and_no_other_has():
    for fault in FAULTS.values():
        assert fault.effect.has_fraction == (fault.fraction is not None)
