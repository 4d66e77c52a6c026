from __future__ import annotations

import pytest

from powerchannel.theft.simulate.effects import Effect


def test_an_effect_by_default_does_nothing():
    assert Effect().at(0.3) == Effect()
    assert not Effect().has_fraction


@pytest.mark.parametrize("gain", ["voltage_gain", "current_gain"])
def test_the_fraction_fills_every_open_place(gain):
    effect = Effect(**{gain: (None, 1.0, None)}, neutral_gain=None)
    assert effect.has_fraction
    filled = effect.at(0.25)
    assert getattr(filled, gain) == (0.25, 1.0, 0.25)
    assert filled.neutral_gain == 0.25
    assert not filled.has_fraction
