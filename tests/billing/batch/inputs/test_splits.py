"""Prices that change within a bill: every line, tier and day is that of the reference."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache

import numpy as np
import pandas as pd
import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from batch_as_reference import assert_same, state_of, why
from customers_at_random import AS_OF, frames
from customers_at_random import rulebook as steady
from powerchannel.billing.batch.inputs.splits import parts_of_days, shared
from powerchannel.billing.reference.rounding import share
from powerchannel.billing.rules import Rulebook
from powerchannel.billing.tariff import Tariff, from_case

_TIMES = {"peak_factor": "1.6", "valley_factor": "0.38", "sharp_factor": "1.25"}
_MORE_TIMES = {**_TIMES, "deep_valley_factor": "0.8"}


def _works(price: str, **more: object) -> dict[str, object]:
    return {
        "components": [
            {"code": "agency", "group": "energy", "price": price},
            {"code": "grid", "group": "transmission", "price": "0.1515", "floats": True},
            {"code": "market", "group": "energy", "given": True},
            {"code": "fund", "group": "fund", "price": "0.00196875"},
        ],
        "time_of_use": _MORE_TIMES,
        **more,
    }


def _capacity(price: str, **more: object) -> dict[str, object]:
    return {"mode": "capacity", "price_yuan_per_kva_month": price, **more}


def _demand(mode: str, price: str, **more: object) -> dict[str, object]:
    return {"mode": mode, "price_yuan_per_kw_month": price, **more}


def _tiers(*limits: str, **more: object) -> dict[str, object]:
    steps = {"increments": ["0", "0.05", "0.3"][: len(limits) + 1]}
    return {"limits_kwh": list(limits), **({} if "prices" in more else steps), **more}


_PRICES = [{"peak": "0.617", "flat": "0.5", "valley": "0.307"}] * 2
_DOCUMENTS: Mapping[str, list[dict[str, object]]] = {
    "no charge": [_works("0.4125"), _works("0.3975"), _works("0.4125")],
    "feed in": [
        _works("0.4", feed_in={"price": "0.4155", "vat_rate": "0.13"}),
        _works("0.4"),
        _works("0.5", feed_in={"price": "0.3", "vat_rate": "0.13"}),
    ],
    "same charge": [
        _works(price, capacity_charge=_capacity("23.3")) for price in ("0.4", "0.5", "0.6")
    ],
    "capacity": [
        _works("0.4", capacity_charge=_capacity("23.3")),
        _works("0.4", capacity_charge=_capacity("25")),
        _works("0.4", capacity_charge=_capacity("25", least_suspended_days=10)),
    ],
    "capacity by calendar days": [
        _works("0.4", capacity_charge=_capacity(price, day_count="actual"))
        for price in ("23.3", "23.3", "31")
    ],
    "contract": [
        _works("0.4", capacity_charge=_demand("contract_demand", price, **more))
        for price, more in (
            ("38.5", {"high_use_kwh_per_kva": "260", "over_limit_reading": "above_limit"}),
            ("38.5", {"over_limit_ratio": "1.1"}),
            ("40", {"contract_floor_ratio": "0.6"}),
        )
    ],
    "demand": [
        _works(
            "0.4",
            capacity_charge=_demand("actual_demand", price, actual_demand_floor_ratio=ratio),
            rounding={"metered_decimals": 3, "billed_decimals": 1, "demand_decimals": 4},
        )
        for price, ratio in (("40", "0.4"), ("42", "0.65"), ("42", "0"))
    ],
    "demand by calendar days": [
        _works("0.4", capacity_charge=_demand("actual_demand", price, day_count="actual"))
        for price in ("40", "42", "40")
    ],
    "months": [
        {
            "catalogue_prices": {"peak": "0.568", "flat": "0.5", "valley": "0.288"},
            "tiers": _tiers(*limits, cycle="month", **more),
        }
        for limits, more in (
            (("180.5", "400"), {"season_limits_kwh": {"6": ["200", "450"]}}),
            (("210", "390"), {"persons_from": 5, "more_kwh": "100"}),
            (("100",), {"partial_month": "days", "free_kwh": "15"}),
        )
    ],
    "years": [
        {"catalogue_price": "0.5", "tiers": _tiers("2160", "4200", cycle="year")},
        {
            "catalogue_price": "0.6",
            "tiers": _tiers("2280", "4320", cycle="year", partial_month="days"),
        },
        {"catalogue_price": "0.6", "tiers": _tiers("300", "450.5", cycle="month")},
    ],
    "begins with tiers": [
        {"catalogue_price": "0.5"},
        {
            "rounding": {"billed_decimals": 0},
            "tiers": _tiers("2280", cycle="year", model="table", prices=_PRICES),
        },
        {
            "catalogue_price": "0.6",
            "tiers": _tiers("2280", cycle="year", free_kwh="10.5", partial_month="days"),
        },
    ],
}
_LEFT: Mapping[str, list[dict[str, object]]] = {
    "rounds otherwise": [_works("0.4"), _works("0.4", rounding={"billed_decimals": 2})],
    "another base": [_works("0.4"), _works("0.4", power_factor={"base_groups": ["energy"]})],
    "another mode": [
        _works("0.4", capacity_charge=_capacity("23.3")),
        _works("0.4", capacity_charge=_demand("actual_demand", "40")),
    ],
    "whole months of one": [
        _works("0.4", capacity_charge=_demand("contract_demand", "40", day_count="actual", **more))
        for more in ({}, {"contract_floor_ratio": "0.6"})
    ],
}
_CHANGES = (date(2025, 1, 1), date(2025, 6, 11))


def _editions(name: str, documents: list[dict[str, object]]) -> tuple[Tariff, ...]:
    days = (None, *_CHANGES[-len(documents) + 1 :], None)
    return tuple(
        evolve(
            from_case(document, name=name, source="made up"),
            effective_from=days[i],
            effective_to=days[i + 1],
        )
        for i, document in enumerate(documents)
    )


def rulebook() -> Rulebook:
    all_of = {**_DOCUMENTS, **_LEFT}
    return evolve(steady(), tariffs=sum((_editions(*item) for item in all_of.items()), ()))


@cache
def tables(is_left: bool) -> Mapping[str, pd.DataFrame]:
    """Customers of those tariffs, many of them from the year before on."""
    rng = np.random.default_rng(41)
    found = frames(180, seed=41)
    accounts, meters = found["accounts"], found["meters"]
    names = list(_LEFT if is_left else _DOCUMENTS)
    accounts["tariff"] = [names[i] for i in rng.integers(0, len(names), len(accounts))]
    meters["metering_side"], meters["installed_on"] = "high", ""
    meters["installed_on"] = rng.choice(["", "2024-12-05", "2020-01-01"], len(meters))
    old = rng.choice(["2024-11-20", "2024-12-31"], len(accounts))
    accounts["started_on"] = accounts["started_on"].where(
        accounts["started_on"] != "2025-01-01", old
    )
    began = dict(zip(meters["meter_id"], accounts["started_on"], strict=True))
    read = found["readings"]
    is_old = read["read_on"] == "2025-01-01"
    read.loc[is_old, "read_on"] = read["meter_id"].map(began)[is_old]
    meters["installed_on"] = meters["installed_on"].where(
        meters["installed_on"] <= accounts["started_on"], ""
    )
    return found


@pytest.mark.parametrize("is_left", [False, True])
def test_random_changes_have_the_same_cells(is_left: bool) -> None:
    state = state_of(tables(is_left))
    assert_same(state, rulebook(), AS_OF)
    reasons = why(state, rulebook(), AS_OF)
    assert reasons["tariff"] > 40 if is_left else reasons["tariff"] == 0
    assert reasons["tariff_changes"] == 0
    if not is_left:
        assert reasons[""] > 60


@cache
def read_tables(share: float) -> Mapping[str, pd.DataFrame]:
    """The same customers, many of them read on the days when prices change."""
    rng = np.random.default_rng(42)
    found = dict(tables(False))
    read, more = found["readings"], []
    for (meter, register), rows in read.groupby(["meter_id", "register"]):
        for quarter, day in zip((1, 3), map(str, _CHANGES), strict=True):
            if rng.random() < share and len(rows) == 2:
                low, high = sorted(map(Decimal, rows["reading"]))
                value = low + (high - low) * quarter / 4
                row = {"meter_id": meter, "register": register, "read_on": day, "status": "ok"}
                more.append({**row, "reading": str(value.quantize(Decimal("0.01")))})
    both = pd.concat([read, pd.DataFrame(more, dtype=object)])
    found["readings"] = both.drop_duplicates(["meter_id", "register", "read_on"])
    return found


@pytest.mark.parametrize("share", [1, 0.95])
def test_energy_follows_the_readings_of_the_day(share: float) -> None:
    state = state_of(read_tables(share))
    assert_same(state, rulebook(), AS_OF)
    reasons = why(state, rulebook(), AS_OF)
    assert reasons[""] > 50
    assert (reasons["tariff_changes"] > 10) == (share < 1)


def test_an_edition_that_ends_within_a_bill_is_refused() -> None:
    last = _editions("no charge", _DOCUMENTS["no charge"])[:2]
    book = evolve(rulebook(), tariffs=(*last, *rulebook().tariffs[3:]))
    state = state_of(tables(False))
    assert_same(state, book, AS_OF)
    assert why(state, book, AS_OF)["tariff"] > 10


@given(
    st.lists(st.integers(0, 10**9), min_size=1, max_size=9),
    st.integers(1, 400),
    st.integers(1, 162),
)
def test_shares_are_those_of_the_reference(kwh: list[int], before: int, after: int) -> None:
    change = (_CHANGES[1] - date(1970, 1, 1)).days
    begins, ends = (np.full(len(kwh), change + days) for days in (-before, after))
    days = parts_of_days(_editions("months", [_works("0.4"), _works("0.5")]), begins, ends)
    energy = {"peak": np.array(kwh), "valley": np.array(kwh[::-1])}
    found = shared({**energy, "total": sum(energy.values())}, days)
    for period, values in energy.items():
        expected = [share(int(v), [before, after], 0) for v in values]  # type: ignore[arg-type]
        assert np.stack([part[period] for part in found], 1).tolist() == [
            [int(x) for x in row] for row in expected
        ]
    assert (sum(part["total"] for part in found) == sum(energy.values())).all()
