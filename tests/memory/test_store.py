from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from powerchannel.errors import MergeError
from powerchannel.ids import Ids
from powerchannel.memory import Memory, Rows, keys_over, sorted_names, used_names

OWNERS = st.sampled_from(["017", "a", "b", "户"])
CELLS = st.dictionaries(st.tuples(OWNERS, st.integers(0, 3)), st.just(7), max_size=6)


def memory(cells: dict[tuple[str, int], int]) -> Memory:
    ids = Ids.from_text([owner for owner, _ in cells])
    names = sorted_names([used_names(ids.keys, ids.names)])
    columns = {
        "owner": keys_over(ids, names),
        "day": np.array([day for _, day in cells], np.int32),
        "value": np.array(list(cells.values()), np.int64),
    }
    rows = Rows.of("t", ("owner", "day"), columns)
    return Memory(names=names, tables={"t": rows}, ids={"t": frozenset({"owner"})})


def cells_of(found: Memory) -> set[tuple[str, int, int]]:
    rows = found.tables["t"]
    owners = Ids(rows["owner"].astype(np.int64), found.names).to_text().tolist()
    return set(zip(owners, rows["day"].tolist(), rows["value"].tolist(), strict=True))


@given(CELLS, CELLS, CELLS)
def test_merging_is_a_union_in_any_order(
    a: dict[tuple[str, int], int], b: dict[tuple[str, int], int], c: dict[tuple[str, int], int]
) -> None:
    one = memory(a).merge(memory(b)).merge(memory(c))
    other = memory(c).merge(memory(b).merge(memory(a)))
    assert one.equals(other)
    assert one.digest == other.digest
    assert cells_of(one) == {(*key, 7) for key in {**a, **b, **c}}
    assert one.equals(memory({**a, **b, **c}))


@given(CELLS)
def test_what_is_left_out_is_forgotten_with_its_names(cells: dict[tuple[str, int], int]) -> None:
    whole = memory(cells)
    kept = whole.where({"t": whole.tables["t"]["day"] > 1})
    assert kept.equals(memory({key: value for key, value in cells.items() if key[1] > 1}))
    assert whole.where({}).equals(whole)


def test_rows_that_contradict_one_another_are_refused() -> None:
    with pytest.raises(MergeError, match=r"state\.t"):
        memory({("a", 1): 7}).merge(memory({("a", 1): 8}))


def test_a_digest_tells_values_apart() -> None:
    assert memory({("a", 1): 7}).digest != memory({("a", 1): 8}).digest
    assert memory({("a", 1): 7}).digest != memory({("b", 1): 7}).digest
