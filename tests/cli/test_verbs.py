from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
from attrs import evolve

from powerchannel import channel
from powerchannel.cli import parser
from powerchannel.datasets import province
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


# From files to a file

COLUMNS = ["客户编号", "渠道", "办理时间"]
SIDES = [w for n in ("facts", "dislikes", "complaints") for w in (f"--{n}", f"{n}.parquet")]
WIDE = ["--as-of", "2022-03", "--layout", "wide"]
HELD = ["--rejected", "held.csv"]
"""What makes the command hold every row."""


@pytest.fixture(scope="module")
def exports(tmp_path_factory) -> Path:
    """An export with dirty rows; contacts without keys in two files, and with keys in one."""
    folder = tmp_path_factory.mktemp("exports")
    province(120, 6, seed=3, as_of="2022-04", dirty_ratio=0.05).write(folder, format="parquet")
    contacts = pq.read_table(folder / "contacts.parquet")
    bare, half = contacts.select(COLUMNS), len(contacts) // 2
    pq.write_table(bare.slice(0, half), folder / "a.parquet", row_group_size=100)
    with pa.ipc.new_file(folder / "b.arrow", bare.schema) as file:
        file.write_table(bare.slice(half), max_chunksize=70)
    return folder


@pytest.fixture
def evaluate(run, exports, tmp_path):
    """Evaluate the exports into a file of the test's own folder."""

    def command(files: Sequence[str], *words: str) -> tuple[int, str]:
        for name in (*files, *SIDES[1::2]):
            (tmp_path / name).write_bytes((exports / name).read_bytes())
        code, out, err = run("channel evaluate --contacts", *files, *SIDES, *WIDE, *words)
        assert out == ""
        return code, err

    return command


def cells(path: Path) -> dict[str, list[object]]:
    return read_table(path, where="scores").to_pydict()


BARE = ("a.parquet", "b.arrow")
TALLY = ("rows_in", "counted", "elsewhere", "rejected")


@pytest.mark.parametrize("out", ["out.csv", "out.csv.gz"])
def test_streamed_contacts_give_the_bytes_of_held_ones(evaluate, tmp_path, out):
    written = set()
    for words in ([], ["--threads", "3"], HELD):
        code, err = evaluate(BARE, "--out", out, *words)
        assert code == 0, err
        assert ("流式计数" in err) == (words != HELD)
        assert ("整体读入：因 --rejected" in err) == (words == HELD)
        written.add((tmp_path / out).read_bytes())
    assert len(written) == 1
    table = pd.read_csv(tmp_path / out)
    assert len(table) > 100
    assert (table[["hotline", "app", "wechat"]].nunique() > 5).all()  # it is about something


@pytest.mark.parametrize("name", ["out.parquet", "out.arrow"])
def test_streamed_contacts_give_the_table_of_held_ones(evaluate, tmp_path, name):
    evaluate(BARE, "--out", name, "--threads", "2")
    streamed = cells(tmp_path / name)
    evaluate(BARE, "--out", name, *HELD)
    assert streamed == cells(tmp_path / name)


def test_keyed_contacts_are_read_whole_and_the_same(evaluate, tmp_path):
    code, err = evaluate(["contacts.parquet"], "--out", "out.csv", "--lang", "en")
    assert code == 0
    assert "read whole: the columns" in err
    once = (tmp_path / "out.csv").read_bytes()
    _, err = evaluate(["contacts.parquet"], "--out", "out.csv", *HELD, "--lang", "en")
    assert "read whole: every row is needed for --rejected" in err
    assert (tmp_path / "out.csv").read_bytes() == once


