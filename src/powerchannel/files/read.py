"""Reading: the extension says what a file should be, its bytes say what it is."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from powerchannel.files.arrow_file import read_arrow, read_parquet
from powerchannel.files.csv_file import read_csv
from powerchannel.files.source import EXTENSIONS, extension_of, fault, file_kind
from powerchannel.text import Text

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["check_content", "read_table"]


def read_table(path: str | os.PathLike[str], *, where: str) -> pd.DataFrame | pa.Table:
    """Read a table from a file, by its extension (读取表格文件).

    Parameters
    ----------
    path : str or path
        ``.csv``, ``.csv.gz``, ``.parquet``, ``.arrow``, ``.feather`` or ``.ipc``. Gzip is told from
        the bytes, and so are UTF-8 and GB18030, an Arrow IPC file and an Arrow stream.
    where : str
        The table it is for, such as ``"contacts"``; messages begin with it.

    Returns
    -------
    DataFrame or pyarrow.Table
        A CSV file as a frame of text, with not one leading zero lost; the others as Arrow tables.
        A file of a header alone is an empty table.

    Raises
    ------
    TableError
        When there is no such file, or it is not what its extension says, is damaged, empty, in
        another encoding, separated by other delimiters, ragged, or its header is mojibake or names
        a column twice.

    Examples
    --------
    >>> import tempfile
    >>> import pandas as pd
    >>> from powerchannel.files import write_table
    >>> contacts = pd.DataFrame({"客户编号": ["0017"], "渠道": ["网上国网"]})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_table(contacts, f"{folder}/contacts.csv")
    ...     again = read_table(f"{folder}/contacts.csv", where="contacts")
    >>> again["客户编号"].tolist()
    ['0017']
    """
    path = Path(path)
    return _READERS[check_content(path, where=where)](path, where=where)


def check_content(path: Path, *, where: str) -> str:
    """Return what a file is, in the words of `file_kind`, when it is what its name says (核对内容).

    Raises
    ------
    TableError
        When there is no such file, it is empty, or something else.
    """
    expected = EXTENSIONS[extension_of(path, where=where)]
    kind = file_kind(path, where=where)
    if kind == "empty":
        raise fault("empty_file", where, _EMPTY, file=path)
    if kind != expected:
        raise fault("wrong_content", where, _CONTENT[kind], file=path)
    return expected


_READERS: dict[str, Callable[..., pd.DataFrame | pa.Table]] = {
    "text": read_csv,
    "parquet": read_parquet,
    "arrow": read_arrow,
}

_EMPTY = Text(
    "文件 {file} 是空的，连表头也没有；请重新导出。",
    "file {file} is empty, without even a header; export it again.",
)
_RENAME = Text(
    "文件 {file} 的内容其实是{kind}；请把扩展名改为 {extension}。",
    "file {file} is {kind} inside; rename it to {extension}.",
)
_EXPORT = Text(
    "文件 {file} 的内容其实是{kind}，不是表格文本；请从源系统导出 CSV（UTF-8，逗号分隔）。",
    "file {file} is {kind} inside, not a text table; export CSV from the source system "
    "(UTF-8, comma delimited).",
)
_WORKBOOK = Text(
    "文件 {file} 是 Excel 工作簿或压缩包，不是表格文本；请在 Excel 或 WPS 中打开，"
    "将客户编号列设为“文本”，另存为“CSV UTF-8（逗号分隔）”。",
    "file {file} is an Excel workbook or a zip archive; open it in Excel or WPS, keep the customer "
    "numbers as text, and save it as “CSV UTF-8 (comma delimited)”.",
)
_CONTENT = {
    "text": _RENAME.fill(kind=Text("文本", "text"), extension=".csv"),
    "parquet": _RENAME.fill(kind="Parquet", extension=".parquet"),
    "arrow": _RENAME.fill(kind="Arrow", extension=".arrow"),
    "workbook": _WORKBOOK,
    "html": _EXPORT.fill(kind=Text("网页（HTML）", "a web page (HTML)")),
    "pdf": _EXPORT.fill(kind="PDF"),
    "gzip": _EXPORT.fill(kind=Text("压缩了两次的文件", "packed twice")),
    "binary": _EXPORT.fill(kind=Text("二进制数据", "binary data")),
    "utf-16": Text(
        "文件 {file} 是 UTF-16（“Unicode 文本”）编码；请另存为“CSV UTF-8（逗号分隔）”。",
        "file {file} is in UTF-16 (“Unicode text”); save it as “CSV UTF-8 (comma delimited)”.",
    ),
}
