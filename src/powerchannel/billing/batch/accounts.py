"""What account rows are billed for, before any price: energy, reactive, demand (账户计费电量)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol

import numpy as np
from attrs import evolve, frozen
from numpy.typing import NDArray

from powerchannel.billing.batch.blocks import MeterColumn, NoteColumn, Numbers, RegisterColumn
from powerchannel.billing.batch.exact import Ints, quotient
from powerchannel.billing.batch.inputs import Chunk
from powerchannel.billing.batch.meters import Legs
from powerchannel.billing.batch.registers import Energy, Layout, metered
from powerchannel.billing.rules import Readings
from powerchannel.billing.tariff import Rounding

__all__ = ["Billed", "Loss", "OneMeter", "Piece", "Pool", "Source", "plain", "rounded"]

Bools = NDArray[np.bool_]

_MOST_KW = 1e9
_REVERSE = "reverse_active_"


class Source(Protocol):
    """What the energy of some account rows comes from: printed when it is asked for (电量来源)."""

    def where(self, mask: Bools) -> Source:
        """Return that of some of the rows (筛选)."""

    def registers(self, billed: Mapping[str, Ints]) -> Iterator[RegisterColumn]:
        """Yield the printed rows of registers (示数行).

        Parameters
        ----------
        billed : mapping of period to ndarray of int64
            What the rows are billed for.
        """

    def meters(self) -> Iterator[MeterColumn]:
        """Yield what each meter counted (各表电量)."""


@frozen(eq=False, kw_only=True)
class Loss:
    """A loss that account rows bear (分摊损耗).

    Parameters
    ----------
    energy : mapping of period to Numbers
        [kWh]
    reactive : Numbers
        [kvarh]
    is_there : ndarray of bool
        Which rows bear any.
    is_behind : ndarray of bool
        Which rows are behind what loses it.
    """

    energy: Mapping[str, Numbers]
    reactive: Numbers
    is_there: Bools
    is_behind: Bools

    def where(self, mask: Bools) -> Loss:
        """Return that of some of the rows (筛选)."""
        return Loss(
            energy={p: v.where(mask) for p, v in self.energy.items()},
            reactive=self.reactive.where(mask),
            is_there=self.is_there[mask],
            is_behind=self.is_behind[mask],
        )


@frozen(eq=False, kw_only=True)
class Piece:
    """What some account rows are billed for from one reading to the next (分段电量).

    Parameters
    ----------
    first : int
        The place of the edition that begins with it.
    billed : mapping of period to ndarray of int64
        Billed decimals; with ``total``.
    fed_in : ndarray of int64, optional
        Billed decimals.
    """

    first: int
    billed: Mapping[str, Ints]
    fed_in: Ints | None

    def where(self, mask: Bools) -> Piece:
        """Return that of some of the rows (筛选)."""
        return Piece(
            first=self.first,
            billed={name: values[mask] for name, values in self.billed.items()},
            fed_in=None if self.fed_in is None else self.fed_in[mask],
        )


@frozen(eq=False, kw_only=True)
class Pool:
    """The power factor that account rows share with others of their group (共力率).

    Parameters
    ----------
    factor : ndarray of int64
        In hundredths.
    is_known : ndarray of bool
        Where there is active energy.
    is_in : ndarray of bool
        Which rows share it.
    """

    factor: Ints
    is_known: Bools
    is_in: Bools

    def where(self, mask: Bools | Ints) -> Pool:
        """Return that of some of the rows (筛选)."""
        return Pool(factor=self.factor[mask], is_known=self.is_known[mask], is_in=self.is_in[mask])


@frozen(eq=False, kw_only=True)
class Billed:
    """What some account rows with the same periods are billed for (账户计费电量).

    Parameters
    ----------
    metered : mapping of period to ndarray of int64
        Metered decimals; ``total`` alone for a single rate.
    billed : mapping of period to ndarray of int64
        Billed decimals; with ``total``.
    metered_reactive, reactive : ndarray of int64, optional
        Metered and billed decimals.
    fed_in : ndarray of int64, optional
        Billed decimals.
    demand : ndarray of int64, optional
        What the meters recorded, demand decimals.
    transformer, line : Loss, optional
        What is added for losses.
    pool : Pool, optional
        The power factor, where it is not that of each row by itself.
    is_bare : bool
        Whether the rows have no meter, and what others measured.
    reasons : ndarray of uint8
        Why a row is left to the reference.
    source : Source
        What it comes from.
    notes : tuple of NoteColumn
        What is said of it.
    pieces : tuple of Piece
        Its parts, where it was read when the price changed.
    """

    metered: Mapping[str, Ints]
    billed: Mapping[str, Ints]
    metered_reactive: Ints | None
    reactive: Ints | None
    fed_in: Ints | None
    demand: Ints | None
    transformer: Loss | None = None
    line: Loss | None = None
    pool: Pool | None = None
    is_bare: bool = False
    reasons: NDArray[np.uint8]
    source: Source
    notes: tuple[NoteColumn, ...] = ()
    pieces: tuple[Piece, ...] = ()

    def where(self, mask: Bools) -> Billed:
        """Return that of some of the rows (筛选)."""

        def kept(columns: Mapping[str, Ints]) -> dict[str, Ints]:
            return {name: values[mask] for name, values in columns.items()}

        def known(values: Ints | None) -> Ints | None:
            return None if values is None else values[mask]

        return evolve(
            self,
            metered=kept(self.metered),
            billed=kept(self.billed),
            metered_reactive=known(self.metered_reactive),
            reactive=known(self.reactive),
            fed_in=known(self.fed_in),
            demand=known(self.demand),
            transformer=None if self.transformer is None else self.transformer.where(mask),
            line=None if self.line is None else self.line.where(mask),
            pool=None if self.pool is None else self.pool.where(mask),
            reasons=self.reasons[mask],
            source=self.source.where(mask),
            notes=tuple(note.where(mask) for note in self.notes),
            pieces=tuple(piece.where(mask) for piece in self.pieces),
        )

    @property
    def parts(self) -> dict[str, Ints]:
        """The energy by period, or in total for a single rate (分时电量)."""
        parts = {p: v for p, v in self.billed.items() if p != "total"}
        return parts or dict(self.billed)


def rounded(values: Ints, less: int) -> Ints:
    """Round to fewer decimals, or write with more (取整).

    Examples
    --------
    >>> rounded(np.array([150, 149]), 2).tolist(), rounded(np.array([7]), -1).tolist()
    ([2, 1], [70])
    """
    return quotient(values, 1, 10**less) if less > 0 else values * 10**-less


def plain(layout: Layout, chunk: Chunk, rows: Ints, rounding: Rounding, rules: Readings) -> Billed:
    """Return what account rows with one meter each are billed for (单表账户).

    Parameters
    ----------
    layout : Layout
        Of all of the meters.
    chunk : Chunk
        The rows and the meters.
    rows : ndarray of int64
        Which; all of them `Chunk.is_plain`.
    rounding : Rounding
        Of their tariff.
    rules : Readings
        How readings become energy.
    """
    legs = chunk.first_leg[rows]
    energy = metered(layout, chunk.legs, legs, rounding, rules)
    less = rounding.metered_decimals - rounding.billed_decimals
    billed = {period: rounded(values, less) for period, values in energy.metered.items()}
    if "total" not in billed:
        parts = list(billed.values())
        billed["total"] = sum(parts[1:], start=parts[0])
    reactive, reverse = energy.reactive(), energy.reverse()
    return Billed(
        metered=energy.metered,
        billed=billed,
        metered_reactive=reactive,
        reactive=None if reactive is None else rounded(reactive, less),
        fed_in=None if reverse is None else rounded(reverse, less),
        demand=_demand(layout, chunk.legs, legs, rounding.demand_decimals),
        reasons=energy.reasons,
        source=OneMeter(layout, chunk.legs, legs, energy, rounding),
        notes=energy.notes_of(chunk.legs, legs),
    )


def _demand(layout: Layout, legs: Legs, rows: Ints, decimals: int) -> Ints | None:
    if not layout.has_demand:
        return None
    read, multiplier = legs.demand[rows], legs.of("multiplier", rows)
    is_far = np.abs(read.astype(np.float64)) * multiplier > _MOST_KW * 1e12
    read = np.where(is_far, -1, read)
    multiplier = np.where(is_far, 10**12, multiplier)
    return quotient(read, multiplier, 10 ** (12 - decimals))


@frozen(eq=False)
class OneMeter:
    """One meter an account row (单表电量来源).

    Parameters
    ----------
    layout : Layout
        Of all of the meters.
    legs : Legs
        The meters.
    rows : ndarray of int64
        Which.
    energy : Energy
        What they counted.
    rounding : Rounding
        Of their tariff.
    """

    layout: Layout
    legs: Legs
    rows: Ints
    energy: Energy
    rounding: Rounding

    def where(self, mask: Bools) -> OneMeter:
        """Return that of some of the rows (筛选)."""
        return evolve(self, rows=self.rows[mask], energy=self.energy.where(mask))

    def registers(self, billed: Mapping[str, Ints]) -> Iterator[RegisterColumn]:
        """Yield a row of every period: what rounding adds stands beside what was metered (示数行).

        Parameters
        ----------
        billed : mapping of period to ndarray of int64
            What the rows are billed for.
        """
        decimals, final = self.rounding.metered_decimals, self.rounding.billed_decimals
        most = max(decimals, final)
        order = 0
        for period, energy in self.energy.metered.items():
            added = billed[period] * 10 ** (most - final) - energy * 10 ** (most - decimals)
            yield self._row(f"active_{period}", period, order, Numbers(added, most))
            order += 1
        names = (*self.layout.reactive, *self.layout.reverse)
        for register in sorted(names):
            period = register.removeprefix(_REVERSE) if register.startswith(_REVERSE) else "total"
            yield self._row(register, period, order, None)
            order += 1

    def _row(self, register: str, period: str, order: int, added: Numbers | None) -> RegisterColumn:
        legs, rows = self.legs, self.rows
        is_read = register in self.layout.read
        counted = self.energy.metered[period] if added else self.energy.counted[register]
        return RegisterColumn(
            order=np.full(len(rows), order),
            meter=legs.of("meter_id", rows),
            register=register,
            period=period,
            previous=legs.previous[register][rows] if is_read else None,
            current=legs.current[register][rows] if is_read else None,
            multiplier=legs.of("multiplier", rows),
            metered=Numbers(counted, self.rounding.metered_decimals),
            added=added,
        )

    def meters(self) -> Iterator[MeterColumn]:
        """Yield what each meter counted (各表电量)."""
        decimals = self.rounding.metered_decimals
        meter = self.legs.of("meter_id", self.rows)
        energy, reactive = dict(self.energy.metered), self.energy.reactive()
        if "total" not in energy:
            parts = list(energy.values())
            energy["total"] = sum(parts[1:], start=parts[0])
        for period, values in energy.items():
            cells = Numbers(values, decimals)
            yield MeterColumn(meter=meter, name="metered_energy_kwh", period=period, cells=cells)
        if reactive is not None:
            cells = Numbers(reactive, decimals)
            yield MeterColumn(
                meter=meter, name="metered_reactive_kvarh", period="total", cells=cells
            )
