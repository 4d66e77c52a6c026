"""The editions of a tariff and a make-up of registers, laid out once for all bills (计费方案)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from attrs import frozen

from powerchannel.billing.batch.additions.givens import givable
from powerchannel.billing.batch.charges.capacity_plans import Span, spans_of
from powerchannel.billing.batch.charges.pricing import Priced, energy_lines, is_exact
from powerchannel.billing.batch.charges.tiers import TierPlan
from powerchannel.billing.batch.energy.registers import MOST_DECIMALS, Layout
from powerchannel.billing.records import Account, AccountEnergy, Finding, Group
from powerchannel.billing.reference.prices import given_charges
from powerchannel.billing.reference.segments import Segment
from powerchannel.billing.tariff import Category, PowerFactor, Rounding, Tariff
from powerchannel.rulebook import Provenance

__all__ = ["DEFAULT_ROUNDING", "Plan", "Terms"]

_ASSUMED = Provenance(status="assumed", clause="powerchannel")
_DAY = date(2000, 1, 1)

DEFAULT_ROUNDING = Rounding(provenance=_ASSUMED)
"""How energy is rounded where a tariff does not say (缺省取整规则)."""


@frozen(kw_only=True)
class Terms:
    """What one edition charges for energy (单一版本的计价).

    Parameters
    ----------
    tariff : Tariff
        The edition.
    lines : tuple of Priced
        What the energy is charged with.
    missing : frozenset of str
        Periods without a price; they may not have energy.
    tiers : TierPlan, optional
        Its tiers.
    """

    tariff: Tariff
    lines: tuple[Priced, ...]
    missing: frozenset[str]
    tiers: TierPlan | None

    @classmethod
    def of(cls, tariff: Tariff, periods: tuple[str, ...]) -> Terms:
        """Lay an edition out (单一版本的计价).

        Parameters
        ----------
        tariff : Tariff
            The edition.
        periods : tuple of str
            Of the energy.
        """
        lines, missing = energy_lines(tariff, periods)
        tiers = TierPlan.of(tariff, periods)
        return cls(
            tariff=tariff,
            lines=lines,
            missing=missing | (tiers.missing if tiers else frozenset()),
            tiers=tiers,
        )

    @property
    def free_kwh(self) -> Decimal:
        """What is free in a month (免费电量)."""
        return self.tariff.tiers.free_kwh if self.tariff.tiers else Decimal(0)

    @property
    def is_exact(self) -> bool:
        """Whether int64 holds all of it (能否整数计算).

        And whether what splits of tiers leave over, be it of no energy, has a price.
        """
        is_split = self.tiers is not None and (self.free_kwh > 0 or self.tiers.is_split)
        is_lost = self.tiers is not None and is_split and self.tiers.rest in self.missing
        return not is_lost and all(map(is_exact, self._prices()))

    def _prices(self) -> Iterable[Decimal]:
        yield from (line.price for line in self.lines)
        if self.tiers is not None:
            yield from (line.price for tier in self.tiers.lines for line in tier)
        if self.tariff.feed_in is not None:
            yield from (self.tariff.feed_in.price, self.tariff.feed_in.vat_rate)


@frozen(kw_only=True)
class Plan:
    """How some bills are computed and what they print (计费方案).

    Parameters
    ----------
    terms : tuple of Terms
        Of the editions in force, one after another.
    layout : Layout
        The registers.
    rounding : Rounding
        Of the tariff, or what holds without one.
    spans : tuple of Span
        Its capacity or demand charge.
    power_factor : PowerFactor
        Of the tariff, or what holds without one.
    category : str, optional
        Of the last edition.
    lacking : tuple of (Finding, frozenset of str)
        What is said where an amount from outside did not come, and under which codes it may.
    given : mapping of str to str
        The components of which amounts from outside are taken, and their groups.
    """

    terms: tuple[Terms, ...]
    layout: Layout
    rounding: Rounding
    spans: tuple[Span, ...]
    power_factor: PowerFactor
    category: Category | None
    lacking: tuple[tuple[Finding, frozenset[str]], ...]
    given: Mapping[str, str]

    @property
    def has_lines(self) -> bool:
        """Whether every bill has a line (是否必有账单行)."""
        return bool(self.spans) or any(terms.lines or terms.tiers for terms in self.terms)

    @classmethod
    def of(cls, tariffs: Sequence[Tariff], layout: Layout) -> Plan | None:
        """Lay editions out; None where the batch cannot bill with them (计费方案).

        That is where energy has more decimals than int64 holds beside large customers, where a
        price is not exact in whole numbers, and where editions round differently, or have another
        base of the power factor.

        Parameters
        ----------
        tariffs : sequence of Tariff
            The editions, one after another.
        layout : Layout
            The registers.
        """
        roundings = [_digits(t.rounding or DEFAULT_ROUNDING) for t in tariffs]
        factors = [t.power_factor or PowerFactor(provenance=_ASSUMED) for t in tariffs]
        bases = {(frozenset(f.base_groups), f.rounding) for f in factors}
        terms = tuple(Terms.of(tariff, layout.periods) for tariff in tariffs)
        spans, lacking = spans_of(tariffs), _lacking(tariffs)
        is_one = len(set(roundings)) == len(bases) == 1
        is_exact = max(roundings[0]) <= MOST_DECIMALS and all(t.is_exact for t in terms)
        if spans is None or lacking is None or not is_one or not is_exact:
            return None
        return cls(
            terms=terms,
            layout=layout,
            rounding=tariffs[0].rounding or DEFAULT_ROUNDING,
            spans=spans,
            power_factor=factors[-1],
            category=tariffs[-1].category,
            lacking=lacking,
            given=givable(tariffs),
        )


def _digits(rounding: Rounding) -> tuple[int, int, int]:
    return rounding.metered_decimals, rounding.billed_decimals, rounding.demand_decimals


def _lacking(tariffs: Sequence[Tariff]) -> tuple[tuple[Finding, frozenset[str]], ...] | None:
    """Return what is said where amounts from outside did not come: the findings of the reference.

    They depend on nothing else. None where a code changes its group between editions.
    """
    given = {(c.code, c.group) for tariff in tariffs for c in tariff.components if c.given}
    names = {code: frozenset({code, group}) for code, group in given}
    if len(names) < len(given):
        return None
    account = Account(
        account_id="", group_id="", tariff=tariffs[0].name, started_on=_DAY, ended_on=_DAY
    )
    segments = tuple(
        Segment(
            row=AccountEnergy(account=account, energy_kwh={}),
            tariff=tariff,
            started_on=_DAY,
            ended_on=_DAY,
            energy_kwh={},
        )
        for tariff in tariffs
    )
    stage = given_charges(Group(group_id="", accounts=(account,)), segments)
    return tuple(zip(stage.findings, (names[code] for code in sorted(names)), strict=True))
