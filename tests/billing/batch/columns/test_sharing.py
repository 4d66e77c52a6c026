"""Shares on columns, held against those of the reference."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from powerchannel.billing.batch.columns.sharing import Amounts, by_period, share
from powerchannel.billing.records import PERIODS
from powerchannel.billing.reference import rounding

UNIT = 3
weights = st.one_of(st.just(0), st.integers(0, 6), st.integers(0, 10**9))
decimals = st.integers(0, UNIT)


def cells(values: np.ndarray, shown: np.ndarray) -> list[str]:
    """As they would be printed."""
    return [
        f"{Decimal(v).scaleb(-UNIT):.{s}f}"
        for v, s in zip(values.tolist(), shown.tolist(), strict=True)
    ]


def printed(values: list[Decimal]) -> list[str]:
    """The same of the reference."""
    return [f"{value:f}" for value in values]


@st.composite
def totals(draw: st.DrawFn) -> tuple[int, int]:
    """A number in units of the last decimal, and the decimals it shows."""
    shown = draw(decimals)
    value = draw(st.one_of(st.integers(-30, 30), st.integers(-(10**9), 10**9)))
    return value * 10 ** (UNIT - shown), shown


def decimal_of(total: tuple[int, int]) -> Decimal:
    value, shown = total
    return Decimal(f"{Decimal(value).scaleb(-UNIT):.{shown}f}")


@given(st.lists(st.tuples(totals(), st.lists(weights, min_size=1)), min_size=1), decimals)
def test_shares_of_runs(runs: list[tuple[tuple[int, int], list[int]]], places: int) -> None:
    sizes = [len(held) for _, held in runs]
    found = share(
        Amounts(np.array([t[0] for t, _ in runs]), np.array([t[1] for t, _ in runs])),
        np.array([w for _, held in runs for w in held]),
        np.cumsum([0, *sizes[:-1]]),
        UNIT,
        places,
    )
    expected = [v for t, held in runs for v in rounding.share(decimal_of(t), held, places)]
    assert cells(found.values, found.shown) == printed(expected)


@given(
    st.lists(
        st.tuples(totals(), st.dictionaries(st.sampled_from(PERIODS), weights, min_size=1)),
        min_size=1,
    ),
    decimals,
    st.sampled_from(["proportional", "flat"]),
)
def test_shares_of_periods(
    points: list[tuple[tuple[int, int], dict[str, int]]], places: int, policy: str
) -> None:
    has = np.array([[p in held for _, held in points] for p in PERIODS])
    values, shown = by_period(
        Amounts(np.array([t[0] for t, _ in points]), np.array([t[1] for t, _ in points])),
        np.array([[held.get(p, 0) for _, held in points] for p in PERIODS]),
        has,
        UNIT,
        places,
        policy,
    )
    for i, (total, held) in enumerate(points):
        expected = rounding.by_period(
            decimal_of(total), {p: Decimal(w) for p, w in held.items()}, places, policy
        )
        mine = {p: k for k, p in enumerate(PERIODS) if has[k, i]}
        found = cells(values[list(mine.values()), i], shown[list(mine.values()), i])
        assert dict(zip(mine, found, strict=True)) == {p: f"{v:f}" for p, v in expected.items()}
