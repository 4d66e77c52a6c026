"""Attacks on half hours, on homes made up here: who is learnt from, and what is judged."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.theft.quality import halfhourly as room
from benchmarks.theft.quality import load_classes
from benchmarks.theft.quality.data import Homes
from benchmarks.theft.quality.goals import goals
from benchmarks.theft.quality.halfhourly import (
    ALONE,
    CEILING,
    FIRST_DAYS,
    OWN_LIMIT,
    UNCHOSEN,
    halfhourly,
    homes_and_classes,
    plots,
)
from benchmarks.theft.quality.learners import BOOSTING, OURS
from benchmarks.theft.quality.sizes import Size

SMALL = Size(customers=160, repeats=1, seeds=1, trees=4)
COUNT, LATER = 6, 8


@pytest.fixture(scope="module")
def homes() -> Homes:
    rng = np.random.default_rng(1)
    days = FIRST_DAYS + LATER
    on = np.tile(np.arange("2013-01-01", "2013-02-06", dtype="datetime64[D]"), COUNT)
    energy = rng.gamma(2, 0.1, (COUNT * days, 48)).round(3) + 0.05
    return Homes(home=np.repeat(np.arange(COUNT), days), on=on, energy=energy)


def test_unseen_homes_are_ranked(homes: Homes) -> None:
    found = halfhourly(SMALL, homes)
    assert found.spread(OURS, "AUC").median > 0.8
    assert set(found.models) == {OURS, UNCHOSEN, OWN_LIMIT, ALONE, BOOSTING, CEILING}
    assert found.facts["days judged"] == COUNT * LATER
    assert {goal.number for goal in goals([found])} == {4}


def test_homes_and_classes_are_told_apart(homes: Homes) -> None:
    found = homes_and_classes(SMALL, homes, homes)
    assert found.facts["load classes"] == COUNT
    assert {"AUC", "AUC, homes", "DR at 1%, classes"} <= set(found.models[OURS][0])
    assert {goal.number for goal in goals([found])} == {4}


def test_classes_that_are_not_installed_are_left_out(
    homes: Homes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load_classes, "_PACKAGE", "no_such_package")
    assert "not installed" in homes_and_classes(SMALL, homes).left_out
    with pytest.raises(FileNotFoundError, match="not installed"):
        load_classes.load_classes()


def test_classes_are_read_from_where_the_package_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "classes_here" / load_classes._FILE
    file.parent.mkdir(parents=True)
    rows = [f"01.01.2016 00:00;{slot};0;{slot % 2}" for slot in range(2 * 96)]
    file.write_text("\n".join(["time;H0-A_pload;H0-A_qload;HS0_pload", *rows]), encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(load_classes, "_PACKAGE", "classes_here")
    assert load_classes.missing() == ""
    found = load_classes.load_classes()
    assert found.home.tolist() == [0, 0]
    assert found.on.astype(str).tolist() == ["2016-01-01", "2016-01-02"]
    assert found.energy[1, :2].tolist() == [96.5, 98.5]


def test_homes_are_held_against_their_own_first_weeks(homes: Homes) -> None:
    made = plots(homes, seed=0)
    assert made.tested.shape == (COUNT * LATER, 3 * room._ALONE)
    assert made.learnt.shape == (7, COUNT * 3, 3 * room._ALONE)
    assert np.isfinite(made.tested).all()
    assert np.isfinite(made.learnt).all()
    assert (made.number[made.learnable] % 3 == 0).all()
    assert 0.2 < (made.kind > 0).mean() < 0.8
    honest = made.learnable[made.kind[made.learnable] == 0]
    rows = np.isin(made.learnable, honest)
    np.testing.assert_array_equal(made.tested[honest], made.learnt[0, rows])


def test_other_months_share_no_day_with_what_is_judged(homes: Homes) -> None:
    made = plots(homes, seed=0)
    judged = np.zeros(len(made.home), np.int64)
    for learn, rest in room._other_months(made):
        judged[rest] += 1
        assert set(made.home[learn]) == set(made.home)
        for home in range(COUNT):
            here, there = (made.number[rows[made.home[rows] == home]] for rows in (rest, learn))
            assert np.abs(here[:, None] - there[None]).min() > 1
    assert (judged == 1).all()


def test_a_limit_of_ones_own_forgives_what_all_days_have(homes: Homes) -> None:
    made = plots(homes, seed=0)
    said = np.where(made.kind > 0, 0.5, 0.1) + made.home.astype(np.float64)
    own = room._by_own_limit(made, said)
    assert own[made.kind > 0].min() > own[made.kind == 0].max()
