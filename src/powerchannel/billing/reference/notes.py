"""What a person should know of an energy, in two languages (电量提示)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from powerchannel.billing.records import Finding
from powerchannel.text import Text

__all__ = ["MESSAGES", "Notes"]

MESSAGES: Mapping[str, Text] = MappingProxyType(
    {
        "reading_missing": Text(
            "{register} 在 {day} 没有可用示数；请补抄，或给定抄见电量，或在规则集中允许测算",
            "no usable reading of {register} on {day}; read the meter, give its metered energy, "
            "or allow estimates in the rulebook",
        ),
        "reading_conflict": Text(
            "{register} 在 {day} 有两个不同示数；请只保留一个",
            "two different readings of {register} on {day}; keep one of them",
        ),
        "reading_backward": Text(
            "{register} 从 {first} 退到 {last}，不像翻转；请核对示数与表计位数",
            "{register} went back from {first} to {last}, which is no plausible rollover; check "
            "the readings and the digits of the meter",
        ),
        "rollover_twice": Text(
            "{register} 一个周期内翻转不止一次；请核对示数",
            "{register} ran over more than once in the period; check the readings",
        ),
        "rollover_applied": Text(
            "{register} 从 {first} 翻转到 {last}，已加最大量程",
            "{register} ran over from {first} to {last}; its range was added",
        ),
        "shared_by_days": Text(
            "{day} 没有示数，电量按天数分摊；如需精确请补该日冻结示数",
            "there is no reading on {day}, so the energy is shared by days; add the frozen "
            "reading of that day to be exact",
        ),
        "estimated": Text(
            "{register} 在 {start} 至 {end} 按 {method} 测算；下次实抄后多退少补",
            "{register} from {start} to {end} is estimated by {method}; the next reading "
            "settles it",
        ),
        "reading_estimated": Text(
            "{register} 在 {day} 的示数是测算的；下次实抄后多退少补",
            "the reading of {register} on {day} was estimated; the next one settles it",
        ),
        "estimate_too_high": Text(
            "{register} 实际示数 {last} 低于测算的 {first}，多计的电量在本期退还",
            "{register} shows {last}, below the estimate of {first}; what was billed too much is "
            "given back",
        ),
        "estimated_in_a_row": Text(
            "{register} 已连续测算 {count} 次，不再测算；请实抄",
            "{register} was already estimated {count} times in a row; read the meter",
        ),
        "interval_energy": Text(
            "没有有功示数，按 {count} 个 {minutes} 分钟区间电量计费；区间电量已含倍率，不再乘 "
            "{multiplier}",
            "no active register was read, so {count} intervals of {minutes} minutes are billed; "
            "the multiplier is in them, they are not multiplied by {multiplier}",
        ),
        "interval_gap": Text(
            "{expected} 个 {minutes} 分钟区间中有 {missing} 个没有可用电量（第一个：{first}）；"
            "请补区间电量或起止示数，或给定 metered_energy_kwh，或在规则集中允许测算",
            "{missing} of {expected} intervals of {minutes} minutes have no value that counts "
            "(first: {first}); supply them or the readings of both ends, give metered_energy_kwh, "
            "or allow estimates in the rulebook",
        ),
        "interval_reactive_gap": Text(
            "{expected} 个 {minutes} 分钟区间中有 {missing} 个没有可用无功（第一个：{first}）；"
            "请补齐，或补起止无功示数，或给定 metered_reactive_kvarh",
            "{missing} of {expected} intervals of {minutes} minutes have no reactive energy that "
            "counts (first: {first}); supply it or the reactive readings of both ends, or give "
            "metered_reactive_kvarh",
        ),
        "interval_calendar": Text(
            "自 {first} 起无法判定区间所属时段：电价没有时段日历，或所计各账户的日历不同；"
            "请填写 time_of_use.calendar，或补分时示数，或给定 metered_energy_kwh",
            "from {first} on the period of an interval is not known: the tariff has no calendar, "
            "or the accounts measured have different ones; write time_of_use.calendar, supply "
            "readings by period, or give metered_energy_kwh",
        ),
        "interval_in_two_periods": Text(
            "有 {minutes} 分钟区间跨越两个时段；请提供更短的区间，或给定 metered_energy_kwh",
            "an interval of {minutes} minutes lies in two periods; supply shorter ones, or give "
            "metered_energy_kwh",
        ),
        "interval_demand": Text(
            "没有最大需量示数，取 {blocks} 个 {minutes} 分钟区间的最大值；"
            "另有 {void} 个不完整，不计",
            "no max_demand was read; the highest of {blocks} blocks of {minutes} minutes is taken, "
            "without {void} that have a gap",
        ),
        "tou_sum_mismatch": Text(
            "总示数与各时段之和相差 {difference} kWh，超过允许的 {tolerance}；请核对示数",
            "total and parts differ by {difference} kWh, more than the {tolerance} allowed; "
            "check the readings",
        ),
        "total_below_parts": Text(
            "总电量比各时段之和少 {difference} kWh，平段无法得出；请核对示数",
            "the total is {difference} kWh below its parts, so there is no flat energy; check "
            "the readings",
        ),
        "given": Text(
            "{quantity} 由外部给定，代替计算",
            "{quantity} was given from outside and replaces the computation",
        ),
        "given_for_group": Text(
            "{quantity} 按整组给定，但组内有多个账户；请按账户给定",
            "{quantity} was given for a group of several accounts; give it by account",
        ),
        "relation_unknown": Text(
            "关系指向不存在的 {other}；请核对主分表关系",
            "a relation names {other}, which is not in the group; check the relations",
        ),
        "relation_twice": Text(
            "不止一条关系把它作为子户；请只保留一个上级",
            "more than one relation has it as the child; keep one parent",
        ),
        "relation_cycle": Text(
            "主分表关系成环：{path}；请拆开",
            "the relations run in a circle: {path}; take one away",
        ),
        "relation_incomplete": Text(
            "{kind} 缺少有效的 {field}；请填写",
            "{kind} lacks a valid {field}; fill it in",
        ),
        "negative_parent": Text(
            "分表与定量扣减超过主表，{period} 差 {deficit}；主表按 0 计，请核对",
            "what is taken off passes the parent by {deficit} in {period}; the parent counts "
            "as 0, check the relation",
        ),
        "quantity_above_parent": Text(
            "定量 {quantity} kWh 大于上级剩余的 {left} kWh；全部剩余计入子户",
            "the fixed quantity of {quantity} kWh is more than the {left} kWh left; all that is "
            "left goes to the child",
        ),
        "period_short": Text(
            "平段不足以扣定量，其余 {rest} kWh 按比例从其他时段扣",
            "flat is less than the quantity; {rest} kWh are taken from the other periods",
        ),
        "energy_without_account": Text(
            "表计不属于任何账户，剩余 {left} kWh 无人承担；请补关系",
            "{left} kWh of a meter without an account belong to nobody; add a relation",
        ),
        "loss_data_missing": Text(
            "缺少 {field}，损耗无法计算；请补参数，或给定损耗",
            "{field} is missing, so the loss cannot be computed; fill it in, or give the loss",
        ),
        "loss_methods_differ": Text(
            "并列变压器的变损方法不一致；请统一",
            "transformers in parallel have different loss methods; use one",
        ),
        "loss_table_gap": Text(
            "变损表 {table} 没有容量 {capacity} kVA、月电量 {energy} kWh 的行；请补表",
            "loss table {table} has no row for {capacity} kVA and {energy} kWh a month; add it",
        ),
        "not_running": Text(
            "有电量但没有运行中的变压器；请核对变压器状态",
            "there is energy, but no transformer was running; check its states",
        ),
        "reactive_unknown": Text(
            "没有无功示数，变损只按有功计算",
            "nothing measures reactive energy; the loss is computed from active energy alone",
        ),
        "side_unknown": Text(
            "线路侧“{side}”未知；请填 customer（加线损）或 utility（减线损）",
            "line side '{side}' is not known; use customer (loss is added) or utility "
            "(loss is subtracted)",
        ),
        "demand_hours_missing": Text(
            "转供负荷类别 {load} 没有需量折算小时数，转供需量无法扣减；请在主分关系中填写 "
            "supplied_load，或在规则集的 allocation.demand_hours 中补上",
            "there are no hours a kW for supplied load {load}, so the demand of the supply passed "
            "on is not known; write supplied_load in relations, or add it to "
            "allocation.demand_hours of the rulebook",
        ),
    }
)
"""What each finding says; ``fatal`` ones stop the bill."""


class Notes:
    """Findings of one group while its energy is worked out (提示收集)."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str, str], Finding] = {}

    def add(self, code: str, where: str, /, *, is_fatal: bool = False, **values: object) -> None:
        """Add a finding; the same one twice counts once (登记提示)."""
        message = MESSAGES[code].fill(**values)
        self._found[code, where, message.en] = Finding(
            code=code, id=where, is_fatal=is_fatal, message=message
        )

    def all(self) -> tuple[Finding, ...]:
        """Return the findings, the fatal ones first, in a fixed order (全部提示)."""
        order = sorted(self._found.values(), key=lambda f: (f.code, f.id, f.message.en))
        return tuple(sorted(order, key=lambda f: not f.is_fatal))
