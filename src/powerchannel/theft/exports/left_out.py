"""What a reader left out, by reason: nothing goes missing silently (剔除统计)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

import pandas as pd
from attrs import frozen

from powerchannel.text import Text

__all__ = ["REASONS", "Left", "left_table"]

REASONS: Mapping[str, Text] = MappingProxyType(
    {
        "unused_column": Text("未用的列", "columns that are not used"),
        "no_customer": Text("没有户号的行", "rows without a customer"),
        "no_value": Text("空单元格，按缺失，不按 0", "empty cells: missing, not zero"),
        "not_a_number": Text("不是数字", "not a number"),
        "not_a_day": Text("不是日期", "not a day"),
        "no_label": Text("没有标记的客户", "customers without a label"),
        "bad_label": Text("标记不是 0 或 1", "labels other than 0 and 1"),
        "conflicting_label": Text(
            "同一客户标记不一，均不采用", "customers with both labels; neither is taken"
        ),
        "no_such_slot": Text("当日没有该时段", "no such half hour on that day"),
        "off_grid": Text("不在整半点", "not at a whole half hour"),
        "repeated": Text("重复且相同，只计一次", "seen again with the same value, kept once"),
        "conflicting": Text(
            "同一时段数值不一，均不采用", "one half hour with several values; none is taken"
        ),
        "incomplete_day": Text(
            "缺时段的日，不求和", "days without all their half hours; they have no sum"
        ),
        "unknown_event": Text(
            "没有对应事件代码，见 unknown", "objects without an event code; kept in `unknown`"
        ),
    }
)
"""Why something was left out, by code."""


@frozen(kw_only=True)
class Left:
    """How much was left out for one reason (剔除一项).

    Parameters
    ----------
    reason : str
        A code of `REASONS`.
    count : int
        How many cells, rows, columns, customers or days: the reason says which.
    example : str
        The first of them.
    """

    reason: str
    count: int
    example: str = ""


def left_table(left: Iterable[Left]) -> pd.DataFrame:
    """Return what was left out: reason, count, example, zh, en (剔除统计表).

    Examples
    --------
    >>> left_table([Left(reason="no_value", count=2), Left(reason="off_grid", count=0)])[
    ...     ["reason", "count"]].values.tolist()
    [['no_value', 2]]
    """
    rows = [
        (each.reason, each.count, each.example, REASONS[each.reason].zh, REASONS[each.reason].en)
        for each in left
        if each.count
    ]
    columns = ["reason", "count", "example", "zh", "en"]
    return pd.DataFrame(rows, columns=columns).astype({"count": "int64"})
