"""Meters of accounts that are not plain: what each took in, and what stages add to it (计量点)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from attrs import evolve, fields, frozen
from numpy.typing import NDArray

from powerchannel.billing.batch.columns.exact import Ints
from powerchannel.billing.batch.columns.keys import distinct, text_ranks
from powerchannel.billing.batch.columns.printed import NoteColumn
from powerchannel.billing.batch.columns.sharing import FLAT, Amounts
from powerchannel.billing.batch.energy.registers import Energy, Layout, layouts, metered
from powerchannel.billing.batch.inputs.chunks import Chunk
from powerchannel.billing.batch.inputs.meters import MISSING
from powerchannel.billing.batch.inputs.reasons import reason
from powerchannel.billing.records import PERIODS
from powerchannel.billing.rules import Readings
from powerchannel.billing.tariff import Rounding

__all__ = ["Carried", "Points", "Told", "measured", "unit_of"]

Bools = NDArray[np.bool_]


def unit_of(rounding: Rounding) -> int:
    """Return the decimals in which energy is held: the more of metered and billed (计算小数位)."""
    return max(rounding.metered_decimals, rounding.billed_decimals)


@frozen(eq=False, kw_only=True)
class Carried:
    """A loss that points carry (分摊到计量点的损耗).

    Parameters
    ----------
    values, shown : ndarray of int64, shape (periods, points)
        Energy, and the decimals that it shows; a single rate stands under flat.
    reactive : Amounts
        Reactive energy.
    is_there : ndarray of bool
        Which points are behind what loses.
    """

    values: Ints
    shown: Ints
    reactive: Amounts
    is_there: Bools

    def where(self, mask: Bools) -> Carried:
        """Return that of some points (筛选)."""
        return Carried(
            values=self.values[:, mask],
            shown=self.shown[:, mask],
            reactive=Amounts(self.reactive.values[mask], self.reactive.shown[mask]),
            is_there=self.is_there[mask],
        )


@frozen(eq=False)
class Told:
    """What is said of some points (计量点提示).

    Parameters
    ----------
    row : ndarray of int64
        The account row of each.
    note : NoteColumn
        What is said; its bills are of no use yet.
    """

    row: Ints
    note: NoteColumn


@frozen(eq=False, kw_only=True)
class Points:
    """Meters of some account rows, in the order of groups and of the texts of meters (计量点).

    Energies are in units of the decimals of `unit_of`.

    Parameters
    ----------
    leg : ndarray of int64, shape (points,)
        The place among the legs of the chunk; -1 for an account without a meter.
    group, row, meter : ndarray of int64
        The places of the group and the account row, and the key of the meter or the account.
    is_single : ndarray of bool
        Whether it has one rate, which stands under flat.
    has : ndarray of bool, shape (periods, points)
        The periods it has.
    metered : ndarray of int64, shape (periods, points)
        What it measured.
    reactive : ndarray of int64
        The same of reactive energy; 0 where it does not measure it.
    is_reactive : ndarray of bool
        Whether it does.
    reverse : ndarray of int64
        What was fed in.
    others : mapping of register to ndarray of int64
        What reverse and reactive registers counted; `MISSING` where there is no such register.
    taken, taken_shown : ndarray of int64, shape (periods, points)
        What relations added or took off, and the decimals that it shows.
    taken_reactive : ndarray of int64
        The same of reactive energy.
    bank, wire : ndarray of int64
        The transformers and the line that each is behind; -1 for none.
    bears_transformer, bears_line : ndarray of bool
        Whether it carries a share of their losses.
    transformer, line : Carried, optional
        The losses.
    """

    leg: Ints
    group: Ints
    row: Ints
    meter: Ints
    is_single: Bools
    has: Bools
    metered: Ints
    reactive: Ints
    is_reactive: Bools
    reverse: Ints
    others: Mapping[str, Ints]
    taken: Ints
    taken_shown: Ints
    taken_reactive: Ints
    bank: Ints
    wire: Ints
    bears_transformer: Bools
    bears_line: Bools
    transformer: Carried | None = None
    line: Carried | None = None

    def __len__(self) -> int:
        return len(self.leg)

    @property
    def net(self) -> Ints:
        """Metered, less what was taken off before losses (扣减后电量)."""
        return np.asarray(self.metered + self.taken)

    @property
    def net_reactive(self) -> Ints:
        """Reactive energy before losses (扣减后无功)."""
        return np.asarray(self.reactive + self.taken_reactive)

    def where(self, mask: Bools) -> Points:
        """Return some of them (筛选)."""
        if mask.all():
            return self
        return evolve(
            self,
            leg=self.leg[mask],
            group=self.group[mask],
            row=self.row[mask],
            meter=self.meter[mask],
            is_single=self.is_single[mask],
            has=self.has[:, mask],
            metered=self.metered[:, mask],
            reactive=self.reactive[mask],
            is_reactive=self.is_reactive[mask],
            reverse=self.reverse[mask],
            others={name: values[mask] for name, values in self.others.items()},
            taken=self.taken[:, mask],
            taken_shown=self.taken_shown[:, mask],
            taken_reactive=self.taken_reactive[mask],
            bank=self.bank[mask],
            wire=self.wire[mask],
            bears_transformer=self.bears_transformer[mask],
            bears_line=self.bears_line[mask],
            transformer=None if self.transformer is None else self.transformer.where(mask),
            line=None if self.line is None else self.line.where(mask),
        )

    def joined(self, other: Points, names: NDArray[np.object_]) -> Points:
        """Return these and others, before losses, in the order of all points (合并计量点).

        Parameters
        ----------
        other : Points
            Accounts without a meter.
        names : ndarray of object
            The names that keys are over.
        """
        both = {
            field: np.concatenate([getattr(self, field), getattr(other, field)], axis=-1)
            for field in _COLUMNS
        }
        others = {n: np.concatenate([v, other.others[n]]) for n, v in self.others.items()}
        order = np.lexsort((both["leg"], text_ranks(both["meter"], names), both["group"]))
        columns: dict[str, Any] = {field: values[..., order] for field, values in both.items()}
        return evolve(self, **columns, others={n: v[order] for n, v in others.items()})

    def refused(self, chunk: Chunk, is_out: Bools, name: str) -> Points:
        """Leave the groups of some points to the reference, and return the others (转逐户).

        Parameters
        ----------
        chunk : Chunk
            Where the reason goes.
        is_out : ndarray of bool, shape (points,)
            Which.
        name : str
            The reason.
        """
        if not is_out.any():
            return self
        chunk.refuse(self.row, is_out * np.uint8(reason(name)))
        return self.where(chunk.reasons[self.group] == 0)


_COLUMNS = tuple(
    field.name for field in fields(Points) if field.name not in ("others", "transformer", "line")
)


def measured(
    chunk: Chunk, rows: Ints, rounding: Rounding, rules: Readings
) -> tuple[Points, list[Told]]:
    """Return what the meters of some account rows measured (抄见电量).

    Parameters
    ----------
    chunk : Chunk
        With the meters; groups that cannot be billed get a reason.
    rows : ndarray of int64
        Which account rows.
    rounding : Rounding
        Of the tariffs of all of them.
    rules : Readings
        How readings become energy.
    """
    place = chunk.legs.hung
    is_wanted = np.zeros(len(chunk.owners), np.bool_)
    is_wanted[rows] = True
    leg = np.flatnonzero(is_wanted[place.row])
    found = _Columns(len(leg), 10 ** (unit_of(rounding) - rounding.metered_decimals))
    told: list[Told] = []
    for layout, at in _layouts(chunk, leg, rounding, rules):
        if layout is None:
            chunk.refuse(place.row[leg[at]], np.full(len(at), reason("readings"), np.uint8))
            continue
        energy = metered(layout, chunk.legs, leg[at], rounding, rules)
        chunk.refuse(place.row[leg[at]], energy.reasons)
        told += [
            Told(place.row[leg[at[note.bill]]], note)
            for note in energy.notes_of(chunk.legs, leg[at])
        ]
        found.put(layout, energy, at)
    points = Points(
        leg=leg,
        group=place.group[leg],
        row=place.row[leg],
        meter=chunk.legs.of("meter_id", leg),
        is_single=found.is_single,
        has=found.has,
        metered=found.metered,
        reactive=found.reactive,
        is_reactive=found.is_reactive,
        reverse=found.reverse,
        others=found.others,
        taken=np.zeros_like(found.metered),
        taken_shown=np.zeros_like(found.metered),
        taken_reactive=np.zeros(len(leg), np.int64),
        bank=np.full(len(leg), -1),
        wire=np.full(len(leg), -1),
        bears_transformer=np.ones(len(leg), np.bool_),
        bears_line=np.ones(len(leg), np.bool_),
    )
    return points.where(chunk.reasons[points.group] == 0), told


def _layouts(
    chunk: Chunk, leg: Ints, rounding: Rounding, rules: Readings
) -> Iterator[tuple[Layout | None, Ints]]:
    code = chunk.legs.signatures[leg] << 1 | (chunk.legs.of("total_policy", leg) == 1)
    for signature in distinct(code):
        at = np.flatnonzero(code == signature)
        layout = Layout.of(signature >> 1, is_total=bool(signature & 1))
        if layout is None:
            yield None, at
            continue
        for found, mine in layouts(layout, chunk.legs, leg[at], rounding, rules):
            yield found, at[mine]


class _Columns:
    """The columns of points while layout after layout is put into them."""

    def __init__(self, count: int, scale: int) -> None:
        self._count, self._scale = count, scale
        self.is_single = np.zeros(count, np.bool_)
        self.has = np.zeros((len(PERIODS), count), np.bool_)
        self.metered = np.zeros((len(PERIODS), count), np.int64)
        self.reactive = np.zeros(count, np.int64)
        self.is_reactive = np.zeros(count, np.bool_)
        self.reverse = np.zeros(count, np.int64)
        self.others: dict[str, Ints] = {}

    def put(self, layout: Layout, energy: Energy, at: Ints) -> None:
        """Put what meters of one layout counted into their places."""
        for period, values in energy.metered.items():
            slot = FLAT if period == "total" else PERIODS.index(period)
            self.has[slot, at] = True
            self.metered[slot, at] = values * self._scale
        self.is_single[at] = not layout.parts
        if (reactive := energy.reactive()) is not None:
            self.reactive[at], self.is_reactive[at] = reactive * self._scale, True
        if (reverse := energy.reverse()) is not None:
            self.reverse[at] = reverse * self._scale
        for name in (*layout.reactive, *layout.reverse):
            self._other(name)[at] = energy.counted[name] * self._scale

    def _other(self, name: str) -> Ints:
        if name not in self.others:
            self.others[name] = np.full(self._count, MISSING)
        return self.others[name]
