from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DataObject

from powerchannel.errors import MergeError, UnknownNameError
from powerchannel.theft.state import State, aggregate
from powerchannel.theft.tables import check
from theft_rows import AREA_OF, theft_frames

Frames = Mapping[str, pd.DataFrame]


def state_of(frames: Frames) -> State:
    return aggregate(check(**frames, now=date(2025, 6, 1)))


@given(theft_frames, st.data())
def test_parts_merge_to_the_whole_in_any_order(frames: Frames, data: DataObject) -> None:
    cut = {name: data.draw(st.integers(0, len(frame))) for name, frame in frames.items()}
    first = state_of({name: frame.iloc[: cut[name]] for name, frame in frames.items()})
    last = state_of({name: frame.iloc[cut[name] :] for name, frame in frames.items()})
    whole = state_of({name: frame.iloc[::-1] for name, frame in frames.items()})
    assert first.merge(last) == last.merge(first) == whole
    assert whole.merge(whole) == whole == whole.merge(State.empty())
    assert first.merge(last).digest == whole.digest


@given(theft_frames)
def test_areas_are_asked_for_whole(frames: Frames) -> None:
    state = state_of(frames)
    parts = [state[[area]] for area in state.area_ids]
    merged = State.empty()
    for part in parts:
        merged = merged.merge(part)
    assert merged == state
    customers = set(frames["points"]["customer_id"])
    for area, part in zip(state.area_ids, parts, strict=True):
        mine = {c for c in customers if (AREA_OF[c] or c) == area}
        assert set(part.customers.to_text().tolist()) == mine
        assert part.area_ids == (area,)


@given(theft_frames)
def test_a_month_that_was_forgotten_comes_back_whole(frames: Frames) -> None:
    state = state_of(frames)
    left = state.without("2025-02")
    assert "2025-02" not in left.months
    again = {
        "points": frames["points"],
        **{
            name: frame[frame.filter(["on", "read_at"]).iloc[:, 0] >= "2025-02"]
            for name, frame in frames.items()
            if name != "points"
        },
    }
    assert left.merge(state_of(again)) == state


def test_a_contradiction_is_refused() -> None:
    row = {"customer_id": ["7"], "on": ["2025-01-01"]}
    one, other = (state_of({"daily": pd.DataFrame({**row, "energy_kwh": [e]})}) for e in "12")
    with pytest.raises(MergeError, match="without"):
        one.merge(other)


def test_an_unknown_area_is_told() -> None:
    row = {"customer_id": ["7"], "on": ["2025-01-01"], "energy_kwh": ["1"]}
    state = state_of({"daily": pd.DataFrame(row)})
    assert state[["7"]] == state
    with pytest.raises(UnknownNameError, match="leading zeros"):
        state[["07"]]
    assert repr(state) == "<theft.State 1 customers, months 2025-01..2025-01, 1 rows>"
