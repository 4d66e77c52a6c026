from __future__ import annotations

import re
from pathlib import Path

import pytest

from powerchannel.rulebook import load_rulebook, rules

ROOT = Path(__file__).parents[1]
READMES = ["README.md", "README.zh-CN.md"]
COMMANDS = [
    "pip install . && python -m powerchannel demo\n",
    'pip install ".[test]" && python -m pytest -q\n',
]
SOURCES = (ROOT / "docs" / "sources.md").read_text(encoding="utf-8")


def blocks(name: str) -> list[tuple[str, str]]:
    text = (ROOT / name).read_text(encoding="utf-8")
    return re.findall(r"^```(\w*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def table_rows(text: str, first_cell: str) -> list[list[str]]:
    lines = (line.strip().strip("|") for line in text.splitlines() if line.startswith("|"))
    rows = [[cell.strip() for cell in line.split(" | ")] for line in lines]
    return [row for row in rows if re.fullmatch(first_cell, row[0])]


@pytest.mark.parametrize("readme", READMES)
def test_a_readme_shows_exactly_the_two_commands(readme: str) -> None:
    assert [block for language, block in blocks(readme) if language != "python"] == COMMANDS


@pytest.mark.parametrize("readme", READMES)
def test_the_examples_of_a_readme_give_the_numbers_they_say(
    readme: str, capsys: pytest.CaptureFixture[str]
) -> None:
    channel, billing, theft = [block for lang, block in blocks(readme) if lang == "python"]
    names: dict[str, float] = {}
    exec(channel, names)
    assert round(float(names["score"]), 5) == 3.6
    assert "3.6" in capsys.readouterr().out
    exec(billing, {})
    told = re.findall(r"# .*?([0-9][0-9,]*\.[0-9]{2})", billing)
    assert told
    printed = capsys.readouterr().out
    assert all(amount in printed for amount in told)
    exec(theft, names)
    assert round(float(names["lost"]), 2) == 126.12
    assert "126.1 kWh" in capsys.readouterr().out


def test_the_readmes_show_the_same_map() -> None:
    english, chinese = (
        [row[0] for row in table_rows((ROOT / readme).read_text(encoding="utf-8"), "`.*`.*")]
        for readme in READMES
    )
    assert english == chinese


def test_sources_lists_every_rule_with_its_status_and_clause() -> None:
    listed = {row[0].strip("`"): row[1:3] for row in table_rows(SOURCES, "`[^`]+`")}
    expected = {
        rule.id: [rule.provenance.status, rule.provenance.clause]
        for rule in rules(load_rulebook("hebei-2022"))
    }
    assert listed == expected


def test_sources_has_every_line_and_every_contradiction_of_the_study_once() -> None:
    assert [row[0] for row in table_rows(SOURCES, r"S0-\d+")] == [
        f"S0-{number:03d}" for number in (*range(1, 61), *range(89, 105))
    ]
    assert [row[0] for row in table_rows(SOURCES, r"S1-\d+")] == [
        f"S1-{number:03d}" for number in range(44, 49)
    ]
    assert [row[0] for row in table_rows(SOURCES, r"C\d+")] == [f"C{n}" for n in range(1, 17)]
    assert [row[0] for row in table_rows(SOURCES, r"T\d+")] == [f"T{n}" for n in range(1, 16)]


def test_sources_points_to_code_that_is_there() -> None:
    places = re.findall(r"`(powerchannel[\w.]*)`", SOURCES)
    assert places
    for place in places:
        path = ROOT / "src" / Path(*place.split("."))
        assert path.with_suffix(".py").is_file() or (path / "__init__.py").is_file(), place


def test_both_pages_on_the_score_work_the_same_cases() -> None:
    english, chinese = (
        [(row[0][:11], row[-1]) for row in table_rows(text, r"[0-9 ]{11}.*")]
        for text in (
            (ROOT / "docs" / folder / "channel-score.md").read_text(encoding="utf-8")
            for folder in ("explanation", "zh")
        )
    )
    assert english == chinese
    assert len(english) == 8
