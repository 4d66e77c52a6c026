"""Case files: the golden ones come out, mismatches are all told, and a clerk needs no pytest."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from powerchannel.cli import main as powerchannel
from powerchannel.errors import TableError
from powerchannel.registry import Registry
from powerchannel.testing import (
    CASE_DOMAINS,
    Case,
    CaseDomain,
    CaseError,
    CaseTable,
    MismatchError,
    run_case,
)
from powerchannel.testing.command import main
from powerchannel.testing.comparing import agrees, as_text, number_of
from powerchannel.text import Text

HERE = Path(__file__).parent
CASES = sorted((HERE / "cases").rglob("*.toml"))
SHARED = Path(os.environ.get("POWERCHANNEL_SHARED_DATA", HERE.parent.parent / "shared" / "data"))

CASE = """
format = "case/1"
domain = "channel"
name = "a-case"
source = "made up"
as_of = "2022-06"

[tables.contacts]
columns = ["customer_id", "channel", "contacted_at"]
rows = [["0017", "app", "2022-05-10"], ["0017", "app", "2022-06-10"]]

[expect]
columns = ["customer_id", "channel", "name", "value"]
rows = [["0017", "app", "score", "2.2"]]
"""


@pytest.fixture
def file(tmp_path: Path) -> Callable[..., Path]:
    """Write a case with some of its text replaced, each replacement in exactly one place."""

    def make(*changes: tuple[str, str], text: str = CASE) -> Path:
        for old, new in changes:
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        path = tmp_path / "case.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return make


def expecting(*rows: str) -> tuple[str, str]:
    """Replace the expected rows."""
    return '["0017", "app", "score", "2.2"]', ", ".join(rows)


# the cases of the repository


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_case_of_the_repository_comes_out(path: Path) -> None:
    run_case(path).confirm()


def test_every_case_lies_in_the_folder_of_its_domain_and_is_named_as_its_file() -> None:
    reports = {path: run_case(path) for path in CASES[:3]}
    assert {(r.case.domain, r.case.name) for r in reports.values()} == {
        (path.parent.name, path.stem) for path in reports
    }
    for path in CASES:
        text = path.read_text(encoding="utf-8")
        assert f'name = "{path.stem}"' in text
        assert f'domain = "{path.parent.name}"' in text


def test_the_golden_scores_are_all_there() -> None:
    report = run_case(HERE / "cases" / "channel" / "golden-scores.toml")
    scores = [r["value"] for r in report.case.expect.records() if r["name"] == "score"]
    assert scores == ["2.2", "3.6", "7.0", "4.0", "7.0", "10.08", "1.8", "0", "5.5"]


# mismatches


def test_a_case_that_comes_out_says_so(file: Callable[..., Path]) -> None:
    report = run_case(file())
    report.confirm()
    assert (report.is_ok, report.checked, report.mismatches) == (True, 1, ())
    assert report.render("zh") == str(report) == f"相符 a-case（1 项）{report.case.path}"
    assert report.render("en") == f"ok a-case (1 values) {report.case.path}"


def test_every_mismatch_is_told_with_what_was_found(file: Callable[..., Path]) -> None:
    rows = (
        '["0017", "app", "score", "2.3"]',
        '["0017", "app", "uses", "2"]',
        '["0017", "hall", "rank", "1"]',
        '["0017", "", "first_choice", "hall"]',
        '["0017", "app", "is_tied", "true"]',
    )
    report = run_case(file(expecting(*rows)))
    assert [p.where for p in report.mismatches] == [f"$.expect.rows[{i}]" for i in (0, 2, 3, 4)]
    with pytest.raises(MismatchError) as caught:
        report.confirm()
    assert isinstance(caught.value, AssertionError)
    assert caught.value.problems == report.mismatches
    zh, en = report.render("zh").splitlines(), report.render("en").splitlines()
    assert zh[0].startswith("不符 a-case（5 项中 4 项）")
    assert en[0].startswith("NOT OK a-case (4 of 5 values)")
    assert zh[1].endswith("customer_id 0017, channel app, name score：应为 2.3，实为 2.2")
    assert en[2].endswith("channel hall, name rank: expected 1, found (nothing)")
    assert en[3].endswith("customer_id 0017, name first_choice: expected hall, found app")
    assert en[4].endswith("expected true, found false")


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ('["18", "app", "score", "1"]', ("customer_id '18'", "0017")),
        ('["0017", "ap", "score", "1"]', ("channel 'ap'", "did you mean app?")),
        ('["0017", "app", "scores", "1"]', ("name 'scores'", "did you mean score?")),
    ],
)
def test_a_value_that_there_is_not_is_a_mismatch(
    file: Callable[..., Path], row: str, words: tuple[str, str]
) -> None:
    report = run_case(file(expecting(row)))
    (problem,) = report.mismatches
    assert problem.code == "no_such_value"
    assert all(word in problem.render("en") for word in words)
    assert "可用" in problem.render("zh")


def test_a_tolerance_stands_in_place_of_the_decimals(file: Callable[..., Path]) -> None:
    columns = ('"name", "value"]', '"name", "value", "tolerance"]')
    near = '["0017", "app", "score", "2.15", "0.05"]'
    exact = '["0017", "app", "stock", "2", ""]'
    far = '["0017", "app", "latent", "1", "0.5"]'
    report = run_case(file(columns, expecting(near, exact, far)))
    assert [p.where for p in report.mismatches] == ["$.expect.rows[2]"]


# comparing


@pytest.mark.parametrize(
    ("found", "expected", "is_same"),
    [
        (np.float32(10.08), "10.08", True),
        (np.float32(10.08), "10.080", True),
        (np.float32(10.08), "10.1", True),
        (np.float32(10.08), "10.07", False),
        (6 * 1.2, "7.2", True),
        (2.5, "3", True),
        (2.4999, "2", True),
        (-2.5, "-3", True),
        (1.005, "1.01", True),
        (Decimal("0.125"), "0.13", True),
        (7, "7.00", True),
        (np.int64(7), 7, True),
        (7, Decimal("7.0"), True),
        (10**18 + 1, str(10**18 + 1), True),
        (10**18 + 1, str(10**18), False),
        (120, "1.2E+2", True),
        (2.0, "two", False),
        (None, "", True),
        (None, "0", False),
        (0, "", False),
        (True, "true", True),
        (np.bool_(False), False, True),
        (True, "1", False),
        ("0100", "0100", True),
        ("0100", "100", False),
        ("app", "app", True),
        (date(2022, 6, 1), "2022-06-01", True),
        (float("nan"), "0", False),
        (float("inf"), "1", False),
    ],
)
def test_when_a_value_is_the_one_expected(found: object, expected: object, is_same: bool) -> None:
    assert agrees(found, expected) is is_same


@given(st.decimals(-1000, 1000, places=4), st.integers(0, 3))
def test_half_up_at_the_decimals_written(value: Decimal, places: int) -> None:
    scaled = abs(value) * 10**places
    rounded = int(scaled + Decimal("0.5"))
    written = f"{Decimal(rounded).scaleb(-places).copy_sign(value):.{places}f}"
    assert agrees(value, written)
    assert agrees(float(value), written)
    step = Decimal(1).scaleb(-places)
    assert not agrees(value, str(Decimal(written) + step))


@given(st.decimals(-100, 100, places=3), st.decimals(0, 2, places=3))
def test_a_tolerance_is_inclusive(value: Decimal, tolerance: Decimal) -> None:
    assert agrees(value, str(value + tolerance), str(tolerance))
    assert not agrees(value, str(value + tolerance + Decimal("0.001")), str(tolerance))


def test_values_as_text_and_as_numbers() -> None:
    assert [as_text(v) for v in (None, True, np.float32(0.1), Decimal("1E+2"), "x")] == [
        *("", "true", "0.1", "100", "x")
    ]
    assert number_of(" 1.50 ") == Decimal("1.50")
    assert [number_of(v) for v in ("x", None, True, "NaN", date(2022, 6, 1))] == [None] * 5


# files that are no case


@pytest.mark.parametrize(
    ("change", "code", "where"),
    [
        (('format = "case/1"', 'format = "case/2"'), "not_allowed", "$.format"),
        (('domain = "channel"', 'domain = "chanel"'), "unknown_name", "$.domain"),
        (('domain = "channel"', "domain = 3"), "wrong_type", "$.domain"),
        (('source = "made up"', ""), "missing_key", "$.source"),
        (('as_of = "2022-06"', "as_of = 2022"), "wrong_type", "$.as_of"),
        (('as_of = "2022-06"', 'as_off = "2022-06"'), "unknown_name", "$.as_off"),
        (("[tables.contacts]", "[tables.contact]"), "unknown_name", "$.tables.contact"),
        (("[tables.contacts]", "[table.contacts]"), "unknown_name", "$.table"),
        (('["customer_id", "channel", "contacted_at"]', '"x"'), "not_a_table", "$.tables.contacts"),
        (
            ('["customer_id", "channel", "contacted_at"]', '["x", "x", "y"]'),
            "not_a_table",
            "$.tables.contacts",
        ),
        (('"2022-05-10"]', '"2022-05-10", ""]'), "bad_row", "$.tables.contacts.rows[0]"),
        (('"2022-06-10"]', "[]]"), "bad_row", "$.tables.contacts.rows[1]"),
        (("[expect]", "[expected]"), "not_a_table", "$.expect"),
        (('"name", "value"]', '"name", "vale"]'), "unknown_name", "$.expect.columns"),
        (expecting(), "nothing_expected", "$.expect.rows"),
        (
            expecting('["1", "app", "score", "1"]', '["1", "app", "score", "2"]'),
            "expected_twice",
            "$.expect.rows[1]",
        ),
        (
            ('as_of = "2022-06"', 'as_of = "2022-06"\nrulebook = 7'),
            "bad_rulebook",
            "$.rulebook",
        ),
        (("made up", "made\nup"), "syntax", "$"),
        (('name = "a-case"', 'name = "a"\nname = "b"'), "repeated_key", "$"),
    ],
)
def test_what_is_wrong_with_a_file_is_told_at_its_place(
    file: Callable[..., Path], change: tuple[str, str], code: str, where: str
) -> None:
    with pytest.raises(CaseError) as caught:
        run_case(file(change))
    assert (code, f"case.toml {where}") in {(p.code, p.where) for p in caught.value.problems}
    for lang in ("zh", "en"):
        assert "{" not in caught.value.render(lang)


def test_all_that_is_wrong_is_told_at_once(file: Callable[..., Path]) -> None:
    path = file(
        ('format = "case/1"', 'format = "case/2"'),
        ("[tables.contacts]", "[tables.contact]"),
        ('"name", "value"]', '"name", "vale"]'),
        ('as_of = "2022-06"', 'rulebook = "hebei"\nas_of = "2022-06"'),
    )
    with pytest.raises(CaseError) as caught:
        run_case(path)
    assert len(caught.value.problems) == 5  # the value column is unknown, and missing
    assert "did you mean 'contacts'?" in caught.value.render("en")
    assert "hebei-2022" in caught.value.render("zh")


@pytest.mark.parametrize(
    ("row", "tolerance"), [('"2.2", "x"', "x"), ('"app", "0.1"', "0.1"), ('"", "1"', "1")]
)
def test_a_tolerance_goes_with_numbers(file: Callable[..., Path], row: str, tolerance: str) -> None:
    columns = ('"name", "value"]', '"name", "value", "tolerance"]')
    with pytest.raises(CaseError) as caught:
        run_case(file(columns, expecting(f'["0017", "app", "score", {row}]')))
    (problem,) = caught.value.problems
    assert problem.code == "bad_tolerance"
    assert repr(tolerance) in problem.render("en")


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    for path in (tmp_path / "none.toml", tmp_path / "gbk.toml"):
        if path.name == "gbk.toml":
            path.write_bytes('name = "算例"'.encode("gbk"))
        with pytest.raises(CaseError) as caught:
            run_case(path)
        assert [p.code for p in caught.value.problems] == ["unreadable_case"]


def test_what_the_domain_refuses_is_raised_as_it_is(file: Callable[..., Path]) -> None:
    with pytest.raises(TableError):
        run_case(file(('"contacted_at"]', '"contacted"]')))
    with pytest.raises(TableError):
        run_case(file(('as_of = "2022-06"', 'as_of = "June"')))


def test_cells_may_be_toml_values(file: Callable[..., Path]) -> None:
    path = file(
        ('"2022-05-10"', "2022-05-10"),
        ('"2022-06-10"', "2022-06-10T08:00:00"),
        expecting('["0017", "app", "score", 2.20]', '["0017", "app", "is_tied", false]'),
    )
    run_case(path).confirm()
    again = file(expecting('["0017", "app", "score", 2.30]'))
    assert "expected 2.30, found 2.2" in run_case(again).render("en")


# rules of a case

CHANGES = '[rulebook.stock.points]\napp = 0.3\n[rulebook.bonus]\ncombine = "largest"\n\n[expect]'


def test_a_case_may_change_some_rules(file: Callable[..., Path]) -> None:
    report = run_case(file(("[expect]", CHANGES), expecting('["0017", "app", "score", "0.66"]')))
    report.confirm()
    book = report.case.rulebook
    assert (book.stock.points["app"], book.stock.points["hall"]) == (Decimal("0.3"), 1)
    assert (book.bonus.combine, book.bonus.provenance.status) == ("largest", "assumed")


def test_a_change_that_does_not_fit_the_rules_is_told_at_its_path(
    file: Callable[..., Path],
) -> None:
    changes = CHANGES.replace("largest", "most").replace("[rulebook.stock", "[rulebook.stok")
    with pytest.raises(CaseError) as caught:
        run_case(file(("[expect]", changes)))
    assert {p.where for p in caught.value.problems} == {
        *("case.toml $.rulebook.stok", "case.toml $.rulebook.bonus.combine")
    }


def test_a_case_may_name_its_rules(file: Callable[..., Path], tmp_path: Path) -> None:
    from powerchannel.rulebook import dumps, load_rulebook

    own = dumps(load_rulebook("hebei-2022")).replace('"factor":1.1', '"factor":1.15')
    (tmp_path / "own.json").write_text(own, encoding="utf-8")
    for named in ('rulebook = "own.json"', 'rulebook.base = "own.json"'):
        path = file(
            ('as_of = "2022-06"', f'as_of = "2022-06"\n{named}'),
            expecting('["0017", "app", "score", "2.3"]'),
        )
        run_case(path).confirm()
    path = file(('as_of = "2022-06"', 'as_of = "2022-06"\nrulebook = "hebei-2022"'))
    run_case(path).confirm()


# other domains join by a record


def doubled(case: Case) -> dict[tuple[str, ...], object]:
    """A domain of one table: each number twice, times a factor of the case."""
    factor = Decimal(str(case.details.get("factor", 1)))
    table = case.tables["numbers"].records()
    return {(str(r["id"]), "total"): number_of(r["number"]) * 2 * factor for r in table}


DOUBLING = CaseDomain(
    tables=("numbers",), key={"id": None, "period": "total"}, compute=doubled, keys=("factor",)
)
OTHERS = Registry(Text("业务域", "domain"), {"doubling": DOUBLING})
DOUBLE = """
format = "case/1"
domain = "doubling"
name = "doubling"
source = "made up"
factor = 10

