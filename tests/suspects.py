"""Results by hand and at random, for the tests of inspection lists."""

from __future__ import annotations

import numpy as np
import pandas as pd
from attrs import frozen

EPISODE = {
    "customer_id": "0100",
    "phase": "b",
    "rule_id": "current_loss",
    "started_at": pd.Timestamp("2025-03-01 08:00"),
    "ended_at": pd.Timestamp("2025-03-01 09:00"),
    "evidence": "0.00 A < 0.03 A",
}
COLUMNS = list(EPISODE)


@frozen(eq=False)
class Suspects:
    table: pd.DataFrame
    episodes: pd.DataFrame
    rulebook: object = None


def episodes(*rows: dict[str, object]) -> pd.DataFrame:
    found = pd.DataFrame([EPISODE | row for row in rows], columns=COLUMNS)
    stamps = {"started_at": "datetime64[us]", "ended_at": "datetime64[us]"}
    return found.astype(stamps)


def suspects(*rows: dict[str, object], seen: pd.DataFrame | None = None) -> Suspects:
    """Each row has a customer, and 50 points, 50 %, theft, 1000 kWh in T1 unless it says."""
    plain = {
        "score_points": 50,
        "probability": 0.5,
        "cause": "theft",
        "lost_kwh": 1000.0,
        "area_id": "T1",
    }
    table = pd.DataFrame([plain | row for row in rows])
    return Suspects(table, episodes() if seen is None else seen)


def many(customers: int, areas: int, seed: int = 0) -> Suspects:
    random = np.random.default_rng(seed)
    table = pd.DataFrame(
        {
            "customer_id": [f"{row:06d}" for row in range(customers)],
            "score_points": random.integers(0, 100, customers),
            "probability": random.random(customers) ** 3,
            "cause": "theft",
            "lost_kwh": random.gamma(1.0, 500.0, customers),
            "area_id": [f"T{row}" for row in random.integers(0, areas, customers)],
            "industry": random.choice(["shop", "farm", "works"], customers),
        }
    )
    return Suspects(table, episodes())
