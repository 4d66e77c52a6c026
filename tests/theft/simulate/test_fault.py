from __future__ import annotations

import pytest

from powerchannel.text import Text
from powerchannel.theft.simulate.effects import Effect
from powerchannel.theft.simulate.fault import Fault, Sign


def test_the_signs_of_a_wiring():
    everywhere, four = Sign(rule="overvoltage"), Sign(rule="overload", wirings=("34",))
    fault = Fault(
        name="x",
        title=Text("甲", "x"),
        cause="normal",
        wirings=("34", "33"),
        signs=(everywhere, four),
    )
    assert fault.signs_in("34") == (everywhere, four)
    assert fault.signs_in("33") == (everywhere,)


@pytest.mark.parametrize(("gain", "fraction"), [(None, None), (0.5, 0.5)])
def test_a_degree_has_a_fraction_and_nothing_else_has(gain, fraction):
    with pytest.raises(ValueError, match="fraction"):
        Fault(
            name="x",
            title=Text("甲", "x"),
            cause="normal",
            wirings=("34",),
            effect=Effect(neutral_gain=gain),
            fraction=fraction,
        )
