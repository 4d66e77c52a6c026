from __future__ import annotations

import builtins
import csv
import io
from pathlib import Path

import pandas as pd
import pytest

from powerchannel.datasets import Province, billing_month, province, theft_month, writers
from powerchannel.datasets.exports import Export
from powerchannel.datasets.writers import write_export

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")


@pytest.fixture(scope="module")
def made() -> Province:
    return province(400, 4, seed=8, dirty_ratio=0.1)


def texts(frame: pd.DataFrame) -> list[list[str]]:
    return frame.astype("object").fillna("").astype("str").to_numpy().tolist()


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_csv_reads_back_as_the_export(made: Province, tmp_path: Path, encoding: str) -> None:
    (path,) = made.write(tmp_path, format="csv", encoding=encoding, tables=["contacts"])
    header, *rows = csv.reader(io.StringIO(path.read_bytes().decode(encoding), newline=""))
    exported = made.exported("contacts")
    assert header == list(exported)
    assert rows == texts(exported)


def test_csv_needs_quotes_only_where_it_must(tmp_path: Path) -> None:
    said = ["plain", "a,b", 'say "hi"', "two\nlines", "", "全角，逗号"]
    table = pd.DataFrame({"request_text": pd.Categorical(said, categories=said)})
    write_export(Export.of(table, None, "en"), tmp_path / "x.csv", "csv", "utf-8")
    expected = 'request_text\nplain\n"a,b"\n"say ""hi"""\n"two\nlines"\n\n全角，逗号\n'
    assert (tmp_path / "x.csv").read_bytes().decode() == expected


def test_an_empty_table_has_headers_only(made: Province, tmp_path: Path) -> None:
    export = Export.of(made.dislikes.iloc[:0], None, "zh")
    write_export(export, tmp_path / "x.csv", "csv", "utf-8")
    assert (tmp_path / "x.csv").read_text("utf-8") == "客户编号,渠道,表示不喜欢时间,撤回时间\n"
    write_export(export, tmp_path / "x.parquet", "parquet", "utf-8")
    assert pq.read_table(tmp_path / "x.parquet").num_rows == 0


def read_arrow(path: Path) -> pa.Table:
    with pa.ipc.open_file(path) as reader:
        return reader.read_all()


@pytest.mark.parametrize(("format_", "read"), [("parquet", pq.read_table), ("arrow", read_arrow)])
def test_a_month_of_billing_is_text_in_columnar_files(tmp_path, format_, read) -> None:
    month = billing_month(40, seed=1)
    for path in month.write(tmp_path, format=format_):
        table = read(path)
        assert set(table.schema.types) == {pa.string()}
        assert texts(table.to_pandas()) == texts(month.exported(path.stem))


@pytest.mark.parametrize(("format_", "read"), [("parquet", pq.read_table), ("arrow", read_arrow)])
def test_columnar_files_read_back_as_the_export(made: Province, tmp_path, format_, read) -> None:
    for path in made.write(tmp_path, format=format_):
        table = read(path)
        frame = made.exported(path.stem)
        assert table.column_names == list(frame)
        for name in frame:
            found = table[name].to_pandas()
            missing = frame[name].isna().to_numpy()
            assert found.isna().to_numpy().tolist() == missing.tolist()
            same = found.astype("str").to_numpy() == frame[name].astype("str").to_numpy()
            assert (same | missing).all(), name


def test_types_of_columns_in_parquet(made: Province, tmp_path: Path) -> None:
    made.write(tmp_path, format="parquet", headers="en")
    types = {
        name: pq.read_schema(tmp_path / f"{table}.parquet").field(name).type
        for table, name in [
            ("accounts", "capacity_kva"),
            ("customers", "opened_on"),
            ("dislikes", "withdrawn_at"),
            ("contacts", "customer_id"),
            ("contacts", "contacted_at"),
        ]
    }
    assert types == {
        "capacity_kva": pa.int64(),
        "opened_on": pa.date32(),
        "withdrawn_at": pa.timestamp("us"),
        "customer_id": pa.string(),
        "contacted_at": pa.string(),
    }


def test_clean_times_are_timestamps_in_parquet(tmp_path: Path) -> None:
    made = province(50, 2, seed=8, dirty_ratio=0)
    (path,) = made.write(tmp_path, format="parquet", headers="en", tables=["contacts"])
    found = pq.read_table(path)["contacted_at"]
    assert found.type == pa.timestamp("us")
    assert (found.to_numpy() == made.contacts["contacted_at"].to_numpy()).all()


@pytest.mark.parametrize("headers", ["zh", "en"])
def test_measured_numbers_are_floats_in_parquet_and_null_where_there_is_none(
    tmp_path: Path, headers: str
) -> None:
    month = theft_month(20, seed=1, cases=0)
    (path,) = month.write(tmp_path, format="parquet", headers=headers, tables=["daily"])
    columns = pq.read_table(path).columns
    assert [str(column.type) for column in columns[1:4]] == ["date32[day]", "double", "double"]
    assert columns[2].null_count == month.daily["energy_kwh"].isna().sum() > 0


@pytest.mark.parametrize("format_", ["csv", "parquet", "arrow"])
def test_the_same_province_gives_the_same_bytes(made: Province, tmp_path: Path, format_) -> None:
    again = province(400, 4, seed=8, dirty_ratio=0.1)
    first = made.write(tmp_path / "a", format=format_)
    second = again.write(tmp_path / "b", format=format_)
    assert [p.read_bytes() for p in first] == [p.read_bytes() for p in second]
    assert [p.name for p in first] == [p.name for p in second]


def test_without_pyarrow_the_way_out_is_named(made: Province, tmp_path: Path, monkeypatch) -> None:
    real = builtins.__import__

    def refuse(name: str, *args: object, **kwargs: object) -> object:
        if name.startswith("pyarrow"):
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(ImportError, match=r'pip install "powerchannel\[arrow\]"'):
        made.write(tmp_path, format="parquet")
    assert len(made.write(tmp_path, format="csv")) == 6


def test_a_file_appears_whole_or_not_at_all(
    made: Province, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full_disk(columns: list[object]) -> bytes:
        raise OSError(28, f"no space left for {len(columns)} columns")

    (tmp_path / "contacts.csv").write_text("kept")
    monkeypatch.setattr(writers, "_csv_lines", full_disk)
    with pytest.raises(OSError, match="no space left"):
        made.write(tmp_path, format="csv", tables=["contacts"])
    assert (tmp_path / "contacts.csv").read_text() == "kept"
    assert [p.name for p in tmp_path.iterdir()] == ["contacts.csv"]


def test_an_export_without_rows_is_one_part(made: Province) -> None:
    rows = Export.of(made.dislikes.iloc[:0], None, "zh").rows
    assert [len(part) for part in rows.parts()] == [0]
