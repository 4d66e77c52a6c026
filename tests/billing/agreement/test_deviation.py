from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from powerchannel.billing.agreement.deviation import Band, band_lines, deviation_lines
from powerchannel.errors import TableError

E8 = 10**8
PRICES = st.integers(-(10**8), 3 * 10**8)
ENERGIES = st.one_of(st.integers(0, 100).map(lambda n: n * 50), st.integers(0, 10**15))


def ratio(value_e8: int) -> Decimal:
    return Decimal(value_e8).scaleb(-8)


def half_up(value: Decimal) -> int:
    return int(value.quantize(Decimal(1), ROUND_HALF_UP))


def charge(energy_wh: int, price_e8: int) -> int:
    return half_up(Decimal(energy_wh) / 1000 * ratio(price_e8) * 100)


@given(
    st.lists(st.tuples(ENERGIES, ENERGIES), min_size=1, max_size=5),
    PRICES,
    PRICES,
    st.integers(0, E8),
    st.integers(0, E8),
)
def test_deviations_come_out_as_by_hand(
    volumes: list[tuple[int, int]], price: int, off_price: int, over: int, under: int
) -> None:
    contract, actual = np.array(volumes).T
    lines = deviation_lines(contract, actual, price, off_price)
    band = Band(
        over_tolerance_e8=over,
        under_tolerance_e8=under,
        over_price_e8=price,
        under_price_e8=off_price,
    )
    beyond = band_lines(contract, actual, band)
    for at, (agreed, used) in enumerate(volumes):
        assert lines.contract_fen[at] == charge(agreed, price)
        assert lines.deviation_fen[at] == charge(used - agreed, off_price)
        above = max(used - agreed - half_up(agreed * ratio(over)), 0)
        below = max(agreed - used - half_up(agreed * ratio(under)), 0)
        assert (beyond.over_wh[at], beyond.under_wh[at]) == (above, below)
        assert beyond.over_fen[at] == charge(above, price)
        assert beyond.under_fen[at] == charge(below, off_price)
        assert beyond.free_wh[at] + above - below == used - agreed
        assert (
            -half_up(agreed * ratio(under)) <= beyond.free_wh[at] <= half_up(agreed * ratio(over))
        )


def test_a_deviation_at_the_price_agreed_is_use_at_the_price_agreed() -> None:
    contract, actual = np.array([800_000, 800_000]), np.array([1_000_000, 0])
    lines = deviation_lines(contract, actual, 40_000_000, 40_000_000)
    assert (lines.contract_fen + lines.deviation_fen).tolist() == [40_000, 0]


def test_the_edge_of_a_band_is_free() -> None:
    band = Band(
        over_tolerance_e8=E8 // 20,
        under_tolerance_e8=E8 // 10,
        over_price_e8=-10_000_000,
        under_price_e8=20_000_000,
    )
    used = np.array([900_000, 899_000, 1_050_000, 1_051_000])
    lines = band_lines(1_000_000, used, band)
    assert lines.under_wh.tolist() == [0, 1_000, 0, 0]
    assert lines.over_wh.tolist() == [0, 0, 0, 1_000]
    assert lines.under_fen.tolist() == [0, 20, 0, 0]
    assert lines.over_fen.tolist() == [0, 0, 0, -10]


FREE = Band(over_tolerance_e8=0, under_tolerance_e8=0)
BAD: dict[str, Callable[[], object]] = {
    "contract_wh": lambda: deviation_lines(-1, 1, 1, 1),
    "actual_wh": lambda: band_lines(1, np.array([5, -1]), FREE),
    "price_e8": lambda: deviation_lines(1, 1, 10**16, 1),
    "deviation_price_e8": lambda: deviation_lines(1, 1, 1, -(10**16)),
    "over_price_e8": lambda: band_lines(
        1, 1, Band(over_tolerance_e8=0, under_tolerance_e8=0, over_price_e8=10**16)
    ),
    "under_price_e8": lambda: band_lines(
        1, 1, Band(over_tolerance_e8=0, under_tolerance_e8=0, under_price_e8=10**16)
    ),
    "over_tolerance_e8": lambda: band_lines(
        1, 1, Band(over_tolerance_e8=E8 + 1, under_tolerance_e8=0)
    ),
    "under_tolerance_e8": lambda: band_lines(
        1, 1, Band(over_tolerance_e8=0, under_tolerance_e8=-1)
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_refused(name: str) -> None:
    with pytest.raises(TableError, match=f"^{name}: ") as caught:
        BAD[name]()
    assert caught.value.problems[0].count == 1
