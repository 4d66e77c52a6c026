"""The contracts of the tables of equipment, and what hangs on what (计费设备表结构)."""

from __future__ import annotations

from decimal import Decimal

from powerchannel.billing.tables.columns import METER
from powerchannel.billing.tables.words import (
    LOSS_METHODS,
    METERING_SIDES,
    TOTAL_POLICIES,
    TRANSFORMER_KINDS,
    TRANSFORMER_STATUSES,
)
from powerchannel.tables import Schema
from powerchannel.tables.building import code, day, name, number
from powerchannel.text import Text

__all__ = ["LINES", "LOSS_TABLES", "METERS", "TRANSFORMERS"]

_LEAST_MULTIPLIER = Decimal("0.000001")

METERS = Schema(
    name="meters",
    title=Text("计量点", "meters"),
    description=Text("每行一块表及其接线位置", "one row for each meter and where it hangs"),
    columns=(
        METER,
        name(
            "account_id",
            Text("户号", "account"),
            Text("所计量的账户，空为只计量一组", "what it measures; empty: only a group"),
            *("账户", "账户编号", "用户编号", "客户编号"),
        ),
        number(
            "multiplier",
            Text("倍率", "multiplier"),
            Text("综合倍率 = 电流互感器 × 电压互感器 × 表自身，空为 1", "CT x PT x own; empty: 1"),
            *("综合倍率", "计量倍率"),
            decimals=6,
            minimum=_LEAST_MULTIPLIER,
        ),
        number(
            "integer_digits",
            Text("整数位数", "integer digits"),
            Text("示数的整数位数，走满归零", "digits before the point; it runs over after them"),
            decimals=0,
            minimum=Decimal(1),
            maximum=Decimal(12),
        ),
        number(
            "decimal_digits",
            Text("小数位数", "decimal digits"),
            Text("示数的小数位数", "digits behind the point"),
            decimals=0,
            maximum=Decimal(6),
        ),
        code(
            "total_policy",
            Text("分时计费方式", "total policy"),
            Text("计各时段，或平段由总减出", "bill the parts, or flat is total less the others"),
            TOTAL_POLICIES,
            default="parts",
        ),
        code(
            "metering_side",
            Text("计量方式", "metering side"),
            Text("低压侧计量承担变损", "the low side carries the transformer's loss"),
            METERING_SIDES,
            "计量侧",
            default="high",
        ),
        name(
            "circuit_id",
            Text("回路编号", "circuit"),
            Text("供电回路", "the circuit that feeds it"),
            "电源编号",
        ),
        name(
            "transformer_id",
            Text("变压器编号", "transformer"),
            Text("所在变压器", "the transformer that feeds it"),
            "受电设备编号",
        ),
        name(
            "line_id",
            Text("线路编号", "line"),
            Text("所在线路", "the line that feeds it"),
            "专线编号",
        ),
        day(
            "installed_on",
            Text("装表日期", "installed on"),
            Text("空为一直在装", "empty: always"),
            "安装日期",
            is_any_year=True,
        ),
        day(
            "removed_on",
            Text("拆表日期", "removed on"),
            Text("空为未拆", "empty: it hangs"),
            "拆除日期",
            is_any_year=True,
        ),
    ),
    key=("meter_id", "account_id", "installed_on"),
    orders=(("installed_on", "removed_on"),),
)

