"""Back-billing and late fees: bounds, and the rate of residents."""

from __future__ import annotations

from decimal import Decimal

import pytest

from powerchannel.billing.penalties import Breach, BreachKind, LateFee, Theft
from powerchannel.errors import RulebookError
from powerchannel.rulebook import structure

ASSUMED = {"status": "assumed", "clause": "test"}
KIND = {"provenance": ASSUMED}
BREACH = {"higher_priced_load": KIND, "excess_capacity": KIND, "sealed_equipment": KIND}
FEE = {"daily_rate": "0.002", "cross_year_daily_rate": "0.003"}


@pytest.mark.parametrize(
    ("cls", "document", "where"),
    [
        (Theft, {"unknown_days": 0}, "$.unknown_days"),
        (Theft, {"power_hours_per_day": 25}, "$.power_hours_per_day"),
        (Theft, {"lighting_hours_per_day": 0}, "$.lighting_hours_per_day"),
        (Theft, {"penalty_multiple": -1}, "$.penalty_multiple"),
        (BreachKind, {"penalty_multiple": -1}, "$.penalty_multiple"),
        (BreachKind, {"yuan_per_kw": -1}, "$.yuan_per_kw"),
        (Breach, {**BREACH, "unknown_days": 0}, "$.unknown_days"),
        (Breach, {**BREACH, "power_hours_per_day": -1}, "$.power_hours_per_day"),
        (Breach, {**BREACH, "lighting_hours_per_day": "24.5"}, "$.lighting_hours_per_day"),
        (LateFee, {**FEE, "daily_rate": 2}, "$.daily_rate"),
        (LateFee, {**FEE, "cross_year_daily_rate": -1}, "$.cross_year_daily_rate"),
        (LateFee, {**FEE, "residential_daily_rate": 2}, "$.residential_daily_rate"),
        (LateFee, {**FEE, "cross_year_span": "both"}, "$.cross_year_span"),
        (LateFee, {**FEE, "least_yuan": -1}, "$.least_yuan"),
    ],
)
def test_a_number_out_of_bounds_is_refused(
    cls: type, document: dict[str, object], where: str
) -> None:
    with pytest.raises(RulebookError) as caught:
        structure(cls, {**document, "provenance": ASSUMED})
    assert {p.where for p in caught.value.problems} == {where}


def test_residents_have_a_rate_of_their_own_where_the_rules_say_so() -> None:
    fee = structure(LateFee, {**FEE, "residential_daily_rate": "0.001", "provenance": ASSUMED})
    others = (Decimal("0.002"), Decimal("0.003"))
    assert fee.rates("residential") == (Decimal("0.001"), Decimal("0.001"))
    assert fee.rates("agriculture") == fee.rates("commerce_industry") == fee.rates(None) == others
    assert structure(LateFee, {**FEE, "provenance": ASSUMED}).rates("residential") == others
