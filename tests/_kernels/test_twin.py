"""The NumPy loop against plain Python and against the NumPy path of the rules, to the bit."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from loop_jobs import Job, jobs
from powerchannel._kernels import twin
from powerchannel._kernels.loops import Loops
from powerchannel._kernels.preference import Factors, choose, score
from powerchannel._kernels.rules import COMPLAINT, DISLIKE, LATENT, NO_CHOICE

NUMPY = Loops("numpy")


def bits(scores: NDArray[np.float32]) -> NDArray[np.uint32]:
    return scores.view(np.uint32)


@settings(max_examples=80)
@given(jobs(most=12))
def test_the_twin_equals_plain_python_and_touches_nothing_else(job: Job) -> None:
    (scores, first), (expected, choice) = job.run(NUMPY), job.by_hand()
    np.testing.assert_array_equal(bits(scores), bits(expected))
    np.testing.assert_array_equal(first, choice)


@settings(max_examples=80)
@given(jobs())
def test_the_twin_equals_the_general_path(job: Job) -> None:
    rows, rules = slice(job.start, job.stop), job.rules
    steps = dict(rules.streak)
    factors = Factors(
        points=np.array(rules.points),
        cap=rules.cap,
        streak=np.array([_factor(run, steps) for run in range(len(job.planes) + 1)]),
        is_any_run=False,
        grace=0,
        more_than=rules.more_than,
        frequency=rules.frequency,
        is_largest=rules.is_largest,
        complaint=np.array([1.0, rules.complaint]),
    )
    modifiers = job.modifiers[rows]
    found = score(
        np.stack([plane[rows] for plane in job.planes]),
        (modifiers & LATENT).astype(np.int64),
        ((modifiers & COMPLAINT) > 0).astype(np.int64),
        modifiers >= DISLIKE,
        factors,
    ).score
    scores, first = job.run(NUMPY)
    np.testing.assert_array_equal(bits(np.ascontiguousarray(scores[:, rows].T)), bits(found))
    choice = choose(found, np.array(rules.tie_order, np.intp), 0.5).first
    np.testing.assert_array_equal(np.where(choice < 0, NO_CHOICE, choice), first[rows])


def _factor(run: int, steps: dict[int, float]) -> float:
    return next((f for months, f in reversed(steps.items()) if run >= months), 1.0)


@given(jobs(most=3), st.integers(1, 4))
def test_blocks_change_nothing(job: Job, size: int) -> None:
    whole = job.run(NUMPY)
    usual, twin._BLOCK = twin._BLOCK, size
    try:
        parts = job.run(NUMPY)
    finally:
        twin._BLOCK = usual
    np.testing.assert_array_equal(whole[0], parts[0])
    np.testing.assert_array_equal(whole[1], parts[1])


@given(
    st.lists(st.tuples(st.integers(0, 6), st.integers(0, 7), st.integers(0, 255)), max_size=60),
    st.integers(0, 300),
    st.integers(7, 90),
)
def test_scatter_counts_like_plain_counting_up_to_the_limit(
    events: list[tuple[int, int, int]], more: int, customers: int
) -> None:
    events = events + events[:1] * more  # one cell may pass the limit
    columns = np.array(events, np.int64).reshape(-1, 3).T
    planes = [np.zeros((customers, 8), np.uint8) for _ in range(3)]
    counted = twin.scatter(
        columns[0].astype(np.int32),
        columns[1].astype(np.uint8),
        columns[2].astype(np.uint8),
        planes,
    )
    assert counted == sum(slot < 3 for _, _, slot in events)
    expected = Counter((slot, who, channel) for who, channel, slot in events if slot < 3)
    found = {
        (slot, int(who), int(channel)): int(plane[who, channel])
        for slot, plane in enumerate(planes)
        for who, channel in np.argwhere(plane)
    }
    assert found == {cell: min(n, 255) for cell, n in expected.items()}


@pytest.mark.parametrize(("code", "channel"), [(-1, 0), (2, 0), (0, 8)])
def test_an_event_of_no_customer_or_channel_is_refused(code: int, channel: int) -> None:
    planes = [np.zeros((2, 8), np.uint8)]
    event = np.array([code], np.int32), np.array([channel], np.uint8)
    with pytest.raises(ValueError, match="1 events"):
        twin.scatter(*event, np.array([0], np.uint8), planes)
    assert twin.scatter(*event, np.array([255], np.uint8), planes) == 0  # counts nowhere
    assert not planes[0].any()


def test_ids_get_codes_in_order_of_appearance() -> None:
    table = twin.IdTable()
    assert len(table) == 0
    assert table.keys().tolist() == []
    assert table.encode(np.array([7, -3, 7, 0])).tolist() == [0, 1, 0, -1]
    assert table.encode(np.array([0, 5, -3])).tolist() == [-1, 2, 1]
    assert (len(table), table.keys().tolist()) == (3, [7, -3, 5])
    assert table.encode(np.zeros(0, np.int64)).dtype == np.int32


@given(st.lists(st.integers(-(2**63), 2**63 - 1), max_size=50), st.integers(1, 64))
def test_a_shard_is_told_by_the_key_alone(keys: list[int], shards: int) -> None:
    column = np.array(keys, np.int64)
    found = twin.shard_of(column, shards)
    assert found.tolist() == [int(twin.shard_of(column[[i]], shards)[0]) for i in range(len(keys))]
    assert (found < shards).all()


def test_shards_share_the_customers_evenly() -> None:
    keys = 10**13 + np.arange(60_000)
    for shards in (2, 3, 7):
        counts = np.bincount(twin.shard_of(keys, shards).astype(np.int64), minlength=shards)
        assert counts.min() > 0.95 * counts.mean()
