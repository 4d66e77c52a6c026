"""Verbs that one domain alone has, as data: what they read, are told, and write."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from attrs import frozen

from powerchannel.text import Text

__all__ = ["OUT", "PROBLEMS", "REJECTED", "STRICT", "FileOption", "OwnVerb", "ValueOption"]


def _field(name: str) -> str:
    """Return what argparse makes of the name of an option."""
    return name.replace("-", "_")


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
    texts : tuple of str
        Extensions it may have beside those of tables, such as ``".html"``.
    """

    name: str
    title: Text
    is_required: bool = False
    texts: tuple[str, ...] = ()

    @property
    def field(self) -> str:
        """Where the parsed options have it (选项字段)."""
        return _field(self.name)


@frozen(kw_only=True)
class ValueOption:
    """A value that a verb is told, which is also an option (数值选项).

    Parameters
    ----------
    name : str
        The name of the option.
    title : Text
        What it is.
    metavar : str
        What stands for the value in the help.
    parse : callable
        From the word to the value; of `powerchannel.cli.values`.
    default : object
        The value when the option is not given.
    choices : tuple of str
        The words there are; any where it is empty.
    is_required, is_repeatable : bool
        Whether it has to be given, and may be given several times.
    """

    name: str
    title: Text
    metavar: str = "NAME"
    parse: Callable[[str], object] = str
    default: object = None
    choices: tuple[str, ...] = ()
    is_required: bool = False
    is_repeatable: bool = False

    @property
    def field(self) -> str:
        """Where the parsed options have it (选项字段)."""
        return _field(self.name)


@frozen(kw_only=True)
class OwnVerb:
    """A verb of one domain (域专有命令).

    Parameters
    ----------
    name : str
        The word of the command.
    title : Text
        What it does.
    run : str
        Where it lives, ``"module:function"``.
    needs : {"month", "rulebook", "nothing"}
        What of the domain it works with: the tables of a month, read and evaluated as by
        ``evaluate``; the rulebook alone; or nothing.
    inputs : tuple of FileOption
        What it reads beside that.
    values : tuple of ValueOption
        What it is told.
    outputs : tuple of FileOption
        What it writes.
    strict : Text, optional
        What ``--strict`` means to it; without, it has no such option.
    """

    name: str
    title: Text
    run: str
    needs: Literal["month", "rulebook", "nothing"] = "rulebook"
    inputs: tuple[FileOption, ...] = ()
    values: tuple[ValueOption, ...] = ()
    outputs: tuple[FileOption, ...] = ()
    strict: Text | None = None


OUT = FileOption(
    "out", Text("结果文件，按扩展名写出", "the result, written by extension"), is_required=True
)
REJECTED = FileOption("rejected", Text("写出全部剔除行", "write all rows that were left out"))
PROBLEMS = FileOption("problems", Text("写出全部问题", "write all problems"))
STRICT = Text(
    "有任何问题（提示也算）就不写任何文件，并以 1 退出",
    "write nothing and exit 1 when there is any problem, be it a notice",
)
