"""Billing a month: the groups that the batch takes, and why it leaves the others (批量计费)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from powerchannel.billing.batch.blocks import Block
from powerchannel.billing.batch.computing import compute
from powerchannel.billing.batch.editions import Editions
from powerchannel.billing.batch.exact import Ints
from powerchannel.billing.batch.inputs import CHUNK, REASONS, Chunk, Codes, chunks, reason
from powerchannel.billing.batch.plans import Plan
from powerchannel.billing.batch.power_factor import Rates
from powerchannel.billing.batch.registers import Layout
from powerchannel.billing.rules import Rulebook
from powerchannel.billing.state import State
from powerchannel.ids import Ids
from powerchannel.periods import parse_month
from powerchannel.tables import NO_NUMBER

__all__ = ["Batch", "bill", "bill_by_chunks"]


@frozen(eq=False, kw_only=True)
class Batch:
    """The bills that the batch made, and the groups it left (批量账单).

    Parameters
    ----------
    groups : Ids
        All groups of the month, in the order of their keys.
    reasons : ndarray of uint8, shape (groups,)
        An index of `REASONS`: 0 where the batch has the bill, else why the reference must make it.
    blocks : tuple of Block
        The bills.
    """

    groups: Ids
    reasons: Codes
    blocks: tuple[Block, ...]

    @classmethod
    def empty(cls) -> Batch:
        """Return a batch of no groups (空批)."""
        return cls(groups=Ids.empty(), reasons=np.zeros(0, np.uint8), blocks=())

    @property
    def is_billed(self) -> NDArray[np.bool_]:
        """Which groups have a bill here (已批量计费)."""
        return np.asarray(self.reasons == 0)

    @property
    def left(self) -> tuple[str, ...]:
        """The groups that are left to the reference, in canonical order (其余计费组)."""
        left = self.groups.take(~self.is_billed).ordered()[0]
        return tuple(left.to_text().tolist())

    @property
    def why(self) -> Counter[str]:
        """How many groups were left for each reason (其余原因)."""
        codes, counts = np.unique(self.reasons[self.reasons != 0], return_counts=True)
        names = (REASONS[code] for code in codes.tolist())
        return Counter(dict(zip(names, counts.tolist(), strict=True)))


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
    rates = Rates.of(rulebook.power_factor_tables)
    plans: dict[tuple[int, int, bool], Plan | None] = {}
    for chunk in chunks(state, editions, parse_month(as_of), size):
        yield chunk, list(_blocks(chunk, editions, plans, rulebook, rates))


def _blocks(
    chunk: Chunk,
    editions: Editions,
    plans: dict[tuple[int, int, bool], Plan | None],
    rulebook: Rulebook,
    rates: Rates | None,
) -> Iterator[Block]:
    for code, rows in _alike(chunk):
        place, signature, is_total, is_assessed = _unpacked(code)
        key = (place, signature, is_total)
        layout = Layout.of(signature, is_total=is_total)
        if key not in plans and layout is not None:
            plans[key] = Plan.of(editions.tariffs[place], layout)
        plan = plans.get(key)
        if layout is None:
            chunk.reasons[rows] = reason("readings")
        elif plan is None:
            chunk.reasons[rows] = reason("tariff")
        elif is_assessed and rates is None:
            chunk.reasons[rows] = reason("power_factor")
        else:
            block = compute(plan, chunk, rows, rulebook, rates if is_assessed else None)
            if block is not None:
                yield block


_SIGNATURE = 16


def _alike(chunk: Chunk) -> Iterator[tuple[int, Ints]]:
    """Yield the groups that share a plan, and the number of what they share."""
    flag, standard = (
        chunk.accounts[c] for c in ("is_power_factor_assessed", "power_factor_standard")
    )
    is_assessed = (flag == 1) | ((flag < 0) & (standard != NO_NUMBER))
    code = (chunk.editions << _SIGNATURE | chunk.signatures) << 2
    code |= (chunk.meters["total_policy"] == 1).astype(np.int64) << 1
    code |= is_assessed
    rows = np.flatnonzero(chunk.reasons == 0)
    for distinct in np.unique(code[rows]).tolist():
        yield distinct, rows[code[rows] == distinct]


def _unpacked(code: int) -> tuple[int, int, bool, bool]:
    signature = code >> 2 & (1 << _SIGNATURE) - 1
    return code >> 2 + _SIGNATURE, signature, bool(code & 2), bool(code & 1)
