"""Billing a month: the groups that the batch takes, and why it leaves the others (批量计费)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import TypeAlias

import numpy as np
from attrs import field, frozen

from powerchannel.billing.batch.charges.plans import DEFAULT_ROUNDING, Plan
from powerchannel.billing.batch.charges.power_factor import Rates
from powerchannel.billing.batch.columns.exact import Ints
from powerchannel.billing.batch.columns.keys import distinct
from powerchannel.billing.batch.computing import Work, bills_of, prepared
from powerchannel.billing.batch.energy.billed import Billed
from powerchannel.billing.batch.energy.cuts import MOST_CHANGES, cut_energy, cuts_of, days_of
from powerchannel.billing.batch.energy.plain import plain
from powerchannel.billing.batch.energy.registers import MOST_DECIMALS, Layout, layouts
from powerchannel.billing.batch.inputs.chunks import CHUNK, Chunk, chunks
from powerchannel.billing.batch.inputs.editions import Editions
from powerchannel.billing.batch.inputs.reasons import reason
from powerchannel.billing.batch.results.batch import Batch
from powerchannel.billing.batch.results.block import Block
from powerchannel.billing.batch.totals.stages import totals_of
from powerchannel.billing.batch.totals.summing import KINDS, Totals
from powerchannel.billing.rules import Rulebook
from powerchannel.billing.state import State
from powerchannel.billing.tariff import Rounding
from powerchannel.ids import Ids
from powerchannel.periods import parse_month
from powerchannel.tables import NO_NUMBER

__all__ = ["bill", "bill_by_chunks"]

_Energy: TypeAlias = Callable[[Plan], Billed]
"""Works out what account rows of a plan are billed for."""


def bill(state: State, rulebook: Rulebook, as_of: str) -> Batch:
    """Bill all groups of a month that the batch can take (批量计费).

    Parameters
    ----------
    state : State
        From `aggregate`.
    rulebook : Rulebook
        With the tariffs.
    as_of : str
        The month, such as ``"2025-01"``.
    """
    parts = list(bill_by_chunks(state, rulebook, as_of))
    none = np.zeros(0, np.int64)
    keys = np.concatenate([none, *(chunk.groups for chunk, _ in parts)])
    reasons = np.concatenate([none.astype(np.uint8), *(chunk.reasons for chunk, _ in parts)])
    blocks = tuple(block for _, found in parts for block in found)
    return Batch(groups=Ids(keys, state.names), reasons=reasons, blocks=blocks)


def bill_by_chunks(
    state: State, rulebook: Rulebook, as_of: str, *, size: int = CHUNK
) -> Iterator[tuple[Chunk, list[Block]]]:
    """Bill some groups at a time, so that memory does not grow with them (分批计费).

    Parameters
    ----------
    state, rulebook, as_of
        As for `bill`.
    size : int
        Account rows of a chunk, about.
    """
    editions = Editions(rulebook, state.names)
    books = _Books(editions, rulebook, Rates.of(rulebook.power_factor_tables))
    for chunk in chunks(state, editions, parse_month(as_of), size):
        yield chunk, list(_blocks(chunk, books))


@frozen(eq=False)
class _Books:
    """What holds for all chunks of a month."""

    editions: Editions
    rulebook: Rulebook
    rates: Rates | None
    plans: dict[tuple[int, Layout], Plan | None] = field(factory=dict)

    def plan(self, edition: int, layout: Layout) -> Plan | None:
        """Return a plan; None where the batch cannot bill with it."""
        key = edition, layout
        if key not in self.plans:
            self.plans[key] = Plan.of(self.editions.tariffs[edition], layout)
        return self.plans[key]

    def layouts(
        self, chunk: Chunk, rows: Ints, code: int, layout: Layout | None, *, is_cut: bool
    ) -> Iterator[tuple[Layout | None, Ints]]:
        """Yield the layouts of account rows with one meter, and which have each."""
        rounding = self.rounding(_unpacked(code)[0])
        if layout is None or is_cut or rounding.metered_decimals > MOST_DECIMALS:
            yield layout, rows
            return
        legs, rules = chunk.first_leg[rows], self.rulebook.readings
        for found, at in layouts(layout, chunk.legs, legs, rounding, rules):
            yield found, rows[at]

    def rounding(self, edition: int) -> Rounding:
        """Return how energy is rounded."""
        first = self.editions.tariffs[edition][0]
        return first.rounding or DEFAULT_ROUNDING

    def bill(
        self, chunk: Chunk, rows: Ints, code: int, layout: Layout | None, energy: _Energy
    ) -> Iterator[Work]:
        """Yield the bills of account rows of one code and layout, prepared."""
        edition, is_assessed = _unpacked(code)
        plan = None if layout is None else self.plan(edition, layout)
        why = "readings" if layout is None else "tariff" if plan is None else ""
        if is_assessed and self.rates is None:
            why = why or "power_factor"
        if plan is None or why:
            chunk.refuse(rows, np.full(len(rows), reason(why), np.uint8))
            return
        rates = self.rates if is_assessed else None
        yield prepared(plan, chunk, rows, energy(plan), self.rulebook, rates)


def _blocks(chunk: Chunk, books: _Books) -> Iterator[Block]:
    for work in _plain(chunk, books):
        if block := bills_of(work):
            yield block
    works, count = list(_others(chunk, books)), -1
    blocks: list[Block | None] = []
    while count != (count := int((chunk.reasons != 0).sum())):
        blocks = [bills_of(work) for work in works]  # again, where one of a group is refused
    yield from filter(None, blocks)


def _plain(chunk: Chunk, books: _Books) -> Iterator[Work]:
    """Yield the bills of account rows with one meter."""
    legs, rules = chunk.legs, books.rulebook.readings
    cuts = cuts_of(chunk, books.editions)
    rows = np.flatnonzero((chunk.reasons[chunk.owners] == 0) & chunk.is_plain)
    first = chunk.first_leg[rows]
    make_up = legs.signatures[first] << 1 | (legs.of("total_policy", first) == 1)
    make_up |= cuts[rows] << _REGISTERS
    for code, at in _alike(_codes(chunk)[rows] << _MAKE_UP | make_up):
        whole = Layout.of((code & (1 << _REGISTERS) - 1) >> 1, is_total=bool(code & 1))
        common = code >> _MAKE_UP
        days = days_of(books.editions, _unpacked(common)[0], int(cuts[rows[at[0]]]))
        for layout, mine in books.layouts(chunk, rows[at], common, whole, is_cut=bool(days)):

            def energy(plan: Plan, mine: Ints = mine, days: Mapping[int, int] = days) -> Billed:
                if days:
                    return cut_energy(plan.layout, chunk, mine, days, plan.rounding, rules)
                return plain(plan.layout, chunk, mine, plan.rounding, rules)

            yield from books.bill(chunk, mine, common, layout, energy)


def _others(chunk: Chunk, books: _Books) -> Iterator[Work]:
    """Yield the bills of account rows with several meters, losses or relations, prepared."""
    rows = np.flatnonzero((chunk.reasons[chunk.owners] == 0) & ~chunk.is_plain)
    if not len(rows):
        return
    codes = _codes(chunk)
    for rounding, mine in _roundings(chunk, rows, books):
        totals = totals_of(chunk, mine, rounding, books.rulebook, books.editions.tariffs)
        if totals is None:
            continue
        for code, at in _alike(codes[totals.rows] * KINDS + totals.kinds):
            edition, kind = divmod(code, KINDS)

            energy = partial(_of_totals, totals, kind, at)
            yield from books.bill(chunk, totals.rows[at], edition, totals.layout(kind), energy)


def _of_totals(totals: Totals, kind: int, at: Ints, _: Plan) -> Billed:
    return totals.of(kind, at)


def _roundings(chunk: Chunk, rows: Ints, books: _Books) -> Iterator[tuple[Rounding, Ints]]:
    """Yield the account rows of each way of rounding."""
    found: dict[tuple[int, int, int], tuple[Rounding, list[int]]] = {}
    for edition in distinct(chunk.editions[rows]):
        rounding = books.rounding(edition)
        key = rounding.metered_decimals, rounding.billed_decimals, rounding.demand_decimals
        if max(key) <= MOST_DECIMALS:
            found.setdefault(key, (rounding, []))[1].append(edition)
        else:
            mine = rows[chunk.editions[rows] == edition]
            chunk.refuse(mine, np.full(len(mine), reason("tariff"), np.uint8))
    which = np.zeros(len(rows), np.int64)
    for i, (_, editions) in enumerate(found.values()):
        which[np.isin(chunk.editions[rows], editions)] = i
    lowest = np.full(len(chunk), len(found))
    np.minimum.at(lowest, chunk.owners[rows], which)
    is_mixed = which != lowest[chunk.owners[rows]]
    chunk.refuse(rows, is_mixed * np.uint8(reason("tariff")))
    is_left = chunk.reasons[chunk.owners[rows]] == 0
    for i, (rounding, _) in enumerate(found.values()):
        yield rounding, rows[is_left & (which == i)]


_REGISTERS = 17
_MAKE_UP = _REGISTERS + MOST_CHANGES


def _codes(chunk: Chunk) -> Ints:
    """Return a number of what account rows share that have a plan and additions in common."""
    flag, standard = (
        chunk.accounts[c] for c in ("is_power_factor_assessed", "power_factor_standard")
    )
    is_assessed = (flag == 1) | ((flag < 0) & (standard != NO_NUMBER))
    has_more = chunk.after.is_there  # apart: their lines are no cost to the others
    return np.asarray(chunk.editions << 2 | is_assessed << 1 | has_more)


def _unpacked(code: int) -> tuple[int, bool]:
    return code >> 2, bool(code & 2)


def _alike(codes: Ints) -> Iterator[tuple[int, Ints]]:
    """Yield each code, and where it stands."""
    found = distinct(codes)
    if len(found) == 1:
        yield found[0], np.arange(len(codes))
        return
    for code in found:
        yield code, np.flatnonzero(codes == code)
