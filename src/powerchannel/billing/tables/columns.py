"""Columns that several billing tables have (计费共用列)."""

from __future__ import annotations

from powerchannel.tables import Column
from powerchannel.tables.building import day, name
from powerchannel.text import Text

__all__ = ["METER", "period_end"]


def period_end(zh: str, en: str) -> Column:
    """Return the column of the billing period that a row belongs to (账期止)."""
    return day(
        "period_ended_on",
        Text("账期结束日期", "period ended on"),
        Text(f"所属计费期之后的第一天，{zh}", f"the first day after its billing period; {en}"),
        *("账期止", "计费期止"),
    )


METER = name(
    "meter_id",
    Text("表号", "meter"),
    Text("电能表或计量点的编号", "the meter or metering point"),
    *("电表编号", "电能表编号", "表计编号", "计量点编号", "资产编号"),
    is_required=True,
)
"""Whose registers and intervals they are (表号列)."""
