from __future__ import annotations

import json
from types import SimpleNamespace

import pandas as pd
import pytest

from powerchannel import channel
from powerchannel.files import read_table
from powerchannel.rulebook import load_rulebook

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")

EVALUATE = "channel evaluate --contacts contacts.csv --as-of 2022-03 --out out.csv"


def test_evaluate_writes_what_the_library_computes(run, write, tmp_path):
    write()
    code, out, err = run(EVALUATE)
    assert (code, out) == (0, "")
    table = pd.read_csv(tmp_path / "out.csv", dtype={"customer_id": str})
    assert table[["customer_id", "channel", "score", "is_first_choice"]].values.tolist() == [
        ["0017", "hall", 1.0, False],
        ["0017", "app", 2.2, True],
        ["0100", "hotline", 1.0, True],
    ]
    tables = channel.check(contacts=read_table(tmp_path / "contacts.csv", where="contacts"))
    rulebook = load_rulebook("hebei-2022")
    result = channel.evaluate(channel.aggregate(tables), rulebook, as_of="2022-03")
    assert list(table) == list(result.table)
    assert "已写出 out.csv：3 行，截至 2022-03" in err
    assert result.origin.rulebook_digest[:19] in err


def test_wide_has_one_row_a_customer(run, write, tmp_path):
    write()
    assert run(EVALUATE, "--layout", "wide")[0] == 0
    table = pd.read_csv(tmp_path / "out.csv", dtype=str)
    assert table[["customer_id", "first_choice", "app"]].values.tolist() == [
        ["0017", "app", "2.2"],
        ["0100", "hotline", "0.0"],
    ]


@pytest.mark.parametrize("name", ["out.parquet", "out.arrow", "out.csv.gz"])
def test_the_extension_of_out_tells_the_format(run, write, tmp_path, name):
    write()
    code, *_ = run("channel evaluate --contacts contacts.csv --as-of 2022-03 --out", name)
    assert code == 0
    assert len(read_table(tmp_path / name, where="result")) == 3


def test_all_four_tables_count(run, write, tmp_path):
    write()
    write("客户编号,渠道,事实\n0100,微信公众号,绑定户号\n", "facts.csv", "gb18030")
    write("客户编号,渠道,表示不喜欢时间\n0017,网上国网,2022-03-09\n", "dislikes.csv")
    write("客户编号,渠道,投诉时间\n0017,营业厅,2022-03-09\n", "complaints.csv")
    code, _, err = run(
        EVALUATE,
        *["--facts", "facts.csv", "--dislikes", "dislikes.csv", "--complaints", "complaints.csv"],
    )
    assert code == 0, err
    table = pd.read_csv(tmp_path / "out.csv", dtype={"customer_id": str})
    scores = {(c, h): s for c, h, s in table[["customer_id", "channel", "score"]].values.tolist()}
    assert scores["0017", "app"] == 0
    assert scores["0017", "hall"] == 0.5
    assert scores["0100", "wechat"] == 3


def test_rejected_rows_are_listed_counted_and_exit_0(run, write, tmp_path, dirty):
    write(dirty)
    code, _, err = run(EVALUATE, "--rejected", "rejected.csv", "--problems", "problems.csv")
    assert code == 0
    assert "[剔除] contacts.channel" in err
    assert "第 6 行: 快手" in err  # the line of the file, its header being line 1
    rejected = pd.read_csv(tmp_path / "rejected.csv", dtype=str, keep_default_na=False)
    assert rejected[["table", "row", "code", "value"]].values.tolist() == [
        ["contacts", "6", "unknown_code", "快手"],
        ["contacts", "7", "missing_value", ""],
    ]
    problems = pd.read_csv(tmp_path / "problems.csv")
    assert sorted(problems["code"]) == ["missing_value", "unknown_code"]
    assert problems["zh"].str.contains("第 6 行").any()


def test_rows_of_parquet_are_counted_from_0(run, tmp_path):
    columns = {"customer_id": ["1", ""], "channel": ["app"] * 2, "contacted_at": ["2022-03-01"] * 2}
    pq.write_table(pa.table(columns), tmp_path / "c.parquet")
    code, out, _ = run("channel check --contacts c.parquet --lang en")
    assert code == 0
    assert "row 1: " in out


def test_strict_writes_nothing_when_there_is_any_problem(run, write, tmp_path, dirty):
    write(dirty)
    before = sorted(p.name for p in tmp_path.iterdir())
    code, out, err = run(EVALUATE, "--strict", "--rejected", "r.csv", "--problems", "p.csv")
    assert (code, out) == (1, "")
    assert "快手" in err
    assert "没有写出任何文件" in err
    assert sorted(p.name for p in tmp_path.iterdir()) == before
    write()
    assert run(EVALUATE, "--strict")[0] == 0


