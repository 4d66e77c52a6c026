"""What use fell by, where nothing electrical tells what was not recorded (电量突降少计).

A drop is no proof: it is what would be missing if the customer had gone on as before.
"""

from __future__ import annotations

import numpy as np

from powerchannel.theft.consumption.days import Days, Floats, ratio
from powerchannel.theft.consumption.shifts import split_days

__all__ = ["drop_kwh"]


def drop_kwh(days: Days) -> Floats:
    """Return by how much use fell short of what it was before it changed most (突降电量).

    The split is the day at which before and after differ most in their logs; what each later day
    that was read falls short of the mean before it is added up.

    Parameters
    ----------
    days : Days
        Of many customers.

    Returns
    -------
    ndarray of float64, shape (customers,)
        [kWh]; 0 where use rose, NaN where a period is too short to be split.

    Examples
    --------
    >>> use = np.r_[np.full(14, 10.0), np.full(14, 2.0)]
    >>> on = np.arange("2025-01-01", "2025-01-29", dtype="datetime64[D]")
    >>> drop_kwh(Days(np.array([use, use[::-1]]), on)).tolist()
    [112.0, 0.0]
    """
    at = np.array(split_days(days.energy.shape[1]), np.int64) - 1
    if not len(at):
        return np.full(len(days.energy), np.nan)
    logs = np.where(days.is_read, np.log1p(3 * np.maximum(days.filled, 0)), 0.0)
    counts, sums, log_sums = (
        np.cumsum(values, axis=1) for values in (days.is_read * 1.0, days.filled, logs)
    )
    before, after = log_sums[:, at], log_sums[:, -1:] - log_sums[:, at]
    n, m = counts[:, at], counts[:, -1:] - counts[:, at]
    apart = (ratio(before, n) - ratio(after, m)) ** 2 * ratio(n * m, n + m)
    best = np.argmax(np.where(np.isnan(apart), -1.0, apart), axis=1)
    row = np.arange(len(days.energy))
    mean = ratio(sums[row, at[best]], counts[row, at[best]])
    later = counts[:, -1] - counts[row, at[best]]
    short = mean * later - (sums[:, -1] - sums[row, at[best]])
    return np.where(later > 0, np.maximum(short, 0.0), np.nan)
