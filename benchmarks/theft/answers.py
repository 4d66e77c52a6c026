"""What sides of theft must agree on."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from benchmarks.cases import Answer, Near

__all__ = ["COMPARED", "near", "spans_of"]

COMPARED: tuple[str, ...] = (
    *("mean", "median", "p10", "p25", "p75", "p90", "greatest", "least"),
    *("deviation", "variation", "fluctuation", "log_deviation"),
    *("day_change", "rise", "fall", "steepest"),
    *("zero_share", "zero_run", "missing_share", "repeat_share", "repeat_run"),
    *("halves", "first_week", "last_week", "first_day", "last_day"),
    *("lag_1", "lag_2", "lag_7", "weekend"),
    *("week_mean", "week_deviation", "week_least", "week_last"),
)
"""Features that a peer computes too."""

_WITHIN = 1e-9
_NOTHING = -1e6
"""What stands for nothing that can be said: both sides must say it of the same customers."""


def near(values: NDArray[np.float64]) -> Near:
    """Return the values of a feature, as they are compared."""
    return Near(np.where(np.isnan(values), _NOTHING, values), _WITHIN)


def spans_of(
    meter: NDArray[np.generic],
    phase: NDArray[np.generic],
    started_at: NDArray[np.generic],
    ended_at: NDArray[np.generic],
) -> Answer:
    """Return episodes as rows, sorted."""
    rows = np.stack(
        [each.astype(np.int64) for each in (meter, phase, started_at, ended_at)], axis=1
    )
    return {"episodes": rows[np.lexsort(rows.T[::-1])]}
