"""What is said of each problem of a table: one line a code, in Chinese and in English."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from attrs import evolve

from powerchannel.errors import Problem, Severity
from powerchannel.tables.number_messages import NUMBER_MESSAGES
from powerchannel.text import Text

__all__ = ["MESSAGES", "joined", "problem"]

_F: Severity = "fault"
_R: Severity = "rejected"
_N: Severity = "notice"
_EXAMPLES = 3

MESSAGES: dict[str, tuple[Severity, Text]] = {
    "missing_column": (
        _F,
        Text(
            "缺少此列（{title}）。现有表头：{headers}。{hint}请补上此列，或用 "
            "--column {name}={header}（Python 中先改列名）指明它叫什么",
            "the column ({title}) is missing. Headers found: {headers}. {hint}Add it, or say what "
            "it is called with --column {name}={header} (in Python: rename it first)",
        ),
    ),
    "mojibake_header": (
        _F,
        Text(
            "有 {count} 个表头是乱码（如 {found} 应为 {meant}）：文件的编码读错了，"
            "请按 {encoding} 重新读取",
            "{count} headers are garbled (such as {found} for {meant}): the file was read in the "
            "wrong encoding; read it again as {encoding}",
        ),
    ),
    "duplicate_header": (
        _F,
        Text(
            "表头 {headers} 出现不止一次，不知道用哪一列；请删去或改名其中之一",
            "the header {headers} stands more than once, and which one to use is unknown; remove "
            "or rename one",
        ),
    ),
    "ambiguous_column": (
        _F,
        Text(
            "有 {count} 个表头都指向此列（{headers}）；请只留一个",
            "{count} headers name this column ({headers}); keep one",
        ),
    ),
    "empty_table": (
        _F,
        Text(
            "表中没有数据行（只有表头或全空）；请检查导出条件和日期范围",
            "there is no data row (a header alone, or nothing); check the filter and the date "
            "range of the export",
        ),
    ),
    "number_ids": (
        _F,
        Text(
            "{total:,} 个值中有 {count:,} 个是数字而不是文本（{examples}）。前导零可能已经丢失；"
            '请按文本读入：read_csv(..., dtype={{"{header}": str}})；'
            '若编号本来就是整数，用 ids="integer"（命令行 --ids integer）',
            "{count:,} of {total:,} values are numbers, not text ({examples}). Leading zeros may "
            'be lost; read the column as text: read_csv(..., dtype={{"{header}": str}}); if the '
            'ids are integers by nature, say ids="integer" (command line: --ids integer)',
        ),
    ),
    "wrong_type": (
        _F,
        Text(
            "{total:,} 个值中有 {count:,} 个的类型是 {found}，应为 {expected}（{examples}）；"
            "请按{expected}读入此列",
            "{count:,} of {total:,} values are {found}, where {expected} should be ({examples}); "
            "read the column as {expected}",
        ),
    ),
    "mixed_zones": (
        _F,
        Text(
            "{total:,} 个时间中有 {count:,} 个带时区偏移，其余不带（{examples}）；无法知道不带的是"
            "本地时间还是 UTC，请在导出时统一",
            "{count:,} of {total:,} stamps carry an offset and the others do not ({examples}); "
            "whether those are local or UTC cannot be known; export them in one form",
        ),
    ),
    "missing_value": (
        _R,
        Text(
            "{total:,} 行中有 {count:,} 行没有值（{examples}），已剔除；请在来源系统补全",
            "{count:,} of {total:,} rows have no value ({examples}) and were left out; complete "
            "them at the source",
        ),
    ),
    "integer_id": (
        _R,
        Text(
            "{total:,} 个编号中有 {count:,} 个是数字而不是文本（{examples}），前导零可能已经丢失，"
            '已剔除；请按文本导出和读入，或用 ids="integer"（命令行 --ids integer）',
            "{count:,} of {total:,} ids are numbers, not text ({examples}); leading zeros may be "
            "lost, so they were left out; export and read them as text, or say "
            'ids="integer" (command line: --ids integer)',
        ),
    ),
    "scientific_id": (
        _R,
        Text(
            "{total:,} 个编号中有 {count:,} 个是科学计数法（{examples}），末几位已丢失，已剔除；"
            "请在电子表格中把此列设为文本后重新导出",
            "{count:,} of {total:,} ids are in scientific notation ({examples}): their last digits "
            "are lost, so they were left out; format the column as text in the spreadsheet and "
            "export again",
        ),
    ),
    "negative_id": (
        _R,
        Text(
            "{total:,} 个编号中有 {count:,} 个以负号开头（{examples}），已剔除；请核对来源",
            "{count:,} of {total:,} ids are negative ({examples}) and were left out; check the "
            "source",
        ),
    ),
    "formula_id": (
        _R,
        Text(
            "{total:,} 个编号中有 {count:,} 个以 =、+ 或 @ 开头（{examples}），像电子表格公式，"
            "已剔除；请导出值而不是公式",
            "{count:,} of {total:,} ids begin with =, + or @ like a spreadsheet formula "
            "({examples}) and were left out; export values, not formulas",
        ),
    ),
    "damaged_id": (
        _R,
        Text(
            "{total:,} 个编号中有 {count:,} 个含控制字符、乱码或过长（{examples}），已剔除；"
            "请检查编码和分隔符",
            "{count:,} of {total:,} ids hold control characters, garbled text or are too long "
            "({examples}) and were left out; check encoding and delimiters",
        ),
    ),
    "unknown_code": (
        _R,
        Text(
            "{total:,} 行中有 {count:,} 行的值不在代码表中（{examples}），"
            "已剔除；可用的值：{known}。请更正，或在规则文件的代码表中为它加一个别名",
            "{count:,} of {total:,} rows hold a value that no code stands for ({examples}) and "
            "were left out; known: {known}. Correct them, or add an alias to the catalogue of the "
            "rulebook",
        ),
    ),
    "mojibake_value": (
        _R,
        Text(
            "{total:,} 行中有 {count:,} 行是乱码（{examples}），{outcome}：编码读错了，"
            "请用正确的编码（UTF-8 或 GB18030）重新读取",
            "{count:,} of {total:,} rows are garbled ({examples}) {outcome}: the text was read in "
            "the wrong encoding; read it again as UTF-8 or GB18030",
        ),
    ),
    "unmapped_code": (
        _N,
        Text(
            "{total:,} 行中有 {count:,} 行的值没有对应的代码（最多的：{values}），该值留空，"
            "行保留；需要时在代码表中加别名",
            "{count:,} of {total:,} rows hold a value that no code stands for (most often: "
            "{values}); the value is left empty and the row kept; add an alias to the catalogue "
            "where it matters",
        ),
    ),
    "unreadable_time": (
        _R,
        Text(
            "{total:,} 行中有 {count:,} 行的时间读不懂（{examples}），已剔除；"
            "请写成 2022-03-31 或 2022-03-31 08:00:00",
            "{count:,} of {total:,} rows hold a time that cannot be read ({examples}) and were "
            "left out; write 2022-03-31 or 2022-03-31 08:00:00",
        ),
    ),
    "impossible_time": (
        _R,
        Text(
            "{total:,} 行中有 {count:,} 行的时间不存在（{examples}），已剔除；请核对来源",
            "{count:,} of {total:,} rows hold a time that does not exist ({examples}) and were "
            "left out; check the source",
        ),
    ),
    "number_time": (
        _R,
        Text(
            "{total:,} 行中有 {count:,} 行是数字而不是时间（{examples}），"
            "像电子表格日期序号或时间戳，已剔除；请按日期格式重新导出",
            "{count:,} of {total:,} rows hold a bare number ({examples}) such as a spreadsheet "
            "serial or an epoch, and were left out; export the column as dates",
        ),
    ),
    "year_out_of_range": (
        _R,
        Text(
            "{total:,} 行中有 {count:,} 行的年份不在 1990 至 {latest} 之间（{examples}），已剔除；"
            "请核对来源，尚未结束的时间请留空",
            "{count:,} of {total:,} rows lie outside the years 1990 to {latest} ({examples}) and "
            "were left out; check the source, and leave empty what has not ended",
        ),
    ),
    "end_before_start": (
        _R,
        Text(
            "{total:,} 行中有 {count:,} 行早于 {start}（{examples}），已剔除；请核对两列是否颠倒",
            "{count:,} of {total:,} rows lie before {start} ({examples}) and were left out; check "
            "whether the two columns are swapped",
        ),
    ),
    "duplicate": (
        _R,
        Text(
            "{total:,} 行中有 {count:,} 行的来源键已出现过且内容相同（{examples}），只保留一次",
            "{count:,} of {total:,} rows repeat a source key with the same content ({examples}); "
            "each was kept once",
        ),
    ),
    "conflict": (
        _R,
        Text(
            "{total:,} 行中有 {count:,} 行来源键相同而内容不同（{examples}），不知道哪条是真的，"
            "全部剔除；请在来源系统查明",
            "{count:,} of {total:,} rows share a source key but differ in content ({examples}); "
            "which is true is unknown, so all were left out; settle it at the source",
        ),
    ),
    "identical_rows": (
        _N,
        Text(
            "{total:,} 行中有 {count:,} 行与前面某行完全相同且没有来源键（{examples}）；"
            "无法判断是否重复，全部计入。请导出来源键以便去重",
            "{count:,} of {total:,} rows equal an earlier row and carry no source key "
            "({examples}); whether they are repeats cannot be known, so all count. Export a source "
            "key to tell them apart",
        ),
    ),
    "unused_column": (
        _N,
        Text(
            "表头“{header}”没有用到，像是“{near}”（{name} 列）的误写；如果是，请改名，或用 "
            '--column {name}="{header}" 指明（Python 中先改列名）',
            'the header "{header}" is not used and looks like a slip for "{near}" (column {name}); '
            'if it is one, rename it, or say --column {name}="{header}" (in Python: rename it '
            "first)",
        ),
    ),
    "classified": (
        _N,
        Text(
            "{total:,} 行中有 {count:,} 行没有业务种类，已按诉求内容的归类规则补上",
            "{count:,} of {total:,} rows came without a business type; it was read from the "
            "request text by the classification rules",
        ),
    ),
    "normalised_id": (
        _N,
        Text(
            "{total:,} 个编号中有 {count:,} 个带空格或全角数字（{examples}），已规范为半角",
            "{count:,} of {total:,} ids were padded or in full-width digits ({examples}) and were "
            "normalised",
        ),
    ),
    **NUMBER_MESSAGES,
}


def problem(
    code: str,
    where: str,
    *,
    count: int = 1,
    total: int = 0,
    examples: tuple[tuple[int, str], ...] = (),
    severity: Severity | None = None,
    details: Mapping[str, object] = MappingProxyType({}),
) -> Problem:
    """Build the problem that a code stands for (按代码生成问题).

    Raises
    ------
    KeyError
        When there is no such code.
    """
    usual, message = MESSAGES[code]
    return Problem(
        code=code,
        where=where,
        severity=usual if severity is None else severity,
        message=message.fill(**{"count": count, "total": total, **details}),
        count=count,
        examples=examples,
        details=dict(details),
    )


def joined(parts: Iterable[tuple[int, Problem]], total: int) -> tuple[Problem, ...]:
    """Tell the problems of consecutive parts of a table as those of the whole (合并分段问题).

    Parameters
    ----------
    parts : iterable of (int, Problem)
        The rows before the part, and what was found in it.
    total : int
        The rows of the whole.

    Examples
    --------
    >>> found = problem("missing_value", "t.a", total=5, examples=((2, ""),))
    >>> whole = joined([(0, found), (5, found)], total=10)[0]
    >>> whole.count, whole.examples
    (2, ((2, ''), (7, '')))
    """
    found: dict[tuple[str, str], Problem] = {}
    for before, part in parts:
        examples = tuple((row + before, value) for row, value in part.examples)
        known = found.get((part.code, part.where), evolve(part, count=0, examples=()))
        found[part.code, part.where] = problem(
            part.code,
            part.where,
            count=known.count + part.count,
            total=total,
            examples=(known.examples + examples)[:_EXAMPLES],
            severity=part.severity,
            details=part.details,
        )
    return tuple(found.values())
