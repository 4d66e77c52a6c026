"""The codes of the theft tables and the words that exports write for them (窃电分析代码表)."""

from __future__ import annotations

from powerchannel.tables import Code, Vocabulary
from powerchannel.text import Text

__all__ = ["DAY_STATUSES", "EVENTS", "FINDINGS", "PHASES", "SELECTIONS", "WIRINGS"]


def _code(code: str, zh: str, en: str, *aliases: str) -> Code:
    return Code(code=code, title=Text(zh, en), aliases=aliases)


WIRINGS: Vocabulary = (
    _code("single_phase", "单相", "single phase", "单相二线", "单相表"),
    _code("three_phase_four_wire", "三相四线", "three-phase four-wire", "34", "3P4W"),
    _code("three_phase_three_wire", "三相三线", "three-phase three-wire", "33", "3P3W"),
)
"""How a meter is wired (接线方式)."""

PHASES: Vocabulary = (
    _code("a", "A相", "phase A", "A", "1", "Uab", "L1"),
    _code("b", "B相", "phase B", "B", "2", "L2"),
    _code("c", "C相", "phase C", "C", "3", "Ucb", "L3"),
    _code("n", "零线", "neutral", "N", "中性线", "0"),
)
"""Phases; of a three-wire meter ``a`` is the element of U_ab and I_a, ``c`` that of U_cb (相别)."""

DAY_STATUSES: Vocabulary = (
    _code("ok", "正常", "read", "采集成功", "成功", "补采"),
    _code("estimated", "估算", "estimated", "拟合", "估抄"),
    _code("failed", "失败", "failed", "采集失败", "缺失"),
)
"""How a daily value came about (采集状态)."""

FINDINGS: Vocabulary = (
    _code("theft", "窃电", "theft", "确认窃电", "查实窃电"),
    _code("breach", "违约用电", "breach of contract", "违约"),
    _code("meter_fault", "计量故障", "meter fault", "表计故障", "电能表故障"),
    _code("wiring_mistake", "接线错误", "wiring mistake", "错接线"),
    _code("normal", "正常", "nothing found", "无异常", "未发现异常"),
    _code("no_access", "无法进入", "no access", "未见用户", "门锁"),
)
"""What an inspection found (检查结论)."""

SELECTIONS: Vocabulary = (
    _code("model", "模型", "by a model", "清单"),
    _code("random", "随机", "at random", "抽查", "随机抽查"),
    _code("tip", "举报", "a tip", "线索"),
)
"""Why a customer was inspected (选取方式)."""

EVENTS: Vocabulary = (
    _code("cover_opened", "开盖", "cover opened", "开表盖", "开盖事件"),
    _code("terminal_cover_opened", "开端钮盒", "terminal cover opened", "开端钮盖"),
    _code("magnetic_interference", "恒定磁场干扰", "magnetic interference", "磁场干扰"),
    _code("total_voltage_loss", "全失压", "total voltage loss"),
    _code("voltage_phase_sequence", "电压逆相序", "voltage phase sequence", "逆相序"),
    _code("current_phase_sequence", "电流逆相序", "current phase sequence"),
    _code("power_failure", "掉电", "power failure", "停电事件"),
    _code("programmed", "编程", "programmed"),
    _code("cleared", "清零", "cleared", "电表清零"),
    _code("demand_cleared", "需量清零", "demand cleared"),
    _code("clock_error", "时钟超差", "clock error", "时钟异常"),
    _code("index_decreased", "示度下降", "index decreased"),
    _code("energy_mismatch", "电能量超差", "energy mismatch"),
    _code("index_runaway", "飞走", "index runaway", "电能表飞走"),
    _code("index_stopped", "停走", "index stopped", "电能表停走"),
    _code("active_differential", "有功差动越限", "active differential", "差动越限"),
    _code("voltage_loss", "失压", "voltage loss"),
    _code("current_loss", "失流", "current loss"),
    _code("phase_loss", "断相", "phase loss"),
    _code("power_reversal", "潮流反向", "power reversal", "功率反向"),
    _code("undervoltage", "欠压", "undervoltage"),
    _code("overvoltage", "过压", "overvoltage"),
    _code("overcurrent", "过流", "overcurrent"),
    _code("current_break", "断流", "current break"),
    _code("overload", "过载", "overload"),
    _code("demand_over_limit", "需量超限", "demand over limit"),
    _code("low_power_factor", "功率因数超下限", "low power factor"),
    _code("voltage_unbalance", "电压不平衡", "voltage unbalance"),
    _code("current_unbalance", "电流不平衡", "current unbalance"),
    _code("severe_current_unbalance", "电流严重不平衡", "severe current unbalance"),
    _code("outage", "停电", "outage"),
)
"""Events that a meter or terminal reports (电能表事件)."""
