"""The contracts of the theft tables: meters, what they measured, what was found (表结构)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from powerchannel.tables import Column, Schema
from powerchannel.tables.building import code, day, flag, moment, name, number
from powerchannel.text import Text
from powerchannel.theft.tables.words import (
    DAY_STATUSES,
    EVENTS,
    FINDINGS,
    PHASES,
    SELECTIONS,
    WIRINGS,
)

__all__ = ["SCHEMAS"]


def _measured(
    column: str,
    title: Text,
    unit: str,
    *aliases: str,
    decimals: int = 4,
    is_signed: bool = False,
    is_required: bool = False,
) -> Column:
    """Return a column of a quantity that was measured (测量列)."""
    return number(
        column,
        title,
        Text(title.zh, title.en),
        *aliases,
        decimals=decimals,
        minimum=None if is_signed else Decimal(0),
        unit=unit,
        is_required=is_required,
        is_measured=True,
    )


_CUSTOMER = name(
    "customer_id",
    Text("户号", "customer number"),
    Text("用电客户的编号，文本，前导零有意义", "the customer: text, leading zeros count"),
    *("客户编号", "用户编号", "用户号", "CONS_NO"),
    is_required=True,
)
_METER = name(
    "meter_id",
    Text("表号", "meter"),
    Text("电能表的编号；空为该户唯一的表", "the meter; empty: the only one of the customer"),
    *("电能表编号", "电表编号", "资产编号"),
)


def _area(*, is_required: bool) -> Column:
    return name(
        "area_id",
        Text("台区", "transformer area"),
        Text("供电台区的编号", "the transformer area it is supplied from"),
        *("台区编号", "台区号", "TG_NO"),
        is_required=is_required,
    )


POINTS = Schema(
    name="points",
    title=Text("计量点", "metering points"),
    description=Text("每行一块电能表和它的接线、额定值", "one row a meter: wiring and ratings"),
    columns=(
        _CUSTOMER,
        _METER,
        code(
            "wiring",
            Text("接线方式", "wiring"),
            Text("单相、三相四线或三相三线", "single phase, three-phase four-wire or three-wire"),
            WIRINGS,
            default="single_phase",
        ),
        _measured("rated_voltage_v", Text("额定电压", "rated voltage"), "V", "参比电压"),
        _measured(
            "rated_current_a", Text("额定电流", "rated current"), "A", "基本电流", "标定电流"
        ),
        _measured("maximum_current_a", Text("最大电流", "maximum current"), "A"),
        _measured("voltage_ratio", Text("电压互感器变比", "voltage ratio"), "", "PT变比", "PT"),
        _measured("current_ratio", Text("电流互感器变比", "current ratio"), "", "CT变比", "CT"),
        _measured(
            "contract_capacity_kva", Text("合同容量", "contract capacity"), "kVA", "运行容量"
        ),
        _area(is_required=False),
        name(
            "feeder_id",
            Text("线路", "feeder"),
            Text("中压线路的编号", "the medium-voltage feeder"),
            *("线路编号", "馈线"),
        ),
        name(
            "industry",
            Text("行业", "industry"),
            Text("行业分类，用于同类比较", "the industry: whose peers are of the same kind"),
            *("行业分类", "用电类别", "行业类别"),
        ),
        flag(
            "has_generation",
            Text("有分布式电源", "has generation"),
            Text("是否装有光伏等电源", "whether it has photovoltaic or other generation"),
            *("是否光伏", "光伏用户"),
        ),
        day("installed_on", Text("装表日期", "installed on"), Text("第一天", "the first day")),
        day(
            "removed_on",
            Text("拆表日期", "removed on"),
            Text("拆表后的第一天", "the first day without it"),
            is_any_year=True,
        ),
    ),
    key=("customer_id", "meter_id"),
    orders=(("installed_on", "removed_on"),),
)

PHASE_READINGS = Schema(
    name="phase_readings",
    title=Text("分相曲线", "phase readings"),
    description=Text(
        "每行一块表一个时刻一相的电压、电流、有功，按电能表所见（二次值）",
        "one row a meter, time and phase: voltage, current, power as the meter sees them",
    ),
    columns=(
        _CUSTOMER,
        _METER,
        moment(
            "read_at",
            Text("时刻", "read at"),
            Text("测量的时刻", "when it was measured"),
            *("采集时间", "数据时间", "数据时标"),
            is_required=True,
        ),
        code(
            "phase",
            Text("相别", "phase"),
            Text("哪一相；三相三线只有 A、C", "which phase; of a three-wire meter a and c alone"),
            PHASES,
            "相",
            default="a",
        ),
        _measured("voltage_v", Text("电压", "voltage"), "V"),
        _measured("current_a", Text("电流", "current"), "A"),
        _measured(
            "active_power_kw",
            Text("有功功率", "active power"),
            "kW",
            "有功",
            decimals=6,
            is_signed=True,
        ),
        _measured(
            "reactive_power_kvar",
            Text("无功功率", "reactive power"),
            "kvar",
            "无功",
            decimals=6,
            is_signed=True,
        ),
    ),
    key=("customer_id", "meter_id", "read_at", "phase"),
)

DAILY = Schema(
    name="daily",
    title=Text("日电量", "daily energy"),
    description=Text("每行一户一天的用电量", "one row a customer and day: the energy used"),
    columns=(
        _CUSTOMER,
        day(
            "on",
            Text("日期", "on"),
            Text("用电的那一天", "the day of use"),
            *("数据日期", "用电日期", "DATA_DATE"),
            is_required=True,
        ),
        _measured(
            "energy_kwh",
            Text("日用电量", "energy"),
            "kWh",
            "日电量",
            "电量",
            "KWH",
            decimals=3,
            is_signed=True,
        ),
        _measured("reading_kwh", Text("日末示数", "reading"), "kWh", "示数", "日冻结示数"),
        _measured(
            "check_kwh",
            Text("副表日电量", "energy of the check meter"),
            "kWh",
            *("对照电量", "副表电量"),
            decimals=3,
            is_signed=True,
        ),
        code(
            "status",
            Text("采集状态", "status"),
            Text("空为正常", "empty: read"),
            DAY_STATUSES,
            default="ok",
        ),
    ),
    key=("customer_id", "on"),
)

INSPECTIONS = Schema(
    name="inspections",
    title=Text("检查记录", "inspections"),
    description=Text("每行一次现场检查和它的结论", "one row a site inspection and what it found"),
    columns=(
        _CUSTOMER,
        day(
            "inspected_on",
            Text("检查日期", "inspected on"),
            Text("当天", "that day"),
            is_required=True,
        ),
        code(
            "finding",
            Text("检查结论", "finding"),
            Text("查到了什么", "what was found"),
            FINDINGS,
            *("结论", "检查结果"),
            is_required=True,
        ),
        name(
            "finding_id",
            Text("结论编号", "finding number"),
            Text(
                "查实记录的编号，罚则以它为凭", "of the record that confirms it; penalties need it"
            ),
            *("窃电处理单号", "处理单号"),
        ),
        code(
            "chosen_by",
            Text("选取方式", "chosen by"),
            Text("空为模型", "empty: by a model"),
            SELECTIONS,
            default="model",
        ),
        number(
            "propensity",
            Text("抽中概率", "propensity"),
            Text("当时被抽中的概率", "how likely it was to be chosen"),
            decimals=9,
            maximum=Decimal(1),
            is_measured=True,
        ),
        _measured("recovered_kwh", Text("追补电量", "energy recovered"), "kWh", decimals=3),
    ),
    key=("customer_id", "inspected_on"),
)

EVENT_ROWS = Schema(
    name="events",
    title=Text("电能表事件", "meter events"),
    description=Text("每行电能表或终端报告的一个事件", "one row an event that a meter reported"),
    columns=(
        _CUSTOMER,
        _METER,
        code(
            "event",
            Text("事件", "event"),
            Text("哪一种事件", "which event"),
            EVENTS,
            *("事件名称", "事件类型"),
            is_required=True,
        ),
        code("phase", Text("相别", "phase"), Text("空为整表", "empty: the whole meter"), PHASES),
        moment(
            "started_at",
            Text("发生时间", "started at"),
            Text("事件开始", "when it began"),
            "发生时刻",
            is_required=True,
        ),
        moment(
            "ended_at",
            Text("结束时间", "ended at"),
            Text("空为未结束", "empty: it lasts"),
            *("恢复时间", "结束时刻"),
        ),
        number(
            "deviation_s",
            Text("时钟偏差", "deviation of the clock"),
            Text("时钟超差事件所记；快为正", "recorded with a clock error; fast is positive"),
            *("时钟偏差值", "时钟误差"),
            decimals=0,
            minimum=None,
            unit="s",
            is_measured=True,
        ),
    ),
    key=("customer_id", "meter_id", "event", "phase", "started_at"),
)

OUTAGES = Schema(
    name="outages",
    title=Text("停电", "outages"),
    description=Text("每行一个台区的一次停电", "one row an outage of a transformer area"),
    columns=(
        _area(is_required=True),
        moment(
            "started_at", Text("停电时间", "started at"), Text("开始", "began"), is_required=True
        ),
        moment(
            "ended_at", Text("送电时间", "ended at"), Text("恢复", "restored"), is_required=True
        ),
    ),
    key=("area_id", "started_at"),
    orders=(("started_at", "ended_at"),),
)

AREAS = Schema(
    name="areas",
    title=Text("台区供电量", "area supply"),
    description=Text("每行一个台区一天的供电量", "one row a transformer area and day"),
    columns=(
        _area(is_required=True),
        day(
            "on", Text("日期", "on"), Text("供电的那一天", "the day"), "数据日期", is_required=True
        ),
        _measured(
            "supplied_kwh",
            Text("供电量", "supplied"),
            "kWh",
            "台区总表电量",
            decimals=3,
            is_required=True,
        ),
        number(
            "technical_loss_ratio",
            Text("技术线损率", "technical loss"),
            Text("供电量中的技术损耗", "the part of supply that is technical loss"),
            *("理论线损率",),
            decimals=6,
            maximum=Decimal(1),
            is_measured=True,
        ),
    ),
    key=("area_id", "on"),
)

WEATHER = Schema(
    name="weather",
    title=Text("气温", "weather"),
    description=Text("每行一天的平均气温", "one row a day: the mean temperature"),
    columns=(
        day("on", Text("日期", "on"), Text("当天", "that day"), is_required=True),
        _measured(
            "temperature_c",
            Text("气温", "temperature"),
            "°C",
            "平均气温",
            decimals=2,
            is_signed=True,
            is_required=True,
        ),
    ),
    key=("on",),
)

SCHEMAS: Mapping[str, Schema] = {
    schema.name: schema
    for schema in (
        POINTS,
        PHASE_READINGS,
        DAILY,
        INSPECTIONS,
        EVENT_ROWS,
        OUTAGES,
        AREAS,
        WEATHER,
    )
}
"""The tables by name (全部表结构)."""
