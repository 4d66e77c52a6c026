"""Whether the parts of a tariff fit one another; every problem at once, each at its path."""

from __future__ import annotations

from decimal import Decimal

import pytest

from powerchannel.billing.tariff import Tariff, from_case
from powerchannel.billing.tariff.consistency import sum_of_funds
from powerchannel.errors import RulebookError

CALENDAR = {
    "calendar": {
        "spans": [
            {"period": "peak", "from_time": "06:00", "to_time": "22:00"},
            {"period": "valley", "from_time": "22:00", "to_time": "06:00"},
        ]
    }
}
FUND = {"code": "water", "group": "fund", "price": "0.002"}
GRID = {"code": "grid", "group": "transmission", "price": "0.15"}
TABLE = {"cycle": "month", "limits_kwh": [], "model": "table", "prices": [{"peak": "0.5"}]}


def tariff(document: dict[str, object]) -> Tariff:
    return from_case(document, name="main", source="test")


def places(document: dict[str, object]) -> list[str]:
    with pytest.raises(RulebookError) as caught:
        tariff(document)
    for lang in ("zh", "en"):
        assert "{" not in caught.value.render(lang)
    return [p.where for p in caught.value.problems]


@pytest.mark.parametrize(
    ("document", "where"),
    [
        ({"components": [FUND, GRID, FUND]}, ["$.components[2].code"]),
        ({"components": [{**GRID, "floats": True}]}, ["$.components[0].floats"]),
        ({"catalogue_price": 1, "catalogue_prices": {"peak": 1}}, ["$.catalogue_prices"]),
        ({"catalogue_price": -1}, ["$.catalogue_price"]),
        ({"catalogue_prices": {"peak": -1, "noon": 1}}, None),
        ({"catalogue_prices": {"peak": 1}, "time_of_use": CALENDAR}, ["$.catalogue_prices"]),
        (
            {
                "components": [{"code": "g", "group": "energy", "prices": {"valley": 1}}],
                "time_of_use": CALENDAR,
            },
            ["$.components[0].prices"],
        ),
        ({"tiers": TABLE, "time_of_use": CALENDAR}, ["$.tiers.prices[0]"]),
        ({"tiers": TABLE, "catalogue_price": 1}, ["$.tiers"]),
        ({"catalogue_includes_funds": True}, ["$.catalogue_includes_funds"]),
        (
            {
                "catalogue_includes_funds": True,
                "catalogue_price": "0.001",
                "components": [FUND],
            },
            ["$.catalogue_includes_funds"],
        ),
        (
            {
                "catalogue_includes_funds": True,
                "catalogue_price": "0.5",
                "components": [{"code": "water", "group": "fund", "prices": {"peak": "0.1"}}],
            },
            ["$.catalogue_includes_funds"],
        ),
        (
            {
                "catalogue_includes_funds": True,
                "tiers": TABLE,
                "components": [{**FUND, "price": 1}],
            },
            ["$.catalogue_includes_funds"],
        ),
        ({"effective_from": "2025-01-01", "effective_to": "2025-01-01"}, ["$.effective_to"]),
    ],
)
def test_parts_that_do_not_fit_are_refused(
    document: dict[str, object], where: list[str] | None
) -> None:
    assert places(document) == (where or ["$.catalogue_prices.noon", "$.catalogue_prices.peak"])


def test_all_problems_of_a_tariff_come_at_once() -> None:
    document = {
        "components": [FUND, {**FUND, "price": None}, {**GRID, "group": "grid"}],
        "catalogue_price": -1,
        "tiers": {"cycle": "month", "limits_kwh": [2, 1], "increments": [0, 1, 2, 3]},
        "capacity_charge": {"mode": "capacity"},
        "tiets": {},
    }
    assert set(places(document)) == {
        "$.components[1].price",
        "$.components[2].group",
        "$.catalogue_price",
        "$.tiers.limits_kwh[1]",
        "$.tiers.increments",
        "$.capacity_charge.mode",
        "$.tiets",
    }


def test_prices_under_total_alone_hold_for_every_hour_of_a_calendar() -> None:
    prices = {"code": "g", "group": "energy", "prices": {"total": "0.5"}}
    assert tariff({"components": [prices], "time_of_use": CALENDAR}).components[0].price is None


def test_funds_may_be_as_much_as_the_price_they_are_in() -> None:
    document = {
        "catalogue_includes_funds": True,
        "catalogue_price": "0.002",
        "components": [FUND],
    }
    assert tariff(document).base_prices() == {"total": 0}


def test_the_sum_of_funds_leaves_other_groups_and_given_amounts_out() -> None:
    found = tariff(
        {"components": [FUND, GRID, {"code": "late", "group": "fund", "given": True}]}
    ).components
    assert sum_of_funds(found) == Decimal("0.002")
