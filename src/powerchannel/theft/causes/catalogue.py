"""The causes there are, and what can speak for or against them (原因与证据目录)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from powerchannel.text import Text

__all__ = ["CAUSES", "CAUSE_EVIDENCE", "EPISODE_RULES", "Cause", "Floats", "Quantity", "hours_of"]

Floats: TypeAlias = NDArray[np.float64]

Cause: TypeAlias = Literal[
    "outage",
    "vacancy",
    "photovoltaic",
    "meter_replacement",
    "data_fault",
    "wiring_mistake",
    "meter_fault",
    "theft",
    "cannot_tell",
]

CAUSES: Mapping[Cause, Text] = {
    "outage": Text("停电", "outage"),
    "vacancy": Text("空置", "vacancy"),
    "photovoltaic": Text("光伏上网", "photovoltaic export"),
    "meter_replacement": Text("换表", "meter replacement"),
    "data_fault": Text("数据异常", "data fault"),
    "wiring_mistake": Text("接线错误", "wiring mistake"),
    "meter_fault": Text("计量故障", "meter fault"),
    "theft": Text("疑似窃电", "suspected theft"),
    "cannot_tell": Text("无法判断", "cannot tell"),
}
"""Every cause with its title (原因)."""


@frozen
class Quantity:
    """What speaks for or against a cause (证据量).

    Parameters
    ----------
    title : Text
        What people call it.
    unit : str
        Its unit; empty for shares, ratios and flags (1 is yes, 0 is no).
    """

    title: Text
    unit: str = ""


EPISODE_RULES: Mapping[str, Text] = {
    "voltage_loss": Text("失压", "voltage loss"),
    "undervoltage": Text("欠压", "undervoltage"),
    "phase_loss": Text("断相", "phase loss"),
    "current_loss": Text("失流", "current loss"),
    "power_reversal": Text("潮流反向", "power reversal"),
    "voltage_phase_sequence": Text("电压逆相序", "voltage phase sequence"),
    "current_phase_sequence": Text("电流逆相序", "current phase sequence"),
    "total_voltage_loss": Text("全失压", "total voltage loss"),
    "cover_opened": Text("开盖", "cover opened"),
    "terminal_cover_opened": Text("开端钮盒", "terminal cover opened"),
    "magnetic_interference": Text("恒定磁场干扰", "magnetic interference"),
    "current_unbalance": Text("电流不平衡", "current unbalance"),
    "severe_current_unbalance": Text("电流严重不平衡", "severe current unbalance"),
    "index_decreased": Text("示度下降", "index decreased"),
    "energy_mismatch": Text("电能量超差", "energy mismatch"),
    "index_runaway": Text("飞走", "index runaway"),
    "index_stopped": Text("停走", "index stopped"),
    "neutral_current_mismatch": Text("零火线电流不一致", "neutral current mismatch"),
}
"""The electrical rules whose episodes count, by code (参与判断的电气规则)."""


def hours_of(rule_id: str) -> str:
    """Return the name of the hours that a rule's episodes lasted (区段小时数).

    Examples
    --------
    >>> hours_of("voltage_loss")
    'voltage_loss_hours'
    """
    return f"{rule_id}_hours"


CAUSE_EVIDENCE: Mapping[str, Quantity] = {
    "outage_share": Quantity(Text("异常时间中停电占比", "share of the time that was an outage")),
    "dark_share": Quantity(
        Text("零电量日中停电占比", "share of the days without use that had no supply")
    ),
    "index_differs_days": Quantity(
        Text("电量与示度不符天数", "days whose energy is not what the index advanced by"), "d"
    ),
    "zero_days": Quantity(Text("最长连续零电量天数", "longest run of days without use"), "d"),
    "negative_share": Quantity(Text("负电量天数占比", "share of days with negative energy")),
    "gap_share": Quantity(Text("缺失天数占比", "share of days not read")),
    "repeated_days": Quantity(Text("最长相同电量天数", "longest run of equal days"), "d"),
    "spike_ratio": Quantity(Text("最大日与常见最大日之比", "largest day over the usual largest")),
    "drop_ratio": Quantity(Text("突变前后电量之比", "use after over before the change")),
    "shared_change_ratio": Quantity(
        Text("同台区同时下降户占比", "share of the area that fell on the same days")
    ),
    "reversal_at_night_hours": Quantity(
        Text("夜间反向时长", "hours at night in which power flowed back"), "h"
    ),
    "neutral_excess_kwh": Quantity(
        Text("零线多于火线的电量", "energy by which the neutral carried more than the live wire"),
        "kWh",
    ),
    "has_generation": Quantity(Text("登记有分布式电源", "generation is registered")),
    "is_replaced": Quantity(Text("期间换表", "the meter was replaced")),
    "opened_before": Quantity(
        Text("异常开始前不久开过盖", "a cover was opened shortly before it began")
    ),
    "area_probability": Quantity(Text("台区证据概率", "probability by area evidence")),
    "area_share": Quantity(Text("所占不明电量份额", "share of the area's unexplained energy")),
    **{
        hours_of(rule): Quantity(Text(f"{title.zh}时长", f"hours of {title.en}"), "h")
        for rule, title in EPISODE_RULES.items()
    },
}
"""What decisions may ask for, by name (证据)."""
