"""The library's sides: the batch on columns, and its readable reference bill by bill."""

from __future__ import annotations

import numpy as np

from benchmarks.billing.answers import answer_of
from benchmarks.billing.data import AS_OF, Customers, rulebook, state_of
from benchmarks.cases import Read, Run
from powerchannel.billing.batch import bill_by_chunks
from powerchannel.billing.bill import bill_group

__all__ = ["batch", "reference"]


def batch(customers: Customers) -> Run:
    """Bill from checked, sorted tables in memory: validation and all stages, every line."""
    state, rules = state_of(customers), rulebook()

    def run() -> Read:
        found = []
        for chunk, (block,) in bill_by_chunks(state, rules, AS_OF):
            assert not chunk.reasons.any()
            found.append([line.amount for line in block.lines])
        return lambda: answer_of(np.concatenate(found, axis=1).T)

    return run


def reference(customers: Customers) -> Run:
    """Bill with records of exact decimals: what the batch is held to."""
    state, rules = state_of(customers), rulebook()
    ids = state.group_ids(AS_OF)

    def run() -> Read:
        bills = [bill_group(state.group(one, AS_OF), rules) for one in ids]
        fens = [[line.amount_fen for line in bill.lines] for bill in bills]
        return lambda: answer_of(np.array(fens, np.int64))

    return run
