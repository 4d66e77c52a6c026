"""Why a record is left out (无效原因)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from powerchannel.text import Text

__all__ = ["REASONS", "Reason", "first_reason"]


class Reason(IntEnum):
    """What became of an event, a reading or a day; 0 is kept (取舍原因)."""

    KEPT = 0
    UNKNOWN_EVENT = 1
    UNKNOWN_METER = 2
    NO_START = 3
    END_BEFORE_START = 4
    BEFORE_INSTALLATION = 5
    AFTER_REMOVAL = 6
    IN_THE_FUTURE = 7
    DUPLICATE = 8
    WITHIN_TOLERANCE = 9
    NOT_FINITE = 10
    NEGATIVE_VOLTAGE = 11
    BEYOND_CAPACITY = 12
    NEGATIVE_ENERGY = 13
    BEYOND_DAILY_LIMIT = 14


REASONS: Mapping[Reason, Text] = {
    Reason.KEPT: Text("保留", "kept"),
    Reason.UNKNOWN_EVENT: Text("事件代码不在规则中", "no rule has this event"),
    Reason.UNKNOWN_METER: Text("电表不在计量点表中", "of a meter that points do not have"),
    Reason.NO_START: Text("没有起始时间", "without a start"),
    Reason.END_BEFORE_START: Text("结束早于起始", "ends before it starts"),
    Reason.BEFORE_INSTALLATION: Text("起始早于装表", "starts before the meter was installed"),
    Reason.AFTER_REMOVAL: Text("起始晚于拆表", "starts after the meter was removed"),
    Reason.IN_THE_FUTURE: Text("起始晚于统计时点", "starts after the time of the analysis"),
    Reason.DUPLICATE: Text("重复上报", "reported before"),
    Reason.WITHIN_TOLERANCE: Text("未超门限", "not beyond the limit of its rule"),
    Reason.NOT_FINITE: Text("数值不是有限数", "a value that is not finite"),
    Reason.NEGATIVE_VOLTAGE: Text("电压为负", "a negative voltage"),
    Reason.BEYOND_CAPACITY: Text(
        "功率×倍率超过合同容量的 K 倍", "power x ratio beyond K x contract capacity"
    ),
    Reason.NEGATIVE_ENERGY: Text("日电量为负", "a negative energy"),
    Reason.BEYOND_DAILY_LIMIT: Text(
        "日电量超过容量所能", "more energy than the capacity gives in a day"
    ),
}
"""Each reason in words."""


def first_reason(
    reasons: Iterable[tuple[Reason, NDArray[np.bool_]]], count: int
) -> NDArray[np.uint8]:
    """Return for each record the first reason that holds; 0 where none does (首个原因)."""
    found = np.zeros(count, dtype=np.uint8)
    for reason, holds in reasons:
        found[(found == Reason.KEPT) & holds] = reason
    return found
