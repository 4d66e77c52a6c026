"""The batch and the reference give the same cells, whoever made which bill."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import pandas as pd
import pytest
from hypothesis import given, settings

import groups_at_random
from batch_as_reference import assert_same, state_of
from customers_at_random import AS_OF, frames, rulebook
from powerchannel.billing.batch import REASONS, bill
from powerchannel.billing.rules import Rulebook
from powerchannel.billing.state import State
from works_by_hand import one


@cache
def many() -> State:
    return state_of(frames(700, seed=20))


def test_random_customers_have_the_same_cells() -> None:
    found = assert_same(many(), rulebook(), AS_OF)
    batch = bill(many(), rulebook(), AS_OF)
    assert len(found) == len(batch.groups) == len(batch.left) + int(batch.is_billed.sum())
    assert batch.is_billed.sum() > len(found) / 3
    assert set(batch.why) <= set(REASONS)
    assert len(batch.why) > 8
    assert found.origin.path == "batch, reference"
    assert "by the reference" in found.origin.notes[-1]


@settings(max_examples=25)
@given(groups_at_random.frames(), groups_at_random.rulebooks())
def test_groups_of_all_kinds_have_the_same_cells(
    tables: Mapping[str, pd.DataFrame], book: Rulebook
) -> None:
    assert_same(state_of(tables), book, groups_at_random.AS_OF)


def test_what_int64_would_not_hold_goes_to_the_reference() -> None:
    state = state_of(one(reading="999999999", multiplier="999999"))
    assert bill(state, rulebook(), AS_OF).why == {"too_large": 1}
    assert_same(state, rulebook(), AS_OF)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"tariff": "no-such"}, "tariff"),
        ({"tariff": "zhejiang-residential-tiers"}, "price_missing"),
        ({"reading": "-1"}, "backwards"),
        ({"read_on": "2025-06-30"}, "readings"),
    ],
)
def test_why_a_group_is_left(changes: dict[str, str], why: str) -> None:
    state = state_of(one(**changes))
    found = bill(state, rulebook(), AS_OF)
    assert found.why == {why: 1}
    assert found.left == ("7",)
    assert assert_same(state, rulebook(), AS_OF).origin.path == "reference"
