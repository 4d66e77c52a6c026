"""A point adds up what the stages put on it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from powerchannel.billing.reference.points import Point


def test_a_point_adds_its_stages_up() -> None:
    point = Point(
        id="m",
        account_id="a",
        number=3,
        slice=0,
        started_on=date(2025, 6, 1),
        ended_on=date(2025, 7, 1),
        metered={"peak": Decimal(10), "flat": Decimal(5)},
        taken={"flat": Decimal(-2)},
        transformer={"total": Decimal(1)},
        line={"peak": Decimal(3)},
        after={"peak": Decimal(-4)},
        reactive=Decimal(6),
        taken_reactive=Decimal(-1),
    )
    assert point.key == ("m", 3)
    assert (point.net, point.net_kwh) == ({"peak": 10, "flat": 3}, 13)
    assert point.energy == {"peak": 9, "flat": 4}
    assert point.net_reactive == 5
