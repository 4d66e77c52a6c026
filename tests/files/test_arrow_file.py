from __future__ import annotations

import builtins

import pytest

from powerchannel.errors import TableError
from powerchannel.files import read_table, write_table

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")

HEADER = "客户编号,渠道,办理时间\n"
ROWS = "0100,网上国网,2022-03-01\n0017,营业厅,2022-03-02\n"


@pytest.mark.parametrize("name", ["t.parquet", "t.arrow", "t.feather", "t.ipc", "T.PARQUET"])
def test_columnar_files_come_back_as_they_were(tmp_path, frame, name):
    write_table(frame, tmp_path / name)
    table = read_table(tmp_path / name, where="contacts")
    assert isinstance(table, pa.Table)
    assert table.to_pydict() == pa.Table.from_pandas(frame, preserve_index=False).to_pydict()
    assert table.schema.field("score").type == pa.float32()


def test_the_arrow_stream_is_read(tmp_path):
    table = pa.table({"customer_id": ["0100"], "channel": ["app"]})
    with pa.ipc.new_stream(tmp_path / "t.arrow", table.schema) as writer:
        writer.write_table(table)
    assert read_table(tmp_path / "t.arrow", where="contacts").equals(table)


def test_a_damaged_or_mislabelled_columnar_file_is_refused(file, refused, tmp_path):
    pq.write_table(pa.table({"a": [1]}), tmp_path / "good.parquet")
    good = (tmp_path / "good.parquet").read_bytes()
    refused(file(good[:-10], "t.parquet"), "unreadable", "damaged")
    refused(file(good, "t.arrow"), "wrong_content", ".parquet")
    refused(file(HEADER, "t.parquet"), "wrong_content", ".csv")
    refused(file(b"ARROW1\0\0", "t.feather"), "unreadable")


@pytest.mark.parametrize("name", ["t.parquet", "t.arrow"])
def test_duplicate_columns_are_refused_in_columnar_files_too(tmp_path, refused, name):
    table = pa.table([pa.array(["1"]), pa.array(["2"])], names=["id", "id"])
    if name == "t.parquet":
        pq.write_table(table, tmp_path / name)
    else:
        with pa.ipc.new_file(tmp_path / name, table.schema) as writer:
            writer.write_table(table)
    refused(tmp_path / name, "duplicate_header", "named id")


def test_without_pyarrow_the_way_out_is_named(file, refused, frame, tmp_path, monkeypatch):
    real = builtins.__import__

    def no_pyarrow(name: str, *rest: object) -> object:
        if name.split(".")[0] == "pyarrow":
            raise ImportError(name)
        return real(name, *rest)

    path = file(b"PAR1", "t.parquet")
    monkeypatch.setattr(builtins, "__import__", no_pyarrow)
    refused(path, "no_pyarrow", 'pip install "powerchannel[arrow]"')
    with pytest.raises(TableError, match=r"powerchannel\[arrow\]"):
        write_table(frame, tmp_path / "u.arrow")
    assert not (tmp_path / "u.arrow").exists()
