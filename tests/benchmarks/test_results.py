"""Spreads, ratios within a round, goals; their tables and files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from attrs import evolve

from benchmarks import page, storing
from benchmarks.channel import goals
from benchmarks.report import case_table, goal_table
from benchmarks.results import Goal, Measured, Result, Results, Spread


def measured(
    *cpu_s: float, wall_s: Sequence[float] = (), peak_mb: float | None = None
) -> tuple[Measured, ...]:
    walls = wall_s or [2 * c for c in cpu_s]
    rounds = zip(cpu_s, walls, strict=True)
    return tuple(Measured(cpu_s=c, wall_s=w, peak_mb=peak_mb) for c, w in rounds)


CASE = Result(
    name="some",
    title="Some case",
    facts={"count": 1000, "order": "random"},
    sides={"ours": measured(1, 2, 4), "peer": measured(3, 10, 8, wall_s=(2, 4, 32))},
)
RESULTS = Results(
    domain="channel",
    sizes="tiny",
    measured_on="2026-11-22",
    machine={"processor": "some", "cores": 2, "memory_gb": 0.5},
    versions={"python": "3.11", "pandas": "3"},
    cases=(CASE,),
)


def test_a_spread_is_lowest_median_and_highest() -> None:
    assert Spread.of([3, 1, 2, 10]) == Spread(1, 2.5, 10)
    assert str(Spread(0.5, 1.23456, 20)) == "1.23 (0.5 to 20)"
    assert str(Spread(99.94, 1234.5, 12_345_678)) == "1,234 (99.9 to 12,345,678)"
    assert Spread(1, 2, 3).scaled(10, shift=-1) == Spread(0, 10, 20)


def test_ratios_are_taken_within_a_round() -> None:
    assert CASE.ratio("peer", "ours") == Spread(2, 3, 5)  # not 8 over 2
    assert CASE.ratio("ours", "peer", "wall_s") == Spread(0.25, 1, 1)


def test_an_unknown_figure_has_no_spread() -> None:
    assert CASE.spread("ours", "peak_mb") is None
    assert CASE.spread("ours", "wall_s") == Spread(2, 4, 8)


@pytest.mark.parametrize(
    ("reached", "is_at_least", "verdict"),
    [
        (4.9, True, "NOT met"),
        (5, True, "met"),
        (6, True, "stretch met"),
        (6.1, False, "NOT met"),
        (6, False, "stretch met"),
    ],
)
def test_a_goal_is_judged_by_the_median(reached: float, is_at_least: bool, verdict: str) -> None:
    goal = Goal(
        number=1,
        title="a",
        case="some",
        reached=Spread(0, reached, 100),
        aim=5,
        stretch=6,
        is_at_least=is_at_least,
    )
    assert goal.verdict == verdict
    assert goal.wanted == ("≥ 5 (6)" if is_at_least else "≤ 5 (6)")


def test_a_goal_without_stretch_is_met_or_not() -> None:
    goal = Goal(number=1, title="a", case="some", reached=Spread(3, 3, 3), aim=3)
    assert (goal.verdict, goal.wanted) == ("met", "≥ 3")
    row = goal_table([goal]).splitlines()[-1]
    assert [cell.strip() for cell in row.split("|")[1:-1]] == [
        "1",
        "a",
        "`some`",
        "3 (3 to 3)",
        "≥ 3",
        "met",
    ]


def test_the_table_has_a_row_a_side() -> None:
    head, _, ours, peer = case_table(CASE).splitlines()
    assert [cell.strip() for cell in head.split("|")[-3:-1]] == ["CPU over ours", "wall over ours"]
    assert "peak" not in head
    assert [cell.strip() for cell in ours.split("|")[1:-1]] == [
        "ours",
        "2 (1 to 4)",
        "4 (2 to 8)",
        "1 (1 to 1)",
        "1 (1 to 1)",
    ]
    assert peer.endswith("| 3 (2 to 5)    | 1 (1 to 4)     |")


def test_peaks_are_shown_where_they_are_known() -> None:
    known = evolve(CASE, sides={"ours": measured(1, peak_mb=50)})
    assert "50 (50 to 50)" in case_table(known)


def test_results_are_kept_as_they_are(tmp_path: Path) -> None:
    storing.save(RESULTS, tmp_path / "some.json")
    assert storing.load(tmp_path / "some.json") == RESULTS


def judged(wall_s: float) -> Results:
    """Return results that judge goals 5 and 6; two threads take so long beside two copies' 2 s."""
    name, copies = "powerchannel, 2 threads", "powerchannel, 2 copies at once"
    sides = {"powerchannel": measured(2), name: measured(2, wall_s=[wall_s])}
    many = Result(name="month-of-many", title="Many", facts={"customers": 1000}, sides=sides)
    two = Result(name="threads", title="Two", facts={}, sides={**sides, copies: measured(1)})
    return evolve(RESULTS, cases=(many, two))


