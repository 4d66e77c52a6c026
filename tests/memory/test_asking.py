from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from powerchannel.errors import UnknownNameError
from powerchannel.ids import Ids
from powerchannel.memory import rows_of
from powerchannel.text import Text

KNOWN = ("017", "17", "a", "{x}", "户")
UNKNOWN = Text("{n} 个不在（如 {first}）", "{n} are not there (first: {first})")


@given(st.lists(st.sampled_from(KNOWN)))
def test_rows_come_ascending_each_once(wanted: list[str]) -> None:
    rows = rows_of(iter(wanted), Ids.from_text(KNOWN), code="none", unknown=UNKNOWN)
    assert rows.tolist() == sorted({KNOWN.index(text) for text in wanted})


def test_a_single_id_is_not_taken_apart() -> None:
    assert rows_of("017", Ids.from_text(KNOWN), code="none", unknown=UNKNOWN).tolist() == [0]


def test_what_is_not_known_is_counted_and_the_first_shown() -> None:
    with pytest.raises(UnknownNameError) as caught:
        rows_of(["a", "{y}", "7"], Ids.from_text(KNOWN), code="none", unknown=UNKNOWN)
    (problem,) = caught.value.problems
    assert (problem.code, problem.where, problem.count) == ("none", "state", 2)
    assert problem.render("en") == "state: 2 are not there (first: '{y}')"
    assert problem.render("zh") == "state: 2 个不在（如 '{y}'）"
