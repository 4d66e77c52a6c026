"""Adjustments and late fees of many bills: the cells of the reference, and in its order."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from functools import cache

import numpy as np
import pandas as pd
import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from batch_as_reference import assert_same, state_of, why
from customers_at_random import AS_OF, frames, rulebook
from powerchannel.billing.batch.additions.debts import Debts, FeeRates
from powerchannel.billing.records import Debt
from powerchannel.billing.reference.fees import late_fee_yuan
from powerchannel.billing.reference.stage import amount_fen
from powerchannel.billing.rules import Rulebook
from powerchannel.billing.state import State
from powerchannel.memory import Rows

_KINDS = [
    ("refund", "energy"),
    ("refund", "catalogue"),
    ("green", "green_power"),
    ("agency", "energy"),
    ("market", "energy"),
    ("fund", "fund"),
    ("capacity", "capacity"),
    ("late_fee", "fees"),
    ("supplement", ""),
]
_DUE = ("2023-12-31", "2024-06-30", "2025-01-01", "2025-05-20", "2025-06-30", "2025-08-01")
_PAID = ("", "2025-06-01", "2025-06-29", "2025-06-30")


@cache
def tables() -> Mapping[str, pd.DataFrame]:
    rng = np.random.default_rng(31)
    found = frames(160, seed=31)
    added, owed = [], []
    for number, account in enumerate(found["accounts"]["account_id"].tolist()):
        for key in range(int(rng.choice([0, 0, 1, 2, 5]))):
            code, group = _KINDS[rng.integers(0, len(_KINDS))]
            amount = str(Decimal(int(rng.integers(-300, 300)) * 50).scaleb(-2))
            row = {"account_id": account, "code": code, "group": group, "amount_yuan": amount}
            added.append({**row, "source_key": f"K{number}-{key}"})
        for key in range(int(rng.choice([0, 0, 1, 3]))):
            row = {
                "account_id": account,
                "amount_yuan": str(Decimal(int(rng.integers(0, 400)) * 125).scaleb(-2)),
                "due_on": str(rng.choice(_DUE)),
                "paid_on": str(rng.choice(_PAID)),
            }
            owed.append({**row, "source_key": f"D{number}-{key}"})
    return {
        **{name: frame for name, frame in found.items() if name != "adjustments"},
        "adjustments": pd.DataFrame(added, dtype=object),
        "debts": pd.DataFrame(owed, dtype=object),
    }


@cache
def many() -> State:
    return state_of(tables())


def books() -> Mapping[str, Rulebook]:
    book = rulebook()
    fee = book.late_fee
    more = {
        "cross_year_span": "whole",
        "least_yuan": Decimal("1.005"),
        "residential_daily_rate": Decimal("0.0005"),
    }
    thirds = {"daily_rate": Decimal("0.00123456"), "cross_year_daily_rate": Decimal("0.003")}
    given = tuple(evolve(t, components=_given(t.components)) for t in book.tariffs)
    return {
        "as bundled": book,
        "whole spans": evolve(book, late_fee=evolve(fee, **more)),
        "amounts from outside": evolve(
            book, tariffs=given, late_fee=evolve(fee, **thirds, cross_year_span="split")
        ),
    }


def _given(components):
    """Every market settlement comes from outside."""
    return tuple(
        evolve(c, given=True, price=None, prices={}, floats=False, by_period=False)
        if c.code == "agency"
        else c
        for c in components
    )


@pytest.mark.parametrize("name", books())
def test_random_additions_have_the_same_cells(name: str) -> None:
    found = assert_same(many(), books()[name], AS_OF)
    codes = set(found.lines["code"])
    assert {"late_fee", "refund", "green", "supplement"} <= codes
    if name == "amounts from outside":
        assert "given_missing" in set(found.findings["code"])


def test_all_of_them_are_taken() -> None:
    bare = {n: f for n, f in tables().items() if n not in ("adjustments", "debts")}
    assert why(many(), rulebook(), AS_OF) == why(state_of(bare), rulebook(), AS_OF)
    assert why(many(), rulebook(), AS_OF)[""] > 50


@pytest.mark.parametrize(
    ("code", "group"),
    [
        ("power_factor_charge", "energy"),
        ("amount_yuan", "energy"),
        ("refund", "billed_energy_kwh"),
    ],
)
def test_names_of_other_results_are_left_to_the_reference(code: str, group: str) -> None:
    row = {"code": code, "group": group, "amount_yuan": "1.25"}
    state = _with(adjustments=[row])
    assert why(state, rulebook(), AS_OF) == {"adjustments": 1}
    assert_same(state, rulebook(), AS_OF)


def test_many_kinds_and_many_of_one_are_left_to_the_reference() -> None:
    rows = [
        {"code": f"c{n}", "group": "energy", "amount_yuan": "1", "source_key": f"{n}"}
        for n in range(70)
    ]
    assert why(_with(adjustments=rows), rulebook(), AS_OF) == {"adjustments": 1}
    rows = [{"amount_yuan": "1", "due_on": "2025-01-01", "source_key": f"{n}"} for n in range(33)]
    assert why(_with(debts=rows), rulebook(), AS_OF) == {"debts": 1}


def test_amounts_beyond_measure_are_left_to_the_reference() -> None:
    most = {"code": "c", "group": "energy", "amount_yuan": "10000000000000"}
    rows = [{**most, "source_key": f"{n}"} for n in range(11)]
    for count, reasons in ((1, {"": 1}), (11, {"too_large": 1})):
        state = _with(adjustments=rows[:count])
        assert why(state, rulebook(), AS_OF) == reasons
        assert_same(state, rulebook(), AS_OF)
    state = _with(adjustments=[{**most, "amount_yuan": "10000000000000.01"}])
    assert why(state, rulebook(), AS_OF) == {"adjustments": 1}
    state = _with(debts=[{"amount_yuan": "10000000000000", "due_on": "2025-01-01"}])
    assert why(state, rulebook(), AS_OF) == {"debts": 1}


def _with(**more: list[dict[str, str]]) -> State:
    """One shop with more rows of its own."""
    account = {"account_id": "7", "started_on": "2025-06-01", "ended_on": "2025-07-01"}
    ends = {"2025-06-01": "0", "2025-07-01": "100"}
    readings = [
        {"meter_id": "m", "register": "active_total", "read_on": day, "reading": value}
        for day, value in ends.items()
    ]
    rows = {
        "accounts": [{"tariff": "commerce-single-part", **account}],
        "meters": [{"meter_id": "m", "account_id": "7", "multiplier": "1"}],
        "readings": readings,
        **{name: [{"account_id": "7", **row} for row in found] for name, found in more.items()},
    }
    return state_of({n: pd.DataFrame(r, dtype=object) for n, r in rows.items()})


_EPOCH = date(1970, 1, 1)


@given(
    st.lists(
        st.tuples(
            st.integers(0, 10**12),
            st.dates(date(2020, 1, 1), date(2025, 1, 1)),
            st.integers(-5, 3000),
        ),
        min_size=1,
    ),
    st.sampled_from(["0.001", "0.002", "0.0005"]),
    st.sampled_from(["split", "whole"]),
    st.sampled_from(["0", "1.005"]),
)
def test_fees_are_rounded_once(
    rows: list[tuple[int, date, int]], rate: str, span: str, least: str
) -> None:
    rule = evolve(
        rulebook().late_fee,
        daily_rate=Decimal(rate),
        cross_year_span=span,
        least_yuan=Decimal(least),
    )
    due, ends = zip(*((d, d + timedelta(days=days)) for _, d, days in rows), strict=True)
    columns = {
        "account_id": np.full(len(rows), 17),
        "amount_yuan": np.array([fen for fen, *_ in rows]),
        "due_on": np.array([(d - _EPOCH).days for d in due]),
        "paid_on": np.array([(d - _EPOCH).days for d in ends]),
    }
    places = np.arange(len(rows))
    debts = Debts.of(Rows("debts", ("account_id",), columns), places, places)
    rates = FeeRates.of(rule, None)
    assert rates is not None
    (line,) = debts.lines(rates, places, len(rows))
    expected = [
        amount_fen(
            late_fee_yuan(
                Debt(account_id="7", amount_yuan=Decimal(fen).scaleb(-2), due_on=d), paid, rule
            )
        )
        for (fen, d, _), paid in zip(rows, ends, strict=True)
    ]
    assert line.amount.tolist() == expected


def test_rates_with_too_many_decimals_are_left_to_the_reference() -> None:
    fine = evolve(rulebook().late_fee, daily_rate=Decimal("0.0000000000000001"))
    assert FeeRates.of(fine, None) is None
    state = _with(debts=[{"amount_yuan": "1", "due_on": "2025-01-01"}])
    book = evolve(rulebook(), late_fee=fine)
    assert why(state, book, AS_OF) == {"debts": 1}
    assert_same(state, book, AS_OF)
