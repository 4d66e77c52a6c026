"""What is said of faults that show across the billing tables, in Chinese and in English."""

from __future__ import annotations

from powerchannel.errors import Problem
from powerchannel.text import Text

__all__ = ["BILLING_MESSAGES", "billing_problem"]

BILLING_MESSAGES: dict[str, Text] = {
    "overlapping_rows": Text(
        "{total:,} 行中有 {count:,} 行与同一编号的另一行日期重叠（{examples}），不知道哪行是真的，"
        "全部剔除；请让各行首尾相接",
        "{count:,} of {total:,} rows share days with another row of the same id ({examples}); "
        "which is true is unknown, so all were left out; let one end where the next begins",
    ),
    "empty_period": Text(
        "{total:,} 行中有 {count:,} 行的开始和结束是同一天（{examples}），已剔除；"
        "结束日期是该段之后的第一天，请更正",
        "{count:,} of {total:,} rows end on the day they begin ({examples}) and were left out; "
        "the end is the first day after the row: correct it",
    ),
    "unknown_account": Text(
        "{total:,} 行中有 {count:,} 行的户号不在计费账户表中（{examples}），已剔除；"
        "请补上账户，或核对前导零",
        "{count:,} of {total:,} rows name an account that the accounts lack ({examples}) and were "
        "left out; add it, or check leading zeros",
    ),
    "unknown_meter": Text(
        "{total:,} 行中有 {count:,} 行的表号不在计量点表中（{examples}），已剔除；"
        "请补上计量点，或核对前导零",
        "{count:,} of {total:,} rows name a meter that the meters lack ({examples}) and were left "
        "out; add it, or check leading zeros",
    ),
    "unplaced_meter": Text(
        "{total:,} 行中有 {count:,} 块表没有户号，也没有主分关系（{examples}），不知道属于哪一组，"
        "已剔除；请补上户号或关系",
        "{count:,} of {total:,} meters have neither an account nor a relation ({examples}): whose "
        "they are is unknown, so they were left out; add one or the other",
    ),
    "unknown_id": Text(
        "{total:,} 行中有 {count:,} 行的编号在各表中都找不到（{examples}），已剔除；"
        "请核对编号和前导零",
        "{count:,} of {total:,} rows name something that no table has ({examples}) and were left "
        "out; check ids and leading zeros",
    ),
    "relation_to_nothing": Text(
        "{total:,} 行中有 {count:,} 条关系的一端不存在（{examples}），已剔除；"
        "请补上该表或账户，或删去关系",
        "{count:,} of {total:,} relations have an end that does not exist ({examples}) and were "
        "left out; add the meter or account, or remove the relation",
    ),
    "relation_across_groups": Text(
        "{total:,} 行中有 {count:,} 条关系的两端不在同一计费组（{examples}），已剔除；"
        "请给两端同一个计费组",
        "{count:,} of {total:,} relations join two billing groups ({examples}) and were left out; "
        "put both ends into one group",
    ),
    "relation_cycle": Text(
        "{total:,} 行中有 {count:,} 条关系首尾相连成环（{examples}），谁从谁扣无法确定，已剔除；"
        "请断开其中一条",
        "{count:,} of {total:,} relations go round in a circle ({examples}): what is taken from "
        "what is unknown, so they were left out; break one of them",
    ),
    "period_unknown": Text(
        "{total:,} 行中有 {count:,} 行不知道属于哪个计费期（{examples}），已剔除；"
        "请在 period_ended_on 列写明账期结束日期",
        "{count:,} of {total:,} rows belong to no billing period that can be told ({examples}) and "
        "were left out; say its end in the column period_ended_on",
    ),
    "conflict_in_period": Text(
        "{total:,} 行中有 {count:,} 行在同一计费期重复给出（{examples}），不知道哪行是真的，"
        "全部剔除；请只留一行",
        "{count:,} of {total:,} rows say the same thing twice for one billing period ({examples}); "
        "which is true is unknown, so all were left out; keep one",
    ),
    "group_left_out": Text(
        "{total:,} 行中有 {count:,} 行所属的计费组有别的行被剔除（{examples}），少了它们账单会错，"
        "整组退出；请更正那些行后重新检查",
        "{count:,} of {total:,} rows are of groups of which other rows were left out ({examples}); "
        "a bill without those would be wrong, so the whole group drops out; correct them and "
        "check again",
    ),
}


def billing_problem(
    code: str, where: str, *, count: int, total: int, examples: tuple[tuple[int, str], ...]
) -> Problem:
    """Build the problem that a code stands for (按代码生成问题).

    Parameters
    ----------
    code : str
        A key of `BILLING_MESSAGES`.
    where : str
        Table and column.
    count, total : int
        Rows concerned, and rows that came in.
    examples : tuple of (int, str)
        Positions in the input and what stood there.
    """
    return Problem(
        code=code,
        where=where,
        severity="rejected",
        message=BILLING_MESSAGES[code].fill(count=count, total=total),
        count=count,
        examples=examples,
    )
