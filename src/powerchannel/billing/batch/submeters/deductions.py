"""Taking sub-meters, quantities and ratios off their parents (主分表、定量定比扣减)."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import numpy as np
from attrs import evolve, frozen
from numpy.typing import NDArray

from powerchannel.billing.batch.columns.exact import Ints, quotient
from powerchannel.billing.batch.columns.sharing import FLAT, Amounts, by_period, spread
from powerchannel.billing.batch.energy.points import Points, unit_of
from powerchannel.billing.batch.inputs.chunks import Chunk
from powerchannel.billing.batch.inputs.meters import MISSING
from powerchannel.billing.batch.submeters.relations import (
    RATIO,
    RATIO_DECIMALS,
    SUB_METER,
    Relations,
    relations_of,
)
from powerchannel.billing.records import PERIODS
from powerchannel.billing.reference.deduct import months_of
from powerchannel.billing.reference.job import Slice
from powerchannel.billing.rules import Allocation
from powerchannel.billing.tables.words import PERIOD_SPLITS
from powerchannel.billing.tariff import Rounding

__all__ = ["Taken", "with_relations"]

Bools = NDArray[np.bool_]

_EPOCH = date(1970, 1, 1).toordinal()
_QUANTITY_DECIMALS = 4
_SPLITS = [code.code for code in PERIOD_SPLITS]


@frozen(eq=False)
class Taken:
    """Which account rows are taken from which (扣减关系).

    Parameters
    ----------
    child, parent : ndarray of int64
        Account rows.
    """

    child: Ints
    parent: Ints


def with_relations(
    chunk: Chunk,
    points: Points,
    rows: Ints,
    rounding: Rounding,
    rules: Allocation,
    is_two_part: Bools,
) -> tuple[Points, Taken]:
    """Take off what relations say, and add the accounts without a meter that have it (扣减).

    Parameters
    ----------
    chunk : Chunk
        With the relations; groups that cannot be billed get a reason.
    points : Points
        Meters, with what they are behind.
    rows : ndarray of int64
        The account rows that are billed.
    rounding : Rounding
        Of the tariffs of all of them.
    rules : Allocation
        How what is taken off is shared.
    is_two_part : ndarray of bool, shape (account rows,)
        Which have a capacity or demand charge.
    """
    points, relations = relations_of(chunk, points, rows, rules, is_two_part)
    if not len(relations):
        return points, Taken(relations.child_row, relations.child_row)
    work = _Work(chunk, points, relations, rounding, rules)
    for nth in range(int(relations.nth.max()) + 1):
        work.take(np.flatnonzero(relations.nth == nth))
    work.place()
    taken = Taken(relations.child_row, points.row[relations.parent])
    found = work.points()
    is_odd = np.zeros(len(chunk), np.bool_)
    is_odd[relations.group[work.is_odd]] = True
    return found.refused(chunk, is_odd[found.group], "relations"), taken


class _Work:
    """Points while relations are worked through."""

    def __init__(
        self,
        chunk: Chunk,
        points: Points,
        relations: Relations,
        rounding: Rounding,
        rules: Allocation,
    ) -> None:
        self._chunk, self._relations, self._rules = chunk, relations, rules
        self._rounding, self._unit = rounding, unit_of(rounding)
        self._points = evolve(
            points,
            taken=points.taken.copy(),
            taken_shown=points.taken_shown.copy(),
            taken_reactive=points.taken_reactive.copy(),
            bank=points.bank.copy(),
            wire=points.wire.copy(),
            bears_transformer=points.bears_transformer.copy(),
            bears_line=points.bears_line.copy(),
        )
        count = len(relations)
        self.is_odd = np.zeros(count, np.bool_)
        self._given = np.zeros((len(PERIODS), count), np.int64)
        self._shown = np.zeros((len(PERIODS), count), np.int64)
        self._step = np.full(len(points), -1)
        self._base = np.zeros(len(points), np.int64)

    def take(self, rows: Ints) -> None:
        """Work through one relation of each parent."""
        relations, points = self._relations, self._points
        parent, step = relations.parent[rows], relations.step[rows]
        is_new = self._step[parent] != step
        self._step[parent] = step
        self._base[parent[is_new]] = points.net[:, parent[is_new]].sum(axis=0)
        kind = relations.kind[rows]
        for which, one in (
            (kind == SUB_METER, self._sub_meters),
            (kind != SUB_METER, self._shares),
        ):
            if which.any():
                one(rows[which])

    def _sub_meters(self, rows: Ints) -> None:
        """Take the metered energy of children off."""
        points, relations = self._points, self._relations
        parent, child = relations.parent[rows], relations.child[rows]
        net, has = points.net[:, parent], points.has[:, parent]
        energy, own = points.metered[:, child], points.has[:, child]
        whole = energy.sum(axis=0)
        outside = np.where(has, 0, energy).sum(axis=0)
        inside = np.where(has, energy, 0)
        inside[FLAT] += outside
        shown = np.where(own & has, self._rounding.metered_decimals, 0)
        shown[FLAT, outside != 0] = self._rounding.metered_decimals
        self.is_odd[rows] |= (outside != 0) & ~has[FLAT]
        is_flat = points.is_single[parent]
        inside[:, is_flat], shown[:, is_flat] = 0, 0
        inside[FLAT, is_flat] = whole[is_flat]
        shown[FLAT, is_flat] = self._rounding.metered_decimals
        split = np.flatnonzero(~is_flat & points.is_single[child])
        if len(split):
            parts, places = self._split(
                rows[split],
                Amounts(whole[split], np.full(len(split), self._rounding.metered_decimals)),
                net[:, split],
                has[:, split],
                self._rounding.metered_decimals,
                self._rules.sub_meter_split,
            )
            inside[:, split], shown[:, split] = parts, places
        self._take(rows, inside, shown)
        value = np.where(points.is_reactive[parent], points.reactive[child], 0)
        self.is_odd[rows] |= value > points.net_reactive[parent]
        points.taken_reactive[parent] -= value

    def _split(
        self,
        rows: Ints,
        total: Amounts,
        net: Ints,
        has: Bools,
        decimals: int,
        otherwise: str | NDArray[np.str_],
    ) -> tuple[Ints, Ints]:
        """Share energy over the periods of parents, as each relation says."""
        said = self._relations.columns["period_split"][rows]
        values, shown = np.zeros_like(net), np.zeros_like(net)
        names = np.array([*_SPLITS, ""], object)[said]
        names = np.where(said < 0, otherwise, names)
        for policy in _SPLITS:
            mine = np.flatnonzero(names == policy)
            part = Amounts(total.values[mine], total.shown[mine])
            values[:, mine], shown[:, mine] = by_period(
                part, net[:, mine], has[:, mine], self._unit, decimals, policy
            )
        self._is_flat = names == "flat"
        return values, shown

    def _shares(self, rows: Ints) -> None:
        """Take quantities and ratios off; they are what accounts without a meter have."""
        points, relations = self._points, self._relations
        parent, decimals = relations.parent[rows], self._rounding.billed_decimals
        net, has = points.net[:, parent], points.has[:, parent]
        left, held = net.sum(axis=0), np.maximum(points.taken_shown[:, parent], self._metered)
        energy, is_most = self._energy(rows, left)
        places = np.where(is_most, np.where(has, held, 0).max(axis=0), decimals)
        rules = self._rules
        otherwise = np.where(relations.kind[rows] == RATIO, rules.ratio_split, rules.quantity_split)
        wanted, shown = self._split(rows, Amounts(energy, places), net, has, decimals, otherwise)
        kept = np.minimum(wanted, net)
        kept_shown = np.where(wanted > net, held, shown)
        rest = energy - kept.sum(axis=0)
        self.is_odd[rows] |= (energy == 0) | (self._is_flat & (wanted[FLAT] > net[FLAT]))
        short = np.flatnonzero((rest != 0) & ~self.is_odd[rows])
        if len(short):
            room = (net - kept)[:, short]
            part = Amounts(rest[short], kept_shown[:, short].max(axis=0))
            more = spread(part, room, has[:, short], self._unit, self._metered)
            kept[:, short] += more[0]
            kept_shown[:, short] = np.maximum(kept_shown[:, short], more[1])
        self._take(rows, kept, kept_shown)
        self._given[:, rows], self._shown[:, rows] = kept, kept_shown

    @property
    def _metered(self) -> int:
        return self._rounding.metered_decimals

    def _energy(self, rows: Ints, left: Ints) -> tuple[Ints, Bools]:
        """Return what is taken off, at most what is left, and where it is that."""
        relations, decimals = self._relations, self._rounding.billed_decimals
        more = 10 ** (self._unit - decimals)
        table, is_ratio = relations.columns, relations.kind[rows] == RATIO
        ratio = np.where(is_ratio, table["ratio"][rows], 0)
        base = self._base[relations.parent[rows]]
        energy = quotient(base, ratio, 10**RATIO_DECIMALS * more) * more
        quantity = np.where(is_ratio, 0, table["quantity_kwh"][rows])
        for (begins, ends), mine in self._periods(rows):
            part = Slice(number=0, started_on=begins, ended_on=ends, rows={})
            policy = self._rules.quantity_days
            months = Fraction(1) if policy == "none" else months_of(policy, part)
            factor = months * Fraction(10**decimals, 10**_QUANTITY_DECIMALS)
            fixed = quotient(quantity[mine], factor.numerator, factor.denominator) * more
            energy[mine] += fixed
        is_most = energy > left
        self.is_odd[rows] |= is_most & ~is_ratio
        return np.minimum(energy, left), is_most

    def _periods(self, rows: Ints) -> list[tuple[tuple[date, date], Ints]]:
        accounts, row = self._chunk.accounts, self._relations.child_row[rows]
        spans = np.stack([accounts[c][row].astype(np.int64) for c in ("started_on", "ended_on")])
        distinct, at = np.unique(spans, axis=1, return_inverse=True)
        days = [
            tuple(date.fromordinal(_EPOCH + day) for day in case) for case in distinct.T.tolist()
        ]
        return [((b, e), np.flatnonzero(at.reshape(-1) == i)) for i, (b, e) in enumerate(days)]

    def _take(self, rows: Ints, energy: Ints, shown: Ints) -> None:
        points, parent = self._points, self._relations.parent[rows]
        self.is_odd[rows] |= (energy > points.net[:, parent]).any(axis=0)
        points.taken[:, parent] -= energy
        points.taken_shown[:, parent] = np.maximum(points.taken_shown[:, parent], shown)

    def place(self) -> None:
        """Put sub-meters behind what their parents are behind, where they are behind nothing."""
        relations = self._relations
        rows = np.flatnonzero(relations.kind == SUB_METER)
        parent, child = relations.parent[rows], relations.child[rows]
        for behind, bears, column in self._kinds():
            said = relations.columns[column][rows]
            bears[child] = np.where(said < 0, behind[child] >= 0, said == 1)
            behind[child] = np.where(behind[child] < 0, behind[parent], behind[child])

    def _kinds(self) -> list[tuple[Ints, Bools, str]]:
        points = self._points
        return [
            (points.bank, points.bears_transformer, "bears_transformer_loss"),
            (points.wire, points.bears_line, "bears_line_loss"),
        ]

    def points(self) -> Points:
        """Return all points, those without a meter too, in order."""
        relations, points = self._relations, self._points
        rows = np.flatnonzero(relations.kind != SUB_METER)
        if not len(rows):
            return points
        parent, row = relations.parent[rows], relations.child_row[rows]
        is_own = relations.kind[rows] == RATIO
        bears = []
        for _, _, column in self._kinds():
            said = relations.columns[column][rows]
            bears.append(np.where(said < 0, is_own, said == 1))
        nothing, zero = np.zeros(len(rows), np.bool_), np.zeros(len(rows), np.int64)
        given = self._given[:, rows]
        return points.joined(
            Points(
                leg=np.full(len(rows), -1),
                group=relations.group[rows],
                row=row,
                meter=self._chunk.account("account_id", row),
                is_single=points.is_single[parent],
                has=given != 0,
                metered=np.zeros_like(given),
                reactive=zero,
                is_reactive=nothing,
                reverse=zero,
                others={name: np.full(len(rows), MISSING) for name in points.others},
                taken=given,
                taken_shown=self._shown[:, rows],
                taken_reactive=zero,
                bank=points.bank[parent],
                wire=points.wire[parent],
                bears_transformer=bears[0],
                bears_line=bears[1],
            ),
            self._chunk.names,
        )
