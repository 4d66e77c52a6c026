"""The bytes of a file: what it really is, whether it is compressed, how its text is encoded."""

from __future__ import annotations

import codecs
import gzip
import os
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, Literal, TypeAlias, cast

from powerchannel.errors import TableError
from powerchannel.registry import did_you_mean
from powerchannel.text import Text

__all__ = [
    "EXTENSIONS",
    "Encoding",
    "check_names",
    "extension_of",
    "fault",
    "file_kind",
    "first_row",
    "is_packed",
    "open_source",
    "text_encoding",
]

Encoding: TypeAlias = Literal["utf-8-sig", "gb18030"]

EXTENSIONS = {
    ".csv": "text",
    ".csv.gz": "text",
    ".parquet": "parquet",
    ".arrow": "arrow",
    ".feather": "arrow",
    ".ipc": "arrow",
}
"""What each extension promises, in the words of `file_kind` (扩展名)."""

_BLOCK_BYTES = 1 << 22
_NEAR_BYTES = 1 << 20
_CJK = ("\u4e00", "\u9fff")

_GZIP = b"\x1f\x8b"
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (_GZIP, "gzip"),
    (b"PK\x03\x04", "workbook"),
    (b"\xd0\xcf\x11\xe0", "workbook"),
    (b"PAR1", "parquet"),
    (b"ARROW1", "arrow"),
    (b"\xff\xff\xff\xff", "arrow"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
    (b"%PDF", "pdf"),
    (b"<", "html"),
)


def fault(code: str, where: str, message: Text, **values: object) -> TableError:
    """Return the error of one structural problem with its gaps filled (结构性错误)."""
    text = message.fill(**values)
    return TableError.of(code, where, text.zh, text.en)


def extension_of(path: Path, *, where: str, more: Iterable[str] = ()) -> str:
    """Return which of the known extensions a file has (文件扩展名).

    Parameters
    ----------
    path : Path
        The file.
    where : str
        What the message begins with.
    more : iterable of str
        Extensions that are known for this file beside those of tables.

    Raises
    ------
    TableError
        When it has none of them.
    """
    name = path.name.lower()
    extensions = (*EXTENSIONS, *more)
    for extension in extensions:
        if name.endswith(extension):
            return extension
    message = _WORKBOOK_NAME if name.endswith((".xlsx", ".xls", ".et")) else _UNKNOWN_EXTENSION
    known = " ".join(extensions)
    raise fault("unknown_extension", where, message, file=path, known=known)


def is_packed(path: Path) -> bool:
    """Tell whether a file is gzip, by its first bytes (是否 gzip 压缩)."""
    with path.open("rb") as raw:
        return raw.read(2) == _GZIP


def first_row(path: str | os.PathLike[str]) -> int:
    """Return the number a person gives the first row of data in a file (首行行号).

    2 in a CSV file, where the header is line 1; 0 in the files of systems.

    Examples
    --------
    >>> first_row("contacts.csv"), first_row("contacts.parquet")
    (2, 0)
    """
    return 2 if EXTENSIONS[extension_of(Path(path), where="")] == "text" else 0


def check_names(names: Iterable[str], path: Path, *, where: str) -> None:
    """Refuse a table that has two columns of one name (检查列名重复).

    Raises
    ------
    TableError
        Naming each such name.
    """
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise fault("duplicate_header", where, _DUPLICATE, file=path, names=", ".join(twice))


def open_source(path: Path, *, where: str) -> BinaryIO:
    """Open a file for reading, unpacking gzip told by its first bytes (打开文件).

    Raises
    ------
    TableError
        When there is no such file, or it cannot be read.
    """
    try:
        return cast(BinaryIO, gzip.open(path)) if is_packed(path) else path.open("rb")
    except FileNotFoundError:
        raise _no_such_file(path, where) from None
    except OSError as error:
        raise fault("unreadable", where, _UNREADABLE, file=path, reason=error.strerror) from error


def file_kind(path: Path, *, where: str) -> str:
    """Return what the first bytes say the (unpacked) file is (按文件头判断类型).

    One of ``"text"``, ``"empty"``, ``"parquet"``, ``"arrow"``, ``"workbook"``, ``"utf-16"``,
    ``"gzip"`` (packed twice), ``"html"``, ``"pdf"`` or ``"binary"``.
    """
    start = next(_blocks(path, where), b"")
    if not start:
        return "empty"
    for magic, kind in _MAGIC:
        if start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(magic):
            return kind
    if b"\0" not in start:
        return "text"
    return "utf-16" if b",\0" in start or b"\0," in start else "binary"


