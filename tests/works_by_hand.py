"""A works of which a person can work the bill out."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from supplies_at_random import END, START


def one(**changes: str) -> dict[str, pd.DataFrame]:
    """A works with one register, of which some cells are changed."""
    account = {"account_id": "7", "started_on": "2025-06-01", "ended_on": "2025-07-01"}
    meter = {"meter_id": "m", "account_id": "7", "multiplier": "1"}
    ends = {"2025-06-01": "0", "2025-07-01": "100"}
    rows = [
        {"meter_id": "m", "register": "active_total", "read_on": day, "reading": value}
        for day, value in ends.items()
    ]
    for key, value in changes.items():
        for row in (account, meter, rows[1]):
            if key in row or (row is account and key == "tariff"):
                row[key] = value
    return {
        "accounts": pd.DataFrame([{"tariff": "commerce-single-part", **account}]),
        "meters": pd.DataFrame([meter]),
        "readings": pd.DataFrame(rows),
    }


def works(**meters: Mapping[str, str]) -> dict[str, pd.DataFrame]:
    """A works with some meters of one register."""
    account = {"account_id": "7", "tariff": "shop", "started_on": START, "ended_on": END}
    return {
        "accounts": pd.DataFrame([account]),
        "meters": pd.DataFrame(
            [{"account_id": "7", "meter_id": m, **c} for m, c in meters.items()]
        ),
    }


def reading(meter: str, day: str, value: str, register: str = "active_total") -> dict[str, str]:
    """One reading."""
    return {"meter_id": meter, "register": register, "read_on": day, "reading": value}
