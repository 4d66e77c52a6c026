"""The codes of the theft tables and the words that exports write for them (窃电分析代码表)."""

from __future__ import annotations

from powerchannel.tables import Code, Vocabulary

__all__ = ["DAY_STATUSES", "EVENTS", "FINDINGS", "PHASES", "SELECTIONS", "WIRINGS"]


WIRINGS: Vocabulary = (
    Code.of("single_phase", "单相", "single phase", "单相二线", "单相表"),
    Code.of("three_phase_four_wire", "三相四线", "three-phase four-wire", "34", "3P4W"),
    Code.of("three_phase_three_wire", "三相三线", "three-phase three-wire", "33", "3P3W"),
)
"""How a meter is wired (接线方式)."""

PHASES: Vocabulary = (
    Code.of("a", "A相", "phase A", "A", "1", "Uab", "L1"),
    Code.of("b", "B相", "phase B", "B", "2", "L2"),
    Code.of("c", "C相", "phase C", "C", "3", "Ucb", "L3"),
    Code.of("n", "零线", "neutral", "N", "中性线", "0"),
)
"""Phases; of a three-wire meter ``a`` is the element of U_ab and I_a, ``c`` that of U_cb (相别)."""

DAY_STATUSES: Vocabulary = (
    Code.of("ok", "正常", "read", "采集成功", "成功", "补采"),
    Code.of("estimated", "估算", "estimated", "拟合", "估抄"),
    Code.of("failed", "失败", "failed", "采集失败", "缺失"),
)
"""How a daily value came about (采集状态)."""

FINDINGS: Vocabulary = (
    Code.of("theft", "窃电", "theft", "确认窃电", "查实窃电"),
    Code.of("breach", "违约用电", "breach of contract", "违约"),
    Code.of("meter_fault", "计量故障", "meter fault", "表计故障", "电能表故障"),
    Code.of("wiring_mistake", "接线错误", "wiring mistake", "错接线"),
    Code.of("normal", "正常", "nothing found", "无异常", "未发现异常"),
    Code.of("no_access", "无法进入", "no access", "未见用户", "门锁"),
)
"""What an inspection found (检查结论)."""

SELECTIONS: Vocabulary = (
    Code.of("model", "模型", "by a model", "清单"),
    Code.of("random", "随机", "at random", "抽查", "随机抽查"),
    Code.of("tip", "举报", "a tip", "线索"),
)
"""Why a customer was inspected (选取方式)."""

EVENTS: Vocabulary = (
    Code.of("cover_opened", "开盖", "cover opened", "开表盖", "开盖事件"),
    Code.of("terminal_cover_opened", "开端钮盒", "terminal cover opened", "开端钮盖"),
    Code.of("magnetic_interference", "恒定磁场干扰", "magnetic interference", "磁场干扰"),
    Code.of("total_voltage_loss", "全失压", "total voltage loss"),
    Code.of("voltage_phase_sequence", "电压逆相序", "voltage phase sequence", "逆相序"),
    Code.of("current_phase_sequence", "电流逆相序", "current phase sequence"),
    Code.of("power_failure", "掉电", "power failure", "停电事件"),
    Code.of("programmed", "编程", "programmed"),
    Code.of("cleared", "清零", "cleared", "电表清零"),
    Code.of("demand_cleared", "需量清零", "demand cleared"),
    Code.of("clock_error", "时钟超差", "clock error", "时钟异常"),
    Code.of("index_decreased", "示度下降", "index decreased"),
    Code.of("energy_mismatch", "电能量超差", "energy mismatch"),
    Code.of("index_runaway", "飞走", "index runaway", "电能表飞走"),
    Code.of("index_stopped", "停走", "index stopped", "电能表停走"),
    Code.of("active_differential", "有功差动越限", "active differential", "差动越限"),
    Code.of("voltage_loss", "失压", "voltage loss"),
    Code.of("current_loss", "失流", "current loss"),
    Code.of("phase_loss", "断相", "phase loss"),
    Code.of("power_reversal", "潮流反向", "power reversal", "功率反向"),
    Code.of("undervoltage", "欠压", "undervoltage"),
    Code.of("overvoltage", "过压", "overvoltage"),
    Code.of("overcurrent", "过流", "overcurrent"),
    Code.of("current_break", "断流", "current break"),
    Code.of("overload", "过载", "overload"),
    Code.of("demand_over_limit", "需量超限", "demand over limit"),
    Code.of("low_power_factor", "功率因数超下限", "low power factor"),
    Code.of("voltage_unbalance", "电压不平衡", "voltage unbalance"),
    Code.of("current_unbalance", "电流不平衡", "current unbalance"),
    Code.of("severe_current_unbalance", "电流严重不平衡", "severe current unbalance"),
    Code.of("outage", "停电", "outage"),
)
"""Events that a meter or terminal reports (电能表事件)."""
