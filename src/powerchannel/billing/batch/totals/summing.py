"""The points of account rows added up, rounded, and printed (账户计费段合计)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from attrs import evolve, frozen
from numpy.typing import NDArray

from powerchannel.billing.batch.columns.cells import Numbers
from powerchannel.billing.batch.columns.exact import Ints
from powerchannel.billing.batch.columns.keys import is_first, reduced
from powerchannel.billing.batch.columns.printed import NoteColumn
from powerchannel.billing.batch.columns.sharing import FLAT
from powerchannel.billing.batch.energy.billed import Billed, Loss, Pool, rounded
from powerchannel.billing.batch.energy.points import Carried, Points, Told, unit_of
from powerchannel.billing.batch.energy.registers import Layout
from powerchannel.billing.batch.inputs.chunks import Chunk
from powerchannel.billing.batch.inputs.meters import MISSING
from powerchannel.billing.batch.submeters.deductions import Taken
from powerchannel.billing.batch.totals.point_rows import PointRows
from powerchannel.billing.batch.totals.pools import pooled
from powerchannel.billing.records import PERIODS
from powerchannel.billing.tariff import Rounding

__all__ = ["Totals", "added_up"]

Bools = NDArray[np.bool_]

_SINGLE = 1 << len(PERIODS)
_REACTIVE, _DEMAND, _BARE = _SINGLE << 1, _SINGLE << 2, _SINGLE << 3
_POOLED = _SINGLE << 4
KINDS = _SINGLE << 5
"""More than any kind of account row."""


@frozen(eq=False, kw_only=True)
class _Losses:
    """Losses of account rows."""

    values: Ints
    shown: Ints
    reactive: Ints
    reactive_shown: Ints
    is_there: Bools
    is_behind: Bools


@frozen(eq=False, kw_only=True)
class Totals:
    """What some account rows come to (账户计费段合计).

    Parameters
    ----------
    chunk : Chunk
        With the rows.
    points : Points
        What was added up.
    order : ndarray of int64
        The points, account row after account row.
    starts : ndarray of int64
        Where each account row begins among them.
    rows : ndarray of int64
        The account rows.
    kinds : ndarray of int64
        A bit for each period, and for a single rate, reactive energy, demand, no meter, and a
        shared power factor.
    rounding : Rounding
        Of their tariffs.
    metered, exact, billed : ndarray of int64, shape (periods, rows)
        In units of `unit_of`, the last in billed decimals.
    demand : ndarray of int64
        Demand decimals; below 0 where it cannot be told.
    pool : Pool
        The power factors of their groups.
    told : list of Told
        What is said.
    """

    chunk: Chunk
    points: Points
    order: Ints
    starts: Ints
    rows: Ints
    kinds: Ints
    rounding: Rounding
    metered: Ints
    exact: Ints
    billed: Ints
    metered_reactive: Ints
    reactive: Ints
    fed_in: Ints
    demand: Ints
    transformer: _Losses | None
    line: _Losses | None
    pool: Pool
    told: Sequence[Told]

    def layout(self, kind: int) -> Layout:
        """Return the periods of a kind of account row (时段组成)."""
        parts = () if kind & _SINGLE else tuple(_periods(kind).values())
        return Layout(read=(), parts=parts, is_derived=False, has_demand=bool(kind & _DEMAND))

    def of(self, kind: int, at: Ints) -> Billed:
        """Return what some account rows of one kind are billed for (账户计费电量).

        Parameters
        ----------
        kind : int
            Of all of them.
        at : ndarray of int64
            Their places among the rows.
        """
        periods = {FLAT: "total"} if kind & _SINGLE else _periods(kind)
        less = unit_of(self.rounding) - self.rounding.metered_decimals
        billed = {name: self.billed[slot, at] for slot, name in periods.items()}
        parts = list(billed.values())
        billed["total"] = sum(parts[1:], start=parts[0])
        reactive, is_bare = bool(kind & _REACTIVE), bool(kind & _BARE)
        metered = {name: rounded(self.metered[s, at], less) for s, name in periods.items()}
        if is_bare:
            metered = {"total": np.zeros(len(at), np.int64)}
        return Billed(
            metered=metered,
            is_bare=is_bare,
            pool=self.pool.where(at),
            billed=billed,
            metered_reactive=rounded(self.metered_reactive[at], less) if reactive else None,
            reactive=self.reactive[at] if reactive else None,
            fed_in=self.fed_in[at],
            demand=self.demand[at] if kind & _DEMAND else None,
            transformer=self._loss(self.transformer, periods, at),
            line=self._loss(self.line, periods, at),
            reasons=np.zeros(len(at), np.uint8),
            source=PointRows(self, periods, at),
            notes=tuple(self._notes(at)),
        )

    def _loss(self, loss: _Losses | None, periods: Mapping[int, str], at: Ints) -> Loss | None:
        if loss is None or not loss.is_behind[at].any():
            return None
        unit, slots = unit_of(self.rounding), list(periods)
        found = {
            name: Numbers(loss.values[slot, at], unit, loss.shown[slot, at])
            for slot, name in periods.items()
        }
        if "total" not in found:
            whole, shown = loss.values[:, at][slots].sum(axis=0), loss.shown[:, at][slots]
            found["total"] = Numbers(whole, unit, shown.max(axis=0))
        return Loss(
            energy=found,
            reactive=Numbers(loss.reactive[at], unit, loss.reactive_shown[at]),
            is_there=loss.is_there[at],
            is_behind=loss.is_behind[at],
        )

    def _notes(self, at: Ints) -> Iterator[NoteColumn]:
        place = np.full(len(self.chunk.owners), -1)
        place[self.rows[at]] = np.arange(len(at))
        for told in self.told:
            bill = place[told.row]
            if (mine := bill >= 0).any():
                note = evolve(told.note, bill=np.arange(len(bill))).where(mine)
                yield evolve(note, bill=bill[mine])


def _periods(kind: int) -> dict[int, str]:
    return {slot: name for slot, name in enumerate(PERIODS) if kind >> slot & 1}


def added_up(
    chunk: Chunk,
    points: Points,
    rounding: Rounding,
    demand: Ints,
    taken: Taken,
    told: Sequence[Told],
) -> Totals:
    """Add the points of each account row up, and round what is billed (账户计费段合计).

    Parameters
    ----------
    chunk : Chunk
        With the account rows.
    points : Points
        Through all stages.
    rounding : Rounding
        Of the tariffs.
    demand : ndarray of int64, shape (account rows,)
        Of all account rows of the chunk; `MISSING` for none.
    taken : Taken
        Which account rows share their power factor with what they are taken from.
    told : sequence of Told
        What is said of the points.
    """
    order = np.argsort(points.row, kind="stable")
    starts = np.flatnonzero(is_first(points.row[order]))
    rows = points.row[order][starts]
    is_sorted = bool((points.row[1:] >= points.row[:-1]).all())
    place = slice(None) if is_sorted else order

    def summed(values: Ints) -> Ints:
        return np.asarray(reduced(np.add, values[..., place], starts))

    metered = summed(points.metered)
    transformer = _losses(points.transformer, points.bank, place, starts)
    line = _losses(points.line, points.wire, place, starts)
    exact, reactive = summed(points.net), summed(points.net_reactive)
    for loss in (transformer, line):
        if loss is not None:
            exact, reactive = exact + loss.values, reactive + loss.reactive
    less = unit_of(rounding) - rounding.billed_decimals
    is_reactive = reduced(np.logical_or, points.is_reactive[..., place], starts)
    is_single = reduced(np.logical_and, points.is_single[..., place], starts)
    has = reduced(np.logical_or, points.has[..., place], starts)
    is_bare = reduced(np.logical_and, points.leg[..., place] < 0, starts)
    kinds = (
        is_bare * _BARE
        | is_single * _SINGLE
        | is_reactive * _REACTIVE
        | (demand[rows] != MISSING) * _DEMAND
    )
    for slot, there in enumerate(has):
        kinds |= there.astype(np.int64) << slot
    billed, kvarh = rounded(exact, less), rounded(reactive, less)
    pool = pooled(chunk, rows, billed.sum(axis=0), kvarh, is_reactive, taken)
    return Totals(
        chunk=chunk,
        points=points,
        order=order,
        starts=starts,
        rows=rows,
        kinds=kinds | pool.is_in * _POOLED,
        rounding=rounding,
        metered=metered,
        exact=exact,
        billed=billed,
        metered_reactive=summed(points.reactive),
        reactive=kvarh,
        fed_in=rounded(summed(points.reverse), less),
        demand=demand[rows],
        transformer=transformer,
        line=line,
        pool=pool,
        told=told,
    )


def _losses(
    carried: Carried | None, behind: Ints, place: Ints | slice, starts: Ints
) -> _Losses | None:
    if carried is None:
        return None
    reactive = carried.reactive
    return _Losses(
        values=reduced(np.add, carried.values[..., place], starts),
        shown=reduced(np.maximum, carried.shown[..., place], starts),
        reactive=reduced(np.add, reactive.values[..., place], starts),
        reactive_shown=reduced(np.maximum, reactive.shown[..., place], starts),
        is_there=reduced(np.logical_or, carried.is_there[..., place], starts),
        is_behind=reduced(np.logical_or, behind[..., place] >= 0, starts),
    )
