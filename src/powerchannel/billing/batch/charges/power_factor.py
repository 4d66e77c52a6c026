"""What the power factor changes: its rates, and the line of a bill (力调电费)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import numpy as np
from attrs import evolve, frozen
from numpy.typing import NDArray

from powerchannel.billing.batch.charges.pricing import plain
from powerchannel.billing.batch.columns.cells import Choice, Numbers
from powerchannel.billing.batch.columns.exact import Ints, quotient, total
from powerchannel.billing.batch.columns.printed import FindingColumn, LineColumn
from powerchannel.billing.records import Account, AccountEnergy, Finding, Group, GroupEnergy
from powerchannel.billing.reference.power_factor import CHARGE, power_factor_charges, table_rule
from powerchannel.billing.reference.stage import Rule
from powerchannel.billing.rules import PowerFactorTable, Rulebook
from powerchannel.billing.tariff import PowerFactor

__all__ = ["Rates", "adjusted", "power_factor_line", "unadjusted"]

_HUNDREDTHS = 101
_DAY = date(2000, 1, 1)
_RATE_DECIMALS = 8  # of a share of the base


@frozen(eq=False, kw_only=True)
class Rates:
    """The rates of all standards, by hundredths (力率表).

    Parameters
    ----------
    standards : ndarray of int64, shape (standards,)
        In hundredths.
    shares : ndarray of int64, shape (standards * 101,)
        The rate of each hundredth from 0 to 100 [1e-8 of the base].
    percents, prices : tuple of str
        The same as they are printed: in percent, and as a share.
    sources : tuple of Rule
        The rule of each standard.
    """

    standards: Ints
    shares: Ints
    percents: tuple[str, ...]
    prices: tuple[str, ...]
    sources: tuple[Rule, ...]

    @classmethod
    def of(cls, tables: Sequence[PowerFactorTable]) -> Rates | None:
        """Lay the tables out; None where a rate has too many decimals (力率表)."""
        rates = [rate for table in tables for rate in _rates(table)]
        prices = [rate / 100 for rate in rates]
        exact = [price.scaleb(_RATE_DECIMALS) for price in prices]
        shares = [int(share) for share in exact]
        if shares != exact or max(map(abs, shares), default=0) >= 10**15:
            return None
        return cls(
            standards=np.array([int(t.standard.scaleb(2)) for t in tables], np.int64),
            shares=np.array(shares, np.int64),
            percents=tuple(map(plain, rates)),
            prices=tuple(map(plain, prices)),
            sources=tuple(map(table_rule, tables)),
        )

    def place(self, standards: NDArray[np.integer], factor: Ints) -> Ints:
        """Return where the rate of each bill stands; -1 without a table (力率位置).

        Parameters
        ----------
        standards : ndarray of int64
            In hundredths.
        factor : ndarray of int64
            In hundredths.
        """
        first = np.full(_HUNDREDTHS + 1, -1)
        first[self.standards[::-1]] = np.arange(len(self.standards))[::-1] * _HUNDREDTHS
        start = first[np.where((standards < 0) | (standards > 100), _HUNDREDTHS, standards)]
        return np.where(start < 0, -1, start + factor)


def _rates(table: PowerFactorTable) -> list[Decimal]:
    """Return the rate of each hundredth from 0, as `rate_percent` has it."""
    known = {int(Decimal(row) * 100): percent for row, percent in table.percent.items()}
    lowest = min(known)
    steps = (Decimal(lowest - c).scaleb(-2) for c in range(lowest))
    below = [known[lowest] + table.below_step_percent * step * 100 for step in steps]
    return [*below, *(known[c] for c in range(lowest, _HUNDREDTHS))]


def power_factor_line(
    rule: PowerFactor, rates: Rates, place: Ints, lines: Sequence[LineColumn]
) -> LineColumn:
    """Return the base times the rate, rounded once, or once a line (力调电费行).

    Parameters
    ----------
    rule : PowerFactor
        Of the tariff.
    rates : Rates
        The tables.
    place : ndarray of int64
        The rate of each bill in them.
    lines : sequence of LineColumn
        All other lines.
    """
    base = [line.amount for line in lines if line.group in rule.base_groups]
    share, fen = rates.shares[place], total(base, len(place))
    scale = 10**_RATE_DECIMALS
    by_base = rule.rounding == "base"
    parts = [fen] if by_base else base
    sources, standard = rates.sources, place // _HUNDREDTHS
    return LineColumn(
        code=CHARGE,
        group=CHARGE,
        period="total",
        quantity=Numbers(fen, 2),
        unit="yuan",
        price=Choice(rates.prices, place) if by_base else "",
        amount=total([quotient(part, share, scale) for part in parts], len(place)),
        rule_id=Choice(tuple(source.id for source in sources), standard),
        status=Choice(tuple(source.status for source in sources), standard),
        clause=Choice(tuple(source.clause for source in sources), standard),
    )


def adjusted(
    rule: PowerFactor,
    rates: Rates,
    place: Ints | None,
    lines: Sequence[LineColumn],
    is_used: NDArray[np.bool_],
) -> LineColumn:
    """Return the line of bills, those without energy or a factor among them (力调电费行).

    Parameters
    ----------
    rule, rates, lines
        As for `power_factor_line`.
    place : ndarray of int64, optional
        As there; None where nothing measures reactive energy.
    is_used : ndarray of bool
        Which bills have energy; the others are not adjusted.
    """
    known = np.zeros(len(is_used), np.int64) if place is None else np.where(is_used, place, 0)
    mask = is_used if place is not None else np.zeros(len(is_used), np.bool_)
    line = power_factor_line(rule, rates, known, lines)
    if mask.all():
        return line
    return evolve(line, amount=np.where(mask, line.amount, 0), mask=mask)


def unadjusted(rulebook: Rulebook, active: Ints, *, is_measured: bool) -> list[FindingColumn]:
    """Tell which assessed bills are not adjusted, and why (未作力调的提示).

    Parameters
    ----------
    rulebook : Rulebook
        The rules.
    active : ndarray of int64
        The energy of each.
    is_measured : bool
        Whether their reactive energy is measured.
    """
    cases = {0: active <= 0} if is_measured else {1: active != 0, 0: active == 0}
    return [
        FindingColumn(
            code=found.code,
            zh=found.message.zh,
            en=found.message.en,
            mask=mask,
            is_last=True,
        )
        for kwh, mask in cases.items()
        if mask.any()
        for found in _told(rulebook, kwh)
    ]


def _told(rulebook: Rulebook, kwh: int) -> tuple[Finding, ...]:
    """Ask the reference, of an account without reactive metering."""
    account = Account(
        account_id="a",
        group_id="a",
        tariff="",
        started_on=_DAY,
        ended_on=_DAY,
        is_power_factor_assessed=True,
    )
    row = AccountEnergy(account=account, energy_kwh={"total": Decimal(kwh)})
    group, energy = (
        Group(group_id="a", accounts=(account,)),
        GroupEnergy(group_id="a", accounts=(row,)),
    )
    return power_factor_charges(group, energy, rulebook, ()).findings
