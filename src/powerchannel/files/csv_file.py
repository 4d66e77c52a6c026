"""CSV files: every cell as the text it is, or a fault that names the line and the way out."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import numpy as np
import pandas as pd
from attrs import frozen
from numpy.typing import NDArray

from powerchannel.errors import TableError
from powerchannel.files.source import Encoding, check_names, fault, open_source, text_encoding
from powerchannel.text import Text

__all__ = ["read_csv"]

_OTHER_DELIMITERS = {"\t": Text("制表符", "tab"), ";": Text("分号 ;", "semicolon ;")} | {
    "|": Text("竖线 |", "vertical bar |"),
    "，": Text("全角逗号 ，", "full-width comma ，"),
}
_MOST_LINES_SHOWN = 3


@frozen
class _Source:
    path: Path
    where: str
    encoding: Encoding

    @contextmanager
    def open(self) -> Iterator[TextIO]:
        raw = open_source(self.path, where=self.where)
        with io.TextIOWrapper(raw, encoding=self.encoding, newline="") as text:
            yield text

    def fault(self, code: str, message: Text, **values: object) -> TableError:
        return fault(code, self.where, message, file=self.path, **values)


def read_csv(path: Path, *, where: str) -> pd.DataFrame:
    """Read a comma-separated file wholly as text, so that leading zeros survive (读取 CSV).

    Parameters
    ----------
    path : Path
        A file in UTF-8 (with or without a byte order mark) or GB18030, perhaps packed with gzip.
    where : str
        The table it is for; messages begin with it.

    Returns
    -------
    DataFrame
        One text column a header, row ``i`` being record ``i + 2`` of the file: a blank line inside
        is a row of empty cells, blank lines at the end are dropped. Columns without a header are
        left out.

    Raises
    ------
    TableError
        When it is not such a file: see the messages at the end of this module.
    """
    source = _Source(path, where, text_encoding(path, where=where))
    header = _read_header(source)
    _check_header(source, header)
    widths = _field_counts(source)
    _check_widths(source, widths, len(header))
    return _parse(source, header, rows=len(widths))


def _read_header(source: _Source) -> list[str]:
    with source.open() as text:
        header = next(csv.reader(text), [])
    return [name.strip() for name in header]


def _check_header(source: _Source, header: list[str]) -> None:
    if len(header) <= 1:
        _check_delimiter(source, "".join(header))
    for name in header:
        _check_mojibake(source, name)
    check_names(filter(None, header), source.path, where=source.where)
    if len(header) > 1 and len(list(filter(None, header))) <= 1:
        raise source.fault("no_header", _NO_HEADER)


def _check_delimiter(source: _Source, line: str) -> None:
    for delimiter, name in _OTHER_DELIMITERS.items():
        if delimiter in line:
            raise source.fault("delimiter", _DELIMITER, delimiter=name)


def _check_mojibake(source: _Source, name: str) -> None:
    if "\ufffd" in name or "锟斤拷" in name:
        raise source.fault("mojibake", _LOST, name=name)
    original = _misread(name)
    if original:
        raise source.fault("mojibake", _MISREAD, name=name, original=original)


def _misread(name: str) -> str | None:
    """Return the Chinese that was UTF-8, taken for Latin-1 or for GBK, and stored as that."""
    if name.isascii():
        return None
    for encode in (_western_bytes, _gbk_bytes):
        try:
            original = encode(name).decode("utf-8")
        except UnicodeError:
            continue
        if any("\u4e00" <= letter <= "\u9fff" for letter in original):
            return original
    return None


def _western_bytes(name: str) -> bytes:
    """Windows leaves the bytes its code page 1252 does not define as they are."""
    return b"".join(
        letter.encode("latin-1") if ord(letter) < 256 else letter.encode("cp1252")
        for letter in name
    )


def _gbk_bytes(name: str) -> bytes:
    return name.encode("gb18030")


def _field_counts(source: _Source) -> NDArray[np.int32]:
    """Return the number of fields of each record below the header, less blank lines at the end."""
    with source.open() as text:
        records = csv.reader(text)
        next(records)
        try:
            widths = np.fromiter(map(len, records), dtype=np.int32)
        except csv.Error:
            raise _unclosed_quote(source) from None
    filled = np.flatnonzero(widths)
    return widths[: filled[-1] + 1] if len(filled) else widths[:0]


def _check_widths(source: _Source, widths: NDArray[np.int32], expected: int) -> None:
    ragged = np.flatnonzero((widths != expected) & (widths != 0))
    if not len(ragged):
        return
    if _last_record_is_open(source):
        raise _unclosed_quote(source)
    if expected <= 1 and len(ragged) == len(widths):
        raise source.fault("no_header", _NO_HEADER)
    shown = [(int(row) + 2, int(widths[row])) for row in ragged[:_MOST_LINES_SHOWN]]
    lines = Text(
        "，".join(f"第 {line} 行 {fields} 个" for line, fields in shown),
        ", ".join(f"line {line} has {fields}" for line, fields in shown),
    )
    raise source.fault(
        "ragged_rows", _RAGGED, count=len(ragged), rows=len(widths), expected=expected, lines=lines
    )


def _last_record_is_open(source: _Source) -> bool:
    try:
        with source.open() as text:
            for _ in csv.reader(text, strict=True):
                pass
    except csv.Error as error:
        return "unexpected end of data" in str(error)
    return False


def _unclosed_quote(source: _Source) -> TableError:
    """Name the line where the record begins that swallows the rest of the file."""
    last = 1
    with source.open() as text:
        records = csv.reader(text)
        try:
            for _ in records:
                last, begun = records.line_num + 1, last
        except csv.Error:
            begun = last
    return source.fault("unclosed_quote", _UNCLOSED_QUOTE, line=begun)


def _parse(source: _Source, header: list[str], *, rows: int) -> pd.DataFrame:
    named = [position for position, name in enumerate(header) if name]
    try:
        with open_source(source.path, where=source.where) as raw:
            frame = pd.read_csv(
                raw,
                encoding=source.encoding,
                header=0,
                names=range(len(header)),
                usecols=named,
                dtype=str,
                keep_default_na=False,
                skip_blank_lines=False,
            )
    except pd.errors.ParserError:
        raise _unclosed_quote(source) from None
    frame.columns = pd.Index([header[position] for position in named])
    return frame.iloc[:rows]


_DELIMITER = Text(
    "文件 {file} 的各列用{delimiter}分隔；请另存为逗号分隔的 CSV（Excel、WPS："
    "另存为“CSV UTF-8（逗号分隔）”）。",
    "the columns of file {file} are separated by a {delimiter}; save it as comma-separated CSV "
    "(Excel, WPS: save as “CSV UTF-8 (comma delimited)”).",
)
_LOST = Text(
    "文件 {file} 的表头“{name}”是乱码，原来的文字已经丢失，无法还原；"
    "请从源系统重新导出为 UTF-8 或 GB18030。",
    "header “{name}” of file {file} is mojibake and the original letters are lost; export it "
    "again from the source system as UTF-8 or GB18030.",
)
_MISREAD = Text(
    "文件 {file} 的表头“{name}”是乱码，本应是“{original}”（UTF-8 文字被当作别的编码另存过）；"
    "请从源系统重新导出为 UTF-8，不要用现在的文件再转换。",
    "header “{name}” of file {file} is mojibake for “{original}” (UTF-8 text was read in another "
    "encoding and saved again); export it again from the source system as UTF-8.",
)
_NO_HEADER = Text(
    "文件 {file} 的第一行至多有一个列名，而各行不止一列：第一行可能是标题；"
    "请删去表头以上的行，使列名在第一行。",
    "the first line of file {file} has one name at most and the lines have more columns: perhaps "
    "a title; remove what stands above the column names.",
)
_RAGGED = Text(
    "文件 {file} 的 {rows} 行中有 {count} 行字段数不对，表头有 {expected} 个字段（{lines}）；"
    "文字中的逗号或换行须用双引号括起，请更正这些行或重新导出。",
    "{count} of {rows} rows of file {file} have too many or too few fields; the header has "
    "{expected} ({lines}). Text with a comma or a line break must stand in double quotes; correct "
    "these lines or export again.",
)
_UNCLOSED_QUOTE = Text(
    '文件 {file} 从第 {line} 行开始的双引号没有成对；请补上缺少的引号（文字中的引号写成 ""）。',
    "file {file} has a double quote, in the record that begins at line {line}, that is never "
    'closed; add the missing quote (inside text a quote is written "").',
)
