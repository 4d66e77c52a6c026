"""Bills of one plan, all at once: energy, prices, tiers, capacity, power factor (批量计费)."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import numpy as np
from attrs import evolve, frozen
from numpy.typing import NDArray

from powerchannel.billing.batch.blocks import Block, Choice, Numbers
from powerchannel.billing.batch.capacity import capacity_line, is_unsteady
from powerchannel.billing.batch.exact import Ints, quotient, times
from powerchannel.billing.batch.inputs import Chunk, reason
from powerchannel.billing.batch.plans import Plan
from powerchannel.billing.batch.power_factor import Rates, hundredths, power_factor_line
from powerchannel.billing.batch.pricing import charge_all, fen_per_unit
from powerchannel.billing.batch.registers import Energy, metered
from powerchannel.billing.batch.tiers import is_cut, tier_lines
from powerchannel.billing.rules import Rulebook

__all__ = ["compute"]

_MOST_KW = 1e9


@frozen(eq=False, kw_only=True)
class _Work:
    """Some groups of one plan on their way to bills."""

    plan: Plan
    chunk: Chunk
    rows: Ints
    energy: Energy
    billed: Mapping[str, Ints]
    reactive: Ints | None
    demand: Ints | None
    factor: Ints | None
    place: Ints | None

    def where(self, mask: NDArray[np.bool_]) -> _Work:
        """Return the work of some groups."""

        def kept(columns: Mapping[str, Ints]) -> dict[str, Ints]:
            return {name: values[mask] for name, values in columns.items()}

        def known(values: Ints | None) -> Ints | None:
            return None if values is None else values[mask]

        energy = Energy(
            counted=kept(self.energy.counted),
            metered=kept(self.energy.metered),
            reasons=self.energy.reasons[mask],
        )
        return evolve(
            self,
            rows=self.rows[mask],
            energy=energy,
            billed=kept(self.billed),
            reactive=known(self.reactive),
            demand=known(self.demand),
            factor=known(self.factor),
            place=known(self.place),
        )

    @property
    def total(self) -> Numbers:
        return Numbers(self.billed["total"], self.plan.rounding.billed_decimals)


def compute(
    plan: Plan, chunk: Chunk, rows: Ints, rulebook: Rulebook, rates: Rates | None
) -> Block | None:
    """Bill some groups of one plan; those that cannot be get a reason in the chunk (批量计费).

    Parameters
    ----------
    plan : Plan
        That of all of them.
    chunk : Chunk
        Their rows.
    rows : ndarray of int64
        Which groups of it.
    rulebook : Rulebook
        The rules.
    rates : Rates, optional
        Where the power factor changes their bills.

    Returns
    -------
    Block or None
        None where no bill is left.
    """
    energy = metered(plan.layout, chunk, rows, plan.rounding, rulebook.readings)
    work = _work(plan, chunk, rows, energy, rates)
    reasons = _reasons(work, is_assessed=rates is not None)
    if reasons.any():
        chunk.reasons[rows] = reasons
        work = work.where(reasons == 0)
    return _block(work, rates) if len(work.rows) else None


def _work(plan: Plan, chunk: Chunk, rows: Ints, energy: Energy, rates: Rates | None) -> _Work:
    less = plan.rounding.metered_decimals - plan.rounding.billed_decimals
    billed = {period: _rounded(values, less) for period, values in energy.metered.items()}
    if "total" not in billed:
        parts = list(billed.values())
        billed["total"] = sum(parts[1:], start=parts[0])
    reactive = energy.reactive()
    reactive = None if reactive is None else _rounded(reactive, less)
    factor = None if reactive is None else hundredths(billed["total"], reactive)
    place = None
    if rates is not None and factor is not None:
        place = rates.place(chunk.account("power_factor_standard", rows), factor)
    return _Work(
        plan=plan,
        chunk=chunk,
        rows=rows,
        energy=energy,
        billed=billed,
        reactive=reactive,
        demand=_demand(plan, chunk, rows),
        factor=factor,
        place=place,
    )


def _rounded(values: Ints, less: int) -> Ints:
    """Round to fewer decimals, or write with more."""
    return quotient(values, 1, 10**less) if less > 0 else values * 10**-less


def _demand(plan: Plan, chunk: Chunk, rows: Ints) -> Ints | None:
    if not plan.layout.has_demand:
        return None
    read, multiplier = chunk.demand[rows], chunk.meter("multiplier", rows)
    is_far = np.abs(read.astype(np.float64)) * multiplier > _MOST_KW * 1e12
    read = np.where(is_far, -1, read)
    multiplier = np.where(is_far, 10**12, multiplier)
    return quotient(read, multiplier, 10 ** (12 - plan.rounding.demand_decimals))


def _reasons(work: _Work, *, is_assessed: bool) -> NDArray[np.uint8]:
    """Tell why groups are left to the reference, the first reason first."""
    plan, chunk, rows = work.plan, work.chunk, work.rows
    found = work.energy.reasons.copy()

    def refuse(name: str, is_out: NDArray[np.bool_]) -> None:
        found[is_out & (found == 0)] = reason(name)

    for period in plan.missing:
        refuse("price_missing", work.billed[period] != 0)
    if is_assessed:
        is_known = work.place is not None
        place = work.place if work.place is not None else rows
        refuse("power_factor", (work.billed["total"] == 0) | (place < 0) | ~np.bool_(is_known))
    if work.demand is not None:
        refuse("demand", work.demand < 0)
    refuse("year_to_date", is_cut(plan.tariff, chunk, rows))
    if plan.capacity is not None:
        refuse("transformer_states", is_unsteady(plan.capacity, chunk, rows, work.demand))
    return found


def _block(work: _Work, rates: Rates | None) -> Block:
    plan, chunk, rows = work.plan, work.chunk, work.rows
    decimals = plan.rounding.billed_decimals
    lines = charge_all(plan.lines, work.billed, decimals)
    if plan.tiers is not None:
        lines += tier_lines(plan.tiers, chunk, rows, work.billed, decimals)
    demand = None if work.demand is None else Numbers(work.demand, plan.rounding.demand_decimals)
    metered_demand = demand
    if plan.capacity is not None:
        line, kw = capacity_line(plan.capacity, chunk, rows, work.demand, work.total)
        lines.append(line)
        demand = kw or demand
    rate = None
    if rates is not None and work.place is not None:
        lines.append(power_factor_line(plan.power_factor, rates, work.place, lines))
        rate = Choice(rates.percents, work.place)
    names = (*plan.layout.reactive, *plan.layout.reverse)
    return Block(
        groups=chunk.groups[rows],
        accounts=chunk.account("account_id", rows),
        meters=chunk.meter("meter_id", rows).astype(np.int64),
        lines=tuple(lines),
        findings=plan.findings,
        multiplier=chunk.meter("multiplier", rows),
        previous={name: chunk.previous[name][rows] for name in plan.layout.read},
        current={name: chunk.current[name][rows] for name in plan.layout.read},
        metered=work.energy.metered,
        billed={p: v for p, v in work.billed.items() if p != "total" or not plan.layout.parts},
        metered_decimals=plan.rounding.metered_decimals,
        billed_decimals=decimals,
        others={name: work.energy.counted[name] for name in sorted(names)},
        metered_reactive=work.energy.reactive(),
        reactive=work.reactive,
        metered_demand=metered_demand,
        demand=demand,
        factor=work.factor,
        rate=rate,
        **_feed_in(work),
    )


def _feed_in(work: _Work) -> dict[str, Ints]:
    """Return what was fed in, and what is paid for it with the tax inside."""
    plan, reverse = work.plan, work.energy.reverse()
    if reverse is None:
        return {}
    decimals, rule = plan.rounding.billed_decimals, plan.tariff.feed_in
    fed = _rounded(reverse, plan.rounding.metered_decimals - decimals)
    if rule is None:
        return {"fed_in": fed}
    fen, vat = times(fed, fen_per_unit(rule.price, decimals)), Fraction(rule.vat_rate)
    return {"fed_in": fed, "feed_in_fen": fen, "feed_in_vat_fen": times(fen, vat / (1 + vat))}
