from __future__ import annotations

import os
from pathlib import Path

import pandas as pd
import pytest

from powerchannel.errors import TableError
from powerchannel.files import check_target, first_row, read_table, write_table
from powerchannel.files.write import standing_in


def read(path: Path) -> pd.DataFrame:
    table = read_table(path, where="contacts")
    assert isinstance(table, pd.DataFrame)
    return table


def test_csv_is_plain_and_exact(tmp_path, frame):
    write_table(frame, tmp_path / "t.csv")
    assert (tmp_path / "t.csv").read_bytes() == (
        b"customer_id,channel,score,rank,is_tied\n"
        b"0100,app,2.2,1,true\n0017,hall,0.1,2,false\n,app,0.0,,false\n"
    )


@pytest.mark.parametrize(
    "chinese",
    [
        pd.DataFrame({"客户编号": ["1"]}),
        pd.DataFrame({"a": ["1", "渠道"]}),
        pd.DataFrame({"a": pd.Series([1, "渠道"], dtype=object)}),
        pd.DataFrame({"a": pd.Categorical(["渠道"])}),
    ],
)
def test_csv_with_chinese_has_a_byte_order_mark(tmp_path, chinese):
    write_table(chinese, tmp_path / "t.csv")
    content = (tmp_path / "t.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.count(b"\xef\xbb\xbf") == 1
    again = read(tmp_path / "t.csv")
    assert again.to_dict("list") == chinese.astype(str).to_dict("list")


@pytest.mark.parametrize("name", ["t.csv", "t.csv.gz", "t.parquet", "t.arrow"])
def test_the_same_table_gives_the_same_bytes(tmp_path, frame, name):
    if name in ("t.parquet", "t.arrow"):
        pytest.importorskip("pyarrow")
    write_table(frame, tmp_path / name)
    once = (tmp_path / name).read_bytes()
    os.utime(tmp_path / name, (0, 0))
    write_table(frame, tmp_path / name)
    assert (tmp_path / name).read_bytes() == once
    assert [p.name for p in tmp_path.iterdir()] == [name]


class Breaks:
    def __str__(self) -> str:
        raise RuntimeError("while writing")


def test_a_failed_write_leaves_what_was_there_and_nothing_else(tmp_path):
    (tmp_path / "t.csv").write_text("before")
    with pytest.raises(RuntimeError):
        write_table(
            pd.DataFrame({"a": pd.Series(["1", Breaks()], dtype=object)}), tmp_path / "t.csv"
        )
    assert (tmp_path / "t.csv").read_text() == "before"
    assert [p.name for p in tmp_path.iterdir()] == ["t.csv"]


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "real.csv").write_text("before")
    (tmp_path / "link.csv").symlink_to(tmp_path / "real.csv")
    write_table(pd.DataFrame({"a": [1]}), tmp_path / "link.csv")
    assert (tmp_path / "link.csv").is_symlink()
    assert (tmp_path / "real.csv").read_text() == "a\n1\n"


def test_targets_are_checked_before_anything_is_written(tmp_path, frame):
    (tmp_path / "d.csv").mkdir()
    for name, code in [
        ("x.txt", "unknown_extension"),
        ("d.csv", "not_writable"),
        ("no/x.csv", "not_writable"),
    ]:
        with pytest.raises(TableError) as caught:
            check_target(tmp_path / name)
        assert caught.value.problems[0].code == code
    with pytest.raises(TableError) as caught:
        write_table(frame, tmp_path / ("x" * 300 + ".csv"))
    assert caught.value.problems[0].code == "not_writable"


def test_a_target_may_have_extensions_of_its_own(tmp_path):
    page = tmp_path / "page.html"
    assert check_target(page, texts=(".html",)) == page
    for texts in ((), (".json",)):
        with pytest.raises(TableError, match=" ".join((r"\.ipc", *texts)) + "。"):
            check_target(page, texts=texts)


def test_first_row_is_what_a_person_counts():
    assert [first_row(f"t{e}") for e in (".csv", ".csv.gz", ".parquet", ".ipc")] == [2, 2, 0, 0]


def test_a_stand_in_takes_its_place_at_the_end(tmp_path, frame):
    target = tmp_path / "t.csv.gz"
    with standing_in(target) as beside:
        write_table(frame, beside)  # its extension is that of the target
        assert not target.exists()
    assert [p.name for p in tmp_path.iterdir()] == ["t.csv.gz"]
    assert read(target)["customer_id"].tolist()[:2] == ["0100", "0017"]


def test_a_stand_in_leaves_nothing_when_something_fails(tmp_path, frame):
    target = tmp_path / "t.csv"
    target.write_text("before")

    def fail() -> None:
        with standing_in(target) as beside:
            write_table(frame, beside)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert target.read_text() == "before"
    assert [p.name for p in tmp_path.iterdir()] == ["t.csv"]
    with pytest.raises(TableError, match=r"t\.csv"), standing_in(target):
        pass  # nothing was written, so nothing can take its place
    assert target.read_text() == "before"
