"""What a command writes: refused at once where it cannot be written, then all of it or nothing."""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TypeAlias

import attrs
import pandas as pd
from attrs import frozen

from powerchannel.cli.console import Console, UsageError
from powerchannel.cli.inputs import file_rows_table
from powerchannel.cli.job import Checked
from powerchannel.errors import Problem
from powerchannel.files.write import check_target, fill_table, standing_in
from powerchannel.rulebook.origin import Origin
from powerchannel.tables import problem_table
from powerchannel.text import Text

__all__ = ["Content", "Lists", "Written", "check_outputs", "write_all"]

Content: TypeAlias = pd.DataFrame | Callable[[Path], None]
"""A table, or what writes something else to a file."""

_DIGEST_SHOWN = len("sha256:") + 12


def check_outputs(options: argparse.Namespace, inputs: Iterable[Path]) -> None:
    """Refuse outputs that could not be written, or that are an input or one another (检查输出).

    Raises
    ------
    UsageError
        When a file is to be written and is an input, or is written twice.
    TableError
        When one could not be written.
    """
    taken = {file.resolve() for file in inputs}
    for output in options.outputs:
        target = getattr(options, output.field)
        if target is None:
            continue
        path = check_target(target, texts=output.texts)
        if path in taken:
            message = _TAKEN.fill(file=target)
            raise UsageError.of("usage", "powerchannel", message.zh, message.en)
        taken.add(path)


def write_all(contents: Mapping[str | None, Content]) -> None:
    """Write files, all of them or none; what has no file is not written (整体写出).

    Parameters
    ----------
    contents : mapping of path to DataFrame or callable
        A table goes by its extension; a callable is given the file to write.

    Raises
    ------
    TableError
        When one cannot be written; then what was there stays.
    """
    with contextlib.ExitStack() as stack:
        for target, content in contents.items():
            if target is None:
                continue
            beside = stack.enter_context(standing_in(Path(target).resolve()))
            if isinstance(content, pd.DataFrame):
                fill_table(content, beside)
            else:
                content(beside)


@frozen(kw_only=True)
class Lists:
    """Where the rows left out and the problems are written, if anywhere (问题清单).

    Parameters
    ----------
    files : mapping of table name to paths
        What is read.
    rejected, problems : str, optional
        The files.
    """

    files: Mapping[str, tuple[Path, ...]]
    rejected: str | None
    problems: str | None

    @classmethod
    def of(cls, options: argparse.Namespace, files: Mapping[str, tuple[Path, ...]]) -> Lists:
        """Take them from the options, after a look at all that is to be written (由选项建立)."""
        check_outputs(options, (file for paths in files.values() for file in paths))
        return cls(files=files, rejected=options.rejected, problems=options.problems)

    @property
    def count(self) -> int:
        """How many files are read (文件数)."""
        return sum(map(len, self.files.values()))

    def contents(self, checked: Checked) -> dict[str | None, Content]:
        """Return both lists by their files, rows counted as in the files read (清单内容)."""
        found: dict[str | None, Content] = {}
        if self.rejected is not None:
            found[self.rejected] = file_rows_table(checked.tables.rejected, self.files)
        if self.problems is not None:
            found[self.problems] = problem_table(checked.problems)
        return found

    def write_problems(self, problems: Iterable[Problem]) -> None:
        """Write the problems alone (写出问题)."""
        write_all({self.problems: problem_table(problems)})


@frozen(kw_only=True)
class Written:
    """What was written, and by which rules (写出摘要).

    Parameters
    ----------
    out : str
        The file.
    rows : int
        How many rows it has.
    origin : Origin
        Where they come from.
    is_empty : bool
        Whether there was nothing to go by.
    """

    out: str
    rows: int
    origin: Origin
    is_empty: bool

    def lines(self, console: Console) -> list[str]:
        """Return what a person reads (文字摘要)."""
        told = _WRITTEN.fill(
            out=self.out,
            rows=f"{self.rows:,}",
            name=self.origin.rulebook,
            digest=self.origin.rulebook_digest[:_DIGEST_SHOWN],
            as_of=self.origin.as_of,
            assumed=len(self.origin.assumed),
        )
        empty = [_EMPTY.fill(as_of=self.origin.as_of).pick(console.lang)] if self.is_empty else []
        return [*self.origin.notes, told.pick(console.lang), *empty]

    def document(self) -> dict[str, object]:
        """Return the same for programs (JSON 摘要)."""
        return {"out": self.out, "rows": self.rows, "origin": attrs.asdict(self.origin)}


_TAKEN = Text(
    "文件 {file} 既要写出又另有用处（是输入，或写了两次）；请换一个文件名。",
    "file {file} is to be written, but is an input or is written twice; choose another name.",
)
_EMPTY = Text(
    "结果是空的：截至 {as_of} 没有可依据的记录；请核对 --as-of 与数据的月份。",
    "the result is empty: there is no evidence as of {as_of}; check --as-of and the months of the "
    "data.",
)
_WRITTEN = Text(
    "已写出 {out}：{rows} 行，截至 {as_of}；规则集 {name}（{digest}），其中 {assumed} 条为约定，"
    "详见 powerchannel rulebook show {name}",
    "wrote {out}: {rows} rows, as of {as_of}; rulebook {name} ({digest}), of which {assumed} rules "
    "are assumed: see powerchannel rulebook show {name}",
)
