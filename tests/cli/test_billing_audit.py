"""Bills from files, held against the audit rules and against issued bills."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from attrs import evolve

from powerchannel import billing, load_rulebook
from powerchannel.datasets import TARIFFS, BillingMonth, billing_month

ARCHIVE = (
    *("accounts", "meters", "readings", "relations", "transformers"),
    "previous-accounts",
)
MONTHS = ("previous", "last-year")
WORDS = "--bills bills.csv --lines lines.csv --registers registers.csv"
AUDIT = " ".join(
    [
        f"billing audit {WORDS}",
        *(f"--{name} {name.replace('-', '_')}.csv" for name in (*ARCHIVE, *MONTHS)),
        *(f"--tariff {name}" for name in TARIFFS),
        "--out out.csv",
    ]
)
COMPARE = "billing compare --ours bills.csv --issued issued.csv --out out.csv"


@pytest.fixture(scope="module")
def month() -> BillingMonth:
    return billing_month(60, seed=1, faults=1)


@pytest.fixture(scope="module")
def result(month: BillingMonth) -> billing.Result:
    book = evolve(load_rulebook("sgcc-2024"), tariffs=tuple(map(billing.load_tariff, TARIFFS)))
    tables = billing.check(**month.tables, now=date(2025, 12, 31))
    return billing.evaluate(billing.aggregate(tables), book, as_of=month.as_of)


@pytest.fixture(autouse=True)
def files(tmp_path: Path, month: BillingMonth, result: billing.Result) -> None:
    month.write(tmp_path, format="csv")
    archive = month.archive(lines=result.lines, registers=result.registers)
    archive["lines"].to_csv(tmp_path / "lines.csv", index=False)
    archive["registers"].to_csv(tmp_path / "registers.csv", index=False)
    result.table.to_csv(tmp_path / "bills.csv", index=False)
    result.table.to_csv(tmp_path / "issued.csv", index=False)


def table(tmp_path: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(tmp_path / name, dtype=str, keep_default_na=False)


def test_planted_faults_are_found_in_files_with_chinese_headers(run, tmp_path, month):
    code, out, err = run(f"{AUDIT} --findings findings.csv --lang en")
    assert (code, out) == (0, "")
    found = table(tmp_path, "findings.csv")
    truth = month.truth[month.truth["rule"] != "reading_missing"].astype(str)
    planted = set(zip(truth["account_id"], truth["rule"], strict=True))
    assert len(planted) == 10
    assert planted <= set(zip(found["id"], found["code"], strict=True))
    verdicts = table(tmp_path, "out.csv").set_index("id")["verdict"]
    blocked = truth.loc[truth["rule"] == "MULTIPLIER", "account_id"]
    assert set(verdicts[blocked]) == {"block"}
    assert "MULTIPLIER: 2 findings, such as 02000" in err
    assert "wrote out.csv" in err


def test_the_same_in_chinese(run):
    _, _, err = run(AUDIT)
    assert "[剔除] MULTIPLIER: 2 处，如 02000" in err
    assert "拦截" in err


def test_what_cannot_be_checked_is_told_and_written(run, tmp_path):
    words = "billing audit --bills bills.csv --out out.csv --not-checked lacking.csv --lang en"
    code, _, err = run(words)
    assert code == 0
    lacking = table(tmp_path, "lacking.csv").set_index("code")["missing"]
    assert lacking["SUM"] == "archive.lines"
    assert lacking["SURGE"] == "previous"
    assert "SUM: archive.lines is not there" in err


def test_strict_writes_nothing(run, tmp_path):
    code, _, err = run(f"{AUDIT} --strict --json")
    assert code == 1
    document = json.loads(err)
    assert document["error"] == "StrictError"
    assert {"strict", "MULTIPLIER"} <= {p["code"] for p in document["problems"]}
    assert not (tmp_path / "out.csv").exists()


def test_json_tells_the_counts(run, result):
    document = json.loads(run(f"{AUDIT} --json")[2])
    assert document["ok"]
    audited = result.table.loc[result.table["name"] == "amount_yuan", "id"]
    assert sum(document["counts"].values()) == audited.nunique()
    assert document["counts"]["block"] >= 5


def test_quiet_is_silent(run):
    assert run(f"{AUDIT} --quiet") == (0, "", "")


@pytest.mark.parametrize("words", [AUDIT, COMPARE])
def test_an_input_is_not_written_over(run, words):
    code, _, err = run(words.replace("out.csv", "bills.csv"))
    assert code == 2
    assert "bills.csv" in err


@pytest.mark.parametrize("verb", ["audit", "compare"])
def test_a_file_that_is_not_there_and_an_option_that_is_missing(run, verb):
    first = "bills" if verb == "audit" else "issued.csv --ours"
    code, _, err = run(
        f"billing {verb} --{first} none.csv --out out.csv".replace(
            "--issued.csv", "--issued issued.csv"
        )
    )
    assert code == 1
    assert "none.csv" in err
    assert run(f"billing {verb} --out out.csv")[0] == 2


def test_a_table_that_is_no_bill_is_refused(run):
    code, _, err = run("billing audit --bills meters.csv --out out.csv --lang en")
    assert code == 1
    assert "bills.value: this column is missing" in err


def test_the_same_bills_are_the_same(run, tmp_path, result):
    code, out, err = run(f"{COMPARE} --strict --json")
    assert (code, out) == (0, "")
    document = json.loads(err)
    assert document["counts"]["matched"] == len(result.table) == len(table(tmp_path, "out.csv"))
    assert document["problems"] == []


def test_a_difference_is_told_from_the_stage_where_it_begins(run, tmp_path):
    issued = table(tmp_path, "issued.csv")
    is_energy = (issued["id"] == "0200000000001") & (issued["name"] == "billed_energy_kwh")
    issued.loc[is_energy & (issued["period"] == "total"), "value"] = "1"
    issued = issued[~((issued["id"] == "0200000000002") & (issued["name"] == "amount_yuan"))]
    issued.to_csv(tmp_path / "issued.csv", index=False)
    code, _, err = run(f"{COMPARE} --by-id ids.csv --lang en")
    assert code == 0
    assert "billed: 1 ids differ from the issued bills from billed energy on" in err
    ids = table(tmp_path, "ids.csv").set_index("id")
    assert ids.loc["0200000000001", "first_stage"] == "billed"
    assert ids.loc["0200000000002", "verdict"] == "missing_other"
    code, _, err = run(f"{COMPARE.replace('out.csv', 'not.csv')} --strict")
    assert code == 1
    assert "计费电量" in err
    assert not (tmp_path / "not.csv").exists()


def test_a_rulebook_of_another_domain_is_refused(run):
    code, _, err = run(f"{COMPARE} --rulebook hebei-2022 --lang en")
    assert code == 1
    assert "a rulebook of channel" in err
