from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal, localcontext

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from powerchannel.billing import agreement
from powerchannel.billing.records import PERIODS, Given
from powerchannel.billing.tariff import Component, Tariff, TimeOfUse
from powerchannel.errors import RulebookError, TableError, UnknownNameError
from powerchannel.rulebook import Provenance
from powerchannel.tables import NO_NUMBER
from powerchannel.text import Text

ASSUMED = Provenance(status="assumed", clause="test")
E8 = 10**8

PRICES = st.integers(-(10**8), 3 * 10**8)
# Small energies at round prices meet ties; the largest is an aluminium smelter, and more.
ENERGIES = st.one_of(st.integers(0, 100).map(lambda n: n * 50), st.integers(0, 10**15))


def yuan(price_e8: int) -> Decimal:
    return Decimal(price_e8).scaleb(-8)


def half_up(value: Decimal, decimals: int = 0) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def charge(energy_wh: int, price_e8: int) -> int:
    """One printed line, in fen."""
    return int(half_up(Decimal(energy_wh) / 1000 * yuan(price_e8) * 100))


def kept(price: Decimal, floor: int | None, cap: int | None) -> Decimal:
    price = price if floor is None else max(price, yuan(floor))
    return price if cap is None else min(price, yuan(cap))


LIMITS = st.one_of(
    st.just((None, None)),
    st.tuples(PRICES, st.none()),
    st.tuples(st.none(), PRICES),
    st.tuples(PRICES, PRICES).map(sorted),
)


@given(st.lists(st.tuples(PRICES, PRICES), min_size=1, max_size=5), LIMITS)
def test_a_benchmark_and_a_spread(
    terms: list[tuple[int, int]], limits: tuple[int | None, int | None]
) -> None:
    benchmark, spread = np.array(terms).T
    floor, cap = limits
    found = agreement.benchmark_price(benchmark, spread, floor_e8=floor, cap_e8=cap)
    expected = [kept(yuan(a) + yuan(b), floor, cap) for a, b in terms]
    assert [yuan(price) for price in found.tolist()] == expected


@given(
    st.lists(
        st.tuples(PRICES, PRICES, st.integers(0, E8), st.one_of(st.none(), st.integers(0, E8))),
        min_size=1,
        max_size=5,
    ),
    LIMITS,
)
def test_a_shared_price(
    terms: list[tuple[int, int, int, int | None]], limits: tuple[int | None, int | None]
) -> None:
    floor, cap = limits
    for agreed, market, share, rise in terms:
        found = agreement.shared_price(
            np.array([agreed]),
            market,
            share_e8=share,
            rise_share_e8=rise,
            floor_e8=floor,
            cap_e8=cap,
        )
        mine = share if rise is None or market <= agreed else rise
        moved = half_up(yuan(mine) * (yuan(market) - yuan(agreed)), 8)
        assert yuan(int(found[0])) == kept(yuan(agreed) + moved, floor, cap)


@given(PRICES, PRICES, st.integers(0, E8))
def test_a_shared_price_lies_between_what_was_agreed_and_the_market(
    agreed: int, market: int, share: int
) -> None:
    price = int(agreement.shared_price(agreed, market, share_e8=share))
    assert min(agreed, market) <= price <= max(agreed, market)
    assert int(agreement.shared_price(agreed, market, share_e8=0)) == agreed
    assert int(agreement.shared_price(agreed, market, share_e8=E8)) == market


@given(
    st.lists(st.lists(ENERGIES, min_size=5, max_size=5), min_size=1, max_size=4),
    st.lists(PRICES, min_size=5, max_size=5),
)
def test_each_line_is_rounded_once(energies: list[list[int]], prices: list[int]) -> None:
    energy, price = np.array(energies), np.array(prices)
    expected = [[charge(e, p) for e, p in zip(row, prices, strict=True)] for row in energies]
    assert agreement.agreement_lines(energy, price).tolist() == expected
    fixed = agreement.agreement_lines(energy.sum(axis=1), prices[0])
    assert fixed.tolist() == [charge(sum(row), prices[0]) for row in energies]
    by_customer = agreement.agreement_lines(energy, price[: len(energy), None])
    assert by_customer[0].tolist() == [charge(e, prices[0]) for e in energies[0]]


CURVES = st.integers(1, 30).flatmap(
    lambda hours: st.tuples(
        st.lists(ENERGIES, min_size=hours, max_size=hours),
        st.lists(
            st.one_of(PRICES, st.sampled_from([10**6, -(10**6), 10**7])),
            min_size=hours,
            max_size=hours,
        ),
    )
)


@given(CURVES)
def test_a_curve_in_one_line_is_rounded_once_in_all(curve: tuple[list[int], list[int]]) -> None:
    energies, prices = curve
    found = agreement.curve_charge(np.array([energies, energies]), np.array(prices))
    with localcontext(prec=60):
        exact = sum(
            Decimal(e) / 1000 * yuan(p) * 100 for e, p in zip(energies, prices, strict=True)
        )
        assert found.tolist() == [int(half_up(Decimal(exact)))] * 2


