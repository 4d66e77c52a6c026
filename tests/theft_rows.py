"""Raw rows of the theft tables at random, for the laws of checking and remembering."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

__all__ = ["AREA_OF", "theft_frames"]

CUSTOMERS = ("0017", "017", "户1", "A-2", "99")
AREA_OF = {"0017": "T1", "017": "T1", "户1": "T2", "A-2": "", "99": "T3"}
"""The area of each customer; one has none."""
DAYS = ("2025-01-30", "2025-01-31", "2025-02-01", "2025-02-02")


_DAY_SETS = st.sets(st.sampled_from(DAYS))


@st.composite
def _frames(draw: DrawFn) -> Mapping[str, pd.DataFrame]:
    some = draw(st.sets(st.sampled_from(CUSTOMERS), min_size=1))
    cells = sorted((c, d) for c in sorted(some) for d in sorted(draw(_DAY_SETS)))
    energy = st.sampled_from(["", "0", "1.5", "12.345", "-0.25"])
    daily = [{"customer_id": c, "on": d, "energy_kwh": draw(energy)} for c, d in cells]
    points = [
        {"customer_id": c, "meter_id": f"M{c}", "wiring": "单相", "area_id": AREA_OF[c]}
        for c in sorted(some)
    ]
    stamps = [
        {
            "customer_id": c,
            "meter_id": f"M{c}",
            "read_at": f"{d} 08:00",
            "phase": "A",
            "voltage_v": "220.1",
        }
        for c, d in cells
    ]
    areas = [
        {"area_id": a, "on": d, "supplied_kwh": "100"}
        for a in sorted({AREA_OF[c] for c in some} - {""})
        for d in sorted(draw(_DAY_SETS))
    ]
    return {
        "points": _table(points, "customer_id", "meter_id", "wiring", "area_id"),
        "daily": _table(daily, "customer_id", "on", "energy_kwh"),
        "phase_readings": _table(
            stamps, "customer_id", "meter_id", "read_at", "phase", "voltage_v"
        ),
        "areas": _table(areas, "area_id", "on", "supplied_kwh"),
    }


def _table(rows: list[dict[str, str]], *columns: str) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(columns)).astype(object)


theft_frames: SearchStrategy[Mapping[str, pd.DataFrame]] = _frames()
"""Tables without a fault, each key once."""