def test_clean_tables_give_empty_lists(run, write, tmp_path):
    write()
    assert run(EVALUATE, "--rejected", "r.csv", "--problems", "p.csv")[0] == 0
    assert (tmp_path / "r.csv").read_text() == "table,row,code,column,value\n"
    assert len(pd.read_csv(tmp_path / "p.csv")) == 0


def test_a_list_that_cannot_be_written_leaves_no_result_either(run, write, tmp_path, dirty):
    write(dirty)
    code, _, err = run(EVALUATE, "--rejected", "r" * 300 + ".csv")
    assert code == 1
    assert "写不进去" in err
    assert not (tmp_path / "out.csv").exists()


def test_a_rulebook_of_another_domain_is_refused(run, write, monkeypatch):
    write()
    other = SimpleNamespace(kind="billing", name="tariff")
    monkeypatch.setattr("powerchannel.cli.job.load_rulebook", lambda _: other)
    code, _, err = run(EVALUATE)
    assert code == 1
    assert "billing" in err


def test_a_fault_leaves_the_old_output_as_it_was(run, write, tmp_path):
    write("a,b\n1,2\n")
    write("before", "out.csv")
    code, out, err = run(EVALUATE)
    assert (code, out) == (1, "")
    assert err.count("[错误]") == 3
    assert (tmp_path / "out.csv").read_text() == "before"


def test_faults_of_all_files_are_told_at_once(run, write):
    write("")
    write("x;y\n", "facts.csv")
    code, _, err = run(EVALUATE, "--facts", "facts.csv", "--lang", "en")
    assert code == 1
    assert "[fault] contacts: " in err
    assert "[fault] facts: " in err


def test_the_same_run_gives_the_same_bytes(run, write, tmp_path):
    write()
    run(EVALUATE)
    once = (tmp_path / "out.csv").read_bytes()
    run(EVALUATE)
    assert (tmp_path / "out.csv").read_bytes() == once


def test_a_month_without_data_is_pointed_out(run, write):
    write()
    words = "channel evaluate --contacts contacts.csv --as-of 2030-01 --out out.csv"
    code, _, err = run(words)
    assert code == 0
    assert "结果是空的：截至 2030-01" in err


def test_quiet_is_silent_on_success_alone(run, write):
    write()
    assert run(EVALUATE, "--quiet") == (0, "", "")
    write("")
    assert "[错误]" in run(EVALUATE, "--quiet")[2]


def test_check_lists_everything_on_stdout(run, write, dirty):
    write(dirty)
    code, out, err = run("channel check --contacts contacts.csv")
    assert (code, err) == (0, "")
    assert out.splitlines()[1].split() == ["contacts", "6", "4", "2"]
    assert "[剔除] contacts.customer_id" in out
    assert run("channel check --contacts contacts.csv --strict")[0] == 1


def test_check_as_json(run, write, dirty):
    write(dirty)
    code, out, err = run("channel check --contacts contacts.csv --json")
    document = json.loads(out)
    assert (code, err) == (0, "")
    assert document["tables"]["contacts"] == {"rows_in": 6, "kept": 4, "rejected": 2}
    found = {p["code"]: p for p in document["problems"]}
    assert found["unknown_code"]["examples"] == [{"row": 6, "value": "快手"}]
    assert "第 6 行" in found["unknown_code"]["zh"]
    assert "row 6" in found["unknown_code"]["en"]


def test_check_lists_faults_in_the_file_of_problems_too(run, write, tmp_path):
    write("客户编号,办理时间\n1,2022-03-01\n")
    code, _, err = run("channel check --contacts contacts.csv --problems problems.csv")
    assert code == 1
    assert "--column channel=" in err
    assert pd.read_csv(tmp_path / "problems.csv")["code"].tolist() == ["missing_column"]


EXPLAIN = "channel explain 0017 9999 --contacts contacts.csv --as-of 2022-03"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_explain_prints_what_the_library_says(run, write, tmp_path, lang):
    write()
    code, out, _ = run(EXPLAIN, "--lang", lang)
    tables = channel.check(contacts=read_table(tmp_path / "contacts.csv", where="contacts"))
    rulebook = load_rulebook("hebei-2022")
    result = channel.evaluate(channel.aggregate(tables), rulebook, as_of="2022-03")
    assert code == 0
    assert out.strip() == str(result.explain("0017", "9999", lang=lang)).strip()
    assert "2.2" in out


def test_explain_why_not_a_channel(run, write):
    write()
    code, out, _ = run(EXPLAIN, "--channel", "hall")
    assert code == 0
    assert "不推荐营业厅" in out
    assert run(EXPLAIN, "--channel", "hal")[0] == 2


def test_explain_as_json_gives_sentences_and_steps(run, write):
    write()
    code, out, err = run(EXPLAIN, "--json")
    document = json.loads(out)
    assert code == 0
    assert any("0017" in sentence for sentence in document["sentences"])
    assert {step["customer_id"] for step in document["steps"]} == {"0017"}
    assert json.loads(err)["ok"] is True
