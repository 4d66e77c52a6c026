from __future__ import annotations

import gzip
from pathlib import Path

import pandas as pd
import pytest

from powerchannel.files import read_table

HEADER = "客户编号,渠道,办理时间\n"
ROWS = "0100,网上国网,2022-03-01\n0017,营业厅,2022-03-02\n"


def read(path: Path) -> pd.DataFrame:
    table = read_table(path, where="contacts")
    assert isinstance(table, pd.DataFrame)
    return table


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf16_is_refused(file, refused, encoding):
    refused(file(HEADER + ROWS, encoding=encoding), "wrong_content", "UTF-16", "另存为")


@pytest.mark.parametrize("delimiter", ["\t", ";", "|", "，"])
def test_other_delimiters_are_refused(file, refused, delimiter):
    path = file((HEADER + ROWS).replace(",", delimiter))
    refused(path, "delimiter", "comma-separated", "逗号分隔")


def test_a_damaged_utf8_file_is_not_taken_for_gb18030(file, refused):
    content = (HEADER + ROWS).encode()
    at = content.index("营业厅".encode()) + 1
    cut = content[:at] + content[at + 1 :]
    refused(file(cut), "encoding", "第 3 行", f"byte offset {at - 1}", "UTF-8")


def test_a_file_cut_within_a_character_is_named_with_its_last_line(file, refused):
    content = (HEADER + ROWS + "0018,客户").encode()[:-1]
    refused(file(content), "encoding", "line 4", f"offset {len(content) - 2}")
    content = ("a,b\n0018,客户").encode("gb18030")[:-1]
    refused(file(content), "encoding", "line 2", "GB18030")


def test_the_offset_counts_over_blocks(file, refused):
    content = b"a,b\n" + b"1,2\n" * (1 << 20) + b"1,\xff\n"
    refused(file(content), "encoding", f"offset {len(content) - 2}", f"line {(1 << 20) + 2}")


def test_duplicate_headers_are_refused(file, refused):
    refused(file("a,b,a,b,c\n1,2,3,4,5\n"), "duplicate_header", "a, b")


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("客户\ufffd\ufffd", ["lost"]),
        ("锟斤拷锟斤拷", ["lost"]),
        ("客户编号".encode().decode("latin-1"), ["客户编号"]),
        ("客户".encode().decode("cp1252"), ["客户"]),
        ("客户编号".encode().decode("gb18030"), ["客户编号"]),
    ],
)
def test_mojibake_in_the_header_is_named(file, refused, header, words):
    refused(file(f"{header},channel\n1,app\n"), "mojibake", header, *words)


@pytest.mark.parametrize("name", ["客户编号", "联通", "Numéro", "户号（新）", "℃"])
def test_good_headers_are_not_taken_for_mojibake(file, name):
    for encoding in ("utf-8", "gb18030"):
        assert list(read(file(f"{name},channel\n1,app\n", encoding=encoding))) == [name, "channel"]


def test_ragged_rows_are_counted_and_named_with_their_lines(file, refused):
    path = file("a,b,c\n1,2,3\n1,2\n1,2,3\n1,2,3,4\n")
    refused(path, "ragged_rows", "2 of 4 rows", "第 3 行 2 个", "line 5 has 4", "表头有 3 个字段")


def test_every_row_too_wide_by_one_is_ragged_too(file, refused):
    refused(file("a,b\n1,2,3\n4,5,6\n"), "ragged_rows", "2 of 2 rows")


def test_a_title_above_the_header_is_recognised(file, refused):
    refused(file("客户联系记录\n" + HEADER + ROWS), "no_header", "标题")
    refused(file("客户联系记录,,\n" + HEADER + ROWS), "no_header", "title")
    refused(file("\n" + HEADER + ROWS), "no_header", "title")


def test_a_quote_never_closed_is_named_with_the_line_of_its_record(file, refused):
    refused(file('a,b\n1,2\n3,"4\n5,6\n'), "unclosed_quote", "line 3")
    refused(file('a,b,c\n1,2,3\n3,"4,5\n5,6,7\n'), "unclosed_quote", "第 3 行")
    long = 'a,b\n1,"2\n3"\n4,"' + "5,6\n" * 50_000
    refused(file(long), "unclosed_quote", "line 4")


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"PK\x03\x04rest", "Excel"),
        (b"\xd0\xcf\x11\xe0rest", "Excel"),
        (b"PAR1rest", ".parquet"),
        (b"ARROW1rest", ".arrow"),
        (b"%PDF-1.7", "PDF"),
        (b"\xef\xbb\xbf<html>", "HTML"),
        (b"a,b\n1,x\x00\n", "binary"),
        (gzip.compress(gzip.compress(b"a,b\n", mtime=0), mtime=0), "packed twice"),
    ],
)
def test_a_csv_that_is_something_else_is_refused(file, refused, content, word):
    refused(file(content), "wrong_content", word)


def test_an_empty_file_is_refused(file, refused):
    refused(file(b""), "empty_file")
    refused(file(gzip.compress(b"")), "empty_file")


def test_a_cut_gzip_file_is_refused(file, refused):
    packed = gzip.compress((HEADER + ROWS * 100).encode())
    refused(file(packed[:-20]), "unreadable")


def test_a_missing_file_is_told_with_the_nearest_name(file, refused, tmp_path):
    file(HEADER, "contacts-2022.csv")
    refused(tmp_path / "contacts-2202.csv", "no_such_file", "是否要用 contacts-2022.csv")
    refused(tmp_path / "nowhere" / "x.csv", "no_such_file", "check the path")


def test_a_folder_is_not_a_table(tmp_path, refused):
    (tmp_path / "contacts.csv").mkdir()
    refused(tmp_path / "contacts.csv", "unreadable")


def test_unknown_extensions_are_told_the_known_ones(tmp_path, refused):
    refused(tmp_path / "contacts.txt", "unknown_extension", ".csv .csv.gz .parquet")
    refused(tmp_path / "contacts.xlsx", "unknown_extension", "Excel", "另存为")