def test_the_page_shows_every_case_and_the_machine() -> None:
    text = page.render([RESULTS])
    assert "## channel, tiny" in text
    assert "Measured on 2026-11-22: some processor, 2 cores, 0.5 GB of memory; pandas 3." in text
    assert "python -m benchmarks channel --sizes tiny" in text
    assert "`some`: count 1,000, order random; 3 rounds." in text
    assert case_table(CASE) in text
    assert "| processor   | some" in text
    assert "| memory [GB] | 0.5" in text


@pytest.mark.parametrize(
    ("wall_s", "summary"),
    [
        (1, "2 of 2 aims are met."),
        (1.5, "1 of 2 aims are met. Goals not met: 6."),
        (3, "0 of 2 aims are met. Goals not met: 5, 6."),
    ],
)
def test_the_page_says_which_goals_are_met(wall_s: float, summary: str) -> None:
    results = judged(wall_s)
    text = page.render([results])
    assert f"\n{summary}\n" in text
    assert goal_table(goals(results)) in text


def test_a_goal_is_met_in_part_where_some_of_its_aims_are() -> None:
    sides = {
        "powerchannel": measured(1),
        "powerchannel, NumPy twin": measured(5),
        "Polars, streaming engine": measured(10),
        "DuckDB": measured(20),
    }
    case = evolve(CASE, name="memory-random-1e4", sides=sides)
    text = page.render([evolve(RESULTS, cases=(case,))])
    assert "\n2 of 4 aims are met. Goals met in part: 2.\n" in text


def test_a_note_beside_the_results_stands_under_the_goals(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(storing, "KEPT", tmp_path)
    assert "What bounds the goals" not in page.render([judged(3)])
    (tmp_path / "channel-tiny.md").write_text("Goal 5: writing.\n", encoding="utf-8")
    lines = page.render([judged(3)]).splitlines()
    note = lines.index("Goal 5: writing.")
    assert lines[note - 2] == "### What bounds the goals not met: channel, tiny"
    assert lines.index("### Goals: channel, tiny") < note < lines.index("### Many")


def test_a_note_that_is_missing_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(storing, "KEPT", tmp_path)
    monkeypatch.setattr(page, "PAGE", tmp_path / "page.md")
    asked = []
    for wall_s in (1, 3):
        storing.save(judged(wall_s), tmp_path / "channel-tiny.json")
        page.main()
        asked.append("channel-tiny.md" in capsys.readouterr().err)
    (tmp_path / "channel-tiny.md").write_text("Goal 5: writing.", encoding="utf-8")
    page.main()
    assert [*asked, bool(capsys.readouterr().err)] == [False, True, False]


def test_the_page_is_that_of_the_kept_results() -> None:
    written = page.PAGE.read_text(encoding="utf-8") if page.PAGE.exists() else None
    kept = storing.kept()
    assert written == (page.render(kept) if kept else None)


def test_other_results_lie_beside_those_of_domains(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(storing, "KEPT", tmp_path)
    storing.save(RESULTS, tmp_path / "channel-tiny.json")
    (tmp_path / "theft-quality-small.json").write_text("[]", encoding="utf-8")
    assert storing.kept() == [RESULTS]


def test_without_results_there_is_no_page(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(storing, "KEPT", tmp_path)
    monkeypatch.setattr(page, "PAGE", tmp_path / "page.md")
    with pytest.raises(SystemExit, match="nothing is kept"):
        page.main()
    storing.save(RESULTS, tmp_path / "channel-tiny.json")
    page.main()
    assert page.PAGE.read_text(encoding="utf-8") == page.render([RESULTS])
