from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from powerchannel.learn import brier_skill, expected_calibration_error, flag_rates, reliability

ROWS = st.lists(st.tuples(st.booleans(), st.integers(0, 20)), min_size=1, max_size=60)


@given(ROWS, st.integers(1, 12))
def test_groups_hold_every_row_once_and_ties_together(
    rows: list[tuple[bool, int]], bins: int
) -> None:
    found, said = zip(*rows, strict=True)
    table = reliability(found, np.array(said) / 20, bins=bins)
    assert table["rows"].sum() == len(rows)
    assert len(table) <= bins
    assert (np.diff(table["said"]) > 0).all()
    assert (table["found"] * table["rows"]).sum() == pytest.approx(sum(found))
    error = expected_calibration_error(found, np.array(said) / 20, bins=bins)
    assert 0 <= error <= 1


@given(ROWS, st.integers(1, 4))
def test_a_weight_is_so_many_rows(rows: list[tuple[bool, int]], times: int) -> None:
    found, said = (np.array(column) for column in zip(*rows, strict=True))
    one = expected_calibration_error(found, said / 20, weights=np.full(len(rows), times), bins=1)
    many = expected_calibration_error(np.tile(found, times), np.tile(said / 20, times), bins=1)
    assert one == pytest.approx(many)


def test_what_was_drawn_from_the_probabilities_is_calibrated() -> None:
    rng = np.random.default_rng(0)
    said = rng.beta(0.5, 4, 60_000)
    found = rng.uniform(size=len(said)) < said
    assert expected_calibration_error(found, said) < 0.01
    assert expected_calibration_error(found, said / 2) > 0.04
    assert brier_skill(found, said) > brier_skill(found, said / 2) > 0


def test_saying_the_mean_has_no_skill_and_worse_than_that_is_negative() -> None:
    found = [0, 0, 0, 1]
    assert brier_skill(found, [0.25] * 4) == pytest.approx(0)
    assert brier_skill(found, [0.9] * 4) < 0
    assert brier_skill(found, found) == 1
    assert brier_skill([0, 1], [0.2, 0.2], weights=[4, 1]) == pytest.approx(0)


@pytest.mark.parametrize(
    ("found", "said", "message"),
    [
        ([0, 1], [0.5], "1 probabilities"),
        ([], [], "a row at least"),
        ([0, 1], [0.5, 1.5], "between 0 and 1"),
        ([0, 1], [0.5, np.nan], "between 0 and 1"),
    ],
)
def test_what_is_no_probability_is_refused(
    found: list[int], said: list[float], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        reliability(found, said)


def test_skill_needs_both_outcomes() -> None:
    with pytest.raises(ValueError, match="rows of both"):
        brier_skill([1, 1], [0.5, 0.6])


def test_flag_rates_by_group_stand_beside_all() -> None:
    groups = ["shop"] * 100 + ["home"] * 300
    flags = np.r_[np.ones(30), np.zeros(70), np.ones(10), np.zeros(290)]
    outcomes = np.r_[np.ones(6), np.zeros(4), np.full(390, np.nan)]
    table = flag_rates(groups, flags, outcomes).set_index("group")
    assert table["rate"].to_dict() == {"home": pytest.approx(1 / 30), "shop": 0.3}
    assert table["beside_all"]["shop"] == pytest.approx(3)
    assert ((table["low"] < table["rate"]) & (table["rate"] < table["high"])).all()
    assert table[["inspected", "hits"]].loc["shop"].tolist() == [10, 6]
    assert table[["inspected", "hits"]].loc["home"].tolist() == [0, 0]


def test_nobody_flagged_is_beside_nothing() -> None:
    table = flag_rates(["a", "b"], [0, 0])
    assert table["beside_all"].isna().all()
    assert table["low"].tolist() == [0, 0]


@pytest.mark.parametrize(("flags", "outcomes"), [([1], None), ([1, 0], [1.0])])
def test_one_of_each_a_customer(flags: list[int], outcomes: list[float] | None) -> None:
    with pytest.raises(ValueError, match="one a customer"):
        flag_rates(["a", "b"], flags, outcomes)