@pytest.mark.parametrize(
    ("energies", "prices", "fen"),
    [
        ([500, 500], [10**6, 0], 1),  # 0.5 fen
        ([500, 500], [-(10**6), 0], -1),
        ([500, 500], [10**6, -(10**6)], 0),
        ([500, 500], [10**6, 2 * 10**6], 2),  # 1.5
        ([500, 500], [-(10**6), -2 * 10**6], -2),
        ([500, 500, 2000], [10**6, 2 * 10**6, -(10**6)], -1),  # -0.5
        ([], [], 0),
    ],
)
def test_curves_that_end_on_a_tie(energies: list[int], prices: list[int], fen: int) -> None:
    energy, price = np.array(energies, np.int64), np.array(prices, np.int64)
    assert int(agreement.curve_charge(energy, price)) == fen


@given(ENERGIES, st.integers(-(10**9), 10**9))
def test_the_effective_price_is_money_over_energy(energy: int, amount: int) -> None:
    (price,) = agreement.effective_price(np.array([amount]), np.array([energy])).tolist()
    if energy == 0:
        assert price == NO_NUMBER
    else:
        with localcontext(prec=60):
            assert yuan(price) == half_up(Decimal(amount) / 100 / (Decimal(energy) / 1000), 8)


def test_a_large_amount_without_energy_stops_no_one() -> None:
    prices = agreement.effective_price(np.array([10**17, 52]), np.array([0, 1_000]))
    assert prices.tolist() == [NO_NUMBER, 52_000_000]


def tariff() -> Tariff:
    parts = [("retail", "energy", False), ("spot", "energy", True), ("grid", "transmission", False)]
    return Tariff(
        kind="tariff",
        schema_version=1,
        name="agreed",
        title=Text("协议", "agreed"),
        source="test",
        components=tuple(
            Component(
                code=code, group=group, price=Decimal("0.4"), floats=floats, provenance=ASSUMED
            )
            for code, group, floats in parts
        ),
        time_of_use=TimeOfUse(peak_factor=Decimal("1.5"), provenance=ASSUMED),
    )


def test_amounts_go_to_the_bill_as_given() -> None:
    component = agreement.agreed_component(tariff(), "retail")
    lines = np.array([[1, 2, 3, 4, -5]])
    givens = agreement.agreement_givens(component, ["0017"], lines, PERIODS)
    assert [given.period for given in givens] == list(PERIODS)
    assert givens[4] == Given(
        id="0017", quantity="retail", period="deep_valley", value=Decimal("-0.05")
    )
    whole = agreement.agreement_givens(component, ["1", "2"], np.array([[10], [20]]))
    assert [(given.id, given.period, str(given.value)) for given in whole] == [
        ("1", "total", "0.10"),
        ("2", "total", "0.20"),
    ]


@pytest.mark.parametrize(
    ("code", "error", "words"),
    [
        ("grid", RulebookError, r"\$.components.grid.*is in transmission, not energy"),
        ("spot", RulebookError, "spot moves with factors of time of use"),
        ("retial", UnknownNameError, "retail"),
    ],
)
def test_components_that_no_agreement_replaces(
    code: str, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        agreement.agreed_component(tariff(), code)


BAD: dict[str, tuple[Callable[[], object], type[Exception], str]] = {
    "negative energy": (
        lambda: agreement.agreement_lines(np.array([5, -1, -2]), 1),
        TableError,
        r"energy_wh.*2 values are not from 0 .*first: -1",
    ),
    "negative curve": (
        lambda: agreement.curve_charge(np.array([[-1]]), 1),
        TableError,
        "energy_wh",
    ),
    "no number": (lambda: agreement.effective_price(1, NO_NUMBER), TableError, "energy_wh"),
    "share": (lambda: agreement.shared_price(1, 2, share_e8=E8 + 1), TableError, "share_e8"),
    "rise share": (
        lambda: agreement.shared_price(1, 2, share_e8=0, rise_share_e8=-1),
        TableError,
        "rise_share_e8",
    ),
    "floor": (
        lambda: agreement.benchmark_price(1, 2, floor_e8=np.array([3, 5]), cap_e8=4),
        TableError,
        "1 floors are above their caps",
    ),
    "price": (lambda: agreement.agreement_lines(1, 10**15 + 1), TableError, "price_e8"),
    "float": (lambda: agreement.agreement_lines(np.array([1.0]), 1), TypeError, "not float64"),
    "sum": (
        lambda: agreement.curve_charge(np.full(10, 2**61), 10**10),
        OverflowError,
        "pass int64",
    ),
    "shape": (
        lambda: agreement.agreement_givens(
            agreement.agreed_component(tariff(), "retail"), ["1"], np.zeros((1, 24), np.int64)
        ),
        TableError,
        r"\(1, 24\), not \(1, 1\)",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_refused(name: str) -> None:
    call, error, words = BAD[name]
    with pytest.raises(error, match=words):
        call()
