"""What conditions can look at, and what their limits can refer to (被测量与基准)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

from attrs import frozen

from powerchannel.text import Text

__all__ = ["QUANTITIES", "REFERENCES", "Quantity", "Scope"]

Scope: TypeAlias = Literal["phase", "meter", "day", "event"]
"""phase: each phase for itself; meter: all phases together; day: daily readings; event: flags."""


@frozen
class Quantity:
    """What a condition looks at (被测量).

    Parameters
    ----------
    scope : {"phase", "meter", "day", "event"}
        Whether there is one of it a phase, a meter, a day or an event.
    unit : str
        Its unit; empty for a ratio.
    title : Text
        What people call it.
    """

    scope: Scope
    unit: str
    title: Text


QUANTITIES: Mapping[str, Quantity] = {
    "voltage": Quantity("phase", "V", Text("电压", "voltage")),
    "current": Quantity("phase", "A", Text("电流（绝对值）", "current, its magnitude")),
    "other_current": Quantity(
        "phase", "A", Text("其他相最大电流", "largest current of the other phases")
    ),
    "power": Quantity("phase", "kW", Text("有功功率（带符号）", "active power, signed")),
    "highest_voltage": Quantity("meter", "V", Text("最高相电压", "highest voltage")),
    "highest_current": Quantity("meter", "A", Text("最大相电流", "largest current")),
    "voltage_unbalance": Quantity("meter", "", Text("电压不平衡率", "voltage unbalance")),
    "current_unbalance": Quantity("meter", "", Text("电流不平衡率", "current unbalance")),
    "total_power": Quantity(
        "meter", "kW", Text("总有功功率（绝对值）", "total active power, its magnitude")
    ),
    "power_factor": Quantity("meter", "", Text("总功率因数", "power factor of all phases")),
    "neutral_difference": Quantity(
        "meter", "A", Text("零火线电流差", "difference of line and neutral current")
    ),
    "neutral_difference_ratio": Quantity(
        "meter", "", Text("零火线电流差率", "the same as a share of the larger of the two")
    ),
    "index_advance_kwh": Quantity(
        "day", "kWh", Text("示度增量", "advance of the index since the reading before")
    ),
    "measured_kwh": Quantity(
        "day", "kWh", Text("功率积分电量", "energy that the power readings add up to")
    ),
    "index_excess": Quantity(
        "day", "", Text("示度增量与功率积分电量之比", "index advance over measured energy")
    ),
    "check_difference_kwh": Quantity(
        "day", "kWh", Text("与副表之差", "difference from the check meter, its magnitude")
    ),
    "check_difference_ratio": Quantity(
        "day", "", Text("与副表之差率", "the same as a share of what the check meter has")
    ),
    "energy_kwh": Quantity("day", "kWh", Text("日电量", "energy of the day")),
    "energy_to_recent": Quantity(
        "day", "", Text("日电量与近期日均之比", "energy over the mean of the days before")
    ),
    "capacity_use": Quantity(
        "day", "", Text("日电量与极限电量之比", "energy over what the capacity gives in a day")
    ),
    "fluctuation": Quantity(
        "day", "", Text("波动系数", "(largest - smallest) / largest energy of recent days")
    ),
    "clock_deviation": Quantity("event", "s", Text("时钟偏差", "deviation of the clock")),
}
"""Every quantity that a condition may name."""

REFERENCES: Mapping[str, str] = {
    "absolute": "",
    "rated_voltage": "V",
    "rated_current": "A",
    "maximum_current": "A",
    "rated_power": "kW",
    "maximum_power": "kW",
    "maximum_total_power": "kW",
}
"""What a ratio may refer to, with its unit; ``absolute``: a number in the quantity's own unit."""
