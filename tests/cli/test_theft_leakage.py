"""Whether labels leak, from a file: exit 1 when they do."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

ROWS, POSITIVE, DAYS = 400, 60, 20
AUDIT = "theft audit --measurements m.csv"


@pytest.fixture
def table() -> pd.DataFrame:
    """Samples that do not leak: two a customer, both in one fold, later days in the second."""
    rng = np.random.default_rng(1)
    use = pd.DataFrame(rng.exponential(8, (ROWS, DAYS)).round(2))
    use.columns = [f"2025-01-{day:02d}" for day in range(1, DAYS + 1)]
    customers = rng.permutation(np.arange(ROWS) // 2)
    label = rng.permutation(np.arange(ROWS) < POSITIVE)
    is_second = customers % 2 == 1
    return use.assign(
        label=label.astype(int),
        customer=[f"{c:05d}" for c in customers],
        part=np.where(is_second, "test", "train"),
        until=np.where(is_second, "2025-02-01", "2025-01-31"),
    )


@pytest.fixture
def save(tmp_path: Path, table: pd.DataFrame):
    def saved(frame: pd.DataFrame = table, name: str = "m.csv") -> None:
        if name.endswith(".csv"):
            frame.to_csv(tmp_path / name, index=False)
        else:
            frame.to_parquet(tmp_path / name, index=False)

    return saved


PLAIN = "--leave-out customer --leave-out part --leave-out until"
SPLIT = "--split part --group customer --time until"


def test_nothing_leaks_and_what_was_not_looked_at_is_told(run, save):
    save()
    code, out, err = run(f"{AUDIT} {PLAIN}")
    assert (code, err) == (0, "")
    assert out.splitlines() == [
        "400 行，其中正例 60 行；查出泄漏 0 处",
        "未给 --split，没有核对划分两侧的同户、同行与先后",
    ]
    code, out, _ = run(f"{AUDIT} {SPLIT} --lang en")
    assert (code, out) == (0, "400 rows, 60 of them positive; leaks found: 0\n")


@pytest.mark.parametrize(
    ("lang", "told"), [("zh", "行的先后能区分标签"), ("en", "the order of rows tells the labels")]
)
def test_a_leak_is_told_written_and_exits_1(run, save, table, tmp_path, lang, told):
    save(table.sort_values("label", kind="stable"))
    code, out, err = run(f"{AUDIT} {PLAIN} --out leaks.csv --lang {lang}")
    assert code == 1
    assert told in err
    assert err.count("\n") == 1
    assert "1" in out.splitlines()[0]
    leaks = pd.read_csv(tmp_path / "leaks.csv")
    assert leaks[["code", "measure"]].values.tolist() == [["file_order", 1.0]]


def test_programs_get_the_leaks_and_the_failure(run, save, table):
    save(table.assign(part=np.where(np.arange(ROWS) % 2, "test", "train")))
    code, out, err = run(f"{AUDIT} {SPLIT} --json")
    assert code == 1
    document, failure = json.loads(out), json.loads(err)
    assert (document["rows"], document["positives"]) == (ROWS, POSITIVE)
    assert [leak["code"] for leak in document["leaks"]] == ["customer_overlap", "time_overlap"]
    assert (failure["ok"], failure["error"]) == (False, "LeakageError")
    assert [p["code"] for p in failure["problems"]] == ["customer_overlap", "time_overlap"]


def test_gaps_and_decimals_are_seen_as_they_came(run, save, table):
    is_theft = table["label"] == 1
    text = table.astype(str)
    text.loc[is_theft & (table.index % 2 == 0), "2025-01-03"] = ""
    text.loc[is_theft, "2025-01-04"] = " 1.23456 "
    save(text)
    code, out, _ = run(f"{AUDIT} {PLAIN} --json")
    assert code == 1
    assert [leak["code"] for leak in json.loads(out)["leaks"]] == ["gap_pattern", "decimals"]


@pytest.mark.parametrize("words", ["train test", "训练 测试", "2 1", "b a"])
def test_of_train_and_test_only_test_is_tested_and_of_folds_each(run, save, table, words):
    """Customer 00000 stands in both parts; a test row of theirs is a leak in either direction."""
    learnt, tested = words.split()
    part = table["part"].map({"train": learnt, "test": tested})
    rows = np.flatnonzero(table["customer"] == "00000")
    part.iloc[rows[0]] = tested
    save(table.assign(part=part))
    _, out, _ = run(f"{AUDIT} --split part --group customer --leave-out until --json")
    (leak,) = json.loads(out)["leaks"]
    both_ways = learnt in ("2", "b")
    assert (leak["code"], leak["measure"]) == ("customer_overlap", 2.0 if both_ways else 1.0)


def test_a_word_may_stand_for_theft(run, save, table):
    save(table.assign(label=table["label"].map({1: "窃电", 0: "正常"}), FLAG=1))
    code, out, _ = run(f"{AUDIT} {PLAIN} --positive 窃电 --lang en")
    assert (code, out.splitlines()[0]) == (0, "400 rows, 60 of them positive; leaks found: 0")


def test_numbers_of_systems_are_labels_too(run, save, table):
    pytest.importorskip("pyarrow")
    for kind in ("int64", "float64"):
        save(table.astype({"label": kind}), "m.parquet")
        code, out, _ = run(f"theft audit --measurements m.parquet {SPLIT} --lang en")
        assert (code, out) == (0, "400 rows, 60 of them positive; leaks found: 0\n")


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        ("--label FLAG", 2, "FLAG"),
        ("--label lable", 2, "label"),
        ("--split fold", 2, "fold"),
        ("--leave-out day", 2, "day"),
        ("--group customer", 2, "--split"),
        ("--time until", 2, "--split"),
        ("--sigmas 3", 2, "--sigmas"),
        ("--out m.csv", 2, "m.csv"),
        ("--out leaks.html", 1, "leaks.html"),
        ("--positive theft", 1, "--positive"),
        ("--split constant", 1, "same"),
        ("--split part --time customer", 1, "measurements.customer"),
    ],
)
def test_a_wrong_option_says_what_and_writes_nothing(run, save, table, tmp_path, words, code, told):
    save(table.assign(constant="same"))
    for lang in ("zh", "en"):
        more = f"{PLAIN} --leave-out constant --lang {lang}"
        found, out, err = run(f"{AUDIT} {more} {words}")
        assert (found, out) == (code, "")
        assert told in err
    assert [path.name for path in tmp_path.iterdir()] == ["m.csv"]


def test_a_column_that_is_no_number_is_named_with_the_way_out(run, save):
    save()
    code, out, err = run(f"{AUDIT} --leave-out customer --lang en --out leaks.csv")
    assert (code, out) == (1, "")
    assert len(err.splitlines()) == 2
    assert "measurements.part: 400 of 400 rows are no number (row 2: " in err
    assert "--leave-out" in err


@pytest.mark.parametrize(
    ("column", "words"), [("label", PLAIN), ("customer", SPLIT), ("until", SPLIT)]
)
def test_an_empty_cell_of_a_role_is_refused(run, save, table, column, words):
    text = table.astype(str)
    text.loc[3, column] = " "
    save(text)
    code, _, err = run(f"{AUDIT} {words} --lang en")
    assert code == 1
    assert f"measurements.{column}: 1 of 400 rows are empty (row 5" in err


def test_a_column_of_times_is_no_measurement(run, tmp_path, table):
    pytest.importorskip("pyarrow")
    stamped = table.assign(until=pd.to_datetime(table["until"])).set_index("customer")
    stamped.to_parquet(tmp_path / "m.parquet")
    code, _, err = run("theft audit --measurements m.parquet --leave-out part --lang en")
    assert code == 1
    for column in ("customer", "until"):
        named = f"measurements.{column}: "
        assert (named in err) == (column == "until")
    assert run(f"theft audit --measurements m.parquet {SPLIT}")[0] == 0


def test_a_table_of_labels_alone_is_refused(run, save, table):
    save(table[["label"]])
    assert run(AUDIT)[0] == 1
    assert run("theft audit --measurements none.csv")[0] == 1
    assert run("theft audit")[0] == 2
