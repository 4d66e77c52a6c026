"""The printed rows of points, and the results of meters (计量点打印行)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np
from attrs import evolve, frozen
from numpy.typing import NDArray

from powerchannel.billing.batch.columns.cells import Numbers
from powerchannel.billing.batch.columns.exact import Ints
from powerchannel.billing.batch.columns.keys import is_first
from powerchannel.billing.batch.columns.printed import MeterColumn, RegisterColumn
from powerchannel.billing.batch.energy.points import Carried, unit_of
from powerchannel.billing.batch.inputs.meters import MISSING
from powerchannel.billing.records import PERIODS

if TYPE_CHECKING:
    from powerchannel.billing.batch.totals.summing import Totals

__all__ = ["PointRows"]

Bools = NDArray[np.bool_]

_REVERSE = "reverse_active_"


@frozen(eq=False)
class PointRows:
    """The points of some account rows of one kind, as they are printed (计量点打印行).

    Parameters
    ----------
    totals : Totals
        All account rows and points.
    periods : mapping of int to str
        The places and names of their periods.
    at : ndarray of int64
        The places of the account rows.
    """

    totals: Totals
    periods: Mapping[int, str]
    at: Ints

    def where(self, mask: Bools) -> PointRows:
        """Return those of some of the account rows (筛选)."""
        return evolve(self, at=self.at[mask])

    def _mine(self) -> tuple[Ints, Ints]:
        """Return the points, and which bill each is of."""
        totals = self.totals
        place = np.full(len(totals.chunk.owners), -1)
        place[totals.rows[self.at]] = np.arange(len(self.at))
        bill = place[totals.points.row]
        mine = np.flatnonzero(bill >= 0)
        return mine, bill[mine]

    def _of_legs(self) -> tuple[Ints, Ints]:
        mine, bill = self._mine()
        is_metered = self.totals.points.leg[mine] >= 0
        return mine[is_metered], bill[is_metered]

    def registers(self, billed: Mapping[str, Ints]) -> Iterator[RegisterColumn]:
        """Yield a row of every period of every point, then those of other registers.

        What rounding adds to an account stands in the first row of a period.
        """
        del billed
        mine, bill = self._mine()
        points = self.totals.points
        for slot, period in self.periods.items():
            there = points.has[slot, mine]
            rows, its = mine[there], bill[there]
            rest, shown = self._rest(slot, rows, its)
            rest = rest + points.taken[slot, rows]
            shown = np.maximum(shown, points.taken_shown[slot, rows])
            sorts = points.is_single[rows] * 2 + (points.leg[rows] < 0)
            for sort in np.unique(sorts).tolist():
                part = sorts == sort
                register = "active_total" if sort & 2 else f"active_{period}"
                added = Numbers(rest[part], unit_of(self.totals.rounding), shown[part])
                row = self._active(register, period, slot, rows[part], its[part], added)
                yield _without_meter(row) if sort & 1 else row
        for nth, register in enumerate(sorted(points.others)):
            there = points.others[register][mine] != MISSING
            if there.any():
                yield self._other(register, nth, mine[there], bill[there])

    def _rest(self, slot: int, rows: Ints, bill: Ints) -> tuple[Ints, Ints]:
        """Return what rounding adds to the first of each account, and the decimals it shows."""
        totals, points = self.totals, self.totals.points
        rounding = totals.rounding
        rest, shown = np.zeros(len(rows), np.int64), np.zeros(len(rows), np.int64)
        first = np.full(len(self.at), len(rows))
        np.minimum.at(first, bill, np.arange(len(rows)))
        known = np.flatnonzero(first < len(rows))
        at = self.at[known]
        more = 10 ** (unit_of(rounding) - rounding.billed_decimals)
        rest[first[known]] = totals.billed[slot, at] * more - totals.exact[slot, at]
        most = np.full(len(self.at), rounding.billed_decimals)
        decimals = np.where(points.leg[rows] < 0, 0, rounding.metered_decimals)
        np.maximum.at(most, bill, np.maximum(decimals, points.taken_shown[slot, rows]))
        for carried in (points.transformer, points.line):
            if carried is not None:
                np.maximum.at(most, bill, carried.shown[slot, rows])
        shown[first[known]] = most[known]
        return rest, shown

    def _active(
        self, register: str, period: str, slot: int, rows: Ints, bill: Ints, added: Numbers
    ) -> RegisterColumn:
        points, rounding = self.totals.points, self.totals.rounding
        unit = unit_of(rounding)

        def carried(loss: Carried | None) -> Numbers | None:
            if loss is None:
                return None
            return Numbers(loss.values[slot, rows], unit, loss.shown[slot, rows])

        return evolve(
            self._row(register, period, rows, bill, slot),
            metered=Numbers(points.metered[slot, rows], unit, rounding.metered_decimals),
            transformer=carried(points.transformer),
            line=carried(points.line),
            added=added,
        )

    def _other(self, register: str, nth: int, rows: Ints, bill: Ints) -> RegisterColumn:
        rounding = self.totals.rounding
        period = register.removeprefix(_REVERSE) if register.startswith(_REVERSE) else "total"
        row = self._row(register, period, rows, bill, nth, is_later=True)
        counted = self.totals.points.others[register][rows]
        return evolve(row, metered=Numbers(counted, unit_of(rounding), rounding.metered_decimals))

    def _row(
        self,
        register: str,
        period: str,
        rows: Ints,
        bill: Ints,
        nth: int,
        *,
        is_later: bool = False,
    ) -> RegisterColumn:
        legs, points = self.totals.chunk.legs, self.totals.points
        leg, empty = points.leg[rows], np.full(len(legs), MISSING)
        order = points.row[rows] << 42 | np.int64(is_later) << 41 | rows << 8 | nth
        return RegisterColumn(
            bill=bill,
            order=order,
            meter=points.meter[rows],
            register=register,
            period=period,
            previous=legs.previous.get(register, empty)[leg],
            current=legs.current.get(register, empty)[leg],
            multiplier=legs.of("multiplier", leg),
        )

    def meters(self) -> Iterator[MeterColumn]:
        """Yield the energy of each meter by period and in total, and its reactive energy."""
        mine, bill = self._of_legs()
        if not len(mine):
            return
        points, rounding = self.totals.points, self.totals.rounding
        starts = np.flatnonzero(is_first(points.group[mine], points.meter[mine]))
        meter, bill, unit = points.meter[mine][starts], bill[starts], unit_of(rounding)

        def column(name: str, period: str, values: Ints, mask: Bools) -> MeterColumn:
            cells = Numbers(values[mask], unit, rounding.metered_decimals)
            return MeterColumn(
                bill=bill[mask], meter=meter[mask], name=name, period=period, cells=cells
            )

        energy = np.add.reduceat(points.metered[:, mine], starts, axis=1)
        has = points.has[:, mine][:, starts] & ~points.is_single[mine][starts]
        for slot, period in enumerate(PERIODS):
            if has[slot].any():
                yield column("metered_energy_kwh", period, energy[slot], has[slot])
        every = np.ones(len(starts), np.bool_)
        yield column("metered_energy_kwh", "total", energy.sum(axis=0), every)
        is_reactive = np.logical_or.reduceat(points.is_reactive[mine], starts)
        reactive = np.add.reduceat(points.reactive[mine], starts)
        if is_reactive.any():
            yield column("metered_reactive_kvarh", "total", reactive, is_reactive)


def _without_meter(row: RegisterColumn) -> RegisterColumn:
    """Return a row of an account that has what others measured."""
    return evolve(row, meter=None, previous=None, current=None, multiplier=None, metered=None)