def text_encoding(path: Path, *, where: str) -> Encoding:
    """Tell UTF-8 from GB18030 by the bytes of the whole file (判定文本编码).

    Raises
    ------
    TableError
        When the bytes are neither, naming the offset and the line of the first that does not fit.
        UTF-8 Chinese with a damaged place is not passed off as GB18030.
    """
    utf8 = _first_misfit(path, "utf-8", where)
    if utf8 is None:
        return "utf-8-sig"
    if _chinese_utf8_before(path, utf8, where):
        raise _not_text(path, utf8, "UTF-8", where)
    gb18030 = _first_misfit(path, "gb18030", where)
    if gb18030 is None:
        return "gb18030"
    raise _not_text(path, max(utf8, gb18030), "GB18030" if gb18030 > utf8 else "UTF-8", where)


def _blocks(path: Path, where: str) -> Iterator[bytes]:
    with open_source(path, where=where) as source:
        try:
            while block := source.read(_BLOCK_BYTES):
                yield block
        except (OSError, EOFError, zlib.error) as error:
            raise fault("unreadable", where, _UNREADABLE, file=path, reason=error) from error


def _first_misfit(path: Path, encoding: str, where: str) -> int | None:
    """Return the offset of the first byte that is not text in `encoding`, None if all is."""
    decoder = codecs.getincrementaldecoder(encoding)()
    done = 0
    try:
        for block in _blocks(path, where):
            pending = len(decoder.getstate()[0])
            decoder.decode(block)
            done += len(block)
        pending = len(decoder.getstate()[0])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        return done - pending + error.start
    return None


def _chinese_utf8_before(path: Path, offset: int, where: str) -> bool:
    """Three Chinese characters that decode as UTF-8 just before do not happen in GB18030 text."""
    with open_source(path, where=where) as source:
        source.seek(max(0, offset - _NEAR_BYTES))
        near = source.read(min(offset, _NEAR_BYTES)).decode("utf-8", errors="ignore")
    return sum(_CJK[0] <= letter <= _CJK[1] for letter in near) >= 3


def _not_text(path: Path, offset: int, encoding: str, where: str) -> TableError:
    left, lines = offset, 1
    for block in _blocks(path, where):
        lines += block[:left].count(b"\n")
        left = max(0, left - len(block))
    return fault(
        "encoding", where, _NOT_TEXT, file=path, offset=offset, line=lines, encoding=encoding
    )


def _no_such_file(path: Path, where: str) -> TableError:
    folder = path.parent
    names = sorted(p.name for p in folder.iterdir()) if folder.is_dir() else []
    near = "、".join(did_you_mean(path.name, names))
    hint = Text(f"是否要用 {near}？", f"did you mean {near}?") if near else _CHECK_PATH
    return fault("no_such_file", where, _NO_SUCH_FILE, file=path, hint=hint)


_CHECK_PATH = Text("请核对路径。", "check the path.")
_NO_SUCH_FILE = Text("没有文件 {file}；{hint}", "there is no file {file}; {hint}")
_DUPLICATE = Text(
    "文件 {file} 有重复的列名：{names}；请删去或改名，使每个列名只出现一次。",
    "file {file} has more than one column named {names}; remove or rename so that each name "
    "stands once.",
)
_WORKBOOK_NAME = Text(
    "文件 {file} 的扩展名属于 Excel 工作簿，不能读写；请用 CSV（在 Excel、WPS 中将客户编号列设为"
    "“文本”，另存为“CSV UTF-8（逗号分隔）”）。可用的有：{known}。",
    "the extension of file {file} is of an Excel workbook, which is neither read nor written; use "
    "CSV (in Excel or WPS keep the customer numbers as text and save as “CSV UTF-8 (comma "
    "delimited)”). There are: {known}.",
)
_UNKNOWN_EXTENSION = Text(
    "不认识文件 {file} 的扩展名；可用的有：{known}。",
    "the extension of file {file} is not known; there are: {known}.",
)
_UNREADABLE = Text(
    "文件 {file} 读不出来（{reason}）；请重新复制或重新导出。",
    "file {file} cannot be read ({reason}); copy or export it again.",
)
_NOT_TEXT = Text(
    "文件 {file} 第 {line} 行（第 {offset} 字节处，从 0 起数）不是有效的 {encoding} 文字，"
    "可能被截断或混入了别的编码；请重新导出为 UTF-8 或 GB18030。",
    "file {file}, line {line} (byte offset {offset}) is not valid {encoding} text: cut short, or "
    "mixed with another encoding; export it again as UTF-8 or GB18030.",
)
