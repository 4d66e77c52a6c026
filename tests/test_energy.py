from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from powerchannel.energy import WH_PER_KWH, kwh_from_wh, kwh_text, wh_from_kwh
from powerchannel.errors import TableError

energies = st.integers(-(2**63) + 1, 2**63 - 1)


@pytest.mark.parametrize(
    ("kwh", "wh"), [("17.25", 17250), (Decimal("-0.005"), -5), (3, 3000), ("0", 0)]
)
def test_kwh_become_wh(kwh: Decimal | str | int, wh: int) -> None:
    assert wh_from_kwh(kwh) == wh


@given(energies)
def test_there_and_back(wh: int) -> None:
    assert kwh_from_wh(wh) == Fraction(wh, WH_PER_KWH)
    assert wh_from_kwh(kwh_from_wh(wh)) == wh


@given(st.lists(energies, max_size=5))
def test_text_is_exact(wh: list[int]) -> None:
    assert kwh_text(np.array(wh, dtype=np.int64)).tolist() == [str(kwh_from_wh(w)) for w in wh]


def test_more_decimals_than_a_meter_shows_are_refused() -> None:
    with pytest.raises(TableError, match=r"energy_kwh: '0\.0005' is not a number of at most 3"):
        wh_from_kwh("0.0005")


def test_a_float_is_no_reading() -> None:
    with pytest.raises(TypeError):
        wh_from_kwh(17.25)  # type: ignore[arg-type]
