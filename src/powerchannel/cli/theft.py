"""Theft on the command line (窃电分析命令)."""

from __future__ import annotations

from powerchannel.cli.domain import Domain, Layout, TableOption
from powerchannel.text import Text

__all__ = ["THEFT"]

THEFT = Domain(
    name="theft",
    title=Text(
        "窃电分析：每个客户的嫌疑、依据与少计电量", "theft: suspicion, its evidence, what was lost"
    ),
    key=Text("户号", "customer number"),
    tables=(
        TableOption(name="points", title=Text("计量点", "metering points")),
        TableOption(
            name="phase_readings", title=Text("分相曲线", "phase readings"), has_many_files=True
        ),
        TableOption(name="daily", title=Text("日电量", "daily energy"), has_many_files=True),
        TableOption(name="inspections", title=Text("检查记录", "inspections")),
        TableOption(name="events", title=Text("电能表事件", "meter events"), has_many_files=True),
        TableOption(name="outages", title=Text("停电", "outages")),
        TableOption(name="areas", title=Text("台区供电量", "supply of areas")),
        TableOption(name="weather", title=Text("气温", "temperatures")),
    ),
    rulebook="dlt698-theft",
    layouts=(
        Layout(name="long", title=Text("每客户一行", "a row a customer"), attribute="table"),
        Layout(name="wide", title=Text("每客户一行，附各项分值", "with the points of each reason")),
        Layout(name="episodes", title=Text("每个异常区段一行", "a row an episode")),
    ),
)
