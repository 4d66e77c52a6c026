"""A tariff and a make-up of registers, laid out once for all bills that share them (计费方案)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from attrs import frozen

from powerchannel.billing.batch.capacity import CapacityPlan
from powerchannel.billing.batch.pricing import Priced, energy_lines, is_exact
from powerchannel.billing.batch.registers import MOST_DECIMALS, Layout
from powerchannel.billing.batch.tiers import TierPlan
from powerchannel.billing.records import Account, AccountEnergy, Group
from powerchannel.billing.reference.prices import given_charges
from powerchannel.billing.reference.segments import Segment
from powerchannel.billing.tariff import PowerFactor, Rounding, Tariff
from powerchannel.rulebook import Provenance
from powerchannel.text import Text

__all__ = ["Plan"]

_ASSUMED = Provenance(status="assumed", clause="powerchannel")
_DAY = date(2000, 1, 1)


@frozen(kw_only=True)
class Plan:
    """How some bills are computed and what they print (计费方案).

    Parameters
    ----------
    tariff : Tariff
        The edition.
    layout : Layout
        The registers.
    rounding : Rounding
        Of the tariff, or what holds without one.
    lines : tuple of Priced
        What the energy is charged with.
    missing : frozenset of str
        Periods without a price; they may not have energy.
    tiers : TierPlan, optional
        Its tiers.
    capacity : CapacityPlan, optional
        Its capacity or demand charge.
    power_factor : PowerFactor
        Of the tariff, or what holds without one.
    findings : tuple of (str, Text)
        What every account is told.
    """

    tariff: Tariff
    layout: Layout
    rounding: Rounding
    lines: tuple[Priced, ...]
    missing: frozenset[str]
    tiers: TierPlan | None
    capacity: CapacityPlan | None
    power_factor: PowerFactor
    findings: tuple[tuple[str, Text], ...]

    @classmethod
    def of(cls, tariff: Tariff, layout: Layout) -> Plan | None:
        """Lay a tariff out; None where the batch cannot bill with it (计费方案).

        That is where energy has more decimals than int64 holds beside large customers, where a
        price is not exact in whole numbers, and where there is free energy.
        """
        lines, missing = energy_lines(tariff, layout.periods)
        tiers = TierPlan.of(tariff, layout.periods)
        plan = cls(
            tariff=tariff,
            layout=layout,
            rounding=tariff.rounding or Rounding(provenance=_ASSUMED),
            lines=lines,
            missing=missing | (tiers.missing if tiers else frozenset()),
            tiers=tiers,
            capacity=CapacityPlan.of(tariff),
            power_factor=tariff.power_factor or PowerFactor(provenance=_ASSUMED),
            findings=_findings(tariff),
        )
        return plan if plan._is_exact else None

    @property
    def _is_exact(self) -> bool:
        rounding = self.rounding
        decimals = (rounding.metered_decimals, rounding.billed_decimals, rounding.demand_decimals)
        is_free = self.tariff.tiers is not None and self.tariff.tiers.free_kwh > 0
        return (
            max(decimals) <= MOST_DECIMALS
            and not is_free
            and (self.capacity is None or self.capacity.is_exact)
            and all(is_exact(price) for price in self._prices())
        )

    def _prices(self) -> Iterable[Decimal]:
        yield from (line.price for line in self.lines)
        if self.tiers is not None:
            yield from (line.price for tier in self.tiers.lines for line in tier)
        if self.tariff.feed_in is not None:
            yield from (self.tariff.feed_in.price, self.tariff.feed_in.vat_rate)


def _findings(tariff: Tariff) -> tuple[tuple[str, Text], ...]:
    """Return what is said where amounts from outside did not come: they depend on nothing else."""
    account = Account(
        account_id="", group_id="", tariff=tariff.name, started_on=_DAY, ended_on=_DAY
    )
    segment = Segment(
        row=AccountEnergy(account=account, energy_kwh={}),
        tariff=tariff,
        started_on=_DAY,
        ended_on=_DAY,
        energy_kwh={},
    )
    stage = given_charges(Group(group_id="", accounts=(account,)), (segment,))
    return tuple((found.code, found.message) for found in stage.findings)
