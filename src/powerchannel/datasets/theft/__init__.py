"""A month to look for theft in, made up (模拟窃电分析月).

- `month`: the data set; `cases`: what is planted; `planted`: where, and when
- `supply`: kinds of customers, areas, meters; `days`: the calendar and the weather
- `use`: what is used; `circuits`: what the simulator makes of it; `registers`: what is counted
- `shown`: what is collected; `readings`: voltages and currents; `tables`: the other tables
- `inspecting`: inspections, earlier ones and those to come
"""

from __future__ import annotations

from powerchannel.datasets.theft.cases import CASES, Case
from powerchannel.datasets.theft.days import WINDOW_DAYS
from powerchannel.datasets.theft.month import TheftMonth, theft_month

__all__ = ["CASES", "WINDOW_DAYS", "Case", "TheftMonth", "theft_month"]
