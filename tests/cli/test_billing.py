"""Bills from files: the same verbs as every domain, and tariffs beside the rulebook."""

from __future__ import annotations

import json
from collections.abc import Callable

import pandas as pd
import pytest

TARIFF = """
kind = "tariff"
schema_version = 1
name = "main"
title = { zh = "商业", en = "commerce" }
source = "made up"
provenance = { status = "stated", clause = "made up" }
catalogue_price = 0.5

[[components]]
code = "dams"
group = "fund"
title = { zh = "水利基金", en = "dam fund" }
price = 0.002
provenance = { status = "stated", clause = "a notice" }
"""
ACCOUNTS = """户号,计费组,电价,开始日期,结束日期
001,g1,main,2025-06-01,2025-07-01
002,g2,main,2025-06-01,2025-07-01
"""
METERS = """meter_id,account_id,multiplier
m1,001,20
m2,002,1
"""
READINGS = """meter_id,register,read_on,reading
m1,active_total,2025-06-01,100
m1,active_total,2025-07-01,150
m2,active_total,2025-07-01,150
"""
FILES = "--accounts accounts.csv --meters meters.csv --readings readings.csv"
BILL = f"{FILES} --tariff main.toml --as-of 2025-06"


@pytest.fixture(autouse=True)
def files(write: Callable[..., None]) -> None:
    for name, text in (
        ("main.toml", TARIFF),
        ("accounts.csv", ACCOUNTS),
        ("meters.csv", METERS),
        ("readings.csv", READINGS),
    ):
        write(text, name)


def table(tmp_path, name: str = "out.csv") -> pd.DataFrame:
    return pd.read_csv(tmp_path / name, dtype=str, keep_default_na=False)


def test_check_reads_all_tables(run):
    code, out, _ = run(f"billing check {FILES} --lang en")
    assert code == 0
    assert "accounts" in out
    assert "readings" in out


def test_bills_are_written_and_what_cannot_be_billed_is_counted(run, tmp_path):
    code, out, err = run(f"billing evaluate {BILL} --out out.csv --lang en")
    assert (code, out) == (0, "")
    found = table(tmp_path).set_index(["id", "name", "period"])["value"]
    assert found["g1", "amount_yuan", "total"] == "502.00"
    assert found["001", "dams", "total"] == "2.00"
    assert "2 groups: 1 billed, 1 not: reading_missing 1" in err
    assert "rulebook sgcc-2024" in err


@pytest.mark.parametrize(
    ("layout", "column", "values"),
    [
        ("wide", "amount_fen", ["50200"]),
        ("lines", "amount_fen", ["200", "50000"]),
        ("registers", "metered_kwh", ["1000.00"]),
        ("findings", "id", ["m2"]),
        ("estimates", "meter_id", []),
    ],
)
def test_every_table_of_a_result_can_be_written(run, tmp_path, layout, column, values):
    assert run(f"billing evaluate {BILL} --out out.csv --layout {layout}")[0] == 0
    assert table(tmp_path)[column].tolist() == values


def test_a_bill_is_explained_as_a_utility_prints_it(run):
    code, out, _ = run(f"billing explain g1 g2 {BILL}")
    assert code == 0
    assert "水利基金" in out
    assert "合计：502.00 元" in out
    assert "未出账。" in out
    document = json.loads(run(f"billing explain g1 {BILL} --json")[1])
    assert [step["amount_fen"] for step in document["steps"]] == [200, 50000]


def test_a_tariff_that_is_not_given_is_a_reason_not_to_bill(run):
    words = BILL.replace("--tariff main.toml ", "")
    _, out, _ = run(f"billing explain g1 {words} --lang en")
    assert "'main'" in out
    assert out.strip().endswith("Not billed.")


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("sgcc-2024", None, 2),
        ("main.toml", TARIFF.replace("0.5", "-0.5"), 1),
        ("hebei.json", '{"kind": "chanel"}', 1),
    ],
)
def test_tariffs_are_refused_before_any_table_is_read(run, write, name, text, code):
    if text is not None:
        write(text, name)
    words = BILL.replace("main.toml", name).replace("accounts.csv", "none.csv")
    found, _, err = run(f"billing evaluate {words} --out out.csv --json")
    assert found == code
    assert "none.csv" not in err


def test_bundled_tariffs_go_by_their_names(run):
    words = BILL.replace("--tariff main.toml", "--tariff main.toml shanghai-residential-tiers")
    assert run(f"billing evaluate {words} --out out.csv")[0] == 0
