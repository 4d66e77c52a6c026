"""The meter of an area: whose customers are tested on, and what is held beside ours."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.theft.quality.data import Customers
from benchmarks.theft.quality.goals import goals
from benchmarks.theft.quality.learners import OURS
from benchmarks.theft.quality.observer import (
    BALANCE,
    BEST,
    CORRELATION,
    NNLS,
    SETTINGS,
    observer,
    unseen,
)
from benchmarks.theft.quality.results import Outcome
from benchmarks.theft.quality.sizes import Size

DAYS = 26
KINDS = ("h1", "h2", "h3", "h4")


@pytest.fixture(scope="module")
def found() -> Outcome:
    rng = np.random.default_rng(0)
    use = rng.lognormal(2, 0.7, (400, 1)) * np.exp(rng.normal(0, 0.25, (400, DAYS)))
    customers = Customers(
        energy=use.round(2),
        on=np.arange("2014-01-01", "2014-01-27", dtype="datetime64[D]"),
        is_theft=np.zeros(400, np.bool_),
    )
    return observer(Size(customers=160, repeats=1, seeds=2, trees=1), customers)


def test_thieves_come_first_and_before_the_plain_signs(found: Outcome) -> None:
    ours = {kind: found.spread(OURS, f"AUC {kind}").median for kind in KINDS}
    assert min(ours["h1"], ours["h2"], ours["h4"]) > 0.9
    assert found.spread(OURS, "AUC").median > found.spread(BEST, "AUC").median
    assert found.spread(NNLS, "AUC h1").median > 0.85
    assert found.spread(CORRELATION, "AUC h2").median > 0.8
    assert found.spread(BALANCE, "AUC h2").median > 0.8


def test_the_better_of_two_is_so_each_time(found: Outcome) -> None:
    for kind in KINDS:
        plain = zip(
            *(found.figures(name, f"AUC {kind}") for name in (NNLS, CORRELATION)), strict=True
        )
        assert found.figures(BEST, f"AUC {kind}") == [max(pair) for pair in plain]


def test_what_was_not_learnt_on_is_told_and_not_judged(found: Outcome) -> None:
    away = [setting.title for setting in SETTINGS if setting.title]
    assert [name for name in found.models if name.startswith(f"{OURS}, ")] == [
        BALANCE,
        *(f"{OURS}, {title}" for title in away),
    ]
    judged = goals([found])
    assert len(judged) == 5
    assert all(goal.title.endswith(f": {OURS}") for goal in judged)


def test_noise_and_more_customers_make_it_harder(found: Outcome) -> None:
    learnt = found.spread(OURS, "AUC").median
    for setting in SETTINGS[1:4]:
        assert found.spread(f"{OURS}, {setting.title}", "AUC").median < learnt


def test_half_of_those_with_use_are_unseen_by_the_cards() -> None:
    energy = np.arange(1.0, 41)[:, None] * np.ones((40, DAYS))
    energy[:10, : DAYS // 2] = 0
    tested = unseen(energy)
    assert len(tested) == 15
    assert len(np.unique(tested[:, 0])) == 15
    assert tested.min() > 10
    np.testing.assert_array_equal(tested, unseen(energy))
