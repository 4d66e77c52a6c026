"""The tests of detection, on customers made up here: what is measured, and that nothing leaks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from benchmarks.theft.quality import __main__ as command
from benchmarks.theft.quality import protocols
from benchmarks.theft.quality.daily import MODIFIED, mixture
from benchmarks.theft.quality.data import VARIABLE, Customers, Indicators
from benchmarks.theft.quality.goals import goals
from benchmarks.theft.quality.learners import BOOSTING, OURS
from benchmarks.theft.quality.measures import (
    detection,
    difference,
    flagged,
    flags,
    ranking,
    recovered,
)
from benchmarks.theft.quality.results import load

SMALL = protocols.Size(customers=160, repeats=1, seeds=1, trees=4)
ON = np.arange("2014-01-01", "2014-01-27", dtype="datetime64[D]")


@pytest.fixture(scope="module")
def customers() -> Customers:
    rng = np.random.default_rng(0)
    energy = rng.gamma(3, 2, (400, 26)).round(2)
    is_theft = rng.uniform(size=400) < 0.15
    energy[is_theft, 10:] *= 0.3
    return Customers(energy=energy, on=ON, is_theft=is_theft)


def test_rankings_are_measured_and_goals_are_judged(customers: Customers) -> None:
    found = protocols.sgcc(SMALL, customers)
    assert {len(splits) for splits in found.models.values()} == {5}
    assert found.spread(OURS, "AUC").median > 0.7
    assert {goal.title.split(":")[0] for goal in goals([found])} == {
        "AUC",
        "AP",
        "P@100",
        "ECE",
        "Brier skill",
    }


def test_shuffled_labels_are_not_learnt(customers: Customers) -> None:
    rng = np.random.default_rng(5)
    mixed = Customers(energy=customers.energy, on=ON, is_theft=rng.permutation(customers.is_theft))
    found = protocols.sgcc(protocols.Size(customers=400, repeats=1, seeds=1, trees=4), mixed)
    assert found.spread(OURS, "AUC").median < 0.62


def test_file_order_is_shown_and_shuffled_away(customers: Customers) -> None:
    order = np.argsort(~customers.is_theft, kind="stable")
    sorted_ = Customers(energy=customers.energy[order], on=ON, is_theft=customers.is_theft[order])
    facts = protocols.sgcc(SMALL, sorted_).facts
    assert "file_order" in str(facts["leaks in file order"])
    assert "file_order" not in str(facts["leaks when shuffled"])


def test_a_readable_card_cannot_beat_the_findings_of_equal_rows() -> None:
    rng = np.random.default_rng(2)
    values = rng.integers(0, 5, (300, 3)).astype(float)
    is_theft = rng.uniform(size=300) < values.sum(axis=1) / 20
    found = protocols.teddy(SMALL, Indicators(values=values, is_theft=is_theft))
    ours = found.spread(OURS, "AUC").median
    assert 0.6 < ours < found.spread("the findings of equal rows", "AUC").median
    assert {goal.number for goal in goals([found])} == {2}


def test_injected_attacks_are_ranked_and_recovered(customers: Customers) -> None:
    found = protocols.daily(SMALL, customers)
    assert found.spread("h1 to h5 known", "AUC h1-h5").median == 1
    assert 0 <= found.spread(f"{OURS}, expected kWh", "recovered").median <= 1
    assert {goal.number for goal in goals([found])} == {3, 5}


def test_modified_attacks_are_told_and_not_judged(customers: Customers) -> None:
    found = protocols.modified(SMALL, customers)
    assert found.spread("t1 to t5 known", "AUC t1-t5").median == 1
    assert {f"AUC {kind}" for kind in MODIFIED} & found.models[OURS][0].keys()
    assert "h1 to h5 known" not in found.models
    assert goals([found]) == []


def test_a_budget_is_spent_on_all_quarters_together(customers: Customers) -> None:
    level = np.random.default_rng(3).lognormal(0, 2, (400, 1))
    levels = Customers(energy=customers.energy * level, on=ON, is_theft=customers.is_theft)
    size = protocols.Size(customers=400, repeats=1, seeds=1, trees=4)
    found = protocols.groups(size, levels)
    for name in (OURS, BOOSTING):
        quarters = [f"{name}, {title} use" for title in ("least", "less", "more", "most")]
        rates, thieves = (
            np.mean([found.spread(quarter, figure).median for quarter in quarters])
            for figure in ("flagged", "thieves")
        )
        assert rates == pytest.approx(5 / 400)  # one of each fold of 80
        assert thieves == pytest.approx(customers.is_theft.mean())


def test_flags_are_counted_among_thieves_and_honest() -> None:
    suspicion = np.array([0.1, 0.9, 0.5, 0.8])
    assert flagged(suspicion, 0.5).tolist() == [False, True, False, True]
    found = flags(np.array([True, True, False, False]), flagged(suspicion, 0.5))
    assert found == {
        "flagged": 0.5,
        "flagged of the honest": 0.5,
        "flagged of thieves": 0.5,
        "thieves": 0.5,
    }


@given(st.integers(0, 50))
def test_a_mixture_is_honest_before_the_attack_and_as_it_was_drawn(seed: int) -> None:
    rng = np.random.default_rng(seed)
    energy = rng.gamma(3, 2, (60, 26)).round(2)
    energy[:10, ::2] = 0
    plot = mixture(energy, customers=50, share=0.2, seed=seed)
    assert len(plot.used) == 50
    assert plot.is_theft.sum() == 10
    days = np.arange(26)
    before = days[None] < plot.started[:, None]
    assert (plot.reported[before] == plot.used[before]).all()
    assert ((plot.started[plot.is_theft] >= 7) & (plot.started[plot.is_theft] <= 19)).all()
    reducing = (plot.kind >= 1) & (plot.kind <= 3)
    assert (plot.reported[reducing] <= plot.used[reducing]).all()
    assert (plot.stolen[~plot.is_theft] == 0).all()


@given(st.lists(st.floats(-1, 1), min_size=2, max_size=10), st.floats(0.1, 1))
def test_the_corrected_interval_is_wider_than_the_plain_one(
    gaps: list[float], tested: float
) -> None:
    found = difference(gaps, np.zeros(len(gaps)).tolist(), tested=tested)
    plain = difference(gaps, np.zeros(len(gaps)).tolist(), tested=0.0)
    assert found.mean == pytest.approx(np.mean(gaps))
    assert found.high - found.low >= plain.high - plain.low
    wider = np.sqrt(1 + tested * len(gaps))
    assert found.high - found.low == pytest.approx((plain.high - plain.low) * wider, abs=1e-9)


def test_figures_of_rankings() -> None:
    is_theft = np.arange(1000) < 200
    perfect: NDArray[np.float64] = -np.arange(1000.0)
    assert ranking(is_theft, perfect) == {"AUC": 1.0, "AP": 1.0, "P@100": 1.0}
    assert detection(is_theft, perfect) == {"AUC": 1.0, "DR at 11%": 1.0, "DR at 1%": 1.0}
    stolen = np.r_[np.arange(20.0), np.zeros(980)]
    assert recovered(stolen, stolen) == 1
    assert recovered(stolen, -stolen) == 0


def test_what_is_not_there_is_left_out_visibly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    out = tmp_path / "some.json"
    assert command.main(["--sizes", "tiny", "--test", "sgcc", "--out", str(out)]) == 0
    assert "left out: POWERCHANNEL_SHARED_DATA names no folder" in capsys.readouterr().out
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    assert command.main(["--sizes", "tiny", "--test", "teddy"]) == 0
    assert "teddy_model.xls is not there" in capsys.readouterr().out
    assert load(out)[0].tests[0].left_out
