"""Interval data to energy by period and the highest demand (负荷曲线计量).

- `calendar`: which period a minute belongs to; `grid`: slots, and how demand is averaged
- `series`: readings one below the other; `profiles`: whole profiles in a matrix
"""

from powerchannel.billing.intervals.calendar import PeriodTable, compile_calendar
from powerchannel.billing.intervals.grid import (
    COUNTS,
    Demand,
    DemandRule,
    IntervalEnergy,
    IntervalGrid,
    check_sums,
    check_values,
)
from powerchannel.billing.intervals.profiles import measure_profiles
from powerchannel.billing.intervals.series import measure_intervals

__all__ = [
    "COUNTS",
    "Demand",
    "DemandRule",
    "IntervalEnergy",
    "IntervalGrid",
    "PeriodTable",
    "check_sums",
    "check_values",
    "compile_calendar",
    "measure_intervals",
    "measure_profiles",
]
