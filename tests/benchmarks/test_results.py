"""Spreads, ratios within a round, goals; their tables and files."""

from __future__ import annotations

from pathlib import Path

import pytest
from attrs import evolve

from benchmarks import page, storing
from benchmarks.report import case_table, goal_table
from benchmarks.results import Goal, Measured, Result, Results, Spread


def measured(*cpu_s: float, peak_mb: float | None = None) -> tuple[Measured, ...]:
    return tuple(Measured(cpu_s=c, wall_s=2 * c, peak_mb=peak_mb) for c in cpu_s)


CASE = Result(
    name="some",
    title="Some case",
    facts={"count": 1000, "order": "random"},
    sides={"ours": measured(1, 2, 4), "peer": measured(3, 10, 8)},
)
RESULTS = Results(
    domain="channel",
    sizes="tiny",
    measured_on="2026-11-22",
    machine={"processor": "some", "cores": 2, "memory_gb": 0.5},
    versions={"python": "3.11"},
    cases=(CASE,),
)


def test_a_spread_is_lowest_median_and_highest() -> None:
    assert Spread.of([3, 1, 2, 10]) == Spread(1, 2.5, 10)
    assert str(Spread(0.5, 1.23456, 20)) == "1.23 (0.5 to 20)"
    assert Spread(1, 2, 3).scaled(10, shift=-1) == Spread(0, 10, 20)


def test_ratios_are_taken_within_a_round() -> None:
    assert CASE.ratio("peer", "ours") == Spread(2, 3, 5)  # not 8 over 2
    assert CASE.ratio("ours", "peer", "wall_s") == Spread(0.2, 1 / 3, 0.5)


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
        reached=Spread(0, reached, 100),
        aim=5,
        stretch=6,
        is_at_least=is_at_least,
    )
    assert goal.verdict == verdict
    assert goal.wanted == ("≥ 5 (6)" if is_at_least else "≤ 5 (6)")


def test_a_goal_without_stretch_is_met_or_not() -> None:
    goal = Goal(number=1, title="a", reached=Spread(3, 3, 3), aim=3)
    assert (goal.verdict, goal.wanted) == ("met", "≥ 3")
    assert "| 1 " in goal_table([goal])


def test_the_table_has_a_row_a_side() -> None:
    head, _, ours, peer = case_table(CASE).splitlines()
    assert head.split("|")[-2].strip() == "CPU over ours"
    assert "peak" not in head
    assert [cell.strip() for cell in ours.split("|")[1:-1]] == [
        "ours",
        "2 (1 to 4)",
        "4 (2 to 8)",
        "1 (1 to 1)",
    ]
    assert peer.endswith("| 3 (2 to 5)    |")


def test_peaks_are_shown_where_they_are_known() -> None:
    known = evolve(CASE, sides={"ours": measured(1, peak_mb=50)})
    assert "50 (50 to 50)" in case_table(known)


def test_results_are_kept_as_they_are(tmp_path: Path) -> None:
    storing.save(RESULTS, tmp_path / "some.json")
    assert storing.load(tmp_path / "some.json") == RESULTS


def test_the_page_shows_every_case_and_the_machine() -> None:
    text = page.render([RESULTS])
    assert "## channel, tiny" in text
    assert "`some`: count 1,000, order random." in text
    assert case_table(CASE) in text
    assert "| processor   | some" in text


def test_the_page_is_that_of_the_kept_results() -> None:
    written = page.PAGE.read_text(encoding="utf-8") if page.PAGE.exists() else None
    kept = storing.kept()
    assert written == (page.render(kept) if kept else None)


def test_without_results_there_is_no_page(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(storing, "KEPT", tmp_path)
    monkeypatch.setattr(page, "PAGE", tmp_path / "page.md")
    with pytest.raises(SystemExit, match="nothing is kept"):
        page.main()
    storing.save(RESULTS, tmp_path / "some.json")
    page.main()
    assert page.PAGE.read_text(encoding="utf-8") == page.render([RESULTS])
