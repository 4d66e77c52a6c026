"""Decimals and texts of many bills."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from powerchannel.billing.batch.columns.cells import Choice, Numbers, words

rows = st.lists(st.tuples(st.integers(-(10**15), 10**15), st.integers(0, 4)), min_size=1)


@given(rows)
def test_decimals_are_printed_as_many_as_each_shows(cells: list[tuple[int, int]]) -> None:
    values, shown = (np.array(column, np.int64) for column in zip(*cells, strict=True))
    exact = values // 10 ** (4 - shown) * 10 ** (4 - shown)  # what is cut off is 0
    found = Numbers(exact, 4, shown).text().tolist()
    assert [Decimal(text) for text in found] == [Decimal(int(v)).scaleb(-4) for v in exact]
    assert [len(text.partition(".")[2]) for text in found] == shown.tolist()


@pytest.mark.parametrize("shown", [None, 5, np.array([5, 0])])
def test_some_of_them_are_printed_as_among_all(shown: int | np.ndarray | None) -> None:
    cells = Numbers(np.array([1_200, 7_000]), 3, shown)
    mask = np.array([False, True])
    assert cells.where(mask).text().tolist() == cells.text()[mask].tolist()


def test_a_text_is_that_of_all_or_one_of_a_few() -> None:
    assert words("a", 3).tolist() == ["a", "a", "a"]
    assert words(Choice(("x", "y"), np.array([1, 0, 1])), 3).tolist() == ["y", "x", "y"]