TRANSFORMERS = Schema(
    name="transformers",
    title=Text("受电设备", "transformers"),
    description=Text(
        "每行一台变压器或高压电动机的一种状态",
        "one row for each transformer or motor at high voltage in one state",
    ),
    columns=(
        name(
            "transformer_id",
            Text("变压器编号", "transformer"),
            Text("设备的编号", "the equipment"),
            *("受电设备编号", "设备编号"),
            is_required=True,
        ),
        name(
            "account_id",
            Text("户号", "account"),
            Text("所属账户", "whose it is"),
            *("账户", "账户编号", "用户编号", "客户编号"),
            is_required=True,
        ),
        code(
            "kind",
            Text("设备类型", "kind"),
            Text("变压器或高压电动机", "transformer, or motor at high voltage"),
            TRANSFORMER_KINDS,
            default="transformer",
        ),
        number(
            "capacity_kva",
            Text("容量", "capacity"),
            Text("额定容量；电动机 1 kW 计 1 kVA", "rated; 1 kW of a motor counts as 1 kVA"),
            *("额定容量", "铭牌容量"),
            unit="kVA",
            is_required=True,
        ),
        code(
            "status",
            Text("运行状态", "status"),
            Text("空为运行", "empty: running"),
            TRANSFORMER_STATUSES,
            "状态",
            default="running",
        ),
        name(
            "interlock_group",
            Text("联锁组", "interlock group"),
            Text("互为备用、不能同时运行的一组", "stand-ins that cannot run together"),
            "互备组",
        ),
        day(
            "started_on",
            Text("开始日期", "started on"),
            Text("空为一直如此", "empty: always"),
            *("投运日期", "启用日期"),
            is_any_year=True,
        ),
        day(
            "ended_on",
            Text("结束日期", "ended on"),
            Text("空为尚未结束", "empty: it goes on"),
            *("停用日期", "终止日期"),
            is_any_year=True,
        ),
        number(
            "no_load_loss_kw",
            Text("空载损耗", "no-load loss"),
            Text("P0", "P0"),
            decimals=6,
            unit="kW",
        ),
        number(
            "load_loss_kw",
            Text("负载损耗", "load loss"),
            Text("PK", "PK"),
            "短路损耗",
            decimals=6,
            unit="kW",
        ),
        number(
            "no_load_current_percent",
            Text("空载电流百分数", "no-load current"),
            Text("I0%", "I0 %"),
            "空载电流",
            decimals=6,
            unit="%",
        ),
        number(
            "short_circuit_voltage_percent",
            Text("短路电压百分数", "short-circuit voltage"),
            Text("UK%", "UK %"),
            *("短路阻抗", "阻抗电压"),
            decimals=6,
            unit="%",
        ),
        number(
            "load_shape_factor",
            Text("负荷修正系数", "load-shape factor"),
            Text("K", "K"),
            *("修正系数", "负荷曲线特征系数"),
            decimals=6,
        ),
        code(
            "loss_method",
            Text("变损计算方式", "loss method"),
            Text("空为不计", "empty: none"),
            LOSS_METHODS,
            "变损方式",
            default="none",
        ),
        name(
            "loss_table",
            Text("变损表", "loss table"),
            Text("查哪张变损表", "which table"),
            "变损表编号",
        ),
    ),
    key=("transformer_id", "account_id", "started_on"),
    orders=(("started_on", "ended_on"),),
)

LOSS_TABLES = Schema(
    name="loss_tables",
    title=Text("变损表", "loss tables"),
    description=Text(
        "按 30 天的月用电量分档的变损", "losses by bands of energy, for a month of 30 days"
    ),
    columns=(
        name(
            "loss_table",
            Text("变损表", "loss table"),
            Text("表的名称", "its name"),
            is_required=True,
        ),
        number(
            "capacity_kva",
            Text("容量", "capacity"),
            Text("额定容量", "rated capacity"),
            "额定容量",
            unit="kVA",
            is_required=True,
        ),
        number(
            "above_kwh",
            Text("电量下限", "above"),
            Text("大于此电量", "more than this"),
            minimum=None,
            unit="kWh",
            is_required=True,
        ),
        number(
            "up_to_kwh",
            Text("电量上限", "up to"),
            Text("不大于此电量，空为无上限", "at most this; empty: no limit"),
            unit="kWh",
        ),
        number(
            "loss_kwh",
            Text("有功变损", "active loss"),
            Text("30 天的有功损耗", "active loss of 30 days"),
            unit="kWh",
            is_required=True,
        ),
        number(
            "loss_kvarh",
            Text("无功变损", "reactive loss"),
            Text("30 天的无功损耗，空为零", "reactive loss of 30 days; empty: none"),
            unit="kvarh",
        ),
    ),
    key=("loss_table", "capacity_kva", "above_kwh"),
)

LINES = Schema(
    name="lines",
    title=Text("用户线路", "lines"),
    description=Text("用户承担线损的线路", "lines whose losses customers carry"),
    columns=(
        name("line_id", Text("线路编号", "line"), Text("线路的编号", "the line"), is_required=True),
        number(
            "loss_ratio",
            Text("线损率", "loss ratio"),
            Text("如 0.02", "such as 0.02"),
            "线损比例",
            decimals=10,
            maximum=Decimal(1),
        ),
        number(
            "resistance_ohm",
            Text("电阻", "resistance"),
            Text("每相电阻", "of each phase"),
            decimals=9,
            unit="Ω",
        ),
        number(
            "reactance_ohm",
            Text("电抗", "reactance"),
            Text("每相电抗", "of each phase"),
            decimals=9,
            unit="Ω",
        ),
        number(
            "voltage_kv",
            Text("电压", "voltage"),
            Text("线电压", "between phases"),
            "额定电压",
            decimals=6,
            unit="kV",
        ),
        name(
            "side",
            Text("计量侧", "side"),
            Text("表在产权分界的哪一侧", "on which side of the boundary the meter is"),
        ),
    ),
    key=("line_id",),
)
