"""The library's sides: the batch on columns, and its readable reference bill by bill."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from benchmarks.billing.answers import answer_of
from benchmarks.billing.data import AS_OF, Customers, rulebook, state_of
from benchmarks.billing.frames import Mixed, frames_of
from benchmarks.cases import Answer, Read, Run
from powerchannel import billing
from powerchannel.billing.batch import Bills, bill_all, bill_by_chunks
from powerchannel.billing.bill import bill_group
from powerchannel.billing.records import Group, GroupBill
from powerchannel.billing.rules import Rulebook
from powerchannel.billing.state import State

__all__ = [
    "all_of_them",
    "batch",
    "chunk_by_chunk",
    "explained",
    "from_frames",
    "learn_of",
    "made_alone",
    "one_by_one",
    "reference",
    "sorted_alone",
    "tables",
    "traced",
]


def batch(customers: Customers) -> Run:
    """Bill from checked, sorted tables in memory: validation and all stages, every line."""
    state, rules = state_of(customers), rulebook()
    return lambda: _lines(state, rules)


def _lines(state: State, rules: Rulebook) -> Read:
    found = []
    for chunk, (block,) in bill_by_chunks(state, rules, AS_OF):
        assert not chunk.reasons.any()
        found.append([line.amount for line in block.lines])
    return lambda: answer_of(np.concatenate(found, axis=1).T)


def reference(customers: Customers) -> Run:
    """Bill with records of exact decimals: what the batch is held to."""
    state, rules = state_of(customers), rulebook()
    ids = state.group_ids(AS_OF)
    return lambda: _fens([bill_group(state.group(one, AS_OF), rules) for one in ids])


def _fens(bills: list[GroupBill]) -> Read:
    return lambda: answer_of(
        np.array([[line.amount_fen for line in bill.lines] for bill in bills], np.int64)
    )


def from_frames(customers: Customers) -> Run:
    """Check raw frames, sort them, and bill."""
    frames, rules = frames_of(customers), rulebook()
    return lambda: _lines(billing.aggregate(billing.check(**frames)), rules)


def sorted_alone(customers: Customers) -> Run:
    """Check raw frames and sort them."""
    frames = frames_of(customers)

    def run() -> Read:
        billing.aggregate(billing.check(**frames))
        return dict

    return run


def tables(customers: Customers) -> Run:
    """Bill, and make the table with a row a customer and that with a row a line."""
    state, rules = state_of(customers), rulebook()

    def run() -> Read:
        result = billing.evaluate(state, rules, as_of=AS_OF)
        wide, lines = result.wide, result.lines
        return lambda: answer_of(lines["amount_fen"].to_numpy(np.int64).reshape(len(wide), -1))

    return run


def chunk_by_chunk(_: object, *, count: int, at_once: int) -> Run:
    """Make some customers, bill them, keep what they come to; then the next."""
    rules = rulebook()

    def run() -> Read:
        total = 0
        for state in _states(count, at_once):
            for chunk, blocks in bill_by_chunks(state, rules, AS_OF):
                assert not chunk.reasons.any()
                total += sum(int(block.amount.sum()) for block in blocks)
        assert total > 0
        return dict

    return run


def made_alone(_: object, *, count: int, at_once: int) -> Run:
    """Make the same customers, some at a time, and bill nothing."""

    def run() -> Read:
        assert sum(len(state.tables["accounts"]) for state in _states(count, at_once)) == count
        return dict

    return run


def _states(count: int, at_once: int) -> Iterator[State]:
    for first in range(0, count, at_once):
        yield state_of(Customers(count=min(at_once, count - first), seed=first))


def traced(customers: Customers) -> Run:
    """Bill records one by one: each line with its quantity, price, rule and source."""
    groups, rules = _groups(customers), rulebook()
    return lambda: _fens([bill_group(group, rules) for group in groups])


def explained(customers: Customers) -> Run:
    """Bill and print one by one, as somebody asks who holds a result."""
    state, rules = state_of(customers), rulebook()
    result = billing.evaluate(state, rules, as_of=AS_OF)
    ids = state.group_ids(AS_OF)

    def run() -> Read:
        assert all(str(result.explain(one, lang="en")) for one in ids)
        return dict

    return run


def _groups(customers: Customers) -> list[Group]:
    state = state_of(customers)
    return [state.group(one, AS_OF) for one in state.group_ids(AS_OF)]


def _mixed_state(made: Mixed) -> State:
    return billing.aggregate(billing.check(**made.frames))


def learn_of(made: Mixed) -> Mapping[str, int | str]:
    """Return how many the batch takes, and why it leaves others."""
    found = bill_all(_mixed_state(made), rulebook(), AS_OF).batch
    why = ", ".join(f"{reason} {count:,}" for reason, count in sorted(found.why.items()))
    return {"billed by columns": int(found.is_billed.sum()), "left, and why": why or "none"}


def all_of_them(made: Mixed) -> Run:
    """Bill by columns what can be, and the others one by one."""
    state, rules = _mixed_state(made), rulebook()

    def run() -> Read:
        bills = bill_all(state, rules, AS_OF)
        return lambda: _by_line(bills)

    return run


def one_by_one(made: Mixed) -> Run:
    """Bill each by the reference."""
    state, rules = _mixed_state(made), rulebook()
    ids = state.group_ids(AS_OF)

    def run() -> Read:
        found = [bill_group(state.group(one, AS_OF), rules) for one in ids]
        return lambda: _by_line(Bills.of_records(found, state, rules, AS_OF))

    return run


def _by_line(bills: Bills) -> Answer:
    lines, accounts = bills.tables.lines(), bills.tables.accounts()
    return {
        "lines": lines["amount_fen"].to_numpy(np.int64),
        "codes": lines["code"].to_numpy(np.str_),
        "bills": accounts["amount_fen"].to_numpy(np.int64),
        "energy": accounts["billed_energy_kwh"].to_numpy(np.str_),
    }