[tables.numbers]
columns = ["id", "number"]
rows = [["a", "1.5"], ["b", "2"]]

[expect]
columns = ["id", "value"]
rows = [["a", "30.0"], ["b", "41"]]
"""


def test_another_domain_joins_by_a_record(file: Callable[..., Path]) -> None:
    path = file(text=DOUBLE)
    report = run_case(path, domains=CASE_DOMAINS.with_entry("doubling", DOUBLING))
    assert [p.where for p in report.mismatches] == ["$.expect.rows[1]"]
    assert report.case.rulebook is None
    assert report.case.details == {"factor": 10}
    with pytest.raises(CaseError, match="doubling"):
        run_case(path)
    with pytest.raises(CaseError) as caught:
        run_case(file(("factor = 10", "fact = 10"), text=DOUBLE), domains=OTHERS)
    assert "did you mean 'factor'?" in caught.value.render("en")


def test_a_table_by_columns_and_by_rows() -> None:
    table = CaseTable(columns=("a", "b"), rows=((1, Decimal("1.50")), ("x", date(2022, 6, 1))))
    assert table.arrays() == {"a": [1, "x"], "b": ["1.50", "2022-06-01"]}
    assert next(table.records()) == {"a": 1, "b": Decimal("1.50")}


# the command


def run(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, list[str], str]:
    code = main([str(word) for word in words])
    out, err = capsys.readouterr()
    return code, out.splitlines(), err


def test_a_line_for_each_case_and_a_summary(
    file: Callable[..., Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = file().rename(tmp_path / "good.toml")
    bad = file(expecting('["0017", "app", "score", "2.3"]'))
    assert run(capsys, good) == (0, [f"相符 a-case（1 项）{good}", "共 1 个算例，1 个相符"], "")
    code, lines, _ = run(capsys, tmp_path, good, "--lang", "en")
    assert code == 1
    assert lines[0] == f"NOT OK a-case (1 of 1 values) {bad}"
    assert lines[1].startswith("  $.expect.rows[0]: ")
    assert lines[2:] == [f"ok a-case (1 values) {good}", "2 cases, 1 ok"]


def test_a_case_that_cannot_be_run_is_told_and_the_others_go_on(
    file: Callable[..., Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file(('format = "case/1"', "format = 1")).rename(tmp_path / "a.toml")
    file(('"contacted_at"]', '"contacted"]')).rename(tmp_path / "b.toml")
    file()
    code, lines, _ = run(capsys, tmp_path)
    assert code == 1
    assert lines[0] == f"不能运行 {tmp_path / 'a.toml'}"
    assert lines[1].startswith("  a.toml $.format: ")
    assert f"不能运行 {tmp_path / 'b.toml'}" in lines
    assert lines[-1] == "共 3 个算例，1 个相符"


def test_a_wrong_command_is_told_apart(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, lines, err = run(capsys, tmp_path / "none.toml", tmp_path, "--lang", "en")
    assert (code, lines) == (2, [])
    assert len(err.splitlines()) == 2
    with pytest.raises(SystemExit) as caught:
        main([])
    assert caught.value.code == 2


def test_a_clerk_without_pytest_runs_the_module() -> None:
    folder = HERE / "cases" / "channel"
    program = (
        "import runpy, sys; sys.modules |= dict.fromkeys(['pytest', 'hypothesis']); "
        "runpy.run_module('powerchannel.testing', run_name='__main__')"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(folder)],
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},  # a terminal that knows no Chinese
    )
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == len(list(folder.glob("*.toml"))) + 1


# real events, from the command line


def test_real_events_are_scored_from_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    events = SHARED / "purchase" / "example_transactions.csv"
    if not events.exists():
        pytest.skip(f"{events} is not there; POWERCHANNEL_SHARED_DATA may name its folder")
    out = tmp_path / "scores.csv"
    words = """channel evaluate --rulebook hebei-2022 --as-of 2014-08 --lang en --ids integer
        --column customer_id=id --column contacted_at=date --set channel=app"""
    code = powerchannel([*words.split(), "--contacts", str(events), "--out", str(out)])
    told = capsys.readouterr().err
    assert code == 0, told
    assert re.search(r"contacts +15,273 +15,273 +0\b", told), told
    assert "1,003 of 15,273 rows equal an earlier row" in told
    scores = pd.read_csv(out, dtype={"customer_id": str}).set_index("customer_id")["score"]
    raw = pd.read_csv(events, dtype=str)
    expected = {i: s for i, s in _scored_by_hand(raw).items() if s}
    assert scores.index.tolist() == sorted(expected)
    np.testing.assert_array_equal(
        scores.to_numpy(np.float32), np.array([expected[i] for i in scores.index], np.float32)
    )
    case = run_case(HERE / "cases" / "channel" / "example-transactions.toml").case
    rows = {(r["customer_id"], r["contacted_at"]) for r in case.tables["contacts"].records()}
    theirs = raw[raw["id"].isin(["511", "537", "899"])]
    assert set(zip(theirs["id"], theirs["date"], strict=True)) == rows
    assert len(theirs) == len(case.tables["contacts"].rows)


def _scored_by_hand(raw: pd.DataFrame) -> dict[str, float]:
    """Score each id by the rules in plain words: one channel, no latent points, no complaint."""
    months = [f"2014-{month:02}" for month in range(3, 9)]
    found = {}
    for customer, dates in raw.groupby("id")["date"]:
        uses = [sum(day.startswith(month) for day in dates) for month in months]
        run = 0
        for n in reversed(uses):
            if not n:
                break
            run += 1
        total = float(sum(min(n, 31) for n in uses))
        is_frequent = total > 4
        total = total * (1.2 if run >= 3 else 1.1 if run == 2 else 1.0)
        found[str(customer)] = total * 1.4 if is_frequent else total
    return found
