"""The tables of a result, and its bills as records."""

from __future__ import annotations

import pandas as pd

from batch_as_reference import TABLES, state_of
from customers_at_random import AS_OF, frames, rulebook
from powerchannel import billing
from powerchannel.billing.batch import Bills, bill

MANY = state_of(frames(150, seed=20))


def test_some_groups_and_records_of_bills() -> None:
    result = billing.evaluate(MANY, rulebook(), as_of=AS_OF)
    batch = bill(MANY, rulebook(), AS_OF)
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


def test_no_group_no_bill() -> None:
    result = billing.evaluate(MANY, rulebook(), as_of="2020-01")
    assert len(result) == 0
    assert result.lines.empty
