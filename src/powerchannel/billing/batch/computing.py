"""Bills of one plan, all at once: energy, prices, tiers, capacity, power factor (批量计费)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from attrs import evolve, frozen
from numpy.typing import NDArray

from powerchannel.billing.batch.additions.debts import FeeRates
from powerchannel.billing.batch.charges.charging import charge, feed_in, untaken
from powerchannel.billing.batch.charges.plans import Plan
from powerchannel.billing.batch.charges.power_factor import Rates, adjusted, unadjusted
from powerchannel.billing.batch.columns.cells import Choice, Numbers
from powerchannel.billing.batch.columns.exact import Ints
from powerchannel.billing.batch.energy.billed import Billed
from powerchannel.billing.batch.energy.power_factor import hundredths
from powerchannel.billing.batch.inputs.chunks import Chunk
from powerchannel.billing.batch.inputs.reasons import reason
from powerchannel.billing.batch.results.block import Block
from powerchannel.billing.reference.assembly import AVERAGE_DECIMALS
from powerchannel.billing.rules import Rulebook

__all__ = ["Work", "bills_of", "prepared"]

_MOST_AVERAGE = 9e18


@frozen(eq=False, kw_only=True)
class Work:
    """Account rows of one plan on their way to bills (计费中)."""

    plan: Plan
    chunk: Chunk
    rows: Ints
    energy: Billed
    factor: Ints | None
    place: Ints | None
    fees: FeeRates | None
    rates: Rates | None
    rulebook: Rulebook

    @property
    def is_used(self) -> NDArray[np.bool_]:
        """Which rows have energy; of those that share a power factor, where there is one."""
        pool = self.energy.pool
        if pool is None or self.place is None:
            return np.asarray(self.billed["total"] > 0)
        return pool.is_known

    def left(self) -> Work:
        """Return that of groups without a reason (可出账的)."""
        is_left = self.chunk.reasons[self.chunk.owners[self.rows]] == 0
        return self if is_left.all() else self.where(is_left)

    def where(self, mask: NDArray[np.bool_]) -> Work:
        """Return that of some account rows (筛选)."""

        def known(values: Ints | None) -> Ints | None:
            return None if values is None else values[mask]

        return evolve(
            self,
            rows=self.rows[mask],
            energy=self.energy.where(mask),
            factor=known(self.factor),
            place=known(self.place),
        )

    @property
    def billed(self) -> Mapping[str, Ints]:
        """The energy that is billed (计费电量)."""
        return self.energy.billed

    @property
    def demand(self) -> Ints | None:
        """The demand that was recorded (计量需量)."""
        return self.energy.demand


def prepared(
    plan: Plan,
    chunk: Chunk,
    rows: Ints,
    energy: Billed,
    rulebook: Rulebook,
    rates: Rates | None,
) -> Work:
    """Prepare the bills of one plan; groups without one get a reason in the chunk (计费准备).

    Parameters
    ----------
    plan : Plan
        That of all of them.
    chunk : Chunk
        Their rows.
    rows : ndarray of int64
        Which account rows of it.
    energy : Billed
        What they are billed for.
    rulebook : Rulebook
        The rules.
    rates : Rates, optional
        Where the power factor changes their bills.

    Returns
    -------
    Work
        Of those that can be billed.
    """
    work = _work(plan, chunk, rows, energy, rulebook, rates)
    reasons = _reasons(work, is_assessed=rates is not None)
    chunk.refuse(rows, reasons)
    return work if not reasons.any() else work.where(reasons == 0)


def bills_of(work: Work) -> Block | None:
    """Return the bills of account rows whose groups have no reason against it (出账).

    Parameters
    ----------
    work : Work
        From `prepared`; groups that come to too much get a reason.

    Returns
    -------
    Block or None
        None where no bill is left.
    """
    work = work.left()
    if not len(work.rows):
        return None
    block = _block(work, work.rates)
    is_far = _is_too_large(block)
    if not is_far.any():
        return block
    work.chunk.refuse(work.rows, is_far * np.uint8(reason("too_large")))
    return bills_of(work)


def _is_too_large(block: Block) -> NDArray[np.bool_]:
    """Tell which bills come to more than an average price of them can be worked out of."""
    scale = 10 ** (AVERAGE_DECIMALS - 2 + block.billed_decimals)
    return np.asarray(np.abs(block.amount.astype(np.float64)) > _MOST_AVERAGE / scale)


def _work(
    plan: Plan, chunk: Chunk, rows: Ints, energy: Billed, rulebook: Rulebook, rates: Rates | None
) -> Work:
    reactive, pool = energy.reactive, energy.pool
    if pool is not None:
        factor: Ints | None = pool.factor
    else:
        factor = None if reactive is None else hundredths(energy.billed["total"], reactive)
    place = None
    is_measured = factor is not None if pool is None else bool(pool.is_in.any())
    if rates is not None and factor is not None and is_measured:
        place = rates.place(chunk.account("power_factor_standard", rows), factor)
    return Work(
        plan=plan,
        chunk=chunk,
        rows=rows,
        energy=energy,
        factor=factor,
        place=place,
        fees=FeeRates.of(rulebook.late_fee, plan.category),
        rates=rates,
        rulebook=rulebook,
    )


def _reasons(work: Work, *, is_assessed: bool) -> NDArray[np.uint8]:
    """Tell why groups are left to the reference, the first reason first."""
    plan, chunk, rows = work.plan, work.chunk, work.rows
    found = work.energy.reasons.copy()

    def refuse(name: str, is_out: NDArray[np.bool_]) -> None:
        found[is_out & (found == 0)] = reason(name)

    if is_assessed and (pool := work.energy.pool) is not None:
        refuse("power_factor", pool.is_known & ~pool.is_in)
    if is_assessed and work.place is not None:
        refuse("power_factor", work.is_used & (work.place < 0))
    if is_assessed and not plan.has_lines:
        refuse("power_factor", ~work.is_used | np.bool_(work.place is None))
    if work.demand is not None:
        refuse("demand", work.demand < 0)
    for name, is_out in untaken(plan, chunk, rows, work.energy):
        refuse(name, is_out)
    refuse("givens", chunk.after.ungiven(rows, plan.given))
    refuse("debts", chunk.after.untaken(rows, work.fees))
    return found


def _block(work: Work, rates: Rates | None) -> Block:
    plan, chunk, rows = work.plan, work.chunk, work.rows
    charged = charge(plan, chunk, rows, work.energy)
    demand = None if work.demand is None else Numbers(work.demand, plan.rounding.demand_decimals)
    lines = [*charged.lines, *chunk.after.lines(rows, work.fees, plan.given)]
    findings = [*charged.findings, *chunk.after.findings(rows, plan.lacking)]
    rate = None
    if rates is not None:
        line = adjusted(plan.power_factor, rates, work.place, lines, work.is_used)
        lines.append(line)
        is_measured = work.place is not None
        active = work.is_used.astype(np.int64) if is_measured else work.billed["total"]
        findings += unadjusted(work.rulebook, active, is_measured=is_measured)
    if rates is not None and work.place is not None:
        rate = Choice(rates.percents, np.where(work.is_used, work.place, 0))
    return Block(
        groups=chunk.groups[chunk.owners[rows]],
        ranks=rows,
        is_alone=chunk.is_alone[rows],
        accounts=chunk.account("account_id", rows),
        lines=tuple(lines),
        findings=tuple(findings),
        energy=work.energy,
        metered_decimals=0 if work.energy.is_bare else plan.rounding.metered_decimals,
        billed_decimals=plan.rounding.billed_decimals,
        metered_demand=demand,
        demand=charged.demand or demand,
        factor=work.factor,
        rate=rate,
        fed_in=feed_in(plan, chunk, rows, work.energy),
    )
