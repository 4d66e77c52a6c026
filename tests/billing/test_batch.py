"""The batch and the reference give the same cells, whoever made which bill."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import groups_at_random
from batch_as_reference import TABLES, assert_same, state_of
from customers_at_random import AS_OF, frames, rulebook
from powerchannel import billing
from powerchannel.billing.batch import REASONS, Bills, bill, bill_by_chunks
from powerchannel.billing.rules import Rulebook
from powerchannel.billing.state import State


@cache
def many() -> State:
    return state_of(frames(700, seed=20))


def test_random_customers_have_the_same_cells() -> None:
    found = assert_same(many(), rulebook(), AS_OF)
    batch = bill(many(), rulebook(), AS_OF)
    assert len(found) == len(batch.groups) == len(batch.left) + int(batch.is_billed.sum())
    assert batch.is_billed.sum() > len(found) / 3
    assert set(batch.why) <= set(REASONS)
    assert len(batch.why) > 8
    assert found.origin.path == "batch, reference"
    assert "by the reference" in found.origin.notes[-1]


@settings(max_examples=25)
@given(groups_at_random.frames(), groups_at_random.rulebooks())
def test_groups_of_all_kinds_have_the_same_cells(
    tables: Mapping[str, pd.DataFrame], book: Rulebook
) -> None:
    assert_same(state_of(tables), book, groups_at_random.AS_OF)


@settings(max_examples=10)
@given(st.integers(1, 700))
def test_chunks_change_nothing(size: int) -> None:
    whole = bill(many(), rulebook(), AS_OF)
    parts = list(bill_by_chunks(many(), rulebook(), AS_OF, size=size))
    assert [r for chunk, _ in parts for r in chunk.reasons.tolist()] == whole.reasons.tolist()
    amounts = {
        int(key): int(fen)
        for _, blocks in parts
        for block in blocks
        for key, fen in zip(block.groups, block.amount, strict=True)
    }
    expected = {
        int(key): int(fen)
        for block in whole.blocks
        for key, fen in zip(block.groups, block.amount, strict=True)
    }
    assert amounts == expected


def test_some_groups_and_records_of_bills() -> None:
    result = billing.evaluate(many(), rulebook(), as_of=AS_OF)
    batch = bill(many(), rulebook(), AS_OF)
    billed = batch.groups.take(batch.is_billed).to_text().tolist()[:3]
    wanted = sorted([*billed, *batch.left[:3]])
    some = result[wanted]
    assert len(some) == 6
    for name in TABLES:
        whole = getattr(result, name)
        expected = whole[whole["group_id"].isin(wanted)].reset_index(drop=True)
        pd.testing.assert_frame_equal(getattr(some, name), expected)
    assert isinstance(result.bills, Bills)
    assert sorted(b.group_id for b in some.bills) == wanted
    assert [b.group_id for b in some.bills[:2]] == [some.bills[i].group_id for i in range(2)]
    record = next(b for b in some.bills if b.group_id == billed[0])
    fens = result.lines[result.lines["group_id"] == billed[0]]["amount_fen"]
    assert sum(one.amount_fen for one in record.lines) == fens.sum()
    assert result.explain(billed[0]).replayed == {billed[0]: fens.sum()}


def one(**changes: str) -> dict[str, pd.DataFrame]:
    """A works with one register, of which some cells are changed."""
    account = {"account_id": "7", "started_on": "2025-06-01", "ended_on": "2025-07-01"}
    meter = {"meter_id": "m", "account_id": "7", "multiplier": "1"}
    ends = {"2025-06-01": "0", "2025-07-01": "100"}
    rows = [
        {"meter_id": "m", "register": "active_total", "read_on": day, "reading": value}
        for day, value in ends.items()
    ]
    for key, value in changes.items():
        for row in (account, meter, rows[1]):
            if key in row or (row is account and key == "tariff"):
                row[key] = value
    return {
        "accounts": pd.DataFrame([{"tariff": "commerce-single-part", **account}]),
        "meters": pd.DataFrame([meter]),
        "readings": pd.DataFrame(rows),
    }


def test_readings_collected_late_count_and_must_not_differ() -> None:
    tables = one()
    late = tables["readings"].assign(status=["ok", "late"])
    alike = pd.concat([late, late.tail(1).assign(status="ok")])
    differing = pd.concat([late, late.tail(1).assign(status="ok", reading="101")])
    for read, path, dropped in (
        (late, "batch", ()),
        (alike, "batch", ()),
        (differing, "reference", ("7",)),
    ):
        result = assert_same(state_of({**tables, "readings": read}), rulebook(), AS_OF)
        assert (result.origin.path, result.dropped) == (path, dropped)


def test_a_smelter_is_not_refused() -> None:
    """300 GWh a month."""
    state = state_of(one(reading="3750", multiplier="80000"))
    result = assert_same(state, rulebook(), AS_OF)
    assert result.origin.path == "batch"
    energy = result.wide["billed_energy_kwh"].tolist()
    assert energy == ["300000000"]


def test_what_int64_would_not_hold_goes_to_the_reference() -> None:
    state = state_of(one(reading="999999999", multiplier="999999"))
    assert bill(state, rulebook(), AS_OF).why == {"too_large": 1}
    assert_same(state, rulebook(), AS_OF)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"tariff": "no-such"}, "tariff"),
        ({"tariff": "zhejiang-residential-tiers"}, "price_missing"),
        ({"reading": "-1"}, "backwards"),
        ({"read_on": "2025-06-30"}, "readings"),
    ],
)
def test_why_a_group_is_left(changes: dict[str, str], why: str) -> None:
    state = state_of(one(**changes))
    found = bill(state, rulebook(), AS_OF)
    assert found.why == {why: 1}
    assert found.left == ("7",)
    assert assert_same(state, rulebook(), AS_OF).origin.path == "reference"


def test_no_group_no_bill() -> None:
    result = billing.evaluate(many(), rulebook(), as_of="2020-01")
    assert len(result) == 0
    assert result.lines.empty


def test_what_is_left_empty_is_what_the_reference_takes() -> None:
    """A meter without a multiplier counts once, in both."""
    tables = {
        name: frame.drop(columns=["multiplier", "total_policy", "kind", "status"], errors="ignore")
        for name, frame in frames(200, seed=21).items()
    }
    found = assert_same(state_of(tables), rulebook(), AS_OF)
    assert "batch" in found.origin.path
