"""The tables a command works on: read, renamed, given constant columns, numbered as in the file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import narwhals.stable.v2 as nw
import pandas as pd
from attrs import frozen

from powerchannel.cli.console import UsageError
from powerchannel.cli.domain import Domain
from powerchannel.errors import Problem, TableError
from powerchannel.files import first_row, read_table
from powerchannel.registry import Registry, did_you_mean
from powerchannel.tables import Schema
from powerchannel.text import Text

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Assignment", "Inputs", "file_rows", "file_rows_table", "read_frame"]


@frozen
class Assignment:
    """``[TABLE.]NAME=VALUE`` of ``--column`` and ``--set`` (列赋值).

    Examples
    --------
    >>> Assignment.parse("contacted_at=date")
    Assignment(table='', name='contacted_at', value='date')
    >>> Assignment.parse("facts.since=开通日")
    Assignment(table='facts', name='since', value='开通日')
    """

    table: str
    name: str
    value: str

    @classmethod
    def parse(cls, word: str) -> Assignment:
        """Read an option's value (解析).

        Raises
        ------
        ValueError
            When it has no ``=``, or nothing before or after it.
        """
        target, _, value = word.partition("=")
        table, _, name = target.rpartition(".")
        if not name.strip() or not value.strip():
            raise ValueError(word)
        return cls(table.strip(), name.strip(), value.strip())


@frozen(kw_only=True)
class Inputs:
    """Which files to read, and what their columns are called (输入).

    Parameters
    ----------
    domain : Domain
        Whose tables they are.
    files : mapping of table name to paths
        The tables that are given; several files are one table.
    renames, constants : tuple of Assignment
        The values of ``--column`` and of ``--set``.
    """

    domain: Domain
    files: Mapping[str, Sequence[Path]]
    renames: tuple[Assignment, ...] = ()
    constants: tuple[Assignment, ...] = ()

    def read(self, table: str, file: Path) -> pd.DataFrame | pa.Table:
        """Read one file of a table; name its columns as the contract does (读取一个文件).

        Raises
        ------
        TableError
            When the file cannot be read, or ``--column`` and ``--set`` do not fit it.
        """
        schema = self.domain.schemas()[table]
        frame = read_table(file, where=table)
        renames, constants = self._of(table, self.renames), self._of(table, self.constants)
        if not renames and not constants:
            return frame
        named = _renamed(nw.from_native(frame, eager_only=True), renames, schema)
        return _with_constants(named, constants, schema).to_native()

    def check_names(self) -> None:
        """Refuse what is wrong with the options whatever the files hold (检查选项).

        Raises
        ------
        UsageError
            When a table is not given, a column is assigned twice, or a table is given one file
            twice.
        UnknownNameError
            When there is no such table or column.
        """
        for paths in self.files.values():
            self._check_files(paths)
        schemas = Registry(Text("表", "table"), {t.name: t for t in self.domain.tables})
        seen: set[tuple[str, str]] = set()
        for given in (*self.renames, *self.constants):
            table = schemas.get(given.table or self.domain.tables[0].name).name
            _column_names(self.domain.schemas()[table]).get(given.name)
            if table not in self.files:
                raise _usage(_NOT_GIVEN, table=table)
            if (table, given.name) in seen:
                raise _usage(_ASSIGNED_TWICE, column=f"{table}.{given.name}")
            seen.add((table, given.name))
        for table in self.files:
            headers = list(self._of(table, self.renames).values())
            twice = sorted({h for h in headers if headers.count(h) > 1})
            if twice:
                raise _usage(_HEADER_TWICE, headers="、".join(twice))

    def _check_files(self, paths: Sequence[Path]) -> None:
        real = [path.resolve() for path in paths]
        twice = [path for at, path in enumerate(paths) if real[at] in real[:at]]
        if twice:
            raise _usage(_FILE_TWICE, file=twice[0])

    def _of(self, table: str, given: Iterable[Assignment]) -> dict[str, str]:
        default = self.domain.tables[0].name
        return {a.name: a.value for a in given if (a.table or default) == table}


def read_frame(file: Path, *, where: str) -> pd.DataFrame:
    """Read a file as a data frame of all its columns, rows counted from 0 (读取为数据表).

    Raises
    ------
    TableError
        As `read_table`.
    """
    table = read_table(file, where=where)
    return table if isinstance(table, pd.DataFrame) else table.to_pandas(ignore_metadata=True)


def file_rows(
    problems: Iterable[Problem], files: Mapping[str, Sequence[Path]]
) -> tuple[Problem, ...]:
    """Return problems with rows counted as a person counts them in the file (文件行号).

    Of a table in several files, rows are counted from 0 through all of them.
    """
    first = _first_rows(files)
    return tuple(_shifted(p, first.get(p.where.partition(".")[0], 0)) for p in problems)


def file_rows_table(rejected: pd.DataFrame, files: Mapping[str, Sequence[Path]]) -> pd.DataFrame:
    """Return the rows left out with rows counted as `file_rows` does (文件行号)."""
    first = _first_rows(files)
    return rejected.assign(row=rejected["row"] + rejected["table"].map(first))


def _first_rows(files: Mapping[str, Sequence[Path]]) -> dict[str, int]:
    return {name: first_row(f[0]) if len(f) == 1 else 0 for name, f in files.items()}


def _shifted(problem: Problem, by: int) -> Problem:
    examples: Any = tuple((row + by, value) for row, value in problem.examples)
    return Problem(
        code=problem.code,
        where=problem.where,
        message=problem.message,
        severity=problem.severity,
        count=problem.count,
        examples=examples,
    )


def _column_names(schema: Schema) -> Registry[str]:
    what = Text(f"{schema.title.zh}的列", f"column of {schema.name}")
    return Registry(what, {name: name for name in schema.names})


def _renamed(
    frame: nw.DataFrame[Any], renames: Mapping[str, str], schema: Schema
) -> nw.DataFrame[Any]:
    """Rename as asked for; other headers that would name the same column give way."""
    missing = [(n, h) for n, h in renames.items() if h not in frame.columns]
    if missing:
        raise TableError([_no_header(schema, n, h, frame.columns) for n, h in missing])
    kept = set(renames.values())
    rivals = [h for h in frame.columns if schema.column_of(h) in renames and h not in kept]
    return frame.drop(rivals).rename({header: name for name, header in renames.items()})


def _with_constants(
    frame: nw.DataFrame[Any], constants: Mapping[str, str], schema: Schema
) -> nw.DataFrame[Any]:
    found = schema.resolve(frame.columns)
    taken = [_column_exists(schema, name, found[name][0]) for name in constants if name in found]
    if taken:
        raise TableError(taken)
    return frame.with_columns(nw.lit(value).alias(name) for name, value in constants.items())


def _no_header(schema: Schema, name: str, header: str, headers: Iterable[str]) -> Problem:
    near = "、".join(did_you_mean(header, headers))
    hint = Text(f"是否要用 {near}？", f"did you mean {near}?") if near else Text("", "")
    message = _NO_HEADER.fill(header=header, headers=", ".join(headers), hint=hint)
    return Problem(code="no_such_header", where=f"{schema.name}.{name}", message=message)


def _column_exists(schema: Schema, name: str, header: str) -> Problem:
    message = _EXISTS.fill(name=name, header=header)
    return Problem(code="column_exists", where=f"{schema.name}.{name}", message=message)


def _usage(message: Text, **values: object) -> UsageError:
    text = message.fill(**values)
    return UsageError.of("usage", "powerchannel", text.zh, text.en)


_NOT_GIVEN = Text(
    "--column 或 --set 提到了表 {table}，却没有给出它的文件；请加 --{table} 文件。",
    "--column or --set names the table {table}, whose file is not given; add --{table} FILE.",
)
_ASSIGNED_TWICE = Text(
    "列 {column} 在 --column、--set 中给了两次；请只留一个。",
    "column {column} is given twice in --column and --set; keep one.",
)
_HEADER_TWICE = Text(
    "--column 把同一个表头用于两列：{headers}；一个表头只能对应一列。",
    "--column uses one header for two columns: {headers}; a header stands for one column.",
)
_FILE_TWICE = Text(
    "文件 {file} 给了两次，其中的行会重复计算；请只给一次。",
    "file {file} is given twice and its rows would count twice; give it once.",
)
_NO_HEADER = Text(
    "文件中没有表头“{header}”。{hint}现有表头：{headers}。",
    "the file has no header “{header}”. {hint} Headers found: {headers}.",
)
_EXISTS = Text(
    "文件中已有此列（表头“{header}”），--set {name}=… 不会覆盖它；请去掉该选项。",
    "the file has this column already (header “{header}”), and --set {name}=… does not overwrite "
    "it; leave the option out.",
)
