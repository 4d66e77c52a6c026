"""The command: what it measures, prints and keeps."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import __main__ as command
from benchmarks import cases
from benchmarks.runner import AnswersDifferError
from benchmarks.storing import load


def run(home: Path, *arguments: str) -> int:
    return command.main(["channel", "--sizes", "tiny", "--data", str(home), *arguments])


def test_a_case_is_measured_and_kept_where_asked(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "some.json"
    assert run(home, "--case", "memory-random-*", "--repeats", "2", "--out", str(out)) == 0
    (case,) = load(out).cases
    assert case.name == "memory-random-1e4"
    assert {len(rounds) for rounds in case.sides.values()} == {2}
    assert "CPU in memory: DuckDB over ours" in capsys.readouterr().out


def test_single_cases_do_not_replace_what_is_kept(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "KEPT", tmp_path)
    assert run(home, "--case", "memory-sorted-1e4") == 0
    assert list(tmp_path.iterdir()) == []


def test_a_side_that_is_left_out_is_told(
    home: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(cases, "find_spec", lambda _: None)
    out = tmp_path / "some.json"
    chosen = ["billing", "--sizes", "tiny", "--case", "profiles", "--data", str(home)]
    assert command.main([*chosen, "--out", str(out)]) == 0
    told = "left out: PySAM Utilityrate5; PySAM is not installed"
    assert told in capsys.readouterr().out
    assert "PySAM Utilityrate5" not in load(out).case("profiles").sides


def test_what_was_learnt_of_the_input_is_told_and_kept(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "some.json"
    chosen = ["billing", "--sizes", "tiny", "--case", "mixed-100", "--data", str(home)]
    assert command.main([*chosen, "--out", str(out)]) == 0
    facts = load(out).case("mixed-100").facts
    assert {"billed by columns", "left, and why"} <= set(facts)
    assert f"billed by columns {facts['billed by columns']}, " in capsys.readouterr().out


def test_an_unknown_case_is_a_wrong_command(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(home, "--case", "nothing") == 2
    assert "no case is called ['nothing']" in capsys.readouterr().err


def test_nothing_is_kept_when_answers_differ(
    home: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def measure(*_: object, **__: object) -> None:
        raise AnswersDifferError("some: b and a differ in scores")

    monkeypatch.setattr(command, "measure_case", measure)
    out = tmp_path / "some.json"
    assert run(home, "--case", "memory-sorted-1e4", "--out", str(out)) == 1
    assert "b and a differ in scores" in capsys.readouterr().err
    assert not out.exists()
