from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np
import pytest
from attrs import frozen
from hypothesis import given
from hypothesis import strategies as st

from powerchannel.errors import MergeError
from powerchannel.ids import Ids
from powerchannel.memory import Memory, Rows, keys_over, sorted_names, used_names

OWNERS = st.sampled_from(["017", "a", "b", "户"])
CELLS = st.dictionaries(st.tuples(OWNERS, st.integers(0, 3)), st.just(7), max_size=6)


@frozen(eq=False, slots=False, repr=False, kw_only=True)
class State(Memory):
    """What a domain adds: here, days of owners."""

    domain, counted = "test", "owners"
    ids: ClassVar[Mapping[str, frozenset[str]]] = {"t": frozenset({"owner"})}

    def __len__(self) -> int:
        return len(np.unique(self.tables["t"]["owner"]))

    @property
    def months(self) -> tuple[str, ...]:
        return tuple(f"2025-{day:02}" for day in np.unique(self.tables["t"]["day"]))

    def after(self, day: int) -> State:
        return self._where({"t": self.tables["t"]["day"] > day})

    def whole(self) -> State:
        return self._where({})


def memory(cells: dict[tuple[str, int], int]) -> State:
    ids = Ids.from_text([owner for owner, _ in cells])
    names = sorted_names([used_names(ids.keys, ids.names)])
    columns = {
        "owner": keys_over(ids, names),
        "day": np.array([day for _, day in cells], np.int32),
        "value": np.array(list(cells.values()), np.int64),
    }
    rows = Rows.of("t", ("owner", "day"), columns)
    return State(names=names, tables={"t": rows})


def cells_of(found: State) -> set[tuple[str, int, int]]:
    rows = found.tables["t"]
    owners = Ids(rows["owner"].astype(np.int64), found.names).to_text().tolist()
    return set(zip(owners, rows["day"].tolist(), rows["value"].tolist(), strict=True))


@given(CELLS, CELLS, CELLS)
def test_merging_is_a_union_in_any_order(
    a: dict[tuple[str, int], int], b: dict[tuple[str, int], int], c: dict[tuple[str, int], int]
) -> None:
    one = memory(a).merge(memory(b)).merge(memory(c))
    other = memory(c).merge(memory(b).merge(memory(a)))
    assert one == other
    assert one.digest == other.digest
    assert cells_of(one) == {(*key, 7) for key in {**a, **b, **c}}
    assert one == memory({**a, **b, **c})


@given(CELLS)
def test_what_is_left_out_is_forgotten_with_its_names(cells: dict[tuple[str, int], int]) -> None:
    whole = memory(cells)
    assert whole.after(1) == memory({key: value for key, value in cells.items() if key[1] > 1})
    assert whole.whole() == whole


def test_rows_that_contradict_one_another_are_refused() -> None:
    with pytest.raises(MergeError, match=r"state\.t"):
        memory({("a", 1): 7}).merge(memory({("a", 1): 8}))


def test_a_digest_tells_values_apart() -> None:
    assert memory({("a", 1): 7}).digest != memory({("a", 1): 8}).digest
    assert memory({("a", 1): 7}).digest != memory({("b", 1): 7}).digest


def test_a_state_is_equal_to_its_like_alone() -> None:
    @frozen(eq=False, slots=False, repr=False, kw_only=True)
    class Other(State):
        """The same of another domain."""

    one = memory({("a", 1): 7})
    assert one == memory({("a", 1): 7})
    assert one != memory({("a", 1): 8})
    assert one != memory({("b", 1): 7})
    assert one != Other(names=one.names, tables=one.tables)
    with pytest.raises(TypeError):
        hash(one)


def test_a_state_says_what_it_holds() -> None:
    assert repr(memory({})) == "<test.State 0 owners, months -, 0 rows>"
    found = memory({("a", 1): 7, ("a", 3): 7, ("b", 3): 7})
    assert repr(found) == "<test.State 2 owners, months 2025-01..2025-03, 3 rows>"
