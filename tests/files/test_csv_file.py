from __future__ import annotations

import csv
import gzip
import io
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from powerchannel.files import read_table

HEADER = "客户编号,渠道,办理时间\n"
ROWS = "0100,网上国网,2022-03-01\n0017,营业厅,2022-03-02\n"


def read(path: Path) -> pd.DataFrame:
    table = read_table(path, where="contacts")
    assert isinstance(table, pd.DataFrame)
    return table


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_reads_each_encoding_and_line_end_alike(file, encoding, newline):
    frame = read(file((HEADER + ROWS).replace("\n", newline), encoding=encoding))
    assert list(frame) == ["客户编号", "渠道", "办理时间"]
    assert frame["客户编号"].tolist() == ["0100", "0017"]
    assert frame["渠道"].tolist() == ["网上国网", "营业厅"]


def test_every_cell_stays_text(file):
    frame = read(file("a,b\n00,NA\n1e3,null\n,nan\n"))
    assert frame["a"].tolist() == ["00", "1e3", ""]
    assert frame["b"].tolist() == ["NA", "null", "nan"]


def test_gb18030_is_told_by_the_last_byte_of_a_large_file(file):
    plain = "id,text\n" + "1,abc\n" * 1_000_000
    assert read(file((plain + "2,客户\n").encode("gb18030")))["text"].iloc[-1] == "客户"
    assert read(file((plain + "2,客户\n").encode()))["text"].iloc[-1] == "客户"


def test_gzip_is_told_by_its_bytes_whatever_the_name(file):
    packed = gzip.compress((HEADER + ROWS).encode())
    for name in ("contacts.csv.gz", "contacts.csv"):
        assert read(file(packed, name))["客户编号"].tolist() == ["0100", "0017"]
    assert len(read(file(HEADER + ROWS, "plain.csv.gz"))) == 2


def test_a_header_alone_is_an_empty_table(file):
    for text in (HEADER, HEADER.strip(), HEADER + "\n\n"):
        frame = read(file(text))
        assert list(frame) == ["客户编号", "渠道", "办理时间"]
        assert len(frame) == 0


def test_quoted_text_keeps_commas_line_breaks_and_quotes(file):
    frame = read(file('a,b\n1,"x, ""y""\nz"\n2,5" pipe\n'))
    assert frame["b"].tolist() == ['x, "y"\nz', '5" pipe']


def test_blank_lines_keep_the_row_numbers_and_vanish_at_the_end(file):
    frame = read(file("a,b\n1,2\n\n3,4\n\n\n"))
    assert frame["a"].tolist() == ["1", "", "3"]
    assert read(file("a\n1\n\n3\n\n"))["a"].tolist() == ["1", "", "3"]


def test_columns_without_a_header_are_left_out(file):
    frame = read(file("a, b ,\n1,2,\n3,4,9\n"))
    assert frame.to_dict("list") == {"a": ["1", "3"], "b": ["2", "4"]}


text_cells = st.text(
    st.characters(codec="gb18030", exclude_characters="\0\r\ufffd", exclude_categories=["Cs"]),
    max_size=8,
)


@settings(max_examples=50)
@given(
    rows=st.lists(st.tuples(st.just("0"), text_cells, text_cells), min_size=1, max_size=5),
    encoding=st.sampled_from(["utf-8", "gb18030"]),
)
def test_what_a_csv_writer_wrote_is_read_back(tmp_path_factory, rows, encoding):
    sink = io.StringIO(newline="")
    csv.writer(sink).writerows([("编号", "内容", "备注"), *rows])
    content = sink.getvalue().encode(encoding)
    path = tmp_path_factory.mktemp("csv") / "t.csv"
    path.write_bytes(content)
    assert list(read(path).itertuples(index=False, name=None)) == rows
