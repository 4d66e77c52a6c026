"""Day by day: energy from frozen registers, and what a prepaid account has left (日电量与费控).

- `readings`: frozen registers as collection systems export them; `energy`: their daily energy
- `prepaid`: charges of the month so far
"""

from powerchannel.billing.daily.energy import DailyEnergy, DayFlag, Limits, daily_energy
from powerchannel.billing.daily.prepaid import MonthToDate, PrepaidState, Thresholds, month_to_date
from powerchannel.billing.daily.readings import Collected, DailyReadings, collect

__all__ = [
    "Collected",
    "DailyEnergy",
    "DailyReadings",
    "DayFlag",
    "Limits",
    "MonthToDate",
    "PrepaidState",
    "Thresholds",
    "collect",
    "daily_energy",
    "month_to_date",
]
