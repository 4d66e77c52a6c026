"""Bills of the batch held against those of the reference, cell by cell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import pandas as pd

from powerchannel import billing
from powerchannel.billing.batch import bill
from powerchannel.billing.bill import bill_group
from powerchannel.billing.result import Result
from powerchannel.billing.rules import Rulebook
from powerchannel.billing.state import State
from powerchannel.periods import parse_month

TABLES = ("table", "lines", "registers", "findings", "wide")


def state_of(tables: Mapping[str, pd.DataFrame]) -> State:
    """Check and remember rows."""
    return billing.aggregate(billing.check(**tables))


def one_by_one(state: State, book: Rulebook, as_of: str) -> Result:
    """Bill every group by the reference alone."""
    bills = [bill_group(state.group(g, as_of), book) for g in state.group_ids(as_of)]
    return Result(state=state, rulebook=book, month=parse_month(as_of), bills=tuple(bills))


def assert_same(state: State, book: Rulebook, as_of: str) -> Result:
    """Return the result, all tables of which are those of the reference."""
    found, expected = billing.evaluate(state, book, as_of=as_of), one_by_one(state, book, as_of)
    for name in TABLES:
        pd.testing.assert_frame_equal(getattr(found, name), getattr(expected, name))
    return found


def why(state: State, book: Rulebook, as_of: str) -> Counter[str]:
    """Count the groups that are left to the reference, by reason; those billed under ``""``."""
    batch = bill(state, book, as_of)
    return batch.why + Counter({"": int(batch.is_billed.sum())})
