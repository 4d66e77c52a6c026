"""Counting some of the customers: numbers in order of appearance, planes that grow."""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from powerchannel._kernels.loops import Loops, available
from powerchannel.channel.shards import Cells, Names, Shard
from powerchannel.ids import Ids

ALL = [Loops(name) for name in available()]
MONTHS = 3

event = st.tuples(st.sampled_from([7, 11, 13, -1, -2]), st.integers(0, 7), st.integers(0, 3))
batch = st.tuples(st.lists(event, max_size=20), st.lists(st.integers(0, 19), max_size=5))


def cells(events: list[tuple[int, int, int]]) -> Cells:
    keys, columns, slots = zip(*events, strict=True) if events else ((), (), ())
    return Cells(
        np.array(keys, np.int64),
        np.array(columns, np.uint8),
        np.array([255 if s == MONTHS else s for s in slots], np.uint8),
    )


@given(st.lists(batch, max_size=5))
def test_batches_are_counted_as_by_hand(
    batches: list[tuple[list[tuple[int, int, int]], list[int]]],
) -> None:
    for loops in ALL:
        shard = Shard(loops, MONTHS)
        uses: Counter[tuple[int, int, int]] = Counter()
        seen: Counter[tuple[int, int, int]] = Counter()
        order: dict[int, int] = {}
        for events, picked in batches:
            shown = [events[i] for i in picked if i < len(events)]  # evidence is of these contacts
            counted = shard.add(cells(events), cells(shown))
            assert counted == sum(slot < MONTHS for _, _, slot in events)
            for key, _, _ in events:
                order.setdefault(key, len(order))
            uses.update((order[k], c, s) for k, c, s in events if s < MONTHS)
            seen.update((order[k], c, s) for k, c, s in shown if s < MONTHS)
        assert (len(shard), shard.give_keys().tolist()) == (len(order), list(order))
        for slot in range(MONTHS):
            assert counts(shard.uses(slot), slot) == {k: n for k, n in uses.items() if k[2] == slot}
            evidence = shard.evidence(slot)
            expected = {k: n for k, n in seen.items() if k[2] == slot}
            assert (counts(evidence, slot) if evidence is not None else {}) == expected


def counts(plane: np.ndarray, slot: int) -> dict[tuple[int, int, int], int]:
    return {(int(r), int(c), slot): int(plane[r, c]) for r, c in np.argwhere(plane)}


def test_planes_grow_with_the_customers_and_keep_what_they_hold() -> None:
    everyone = 10**6 + np.arange(200_000)
    for loops in ALL[::3]:  # NumPy and AVX2 or what there is
        shard = Shard(loops, 2)
        for keys in np.split(everyone, [1, 65_536, 65_537, 140_000]):
            columns = (keys % 8).astype(np.uint8)
            slots = (keys % 2).astype(np.uint8)
            few = Cells(keys[:5], columns[:5], slots[:5])
            assert shard.add(Cells(keys, columns, slots), few) == len(keys)
        rows, columns = np.arange(len(everyone)), everyone % 8
        for slot in (0, 1):
            expected = np.zeros((len(everyone), 8), np.uint8)
            expected[rows, columns] = everyone % 2 == slot
            np.testing.assert_array_equal(shard.uses(slot), expected)
            evidence = shard.evidence(slot)
            assert evidence is not None
            assert evidence.shape == expected.shape


def test_customers_without_a_contact_get_a_place_too() -> None:
    for loops in ALL:
        shard = Shard(loops, 1)
        shard.add(cells([(5, 1, 0)]), Cells.none())
        assert shard.place(np.array([9, 5, 9])).tolist() == [1, 0, 1]
        assert shard.uses(0)[:, 1].tolist() == [1, 0]
        assert shard.evidence(0) is None


def test_a_month_taken_over_is_freed() -> None:
    shard = Shard(ALL[0], 2)
    shard.add(cells([(5, 1, 0), (5, 1, 1)]), cells([(5, 0, 1)]))
    shard.forget(0)
    evidence = shard.evidence(0)
    assert evidence is not None
    assert (len(shard.uses(0)), len(evidence), len(shard.uses(1))) == (0, 0, 1)


# names

texts = st.lists(st.sampled_from(["甲-1", "HB-7", "0017", "1" * 19, "z", ""]), max_size=8)


@given(st.lists(texts, max_size=6))
def test_a_name_has_one_key_over_all_batches(batches: list[list[str]]) -> None:
    names, keys = Names(), []
    for batch in batches:
        keys.append(names.keys(Ids.from_text(batch)))
    together = np.concatenate([np.zeros(0, np.int64), *keys])
    found = names.ids(together).to_text().tolist()
    assert found == [text or None for batch in batches for text in batch]
    assert names.ids(together).equals(Ids.from_text([t for batch in batches for t in batch]))


class _GivesWay(dict[str, int]):
    """Lets another thread run in the worst moment: between telling a number and taking it."""

    def __len__(self) -> int:
        known = super().__len__()
        time.sleep(0)
        return known


def test_threads_never_give_two_names_one_key() -> None:
    starts = range(0, 400, 50)
    parts = [Ids.from_text([f"甲{i}" for i in range(start, start + 100)]) for start in starts]
    names = Names()
    names._known = _GivesWay()
    with ThreadPoolExecutor(4) as pool:
        keys = list(pool.map(names.keys, parts))
    for part, found in zip(parts, keys, strict=True):
        assert names.ids(found).equals(part)
