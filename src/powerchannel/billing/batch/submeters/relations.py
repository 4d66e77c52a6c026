"""Sub-meters, fixed quantities and ratios of a group, found and checked (主分表、定量定比关系)."""

from __future__ import annotations

import numpy as np
from attrs import evolve, frozen
from numpy.typing import NDArray

from powerchannel.billing.batch.columns.exact import Ints
from powerchannel.billing.batch.columns.keys import Keys, pair_places, runs, text_ranks
from powerchannel.billing.batch.energy.points import Points
from powerchannel.billing.batch.inputs.chunks import Chunk
from powerchannel.billing.batch.inputs.meters import MISSING
from powerchannel.billing.batch.inputs.reasons import reason
from powerchannel.billing.rules import Allocation
from powerchannel.billing.tables.words import RATIO_BASES, RELATION_KINDS
from powerchannel.memory.rows import Rows
from powerchannel.tables import NO_NUMBER

__all__ = ["QUANTITY", "RATIO", "RATIO_DECIMALS", "SUB_METER", "Relations", "relations_of"]

Bools = NDArray[np.bool_]

_KINDS = [code.code for code in RELATION_KINDS]
SUB_METER, QUANTITY, RATIO = (
    _KINDS.index(name) for name in ("sub_meter", "fixed_quantity", "fixed_ratio")
)
RATIO_DECIMALS = 10
_AFTER = [code.code for code in RATIO_BASES].index("after_loss")
_STEPS = {
    "sub_meters_first": {SUB_METER: 0, QUANTITY: 1, RATIO: 2},
    "quantities_first": {QUANTITY: 0, RATIO: 1, SUB_METER: 2},
}


@frozen(eq=False, kw_only=True)
class Relations:
    """Relations in the order in which they are worked through, parent after parent (关系).

    Parameters
    ----------
    group : ndarray of int64
        The place of the group.
    kind : ndarray of int64
        `SUB_METER`, `QUANTITY` or `RATIO`.
    parent : ndarray of int64
        The point that is taken from.
    child : ndarray of int64
        The point of a sub-meter; -1 for an account without a meter.
    child_row : ndarray of int64
        The account row that has the energy.
    step, nth : ndarray of int64
        Which step of its parent it belongs to, and its place among all of its parent.
    columns : Rows
        The table, in this order.
    """

    group: Ints
    kind: Ints
    parent: Ints
    child: Ints
    child_row: Ints
    step: Ints
    nth: Ints
    columns: Rows

    def __len__(self) -> int:
        return len(self.kind)

    @classmethod
    def none(cls, table: Rows) -> Relations:
        """Return no relations (无关系).

        Parameters
        ----------
        table : Rows
            Without rows.
        """
        no = np.zeros(0, np.int64)
        return cls(
            group=no, kind=no, parent=no, child=no, child_row=no, step=no, nth=no, columns=table
        )

    def where(self, mask: Bools) -> Relations:
        """Return some of them (筛选)."""
        return Relations(
            group=self.group[mask],
            kind=self.kind[mask],
            parent=self.parent[mask],
            child=self.child[mask],
            child_row=self.child_row[mask],
            step=self.step[mask],
            nth=self.nth[mask],
            columns=self.columns.where(mask),
        )


def relations_of(
    chunk: Chunk, points: Points, rows: Ints, rules: Allocation, is_two_part: Bools
) -> tuple[Points, Relations]:
    """Find what is taken from what; groups with a fault, or a tree, are left (取关系).

    One level: the parent is a meter that is taken from nothing. Each name is a meter, or an
    account with one.

    Parameters
    ----------
    chunk : Chunk
        With the relations; groups that cannot be billed get a reason.
    points : Points
        Meters.
    rows : ndarray of int64
        The account rows that are billed.
    rules : Allocation
        In which order kinds are taken off.
    is_two_part : ndarray of bool, shape (account rows,)
        Which have a capacity or demand charge.

    Returns
    -------
    points : Points
        Those of groups that can be billed.
    relations : Relations
        Over these points.
    """
    if not len(table := chunk.tables["relations"]):
        return points.where(chunk.reasons[points.group] == 0), Relations.none(table)
    found = _found(chunk, points, rows, rules)
    is_odd = _is_odd(chunk, points, found, is_two_part) | (found.child_row < 0)
    at = np.searchsorted(chunk.owners, found.group[is_odd])
    chunk.refuse(at, np.full(len(at), reason("relations"), np.uint8))
    _refuse_bare(chunk, points, rows, found)
    kept = chunk.reasons[points.group] == 0
    place = np.cumsum(kept) - 1
    mine = found.where(kept[found.parent] & (found.parent >= 0)) if len(points) else found
    child = np.where(mine.child < 0, -1, place[mine.child]) if len(points) else mine.child
    parent = place[mine.parent] if len(points) else mine.parent
    return points.where(kept), evolve(mine, parent=parent, child=child)


