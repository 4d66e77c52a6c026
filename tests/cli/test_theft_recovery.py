"""From findings to rows for billing, from file to files."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from powerchannel import billing
from powerchannel.cli.theft_recovery import FINDINGS as SCHEMA
from powerchannel.files import read_table
from powerchannel.theft.recovery import back_billing

FINDINGS = """户号,检查结论,结论编号,少计电量,开始日期,查获日期,电价,负荷类型,负荷容量
0100,窃电,F1,1200,2025-01-01,2025-03-01,,,
0200,接线错误,F2,300,,2025-03-01,0.5203,,
0300,窃电,,500,,2025-03-01,,,
0400,正常,F4,,,2025-03-02,,,
0500,窃电,F5,,,2025-03-02,,照明,2.5
"""
ACCOUNTS = """户号,计费组,电价,开始日期,结束日期
0100,0100,main,2025-03-01,2025-04-01
0200,0200,main,2025-03-01,2025-04-01
0500,0500,main,2025-03-01,2025-04-01
"""
TABLES = ("incidents", "givens", "adjustments")
RECOVER = "theft recover --findings found.csv " + " ".join(f"--{t} {t}.csv" for t in TABLES)


@pytest.fixture(autouse=True)
def files(write) -> None:
    write(FINDINGS, "found.csv")
    write(ACCOUNTS, "accounts.csv")


def table(folder: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(folder / name, dtype=str, keep_default_na=False)


def test_the_rows_are_those_of_the_library(run, tmp_path):
    code, out, err = run(f"{RECOVER} --withheld withheld.csv --lang en")
    assert (code, out) == (0, "")
    findings = pd.DataFrame(
        {
            "customer_id": ["0100", "0200", "0300", "0400", "0500"],
            "finding": ["theft", "wiring_mistake", "theft", "normal", "theft"],
            "finding_id": ["F1", "F2", None, "F4", "F5"],
            "lost_kwh": [1200.0, 300.0, 500.0, None, None],
            "started_on": pd.to_datetime(["2025-01-01", None, None, None, None]),
            "found_on": pd.to_datetime(["2025-03-01"] * 3 + ["2025-03-02"] * 2),
            "price_yuan_per_kwh": [None, 0.5203, None, None, None],
            "load_kind": [None, None, None, None, "lighting"],
            "load_kw": [None, None, None, None, 2.5],
        }
    )
    expected = back_billing(findings, lang="en")
    for name in (*TABLES, "withheld"):
        frame = getattr(expected, name)
        found = read_table(tmp_path / f"{name}.csv", where=name)
        assert list(found) == list(frame)
        again = frame.astype(object).where(frame.notna(), "").astype(str)
        cells = found.map(lambda cell: cell + " 00:00:00" if cell.startswith("2025-") else cell)
        assert cells.values.tolist() == again.values.tolist()
    assert "incidents    2" in err
    assert "withheld     2" in err


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_billing_takes_the_files_and_rejects_none(run, tmp_path, form):
    if form == "parquet":
        pytest.importorskip("pyarrow")
    words = RECOVER.replace(".csv", f".{form}").replace(f"found.{form}", "found.csv")
    assert run(words)[0] == 0
    given = " ".join(f"--{name} {name}.{form}" for name in TABLES)
    code, out, _ = run(f"billing check --accounts accounts.csv {given} --strict --json")
    assert code == 0, out
    counts = json.loads(out)["tables"]
    assert [counts[name]["kept"] for name in TABLES] == [2, 1, 1]
    sources = {name: read_table(tmp_path / f"{name}.{form}", where=name) for name in TABLES}
    checked = billing.check(accounts=read_table(tmp_path / "accounts.csv", where="x"), **sources)
    assert checked.adjustments["amount_yuan"].tolist() == ["156.09"]
    assert checked.incidents["incident_id"].tolist() == ["F1", "F5"]


@pytest.mark.parametrize(
    ("lang", "told"),
    [
        ("zh", "[剔除] findings: 1 行，如 0300：没有认定编号"),
        ("en", "[rejected] findings: 1 rows, such as 0300: the finding has no id"),
    ],
)
def test_a_finding_that_is_not_billed_is_told(run, lang, told):
    _, _, err = run(f"{RECOVER} --lang {lang}")
    assert told in err
    assert "0400" not in err
    document = json.loads(run(f"{RECOVER} --lang {lang} --json")[2])
    assert document["counts"] == {"incidents": 2, "givens": 1, "adjustments": 1, "withheld": 2}
    assert [p["code"] for p in document["problems"]] == ["no_finding_id"]
    assert document["tables"]["findings"] == {"rows_in": 5, "kept": 5, "rejected": 0}


def test_a_breach_is_told_for_nothing_is_made_of_it(run, write):
    write(FINDINGS.replace("正常", "违约用电"), "found.csv")
    assert "such as 0400" in run(f"{RECOVER} --lang en")[2]


def test_what_is_bad_or_there_twice_is_rejected_with_its_line(run, write, tmp_path):
    more = "0600,没查,F6,,,2025-03-02,,,\n0700,窃电,F7,1,2025-04-01,2025-03-02,,,\n"
    again = "0100,窃电,F1,99,2025-01-01,2025-03-01,,,\n"
    write(FINDINGS + more + again, "found.csv")
    code, _, err = run(f"{RECOVER} --rejected r.csv --problems p.csv")
    assert code == 0
    assert "第 7 行: 没查" in err
    rejected = table(tmp_path, "r.csv")
    assert rejected[["row", "code"]].values.tolist() == [
        ["2", "conflict"],
        ["7", "unknown_code"],
        ["8", "end_before_start"],
        ["9", "conflict"],
    ]
    assert table(tmp_path, "incidents.csv")["incident_id"].tolist() == ["F5"]
    assert set(table(tmp_path, "p.csv")["code"]) == {
        "unknown_code",
        "end_before_start",
        "conflict",
        "no_finding_id",
    }


def test_only_a_few_columns_must_come(run, write, tmp_path):
    write("customer_id,finding,found_on\n1,theft,2025-03-01\n", "found.csv")
    assert run(RECOVER)[0] == 0
    assert [len(table(tmp_path, f"{name}.csv")) for name in TABLES] == [0, 0, 0]
    write("customer_id,finding\n1,theft\n", "found.csv")
    code, _, err = run(f"{RECOVER} --lang en")
    assert code == 1
    assert "findings.found_on" in err


def test_the_table_of_inspections_will_do_as_it_is(run, write, tmp_path):
    head = "customer_id,inspected_on,finding,finding_id,chosen_by,propensity,recovered_kwh\n"
    write(head + "1,2025-03-01,theft,F1,random,0.05,120\n", "found.csv")
    assert run(f"{RECOVER} --strict")[0] == 0
    assert table(tmp_path, "givens.csv")["value"].tolist() == ["120.000"]
    assert table(tmp_path, "incidents.csv")["found_on"].tolist() == ["2025-03-01"]


def test_an_empty_share_of_the_time_is_all_of_it(run, write, tmp_path):
    head = "customer_id,finding,finding_id,lost_kwh,found_on,price_yuan_per_kwh,time_share\n"
    rows = "1,meter_fault,F1,100,2025-03-01,0.5,\n2,meter_fault,F2,100,2025-03-01,0.5,0.5\n"
    write(head + rows, "found.csv")
    assert run(RECOVER)[0] == 0
    assert table(tmp_path, "adjustments.csv")["amount_yuan"].tolist() == ["50.00", "25.00"]


def test_strict_writes_nothing(run, write, tmp_path):
    before = sorted(tmp_path.iterdir())
    code, _, err = run(f"{RECOVER} --strict --json")
    assert code == 1
    assert json.loads(err)["error"] == "StrictError"
    assert [p["code"] for p in json.loads(err)["problems"]] == ["strict", "no_finding_id"]
    assert sorted(tmp_path.iterdir()) == before
    write(FINDINGS.replace("0300,窃电,,", "0300,窃电,F3,"), "found.csv")
    assert run(f"{RECOVER} --strict --quiet") == (0, "", "")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (RECOVER.replace("found.csv", "none.csv"), 1),
        (RECOVER.replace("givens.csv", "found.csv"), 2),
        (RECOVER.replace("givens.csv", "incidents.csv"), 2),
        (RECOVER.replace("adjustments.csv", "none/adjustments.csv"), 1),
        (RECOVER.replace("adjustments.csv", "adjustments.txt"), 1),
        (RECOVER.replace("adjustments.csv", "a" * 250 + ".csv"), 1),
        (RECOVER.replace("--givens givens.csv", ""), 2),
        (f"{RECOVER} --rulebook dlt698-theft", 2),
    ],
)
def test_nothing_is_written_when_something_cannot_be(run, tmp_path, words, code):
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    found, out, err = run(words)
    assert (found, out) == (code, "")
    assert err
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_headers_are_no_ones_twice():
    headers = [h.casefold() for column in SCHEMA.columns for h in dict.fromkeys(column.headers)]
    assert len(set(headers)) == len(headers)
