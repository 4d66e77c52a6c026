"""What the engine cannot bill is refused before anything is computed."""

from __future__ import annotations

import pytest

from powerchannel.billing.tariff import bundled_tariffs, from_case, load_tariff
from powerchannel.billing.tariff.supported import supported

FACTORS = {"peak_factor": "1.5"}
TABLE = {"cycle": "month", "limits_kwh": [100], "model": "table", "prices": ["0.5", "0.6"]}
BY_PERIOD = {**TABLE, "prices": {"peak": ["0.5", "0.6"], "flat": ["0.4", "0.5"]}}
ADDER = {"cycle": "month", "limits_kwh": [100], "increments": ["0.05"]}
SEASONS = {"season_limits_kwh": {"7": [200]}}
DISCOUNT = {"high_use_kwh_per_kva": 260, "price_yuan_per_kva_month": 20}


def reasons(**document: object) -> list[str]:
    found = supported(from_case(document, name="main", source="test"))
    assert all(text.zh.startswith(text.en.split(":")[0]) for text in found)
    return [text.en.split(":")[0] for text in found]


@pytest.mark.parametrize("name", bundled_tariffs().names())
def test_every_bundled_tariff_can_be_billed(name: str) -> None:
    assert supported(load_tariff(name)) == ()


def test_limits_by_month_belong_to_a_monthly_cycle() -> None:
    assert reasons(tiers={**ADDER, **SEASONS}) == []
    assert reasons(tiers={**ADDER, **SEASONS, "cycle": "year"}) == ["tiers.season_limits_kwh"]


def test_one_price_a_tier_does_not_say_how_it_would_float() -> None:
    assert reasons(tiers=TABLE, time_of_use=FACTORS) == ["tiers.prices"]
    assert reasons(tiers=TABLE, time_of_use={}) == []
    assert reasons(tiers=BY_PERIOD, time_of_use=FACTORS) == []
    assert reasons(tiers=ADDER, catalogue_price="0.5", time_of_use=FACTORS) == []


def test_the_discount_of_high_use_is_one_of_demand() -> None:
    assert reasons(capacity_charge={**DISCOUNT, "mode": "capacity"}) == [
        "capacity_charge.high_use_kwh_per_kva"
    ]
    demand = {**DISCOUNT, "mode": "actual_demand", "price_yuan_per_kw_month": 39}
    assert reasons(capacity_charge=demand) == []


def test_every_reason_is_told() -> None:
    found = reasons(
        tiers={**TABLE, **SEASONS, "cycle": "year"},
        time_of_use=FACTORS,
        capacity_charge={**DISCOUNT, "mode": "none"},
    )
    assert found == [
        "tiers.season_limits_kwh",
        "tiers.prices",
        "capacity_charge.high_use_kwh_per_kva",
    ]
