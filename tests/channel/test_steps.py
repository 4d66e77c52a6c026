from __future__ import annotations

from itertools import pairwise
from random import Random

import numpy as np
import pandas as pd
import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from journeys_by_hand import CHANNELS, ROWS, RULES, TYPES, Row, by_hand, place, row, trace
from powerchannel.channel.journey import ASSUMED_RULES, JourneyRules
from powerchannel.channel.steps import Steps


@settings(max_examples=10)
@given(ROWS, RULES)
def test_steps_are_those_made_by_hand(rows: list[Row], rules: JourneyRules) -> None:
    instances, steps = by_hand(rows, rules), trace(rows, rules).steps
    told = [(contact, saved) for instance in instances for contact, saved in instance]
    assert len(steps) == len(told) == len(rows)
    assert steps.channel.tolist() == [place(CHANNELS, where) for (_, where, *_), _ in told]
    assert steps.business_type.tolist() == [place(TYPES, kind) for (*_, kind, _), _ in told]
    assert (np.diff(steps.at) / 1e6).tolist() == [
        (b[2] - a[2]).total_seconds() for (a, _), (b, _) in pairwise(told)
    ]
    assert steps.is_rescued.tolist() == [saved for _, saved in told]
    lengths = [len(instance) for instance in instances]
    assert (steps.ends - steps.starts + 1).tolist() == lengths
    assert steps.follows.tolist() == [at > 0 for length in lengths for at in range(length)]


@settings(max_examples=8)
@given(ROWS, st.randoms(use_true_random=False))
def test_the_order_of_rows_makes_no_difference(rows: list[Row], random: Random) -> None:
    one, other = trace(rows), trace(random.sample(rows, len(rows)))
    for table in ("instances", "paths", "transitions", "second_channels", "failure_switches"):
        pd.testing.assert_frame_equal(getattr(one, table), getattr(other, table))
    pd.testing.assert_frame_equal(one.summary, other.summary)


@settings(max_examples=8)
@given(ROWS)
def test_a_longer_gap_joins_and_never_parts(rows: list[Row]) -> None:
    counts = [len(trace(rows, evolve(ASSUMED_RULES, gap_days=days))) for days in (1, 3, 30)]
    assert counts == sorted(counts, reverse=True)


def rescued(*rows: Row) -> list[bool]:
    steps: Steps = trace(list(rows)).steps
    return steps.is_rescued[steps.is_failed].tolist()


@pytest.mark.parametrize(
    ("second", "is_switch"),
    [
        (row(1, "hotline"), True),
        (row(1 + 1e-6, "hotline"), False),
        (row(0, "hotline"), False),
        (row(1, "hall"), False),
        (row(0.5, "hotline", kind="consultation"), True),
        (row(0.5, "hotline", kind=None), True),
        (("17", *row(0.5, "hotline")[1:]), False),
    ],
)
def test_what_a_failure_switch_is(second: Row, is_switch: bool) -> None:
    assert rescued(row(0, "app", "failed"), second) == [is_switch]


def test_a_rescue_at_the_same_instant_does_not_hide_a_later_one() -> None:
    assert rescued(row(0, "app", "failed"), row(0, "hotline"), row(0.5, "hotline")) == [True]


def test_a_failed_call_is_no_failure_switch() -> None:
    assert rescued(row(0, "hotline", "failed"), row(0.5, "hotline")) == []
