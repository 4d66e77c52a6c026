"""What is said of each problem with numbers, dates and flags, in Chinese and in English."""

from __future__ import annotations

from powerchannel.errors import Severity
from powerchannel.text import Text

__all__ = ["NUMBER_MESSAGES"]

_R: Severity = "rejected"

NUMBER_MESSAGES: dict[str, tuple[Severity, Text]] = {
    "not_midnight": (
        _R,
        Text(
            "{total:,} 行中有 {count:,} 行的日期带有零点以外的时刻（{examples}），已剔除；"
            "此列按天计，请只写日期",
            "{count:,} of {total:,} rows hold a time of day where a date should be ({examples}) "
            "and were left out; the column counts days: write the date alone",
        ),
    ),
    "not_a_number": (
        _R,
        Text(
            "{total:,} 行中有 {count:,} 行不是数字（{examples}），已剔除；请写成 1234.5",
            "{count:,} of {total:,} rows hold no number ({examples}) and were left out; write "
            "1234.5",
        ),
    ),
    "scientific_number": (
        _R,
        Text(
            "{total:,} 行中有 {count:,} 行是科学计数法（{examples}），末几位可能已丢失，已剔除；"
            "请在电子表格中按数值格式重新导出",
            "{count:,} of {total:,} rows are in scientific notation ({examples}): last digits may "
            "be lost, so they were left out; export the column again as plain numbers",
        ),
    ),
    "separated_number": (
        _R,
        Text(
            "{total:,} 行中有 {count:,} 行的数字带分隔符（{examples}），已剔除；"
            "逗号是千位分隔还是小数点无法知道，请去掉后重新导出",
            "{count:,} of {total:,} rows hold separators within a number ({examples}) and were "
            "left out: whether a comma marks thousands or decimals cannot be known; export plain "
            "numbers",
        ),
    ),
    "unit_in_cell": (
        _R,
        Text(
            "{total:,} 行中有 {count:,} 行在数字前后带单位或文字（{examples}），已剔除；请只写数字",
            "{count:,} of {total:,} rows hold a unit or words beside the number ({examples}) and "
            "were left out; write the number alone",
        ),
    ),
    "not_finite": (
        _R,
        Text(
            "{total:,} 行中有 {count:,} 行是无穷大或非数（{examples}），已剔除；没有值请留空",
            "{count:,} of {total:,} rows hold infinity or NaN ({examples}) and were left out; "
            "leave empty what has no value",
        ),
    ),
    "too_many_decimals": (
        _R,
        Text(
            "{total:,} 行中有 {count:,} 行的小数超过 {decimals} 位（{examples}），照读会被舍入，"
            "已剔除；请按来源的规则先取整，浮点数请改为文本或十进制数导出",
            "{count:,} of {total:,} rows have more than {decimals} decimals ({examples}) and would "
            "be rounded, so they were left out; round them by the rule of their source, and export "
            "text or decimals in place of floats",
        ),
    ),
    "number_too_large": (
        _R,
        Text(
            "{total:,} 行中有 {count:,} 行的整数部分超过 {digits} 位（{examples}），已剔除；"
            "请核对来源和单位",
            "{count:,} of {total:,} rows have more than {digits} digits before the point "
            "({examples}) and were left out; check the source and the unit",
        ),
    ),
    "number_out_of_bounds": (
        _R,
        Text(
            "{total:,} 行中有 {count:,} 行的值不可能（{examples}），应{bounds}{unit}，已剔除；"
            "请核对来源和单位",
            "{count:,} of {total:,} rows hold an impossible value ({examples}), which should be "
            "{bounds}{unit}, and were left out; check the source and the unit",
        ),
    ),
    "not_a_flag": (
        _R,
        Text(
            "{total:,} 行中有 {count:,} 行既不是“是”也不是“否”（{examples}），已剔除；"
            "请写是/否、true/false、1/0 或 Y/N",
            "{count:,} of {total:,} rows are neither yes nor no ({examples}) and were left out; "
            "write yes/no, true/false, 1/0 or Y/N",
        ),
    ),
}
