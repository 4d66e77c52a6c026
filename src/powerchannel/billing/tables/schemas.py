"""The contracts of the billing tables: what customers are, read, owe and did (计费表结构).

Equipment (meters, transformers, loss tables, lines) is in `powerchannel.billing.tables.equipment`,
what is taken off what in `powerchannel.billing.tables.relations`. Columns of decimals keep as many
as they say; a number with more is rejected and never rounded.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from powerchannel.billing.tables.columns import METER, period_end
from powerchannel.billing.tables.equipment import (
    LINES,
    LOSS_TABLES,
    METERS,
    TRANSFORMERS,
)
from powerchannel.billing.tables.relations import RELATIONS
from powerchannel.billing.tables.words import (
    INCIDENT_KINDS,
    LOAD_KINDS,
    PERIOD_CODES,
    READING_STATUSES,
    REGISTERS,
)
from powerchannel.tables import Schema
from powerchannel.tables.building import code, day, flag, moment, name, number
from powerchannel.text import Text

__all__ = ["SCHEMAS"]

_ACCOUNT = name(
    "account_id",
    Text("户号", "account"),
    Text("计费账户的编号，文本，前导零有意义", "the account billed: text, leading zeros count"),
    *("账户", "账户编号", "用户编号", "客户编号", "计费账户"),
    is_required=True,
)
_SOURCE_KEY = name(
    "source_key",
    Text("来源键", "source key"),
    Text(
        "该行在来源系统中的键，用于区分内容相同的两笔",
        "the row's key there: tells equal rows apart",
    ),
    *("流水号", "工单编号"),
)

ACCOUNTS = Schema(
    name="accounts",
    title=Text("计费账户", "accounts"),
    description=Text(
        "每行一个账户在计费期内一段时间的电价和条件",
        "one row for the part of a billing period in which an account had one tariff",
    ),
    columns=(
        _ACCOUNT,
        name(
            "group_id",
            Text("计费组", "billing group"),
            Text("一起计费的一组账户，空为账户自成一组", "billed together; empty: on its own"),
            *("计费组编号", "组号"),
        ),
        name(
            "tariff",
            Text("电价", "price list"),
            Text("电价的名称", "the name of its tariff"),
            *("电价代码", "电价名称", "电价码"),
        ),
        day(
            "started_on",
            Text("开始日期", "started on"),
            Text("该段的第一天", "the first day"),
            *("起始日期", "上次抄表日期"),
            is_required=True,
        ),
        day(
            "ended_on",
            Text("结束日期", "ended on"),
            Text("该段之后的第一天", "the first day after it"),
            *("截止日期", "终止日期", "本次抄表日期"),
            is_required=True,
        ),
        number(
            "power_factor_standard",
            Text("功率因数标准", "power factor standard"),
            Text("0.90、0.85 或 0.80，空为不考核", "0.90, 0.85 or 0.80; empty: not assessed"),
            *("力率标准", "功率因数考核标准"),
            decimals=2,
            maximum=Decimal(1),
        ),
        flag(
            "is_power_factor_assessed",
            Text("是否考核力率", "power factor assessed"),
            Text("空为有标准即考核", "empty: where there is a standard"),
            "是否考核功率因数",
        ),
        number(
            "year_to_date_kwh",
            Text("年累计电量", "year to date"),
            Text("该段之前本年已用电量", "energy of the year before this row"),
            "本年累计电量",
            unit="kWh",
        ),
        number(
            "household_count",
            Text("户数", "households"),
            Text("人口数或合表户数，按电价约定", "persons or households, as the tariff says"),
            *("人口数", "合表户数"),
            decimals=0,
        ),
        number(
            "contract_demand_kw",
            Text("合同需量", "contract demand"),
            Text("核定的最大需量", "the demand agreed"),
            *("需量核定值", "核定需量"),
            decimals=6,
            unit="kW",
        ),
        period_end("空为结束日期", "empty: the row's own end"),
    ),
    key=("account_id", "started_on"),
    orders=(("started_on", "ended_on"), ("ended_on", "period_ended_on")),
    is_empty_allowed=False,
)

READINGS = Schema(
    name="readings",
    title=Text("抄表示数", "readings"),
    description=Text(
        "每行一个示数类型在某天零点的示数", "what a register showed at the beginning of a day"
    ),
    columns=(
        METER,
        code(
            "register",
            Text("示数类型", "register"),
            Text("哪一个示数", "which register"),
            REGISTERS,
            *("示数类别", "寄存器"),
            is_required=True,
        ),
        day(
            "read_on",
            Text("抄表日期", "read on"),
            Text(
                "示数所属日期（零点）；最大需量为所属期的结束日",
                "the day, at midnight; of a demand the end of its period",
            ),
            *("抄表时间", "冻结日期", "数据日期"),
            is_required=True,
        ),
        number(
            "reading",
            Text("示数", "value shown"),
            Text("表上的数，未乘倍率", "as shown, before the multiplier"),
            *("表码", "抄表示数", "读数", "止码"),
            decimals=6,
            minimum=None,
            is_required=True,
        ),
        code(
            "status",
            Text("采集状态", "collection status"),
            Text("空为正常；正常、补采和估抄的示数有效", "empty: ok; ok, late and estimated count"),
            READING_STATUSES,
            *("抄表状态", "状态"),
            default="ok",
        ),
    ),
    key=("meter_id", "register", "read_on", "status"),
)

GIVENS = Schema(
    name="givens",
    title=Text("给定值", "givens"),
    description=Text(
        "外部已知的某环节结果，代替该环节", "a stage's output known from outside; it replaces it"
    ),
    columns=(
        name(
            "id",
            Text("对象编号", "whose"),
            Text("账户、计费组、表、变压器或事件的编号", "account, group, meter, ... it is of"),
            *("编号", "户号"),
            is_required=True,
        ),
        name(
            "quantity",
            Text("数值名称", "quantity"),
            Text("结果的名称或组成的代码", "the name of a result, or the code of a component"),
            "项目",
            is_required=True,
        ),
        code(
            "period",
            Text("时段", "period"),
            Text("空为总", "empty: the total"),
            PERIOD_CODES,
            default="total",
        ),
        number(
            "value",
            Text("数值", "value"),
            Text("给定的数", "the number"),
            "给定值",
            decimals=8,
            minimum=None,
            is_required=True,
        ),
        period_end("空为该组唯一的计费期", "empty: the only period of its group"),
    ),
    key=("id", "quantity", "period", "period_ended_on"),
)

ADJUSTMENTS = Schema(
    name="adjustments",
    title=Text("调整项", "adjustments"),
    description=Text(
        "加到账单上的金额，减收为负", "amounts added to the bill; refunds are negative"
    ),
    columns=(
        _ACCOUNT,
        name(
            "code",
            Text("调整代码", "code"),
            Text("账单行的代码", "the code of its line"),
            *("费用代码", "调整类型"),
            is_required=True,
        ),
        name(
            "group",
            Text("费用组", "subtotal"),
            Text("计入哪个小计", "the subtotal it is in"),
            "费用类别",
        ),
        number(
            "amount_yuan",
            Text("金额", "amount"),
            Text("金额，至分", "amount, to the fen"),
            *("调整金额", "电费"),
            decimals=2,
            minimum=None,
            unit="元",
            is_required=True,
        ),
        period_end("空为该组唯一的计费期", "empty: the only period of its group"),
        _SOURCE_KEY,
    ),
    key=("account_id", "code", "group", "amount_yuan", "period_ended_on", "source_key"),
)

INCIDENTS = Schema(
    name="incidents",
    title=Text("窃电违约", "incidents"),
    description=Text("查实的窃电和违约用电", "theft and breaches of contract, as found"),
    columns=(
        name(
            "incident_id",
            Text("事件编号", "incident"),
            Text("事件的编号", "the incident"),
            *("工单编号", "工单号"),
            is_required=True,
        ),
        _ACCOUNT,
        code(
            "kind",
            Text("事件类型", "kind"),
            Text("窃电或哪种违约", "theft, or which breach"),
            INCIDENT_KINDS,
            "违约类型",
            is_required=True,
        ),
        code(
            "load_kind",
            Text("负荷类型", "load kind"),
            Text("动力或照明", "power or lighting"),
            LOAD_KINDS,
        ),
        number(
            "load_kw",
            Text("负荷容量", "load"),
            Text("私接设备的功率", "rated power of what was connected"),
            "设备容量",
            decimals=6,
            unit="kW",
        ),
        name(
            "load_tariff",
            Text("负荷电价", "load tariff"),
            Text("该负荷应执行的电价", "the tariff that the load should have"),
        ),
        number(
            "capacity_kva",
            Text("容量", "capacity"),
            Text("超出或启封的容量", "capacity in excess or unsealed"),
            "超容容量",
            unit="kVA",
        ),
        day("started_on", Text("开始日期", "started on"), Text("空为不明", "empty: unknown")),
        day("found_on", Text("查获日期", "found on"), Text("查获的日期", "when it was found")),
    ),
    key=("incident_id",),
    orders=(("started_on", "found_on"),),
)

DEBTS = Schema(
    name="debts",
    title=Text("欠费", "debts"),
    description=Text("逾期交纳或尚欠的电费", "amounts paid late or still owed"),
    columns=(
        _ACCOUNT,
        number(
            "amount_yuan",
            Text("欠费金额", "amount"),
            Text("不含违约金，至分", "without late fees, to the fen"),
            *("金额", "欠费"),
            decimals=2,
            unit="元",
            is_required=True,
        ),
        day(
            "due_on",
            Text("到期日期", "due on"),
            Text("最后交费日", "the last day to pay"),
            *("缴费截止日", "最后交费日"),
            is_required=True,
        ),
        day(
            "paid_on",
            Text("交费日期", "paid on"),
            Text("空为未交", "empty: not yet"),
            *("缴费日期", "收费日期"),
        ),
        _SOURCE_KEY,
    ),
    key=("account_id", "amount_yuan", "due_on", "paid_on", "source_key"),
)

INTERVALS = Schema(
    name="intervals",
    title=Text("区间电量", "intervals"),
    description=Text("按分钟或小时的电量", "energy by minutes or hours"),
    columns=(
        METER,
        moment(
            "started_at",
            Text("开始时间", "started at"),
            Text("区间的开始，不带时区的按上海时间", "its start; Shanghai time"),
            *("数据时间", "时间"),
            is_required=True,
        ),
        number(
            "energy_kwh",
            Text("有功电量", "energy"),
            Text("区间内的有功电量，已含倍率", "active energy, multiplier included"),
            "电量",
            decimals=6,
            minimum=None,
            unit="kWh",
            is_required=True,
        ),
        number(
            "reactive_kvarh",
            Text("无功电量", "reactive energy"),
            Text("区间内的无功电量，已含倍率", "reactive energy, multiplier included"),
            decimals=6,
            minimum=None,
            unit="kvarh",
        ),
    ),
    key=("meter_id", "started_at"),
)

SCHEMAS: Mapping[str, Schema] = {
    s.name: s
    for s in (
        ACCOUNTS,
        METERS,
        READINGS,
        RELATIONS,
        TRANSFORMERS,
        LOSS_TABLES,
        LINES,
        GIVENS,
        ADJUSTMENTS,
        INCIDENTS,
        DEBTS,
        INTERVALS,
    )
}
"""The twelve tables by name (十二张表)."""
