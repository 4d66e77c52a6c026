from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.metadata import version

import pytest

EVALUATE = "channel evaluate --contacts contacts.csv --as-of 2022-03 --out out.csv"


def test_json_errors_are_one_document_on_stderr(run, write, dirty):
    write("客户编号,渠道\n1,app\n")
    code, out, err = run(EVALUATE, "--json")
    document = json.loads(err)
    assert (code, out) == (1, "")
    assert (document["ok"], document["exit_code"], document["error"]) == (False, 1, "TableError")
    (problem,) = document["problems"]
    assert (problem["code"], problem["where"]) == ("missing_column", "contacts.contacted_at")
    code, _, err = run("channel evaluate --json")
    assert (code, json.loads(err)["exit_code"], json.loads(err)["error"]) == (2, 2, "UsageError")
    write(dirty)
    _, _, err = run(EVALUATE, "--json", "--strict")
    assert json.loads(err)["error"] == "StrictError"


def test_json_of_a_success_tells_counts_problems_and_origin(run, write, dirty):
    write(dirty)
    code, out, err = run(EVALUATE, "--json")
    document = json.loads(err)
    assert (code, out) == (0, "")
    assert (document["ok"], document["out"], document["rows"]) == (True, "out.csv", 3)
    assert document["origin"]["rulebook"] == "hebei-2022"
    assert len(document["problems"]) == 2


def test_progress_is_for_terminals_alone(run, write, monkeypatch):
    write()
    assert "\r" not in run(EVALUATE)[2]
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert "读取 contacts.csv" in run(EVALUATE)[2]
    assert "\r" not in run(EVALUATE, "--quiet")[2]
    assert json.loads(run(EVALUATE, "--json")[2])["ok"] is True


def test_a_terminal_without_chinese_gets_question_marks():
    done = subprocess.run(
        [sys.executable, "-m", "powerchannel", "rulebook", "check", "x"],
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith("[??] ")
    assert "hebei-2022" in done.stderr


def test_a_reader_who_leaves_is_no_error():
    with subprocess.Popen(
        [sys.executable, "-m", "powerchannel", "dictionary"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        process.stdout.close()
        _, err = process.communicate()
    assert (process.returncode, err) == (0, b"")


def test_python_m_powerchannel_tells_its_version():
    done = subprocess.run(
        [sys.executable, "-m", "powerchannel", "--version"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == f"powerchannel {version('powerchannel')}"


@pytest.mark.parametrize("words", ["--help", "channel --help", "rulebook --help", "demo --help"])
def test_help_exits_0(run, words):
    for lang in ("zh", "en"):
        code, out, _ = run(words, "--lang", lang)
        assert code == 0
        assert "usage: powerchannel" in out


@pytest.mark.parametrize("words", ["", "channel", "chanel check", "rulebook", "demo --customers 0"])
def test_an_unfinished_command_exits_2(run, words):
    code, out, err = run(words)
    assert (code, out) == (2, "")
    assert "--help" in err


def test_help_speaks_one_language(run):
    _, chinese, _ = run("channel evaluate --help")
    _, english, _ = run("channel evaluate --help --lang en")
    assert "截止月" in chinese
    assert "截止月" not in english
    assert "the month up to which" in english
