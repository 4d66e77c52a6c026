"""What account rows are billed for, before any price: energy, reactive, demand (账户计费电量)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol

import numpy as np
from attrs import evolve, frozen
from numpy.typing import NDArray

from powerchannel.billing.batch.columns.cells import Numbers
from powerchannel.billing.batch.columns.exact import Ints, quotient
from powerchannel.billing.batch.columns.printed import MeterColumn, NoteColumn, RegisterColumn

__all__ = ["Billed", "Loss", "Piece", "Pool", "Source", "rounded"]

Bools = NDArray[np.bool_]


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
