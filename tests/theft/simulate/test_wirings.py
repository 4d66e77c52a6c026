from __future__ import annotations

import pytest

from powerchannel.errors import UnknownNameError
from powerchannel.theft.simulate.wirings import WIRINGS, wiring_named


@pytest.mark.parametrize(
    ("name", "found", "phases"),
    [
        ("single_phase", "single_phase", "a"),
        ("单相", "single_phase", "a"),
        ("34", "three_phase_four_wire", "abc"),
        ("三相四线", "three_phase_four_wire", "abc"),
        ("33", "three_phase_three_wire", "ac"),
        ("三相三线", "three_phase_three_wire", "ac"),
    ],
)
def test_a_wiring_has_its_names(name, found, phases):
    assert wiring_named(name).name == found
    assert wiring_named(name).phases == phases


def test_another_wiring_is_told_the_nearest():
    with pytest.raises(UnknownNameError, match="three_phase_four_wire"):
        wiring_named("three_phase_four_wires")


def test_the_ratio_is_that_of_both_transformers():
    assert WIRINGS.get("three_phase_three_wire").ratio == 2000
    assert WIRINGS.get("single_phase").ratio == 1
