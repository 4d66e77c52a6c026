"""Amounts from outside, such as what the market settled: the cells of the reference."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from attrs import evolve

from batch_as_reference import assert_same, state_of, why
from customers_at_random import AS_OF, frames, rulebook
from powerchannel.billing.batch.additions.givens import givable
from powerchannel.billing.rules import Rulebook
from powerchannel.billing.state import State
from powerchannel.billing.tariff import Tariff

_SHOP = "commerce-single-part"
_AGENCY = ("agency", "agency_purchase")


def book() -> Rulebook:
    """What the agency charges comes from outside."""
    given = {"given": True, "price": None, "prices": {}, "floats": False, "by_period": False}
    tariffs = tuple(
        evolve(
            t,
            components=tuple(evolve(c, **given) if c.code in _AGENCY else c for c in t.components),
        )
        for t in rulebook().tariffs
    )
    return evolve(rulebook(), tariffs=tariffs)


def test_random_amounts_have_the_same_cells() -> None:
    rng = np.random.default_rng(8)
    tables = frames(160, seed=32)
    accounts = tables["accounts"].drop_duplicates("account_id")
    names = {t.name for t in book().tariffs if "agency" in givable([t])}
    accounts = accounts.loc[accounts["tariff"].isin(names), "account_id"]
    mine = accounts[rng.random(len(accounts)) < 0.7]
    value = [str(Decimal(int(n)).scaleb(-3)) for n in rng.integers(-(10**6), 10**6, len(mine))]
    givens = pd.DataFrame({"id": mine, "quantity": "agency", "value": value}, dtype=object)
    state = state_of({**tables, "givens": givens})
    found = assert_same(state, book(), AS_OF)
    assert (found.lines["rule_id"] == "givens").sum() > 10
    assert "given_missing" in set(found.findings["code"])
    assert why(state, book(), AS_OF) == why(state_of(tables), book(), AS_OF)


@pytest.mark.parametrize(
    ("rows", "reasons"),
    [
        ([{}], {"": 1}),
        ([{"value": "-0.005"}], {"": 1}),
        ([{"period": "peak"}], {"givens": 1}),
        ([{}, {"period": "peak"}], {"givens": 1}),
        ([{"quantity": "energy"}], {"givens": 1}),
        ([{"quantity": "billed_energy_kwh"}], {"givens": 1}),
        ([{"quantity": "no_such"}], {"givens": 1}),
        ([{}, {"quantity": "billed_energy_kwh"}], {"givens": 1}),
        ([{}, {"quantity": "energy"}], {"givens": 1}),
        ([{"id": "m", "quantity": "metered_energy_kwh"}], {"givens": 1}),
    ],
)
def test_what_is_no_amount_of_a_component_is_left_to_the_reference(
    rows: list[dict[str, str]], reasons: dict[str, int]
) -> None:
    state = one(rows)
    assert why(state, book(), AS_OF) == reasons
    assert_same(state, book(), AS_OF)


def test_a_component_with_a_price_is_left_to_the_reference() -> None:
    state = one([{}])
    assert why(state, rulebook(), AS_OF) == {"givens": 1}
    assert_same(state, rulebook(), AS_OF)


def test_each_edition_must_leave_it_to_others() -> None:
    given, priced = (shop_of(b) for b in (book(), rulebook()))
    assert givable([given]) == {"agency_purchase": "energy"}
    assert givable([given, priced]) == {}


def shop_of(rules: Rulebook) -> Tariff:
    return next(t for t in rules.tariffs if t.name == _SHOP)


def one(rows: list[dict[str, str]]) -> State:
    """One shop with amounts from outside."""
    account = {"account_id": "7", "started_on": "2025-06-01", "ended_on": "2025-07-01"}
    ends = {"2025-06-01": "0", "2025-07-01": "100"}
    readings = [
        {"meter_id": "m", "register": "active_total", "read_on": day, "reading": value}
        for day, value in ends.items()
    ]
    given = {"id": "7", "quantity": "agency_purchase", "period": "total", "value": "12.5"}
    tables = {
        "accounts": [{"tariff": _SHOP, **account}],
        "meters": [{"meter_id": "m", "account_id": "7", "multiplier": "1"}],
        "readings": readings,
        "givens": [{**given, **row} for row in rows],
    }
    return state_of({name: pd.DataFrame(found, dtype=object) for name, found in tables.items()})
