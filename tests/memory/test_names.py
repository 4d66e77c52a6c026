from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from powerchannel.ids import Ids
from powerchannel.memory.names import keys_over, sorted_names, used_names

names = st.lists(st.sampled_from(["", "1", "01", "甲", "乙", "B-2", "a"]), max_size=8)


@given(names, names)
def test_ids_mean_the_same_over_any_table_of_names(one: list[str], other: list[str]) -> None:
    here, there = Ids.from_text(one), Ids.from_text(other)
    table = sorted_names([here.names, there.names])
    assert table.tolist() == sorted(set(table.tolist()))
    for ids in (here, there):
        assert Ids(keys_over(ids, table), table).to_text().tolist() == ids.to_text().tolist()
    used = used_names(keys_over(here, table), table).tolist()
    assert sorted(used) == here.names.tolist()


def test_a_name_that_a_table_lacks_is_nobody() -> None:
    assert keys_over(Ids.from_text(["x", "7"]), np.zeros(0, dtype=object)).tolist() == [0, 17]
