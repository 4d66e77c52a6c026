"""The rows of many groups as columns: how many at a time, and what may be left empty."""

from __future__ import annotations

import numpy as np
import pandas as pd
from attrs import evolve
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from batch_as_reference import assert_same, state_of
from customers_at_random import AS_OF, frames, rulebook
from powerchannel.billing.batch import bill, bill_by_chunks
from powerchannel.billing.tables.schemas import SCHEMAS
from powerchannel.billing.tariff import load_tariff
from powerchannel.datasets import TARIFFS, billing_month

MANY = state_of(frames(300, seed=20))


@settings(max_examples=10)
@given(st.integers(1, 300))
def test_chunks_change_nothing(size: int) -> None:
    whole = bill(MANY, rulebook(), AS_OF)
    parts = list(bill_by_chunks(MANY, rulebook(), AS_OF, size=size))
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


def test_what_is_left_empty_is_what_the_reference_takes() -> None:
    """A meter without a multiplier counts once, in both."""
    tables = {
        name: frame.drop(columns=["multiplier", "total_policy", "kind", "status"], errors="ignore")
        for name, frame in frames(200, seed=21).items()
    }
    found = assert_same(state_of(tables), rulebook(), AS_OF)
    assert "batch" in found.origin.path


@settings(max_examples=8, deadline=None, phases=[Phase.generate])
@given(st.integers(0, 10**6))
def test_what_is_left_empty_changes_nothing(seed: int) -> None:
    """Optional columns and cells at random are not there."""
    book = evolve(rulebook(), tariffs=tuple(load_tariff(name) for name in TARIFFS))
    rng = np.random.default_rng(seed)
    month = billing_month(40, seed=seed % 5)
    tables = {name: blanked(rng, name, frame) for name, frame in month.tables.items()}
    assert_same(state_of(tables), book, month.as_of)


def blanked(rng: np.random.Generator, name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """A table without some optional columns and cells."""
    kept = {"group_id", "account_id"}
    known = [c.name for c in SCHEMAS[name].columns if not c.is_required and c.name not in kept]
    optional = [column for column in known if column in frame]
    gone = [c for c in optional if rng.random() < 0.15]
    frame = frame.drop(columns=gone).astype(object)
    for column in set(optional) - set(gone):
        frame.loc[rng.random(len(frame)) < 0.05, column] = None
    return frame
