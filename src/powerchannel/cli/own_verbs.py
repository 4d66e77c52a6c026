"""Verbs that one domain alone has, as data: the files they take and write."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from powerchannel.text import Text

__all__ = ["OWN_VERBS", "FileOption", "OwnVerb"]


@frozen
class FileOption:
    """A file that a verb reads or writes, which is also an option (文件选项).

    Parameters
    ----------
    name : str
        The name of the option.
    title : Text
        What it is.
    is_required : bool
        Whether it has to be given.
    """

    name: str
    title: Text
    is_required: bool = False

    @property
    def field(self) -> str:
        """Where the parsed options have it (选项字段)."""
        return self.name.replace("-", "_")


@frozen(kw_only=True)
class OwnVerb:
    """A verb of one domain (域专有命令).

    Parameters
    ----------
    name : str
        The word of the command.
    title : Text
        What it does.
    inputs, outputs : tuple of FileOption
        What it reads and writes.
    strict : Text
        What ``--strict`` means to it.
    """

    name: str
    title: Text
    inputs: tuple[FileOption, ...]
    outputs: tuple[FileOption, ...]
    strict: Text


_VALUES = "id、name、period、value"
_AUDIT = OwnVerb(
    name="audit",
    title=Text("按审核规则审核账单：放行、复核或拦截", "hold bills against the audit rules"),
    inputs=(
        FileOption(
            "bills",
            Text(f"账单结果长表（{_VALUES}）", "the bills: id, name, period, value"),
            is_required=True,
        ),
        FileOption("previous", Text("上月的账单结果", "the bills of the month before")),
        FileOption("last-year", Text("去年同月的账单结果", "those of this month of last year")),
        FileOption("accounts", Text("计费账户", "accounts")),
        FileOption("previous-accounts", Text("上期的计费账户", "accounts of the month before")),
        FileOption("meters", Text("计量点", "meters")),
        FileOption("readings", Text("抄表示数", "readings")),
        FileOption("relations", Text("主分表、定量定比", "sub-meters, shares")),
        FileOption("transformers", Text("受电设备", "transformers")),
        FileOption("lines", Text("账单行（--layout lines）", "lines of the bills")),
        FileOption("registers", Text("示数行（--layout registers）", "registers of the bills")),
    ),
    outputs=(
        FileOption(
            "out",
            Text("每份账单的结论，按扩展名写出", "the verdict of each bill"),
            is_required=True,
        ),
        FileOption("findings", Text("写出每条审核意见", "write every finding")),
        FileOption("not-checked", Text("写出未能审核的项目", "write what could not be checked")),
    ),
    strict=Text(
        "有任何账单需复核、被拦截或未能审核，就不写任何文件，并以 1 退出",
        "write nothing and exit 1 when any bill needs review, is blocked, or cannot be checked",
    ),
)
_COMPARE = OwnVerb(
    name="compare",
    title=Text("与已出账单逐项比对", "hold bills beside issued ones, element by element"),
    inputs=(
        FileOption(
            "ours",
            Text(f"本方账单结果长表（{_VALUES}）", "our bills: id, name, period, value"),
            is_required=True,
        ),
        FileOption(
            "issued", Text("已出账单，列同上", "the issued bills, likewise"), is_required=True
        ),
    ),
    outputs=(
        FileOption("out", Text("逐项比对结果，按扩展名写出", "every element"), is_required=True),
        FileOption("by-id", Text("写出每户的结论与首个差异环节", "write one row an id")),
    ),
    strict=Text(
        "有任何缺项，或超出允差的差异，就不写任何文件，并以 1 退出",
        "write nothing and exit 1 when anything is missing or differs beyond its tolerance",
    ),
)

OWN_VERBS: Mapping[str, tuple[OwnVerb, ...]] = {"billing": (_AUDIT, _COMPARE)}
"""The verbs by domain (域专有命令)."""
