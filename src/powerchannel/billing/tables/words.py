"""The codes of the billing tables and the words that exports write for them (计费代码表)."""

from __future__ import annotations

from powerchannel.tables import Code, Vocabulary

__all__ = [
    "INCIDENT_KINDS",
    "LOAD_KINDS",
    "LOSS_METHODS",
    "METERING_SIDES",
    "PERIOD_CODES",
    "PERIOD_SPLITS",
    "RATIO_BASES",
    "READ",
    "READING_STATUSES",
    "REGISTERS",
    "RELATION_KINDS",
    "SUPPLIED_LOADS",
    "TOTAL_POLICIES",
    "TRANSFORMER_KINDS",
    "TRANSFORMER_STATUSES",
]

_PERIODS = (
    ("total", "总", "total"),
    ("sharp", "尖", "critical peak"),
    ("peak", "峰", "peak"),
    ("flat", "平", "flat"),
    ("valley", "谷", "valley"),
    ("deep_valley", "深谷", "deep valley"),
)


def _bracketed(stem: str, word: str) -> tuple[str, ...]:
    return (f"{stem}({word})", f"{stem}（{word}）", f"{stem}-{word}", f"{stem}{word}")


def _active(code: str, zh: str, en: str) -> Code:
    more = (f"有功{zh}", *_bracketed("正向有功", zh), *_bracketed("有功", zh))
    whole = ("正向有功", "有功", "正有功总") if code == "total" else ()
    return Code.of(f"active_{code}", f"正向有功{zh}", f"active {en}", *more, *whole)


def _reverse(code: str, zh: str, en: str) -> Code:
    whole = ("反向有功", "反有功总") if code == "total" else ()
    more = _bracketed("反向有功", zh)
    return Code.of(f"reverse_active_{code}", f"反向有功{zh}", f"reverse active {en}", *more, *whole)


REGISTERS: Vocabulary = (
    *(_active(*period) for period in _PERIODS),
    *(_reverse(*period) for period in _PERIODS),
    Code.of(
        "reactive_forward",
        "正向无功总",
        "reactive forward",
        *("正向无功", "无功总", "无功", *_bracketed("正向无功", "总"), *_bracketed("无功", "总")),
    ),
    Code.of(
        "reactive_reverse",
        "反向无功总",
        "reactive reverse",
        *("反向无功", *_bracketed("反向无功", "总")),
    ),
    Code.of("reactive_net", "无功净值", "reactive net", "无功净", "组合无功"),
    Code.of("max_demand", "最大需量", "maximum demand", "需量", "正向有功最大需量", "有功最大需量"),
)
"""Registers of a meter (示数类型)."""

PERIOD_CODES: Vocabulary = tuple(
    Code.of(code, zh, en, f"{zh}段", f"{zh}时段") for code, zh, en in _PERIODS
)
"""Periods of time of use, and the total (时段)."""

READING_STATUSES: Vocabulary = (
    Code.of("ok", "正常", "counts", "成功", "采集成功", "有效", "success"),
    Code.of("late", "补采", "collected late", "补采成功", "补抄"),
    Code.of("estimated", "估抄", "estimate", "估算", "测算", "估计"),
    Code.of("failed", "采集失败", "collection failed", "失败", "fail", "failure"),
    Code.of("missing", "未抄", "not read", "缺数", "漏抄", "未采集"),
    Code.of("suspect", "可疑", "in doubt", "异常", "存疑", "无效", "invalid"),
)
"""What the collection system says of a reading; those read and estimated count (采集状态)."""

READ = frozenset({"ok", "late"})
"""Statuses of real readings, in time or afterwards (实抄状态)."""

TOTAL_POLICIES: Vocabulary = (
    Code.of("parts", "分时计费", "parts billed", "分时"),
    Code.of("total", "总减分时", "total less parts", "总表"),
)
METERING_SIDES: Vocabulary = (
    Code.of("low", "高供低计", "low side", "低压侧", "低"),
    Code.of("high", "高供高计", "high side", "高压侧", "高", "低供低计"),
)
RELATION_KINDS: Vocabulary = (
    Code.of("sub_meter", "分表", "sub-meter", "主分表", "实抄"),
    Code.of("fixed_quantity", "定量", "fixed quantity"),
    Code.of("fixed_ratio", "定比", "fixed ratio"),
    Code.of("through_supply", "转供", "through supply"),
)
SUPPLIED_LOADS: Vocabulary = (
    Code.of("lighting", "照明用电", "lighting load", "照明"),
    Code.of("one_shift", "一班制", "one shift", "单班制"),
    Code.of("two_shifts", "二班制", "two shifts", "两班制"),
    Code.of("three_shifts", "三班制", "three shifts"),
    Code.of("agriculture", "农业用电", "agricultural load", "农业"),
)
"""Kinds of load of supply passed on: each has its own hours a kW (转供负荷类别)."""

PERIOD_SPLITS: Vocabulary = (
    Code.of("proportional", "按各时段比例", "in proportion", "按比例"),
    Code.of("flat", "全部计平段", "all to flat", "平段"),
)
RATIO_BASES: Vocabulary = (
    Code.of("before_loss", "变损前", "before losses"),
    Code.of("after_loss", "变损后", "after losses"),
)
TRANSFORMER_KINDS: Vocabulary = (
    Code.of("transformer", "变压器", "power transformer"),
    Code.of("hv_motor", "高压电动机", "motor at high voltage", "高压电机"),
)
TRANSFORMER_STATUSES: Vocabulary = (
    Code.of("running", "运行", "in service", "在运"),
    Code.of("suspended", "暂停", "in suspension", "停用", "减容"),
    Code.of("hot_standby", "热备用", "hot stand-by", "热备"),
    Code.of("cold_standby", "冷备用", "cold stand-by", "冷备"),
)
LOSS_METHODS: Vocabulary = (
    Code.of("none", "不计变损", "no losses", "不计"),
    Code.of("given", "给定", "from outside", "协议"),
    Code.of("table", "查表", "loss table", "查表法"),
    Code.of("formula", "公式", "by formula", "公式法"),
    Code.of("ratio", "比例", "by ratio", "比例法"),
)
INCIDENT_KINDS: Vocabulary = (
    Code.of("theft", "窃电", "energy theft"),
    Code.of("higher_priced_load", "高价低接", "higher-priced load", "擅自改变用电类别"),
    Code.of("excess_capacity", "超容用电", "excess capacity", "私自增容", "超容"),
    Code.of(
        "sealed_equipment", "擅自启封", "sealed equipment used", "启用封存设备", "启用暂停设备"
    ),
)
LOAD_KINDS: Vocabulary = (
    Code.of("power", "动力", "motive power"),
    Code.of("lighting", "照明", "lights"),
)
