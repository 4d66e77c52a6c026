"""From billed energy and demand to the lines of bills, edition by edition (电费计算)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from powerchannel.billing.batch.charges.capacity import capacity_lines, is_unsteady, lacking
from powerchannel.billing.batch.charges.limits import free_kwh, unknown_year
from powerchannel.billing.batch.charges.plans import Plan, Terms
from powerchannel.billing.batch.charges.pricing import charge_all, fen_per_unit
from powerchannel.billing.batch.charges.tiers import Tiered, is_far, less_free, tier_lines
from powerchannel.billing.batch.columns.cells import Numbers
from powerchannel.billing.batch.columns.exact import Ints, times
from powerchannel.billing.batch.columns.printed import FindingColumn, LineColumn
from powerchannel.billing.batch.energy.billed import Billed, Piece
from powerchannel.billing.batch.inputs.chunks import Chunk
from powerchannel.billing.batch.inputs.splits import Days, parts_of_days, shared

__all__ = ["FED_IN", "Charged", "charge", "feed_in", "untaken"]

FED_IN = "feed_in_energy_kwh"
"""The name of what was fed in (上网电量)."""
_FED_DECIMALS = 6
"""Decimals of what was fed in, shared by days."""


@frozen(eq=False, kw_only=True)
class Charged:
    """What some bills are charged for energy and capacity (电费计算结果).

    Parameters
    ----------
    lines : list of LineColumn
        In the order in which they are printed.
    findings : list of FindingColumn
        What a person should know.
    demand : Numbers, optional
        The demand that is charged [kW].
    """

    lines: list[LineColumn]
    findings: list[FindingColumn]
    demand: Numbers | None


def untaken(
    plan: Plan, chunk: Chunk, rows: Ints, energy: Billed
) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    """Yield the reasons for which charges are left to the reference, and whose (不计原因).

    Parameters
    ----------
    plan : Plan
        Of all of them.
    chunk : Chunk
        With the account rows.
    rows : ndarray of int64
        Which account rows.
    energy : Billed
        Their energy and demand.
    """
    if any(terms.missing for terms in plan.terms):
        parts = _parts(energy, _days(plan, chunk, rows))
        for terms, part in zip(plan.terms, parts, strict=True):
            for period in sorted(terms.missing):
                yield "price_missing", part[period] != 0
    yield "year_to_date", is_far([terms.tariff for terms in plan.terms], chunk, rows)
    for span in plan.spans:
        yield "transformer_states", is_unsteady(span.plan, chunk, rows, energy.demand)


def charge(plan: Plan, chunk: Chunk, rows: Ints, energy: Billed) -> Charged:
    """Charge some bills, none of which is `untaken` (电费计算).

    Parameters
    ----------
    plan, chunk, rows, energy
        As for `untaken`.
    """
    decimals, days = plan.rounding.billed_decimals, _days(plan, chunk, rows)
    parts = _less_free(plan.terms, days, _parts(energy, days), decimals)
    lines: list[LineColumn] = []
    for terms, part in zip(plan.terms, parts, strict=True):
        lines += charge_all(terms.lines, part, decimals)
    tiered = list(_tiered(plan.terms, days, parts))
    if tiered:
        lines += tier_lines(tiered, chunk, rows, decimals)
    kw = None
    if plan.spans:
        total = Numbers(energy.billed["total"], decimals)
        more, kw = capacity_lines(plan.spans, days, chunk, rows, energy.demand, total)
        lines += more
    findings = _told(tiered, chunk, rows) + lacking(plan.spans, chunk, rows, energy.demand)
    return Charged(lines=lines, findings=findings, demand=kw)


def _told(tiered: Sequence[Tiered], chunk: Chunk, rows: Ints) -> list[FindingColumn]:
    if not tiered or tiered[0].plan.tiers.cycle == "month":
        return []
    return unknown_year(tiered[0].plan.tariff, tiered[0].days, chunk, rows)


def _days(plan: Plan, chunk: Chunk, rows: Ints) -> list[Days]:
    tariffs = [terms.tariff for terms in plan.terms]
    begins, ends = (chunk.account(c, rows) for c in ("started_on", "ended_on"))
    return parts_of_days(tariffs, begins, ends)


def _parts(energy: Billed, days: Sequence[Days]) -> list[dict[str, Ints]]:
    """Return the energy of each edition: by readings, and by days between them."""
    return [part for piece, mine in _by_piece(energy, days) for part in shared(piece.billed, mine)]


def _by_piece(energy: Billed, days: Sequence[Days]) -> Iterator[tuple[Piece, Sequence[Days]]]:
    """Yield each piece with the days of its editions."""
    whole = Piece(first=0, billed=energy.billed, fed_in=energy.fed_in)
    pieces = energy.pieces or (whole,)
    ends = [*(piece.first for piece in pieces[1:]), len(days)]
    for piece, end in zip(pieces, ends, strict=True):
        yield piece, days[piece.first : end]


def _less_free(
    terms: Sequence[Terms], days: Sequence[Days], parts: list[dict[str, Ints]], decimals: int
) -> list[dict[str, Ints]]:
    """Take free energy off, the earliest days first."""
    used: Ints | int = 0
    found = []
    for one, energy in zip(terms, parts, strict=True):
        if one.tiers is not None and one.free_kwh:
            most = free_kwh(one.tiers.tiers, days[0].begins, days[-1].ends, decimals)
            energy, free = less_free(energy, most - used, decimals)
            used = used + free
        found.append(energy)
    return found


def _tiered(
    terms: Sequence[Terms], days: Sequence[Days], energy: Sequence[Mapping[str, Ints]]
) -> Iterator[Tiered]:
    for i, one in enumerate(terms):
        if one.tiers is not None:
            yield Tiered(plan=one.tiers, days=days[i], energy=energy[i], starts_row=not i)


def feed_in(plan: Plan, chunk: Chunk, rows: Ints, energy: Billed) -> dict[str, Numbers]:
    """Return what was fed in, and what is paid for it with the tax inside (上网电费).

    Parameters
    ----------
    plan, chunk, rows, energy
        As for `untaken`.
    """
    if energy.fed_in is None:
        return {}
    days = _days(plan, chunk, rows)
    found = [(piece.fed_in, mine) for piece, mine in _by_piece(energy, days)]
    decimals = plan.rounding.billed_decimals
    is_shared = any(len(mine) > 1 for _, mine in found)
    scale = 10 ** (_FED_DECIMALS - decimals) if is_shared else 1
    shown = _FED_DECIMALS if is_shared else decimals
    parts = [
        part["total"]
        for fed, mine in found
        if fed is not None
        for part in shared({"total": fed * scale}, mine)
    ]
    paid = _paid(plan, parts, shown)
    return {FED_IN: Numbers(energy.fed_in * scale, shown), **paid}


def _paid(plan: Plan, parts: Sequence[Ints], decimals: int) -> dict[str, Numbers]:
    """Return what is paid, rounded once a price; nothing without one."""
    none = np.zeros(len(parts[0]), np.int64)
    by_price: dict[tuple[Fraction, Fraction], Ints] = {}
    for terms, part in zip(plan.terms, parts, strict=True):
        if (rule := terms.tariff.feed_in) is not None:
            key = fen_per_unit(rule.price, decimals), Fraction(rule.vat_rate)
            by_price[key] = by_price.get(key, none) + part
    paid, taxes = none, none
    for (price, vat), kwh in by_price.items():
        fen = times(kwh, price)
        paid, taxes = paid + fen, taxes + times(fen, vat / (1 + vat))
    found = {"feed_in_yuan": Numbers(paid, 2), "feed_in_vat_yuan": Numbers(taxes, 2)}
    return found if by_price else {}
