from __future__ import annotations

import pandas as pd
import pytest

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")

EVALUATE = "channel evaluate --contacts contacts.csv --as-of 2022-03 --out out.csv"


def test_the_issues_own_example(run, write, tmp_path):
    write("date,id\n2014-03-08 00:00:00,0\n2014-03-08 00:00:00,0\n")
    words = "--column customer_id=id --column contacted_at=date --set channel=app --ids integer"
    out = "channel evaluate --contacts contacts.csv --as-of 2014-03 --out out.csv"
    code, _, err = run(out, *words.split())
    assert code == 0, err
    assert "contacts.customer_id: 2 行中有 1 行与前面某行完全相同" in err
    assert pd.read_csv(tmp_path / "out.csv")["uses"].tolist() == [2]


def test_columns_of_arrow_tables_are_renamed_and_set_too(run, tmp_path):
    table = pa.table({"id": [7], "date": ["2022-03-01"]})
    pq.write_table(table, tmp_path / "contacts.parquet")
    words = "--column customer_id=id --column contacted_at=date --set channel=app"
    command = "channel evaluate --contacts contacts.parquet --as-of 2022-03 --out out.csv"
    code, _, err = run(command, *words.split())
    assert code == 1
    assert "--ids integer" in err
    assert run(command, *words.split(), "--ids", "integer")[0] == 0
    assert pd.read_csv(tmp_path / "out.csv", dtype=str)["customer_id"].tolist() == ["7"]


def test_a_column_named_outright_wins_over_aliases(run, write, tmp_path):
    write("客户编号,渠道,办理时间,受理时间\n1,app,2022-03-01,2021-01-01\n")
    assert run(EVALUATE)[0] == 1
    code, _, err = run(EVALUATE, "--column", "contacted_at=办理时间")
    assert code == 0, err
    assert len(pd.read_csv(tmp_path / "out.csv")) == 1


def test_column_and_set_of_another_table_are_named_with_it(run, write, tmp_path):
    write()
    write("户,开通日\n0100,2022-03-01\n", "facts.csv")
    words = "--facts facts.csv --column facts.customer_id=户 --column facts.since=开通日"
    constants = "--set facts.channel=wechat --set facts.fact=followed"
    code, _, err = run(EVALUATE, *words.split(), *constants.split())
    assert code == 0, err
    table = pd.read_csv(tmp_path / "out.csv")
    assert table["latent"].tolist().count(1) == 1


@pytest.mark.parametrize("header", ["channel", "渠道", "服务渠道"])
def test_set_over_an_existing_column_is_refused_by_any_of_its_names(run, write, header):
    write(f"客户编号,{header},办理时间\n0017,网上国网,2022-02-11\n")
    code, _, err = run(EVALUATE, "--set", "channel=app")
    assert code == 1
    assert "column_exists" not in err
    assert f"表头“{header}”" in err


def test_a_header_that_is_not_there_is_told_with_the_nearest(run, write):
    write("date,ids\n2022-03-01,1\n")
    code, _, err = run(EVALUATE, "--column", "customer_id=id", "--lang", "en")
    assert code == 1
    assert "did you mean ids?" in err
    assert "date, ids" in err


MORE = "渠道,受理时间,户\n掌上电力,2022-03-09,0017\n,2022-03-10,0100\n"


@pytest.mark.parametrize("files", ["a.csv b.csv", "a.csv --contacts b.csv"])
def test_several_files_of_contacts_are_one_table(run, write, tmp_path, files):
    """Each by its own headers; a line of one of them would be no place, so rows are counted."""
    write(name="a.csv")
    write(MORE.replace("户", "客户编号"), "b.csv")
    command = f"channel evaluate --contacts {files} --as-of 2022-03 --out out.csv"
    code, _, err = run(command, "--rejected", "rejected.csv")
    assert code == 0, err
    table = pd.read_csv(tmp_path / "out.csv", dtype={"customer_id": str})
    assert table.loc[table["channel"] == "app", "uses"].tolist() == [3]
    assert "contacts 共 2 个文件，行号从 0 起连续计数" in err
    rejected = pd.read_csv(tmp_path / "rejected.csv", dtype=str)
    assert rejected[["row", "column"]].values.tolist() == [["5", "channel"]]


def test_column_and_set_are_of_each_file(run, write, tmp_path):
    columns = ["--column", "customer_id=户", "--set", "handling_mode=自助"]
    write(MORE, "a.csv")
    write(MORE, "b.csv")
    command = "channel evaluate --contacts a.csv b.csv --as-of 2022-03 --out out.csv"
    assert run(command, *columns)[0] == 0
    assert pd.read_csv(tmp_path / "out.csv")["uses"].tolist() == [2]
    write(MORE.replace("户", "号"), "b.csv")
    code, _, err = run(command, *columns)
    assert code == 1
    assert "没有表头“户”" in err


def test_the_faults_of_all_files_of_a_table_come_at_once(run, write):
    write("", "a.csv")
    write("x;y\n", "b.csv")
    code, _, err = run("channel check --contacts a.csv b.csv")
    assert code == 1
    assert "a.csv" in err
    assert "b.csv" in err


def test_an_explanation_takes_a_further_file_with_its_own_option(run, write):
    write(name="a.csv")
    write(MORE.replace("户", "客户编号"), "b.csv")
    options = "--contacts a.csv --contacts b.csv"
    code, out, _ = run(f"channel explain {options} 0017 --as-of 2022-03")
    assert code == 0
    assert "3.3" in out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("--column customer_id", "[TABLE.]NAME=HEADER"),
        ("--set =app", "[TABLE.]NAME=VALUE"),
        ("--column custmer_id=id", "customer_id"),
        ("--column contcts.channel=x", "contacts"),
        ("--set facts.channel=app", "--facts"),
        ("--column channel=a --set channel=b", "contacts.channel"),
        ("--column channel=a --column customer_id=a", "a"),
        ("--as-of 2022-13", "2022-13"),
        ("--layout tall", "tall"),
        ("--ids float", "float"),
        ("--colum channel=a", "--colum"),
        ("--rejected out.csv", "out.csv"),
        ("--problems contacts.csv", "contacts.csv"),
        ("--rulebook hebei-2202", "hebei-2022"),
        ("--threads 65", "64"),
        ("--threads 0", "0"),
        ("--contacts ./contacts.csv", "contacts.csv"),
    ],
)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_wrong_command_exits_2_and_says_what(run, write, tmp_path, words, told, lang):
    write()
    code, out, err = run(EVALUATE, *words.split(), "--lang", lang)
    assert (code, out) == (2, "")
    assert told in err
    assert not (tmp_path / "out.csv").exists()