def _refuse_bare(chunk: Chunk, points: Points, rows: Ints, found: Relations) -> None:
    """Leave groups with an account that has neither a meter nor a share."""
    has_energy = np.zeros(len(chunk.owners), np.bool_)
    has_energy[points.row] = True
    has_energy[found.child_row[found.child_row >= 0]] = True
    is_left = chunk.reasons[chunk.owners[rows]] == 0
    bare = rows[is_left & ~has_energy[rows]]
    chunk.refuse(bare, np.full(len(bare), reason("meters"), np.uint8))


def _found(chunk: Chunk, points: Points, rows: Ints, rules: Allocation) -> Relations:
    table, group = chunk.tables["relations"], chunk.places("relations")
    is_mine = np.zeros(len(chunk), np.bool_)
    is_mine[chunk.owners[rows]] = True
    is_wanted = is_mine[group] & (chunk.reasons[group] == 0)
    table, group = table.where(is_wanted), group[is_wanted]
    kind = table["kind"].astype(np.int64)
    parent = _points(chunk, points, group, table["parent_id"])
    child = _points(chunk, points, group, table["child_id"])
    row = np.where(child < 0, chunk.row_of(group, table["child_id"]), points.row[child])
    child = np.where(kind == SUB_METER, child, -1)
    steps = _STEPS[rules.order]
    step = np.array([steps.get(k, 0) for k in kind.tolist()], np.int64)
    rank = text_ranks(table["child_id"].astype(np.int64), chunk.names)
    order = np.lexsort((rank, step, parent))
    starts, counts = runs(parent[order]) if len(order) else (order, order)
    nth = np.arange(len(order)) - np.repeat(starts, counts)
    columns = Rows(table.name, table.key, {n: v[order] for n, v in table.columns.items()})
    return Relations(
        group=group[order],
        kind=kind[order],
        parent=parent[order],
        child=child[order],
        child_row=row[order],
        step=step[order],
        nth=nth,
        columns=columns,
    )


def _points(chunk: Chunk, points: Points, group: Ints, ids: Keys) -> Ints:
    """Return the one point of each meter, or of each account; -1 for none, -2 for several."""
    ids = ids.astype(np.int64)
    found = pair_places(group, ids, points.group, points.meter)
    if not len(points):
        return found
    is_several = (found >= 0) & chunk.legs.hung.is_shared[points.leg[found]]
    counts = np.bincount(points.row, minlength=len(chunk.owners))
    one = np.zeros(len(chunk.owners), np.int64)
    one[points.row] = np.arange(len(points))
    row = chunk.row_of(group, ids)
    of_account = np.where(counts[row] == 1, one[row], np.where(counts[row] == 0, -1, -2))
    found = np.where((found < 0) & (row >= 0), of_account, found)
    return np.where(is_several, -2, found)


def _is_odd(chunk: Chunk, points: Points, found: Relations, is_two_part: Bools) -> Bools:
    table, kind = found.columns, found.kind
    is_sub = kind == SUB_METER
    quantity, ratio = table["quantity_kwh"], table["ratio"]
    is_odd = (found.parent < 0) | ~np.isin(kind, (SUB_METER, QUANTITY, RATIO))
    is_odd |= is_sub & (found.child < 0)
    is_odd |= (kind == QUANTITY) & ((quantity == NO_NUMBER) | (quantity < 0))
    is_odd |= (kind == RATIO) & (
        (ratio == NO_NUMBER)
        | (ratio < 0)
        | (ratio > 10**RATIO_DECIMALS)
        | (table["ratio_base"] == _AFTER)
    )
    hangs = np.zeros(len(chunk.owners), np.bool_)
    hangs[chunk.hung.row[chunk.hung.row >= 0]] = True
    is_odd |= ~is_sub & hangs[found.child_row]
    is_odd |= _has_demand(chunk, points, found) & ~is_sub & is_two_part[found.child_row]
    is_child = np.zeros(len(points) + 1, np.bool_)
    is_child[found.child[is_sub & (found.child >= 0)]] = True
    is_odd |= is_child[found.parent] & (found.parent >= 0)
    is_odd |= _repeated(np.where(found.child >= 0, found.child, -found.child_row - 1))
    named = table["parent_id"].astype(np.int64)
    is_odd[1:] |= (found.parent[1:] == found.parent[:-1]) & (named[1:] != named[:-1])
    return np.asarray(is_odd)


def _has_demand(chunk: Chunk, points: Points, found: Relations) -> Bools:
    """Tell where a share may take demand along: the reference shares it out."""
    has = np.zeros(len(chunk.owners), np.bool_)
    has[chunk.legs.hung.row[chunk.legs.demand != MISSING]] = True
    return has[points.row[found.parent]] if len(points) else np.zeros(len(found), np.bool_)


def _repeated(keys: Ints) -> Bools:
    """Tell which keys stand more than once."""
    _, inverse, counts = np.unique(keys, return_inverse=True, return_counts=True)
    return np.asarray(counts[inverse.reshape(-1)] > 1)
