"""From files to the list in the inspector's hand."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from powerchannel import load_rulebook, theft
from powerchannel.datasets import theft_month
from powerchannel.files import read_table
from powerchannel.theft.worklist import Worklist, distribution
from theft_months import AS_OF, faulty_month

TABLES = ("points", "phase_readings", "daily")
FILES = " ".join(f"--{name} {name}.csv" for name in TABLES)
LIST = f"theft worklist {FILES} --as-of {AS_OF} --crew-hours 6 --random-share 0.3 --seed 7"


@pytest.fixture(scope="module")
def frames() -> dict[str, pd.DataFrame]:
    """The month, its readings thinned to every tenth minute."""
    month = faulty_month()
    readings = month["phase_readings"]
    minutes = pd.to_datetime(readings["read_at"]).dt.minute
    industries = ["works", "shop", "shop"]
    return month | {
        "phase_readings": readings[minutes % 10 == 0],
        "points": month["points"].assign(industry=industries, feeder_id="F1"),
    }


@pytest.fixture(scope="module")
def result(frames: dict[str, pd.DataFrame]) -> theft.Result:
    state = theft.aggregate(theft.check(**frames))
    return theft.evaluate(state, load_rulebook("dlt698-theft"), as_of=AS_OF)


@pytest.fixture(scope="module")
def expected(result: theft.Result) -> Callable[..., Worklist]:
    def made(lang: str = "zh", **more: float) -> Worklist:
        return theft.worklist(result, 6.0, random_share=0.3, seed=7, lang=lang, **more)

    return made


@pytest.fixture(autouse=True)
def files(tmp_path: Path, frames: dict[str, pd.DataFrame]) -> None:
    for name, frame in frames.items():
        frame.to_csv(tmp_path / f"{name}.csv", index=False)


def text(file: Path) -> str:
    return file.read_text(encoding="utf-8-sig")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_list_is_that_of_the_evaluated_result(run, tmp_path, expected, lang):
    found = expected(lang)
    assert len(found) > 2
    for name, content in [
        ("list.csv", found.to_csv()),
        ("list.json", found.to_json()),
        ("list.HTML", found.to_html()),
    ]:
        code, out, _ = run(f"{LIST} --out {name} --lang {lang}")
        assert (code, out) == (0, "")
        assert text(tmp_path / name) == content


def test_exports_with_chinese_headers_give_the_list_of_their_tables(run, tmp_path):
    month = theft_month(60, seed=2, cases=1)
    month.write(tmp_path, format="csv")
    words = " ".join(f"--{name} {name}.csv" for name in month.tables)
    base = f"theft worklist {words} --as-of {month.as_of} --crew-hours 12 --seed 1 --lang en"
    code, _, err = run(f"{base} --out list.csv --strict")
    assert code == 0, err
    state = theft.aggregate(theft.check(**month.tables))
    result = theft.evaluate(state, load_rulebook("dlt698-theft"), as_of=month.as_of)
    found = theft.worklist(result, 12, seed=1, lang="en")
    assert text(tmp_path / "list.csv") == found.to_csv()
    planted = set(month.truth.loc[month.truth["cause"] == "theft", "customer_id"])
    assert planted & set(found.table["customer_id"])


@pytest.mark.parametrize("name", ["list.parquet", "list.arrow", "list.csv.gz"])
def test_systems_get_the_table(run, tmp_path, expected, name):
    if name != "list.csv.gz":
        pytest.importorskip("pyarrow")
    assert run(f"{LIST} --out {name}")[0] == 0
    table = read_table(tmp_path / name, where="list")
    found = table if isinstance(table, pd.DataFrame) else table.to_pandas()
    assert found["customer_id"].tolist() == expected().table["customer_id"].tolist()
    assert list(found) == list(expected().table)


def test_chinese_for_a_spreadsheet_is_marked_and_a_page_is_not(run, tmp_path):
    run(f"{LIST} --out list.csv")
    run(f"{LIST} --out list.html")
    assert (tmp_path / "list.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    assert (tmp_path / "list.html").read_bytes().startswith(b"<!DOCTYPE html>")


def test_every_option_of_the_budget_counts(run, tmp_path, result):
    words = "--crew-hours 9 --hours-per-visit 2 --travel-hours 1.5 --price 0.52 --random-share 0"
    base = f"theft worklist {FILES} --as-of {AS_OF} --seed 3"
    assert run(f"{base} {words} --out list.json")[0] == 0
    found = theft.worklist(
        result,
        9.0,
        hours_per_visit=2.0,
        travel_hours=1.5,
        price_yuan_per_kwh=0.52,
        random_share=0,
        seed=3,
    )
    assert text(tmp_path / "list.json") == found.to_json()
    assert json.loads(found.to_json())["summary"]["expected_yuan"] > 0


def test_the_tables_beside_it_are_those_of_the_library(run, tmp_path, result, expected):
    words = "--propensities p.csv --distribution d.csv --flag-rates f.csv --lang en"
    assert run(f"{LIST} --out list.csv {words}")[0] == 0
    log = pd.read_csv(tmp_path / "p.csv", dtype={"customer_id": str}).fillna({"chosen_by": ""})
    pd.testing.assert_frame_equal(log, expected().propensities, check_dtype=False)
    for file, table in [
        ("d.csv", distribution(result, lang="en")),
        ("f.csv", expected("en").flag_rates()),
    ]:
        pd.testing.assert_frame_equal(pd.read_csv(tmp_path / file), table, check_dtype=False)


@pytest.mark.parametrize("by", ["area_id", "feeder_id", "industry", "cause", "rule_id"])
def test_the_distribution_is_by_what_is_asked_for(run, tmp_path, result, by):
    assert run(f"{LIST} --out list.csv --distribution d.csv --by {by}")[0] == 0
    found = pd.read_csv(tmp_path / "d.csv")
    assert list(found) == list(distribution(result, by))
    assert found["customers"].tolist() == distribution(result, by)["customers"].tolist()


def test_flag_rates_are_by_what_is_asked_for(run, tmp_path):
    assert run(f"{LIST} --out list.csv --flag-rates f.csv --flag-rates-by feeder_id")[0] == 0
    assert pd.read_csv(tmp_path / "f.csv")["feeder_id"].tolist() == ["F1", "（空）"]


def test_the_summary_tells_what_the_list_takes_and_how_to_make_it_again(run, expected):
    _, _, english = run(f"{LIST} --out list.csv --lang en")
    _, _, chinese = run(f"{LIST} --out list.csv")
    visits, drawn = (int(expected().summary[name]) for name in ("visits", "random_visits"))
    assert 0 < drawn < visits
    assert f"{visits} customers, {drawn} of them at random" in english
    assert f"{visits} 户，其中随机抽查 {drawn} 户" in chinese
    assert "seed 7" in english
    assert "随机种子 7" in chinese
    assert f"wrote list.csv: {visits} rows, as of {AS_OF}; rulebook dlt698-theft" in english
    assert run(f"{LIST} --out list.csv --quiet") == (0, "", "")


def test_a_seed_that_is_made_up_is_told_and_makes_the_list_again(run, tmp_path):
    base = LIST.replace(" --seed 7", "")
    code, out, err = run(f"{base} --out list.json --json")
    document = json.loads(err)
    assert (code, out, document["ok"]) == (0, "", True)
    assert document["summary"]["visits"] == document["rows"]
    assert document["summary"]["expected_yuan"] is None
    assert document["tables"]["points"] == {"rows_in": 3, "kept": 3, "rejected": 0}
    first = text(tmp_path / "list.json")
    run(f"{base} --seed {document['seed']} --out list.json")
    assert text(tmp_path / "list.json") == first


def test_a_month_without_evidence_is_told(run, tmp_path):
    code, _, err = run(f"{LIST.replace(AS_OF, '2020-01')} --out list.csv --lang en")
    assert code == 0
    assert "the result is empty" in err
    assert "the result is empty" not in run(f"{LIST} --out list.csv --lang en")[2]
    assert "结果是空的" not in run(f"{LIST} --crew-hours 0 --out list.csv")[2]
    assert len(pd.read_csv(tmp_path / "list.csv")) == 0


@pytest.mark.parametrize(
    "words",
    [
        "--crew-hours -1",
        "--crew-hours many",
        "--hours-per-visit 0",
        "--travel-hours -0.5",
        "--price nan",
        "--random-share 1.5",
        "--seed 1.5",
        "--by customer_id",
        "--flag-rates-by cause",
        "--as-of march",
        "--until 2025-03-01",
        "--rulebook dlt698",
        "--column daily.energy=x",
        "--set inspections.finding=theft",
    ],
)
def test_a_wrong_option_exits_2_before_anything_is_written(run, tmp_path, words):
    before = sorted(tmp_path.iterdir())
    option = words.split()[0]
    for lang in ("zh", "en"):
        code, out, err = run(f"{LIST} --out list.csv {words} --lang {lang}")
        assert (code, out) == (2, "")
        assert words.split()[1].partition("=")[0].rpartition(".")[2] in err or option in err
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize("option", ["--crew-hours", "--as-of", "--out"])
def test_what_must_be_given_is_asked_for(run, option):
    given = f"{LIST} --out list.csv".split()
    at = given.index(option)
    code, _, err = run(" ".join(given[:at] + given[at + 2 :]))
    assert code == 2
    assert option in err


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        ("--out list.pdf", 1, ".html"),
        ("--out none/list.csv", 1, "none"),
        ("--out daily.csv", 2, "daily.csv"),
        ("--out a.csv --distribution a.csv", 2, "a.csv"),
        ("--out a.csv --flag-rates f.html", 1, "f.html"),
        (f"--out a.csv --distribution d.csv --propensities {'p' * 250}.csv", 1, "ppp.csv"),
        ("--out a.html --distribution d.csv --weather points.csv", 1, "weather"),
        ("--out a.csv --weather none.csv", 1, "none.csv"),
        ("--out a.csv --rulebook sgcc-2024", 1, "billing"),
    ],
)
def test_nothing_is_written_when_something_cannot_be(run, tmp_path, words, code, told):
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    found, _, err = run(f"{LIST} {words}")
    assert found == code
    assert told in err
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_strict_writes_nothing_when_there_is_any_problem(run, tmp_path, frames):
    words = f"{LIST} --out list.html --rejected r.csv --problems p.csv"
    daily = frames["daily"].assign(on=frames["daily"]["on"].replace("2025-01-01", "someday"))
    daily.to_csv(tmp_path / "daily.csv", index=False)
    before = sorted(tmp_path.iterdir())
    code, _, err = run(f"{words} --strict --json")
    assert code == 1
    assert json.loads(err)["error"] == "StrictError"
    assert sorted(tmp_path.iterdir()) == before
    code, _, err = run(words)
    assert code == 0
    assert "[剔除] daily.on" in err
    assert pd.read_csv(tmp_path / "r.csv")["value"].tolist() == ["someday"] * 5
    assert len(pd.read_csv(tmp_path / "p.csv")) == 1
    frames["daily"].to_csv(tmp_path / "daily.csv", index=False)
    assert run(f"{words} --strict")[0] == 0
