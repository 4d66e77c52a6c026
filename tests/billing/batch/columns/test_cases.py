"""Distinct rows of columns, each worked out once."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from powerchannel.billing.batch.columns.cases import by_case, cases

_NUMBERS = st.one_of(
    st.integers(-3, 3), st.integers(-(2**62), 2**62), st.sampled_from([-(2**63), 2**63 - 1])
)


@given(st.lists(st.tuples(_NUMBERS, _NUMBERS, st.just(7)), max_size=30))
def test_every_row_is_its_case(rows: list[tuple[int, ...]]) -> None:
    columns = [np.array([row[i] for row in rows], np.int64) for i in range(3)]
    found, at = cases(*columns)
    assert [found[i] for i in at.tolist()] == rows
    assert sorted(found) == sorted(set(rows))


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1))
def test_a_function_is_asked_once_a_case(rows: list[tuple[int, int]]) -> None:
    asked: list[tuple[int, int]] = []

    def both(a: int, b: int) -> tuple[int, int]:
        asked.append((a, b))
        return a + b, a * b

    one, other = (np.array(column) for column in zip(*rows, strict=True))
    total, product = by_case(both, one, other)
    assert total.tolist() == [a + b for a, b in rows]
    assert product.tolist() == [a * b for a, b in rows]
    assert len(asked) == len(set(rows))
