from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from billing_exports import Export
from powerchannel.billing.tables.crosscheck import overlaps
from powerchannel.ids import Ids

spans = st.tuples(st.sampled_from(["1", "2", "甲"]), st.integers(-9, 9), st.integers(1, 5))
edges = st.lists(
    st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=9, unique=True
)


@settings(max_examples=200)
@given(st.lists(spans, max_size=9))
def test_rows_of_one_id_that_share_a_day(rows: list[tuple[str, int, int]]) -> None:
    ids = Ids.from_text([name for name, _, _ in rows])
    starts = np.array([s for _, s, _ in rows], np.int64)
    ends = np.array([s + d for _, s, d in rows], np.int64)
    by_hand = [
        any(i != j and n == m and s < t + e and t < s + d for j, (m, t, e) in enumerate(rows))
        for i, (n, s, d) in enumerate(rows)
    ]
    assert overlaps(ids, starts, ends).tolist() == by_hand


def reaches(edges: list[tuple[int, int]], start: int) -> set[int]:
    seen: set[int] = set()
    todo = {start}
    while todo:
        here = todo.pop()
        seen.add(here)
        todo |= {up for down, up in edges if down == here} - seen
    return seen


@settings(max_examples=25)
@given(edges)
def test_relations_that_go_round_drop_out_and_others_do_not(pairs: list[tuple[int, int]]) -> None:
    accounts = (("a", "a", "", "2025-01-01", "2025-02-01", ""),)
    export = Export(
        {
            "accounts": accounts,
            "meters": tuple((f"m{i}", "a", "1", "", "") for i in range(6)),
            "relations": tuple((f"m{c}", f"m{p}", "分表", "", "") for c, p in pairs),
        }
    )
    found = export.check().rejected
    gone = set(found[found["code"] == "relation_cycle"]["row"])
    on_cycle = {i for i, (down, up) in enumerate(pairs) if down in reaches(pairs, up)}
    assert on_cycle <= gone
    assert bool(on_cycle) == bool(gone)
    # what lies between two circles cannot be told from them, and drops out as well
    for i in gone - on_cycle:
        down, up = pairs[i]
        nodes = {n for j in on_cycle for n in pairs[j]}
        assert reaches(pairs, up) & nodes
        assert any(down in reaches(pairs, n) for n in nodes)
