"""Writing: a file appears whole or not at all, and the same table gives the same bytes."""

from __future__ import annotations

import contextlib
import gzip
import os
import secrets
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, cast

import pandas as pd

from powerchannel.files.arrow_file import require_pyarrow, write_arrow, write_parquet
from powerchannel.files.source import EXTENSIONS, extension_of, fault
from powerchannel.text import Text

__all__ = ["check_target", "fill_table", "replacing", "standing_in", "write_table"]


def write_table(frame: pd.DataFrame, path: str | os.PathLike[str]) -> None:
    """Write a table to a file by its extension, whole or not at all (写出表格文件).

    The file is made beside its target and takes its place in one step, so a reader never sees
    half of it, and what was there stays when writing fails. The same table gives the same bytes.

    Parameters
    ----------
    frame : DataFrame
        The table; its index is not written.
    path : str or path
        The target; extensions as in `read_table`. CSV is UTF-8, with a byte order mark when there
        is anything but ASCII in it, without which Excel shows Chinese as mojibake.

    Raises
    ------
    TableError
        When the extension is unknown, the folder does not exist or cannot be written, or pyarrow
        is wanted and not installed.
    """
    with standing_in(check_target(path)) as beside:
        fill_table(frame, beside)


def fill_table(frame: pd.DataFrame, beside: Path) -> None:
    """Write a table to a new file by its extension; one of `standing_in` (写入替身).

    Several files that must appear together are filled before any takes its place.
    """
    with beside.open("xb") as sink:
        _WRITERS[extension_of(beside, where=beside.name)](frame, sink)


def check_target(path: str | os.PathLike[str], *, texts: Iterable[str] = ()) -> Path:
    """Return the file to write, or say now why it could not be written later (检查输出位置).

    Parameters
    ----------
    path : str or path
        The target.
    texts : iterable of str
        Extensions that it may have beside those of tables, such as ``".html"``; they are of text.

    Raises
    ------
    TableError
        As `write_table`, for what can be told before there is anything to write.
    """
    path = Path(path)
    extension = extension_of(path, where=path.name, more=texts)
    if EXTENSIONS.get(extension, "text") != "text":
        require_pyarrow(path, where=path.name)
    target = Path(os.path.realpath(path))
    if os.path.exists(target) and not os.path.isfile(target):
        raise fault("not_writable", path.name, _NOT_A_FILE, file=path)
    if not target.parent.is_dir():
        raise fault("not_writable", path.name, _NO_FOLDER, file=path, folder=target.parent)
    return target


@contextlib.contextmanager
def replacing(target: Path) -> Iterator[BinaryIO]:
    """Open a file beside the target that takes its place when all went well (整体替换)."""
    with standing_in(target) as beside, beside.open("xb") as sink:
        yield sink


@contextlib.contextmanager
def standing_in(target: Path) -> Iterator[Path]:
    """Name a file beside the target, with its extension, that takes its place at the end (替身).

    What is written there replaces the target when all went well, and is removed otherwise.
    """
    beside = target.with_name(f".{secrets.token_hex(4)}.{target.name}")
    try:
        try:
            yield beside
            beside.replace(target)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        raise fault(
            "not_writable", target.name, _NOT_WRITABLE, file=target, reason=error.strerror or error
        ) from error


def _write_csv(frame: pd.DataFrame, sink: BinaryIO) -> None:
    encoding = "utf-8" if _is_ascii(frame) else "utf-8-sig"
    _lower_booleans(frame).to_csv(sink, index=False, encoding=encoding, lineterminator="\n")


def _write_packed_csv(frame: pd.DataFrame, sink: BinaryIO) -> None:
    with gzip.GzipFile(filename="", mode="wb", fileobj=sink, mtime=0) as packed:
        _write_csv(frame, cast(BinaryIO, packed))


def _is_ascii(frame: pd.DataFrame) -> bool:
    return all(str(name).isascii() for name in frame) and not any(
        _texts(frame[name]).str.contains(r"[^\x00-\x7f]", na=False).any() for name in frame
    )


def _texts(column: pd.Series) -> pd.Series:
    """Return the values of a column that may be text, each only once where that is cheap."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return pd.Series(column.cat.categories).astype(str)
    if pd.api.types.is_string_dtype(column.dtype) or pd.api.types.is_object_dtype(column.dtype):
        return column
    return pd.Series([], dtype=str)


def _lower_booleans(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the table with ``true`` for ``True``, which only Python reads as a boolean."""
    words = {True: "true", False: "false"}
    flags = frame.select_dtypes(include=["bool", "boolean"])
    return frame.assign(**{str(name): flags[name].map(words) for name in flags})


_WRITERS: dict[str, Callable[[pd.DataFrame, BinaryIO], None]] = {
    ".csv": _write_csv,
    ".csv.gz": _write_packed_csv,
    ".parquet": write_parquet,
    ".arrow": write_arrow,
    ".feather": write_arrow,
    ".ipc": write_arrow,
}

_NOT_A_FILE = Text(
    "{file} 不是普通文件；请换一个文件名。", "{file} is not a regular file; choose another name."
)
_NO_FOLDER = Text(
    "文件 {file} 所在的文件夹 {folder} 不存在；请先建立。",
    "folder {folder} of file {file} does not exist; make it first.",
)
_NOT_WRITABLE = Text(
    "文件 {file} 写不进去（{reason}）；请核对文件夹是否存在、是否有权限、磁盘是否已满。",
    "file {file} cannot be written ({reason}); check that the folder exists, that you may write "
    "to it, and that the disk is not full.",
)