def test_the_report_of_a_stream_counts_rows_and_lists_problems(evaluate, tmp_path):
    words = ["--out", "out.csv", "--problems", "problems.csv", "--json"]
    code, err = evaluate(BARE, *words)
    document = json.loads(err)
    counts = document["tables"]["contacts"]
    assert code == 0
    assert all(counts[name] for name in TALLY)
    assert counts["rows_in"] == sum(counts[name] for name in TALLY[1:])
    assert counts["kept"] == counts["counted"] + counts["elsewhere"]
    assert [note["en"].split(":")[0] for note in document["notes"]] == [
        "counted as they streamed by",
        "contacts",
    ]
    assert document["origin"]["rulebook"] == "hebei-2022"
    assert document["rows"] == len(pd.read_csv(tmp_path / "out.csv"))
    listed = pd.read_csv(tmp_path / "problems.csv")["code"].tolist()
    assert listed == [p["code"] for p in document["problems"]]
    assert "missing_value" in listed
    _, err = evaluate(BARE, "--out", "out.csv", "--lang", "en")
    head, row, *_ = err.splitlines()
    assert head.split() == ["table", "rows", "counted", "other", "months", "rejected"]
    assert row.split() == ["contacts", *(f"{counts[n]:,}" for n in TALLY)]
    assert "[rejected] contacts.customer_id" in err
    assert "hebei-2022" in err


def test_lines_of_one_file_are_counted_as_in_it(run, write, dirty):
    write(dirty)
    code, _, err = run(EVALUATE, "--layout", "wide")
    assert code == 0
    assert "第 6 行: 快手" in err
    assert "整体读入" in err
    assert "个文件" not in err


def test_strict_finds_identical_rows_however_they_come(run, tmp_path):
    """A notice that streams do not look for: so nothing streams."""
    rows = {"customer_id": ["1"] * 2, "channel": ["app"] * 2, "contacted_at": ["2022-03-01"] * 2}
    pq.write_table(pa.table(rows), tmp_path / "c.parquet")
    command = "channel evaluate --contacts c.parquet --out out.csv"
    code, _, err = run(command, *WIDE, "--strict")
    assert code == 1
    assert "完全相同" in err
    assert not (tmp_path / "out.csv").exists()
    assert run(command, *WIDE)[0] == 0
    rows["contacted_at"] = ["2022-03-01", "2022-03-02"]
    pq.write_table(pa.table(rows), tmp_path / "c.parquet")
    code, _, err = run(command, *WIDE, "--strict", "--lang", "en")
    assert code == 0
    assert "read whole: every row is needed for --strict" in err


def test_strict_minds_a_header_that_looks_misspelt(run, write, tmp_path):
    write("客户编号,渠道,办理时间,handling mod,备注\n0017,app,2022-03-01,自助,x\n")
    code, out, _ = run("channel check --contacts contacts.csv --lang en")
    assert code == 0
    assert '[notice] contacts.handling_mode: the header "handling mod" is not used' in out
    assert "备注" not in out
    code, _, err = run(EVALUATE, "--strict")
    assert code == 1
    assert '--column handling_mode="handling mod"' in err
    assert not (tmp_path / "out.csv").exists()
    assert run(EVALUATE, "--strict", "--column", "handling_mode=handling mod")[0] == 0


def test_a_fault_in_a_stream_leaves_the_old_output_and_nothing_else(evaluate, tmp_path):
    def names() -> list[str]:
        return sorted(p.name for p in tmp_path.iterdir())

    evaluate(BARE, "--out", "out.csv")
    before, listed = (tmp_path / "out.csv").read_bytes(), names()
    code, err = evaluate(BARE, "--out", "out.csv", "--problems", "p" * 300 + ".csv")
    assert code == 1
    assert "写不进去" in err
    (tmp_path / "facts.csv").write_text("a,b\n1,2\n")
    code, err = evaluate(BARE, "--out", "out.csv", "--facts", "facts.csv")
    assert code == 1
    assert "[错误] facts.customer_id" in err
    (tmp_path / "facts.csv").unlink()
    assert (tmp_path / "out.csv").read_bytes() == before
    assert names() == listed


def test_a_domain_may_do_without_streams(run, write, monkeypatch):
    only = parser.DOMAINS[0]
    monkeypatch.setattr(parser, "DOMAINS", (evolve(only, score_files=None),))
    write()
    assert run(EVALUATE, "--layout", "wide")[0] == 0
    assert run(EVALUATE, "--threads", "2")[0] == 2
