from __future__ import annotations

import numpy as np
import pytest

from powerchannel.billing.agreement.exact import (
    MOST_PRICE_E8,
    between,
    energy_wh_of,
    price_e8_of,
    whole,
)
from powerchannel.errors import TableError


def test_integers_of_any_width_are_int64() -> None:
    assert whole(np.array([1, 2], np.int32)).dtype == np.int64
    assert whole(7).tolist() == 7


@pytest.mark.parametrize("values", [1.0, np.array([1.5]), np.array([True]), np.array(["1"])])
def test_nothing_else_is_a_number(values: np.ndarray) -> None:
    with pytest.raises(TypeError, match="int64 integers are needed"):
        whole(values)


def test_the_ends_of_a_range_belong_to_it() -> None:
    assert between(np.array([2, 5]), 2, 5, "x").tolist() == [2, 5]
    with pytest.raises(
        TableError, match=r"^x: .*\nx: 2 values are not from 2 to 5 .first: 1."
    ) as e:
        between(np.array([1, 2, 5, 6]), 2, 5, "x")
    assert e.value.problems[0].count == 2


def test_prices_may_be_negative_and_energies_not() -> None:
    assert price_e8_of(-MOST_PRICE_E8, "p").tolist() == -MOST_PRICE_E8
    with pytest.raises(TableError, match="p: "):
        price_e8_of(MOST_PRICE_E8 + 1, "p")
    assert energy_wh_of(np.array([0, 2**61]), "e").tolist() == [0, 2**61]
    for energy in (-1, 2**61 + 1):
        with pytest.raises(TableError, match="e: "):
            energy_wh_of(energy, "e")
