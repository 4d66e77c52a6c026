"""Delay, restore and breaks on flat arrays, against a loop that anyone can read."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from powerchannel.theft.electrical.runs import Ending, breaks_of, rows_of, spans_of


def by_hand(
    start: list[bool], restore: list[bool], breaks: list[bool], at: list[int], delay: int
) -> list[tuple[int, int, bool]]:
    """First row, stop, and whether a break ended it."""
    spans, pending, going = [], None, None
    for row in range(len(at)):
        if breaks[row]:
            if going is not None:
                spans.append((going, row, True))
            pending = going = None
        if restore[row]:
            if going is not None:
                spans.append((going, row, False))
            pending = going = None
        elif going is None and start[row]:
            pending = row if pending is None else pending
            if at[row] - at[pending] >= delay:
                going = pending
        elif going is None:
            pending = None
    return spans if going is None else [*spans, (going, len(at), True)]


@given(
    rows=st.lists(
        st.tuples(st.booleans(), st.booleans(), st.integers(0, 9), st.integers(1, 3)), min_size=1
    ),
    delay=st.integers(0, 6),
)
def test_spans_are_those_of_a_plain_loop(
    rows: list[tuple[bool, bool, int, int]], delay: int
) -> None:
    start = [a or c < 3 for a, _, c, _ in rows]
    restore = [b and c > 5 for _, b, c, _ in rows]
    breaks = [i == 0 or c == 4 for i, (_, _, c, _) in enumerate(rows)]
    at = np.cumsum([step for *_, step in rows])
    spans = spans_of(np.array(start), np.array(restore), np.array(breaks), at, delay)
    found = list(
        zip(
            spans.first.tolist(),
            spans.stop.tolist(),
            (spans.ending == Ending.GAP).tolist(),
            strict=True,
        )
    )
    assert found == by_hand(start, restore, breaks, at.tolist(), delay)


def test_another_meter_and_a_longer_gap_are_breaks() -> None:
    meter, at = np.array([0, 0, 0, 1, 1]), np.array([0, 10, 21, 22, 32])
    assert breaks_of(meter, at, 10).tolist() == [True, False, True, True, False]
    assert breaks_of(meter[:0], at[:0], 10).tolist() == []


def test_rows_of_nothing_and_of_empty_spans() -> None:
    nothing = np.zeros(0, np.int64)
    assert rows_of(nothing, nothing).tolist() == []
    assert rows_of(np.array([3, 5, 5]), np.array([5, 5, 7])).tolist() == [3, 4, 5, 6]
