"""A month of a few customers, some of them with a fault, made by the simulator."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from powerchannel import theft
from powerchannel.theft.state import State

__all__ = ["AS_OF", "FAULTS", "faulty_month", "state_of_month"]

AS_OF = "2025-03"
FAULTS: Mapping[str, str] = {"0011": "none", "0012": "current_open_b", "0013": "voltage_open_a"}
"""The fault of each metered customer; 0021 and 0022 have daily use alone."""


def faulty_month() -> dict[str, pd.DataFrame]:
    """Return the tables of the month: readings of three meters, daily use of five customers."""
    parts = [
        theft.simulate.meter(
            "34",
            fault,
            minutes=600,
            started_at="2025-03-10 08:00",
            customer_id=customer,
            meter_id=f"M{customer}",
            random_state=int(customer),
        )
        for customer, fault in FAULTS.items()
    ]
    points = pd.concat([part.points.assign(area_id="T1") for part in parts])
    rng = np.random.default_rng(0)
    days = pd.date_range("2025-01-01", "2025-03-31").strftime("%Y-%m-%d")
    use = {name: rng.gamma(20, 0.5, len(days)).round(2) for name in (*FAULTS, "0021", "0022")}
    use["0022"][45:] = (use["0022"][45:] * 0.1).round(2)
    daily = [
        pd.DataFrame({"customer_id": name, "on": days, "energy_kwh": kwh})
        for name, kwh in use.items()
    ]
    return {
        "points": points,
        "phase_readings": pd.concat([part.phase_readings for part in parts]),
        "daily": pd.concat(daily),
    }


def state_of_month() -> State:
    """Return the state of the month."""
    return theft.aggregate(theft.check(**faulty_month()))
