"""Results of several runs in one file, and the page that shows them."""

from __future__ import annotations

from pathlib import Path

import pytest
from attrs import evolve

from benchmarks import page as pages
from benchmarks import storing
from benchmarks.results import Results
from benchmarks.theft.quality import __main__ as command
from benchmarks.theft.quality import page
from benchmarks.theft.quality.protocols import TESTS
from benchmarks.theft.quality.report import test_table as told
from benchmarks.theft.quality.results import Outcome, Outcomes, load, merged, save

TEDDY = Outcome(
    name="teddy",
    title="Some customers",
    facts={"customers": 2910, "folds": "5 x 5"},
    models={
        "powerchannel": ({"AUC": 0.94, "AP": 0.7}, {"AUC": 0.96, "AP": 0.8}),
        "other": ({"AUC": 0.5}, {"AUC": 0.7}),
    },
)
LEFT_OUT = Outcome(name="sgcc", title="sgcc", facts={}, models={}, left_out="no such folder")
RUN = Outcomes(
    sizes="small",
    measured_on="2026-11-22",
    machine={"processor": "some", "cores": 2},
    versions={"powerchannel": "1", "duckdb": "2"},
    tests=(TEDDY, LEFT_OUT),
)


def test_a_row_a_figure_and_a_column_a_model() -> None:
    lines = [[cell.strip() for cell in line.split("|")] for line in told(TEDDY).splitlines()]
    assert lines[:2] == [["- customers: 2,910"], ["- folds: 5 x 5"]]
    assert ["", "figure", "powerchannel", "other", ""] in lines
    assert ["", "AUC", "0.95 (0.94 to 0.96)", "0.6 (0.5 to 0.7)", ""] in lines
    assert ["", "AP", "0.75 (0.7 to 0.8)", "", ""] in lines
    assert told(LEFT_OUT) == "left out: no such folder"


def test_a_later_test_takes_the_place_of_the_same() -> None:
    again = evolve(TEDDY, title="Once more")
    later = evolve(RUN, measured_on="2026-12-01", tests=(again,))
    assert merged([RUN], later) == (evolve(RUN, tests=(LEFT_OUT,)), later)
    assert merged([later], later) == (later,)


def test_what_is_left_out_later_stays_as_it_was() -> None:
    done = evolve(RUN, tests=(evolve(TEDDY, name="sgcc"),))
    assert merged([done], RUN) == (done, evolve(RUN, tests=(TEDDY,)))
    assert merged([], RUN) == (RUN,)


def test_runs_are_kept_as_they_are(tmp_path: Path) -> None:
    later = evolve(RUN, measured_on="2026-12-01", tests=(TEDDY,))
    save([RUN, later], tmp_path / "some.json")
    assert load(tmp_path / "some.json") == (RUN, later)
    assert load(tmp_path / "nothing.json") == ()


def test_the_command_adds_to_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made = {
        "teddy": ("", lambda _: TEDDY),
        "causes": ("", lambda size: evolve(TEDDY, name="causes", facts={"seeds": size.seeds})),
    }
    monkeypatch.setattr(command, "TESTS", made)
    out = tmp_path / "some.json"
    for name in made:
        chosen = ["--sizes", "tiny", "--test", name, "--repeats", "3", "--out", str(out)]
        assert command.main(chosen) == 0
    runs = load(out)
    assert [[test.name for test in run.tests] for run in runs] == [["teddy"], ["causes"]]
    assert runs[1].tests[0].facts == {"seeds": 3}
    assert "NOT met" in capsys.readouterr().out


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(storing, "KEPT", tmp_path)
    monkeypatch.setattr(page, "PAGE", tmp_path / "benchmarks-theft.md")
    return tmp_path


def test_the_page_shows_goals_tests_and_what_was_left_out(kept: Path) -> None:
    assert kept.exists()
    text = page.render([RUN])
    assert "1 of 2 aims are met. Goals met in part: 2." in text
    assert "`teddy`: Measured on 2026-11-22: some processor, 2 cores; powerchannel 1." in text
    assert "## Some customers\n\n`teddy`: Measured on 2026-11-22" in text
    assert told(TEDDY) in text
    assert "left out: no such folder" in text
    assert "What bounds" not in text


def test_tests_stand_in_the_order_of_the_command(kept: Path) -> None:
    assert kept.exists()
    names = [name for name in TESTS if name != "teddy"]
    runs = [
        evolve(RUN, tests=(evolve(LEFT_OUT, name=name, title=f"Test {name}"),))
        for name in reversed(names)
    ]
    text = page.render(runs)
    places = [text.index(f"## Test {name}") for name in names]
    assert places == sorted(places)


def test_the_page_is_written_with_the_other_and_its_note_is_asked_for(
    kept: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(pages, "PAGE", kept / "benchmarks.md")
    speed = Results(domain="channel", sizes="tiny", measured_on="", machine={}, versions={})
    storing.save(speed, kept / "channel-tiny.json")
    pages.main()
    assert not page.PAGE.exists()
    save([RUN], kept / "theft-quality-small.json")
    pages.main()
    assert page.PAGE.read_text(encoding="utf-8") == page.render([RUN])
    assert "theft-quality-small.md" in capsys.readouterr().err
    (kept / "theft-quality-small.md").write_text("Goal 2.", encoding="utf-8")
    pages.main()
    assert capsys.readouterr().err == ""


def test_the_note_stands_under_the_goals(kept: Path) -> None:
    (kept / "theft-quality-small.md").write_text("Goal 2: few customers.\n", encoding="utf-8")
    lines = page.render([RUN]).splitlines()
    note = lines.index("Goal 2: few customers.")
    assert lines[note - 2] == "## What bounds the goals"
    assert lines.index("## Goals") < note < lines.index("## Some customers")


def test_the_page_is_that_of_the_kept_results() -> None:
    runs = page.kept()
    written = page.PAGE.read_text(encoding="utf-8") if page.PAGE.exists() else None
    assert written == (page.render(runs) if runs else None)
