"""Account rows cut where the price changes and the meter was read (变价日有示数的分段)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

import numpy as np
from attrs import evolve, frozen
from numpy.typing import NDArray

from powerchannel.billing.batch.columns.cells import Numbers
from powerchannel.billing.batch.columns.exact import Ints, shown_decimals
from powerchannel.billing.batch.columns.printed import MeterColumn, RegisterColumn
from powerchannel.billing.batch.energy.billed import Billed, Piece, rounded
from powerchannel.billing.batch.energy.plain import OneMeter, plain
from powerchannel.billing.batch.energy.registers import Energy, Layout, metered
from powerchannel.billing.batch.inputs.chunks import Chunk
from powerchannel.billing.batch.inputs.editions import Editions
from powerchannel.billing.batch.inputs.meters import MISSING, Legs
from powerchannel.billing.batch.inputs.reasons import reason
from powerchannel.billing.rules import Readings
from powerchannel.billing.state import GROUP
from powerchannel.billing.tables.words import READING_STATUSES, REGISTERS
from powerchannel.billing.tariff import Rounding
from powerchannel.tables import NO_NUMBER

__all__ = ["MOST_CHANGES", "cut_energy", "cuts_of", "days_of"]

Bools = NDArray[np.bool_]

MOST_CHANGES = 8
"""A row of which the price changes more often is cut nowhere, and left to the reference if read."""

_NAMES = tuple(code.code for code in REGISTERS)
_ACTIVE = sum(1 << i for i, name in enumerate(_NAMES) if name.startswith("active_"))
_ENERGY = ~(1 << _NAMES.index("max_demand"))
_OK = [code.code for code in READING_STATUSES].index("ok")
_SHOWN = 6


def cuts_of(chunk: Chunk, editions: Editions) -> Ints:
    """Return at which changes of its price each account row is cut: a bit for each (分段位).

    A row is cut where its meter was read. Rows of which only some registers were read that day,
    and those of several meters, are left to the reference.

    Parameters
    ----------
    chunk : Chunk
        Groups that cannot be taken get a reason.
    editions : Editions
        The tariffs.
    """
    places = chunk.editions
    found = np.zeros(len(places), np.int64)
    for place in np.flatnonzero(np.bincount(places[places >= 0])).tolist():
        for bit, day in enumerate(editions.changes(place)):
            rows = np.flatnonzero(places == place)
            seen = _seen(chunk, day)[chunk.owners[rows]]
            rows, seen = rows[seen & _ACTIVE != 0], seen[seen & _ACTIVE != 0]
            is_plain = chunk.is_plain[rows]
            is_plain[is_plain] = _has_all(chunk, rows[is_plain], seen[is_plain])
            is_plain &= bit < MOST_CHANGES
            chunk.refuse(rows, ~is_plain * np.uint8(reason("tariff_changes")))
            found[rows[is_plain]] |= 1 << min(bit, MOST_CHANGES)
    return found


def days_of(editions: Editions, place: int, cut: int) -> dict[int, int]:
    """Return the editions that begin where a row is cut, and the days (分段日).

    Parameters
    ----------
    editions : Editions
        The tariffs.
    place : int
        The editions of the row.
    cut : int
        As `cuts_of` has it.
    """
    days = enumerate(editions.changes(place))
    return {bit + 1: day for bit, day in days if cut >> bit & 1}


def _seen(chunk: Chunk, day: int) -> Ints:
    """Return the registers of each group that were read on a day: a bit for each."""
    readings = chunk.tables["readings"]
    rows = _on(chunk, day)
    found = np.zeros(len(chunk.groups), np.int64)
    at = np.searchsorted(chunk.groups, readings[GROUP][rows])
    is_there = at < len(chunk.groups)
    at, rows = at[is_there], rows[is_there]
    is_there = chunk.groups[at] == readings[GROUP][rows]
    bits = 1 << readings["register"][rows[is_there]].astype(np.int64)
    np.bitwise_or.at(found, at[is_there], bits)
    return found


def _on(chunk: Chunk, day: int) -> Ints:
    """Return the readings of a day that count."""
    readings = chunk.tables["readings"]
    return np.flatnonzero((readings["read_on"] == day) & (readings["status"] == _OK))


def _has_all(chunk: Chunk, rows: Ints, seen: Ints) -> Bools:
    whole = chunk.legs.signatures[chunk.first_leg[rows]] & _ENERGY
    return np.asarray(seen & _ENERGY == whole)


def cut_energy(
    layout: Layout,
    chunk: Chunk,
    rows: Ints,
    days: Mapping[int, int],
    rounding: Rounding,
    rules: Readings,
) -> Billed:
    """Return what account rows are billed for that are cut on some days (分段电量).

    Each piece is rounded for itself.

    Parameters
    ----------
    layout, chunk, rows, rounding, rules
        As for `plain`.
    days : mapping of int to int
        The place of each edition on the first day of which all of them are cut, and that day.
    """
    at = chunk.first_leg[rows]
    ends = [*(_read_on(chunk, layout, rows, day) for day in days.values()), chunk.legs]
    upto = [metered(layout, legs, at, rounding, rules) for legs in ends]
    parts = [upto[0], *(_less(after, before) for before, after in pairwise(upto))]
    pieces = [_piece(first, part, rounding) for first, part in zip([0, *days], parts, strict=True)]
    legs = [ends[0], *(evolve(b, previous=a.current) for a, b in pairwise(ends))]
    sources = [
        OneMeter(layout, one, at, part, rounding) for one, part in zip(legs, parts, strict=True)
    ]
    found, reactive = plain(layout, chunk, rows, rounding, rules), [p.reactive() for p in parts]
    return evolve(
        found,
        billed={p: _sum([piece.billed[p] for piece in pieces]) for p in found.billed},
        metered_reactive=_known(reactive),
        reactive=_known([None if r is None else _rounded(r, rounding) for r in reactive]),
        fed_in=_known([piece.fed_in for piece in pieces]),
        reasons=_reasons(layout, ends, at, upto, parts),
        source=_Cut(tuple(sources), tuple(pieces)),
        pieces=tuple(pieces),
    )


def _read_on(chunk: Chunk, layout: Layout, rows: Ints, day: int) -> Legs:
    """Return the meters with what they showed on a day as their last readings."""
    readings, legs = chunk.tables["readings"], chunk.legs
    place = np.full(len(chunk.groups), -1)
    place[chunk.owners[rows]] = chunk.first_leg[rows]
    found = _on(chunk, day)
    found = found[np.isin(readings[GROUP][found], chunk.groups[chunk.owners[rows]])]
    leg = place[np.searchsorted(chunk.groups, readings[GROUP][found])]
    current = {}
    for name in layout.read:
        mine = readings["register"][found] == _NAMES.index(name)
        current[name] = np.full(len(legs), MISSING)
        current[name][leg[mine]] = readings["reading"][found[mine]]
    return evolve(legs, current=current)


def _less(after: Energy, before: Energy) -> Energy:
    """Return what was counted between two days."""
    return evolve(
        after,
        counted={name: values - before.counted[name] for name, values in after.counted.items()},
        metered={name: values - before.metered[name] for name, values in after.metered.items()},
    )


def _piece(first: int, energy: Energy, rounding: Rounding) -> Piece:
    billed = {p: _rounded(values, rounding) for p, values in energy.metered.items()}
    if "total" not in billed:
        billed["total"] = _sum(list(billed.values()))
    fed = energy.reverse()
    fed = None if fed is None else _rounded(fed, rounding)
    return Piece(first=first, billed=billed, fed_in=fed)


def _rounded(values: Ints, rounding: Rounding) -> Ints:
    return rounded(values, rounding.metered_decimals - rounding.billed_decimals)


def _sum(parts: Sequence[Ints]) -> Ints:
    return np.asarray(np.sum(parts, axis=0))


def _known(parts: Sequence[Ints | None]) -> Ints | None:
    known = [part for part in parts if part is not None]
    return _sum(known) if known else None


def _reasons(
    layout: Layout, ends: Sequence[Legs], at: Ints, upto: Sequence[Energy], parts: Sequence[Energy]
) -> NDArray[np.uint8]:
    """Tell which rows are left to the reference: those of the whole, and what goes back."""
    found = upto[-1].reasons.copy()
    is_odd = np.any([energy.reasons != 0 for energy in upto], axis=0)
    is_odd[[row for energy in upto for _, row, _ in energy.notes]] = True
    is_odd |= np.any([v < 0 for part in parts for v in part.metered.values()], axis=0)
    for name in layout.read:
        if name != "reactive_net":
            shown = [legs.current[name][at] for legs in ends]
            is_odd |= np.any([last < first for first, last in pairwise(shown)], axis=0)
    is_odd |= _is_finer(layout, ends, at)
    found[is_odd & (found == 0)] = reason("tariff_changes")
    return found


def _is_finer(layout: Layout, ends: Sequence[Legs], at: Ints) -> Bools:
    """Tell where readings within show more decimals than at both ends: a rest is judged by them."""
    names = [name for name in layout.read if name.startswith("active_")]
    outer = [legs[name][at] for legs in (ends[-1].previous, ends[-1].current) for name in names]
    inner = [legs.current[name][at] for legs in ends[:-1] for name in names]
    most, least = (
        np.max([shown_decimals(values, _SHOWN) for values in side], axis=0)
        for side in (inner, outer)
    )
    is_unknown = ends[-1].of("decimal_digits", at) == NO_NUMBER
    return np.asarray(is_unknown & (most > least))


@frozen(eq=False)
class _Cut:
    """One meter an account row, printed for each piece."""

    each: tuple[OneMeter, ...]
    pieces: tuple[Piece, ...]

    def where(self, mask: Bools) -> _Cut:
        return _Cut(
            tuple(one.where(mask) for one in self.each),
            tuple(piece.where(mask) for piece in self.pieces),
        )

    def registers(self, billed: Mapping[str, Ints]) -> Iterator[RegisterColumn]:
        del billed  # that of all pieces
        before = 0
        for one, piece in zip(self.each, self.pieces, strict=True):
            columns = list(one.registers(piece.billed))
            yield from (evolve(column, order=column.order + before) for column in columns)
            before += len(columns)

    def meters(self) -> Iterator[MeterColumn]:
        """Yield what was counted in all: reactive energy is without a sign, piece by piece."""
        parts = [list(one.meters()) for one in self.each]
        for columns in zip(*parts, strict=True):
            first = columns[0]
            values = _sum([column.cells.values for column in columns])
            yield evolve(first, cells=Numbers(values, first.cells.decimals))
